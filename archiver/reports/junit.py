"""JUnit: a survey as the XML that CI systems show as tests, one test case a bag.

A bag that cannot be read is an error, one that is not valid a failure, and one whose checksums were
not verified is skipped: it has not passed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from xml.etree.ElementTree import Element, SubElement, tostring

from archiver.findings import Check, Report, Severity, Survey, Verdict
from archiver.reports.text import by_weight, printable

UNREADABLE = {"bag-missing", "bag-unreadable"}
"""The rules of what could not be looked at."""


def written(survey: Survey) -> Iterator[str]:
    """The document, case by case."""
    suite = Element("testsuite", _attributes(survey))
    suites = Element("testsuites", _sums(survey))
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n{_opened(suites)}\n{_opened(suite)}\n'
    for report in survey.reports:
        yield f"{tostring(_case(report), encoding='unicode')}\n"
    yield "</testsuite>\n</testsuites>\n"


def _opened(element: Element) -> str:
    return tostring(element, encoding="unicode").removesuffix(" />") + ">"


def _sums(survey: Survey) -> dict[str, str]:
    """The counts of one suite, and of the document that has only this."""
    outcomes = [_outcome(report) for report in survey.reports]
    return {
        "name": "archiver",
        "tests": str(len(outcomes)),
        "failures": str(outcomes.count("failure")),
        "errors": str(outcomes.count("error")),
        "time": f"{survey.seconds:.3f}",
    }


def _attributes(survey: Survey) -> dict[str, str]:
    skipped = [_outcome(report) for report in survey.reports].count("skipped")
    began = survey.began.replace(tzinfo=None).isoformat(timespec="seconds")
    return {**_sums(survey), "name": "archiver validate", "skipped": str(skipped), "timestamp": began}


def _outcome(report: Report) -> str:
    """The element that tells how a bag's test ended; empty where it passed."""
    if report.verdict is Verdict.FAILED:
        errors = {finding.rule for finding in report.findings if finding.severity is Severity.ERROR}
        return "error" if errors and errors <= UNREADABLE else "failure"
    return "skipped" if report.verdict is Verdict.NOT_CHECKED else ""


def _case(report: Report) -> Element:
    path = PurePath(printable(report.subject))
    attributes = {"classname": str(path.parent), "name": path.name or str(path)}
    seconds = report.facts.get("seconds", 0)
    case = Element("testcase", {**attributes, "time": f"{seconds:.3f}"})
    properties = SubElement(case, "properties")
    for name, value in report.facts.items():
        if isinstance(value, str | int | float):
            SubElement(properties, "property", {"name": name, "value": printable(str(value))})
    lines = [
        printable(f"{finding.severity}: {finding.sentence} {finding.rule}")
        for finding in by_weight(report.findings)
    ]
    outcome = _outcome(report)
    if outcome == "skipped":
        SubElement(case, outcome, {"message": "; ".join(_unchecked(report))})
    elif outcome:
        worst = by_weight(report.findings)[:1]
        rule = worst[0].rule if worst else "bag"
        told = lines[0] if lines else "a check failed"
        SubElement(case, outcome, {"message": told, "type": rule}).text = "\n".join(lines)
    if lines and outcome in ("", "skipped"):
        SubElement(case, "system-out").text = "\n".join(lines)
    return case


def _unchecked(report: Report) -> Iterator[str]:
    for check in report.checks:
        if check.verdict is Verdict.NOT_CHECKED:
            yield _told(check)


def _told(check: Check) -> str:
    note = f" ({check.note})" if check.note else ""
    return printable(f"{check.name}: {check.verdict}{note}")
