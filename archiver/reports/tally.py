"""A tally: what the documents of a run have come to so far, in memory that does not grow with them."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from archiver.findings import Severity, Verdict, counted

if TYPE_CHECKING:
    from archiver.pipeline import Outcome

MOST_SHOWN = 1_000
"""How many documents that failed, and how many with warnings, are kept to be shown."""


@dataclass
class Tally:
    """Sums over the outcomes of a run, and the first of those in which something is wrong."""

    total: int | None = None
    """How many documents there are, where that is known."""
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    statuses: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    """How many documents have findings of which rule, notes apart."""
    failed: list[Outcome] = field(default_factory=list)
    warned: list[Outcome] = field(default_factory=list)
    last_failed: Outcome | None = None
    unchecked: int = 0
    with_warnings: int = 0
    bytes: int = 0
    _start: float = field(default_factory=time.monotonic)

    def add(self, outcome: Outcome) -> None:
        """Count one more document."""
        self.statuses[outcome.status] += 1
        self.bytes += outcome.report.number("payload bytes")
        self.unchecked += any(
            check.name == "PDF/A conformance" and check.verdict is Verdict.NOT_CHECKED
            for check in outcome.report.checks
        )
        self.rules.update({f.rule for f in outcome.report.findings if f.severity is not Severity.INFO})
        if outcome.status == "failed":
            self.last_failed = outcome
            _keep(outcome, self.failed)
        elif has_warnings(outcome):
            self.with_warnings += 1
            _keep(outcome, self.warned)

    @property
    def done(self) -> int:
        """How many documents came to an outcome."""
        return self.statuses.total()

    @property
    def failures(self) -> int:
        """How many documents failed."""
        return self.statuses["failed"]

    @property
    def left(self) -> int | None:
        """How many documents came to none, where that is known."""
        return None if self.total is None else max(0, self.total - self.done)

    @property
    def seconds(self) -> float:
        """How long the run has taken so far."""
        return time.monotonic() - self._start

    @property
    def rate(self) -> float:
        """Documents a second."""
        return self.done / max(self.seconds, 1e-6)


def has_warnings(outcome: Outcome) -> bool:
    """Whether something is wrong with a document, be it packaged."""
    return any(finding.severity is not Severity.INFO for finding in outcome.report.findings)


def _keep(outcome: Outcome, kept: list[Outcome]) -> None:
    if len(kept) < MOST_SHOWN:
        kept.append(outcome)


def summary(tally: Tally) -> str:
    """How many documents came to what."""
    told = ", ".join(f"{count:,} {status}" for status, count in sorted(tally.statuses.items()))
    told += f" ({tally.unchecked:,} without a PDF/A check)" if tally.unchecked else ""
    return told + (f"; {tally.left:,} left" if tally.left else "")


def pace(tally: Tally) -> str:
    """How far a run has come, how fast it is, and how long it will take."""
    of = f" of {tally.total:,}" if tally.total is not None else ""
    told = [f"{tally.done:,}{of} done"]
    told += [
        f"{count:,} {status}" for status, count in sorted(tally.statuses.items()) if status != "packaged"
    ]
    told.append(f"{tally.rate:.1f} a second")
    if tally.left and tally.done:
        told.append(f"{duration(tally.left / tally.rate)} left")
    return ", ".join(told)


def duration(seconds: float) -> str:
    """A time in the two units that suit it, such as `3 h 20 min`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60:,} h {minutes % 60} min"


def needed(tally: Tally) -> str:
    """What space the documents that are left are likely to need; empty where nothing tells."""
    packaged = tally.statuses["packaged"]
    if not (tally.left and packaged):
        return ""
    each = tally.bytes / packaged
    return f"{counted(tally.left, 'document')} left, which need about {round(each * tally.left):,} bytes"
