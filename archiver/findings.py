"""Finding and Report: the one currency of validation, for metadata, PDF/A and bags alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs: an error makes its subject invalid, a warning does not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Verdict(StrEnum):
    """The outcome of one check. What was not looked at is never called passed."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or worth knowing.

    `rule` is a stable code, `where` names file, line or field, `message` says what was found
    and what was expected, `clause` cites the standard, `hint` says what to do.
    """

    rule: str
    severity: Severity
    message: str
    where: str = ""
    clause: str = ""
    hint: str = ""

    @property
    def sentence(self) -> str:
        """The finding as one line of text."""
        place = f"{self.where}: " if self.where else ""
        clause = f" [{self.clause}]" if self.clause else ""
        return f"{place}{self.message}{clause}"


@dataclass(frozen=True, slots=True)
class Check:
    """One question that was asked of a subject, and its answer (`note` says why, or by what)."""

    name: str
    verdict: Verdict
    note: str = ""


Fact = str | int | float | list[str] | dict[str, str]


@dataclass(frozen=True, slots=True)
class Report:
    """What is known about one subject (a source, a PDF, a bag) after looking at it."""

    subject: str
    checks: tuple[Check, ...] = ()
    findings: tuple[Finding, ...] = ()
    facts: dict[str, Fact] = field(default_factory=dict)

    @property
    def valid(self) -> bool:
        """Whether no check failed and no finding is an error."""
        return all(c.verdict is not Verdict.FAILED for c in self.checks) and not any(
            f.severity is Severity.ERROR for f in self.findings
        )


@dataclass(frozen=True, slots=True)
class Survey:
    """What is known about many subjects after one run: their reports, when it began, how long it took."""

    reports: tuple[Report, ...]
    began: datetime
    seconds: float

    @property
    def valid(self) -> bool:
        """Whether every subject is valid."""
        return all(report.valid for report in self.reports)
