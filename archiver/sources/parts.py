"""Parts: what a reader finds in a source, and the warnings about what it had to move or leave."""

from __future__ import annotations

from collections.abc import Mapping
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

    def linked(self, text: str, target: str, line: int, **style: bool) -> Block:
        """A span with its link; where the target is of no kind that is kept, its text alone."""
        if is_kept(target):
            return {"text": text or target, "href": target, **style}
        if target not in ("", "#"):
            self.warn(
                "source-link-dropped",
                f"has a link to {target!r}, which is of no kind that is kept; its text stays",
                line,
            )
        return {"text": text or target, **style}

    def moved_link(self, text: str, target: str, place: str, line: int) -> list[Block]:
        """A paragraph for a link in a place that keeps no links; none where there is no target."""
        if not is_kept(target):
            self.linked(text, target, line)
            return []
        self.warn("source-link-moved", f"has a link to {target!r} in {place}; it is kept in the body", line)
        return [{"type": "paragraph", "content": [{"text": f"{text}: "}, {"text": target, "href": target}]}]


def is_kept(target: str) -> bool:
    """Whether a link may point there."""
    scheme, colon, _ = target.partition(":")
    return bool(colon) and scheme.lower() in LINK_SCHEMES and not any(map(str.isspace, target))
