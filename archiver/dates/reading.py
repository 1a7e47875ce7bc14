"""Reading: the EDTF for a date in words or numbers; day and month are put together by dateutil."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

from archiver.dates import words
from archiver.dates.edtf import is_edtf
from archiver.dates.names import (
    NOT_IN_A_WORD,
    Languages,
    key,
    known_languages,
    names,
    normalized,
    puts_day_first_with_dots,
)
from archiver.dates.parts import ENGLISH, Parts, parts_of, without_counters

DateOrder = Literal["dmy", "mdy", "ymd"]

MAX_CHARS = 200
"""A longer statement is not taken for a date."""

TIME_OF_DAY = re.compile(
    r"(?:[\s,]+|(?<=\d)t)(?:at|um|a|alle|kl\.?|om|в|о)?\s*\d{1,2}(?::|\s?h\s?)\d\d(?::\d\d(?:\.\d+)?)?"
    r"\s*(?:[ap]\.?m\.?)?\s*(?:uhr|[a-z]{1,4})?\s*(?:[+-]\d\d:?\d\d)?"
)
NUMERIC = re.compile(r"(\d{1,4})\s*([./-])\s*(\d{1,2})\s*\2\s*(\d{1,4})\.?")
MONTH_AND_YEAR = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{4})")
SUPPLIED = re.compile(r"\[(?!\.\.)([^\[\],]+)(?<!\.\.)\]")
"""A date that a cataloguer took from elsewhere (ISBD, A.8); not the sets of EDTF level 2."""
YEAR_AND_TWO_DIGITS = re.compile(r"(\d\d)(\d\d)\s*[‐-―~-]\s*(\d\d)")
OVER_TWO_YEARS = re.compile(r"(.*?)(\d{4})\s*[‐-―/-]\s*(\d{4}|\d\d)(.*)")
UNENDED = re.compile(r"(\d{4})\s*[‐-―-]\s*(\?)?")
UNBEGUN = re.compile(r"(\?)?\s*[‐-―-]\s*(\d{4})")
UNKNOWN_DIGITS = re.compile(r"(\d\d)(?:[‐-―-]{2}|\?\?)|(\d{3})[‐-―-]")
"""A century or decade of which no more is known, as cataloguers write it: 19--, 191- (AACR2, 1.4F7)."""
BASIC = re.compile(r"([12]\d{3})(\d\d)(\d\d)")
"""A day in the basic format of ISO 8601-1, 5.2.2.2."""
PERIOD = re.compile(r"-?[\dX]{4}(?:-\d\d)?")
DASHES = (r"\s+[‐-―~-]+\s+|[–—―〜~]", r"[‐-]", r"/")

DAY = re.compile(r"(?!0000)\d{4}-\d\d-\d\d")
"""A day of the Gregorian calendar, from the year 1 on, as EDTF has it."""

CENTURY = r"(?P<c>\d{1,2}|[ivxlхі]+)[-.'°]?(?:st|nd|rd|th|er|eme|e|de|ste|го|и|ος|ου|οσ|वीं|वी|lea|ο|o)?\.?"
CENTURIES = CENTURY + r"(?:\s*[‐-―-]\s*" + CENTURY.replace("<c>", "<to>") + ")?"
SLOTS = {"{}": "(.+?)", "{c}": CENTURY, "{d}": r"'?(?P<d>\d)0\.?"}
PLACEHOLDERS = re.compile(r"(\{[cd]?\})")
ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "х": 10, "і": 1}


class AmbiguousDate(ValueError):
    """A date such as 01/02/2002, which means two days where no order of day and month is given.

    Its message says what it may mean; `hint` how to write it.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class Manner(NamedTuple):
    """How the dates of a document are written: its languages, and the order of numbers if known."""

    languages: Languages
    order: DateOrder | None


def to_edtf(stated: str, languages: Sequence[str] = (), order: DateOrder | None = None) -> str | None:
    """The EDTF for a stated date, None where it is not understood.

    EDTF is returned as it is written. Words are those of English and `languages`; where none is
    known, those of any language, if all that understand them agree. A winter over two years has the
    first of them; of a time of day nothing is kept. Raises AmbiguousDate where a date has two
    meanings, such as day and month that cannot be told apart without `order`.
    """
    text = " ".join(stated.split())
    if not text or len(text) > MAX_CHARS:
        return None
    if is_edtf(text):
        return text
    known = tuple(language for language in languages if language != "und")
    found = _read(normalized(text), Manner(known, order)) or (None if known else _in_any(text, order))
    return None if found is None or _in_another_calendar(found, languages) else found


