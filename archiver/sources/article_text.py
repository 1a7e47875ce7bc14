"""Article text: a title, fields such as `Author: [Name](#)`, and paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import takewhile
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from archiver.article import WebAddress
from archiver.sources import labels, lists
from archiver.sources.languages import inferred
from archiver.sources.lists import LINK, bare
from archiver.sources.parts import Block, Noticed, Parts, is_kept, link_span
from archiver.sources.pseudonyms import noted

FIELD = re.compile(
    rf"[*_]{{0,3}}(?P<label>{labels.ANY})[*_]{{0,3}}\s*[:：][*_]{{0,3}}\s*(?P<value>.*)", re.IGNORECASE
)
UNKNOWN_FIELD = re.compile(
    r"(?:[*_]{0,3}(?P<label>[^\W\d_]+(?:[ '’-][^\W\d_]+){0,2})[*_]{0,3}\s*[:：][*_]{0,3}\s*|(?P<by>By)\s+)"
    r"(?P<value>\S.*)"
)
UNKNOWN = "unknown"
"""Stands for a field of no kind that is known."""
TITLE_MARKS = re.compile(rf"#{{1,6}}\s+|(?:{labels.TITLES})\s*[:：]\s*(?=\S)", re.IGNORECASE)
"""What a title may begin with and is no part of it: the mark of a heading, or a label."""
UNDERLINE = re.compile(r"={3,}|-{3,}")
COLON = re.compile("[:：]")
LONGEST_LABEL = 50
"""Characters of a label and what is before its colon: most lines have no colon so early."""
MARK = re.compile(r"[-–—•·*]\s")
"""What lines of their own begin with: the items of a list, or what is said in turn."""
PICTURE = re.compile(r"!\[[^\[\]\n]*\]\([^()\s]+\)")
LISTS = {"creators", "places", "subjects", "language"}

STANDFIRST_CHARS = 400
MOST_WORDS = 8
"""A field that is not known has so many words at most; more are a sentence."""
EDGE = 1
"""Fields stand at the head and the foot: with so many paragraphs at most on their outer side."""


class Line(NamedTuple):
    """A line of the source, numbered from 1."""

    number: int
    text: str


class Labelled(NamedTuple):
    """A line that begins as a field does: which, by what label, and what follows it."""

    field: str
    label: str
    value: str


class Value(NamedTuple):
    """What a line of a field gives, and what of the line has no place there."""

    value: Any
    rest: str = ""


def parse(text: str, name: str, language: str | None = None) -> Parts:
    """The parts of an article text, which is in `language` unless it says so itself.

    What has no place in a field stays in the body, with a warning that names its line.
    """
    return _Reader(text, name, language).parts()


class _Reader:
    def __init__(self, text: str, name: str, language: str | None) -> None:
        self.text, self.given_language = text, language
        self.noticed = Noticed(name)
        self.fields: dict[str, Any] = {}
        self.places: dict[str, str] = {}
        self.body: list[Block] = []
        self.prose: list[tuple[int, int]] = []
        """Where in the body the paragraphs of the text itself are, and the lines that they begin at."""
        self.prose_before_byline: int | None = None

    def parts(self) -> Parts:
        groups = self._with_lists_joined(_groups(self.text))
        prose = [index > 0 and not self._labelled(group[0].text) for index, group in enumerate(groups)]
        for edge in (range(1, len(groups)), range(len(groups) - 1, 0, -1)):
            for index in takewhile(lambda at: not prose[at] or _unknown_field(groups[at][0].text), edge):
                prose[index] = False
        before, after = 0, sum(prose)
        for index, group in enumerate(groups):
            if index == 0 and not self._labelled(group[0].text):
                self._title(group.pop(0))
                self._subtitle(group, alone=len(groups) == 1)
            after -= prose[index]
            outside = not prose[index] and 0 in (before, after)
            self._group(group, at_edge=before <= EDGE or after <= EDGE, outside=outside)
            before += prose[index]
        self._pseudonyms()
        self._standfirst()
        return Parts(self.fields, self.body, self.places, self.noticed.findings)

    def _with_lists_joined(self, groups: Iterator[list[Line]]) -> list[list[Line]]:
        """The paragraphs, with those of linked names alone as part of the list before them."""
        joined: list[list[Line]] = []
        for group in groups:
            if joined and self._ends_in_list(joined[-1]) and all(_is_linked_name(x.text) for x in group):
                joined[-1] += group
            else:
                joined.append(group)
        return joined

    def _ends_in_list(self, lines: list[Line]) -> bool:
        before = next((line for line in reversed(lines) if not _is_linked_name(line.text)), lines[0])
        found = self._labelled(before.text)
        return found is not None and found.field in LISTS

    @cached_property
    def language(self) -> str:
        stated = re.search(r"^\W*Language\W*:\W*([\w-]+)", self.text, re.MULTILINE | re.IGNORECASE)
        return (stated and stated[1]) or self.given_language or inferred(self.text)

    def _title(self, line: Line) -> None:
        self.fields["title"] = _plain(TITLE_MARKS.sub("", line.text))
        self.places["title"] = self.noticed.at(line.number)
        self._keep_links(line, "the title")

    def _subtitle(self, lines: list[Line], *, alone: bool) -> None:
        """Take the lines below the title, up to a field, for the subtitle; not those that are the text."""
        if lines and UNDERLINE.fullmatch(lines[0].text):
            del lines[0]
        below = list(takewhile(lambda line: not self._labelled(line.text), lines))
        plain = " ".join(_plain(line.text) for line in below)
        if not below or alone or lists.is_prose(plain):
            return
        self.fields["subtitle"] = plain
        self.places["subtitle"] = self.noticed.at(below[0].number)
        for line in below:
            self._keep_links(line, "the subtitle")
        del lines[: len(below)]

    def _group(self, lines: list[Line], *, at_edge: bool, outside: bool) -> None:
        """Take a paragraph: fields, and below them text; `outside` all text unknown fields, too."""
        previous = ""
        while lines:
            if found := self._labelled(lines[0].text):
                goes_on = found.field in LISTS and previous == found.field
                taken = self._field(found, lines, at_edge=at_edge, goes_on=goes_on)
                previous = found.field
            elif outside and (told := _unknown_field(lines[0].text, below_fields=bool(previous))):
                self._unplaced(told, lines[0])
                self.body.append(self._paragraph(lines[:1]))
                taken, previous = 1, UNKNOWN
            else:
                break
            if not taken:
                break
            lines = lines[taken:]
        if lines:
            if not self._labelled(lines[0].text):
                if previous in LISTS - {"creators"}:
                    self._unplaced(f"the line below the {previous} does not read as one of them", lines[0])
                self.prose.append((len(self.body), lines[0].number))
            self.body.append(self._paragraph(lines))

    def _labelled(self, text: str) -> Labelled | None:
        found = FIELD.match(text) if COLON.search(text[:LONGEST_LABEL]) else None
        if not found:
            return None
        label = found["label"]
        field = labels.field_of(label, "en") or labels.field_of(label, self.language)
        return Labelled(field, label, found["value"]) if field else None

    def _field(self, found: Labelled, lines: list[Line], *, at_edge: bool, goes_on: bool) -> int:
        """Take a field from the first of the lines; how many lines it has, 0 where they are no field."""
        field, label, first = found.field, found.label, lines[0]
        value = self._value(field, label, found.value, at_edge=at_edge)
        values = [(first, value)] if found.value.strip() else []
        if field in LISTS and (value.value or not values):
            values += self._further(field, lines[1:])
        taken = max(1, len(values) + (not found.value.strip()))
        if not any(value.value for _, value in values):
            self._unplaced(f"{label} has no value that is one", first)
            return 0
        if field in self.fields and not goes_on:
            self._unplaced(f"{label} has a second value", first)
            self.body.append(self._paragraph(lines[:taken]))
            return taken
        if field == "creators" and self.prose_before_byline is None:
            self.prose_before_byline = len(self.prose)
        self.places.setdefault(field, self.noticed.at(first.number))
        for line, part in values:
            self._place(field, label, line, part)
        return taken

    def _place(self, field: str, label: str, line: Line, part: Value) -> None:
        if field in LISTS:
            self.fields.setdefault(field, []).extend(part.value or ())
        else:
            self.fields[field] = part.value
        if part.rest:
            self._unplaced(f"{label} has {part.rest!r} beside its value", line)
            self.body.append(self._paragraph([line]))
        elif field != "source_url" and not isinstance(part.value, dict):
            self._keep_links(line, f"the field {label}")

    def _further(self, field: str, lines: list[Line]) -> list[tuple[Line, Value]]:
        """The lines below a list's first that go on with it."""
        values = []
        for line in lines:
            text = line.text
            if field == "creators":
                text = lists.entry(text, self._language_of_byline(text))
            value = self._value(field, "", text, at_edge=True)
            linked = LINK.search(line.text) is not None
            named = linked or lists.looks_like_name(text) or field not in ("creators", "places")
            another = self._labelled(line.text) or _unknown_field(line.text)
            if another or not named or not value.value or (value.rest and not linked):
                break
            values.append((line, value))
        return values

    def _value(self, field: str, label: str, text: str, *, at_edge: bool) -> Value:
        """The value of a field in a text, None where the text does not read as one."""
        linked = LINK.search(text) is not None
        if field == "source_url":
            return _address(text)
        if field == "date":
            plain = _plain(text)
            digits = re.search(r"\d", plain)
            return Value(None if lists.is_prose(plain) or not (at_edge or digits) else plain)
        if not (at_edge or linked):
            return Value(None)
        if field == "creators":
            return self._creators(label, text)
        if field in LISTS:
            found = lists.items(text, places=field == "places")
            whole = field == "places" and found.items
            return Value(found.items if whole or not found.rest else None, ", ".join(found.rest))
        if field == "rights":
            return Value(_rights(text))
        return Value(None if lists.is_prose(text) else _plain(text).strip("<>") or None)

    def _creators(self, label: str, text: str) -> Value:
        if label.lower() == "by" and not (LINK.search(text) or lists.looks_like_name(text)):
            return Value(None)
        language = self._language_of_byline(text)
        found = lists.names(lists.entry(text, language), language)
        return Value(found.items, ", ".join(found.rest))

    def _language_of_byline(self, text: str) -> str:
        return self.language if lists.uses_foreign_and(text) else "en"

    def _standfirst(self) -> None:
        """Take the paragraph after the byline for the standfirst, where more text follows it."""
        if self.prose_before_byline != 0 or len(self.prose) < 2 or "title" not in self.fields:
            return
        at, number = self.prose[0]
        spans = self.body[at]["content"]
        plain = "".join(span["text"] for span in spans).replace("\n", " ")
        if len(plain) > STANDFIRST_CHARS:
            return
        self.fields["abstract"] = plain
        self.body[at : at + 1] = [
            block
            for span in spans
            if "href" in span
            for block in self.noticed.moved_link(span["text"], span["href"], "the standfirst", number)
        ]

    def _pseudonyms(self) -> None:
        """Note of creators what the last paragraphs, but the first of all, say of their names."""
        for at, _ in self.prose[1:][-1 - EDGE :]:
            plain = "".join(span["text"] for span in self.body[at]["content"]).replace("\n", " ")
            if "creators" in self.fields:
                self.fields["creators"] = noted(self.fields["creators"], plain)

    def _keep_links(self, line: Line, place: str) -> None:
        for found in LINK.finditer(line.text):
            self.body += self.noticed.moved_link(found[1], found[2], place, line.number)

    def _unplaced(self, what: str, line: Line) -> None:
        self.noticed.warn("source-unplaced", f"{what}; it stays in the body", line.number)

    def _paragraph(self, lines: list[Line]) -> Block:
        between = "\n" if all(MARK.match(line.text) for line in lines) else " "
        spans: list[Block] = []
        for position, line in enumerate(lines):
            spans += self._spans(line)
            if position < len(lines) - 1:
                spans.append({"text": between})
        return {"type": "paragraph", "content": self.noticed.linked(spans)}

    def _spans(self, line: Line) -> Iterator[Block]:
        at = 0
        if PICTURE.search(line.text):
            told = "has a picture, which an article text cannot show; it stays as text"
            self.noticed.warn("source-picture-as-text", told, line.number)
        for found in LINK.finditer(line.text):
            if not found[1] and found[2] in ("", "#"):
                continue
            if found.start() > at:
                yield {"text": line.text[at : found.start()]}
            yield link_span(found[1], found[2], line.number)
            at = found.end()
        if at < len(line.text):
            yield {"text": line.text[at:]}


