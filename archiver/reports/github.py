"""GitHub: findings as workflow commands, which GitHub Actions shows as annotations.

GitHub shows ten errors, ten warnings and ten notices of a step; the others are plain lines of its log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from archiver.bag.contents import shown
from archiver.findings import Finding, Report, Severity, Survey
from archiver.reports.places import place
from archiver.reports.text import WEIGHTS, printable, summary

SHOWN = 10
"""How many annotations of a kind GitHub shows of one step."""

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}

IN_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
IN_PROPERTY = IN_MESSAGE | str.maketrans({":": "%3A", ",": "%2C"})


def written(survey: Survey) -> Iterator[str]:
    """A line for each finding, errors first, and the summary at the end."""
    counts: Counter[Severity] = Counter()
    findings = [(report, finding) for report in survey.reports for finding in report.findings]
    for report, finding in sorted(findings, key=lambda pair: WEIGHTS.index(pair[1].severity)):
        counts[finding.severity] += 1
        yield f"{(_command if counts[finding.severity] <= SHOWN else _plain)(report, finding)}\n"
    for severity, count in counts.items():
        if count > SHOWN:
            yield f"{severity}: {count:,} in all, of which GitHub shows {SHOWN} as annotations\n"
    yield _harmless(summary(survey))


def _command(report: Report, finding: Finding) -> str:
    path, line = place(report, finding)
    properties = {"file": shown(path), "line": str(line) if line else "", "title": finding.rule}
    told = ",".join(f"{key}={value.translate(IN_PROPERTY)}" for key, value in properties.items() if value)
    message = printable(f"{report.subject}: {finding.sentence}")
    return f"::{COMMANDS[finding.severity]} {told}::{message.translate(IN_MESSAGE)}"


def _plain(report: Report, finding: Finding) -> str:
    path = shown(place(report, finding).path)
    return _harmless(printable(f"{finding.severity}: {path}: {finding.message} {finding.rule}"))


def _harmless(line: str) -> str:
    """A line in which GitHub sees no command, wherever in it one is hidden."""
    return line.replace("##[", "## [")