def is_on_another_weekday(stated: str, edtf: str, languages: Sequence[str]) -> bool:
    """Whether a stated date names a weekday, in English or `languages`, on which its EDTF is not."""
    if not DAY.fullmatch(edtf):
        return False
    found = names(tuple(language for language in languages if language != "und"))
    text = without_counters(normalized(stated))
    said = {key(match[0]) for match in found.pattern.finditer(text)} - found.months.keys()
    days = {day for word in said for day in found.weekdays.get(word, ())}
    return bool(days) and date.fromisoformat(edtf).weekday() not in days


def _in_any(text: str, order: DateOrder | None) -> str | None:
    """The one meaning that words have in all the languages that understand them."""
    languages = (*words.CIRCA, "hr")  # whose listopad is October, and November elsewhere
    meanings = {_read(normalized(text), Manner((language,), order)) for language in languages} - {None}
    return meanings.pop() if len(meanings) == 1 else None


def _in_another_calendar(edtf: str, languages: Sequence[str]) -> bool:
    years = [int(year) for year in re.findall(r"(?<![-\d])\d{4}", edtf.replace("X", "0"))]
    return any(
        year in words.OTHER_CALENDARS.get(re.split("[-_]", tag)[0].lower(), ())
        for tag in languages
        for year in years
    )


def _read(text: str, manner: Manner) -> str | None:
    text = SUPPLIED.sub(r"\1", text) if SUPPLIED.fullmatch(text) else text
    text = text.strip(" .,;،、")
    for read in READERS:
        found = read(text, manner)
        if found is not None and is_edtf(found):
            return found
    return None


def _iso(text: str, manner: Manner) -> str | None:
    """EDTF within words, as in `before 2002-05`."""
    years = YEAR_AND_TWO_DIGITS.fullmatch(text)
    if years and int(years[2]) < int(years[3]) <= 12:
        raise AmbiguousDate(
            f"{text!r} may be a month, or years from {years[1]}{years[2]} to {years[1]}{years[3]}",
            f"write {years[1]}{years[2]}/{years[1]}{years[3]} for the years",
        )
    return text.upper() if is_edtf(text.upper()) else None


def _numeric(text: str, manner: Manner) -> str | None:
    fillers = "|".join(map(re.escape, sorted(names(manner.languages).fillers)))
    found = NUMERIC.fullmatch(re.sub(rf"(?<=\d)\s*\.?\s*(?:{fillers})\.?$", "", text))
    if not found:
        return None
    first, last = found[1], found[4]
    a, b = int(first), int(found[3])
    if len(first) == 4 and len(last) <= 2:
        return f"{first}-{b:02}-{int(last):02}"
    if len(last) not in (2, 4) or len(first) > 2:
        return None
    order = "dmy" if found[2] == "." and puts_day_first_with_dots(manner.languages) else manner.order
    if order in (None, "ymd") and a != b and 1 <= a <= 12 and 1 <= b <= 12:
        raise AmbiguousDate(
            f"{text!r} may have the day or the month first",
            "write it as 2002-02-01, or set date_order to dmy or mdy",
        )
    day, month = (b, a) if b > 12 or (order == "mdy" and a <= 12) else (a, b)
    return f"{last}-{month:02}-{day:02}" if len(last) == 4 else None


def _numeric_with_weekday(text: str, manner: Manner) -> str | None:
    found = names(manner.languages)
    rest = found.pattern.sub(
        lambda word: " " if key(word[0]) in found.weekdays.keys() | found.fillers else word[0], text
    )
    return _numeric(rest.strip(" .,،()"), manner) if rest != text else None


def _month_and_year(text: str, manner: Manner) -> str | None:
    found = MONTH_AND_YEAR.fullmatch(text)
    return f"{found[2]}-{int(found[1]):02}" if found and 1 <= int(found[1]) <= 12 else None


def _without_time(text: str, manner: Manner) -> str | None:
    """A date with a time of day: what was not said to the second is no time in EDTF."""
    date = TIME_OF_DAY.sub(" ", f" {text}", count=1)
    return _read(date, manner) if date != f" {text}" and re.search(r"\d", date) else None


