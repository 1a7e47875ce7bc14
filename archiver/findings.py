"""Finding and Report: the one currency of validation, for metadata, PDF/A and bags alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

COMPLETE, VALID = "complete", "valid"
"""The checks of a bag, in the words of RFC 8493, section 3; a rendition is valid where it conforms."""


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


class Finding(NamedTuple):
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


MOST_CHARS = 1000


def shortened(finding: Finding) -> Finding:
    """A finding whose message and place have no more than MOST_CHARS characters, whatever they quote."""
    return finding._replace(message=_short(finding.message), where=_short(finding.where))


def _short(text: str) -> str:
    half = MOST_CHARS // 2
    return text if len(text) <= MOST_CHARS else f"{text[: half - 1]}…{text[-half:]}"


class Check(NamedTuple):
    """One question that was asked of a subject, and its answer (`note` says why, or by what)."""

    name: str
    verdict: Verdict
    note: str = ""


LINE = re.compile(r"(.+), line (\d+)")
"""How the place of a finding names a line of a file."""


def by_line(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by line, file by file, each once; those that name no line stay where they are."""
    once = list(dict.fromkeys(findings))
    lines = {finding: (found[1], int(found[2])) for finding in once if (found := LINE.match(finding.where))}
    files = {file: number for number, file in enumerate(dict.fromkeys(file for file, _ in lines.values()))}
    placed = iter(sorted(lines, key=lambda finding: (files[lines[finding][0]], lines[finding][1])))
    return [next(placed) if finding in lines else finding for finding in once]


Fact = str | int | float | list[str] | dict[str, str]

NO_FACTS: Mapping[str, Fact] = {}


class Report(NamedTuple):
    """What is known about one subject (a source, a PDF, a bag) after looking at it."""

    subject: str
    checks: tuple[Check, ...] = ()
    findings: tuple[Finding, ...] = ()
    facts: Mapping[str, Fact] = NO_FACTS

    @property
    def valid(self) -> bool:
        """Whether no check failed and no finding is an error."""
        return all(c.verdict is not Verdict.FAILED for c in self.checks) and not any(
            f.severity is Severity.ERROR for f in self.findings
        )

    @property
    def verdict(self) -> Verdict:
        """Whether the subject is valid; a bag of which no checksum was verified is never called so."""
        if not self.valid:
            return Verdict.FAILED
        return self.answer(VALID, Verdict.PASSED)

    @property
    def sentence(self) -> str:
        """All that was found in one sentence; empty where that is nothing."""
        return "; ".join(finding.sentence for finding in self.findings)

    def answer(self, name: str, unasked: Verdict = Verdict.NOT_CHECKED) -> Verdict:
        """The verdict of a check; `unasked` where the subject was not asked that."""
        return next((check.verdict for check in self.checks if check.name == name), unasked)

    def also(self, **facts: Fact) -> Report:
        """The report with more facts."""
        return self._replace(facts={**self.facts, **facts})

    def number(self, name: str) -> int:
        """A fact that is a count; 0 where it is not known."""
        value = self.facts.get(name, 0)
        return value if isinstance(value, int) else 0


class Totals(NamedTuple):
    """What the reports of a survey come to: bags by verdict, payload, and findings by severity."""

    bags: int
    valid: int
    invalid: int
    undecided: int
    """In which nothing is wrong, but whose checksums were not verified."""
    files: int
    bytes: int
    errors: int
    warnings: int
    notes: int


class Survey(NamedTuple):
    """What is known about many subjects after one run: their reports, when it began, how long it took."""

    reports: tuple[Report, ...]
    began: datetime
    seconds: float

    @property
    def valid(self) -> bool:
        """Whether every subject is valid."""
        return all(report.valid for report in self.reports)

    def totals(self) -> Totals:
        """The sums over all reports."""
        verdicts = Counter(report.verdict for report in self.reports)
        severities = Counter(f.severity for report in self.reports for f in report.findings)
        return Totals(
            len(self.reports),
            verdicts[Verdict.PASSED],
            verdicts[Verdict.FAILED],
            verdicts[Verdict.NOT_CHECKED],
            sum(report.number("payload files") for report in self.reports),
            sum(report.number("payload bytes") for report in self.reports),
            severities[Severity.ERROR],
            severities[Severity.WARNING],
            severities[Severity.INFO],
        )

    def unchecked(self) -> dict[Check, int]:
        """What was not looked at, and of how many subjects."""
        return Counter(
            check
            for report in self.reports
            for check in report.checks
            if check.verdict is Verdict.NOT_CHECKED
        )


def counted(count: int, thing: str) -> str:
    """A number of things, in words: `1 bag`, `1,000 bags`."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
