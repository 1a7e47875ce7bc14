"""Names: the months, weekdays and eras of a document's languages, in every form CLDR has for them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import lru_cache
from typing import Any, NamedTuple

from archiver.dates import words

Languages = tuple[str, ...]

CLDR_KEYS = ("months", "days", "eras", "date_formats", "datetime_skeletons")
CLDR_FIELDS = {"M": "months", "L": "months", "E": "days", "c": "days"}
"""The letters of a CLDR date pattern (UTS 35, part 4) that stand for a name."""

WORD = r"[^\s\d.,:;/()'\"،؛、॰․‐-―~-]+"
HAN_DIGITS = "〇一二三四五六七八九"
HAN_NUMBER = re.compile(
    r"[〇零一二三四五六七八九]{4}(?=\s*年)|[一二三四五六七八九]?十?[一二三四五六七八九]?(?=\s*[月日号號世])(?<=[一二三四五六七八九十])"
)

ACCENT = re.compile("[\u0300-\u036f]")

COUNTED_ERAS = {
    "民国": (1911, 1, 200),
    "民國": (1911, 1, 200),
    "明治": (1867, 6, 45),
    "大正": (1911, 1, 15),
    "昭和": (1925, 1, 64),
    "平成": (1988, 1, 31),
    "令和": (2018, 1, 99),
}
"""Of eras of Japan and China: the year before it, and the first and last of its years that are of the
Gregorian calendar."""
YEAR_OF_ERA = re.compile(rf"({'|'.join(COUNTED_ERAS)})\s*(元|\d{{1,2}}|[{HAN_DIGITS}十]{{1,3}})(?=\s*年)")

NOT_IN_A_WORD = (r"(?<![^\W\d_])", r"(?![^\W\d_])")


class Names(NamedTuple):
    """What words mean in some languages: each kind by its key, see `key`. Monday is 0."""

    months: Mapping[str, int]
    seasons: Mapping[str, int]
    weekdays: Mapping[str, set[int]]
    eras: Mapping[str, int]
    fillers: frozenset[str]
    pattern: re.Pattern[str]


def normalized(text: str) -> str:
    """A text as dates are read in: one form of each letter, digit, apostrophe and space.

    Accents and the dot of i are left out, as they are in capitals.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    plain = "".join(c for c in folded if unicodedata.category(c) != "Cf" and c != "ـ")
    plain = re.sub("[’ʼ׳‘`´]", "'", plain).replace("־", "-").replace("ı", "i")
    plain = unicodedata.normalize("NFC", ACCENT.sub("", unicodedata.normalize("NFD", plain)))
    digits = "".join(str(int(c)) if c.isdecimal() else c for c in plain)
    digits = YEAR_OF_ERA.sub(_gregorian, digits)
    return " ".join(HAN_NUMBER.sub(lambda number: _counted(number[0]), digits).split())


def _gregorian(found: re.Match[str]) -> str:
    before, first, last = COUNTED_ERAS[found[1]]
    number = "1" if found[2] == "元" else found[2]
    year = int(number if number.isdecimal() else _counted(number))
    return str(before + year) if first <= year <= last else found[0]


def _counted(number: str) -> str:
    """A number in Han digits: 二〇〇二 by its digits, 二十一 by its tens."""
    tens, ten, ones = number.partition("十")
    if ten:
        return str(10 * (HAN_DIGITS.find(tens) if tens else 1) + (HAN_DIGITS.find(ones) if ones else 0))
    return "".join(str(HAN_DIGITS.find(digit)) for digit in number.replace("零", "〇"))


def key(name: str) -> str:
    """A name without what its writers add or leave out: full stops, spaces, apostrophes."""
    return re.sub(r"[.\s'॰․]", "", name)


@lru_cache(maxsize=64)
def names(languages: Languages) -> Names:
    """The names of `languages` and of English. One that would be two months is none."""
    months: dict[str, set[int]] = {}
    weekdays: dict[str, set[int]] = {}
    eras: dict[str, set[int]] = {}
    fillers = {key(word) for word in _words(words.FILLERS, languages)}
    spellings: set[str] = set()
    for kind, number, name in _named(languages):
        spellings.add(name)
        if kind == "months":
            months.setdefault(key(name), set()).add(number)
        elif kind == "days":
            weekdays.setdefault(key(name), set()).add(number)
        elif kind == "eras":
            eras.setdefault(key(name), set()).add(number)
        else:
            fillers.add(key(name))
    seasons = {
        key(normalized(word)): number
        for row in _rows(words.SEASONS, languages)
        for number, forms in enumerate(row, 21)
        for word in forms.split()
    }
    spellings |= {normalized(w) for row in _rows(words.SEASONS, languages) for w in " ".join(row).split()}
    return Names(
        {name: found.pop() for name, found in months.items() if len(found) == 1},
        seasons,
        weekdays,
        {name: found.pop() for name, found in eras.items() if len(found) == 1},
        frozenset(fillers),
        _scanner(spellings),
    )


