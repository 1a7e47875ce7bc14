"""Reports: outcomes and verdicts as text for people and as JSON for machines."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from archiver.findings import Finding, Report, Verdict

if TYPE_CHECKING:
    from archiver.pipeline import Outcome

COLOURS = {"packaged": "green", "already packaged": "cyan", "failed": "red"}


def printable(text: str) -> str:
    """A text with its control characters escaped, so that no name or value drives the terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def print_outcome(outcome: Outcome) -> None:
    """One document's outcome, with its checks and findings."""
    status = click.style(outcome.status, fg=COLOURS[outcome.status])
    where = f" -> {outcome.bag}" if outcome.bag else ""
    click.echo(f"{status}: {printable(outcome.source)}{printable(where)}")
    for line in _details(outcome.report):
        click.echo(f"  {line}")


def _details(report: Report) -> Iterator[str]:
    for check in report.checks:
        note = f" ({check.note})" if check.note else ""
        yield printable(f"{check.name}: {check.verdict}{note}")
    for finding in report.findings:
        hint = f" ({finding.hint})" if finding.hint else ""
        yield printable(f"{finding.severity}: {finding.sentence}{hint}")


def report_text(report: Report) -> str:
    """A report for people: the verdict first, then each check and finding."""
    verdict = click.style("valid", fg="green") if report.valid else click.style("invalid", fg="red")
    lines = [f"{verdict}: {printable(report.subject)}"]
    return "\n".join([*lines, *(f"  {line}" for line in _details(report))])


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


def report_json(report: Report) -> dict[str, Any]:
    """A report for machines."""
    return {
        "subject": report.subject,
        "valid": report.valid,
        "checks": [asdict(check) for check in report.checks],
        "findings": [_finding_json(finding) for finding in report.findings],
        "facts": report.facts,
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {key: value for key, value in asdict(finding).items() if value}


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


def fact(name: str, value: object) -> str:
    """A name and a value, or several values one a line."""
    if isinstance(value, list):
        return "\n".join([f"{name}:", *(f"  {printable(str(item))}" for item in value)])
    return f"{printable(name)}: {printable(str(value))}"


@contextmanager
def progress(*, enabled: bool) -> Iterator[Callable[[int], None]]:
    """A live count on a terminal; nothing elsewhere."""
    if not (enabled and sys.stderr.isatty()):
        yield lambda done: None
        return
    from rich.console import Console

    with Console(stderr=True).status("packaging") as status:
        yield lambda done: status.update(f"packaging: {done} done")