def _basic(text: str, manner: Manner) -> str | None:
    found = BASIC.fullmatch(text)
    return "-".join(found.groups()) if found else None


def _of_unknown_digits(text: str, manner: Manner) -> str | None:
    found = UNKNOWN_DIGITS.fullmatch(text)
    return f"{found[1] or found[2]}XX"[:4] if found else None


def _part_of_period(text: str, manner: Manner) -> str | None:
    """Early or late in a time of which EDTF of level 1 has no part: the whole of it."""
    for phrase in _phrases("PARTS", text, manner):
        found = _read(phrase[1], manner)
        if found and PERIOD.fullmatch(found):
            return found
    return None


def _part_of_century(text: str, manner: Manner) -> str | None:
    for found in _phrases("DECADES_OF_CENTURIES", text, manner):
        century = _century(found["c"])
        return f"{century - 1:02}{found['d']}X" if century else None
    numbered = _with_ordinals_as_numbers(text, manner)
    for found in _phrases("CENTURIES", numbered, manner, slot=CENTURIES):
        numbers = [_century(number) for number in found.group("c", "to") if number]
        return "/".join(f"{number - 1:02}XX" for number in numbers) if all(numbers) else None
    for found in _phrases("HUNDREDS", text, manner, slot=r"(\d\d)00"):
        return f"{found[1]}XX"
    for found in _phrases("DECADES", text, manner, slot=r"(\d{3})0"):
        if found[1].endswith("0") and re.search(r"\d(?:'?s|er)\b", text):
            raise AmbiguousDate(
                f"{text!r} may be ten years or a hundred",
                f"write {found[1]}X for ten years, {found[1][:2]}XX for a hundred",
            )
        return f"{found[1]}X"
    return None


def _with_ordinals_as_numbers(text: str, manner: Manner) -> str:
    for number, ordinal in _ordinals(known_languages(manner.languages)):
        text = ordinal.sub(str(number), text)
    return text


def _century(number: str) -> int:
    if number.isdigit():
        return int(number)
    values = [ROMAN[char] for char in number]
    return sum(-v if v < max(values[i:]) else v for i, v in enumerate(values))


def _approximate(text: str, manner: Manner) -> str | None:
    if doubted := re.fullmatch(r"(.+?)\s*(?:\(\?\)|\?)", text):
        found = _read(doubted[1], manner)
        if not found or "/" in found:
            return None
        return f"{found[:-1]}%" if found.endswith("~") else f"{found}?"
    for phrase in _phrases("CIRCA", text, manner):
        found = _read(phrase[1], manner)
        if found and ".." not in found:
            return "/".join(f"{side}~" for side in found.split("/"))
    return None


def _open_ended(text: str, manner: Manner) -> str | None:
    for table, form in (("BEFORE", "../{}"), ("AFTER", "{}/..")):
        for phrase in _phrases(table, text, manner):
            point = _read(phrase[1], manner)
            if point and "/" not in point:
                return form.format(point)
    return None


def _one_year_and_dash(text: str, manner: Manner) -> str | None:
    """Years of which only the first or the last stands there; with ? the other is not known."""
    if found := UNENDED.fullmatch(text):
        return f"{found[1]}/" if found[2] else f"{found[1]}/.."
    if found := UNBEGUN.fullmatch(text):
        return f"/{found[2]}" if found[1] else f"../{found[2]}"
    return None


def _between(text: str, manner: Manner) -> str | None:
    for phrase in _phrases("BETWEEN", text, manner):
        if found := _range(phrase[1], phrase[2], manner):
            return found
    return None


def _with_dash(text: str, manner: Manner) -> str | None:
    """A range with a dash. 2002-13 is none: it is as likely a month or a day that went wrong.

    Neither is 2001-33, a quarter: EDTF of level 2 has numbers up to 41 for the parts of a year.
    """
    years = re.fullmatch(r"\d\d(\d\d)-(\d\d)", text)
    if years and int(years[2]) <= 41 and int(years[2]) != (int(years[1]) + 1) % 100:
        return None
    for dash in DASHES:
        start, *end = re.split(dash, text)
        if len(end) == 1 and (found := _range(start, end[0], manner)):
            return found
    return None


