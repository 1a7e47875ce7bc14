"""Outcomes: what became of each document of a batch, for people and for machines."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import click

from archiver.findings import Verdict
from archiver.paging import listening
from archiver.reports.as_json import report_json
from archiver.reports.text import details, printable

if TYPE_CHECKING:
    from archiver.pipeline import Outcome

COLOURS = {"packaged": "green", "already packaged": "cyan", "failed": "red"}


def print_outcome(outcome: Outcome) -> None:
    """One document's outcome, with its checks and findings."""
    status = click.style(outcome.status, fg=COLOURS[outcome.status])
    where = f" -> {outcome.bag}" if outcome.bag else ""
    click.echo(f"{status}: {printable(outcome.source)}{printable(where)}")
    for line in details(outcome.report):
        click.echo(f"  {line}")


def summary(outcomes: Sequence[Outcome]) -> str:
    """How many documents came to what."""
    counts = Counter(outcome.status for outcome in outcomes)
    unchecked = sum(
        check.name == "PDF/A conformance" and check.verdict is Verdict.NOT_CHECKED
        for outcome in outcomes
        for check in outcome.report.checks
    )
    told = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    return told + (f" ({unchecked} without a PDF/A check)" if unchecked else "")


def outcomes_json(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """A batch for machines."""
    documents = [
        {
            "source": outcome.source,
            "status": outcome.status,
            "identifier": outcome.identifier,
            "bag": str(outcome.bag) if outcome.bag else None,
            "seconds": round(outcome.seconds, 3),
            **{k: v for k, v in report_json(outcome.report).items() if k != "subject"},
        }
        for outcome in outcomes
    ]
    return {
        "documents": documents,
        "summary": dict(Counter(outcome.status for outcome in outcomes)),
    }


@contextmanager
def progress(*, enabled: bool) -> Iterator[Callable[[int], AbstractContextManager[None]]]:
    """A live count on a terminal; nothing elsewhere.

    Yields what is given the count: in its context the terminal is free for other text.
    """
    if not (enabled and sys.stderr.isatty()):
        yield lambda done: nullcontext()
        return
    from rich.console import Console

    with Console(stderr=True).status("packaging") as status:
        told = "packaging"

        @contextmanager
        def aside(done: int) -> Iterator[None]:
            nonlocal told
            status.stop()
            yield
            told = f"packaging: {done} done"
            status.update(told)
            status.start()

        def turn(page: int, count: int) -> None:
            status.update(f"{told}, page {page} of {count}")

        with listening(turn):
            yield aside
