"""Parts: the year, month, day, season and era that the words of a date name, in whatever order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from archiver.dates.names import Languages, Names, key, names

ENGLISH = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)

NUMBERED_MONTH = re.compile(r"(?<!\d)(\d{1,2})\s*[月월]|\bth(?:ang|g)\s*(\d{1,2})(?!\d)(?:/(?=\d{4}))?")
ROMAN_MONTH = re.compile(r"(?:(?<=\d)[\s./-]+|\b(?=[ivx]{2}))(i{1,3}|iv|vi{0,3}|ix|xi{0,2})[\s./-]+(?=\d)")
"""A month in Roman numerals before a number; one letter is one only after a number too."""
ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
COUNTERS = re.compile(r"(?<=\d)\s*[年년日号號일]")


class Parts(NamedTuple):
    """What a date says, and whether its year came first."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    season: int | None = None
    year_first: bool = False

    def completed(self, end: Parts) -> tuple[Parts, Parts] | None:
        """The two ends of a range, each with what only the other says; None where they do not fit."""
        start = self
        if start.year and end.day is not None and not any((start.month, start.season, end.month, end.year)):
            if end.day == 0 and start.year % 100 == 99:
                return start, Parts(start.year + 1)
            end_year = start.year - start.year % 100 + end.day
            return (start, Parts(end_year)) if end.day > max(start.year % 100, 12) else None
        if end.year is None and not start.year_first:
            return None
        start = start._replace(year=end.year if start.year is None else start.year)
        end = end._replace(year=start.year if end.year is None else end.year)
        if start.day and not start.month:
            start = start._replace(month=end.month)
        if end.day and not end.month:
            end = end._replace(month=start.month)
        return (start, end) if start._precision == end._precision else None

    @property
    def _precision(self) -> tuple[bool, bool, bool]:
        return self.month is not None, self.season is not None, self.day is not None


def parts_of(text: str, languages: Languages) -> Parts | None:
    """The parts that a normalized text names; None where a word of it is not understood."""
    found = names(languages)
    tokens = list(_tokens(ROMAN_MONTH.sub(_roman_in_english, without_counters(text)), found))
    kinds = [kind for kind, _ in tokens]
    if "month" in kinds:
        tokens = [(kind, value) for kind, value in tokens if kind != "weekday or month"]
    else:
        tokens = [("month" if kind == "weekday or month" else kind, value) for kind, value in tokens]
    kinds = [kind for kind, _ in tokens]
    if "unknown" in kinds or any(kinds.count(kind) > 1 for kind in ("month", "season", "era", "dash+")):
        return None
    return _parts(tokens)


def without_counters(text: str) -> str:
    """A normalized text without the signs of year, month and day, some of which name weekdays too."""
    return COUNTERS.sub(" ", NUMBERED_MONTH.sub(_month_in_english, text))


def _month_in_english(numbered: re.Match[str]) -> str:
    month = int(numbered[1] or numbered[2])
    return f" {ENGLISH[month - 1]} " if 1 <= month <= 12 else numbered[0]


def _roman_in_english(roman: re.Match[str]) -> str:
    return f" {ENGLISH[ROMAN.index(roman[1])]} "


def _parts(tokens: list[tuple[str, int]]) -> Parts | None:
    values = dict(tokens)
    years = [value for kind, value in tokens if kind == "year"]
    small = [value for kind, value in tokens if kind in ("number", "long number")]
    era = values.get("era")
    if era is not None and not years and small:
        years = [small.pop()]
    if len(years) > 1 or len(small) > 1 or (small and small[0] > 99):
        return None
    year = None if not years else 1 - years[0] if era == 0 else years[0]
    if (era is not None and not years) or (years == [0] and era is not None):
        return None
    first = next((kind for kind, _ in tokens if kind in ("year", "number", "month")), "")
    day = small[0] if small else None
    return Parts(year, values.get("month"), day, values.get("season"), first == "year")


def _tokens(text: str, found: Names) -> Iterator[tuple[str, int]]:
    """The kinds and values of what a text says; fillers, weekdays and the dashes beside them left out.

    So are those that join a month to its number, as in 12-yanvar. A month that is named twice, as in
    كانون الثاني/يناير, is one.
    """
    last = ("", 0)
    compact = not re.search(r"\s", text)
    beside_filler = False
    dash = ""
    for match in found.pattern.finditer(text):
        kind, value = _meaning(match, found)
        if kind == "dash":
            dash = "" if beside_filler or compact else match[0]
            continue
        beside_filler = kind == "filler" or (kind == "month" and (kind, value) == last)
        joins = dash == dash.strip() and "month" in (kind, last[0])
        if dash and not (beside_filler or joins):
            yield "unknown", 0
        dash = ""
        if kind not in ("filler", "weekday") and (kind != "month" or (kind, value) != last):
            yield kind, value
        last = (kind, value)


def _meaning(match: re.Match[str], found: Names) -> tuple[str, int]:
    if match["number"]:
        length = len(match["number"])
        kinds = {1: "number", 2: "number", 3: "long number", 4: "year"}
        return kinds.get(length, "unknown"), int(match["number"])
    if match["dash"]:
        return "dash", 0
    word = key(match[0])
    if word in found.months:
        return "weekday or month" if word in found.weekdays else "month", found.months[word]
    for kind, table in (("season", found.seasons), ("era", found.eras)):
        if word in table:
            return kind, table[word]
    if word in found.weekdays:
        return "weekday", 0
    return ("filler", 0) if word in found.fillers else ("unknown", 0)
