"""Events: what was done to the files of a package, and by whom, in the terms of PREMIS 3."""

from __future__ import annotations

from typing import NamedTuple

CONFORMANCE_EVENT = "validation"
"""A term of the Library of Congress's vocabulary for event types."""


SUCCESS, FAIL = "success", "fail"
"""Terms of the Library of Congress's vocabulary for event outcomes."""

NORMALIZATION_EVENT = "normalization"
"""The event by which a rendition comes to be, or does not."""


class Agent(NamedTuple):
    """Who or what did something: archiver, veraPDF, an organization."""

    name: str
    type: str
    version: str = ""


class Event(NamedTuple):
    """Something that was done to `sources`, and how it ended; what came of it are `outcomes`.

    `type` is a term of the PREMIS event types. What was not tried is no event.
    """

    type: str
    detail: str
    agent: Agent
    sources: tuple[str, ...]
    outcomes: tuple[str, ...] = ()
    note: str = ""
    outcome: str = SUCCESS
