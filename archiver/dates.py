"""Dates: what a person wrote becomes EDTF (ISO 8601-2, level 1), never more exact than it was said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Literal

from dateutil import parser as dateutil_parser

DateOrder = Literal["dmy", "mdy", "ymd"]

MAX_CHARS = 200
"""A longer statement is not taken for a date."""

DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

QUALIFIED = r"[?~%]?"
LEVEL_1 = re.compile(
    rf"""(?x)
    (?P<year>-?\d{{4}}|Y-?[1-9]\d{{4,11}}|\d\d\dX|\d\dXX)
    (?:-(?P<month>\d\d|XX)(?:-(?P<day>\d\d|XX))?)?
    (?:T(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:Z|[+-]\d\d(?::\d\d)?)?)?
    {QUALIFIED}"""
)

SEASONS = {
    21: "spring frühling frühjahr printemps primavera весна весной άνοιξη الربيع ربيع אביב वसंत",
    22: "summer sommer été verano estate verão лето летом καλοκαίρι الصيف صيف קיץ ग्रीष्म",
    23: "autumn fall herbst automne otoño autunno outono осень осенью φθινόπωρο الخريف خريف סתיו शरद",
    24: "winter hiver invierno inverno зима зимой χειμώνας الشتاء شتاء חורף शीत",
}
SEASON_OF = {word: number for number, words in SEASONS.items() for word in words.split()}

CIRCA = (
    r"circa|ca\.?|c\.|about|around|approximately|um|etwa|vers|environ|hacia|около|примерно|"
    r"περίπου|حوالي|בערך|लगभग"
)
YEAR_MARKS = re.compile(r"(?<=\d)\s*(?:г\.?|года?|год|г\.г\.|أم|م|ई\.?)$")
ORDINALS = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|º|\.)(?=[\s,]|$)", re.IGNORECASE)
FILLERS = re.compile(r"\b(?:of|de|del|di|den|der|the|le|του|της)\b", re.IGNORECASE)
NUMERIC = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})")


class AmbiguousDate(ValueError):
    """A date such as 01/02/2002, which means two days where no order of day and month is given."""


def is_edtf(text: str) -> bool:
    """Whether `text` is a date or interval of EDTF level 0 or 1 (ISO 8601-2)."""
    start, slash, end = text.partition("/")
    if not slash:
        return _is_point(text)
    open_ended = ("", "..")
    if start in open_ended and end in open_ended:
        return False
    sides = [side for side in (start, end) if side not in open_ended]
    return all(_is_point(side) and "T" not in side for side in sides) and not (
        len(sides) == 2 and _sortable(start) > _sortable(end)
    )


def _is_point(text: str) -> bool:
    found = LEVEL_1.fullmatch(text) if text.isascii() else None
    if not found:
        return False
    year, month, day, hour = found.group("year", "month", "day", "hour")
    if ("X" in year or year.startswith("Y")) and month:
        return False
    if hour and (not day or "X" in (month + day) or text[-1] in "?~%"):
        return False
    if hour and (int(hour) > 23 or int(found["minute"]) > 59 or int(found["second"]) > 59):
        return False
    if month == "XX":
        return day in (None, "XX")
    if month and 21 <= int(month) <= 24:
        return day is None
    if month and not 1 <= int(month) <= 12:
        return False
    if day and day != "XX":
        leap = int(year) % 4 == 0 and (int(year) % 100 != 0 or int(year) % 400 == 0)
        most = 28 if month == "02" and not leap else DAYS[int(month) - 1]
        return 1 <= int(day) <= most
    return True


def _sortable(text: str) -> tuple[int, str]:
    year, _, rest = text.rstrip("?~%").replace("X", "0").lstrip("Y").partition("-")
    return (int(year) if year else -int(rest[:4]), rest)


def to_edtf(stated: str, languages: Sequence[str] = (), order: DateOrder | None = None) -> str | None:
    """The EDTF for a stated date, None where it is not understood.

    EDTF is returned as it is written. Month names are those of English and `languages`. A winter
    over two years has the first of them. Raises AmbiguousDate where day and month cannot be told
    apart and `order` is not given.
    """
    text = " ".join(stated.split())
    if not text or len(text) > MAX_CHARS:
        return None
    if is_edtf(text):
        return text
    text = "".join(_ascii_digit(char) for char in text).strip(" .,;")
    for understood in (_approximate, _interval, _part_of_century, _season, _numeric, _named):
        found = understood(text, tuple(languages), order)
        if found is not None and is_edtf(found):
            return found
    return None


def _ascii_digit(char: str) -> str:
    return str(int(char)) if char.isdecimal() else char


Languages = tuple[str, ...]


def _approximate(text: str, languages: Languages, order: DateOrder | None) -> str | None:
    circa = re.fullmatch(rf"(?:{CIRCA})\s*(.+)", text, re.IGNORECASE)
    doubted = re.fullmatch(r"(.+?)\s*(?:\(\?\)|\?)", text)
    inner = circa or doubted
    found = to_edtf(inner[1], languages, order) if inner else None
    if found is None or "/" in found or found[-1] in "?~%" or "T" in found:
        return None
    return found + ("~" if circa else "?")


def _interval(text: str, languages: Languages, order: DateOrder | None) -> str | None:
    opened = re.fullmatch(r"(before|until|after|since)\s+(.+)", text, re.IGNORECASE)
    if opened:
        point = to_edtf(opened[2], languages, order)
        if point is None or "/" in point:
            return None
        return f"../{point}" if opened[1].lower() in ("before", "until") else f"{point}/.."
    between = re.fullmatch(
        r"(?:between|from)\s+(.+?)\s+(?:and|to)\s+(.+)", text, re.IGNORECASE
    ) or re.fullmatch(r"(\d{4})\s*[-–—]\s*(\d{4})", text)
    if not between:
        return None
    sides = [to_edtf(side, languages, order) for side in between.groups()]
    return None if None in sides or any("/" in (s or "") for s in sides) else "/".join(map(str, sides))


def _part_of_century(text: str, languages: Languages, order: DateOrder | None) -> str | None:
    if decade := re.fullmatch(r"(\d\d\d)0(?:['’]?s|er|-е|е)(?: годы)?", text):
        return f"{decade[1]}X"
    if century := re.fullmatch(r"(?:the )?(\d\d?)(?:st|nd|rd|th) century", text, re.IGNORECASE):
        return f"{int(century[1]) - 1:02}XX" if int(century[1]) > 0 else None
    return None


def _season(text: str, languages: Languages, order: DateOrder | None) -> str | None:
    found = re.fullmatch(r"([^\d\s,]+)[\s,]+(\d{4})(?:\s*[-–/]\s*(\d{2}|\d{4}))?", YEAR_MARKS.sub("", text))
    if not found or found[1].lower() not in SEASON_OF:
        return None
    season, year, following = SEASON_OF[found[1].lower()], int(found[2]), found[3]
    if following and int(following) % 100 != (year + 1) % 100:
        return None
    return f"{year:04}-{season}"


def _numeric(text: str, languages: Languages, order: DateOrder | None) -> str | None:
    found = NUMERIC.fullmatch(text)
    if not found:
        return None
    first, last = found[1], found[4]
    if len(first) == 4 and len(last) <= 2:
        return f"{first}-{int(found[3]):02}-{int(last):02}"
    if len(last) != 4 or len(first) > 2:
        return None
    a, b = int(first), int(found[3])
    if order is None and a <= 12 and b <= 12 and a != b:
        raise AmbiguousDate(f"{text!r} may be day or month first")
    day, month = (b, a) if b > 12 or (order == "mdy" and a <= 12) else (a, b)
    return f"{last}-{month:02}-{day:02}"


def _named(text: str, languages: Languages, order: DateOrder | None) -> str | None:
    """A date with the month's name, by dateutil; only what was stated goes into the EDTF."""
    if not re.search(r"\d{4}", text) or re.search(r"\d{5}|/", text):
        return None
    plain = FILLERS.sub(" ", ORDINALS.sub("", YEAR_MARKS.sub("", text)))
    words = re.findall(r"\d+|[^\d\s.,;/–-]+", plain)
    months = _months(languages)
    translated = [months.get(word.casefold().rstrip("."), word) for word in words]
    if sum(word in ENGLISH for word in translated) != 1 or len(words) > 4:
        return f"{words[0]}" if words and len(words) == 1 and len(words[0]) == 4 else None
    weekdays = _weekdays(languages)
    translated = [word for word in translated if word.casefold() not in weekdays]
    numbers = [word for word in translated if word.isdigit()]
    if len(translated) != len(numbers) + 1 or not 1 <= len(numbers) <= 2:
        return None
    if sum(len(number) == 4 for number in numbers) != 1 or any(len(n) == 3 for n in numbers):
        return None
    try:
        first, second = (
            dateutil_parser.parse(" ".join(translated), default=datetime(year, 1, day))
            for year, day in ((2000, 1), (2004, 2))
        )
    except (ValueError, OverflowError):
        return None
    return f"{first:%Y-%m-%d}" if first == second else f"{first:%Y-%m}"


ENGLISH = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


@lru_cache(maxsize=64)
def _months(languages: Languages) -> dict[str, str]:
    """Month names, in every form that the languages have, to the English that dateutil reads."""
    return {name: ENGLISH[month - 1] for month, name in _names("months", languages)}


@lru_cache(maxsize=64)
def _weekdays(languages: Languages) -> frozenset[str]:
    return frozenset(name for _, name in _names("days", languages))


def _names(kind: str, languages: Languages) -> Iterator[tuple[int, str]]:
    from babel import Locale, UnknownLocaleError

    for language in (*languages, "en"):
        try:
            locale = Locale.parse(language, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                names = getattr(locale, kind).get(context, {}).get(width, {})
                for number, name in names.items():
                    for word in re.findall(r"[^\d\s.]+", name):
                        yield number, word.casefold()
