"""Rendition: what a source became: one PDF, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from archiver.events import Event
from archiver.findings import Fact, Finding
from archiver.rendition.flavours import told


@dataclass(frozen=True, slots=True)
class Rendition:
    """A rendition that was written: where, how many pages, what it claims to be, what was noticed.

    `claims` are the veraPDF profiles that it has to pass ("2a", "ua1"), `beside` other files that
    were made with it, by their media types, `events` what was done beside rendering, and `facts`
    what a report says of it.
    """

    path: Path
    pages: int
    claims: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    beside: Mapping[Path, str] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def conformance(self) -> str:
        """What it claims, for people: `PDF/A-2a and PDF/UA-1`."""
        return told(self.claims)