def _is_linked_name(text: str) -> bool:
    return all(link[2] in ("", "#") for link in LINK.finditer(text)) and not LINK.sub("", text).strip(" ,;")


def _unknown_field(text: str, *, below_fields: bool = False) -> str:
    """What is wrong with a line that reads as a field by its capitals, digits or links; empty for text.

    Below fields it may have words in small letters.
    """
    found = UNKNOWN_FIELD.fullmatch(text)
    value = _plain(found["value"]) if found else ""
    words = value.split()
    if not found or len(words) > MOST_WORDS or value.endswith(lists.SENTENCE_END):
        return ""
    if found["by"]:
        return f"{found['by']!r} begins a byline only with a colon" if lists.looks_like_name(value) else ""
    label = found["label"]
    links = not LINK.sub("", found["value"]).strip(" ,;")
    named = label[0].isupper() and not any(word[0].islower() for word in words)
    if below_fields or links or (named and any(c.isupper() or c.isdigit() for c in value)):
        return f"{label!r} is not a field that is known"
    return ""


def _groups(text: str) -> Iterator[list[Line]]:
    """Paragraphs: lines between blank ones."""
    group: list[Line] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            group.append(Line(number, line.strip()))
        elif group:
            yield group
            group = []
    if group:
        yield group


def _address(text: str) -> Value:
    """A web address, and what stands beside it: words, or a link's text that is not the address."""
    link = LINK.search(text)
    found = link or re.search(r"<?(https?://[^\s<>]+)>?", bare(text), re.IGNORECASE)
    if not found:
        return Value(None)
    address, named = (link[2], link[1]) if link else (found[1], "")
    try:
        TypeAdapter(WebAddress).validate_python(address)
    except ValidationError:
        return Value(None)
    rest = text.replace(found[0], "").strip("*_ .")
    return Value(address, rest or ("" if named in ("", address) else named))


def _rights(text: str) -> Any:
    """A statement of rights; with the address of its licence where it is one link."""
    link = LINK.fullmatch(bare(text))
    if link and is_kept(link[2]) and link[1]:
        return {"statement": link[1], "uri": link[2]}
    return _plain(text) or None


def _plain(text: str) -> str:
    return bare(LINK.sub(lambda link: link[1] or link[2], text))
