"""Outcomes: what became of each document of a run, for people and for machines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from archiver.reports.as_json import report_json
from archiver.reports.text import details, printable

if TYPE_CHECKING:
    from archiver.pipeline import Outcome
    from archiver.reports.tally import Tally

COLOURS = {"packaged": "green", "already packaged": "cyan", "failed": "red"}


def outcome_text(outcome: Outcome) -> str:
    """One document's outcome, with its checks and findings."""
    status = click.style(outcome.status, fg=COLOURS[outcome.status])
    where = f" -> {outcome.bag}" if outcome.bag else ""
    lines = [f"{status}: {printable(outcome.source)}{printable(where)}"]
    return "".join(f"{line}\n" for line in [*lines, *(f"  {line}" for line in details(outcome.report))])


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """One document's outcome for machines: a line of a run report (`schemas/run.schema.json`)."""
    report = report_json(outcome.report)
    return {
        "source": outcome.source,
        "status": outcome.status,
        "identifier": outcome.identifier,
        "bag": str(outcome.bag) if outcome.bag else None,
        "seconds": round(outcome.seconds, 3),
        "bytes": outcome.report.number("payload bytes"),
        **{name: value for name, value in report.items() if name != "subject"},
    }


def json_piece(outcome: Outcome, *, first: bool) -> str:
    """One document in the JSON of a run, which is told piece by piece so that nothing holds all of it."""
    before = '{"documents": [' if first else ","
    return f"{before}\n{json.dumps(outcome_json(outcome))}"


def json_end(tally: Tally, error: dict[str, Any] | None) -> str:
    """What ends the JSON of a run: its sums, and what stopped it."""
    rest = {"summary": dict(tally.statuses), **({"error": error} if error else {})}
    return f"\n], {json.dumps(rest)[1:]}\n"
