"""Bylines: who wrote an article, and where and when, in a line each, with the commas of its language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from archiver.article import Creator, PublicationDate
from archiver.rendition.direction import isolated
from archiver.scripts import writing_scripts


class Marks(NamedTuple):
    """What parts the items of a list, and what parts those that have commas themselves."""

    comma: str = ", "
    semicolon: str = "; "


MARKS = {"Hang": Marks(), "Hani": Marks("、", "；"), "Arab": Marks("، ", "؛ ")}
"""The marks of scripts; the first of them that a language is written in counts."""


def byline(creators: Sequence[Creator], language: str) -> str:
    """The creators of an article in `language` on one line, each with role and note where there are any."""
    marks = _marks(language)
    return _listed([_credit(creator, marks) for creator in creators], marks)


def dateline(places: Sequence[str], date: PublicationDate | None, language: str) -> str:
    """The places and the date of an article in `language` on one line; empty where there is neither."""
    when = (date.stated or date.edtf or "") if date else ""
    where = _listed([isolated(place) for place in places], _marks(language))
    return " · ".join(filter(None, (where, when and isolated(when))))


def _marks(language: str) -> Marks:
    scripts = writing_scripts(language)
    return next((marks for script, marks in MARKS.items() if script in scripts), Marks())


def _listed(items: Sequence[str], marks: Marks) -> str:
    parted = any(mark in item for item in items for mark in ",،、")
    return (marks.semicolon if parted else marks.comma).join(items)


def _credit(creator: Creator, marks: Marks) -> str:
    more = marks.semicolon.join(isolated(text) for text in (creator.role, creator.note) if text)
    return isolated(creator.name) + (f" ({more})" if more else "")
