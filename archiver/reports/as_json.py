"""JSON: a survey for machines, by `schemas/report.schema.json`; each report is a line of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from archiver import __version__
from archiver.findings import COMPLETE, Finding, Report, Survey, Verdict

REPORT_VERSION = "1.0"

TRUTH = {Verdict.PASSED: True, Verdict.FAILED: False, Verdict.NOT_CHECKED: None}
"""A verdict as JSON has it: null where it was not looked at."""


def written(survey: Survey) -> Iterator[str]:
    """The survey, report by report, so that no text holds all of it."""
    head = {
        "report_version": REPORT_VERSION,
        "archiver": __version__,
        "began": survey.began.isoformat(timespec="seconds"),
        "seconds": survey.seconds,
        "summary": summary_json(survey),
    }
    yield json.dumps(head, indent=2).removesuffix("\n}") + ',\n  "reports": ['
    for number, report in enumerate(survey.reports):
        yield f"{',' if number else ''}\n    {json.dumps(report_json(report))}"
    yield "\n  ]\n}\n"


def summary_json(survey: Survey) -> dict[str, Any]:
    """The sums, and what was not checked, with the number of bags."""
    unchecked = [
        {"check": check.name, "note": check.note, "bags": count}
        for check, count in survey.unchecked().items()
    ]
    return {**survey.totals()._asdict(), "not_checked": unchecked}


def report_json(report: Report) -> dict[str, Any]:
    """One report. What was not looked at is null: neither valid nor invalid."""
    return {
        "subject": report.subject,
        "valid": TRUTH[report.verdict],
        "complete": TRUTH[report.answer(COMPLETE)],
        "checks": [check._asdict() for check in report.checks],
        "findings": [_finding_json(finding) for finding in report.findings],
        "facts": report.facts,
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {key: value for key, value in finding._asdict().items() if value}
