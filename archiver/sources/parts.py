"""Parts: what a reader finds in a source, and the warnings about what it had to move or leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from types import MappingProxyType
from typing import Any, NamedTuple

from archiver.article import LINK_SCHEMES
from archiver.findings import Finding, Severity

Block = dict[str, Any]


class Parts(NamedTuple):
    """What was found: fields for the metadata, blocks for the body, where fields stand, and warnings.

    `pictures` has the line on which each picture first is, by the name that its figure gives it.
    """

    fields: dict[str, Any]
    body: list[Block]
    places: dict[str, str]
    findings: list[Finding]
    pictures: Mapping[str, int] = MappingProxyType({})


class Noticed:
    """The warnings about one source, each with its line."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.findings: list[Finding] = []

    def at(self, line: int) -> str:
        """Where a line is, for people."""
        return f"{self.name}, line {line}"

    def warn(self, rule: str, message: str, line: int) -> None:
        """Notice something about a line."""
        self.findings.append(Finding(rule, Severity.WARNING, message, where=self.at(line)))

    def linked(self, spans: Iterable[Block]) -> list[Block]:
        """The spans of a passage with their links; `line` says of each link where it is.

        A target of no kind that is kept stands as text behind what it was linked from. What is alike in
        everything but its text is one span.
        """
        found: list[Block] = []
        for (target, line), members in groupby(
            spans, key=lambda span: (span.get("href"), span.pop("line", 0))
        ):
            linked = list(members)
            found += linked
            if target is None or is_kept(target):
                continue
            for span in linked:
                del span["href"]
            if target not in ("", "#"):
                told = f"has a link to {target!r}, which is of no kind that is kept; it stays as text"
                self.warn("source-link-as-text", told, line)
                if "".join(span["text"] for span in linked) != target:
                    found.append({"text": f" ({target})"})
        return [
            {**style, "text": "".join(span["text"] for span in members)}
            for style, members in groupby(found, _style)
        ]

    def moved_link(self, text: str, target: str, place: str, line: int) -> list[Block]:
        """A paragraph for a link in a place that keeps no links; none where there is no target."""
        if target in ("", "#"):
            return []
        if is_kept(target):
            told = f"has a link to {target!r} in {place}; it is kept in the body"
            self.warn("source-link-moved", told, line)
        moved = self.linked([link_span("", target, line)])
        return [{"type": "paragraph", "content": [{"text": f"{text}: "}, *moved]}]

    def moved_pictures(self, figures: Iterable[Block], place: str) -> list[Block]:
        """Figures that follow the place that they were in, if any; `line` says of each where that is."""
        moved = []
        for figure in figures:
            line = figure.pop("line")
            if place:
                told = f"has the picture {figure['src']!r}, which is shown after the {place} that it is in"
                self.warn("source-picture-moved", told, line)
            moved.append(figure)
        return moved


def _style(span: Block) -> Block:
    return {name: value for name, value in span.items() if name != "text"}


def link_span(text: str, target: str, line: int, **style: bool) -> Block:
    """A span with a link, and the line it is on; its text is its target where it has none."""
    return {"text": text or target, "href": target, "line": line, **style}


def is_kept(target: str) -> bool:
    """Whether a link may point there."""
    scheme, colon, _ = target.partition(":")
    return bool(colon) and scheme.lower() in LINK_SCHEMES and not any(map(str.isspace, target))
