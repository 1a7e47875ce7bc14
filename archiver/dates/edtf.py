"""EDTF: whether a text is a date or interval of levels 0 and 1 (ISO 8601-2:2019, annex A).

Level 1 leaves digits unspecified from the right and no further than this: 201X, 20XX, 2004-XX,
1985-04-XX, 1985-XX-XX. What is level 2 (1XXX, XXXX, 156X-12, 1985-XX-03) is not known here.
"""

from __future__ import annotations

import re

DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

POINT = re.compile(
    r"""(?x)
    (?P<year>-?\d{4}|Y-?[1-9]\d{4,11}|\d\d\dX|\d\dXX)
    (?:-(?P<month>\d\d|XX)(?:-(?P<day>\d\d|XX))?)?
    (?:T(?P<time>\d\d:\d\d:\d\d)(?P<zone>Z|[+-]\d\d(?::\d\d)?)?)?
    (?P<qualifier>[?~%])?"""
)
TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d")
ZONE = re.compile(r"Z|[+-](?:[01]\d|2[0-3])(?::[0-5]\d)?")
SEASONS = range(21, 25)


def is_edtf(text: str) -> bool:
    """Whether `text` is a date or interval of EDTF level 0 or 1."""
    start, slash, end = text.partition("/")
    if not slash:
        return _is_point(text)
    sides = [side for side in (start, end) if side not in ("", "..")]
    if not sides or any("T" in side or not _is_point(side) for side in sides):
        return False
    return len(sides) == 1 or _sortable(start) <= _sortable(end)


def is_within(inner: str, outer: str) -> bool:
    """Whether an EDTF date or interval is surely in a date, such as 1990/1993 in 199X."""
    begins = outer.rstrip("?~%").rstrip("X")
    return "/" not in outer and all(side.startswith(begins) for side in inner.split("/"))


def _is_point(text: str) -> bool:
    found = POINT.fullmatch(text) if text.isascii() else None
    if not found:
        return False
    year, month, day, time = found.group("year", "month", "day", "time")
    if year == "-0000" or (month and ("X" in year or "Y" in year)):
        return False
    if time and not (
        day
        and "X" not in month + day
        and not found["qualifier"]
        and TIME.fullmatch(time)
        and ZONE.fullmatch(found["zone"] or "Z")
    ):
        return False
    return month is None or _is_in_calendar(year, month, day)


def _is_in_calendar(year: str, month: str, day: str | None) -> bool:
    if month == "XX":
        return day in (None, "XX")
    if int(month) in SEASONS:
        return day is None
    if not 1 <= int(month) <= 12:
        return False
    if day in (None, "XX"):
        return True
    leap = int(year) % 4 == 0 and (int(year) % 100 != 0 or int(year) % 400 == 0)
    return 1 <= int(day or 0) <= (28 if month == "02" and not leap else DAYS[int(month) - 1])


def _sortable(point: str) -> tuple[int, str]:
    sign = -1 if point.startswith("-") else 1
    year, _, rest = point.rstrip("?~%").replace("X", "0").lstrip("Y-").partition("-")
    return sign * int(year), rest