@lru_cache(maxsize=64)
def puts_day_first_with_dots(languages: Languages) -> bool:
    """Whether CLDR writes a date in numbers as day, month and year with full stops in all of `languages`.

    In no language has it the month first where full stops part them and the year is last.
    """
    locales = [_cldr(language.replace("-", "_")) for language in languages]
    patterns = [data["date_formats"]["short"].pattern if data else "" for data in locales]
    return bool(patterns) and all(re.match(r"d+\.\s*M+\.\s*y", pattern) for pattern in patterns)


def _scanner(spellings: set[str]) -> re.Pattern[str]:
    """Finds names, the longest first, then numbers, dashes and other words."""
    parts = (_spelling(name) for name in sorted(spellings, key=len, reverse=True) if key(name))
    before, after = NOT_IN_A_WORD
    return re.compile(
        rf"{before}(?P<name>{'|'.join(parts)}){after}|(?P<number>\d+)"
        rf"|(?P<dash>\s*[‐-―~/-]+\s*)|(?P<word>{WORD})"
    )


def _spelling(name: str) -> str:
    """The pattern of a name whose full stops and spaces may be there or not."""
    parts = [re.escape(part) for part in re.split(r"[.\s'॰․]+", name) if part]
    return r"[.\s'॰․]*".join(parts)


def _words(table: Mapping[str, str], languages: Languages) -> Iterator[str]:
    for row in _rows(table, languages):
        yield from normalized(row).split()


def _rows(table: Mapping[str, Any], languages: Languages) -> list[Any]:
    return [table[language] for language in known_languages(languages) if language in table]


def known_languages(languages: Languages) -> Languages:
    """The languages whose words are used: the document's and English; all where it has none."""
    primary = [re.split("[-_]", tag)[0].lower() for tag in languages]
    found = [words.SAME_WORDS.get(language, language) for language in primary if language != "und"]
    return tuple(dict.fromkeys((*found, "en"))) if found else tuple(words.CIRCA)


def _named(languages: Languages) -> Iterator[tuple[str, int, str]]:
    """Every (kind, number, name); the kind of what a pattern has beside its fields is `fillers`."""
    for language in dict.fromkeys((*(re.sub("_", "-", tag) for tag in languages), "en")):
        primary = language.partition("-")[0].lower()
        for number, forms in enumerate(words.ERAS.get(primary, ())):
            for name in forms.split("|"):
                yield "eras", number, normalized(name)
        for name, number in words.MONTHS.get(primary, {}).items():
            yield "months", number, normalized(name)
        for locale in (language.replace("-", "_"), *words.VARIANTS.get(primary, ())):
            data = _cldr(locale)
            if data is not None:
                yield from _of_locale(data, numbered=primary in words.NUMBERED_MONTHS)


def _cldr(locale: str) -> Any:
    """The calendar of a locale, copied: Babel writes what it looks up into data that locales share."""
    from babel import Locale, UnknownLocaleError
    from babel.localedata import LocaleDataDict, load

    for name in (locale, locale.partition("_")[0]):
        try:
            data = load(str(Locale.parse(name)))
        except (UnknownLocaleError, ValueError):
            continue
        return LocaleDataDict(deepcopy({key: data[key] for key in CLDR_KEYS}))
    return None


def _of_locale(data: Any, *, numbered: bool) -> Iterator[tuple[str, int, str]]:
    around: dict[str, set[tuple[str, str]]] = {"months": {("", "")}, "days": {("", "")}}
    for pattern in _patterns(data):
        for letter, before, after in _attached(pattern):
            around[CLDR_FIELDS[letter]].add((before, after))
        for word in re.findall(WORD, _literals(pattern)):
            yield "fillers", 0, word
    for kind, affixes in around.items():
        for number, name in _forms(data[kind]):
            if not re.search(r"\d", name) and not (numbered and kind == "months"):
                for before, after in affixes:
                    yield kind, number, before + normalized(name) + after
    for width in ("wide", "abbreviated"):
        for number, name in data["eras"].get(width, {}).items():
            yield "eras", number, normalized(name)


def _forms(table: Any) -> Iterator[tuple[int, str]]:
    """The names of a table in sentences and alone; not the narrow ones, which are single letters."""
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            yield from table[context][width].items()


def _patterns(data: Any) -> Iterator[str]:
    """CLDR's patterns of dates, with fields as capital letters between NULs, in normal form."""
    written = [data["date_formats"][width].pattern for width in ("full", "long", "medium")]
    skeletons = data["datetime_skeletons"].items()
    written += [p.pattern for skeleton, p in skeletons if re.fullmatch("G?yMMMM?E?d?", skeleton)]
    for pattern in written:
        pieces = re.findall(r"'([^']*)'|(([A-Za-z])\3*)|([^A-Za-z'])", pattern)
        yield "".join(
            f"\0{letter}\0"
            if letter
            else normalized(quoted) or " " * quoted.isspace() or normalized(other) or " "
            for quoted, _, letter, other in pieces
        )


def _attached(pattern: str) -> Iterator[tuple[str, str, str]]:
    """The names' fields of a pattern, each with the letters that are written onto it."""
    letters = "[^\\W\\d_]*[\u0300-\u036f\u0e31-\u0e4e]*"
    for found in re.finditer(rf"(?<!\0)({letters})\0([MLEc])\0({letters})", pattern):
        yield found[2], found[1], found[3]


def _literals(pattern: str) -> str:
    return re.sub("\0[A-Za-z]\0", " ", pattern)
