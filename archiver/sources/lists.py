"""Lists: the names in a byline, and the places and subjects in a field, told apart with restraint.

A link is one name. What is between links, and what commas and words for "and" part, is a name only
where it looks like one; the rest is given back, to be kept elsewhere.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

LINK = re.compile(r"(?<!!)\[([^\[\]\n]*)\]\(<?([^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)*)>?\)")

AND = {
    "en": ("and",),
    "ar": ("و",),
    "cs": ("a",),
    "da": ("og",),
    "de": ("und",),
    "el": ("και",),
    "es": ("y", "e"),
    "fa": ("و",),
    "fi": ("ja",),
    "fr": ("et",),
    "he": ("ו",),
    "hi": ("और", "एवं", "तथा"),
    "hu": ("és",),
    "it": ("e", "ed"),
    "nb": ("og",),
    "nl": ("en",),
    "no": ("og",),
    "pl": ("i", "oraz"),
    "pt": ("e",),
    "ro": ("și", "şi"),
    "ru": ("и",),
    "sv": ("och",),
    "tr": ("ve",),
    "uk": ("і", "й", "та"),
    "ur": ("اور",),
    "vi": ("và",),
}
"""Words for "and"; those of other languages part names only in a document of that language."""

ANY_AND = "|".join(sorted({re.escape(word) for words in AND.values() for word in words} | {"&"}))
AFTER_NAMES = re.compile(r"(?:Jr|Sr|I{2,3}|IV|PhD|MD|MP|OBE)\.?", re.IGNORECASE)
PARTICLES = {
    *("af", "al", "av", "bin", "bint", "da", "das", "de", "del", "della", "der", "des", "di", "do", "dos"),
    *("du", "e", "el", "en", "for", "ibn", "la", "las", "le", "les", "los", "of", "op", "ten", "ter"),
    *("the", "und", "van", "von", "y", "zu", "zum", "zur"),
}
"""Words within names that begin with a small letter."""
OUTSIDE = r"(?![^()（）]*[)）])"
"""Not within brackets."""
STRONG_SEPARATOR = r"\s*[;；؛、，|]\s*" + OUTSIDE
SEMICOLON = r"\s*[;；؛、]\s*"
COMMA = r"\s*[,،]\s*" + OUTSIDE
NOTE = r"\s*[(（]([^()（）]+)[)）]"
INITIALS = re.compile(r"(?:[^\W\d_]\.[\s-]?)+")
UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Scripts in which a whole name is one word."""
SENTENCE_END = (".", "!", "?", "…", "。", "؟", "।", ":")


class Listed(NamedTuple):
    """The items of a list, and the parts of it that are none."""

    items: list[Any]
    rest: list[str]


def uses_foreign_and(value: str) -> bool:
    """Whether a text has a word that means "and" in some language but English."""
    return re.search(rf"(?:^|\s)(?:{ANY_AND})(?:$|\s)", value) is not None and " and " not in value


def entry(line: str, language: str = "en") -> str:
    """A line of a list without its bullet, and the words for "and" that it begins or ends with."""
    ands = _ands(language)
    return re.sub(rf"^(?:[-–—•*·]\s+)?(?:(?:{ands})\s+)?|[\s,]+(?:{ands})$", "", line.strip())


def names(value: str, language: str = "en") -> Listed:
    """The creators in a byline: names, and where a bracket follows one, its note."""
    found = Listed([], [])
    links: list[str] = []
    for part in _parts(value, links, language):
        before, link, after = part.partition("\0")
        if link:
            name = links.pop(0)
            _place_link(name, before, re.sub("\0", lambda _: bare(links.pop(0)), after), found)
        elif found.items and AFTER_NAMES.fullmatch(part):
            found.items[-1] = f"{found.items[-1]}, {part}"
        elif looks_like_name(part) or (not found.items and not found.rest and not is_prose(part)):
            found.items.append(_noted(part))
        else:
            found.rest.append(part)
    return found


def _place_link(name: str, before: str, after: str, found: Listed) -> None:
    note = re.fullmatch(rf"{NOTE}\s*", after)
    found.items.append({"name": bare(name), "note": note[1]} if note else bare(name))
    found.rest.extend(text.strip() for text in (before, "" if note else after) if bare(text).strip(".:"))


def _noted(name: str) -> Any:
    found = re.fullmatch(rf"(.+?){NOTE}", name)
    return {"name": found[1], "note": found[2]} if found else name


def items(value: str, *, places: bool) -> Listed:
    """The places or subjects in a field. Text beside a link is part of its item.

    Commas part places only where several are links: `Paris, France` is one.
    """
    links: list[str] = []
    marked = _marked(value, links)
    found = Listed([], [])
    whole = places and len(links) < 2
    for part in re.split(SEMICOLON if whole else rf"{STRONG_SEPARATOR}|{COMMA}", marked):
        text = bare(re.sub("\0", lambda _: links.pop(0), part))
        if "\0" in part or (text and not _is_phrase(text, most=2 if places else 3)):
            found.items.append(text)
        elif text:
            found.rest.append(text)
    return Listed([item for item in found.items if item], found.rest)


