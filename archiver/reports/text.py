"""Text: a survey for people, what is wrong first; colours where the terminal shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from archiver.findings import COMPLETE, Check, Finding, Report, Severity, Survey, Verdict, counted

FEW = 20
"""Up to how many bags each has a line, though nothing is wrong with it."""

WEIGHTS = (Severity.ERROR, Severity.WARNING, Severity.INFO)
ORDER = (Verdict.FAILED, Verdict.NOT_CHECKED, Verdict.PASSED)
COLOURS = {
    "invalid": "red",
    "valid": "green",
    "complete": "cyan",
    "nothing wrong found": "cyan",
    "not looked at": "cyan",
    Severity.ERROR: "red",
    Severity.WARNING: "yellow",
    Severity.INFO: "cyan",
}
UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")


def printable(text: str) -> str:
    """A text with its control characters escaped, so that no name or value drives the terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def written(survey: Survey) -> Iterator[str]:
    """Everything in a survey: each report with its checks and findings, then the summary."""
    yield from (f"{whole(report)}\n" for report in wrong_first(survey.reports))
    yield summary(survey)


def brief(survey: Survey) -> Iterator[str]:
    """What one has to know: all that is wrong, a line for each other bag where they are few, the sums."""
    few = len(survey.reports) <= FEW
    for report in wrong_first(survey.reports):
        if not report.valid:
            yield _lines(_headline(report), _findings(report.findings))
        elif few:
            warnings = [f for f in report.findings if f.severity is Severity.WARNING]
            yield _lines(_headline(report), _findings(warnings))
    if any(report.valid for report in survey.reports) and not few:
        yield "what is not invalid is only counted; -v names it\n"
    yield summary(survey)


def whole(report: Report) -> str:
    """A report with each check and finding."""
    return _lines(_headline(report), [*map(_check, report.checks), *_findings(report.findings)]).rstrip()


def summary(survey: Survey) -> str:
    """What was looked at, what came of it, how fast, and what was not checked."""
    totals = survey.totals()
    found = (
        (totals.invalid, "invalid"),
        (totals.undecided, "not verified"),
        (totals.valid, "valid"),
    )
    told = ", ".join(f"{count:,} {what}" for count, what in found if count)
    payload = f"{counted(totals.files, 'file')}, {size(totals.bytes)} in {survey.seconds:,.2f} s"
    rate = f", {size(totals.bytes / survey.seconds)} a second" if survey.seconds and totals.valid else ""
    lines = [f"{counted(totals.bags, 'bag')}: {told or 'nothing to validate'}; {payload}{rate}"]
    weighed = zip((totals.errors, totals.warnings, totals.notes), ("error", "warning", "note"), strict=True)
    if findings := ", ".join(counted(count, name) for count, name in weighed if count):
        lines.append(f"findings: {findings}")
    for check, count in survey.unchecked().items():
        note = f" ({printable(check.note)})" if check.note else ""
        lines.append(f"not checked in {counted(count, 'bag')}: {check.name}{note}")
    return "\n".join(lines) + "\n"


def size(count: float) -> str:
    """A number of bytes in a unit that suits it, such as `1.5 MB`."""
    power = min((len(f"{count:.0f}") - 1) // 3, len(UNITS) - 1)
    return f"{count / 1000**power:,.1f} {UNITS[power]}" if power else counted(round(count), "byte")


def details(report: Report) -> Iterator[str]:
    """Each check and finding of a report, a line each."""
    yield from map(_check, report.checks)
    yield from _findings(report.findings)


def fact(name: str, value: object) -> str:
    """A name and a value, or several values one a line."""
    if isinstance(value, list):
        return "\n".join([f"{name}:", *(f"  {printable(str(item))}" for item in value)])
    return f"{printable(name)}: {printable(str(value))}"


def by_weight(findings: Iterable[Finding]) -> list[Finding]:
    """Findings, errors before warnings before notes."""
    return sorted(findings, key=lambda finding: WEIGHTS.index(finding.severity))


def wrong_first(reports: Iterable[Report]) -> list[Report]:
    """Reports, invalid ones before those not verified before valid ones."""
    return sorted(reports, key=lambda report: ORDER.index(report.verdict))


def word(report: Report) -> str:
    """The verdict in the words of RFC 8493, section 3."""
    if report.verdict is Verdict.NOT_CHECKED:
        if all(check.verdict is Verdict.NOT_CHECKED for check in report.checks):
            return "not looked at"
        complete = report.answer(COMPLETE) is Verdict.PASSED
        return "complete" if complete else "nothing wrong found"
    return "valid" if report.verdict is Verdict.PASSED else "invalid"


def _lines(headline: str, details: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in (headline, *(f"  {detail}" for detail in details)))


def _headline(report: Report) -> str:
    verdict = word(report)
    return f"{click.style(verdict, fg=COLOURS[verdict])}: {printable(report.subject)}"


def _check(check: Check) -> str:
    note = f" ({check.note})" if check.note else ""
    return printable(f"{check.name}: {check.verdict}{note}")


def _findings(findings: Iterable[Finding]) -> Iterator[str]:
    for finding in by_weight(findings):
        hint = f" ({finding.hint})" if finding.hint else ""
        weight = click.style(finding.severity, fg=COLOURS[finding.severity])
        yield f"{weight}: {printable(f'{finding.sentence} {finding.rule}{hint}')}"
