"""Article text: a title, fields such as `Author: [Name](#)`, and paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from archiver.article import LINK_SCHEMES
from archiver.findings import Finding, Severity

FIELD = re.compile(
    r"(?P<label>Authors?|By|Date|Published|Location|Locations|Places?|Source URL|Source|Publisher|"
    r"Language|Subjects?|Rights|Identifier)\s*:\s*(?P<value>.*)",
    re.IGNORECASE,
)
FIELD_OF = {
    "author": "creators",
    "authors": "creators",
    "by": "creators",
    "date": "date",
    "published": "date",
    "location": "places",
    "locations": "places",
    "place": "places",
    "places": "places",
    "source url": "source_url",
    "source": "source_url",
    "publisher": "publisher",
    "language": "language",
    "subject": "subjects",
    "subjects": "subjects",
    "rights": "rights",
    "identifier": "identifier",
}
LISTS = {"creators", "places", "subjects", "language"}

LINK = re.compile(r"\[([^\[\]\n]*)\]\(<?([^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)*)>?\)")
LINKED_NAME = re.compile(r"\[([^\[\]\n]+)\]\([^()\s]*\)")
NAMES = re.compile(r"\s*(?:[,;،、]|\s(?:and|und|et|y|e|и|και|و|ו)\s|&)\s*")
NOT_SEVERAL = re.compile(r"^(?:Jr|Sr|I{1,3}|IV|PhD|MD)\.?$", re.IGNORECASE)

STANDFIRST_CHARS = 400


class Line(NamedTuple):
    """A line of the source, numbered from 1."""

    number: int
    text: str


class Parts(NamedTuple):
    """What was found: fields for the metadata, blocks for the body, where fields stand, and warnings."""

    fields: dict[str, Any]
    body: list[Any]
    places: dict[str, str]
    findings: list[Finding]


def parse(text: str, name: str) -> Parts:
    """The parts of an article text. What is in no known place stays in the body, with a warning."""
    groups = list(_groups(text))
    fields: dict[str, Any] = {}
    places: dict[str, str] = {}
    findings: list[Finding] = []
    body: list[Any] = []
    byline_at = None
    for index, group in enumerate(groups):
        rest = list(group)
        if index == 0 and not FIELD.match(rest[0].text):
            fields["title"] = _plain(rest.pop(0).text)
        while rest and (found := FIELD.match(rest[0].text)):
            label, values, rest = _field_lines(found, rest, rest[0].number)
            field = FIELD_OF[label.lower()]
            value = _value(field, values)
            if value is None or field in fields:
                reason = "has a second value" if field in fields else "has no value that is usable"
                findings.append(_unplaced(f"{label} {reason}", group[0].number, name))
                body.append(_paragraph([line for line in group if line not in rest], findings, name))
            else:
                fields[field] = value
                places[field] = f"{name}, line {group[0].number}"
                if field == "creators":
                    byline_at = len(body)
        if rest:
            body.append(_paragraph(rest, findings, name))
    if byline_at is not None and len(body) - byline_at >= 2 and "title" in fields:
        standfirst = body[byline_at]
        plain = "".join(span["text"] for span in standfirst["content"])
        if byline_at == 0 and len(plain) <= STANDFIRST_CHARS:
            fields["abstract"] = plain
            del body[0]
    return Parts(fields, body, places, findings)


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


def _field_lines(
    found: re.Match[str], lines: list[Line], _number: int
) -> tuple[str, list[str], list[Line]]:
    """A field's label, its values (one a line where it is a list), and the lines after it."""
    label = found["label"]
    values = [found["value"]]
    rest = lines[1:]
    if FIELD_OF[label.lower()] in LISTS:
        while rest and not FIELD.match(rest[0].text) and len(rest[0].text) < 200:
            values.append(rest.pop(0).text)
    return label, [value for value in values if value.strip()], rest


def _value(field: str, values: list[str]) -> Any:
    if not values:
        return None
    if field == "creators":
        names = [name for value in values for name in _names(value)]
        return names or None
    if field in LISTS:
        return [_plain(part) for value in values for part in _listed(value)] or None
    if field == "source_url":
        link = LINK.search(values[0])
        address = (link[2] if link else values[0]).strip().strip("<>")
        return address if re.match(r"https?://[^\s/]", address) else None
    return _plain(values[0]).strip("<>") or None


def _listed(value: str) -> list[str]:
    linked = LINKED_NAME.findall(value)
    return linked or [part for part in re.split(r"\s*[;,]\s*", value) if part]


def _names(value: str) -> list[str]:
    linked = LINKED_NAME.findall(value)
    parts = linked or NAMES.split(value)
    names: list[str] = []
    for part in (p.strip(" .") if not NOT_SEVERAL.match(p) else p for p in parts):
        if names and NOT_SEVERAL.match(part):
            names[-1] += f", {part}"
        elif part:
            names += [p for p in NAMES.split(part) if p] if linked else [part]
    return names


def _plain(text: str) -> str:
    return LINK.sub(lambda link: link[1], text).strip()


def _paragraph(lines: list[Line], findings: list[Finding], name: str) -> dict[str, Any]:
    spans: list[dict[str, Any]] = []
    for position, line in enumerate(lines):
        spans += _spans(line, findings, name)
        if position < len(lines) - 1:
            spans.append({"text": " "})
    return {"type": "paragraph", "content": spans}


def _spans(line: Line, findings: list[Finding], name: str) -> Iterator[dict[str, Any]]:
    at = 0
    for link in LINK.finditer(line.text):
        if link.start() > at:
            yield {"text": line.text[at : link.start()]}
        yield linked(link[1], link[2], line.number, name, findings)
        at = link.end()
    if at < len(line.text):
        yield {"text": line.text[at:]}


def linked(
    text: str, target: str, number: int, name: str, findings: list[Finding], **style: bool
) -> dict[str, Any]:
    """A span with its link; where the target is of no kind that is kept, its text alone."""
    scheme = target.partition(":")[0].lower()
    if ":" in target and scheme in LINK_SCHEMES and not re.search(r"\s", target):
        return {"text": text or target, "href": target, **style}
    if target not in ("", "#"):
        findings.append(
            Finding(
                "source-link-dropped",
                Severity.WARNING,
                f"has a link to {target[:100]!r}, which is of no kind that is kept; its text stays",
                where=f"{name}, line {number}",
            )
        )
    return {"text": text or target, **style}


def _unplaced(what: str, number: int, name: str) -> Finding:
    return Finding(
        "source-unplaced",
        Severity.WARNING,
        f"{what}; it stays in the body",
        where=f"{name}, line {number}",
    )