def _is_phrase(text: str, most: int) -> bool:
    """Whether a text reads as a piece of a sentence and not as what an item is called."""
    words = text.split()
    in_a_sentence = text[0].islower() and (len(words) > most or words[0] == "to" or text.endswith("."))
    return in_a_sentence or is_prose(text) or len(words) > 8


def _marked(value: str, links: list[str]) -> str:
    """The text with a NUL in each link's place, parted at words for "and" beside one; fills `links`."""
    links += [link[1] for link in LINK.finditer(value)]
    marked = re.sub(r"\0(?=\s*\0)", "\0; ", LINK.sub("\0", value))
    return re.sub(rf"(?<=\0)\s*(?:&|\b(?:{ANY_AND}))\s+|\s+(?:{ANY_AND})\s*(?=\0)", " ; ", marked)


def _parts(value: str, links: list[str], language: str) -> list[str]:
    """The value parted at commas and words for "and" where those part names."""
    parts: list[str] = []
    for strong in re.split(STRONG_SEPARATOR, bare(_marked(value, links))):
        sides = re.split(rf"(?:\s*,)?\s+(?:{_ands(language)})\s+{OUTSIDE}", strong)
        if all(_is_inverted(_between_commas(side)) for side in sides):
            parts += sides
            continue
        pieces = _between_commas(strong)
        for piece in _with_initials(pieces):
            parts += _at_and(piece, language, listed=len(pieces) > 1)
    return [part for part in (bare(part) for part in parts) if part]


def _ands(language: str) -> str:
    own = AND.get(re.split("[-_]", language)[0].lower(), ())
    return "|".join(map(re.escape, ("and", "&", *own)))


def _between_commas(text: str) -> list[str]:
    return [piece for piece in re.split(COMMA, text) if piece]


def _is_inverted(pieces: list[str]) -> bool:
    """Whether this is one name, its surname first: Ruiz, Ana."""
    return (
        len(pieces) == 2
        and (len(pieces[1].split()) == 1 or INITIALS.fullmatch(pieces[1]) is not None)
        and not AFTER_NAMES.fullmatch(pieces[1])
        and not UNSPACED.search(pieces[1])
        and not any("\0" in piece or re.search(rf"\s(?:{ANY_AND})\s", piece) for piece in pieces)
    )


def _with_initials(pieces: list[str]) -> list[str]:
    """The pieces; surnames with the initials behind each, where all are such: Roe, J., Doe, K."""
    if len(pieces) % 2 or not all(map(INITIALS.fullmatch, pieces[1::2])):
        return pieces
    return [f"{surname}, {initials}" for surname, initials in zip(pieces[::2], pieces[1::2], strict=True)]


def _at_and(text: str, language: str, *, listed: bool) -> list[str]:
    """The names on both sides of a word for "and", where both sides are whole names."""
    text = re.sub(rf"^(?:{'|'.join(AND['en'])})\s+", "", text) if listed else text
    for word in _ands(language).split("|"):
        sides = re.split(rf"\s+{word}\s+{OUTSIDE}", text)
        if len(sides) < 2:
            continue
        lengths = [len(side.split()) for side in sides]
        whole = min(lengths) > 1 or (word == "and" and (listed or max(lengths) == 1))
        if whole and all(map(looks_like_name, sides)):
            return [name for side in sides for name in _at_and(side, language, listed=False)]
    return [text]


def bare(text: str) -> str:
    """A text without the marks of emphasis around it."""
    text = text.strip()
    marks = re.match(r"[*_]*", text)
    return text.strip("*_ ") if (marks and marks[0]) or text.endswith(("*", "_")) else text


def looks_like_name(text: str) -> bool:
    """Whether every word begins as those of names do, and there are few."""
    words = re.sub(r"\([^()]*\)", "", text).split()
    if not words or len(words) > 7 or re.search(r"[\d:：]", text) or is_prose(text):
        return False
    begun = [not word.lstrip("\"'“‘«(*_-")[:1].islower() for word in words]
    particles = [word.casefold() in PARTICLES or word[:2] in ("d'", "d’", "l'") for word in words]
    return all(map(max, begun, particles)) and any(
        b and not p for b, p in zip(begun, particles, strict=True)
    )


def is_prose(text: str) -> bool:
    """Whether a text is a sentence, or as long as one."""
    words = text.split()
    return len(words) > 12 or len(text) > 200 or (len(words) > 4 and text.endswith(SENTENCE_END))