def _range(start: str, end: str, manner: Manner) -> str | None:
    """From one date to another, either of which may leave to the other what they share."""
    whole = [_read(side, manner) if re.search(r"\d{3}", side) else None for side in (start, end)]
    if whole[0] and whole[1]:
        return None if "/" in "".join(map(str, whole)) else f"{whole[0]}/{whole[1]}"
    sides = [parts_of(side, manner.languages) for side in (start, end)]
    if sides[0] is None or sides[1] is None:
        return None
    both = sides[0].completed(sides[1])
    points = [_point(side) for side in both] if both else []
    return "/".join(map(str, points)) if points and None not in points and points[0] != points[1] else None


def _season_over_years(text: str, manner: Manner) -> str | None:
    found = OVER_TWO_YEARS.fullmatch(text)
    if not found or int(found[3]) % 100 != (int(found[2]) + 1) % 100:
        return None
    parts = parts_of(f"{found[1]} {found[2]} {found[4]}", manner.languages)
    return _point(parts) if parts and parts.season else None


def _date(text: str, manner: Manner) -> str | None:
    parts = parts_of(text, manner.languages)
    return _point(parts) if parts else None


def _point(parts: Parts) -> str | None:
    if parts.year is None or parts.day == 0 or (parts.day and not parts.month):
        return None
    year = f"{parts.year:04}" if parts.year >= 0 else f"-{-parts.year:04}"
    if parts.season:
        return None if parts.month else f"{year}-{parts.season}"
    if not parts.month:
        return year
    from dateutil.parser import parse

    try:
        found = parse(f"{parts.day or 1} {ENGLISH[parts.month - 1]} 2000")
    except ValueError:
        return None
    return f"{year}-{found:%m-%d}" if parts.day else f"{year}-{found:%m}"


Reader = Callable[[str, Manner], str | None]

READERS: tuple[Reader, ...] = (
    _iso,
    _numeric,
    _numeric_with_weekday,
    _month_and_year,
    _basic,
    _of_unknown_digits,
    _part_of_century,
    _part_of_period,
    _season_over_years,
    _between,
    _one_year_and_dash,
    _approximate,
    _open_ended,
    _with_dash,
    _date,
    _without_time,
)


def _phrases(table: str, text: str, manner: Manner, slot: str = "(.+?)") -> Iterator[re.Match[str]]:
    """How the forms of a table fit a text, those of the document's languages first."""
    for form in _forms(table, known_languages(manner.languages), slot):
        if found := form.fullmatch(text):
            yield found


@lru_cache(maxsize=512)
def _forms(table: str, languages: Languages, slot: str) -> tuple[re.Pattern[str], ...]:
    rows = getattr(words, table)
    return tuple(
        _form(normalized(form), slot)
        for language in languages
        for form in rows.get(language, "").split("|")
        if form
    )


@lru_cache(maxsize=64)
def _ordinals(languages: Languages) -> tuple[tuple[int, re.Pattern[str]], ...]:
    """Each number and how its ordinals are written, the greatest first: twenty-first before twentieth."""
    before, after = NOT_IN_A_WORD
    rows = [words.ORDINALS[language].split("|") for language in languages if language in words.ORDINALS]
    forms = [(number, "/".join(column)) for number, column in enumerate(zip(*rows, strict=True), 11)]
    return tuple(
        (number, re.compile(rf"{before}(?:{'|'.join(map(_ordinal, form.split('/')))}){after}"))
        for number, form in reversed(forms)
    )


def _ordinal(form: str) -> str:
    return r"[\s‐-―-]*".join(rf"{re.escape(normalized(word))}[^\W\d_]{{0,3}}" for word in form.split("-"))


def _form(form: str, slot: str) -> re.Pattern[str]:
    pieces = PLACEHOLDERS.split(form)
    return re.compile("".join(slot if p == "{}" else SLOTS.get(p) or _literal(p) for p in pieces))


def _literal(text: str) -> str:
    """Words as a pattern: full stops and apostrophes may be missing, and a space beside a number."""
    loose = {" ": r"(?:\s+|(?<=[\W\d])|(?=\d))", ".": r"\.?", "'": "'?", "-": r"\s?[‐-―-]?\s?"}
    return "".join(loose.get(char) or re.escape(char) for char in text)
