"""Rendition: what a source became: one PDF, and what is told of it, or none, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from archiver import __version__
from archiver.events import Agent, Event
from archiver.findings import Fact, Finding
from archiver.rendition.flavours import told

ARCHIVER = Agent("archiver", "software", __version__)


class Making(NamedTuple):
    """How a rendition came of its original: a PREMIS event type, what was done, and by what."""

    type: str
    detail: str
    agent: Agent = ARCHIVER


@dataclass(frozen=True, slots=True)
class Rendition:
    """A rendition that was written: where, how many pages, what it claims to be, what was noticed.

    There is no `path` where none could be made; `making` says why, or else how it was. `claims` are
    the veraPDF profiles that it has to pass ("2a", "ua1"), and `judged` says that it did already.
    `beside` are other files that were made with it, by their media types, `events` what was done
    beside rendering, and `facts` what a report says of it.
    """

    path: Path | None
    pages: int
    claims: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    beside: Mapping[Path, str] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)
    making: Making | None = None
    judged: bool = False

    @property
    def conformance(self) -> str:
        """What it claims, for people: `PDF/A-2a and PDF/UA-1`."""
        return told(self.claims)

    @property
    def made(self) -> Making:
        """How it was made: by rendering, unless something else is said."""
        return self.making or Making("normalization", f"rendered as {told(self.claims[:1])}")
