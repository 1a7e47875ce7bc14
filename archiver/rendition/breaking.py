"""Where lines may break: the stretches between break opportunities (UAX 14)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from icu4py.breakers import LineBreaker

UNSPACED_RANGES = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u312f\u31a0-\ua4cf\uf900-\ufaff\uff00-\uffef"
    "\U00020000-\U0003ffff"
)
UNSPACED = re.compile(f"[{UNSPACED_RANGES}]")
"""Characters of scripts that are written without spaces between words, and their punctuation."""

HYPHENS = ("-", "\u2010")
MOST_BLANKS = 8
"""How far to look back for a hyphen before blanks."""

LETTERS = "0-9A-Za-zÀ-ɏΆ-ϿЀ-ҁҊ-ԯ"
WITHIN = rf"[^\s{UNSPACED_RANGES}]"
PLAIN = re.compile(
    rf"(?:{WITHIN}*"
    rf"(?:[{LETTERS}.,;:!?] (?=[{LETTERS}(“‘–—])|[)%'\"’”…–—] (?=[{LETTERS}])))*+"
    rf"{WITHIN}+ ?"
)
"""Texts whose opportunities are their spaces: each stands between characters that leave no doubt."""

WORD = re.compile("[^ ]+ ?")


def stretches(text: str, language: str, base: int) -> list[str]:
    """A text cut at its break opportunities.

    In scripts that put spaces between words only those are taken, and none that leaves a hyphen at
    the right end of a line: that would read, to whoever extracts the text, as a word that was
    hyphenated, and be lost. A line that ended within a Korean word, Han characters and all, would
    read as two words.
    """
    return WORD.findall(text) if PLAIN.fullmatch(text) else list(by_icu(text, language, base))


def by_icu(text: str, language: str, base: int) -> Iterator[str]:
    """The same for any text, as ICU tells it."""
    start = end = 0
    unspaced = language.partition("-")[0] != "ko"
    for stretch in LineBreaker(text, locale(language)):
        end += len(stretch)
        if end < len(text) and not _may_break(text, end, base, unspaced):
            continue
        yield text[start:end]
        start = end


def locale(language: str) -> str:
    """The locale to break lines by: no line begins with a small kana or a sign for a long vowel."""
    return f"{language or 'en'}@lb=strict"


def _may_break(text: str, at: int, base: int, unspaced: bool) -> bool:
    last = text[at - 1]
    if last in "\n\r\x0b\x0c\x85\u2028\u2029":
        return True
    if last.isspace() and base:
        return text[at] not in HYPHENS
    if last.isspace():
        return not text[max(0, at - MOST_BLANKS) : at].rstrip().endswith(HYPHENS)
    return unspaced and bool(UNSPACED.match(last) or UNSPACED.match(text[at]))
