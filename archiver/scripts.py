"""Scripts and the languages they speak for: what marks a passage as foreign to its document."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

import langcodes

RANGES = {
    "Latn": "A-Za-zªºÀ-ÖØ-öø-ɏɐ-ʯḀ-ỿⱠ-ⱿꜢ-ꟿﬀ-ﬆ",
    "Grek": "Ͱ-Ͽἀ-῾",
    "Cyrl": "Ѐ-ԯᲀ-ᲈⷠ-ⷿꙀ-ꚟ",
    "Armn": "\u0531-\u058f\ufb13-\ufb17",
    "Hebr": "\u0591-\u05f4\ufb1d-\ufb4f",
    "Arab": "\u0600-\u060b\u060d-\u061a\u061c-\u061e\u0620-\u063f\u0641-\u065f\u0666-\u06ff"
    "\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc",
    "Deva": "\u0900-\u0950\u0953-\u0963\u0966-\u097f\ua8e0-\ua8ff",
    "Beng": "\u0980-\u09fe",
    "Guru": "\u0a01-\u0a76",
    "Gujr": "\u0a81-\u0aff",
    "Orya": "\u0b01-\u0b77",
    "Taml": "\u0b82-\u0bfa",
    "Telu": "\u0c00-\u0c7f",
    "Knda": "\u0c80-\u0cf3",
    "Mlym": "\u0d00-\u0d7f",
    "Sinh": "\u0d81-\u0df4",
    "Thai": "\u0e01-\u0e5b",
    "Laoo": "\u0e81-\u0edf",
    "Tibt": "\u0f00-\u0fda",
    "Mymr": "\u1000-\u109f",
    "Geor": "\u10a0-\u10ff\u1c90-\u1cbf\u2d00-\u2d2d",
    "Ethi": "\u1200-\u139f\u2d80-\u2dde",
    "Khmr": "\u1780-\u17f9",
    "Mong": "\u1800-\u18aa",
    "Hang": "\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7fb",
    "Hira": "\u3041-\u309f",
    "Kana": "\u30a0-\u30ff\u31f0-\u31ff\uff66-\uff9d",
    "Bopo": "\u3105-\u312f\u31a0-\u31bf",
    "Hani": "\u2e80-\u2fd5\u3005\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufad9"
    "\U00020000-\U0003ffff",
}
"""The characters of each script (ISO 15924), for telling runs apart; common ones are in none."""

LETTERS = re.compile("|".join(f"(?P<{script}>[{ranges}]+)" for script, ranges in RANGES.items()))

WRITTEN_WITH = {
    "Jpan": {"Hani", "Hira", "Kana"},
    "Hira": {"Hani", "Hira", "Kana"},
    "Kore": {"Hang", "Hani"},
    "Hans": {"Hani"},
    "Hant": {"Hani", "Bopo"},
}
"""The scripts that a language's writing system draws on, where it is not one."""

USUAL_LANGUAGE = {"Hani": "zh", "Bopo": "zh", "Hira": "ja", "Kana": "ja", "Hang": "ko"}


WORD = re.compile(f"..|[{RANGES['Hani']}{RANGES['Hang']}]", re.DOTALL)
"""What letters must be to be a word: two of them, or one that is a syllable."""


class Passage(NamedTuple):
    """Part of a text in one language; `language` is empty where it is the surrounding text's."""

    start: int
    end: int
    language: str


RIGHT_TO_LEFT = frozenset({"Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm"})


@lru_cache(maxsize=256)
def writing_scripts(language: str) -> frozenset[str]:
    """The ISO 15924 scripts that `language` is usually written in; none for `und`."""
    script = langcodes.get(language).maximize().script or ""
    if langcodes.get(language).language in (None, "und", "mul", "zxx") and not (
        langcodes.get(language).script
    ):
        return frozenset()
    return frozenset(WRITTEN_WITH.get(script, {script}))


def runs_right_to_left(language: str) -> bool:
    """Whether `language` is usually written from right to left."""
    return bool(writing_scripts(language) & RIGHT_TO_LEFT)


def scripts_from_right(text: str) -> frozenset[str]:
    """The scripts in a text that are written from right to left."""
    return RIGHT_TO_LEFT & {script for _, _, script in script_runs(text)}


def script_runs(text: str) -> Iterator[tuple[int, int, str]]:
    """Maximal runs (start, end, script); common characters belong to the run before them."""
    if text.isascii():
        if text:
            yield 0, len(text), "Latn" if text.upper() != text.lower() else ""
        return
    start, current = 0, ""
    for found in LETTERS.finditer(text):
        script = found.lastgroup or ""
        if current and script != current:
            yield start, found.start(), current
            start = found.start()
        current = script
    yield start, len(text), current


KANA = re.compile(f"[{RANGES['Hira']}{RANGES['Kana']}]")


@lru_cache(maxsize=4096)
def _language_of(script: str, beside_kana: bool, languages: tuple[str, ...]) -> str:
    for language in languages:
        if script in writing_scripts(language):
            return language
    return "ja" if beside_kana and script == "Hani" else USUAL_LANGUAGE.get(script, f"und-{script}")


def passages(text: str, language: str, languages: tuple[str, ...]) -> list[Passage]:
    """The passages of `text` whose script is foreign to `language`, each with its language.

    That is the first of the document's `languages` that is written so, else `und` with the
    script (BCP 47). A single letter, as in a formula, is no passage; beside one it belongs to it.
    """
    own = writing_scripts(language)
    if not own or (text.isascii() and "Latn" in own):
        return [Passage(0, len(text), "")]
    beside_kana = KANA.search(text) is not None
    words = [
        Passage(
            letters.start(),
            letters.end(),
            ""
            if letters.lastgroup in own
            else _language_of(letters.lastgroup or "", beside_kana, languages),
        )
        for letters in LETTERS.finditer(text)
    ]
    return list(_filled(list(_stretches(text, words)), len(text)))


def _stretches(text: str, words: Sequence[Passage]) -> Iterator[Passage]:
    """Words of one language with only spaces and punctuation between; no language for single letters."""
    start = 0
    for at, word in enumerate(words):
        if at + 1 < len(words) and _go_on(text, word, words[at + 1]):
            continue
        stretch = words[start : at + 1]
        speaks = any(WORD.match(text, each.start, each.end) for each in stretch)
        yield Passage(stretch[0].start, word.end, word.language if speaks else "")
        start = at + 1


def _go_on(text: str, word: Passage, following: Passage) -> bool:
    between = text[word.end : following.start]
    return word.language == following.language and (
        not word.language or all(unicodedata.category(char)[0] in "ZPMC" for char in between)
    )


def _filled(found: Sequence[Passage], length: int) -> Iterator[Passage]:
    """The passages with the common characters between them given to the surrounding text."""
    at = 0
    for language, group in groupby(found, key=attrgetter("language")):
        if not language:
            continue
        stretches = list(group)
        if stretches[0].start > at:
            yield Passage(at, stretches[0].start, "")
        at = stretches[-1].end
        yield Passage(stretches[0].start, at, language)
    if at < length or not length:
        yield Passage(at, length, "")
