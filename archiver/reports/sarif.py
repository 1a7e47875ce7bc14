"""SARIF 2.1.0 (OASIS): findings as GitHub code scanning takes them."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any
from urllib.parse import quote

from archiver import __version__
from archiver.bag.rules import RULES
from archiver.findings import Finding, Report, Severity, Survey
from archiver.reports.places import Place, place
from archiver.reports.text import WEIGHTS, printable

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

SHOWN = 5_000
"""How many results of a run GitHub shows; it refuses more than 25,000."""

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def written(survey: Survey) -> Iterator[str]:
    """One run: the rules that were broken and the results, the worst first."""
    findings = [(report, finding) for report in survey.reports for finding in report.findings]
    findings.sort(key=lambda pair: WEIGHTS.index(pair[1].severity))
    rules = {finding.rule: finding for _, finding in findings[:SHOWN]}
    numbers = {rule: number for number, rule in enumerate(rules)}
    run = {
        "tool": {"driver": _driver(rules)},
        "invocations": [_invocation(survey, len(findings) - SHOWN)],
        "columnKind": "unicodeCodePoints",
        "results": list(islice(_results(findings, numbers), SHOWN)),
    }
    yield json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _driver(rules: dict[str, Finding]) -> dict[str, Any]:
    return {
        "name": "archiver",
        "semanticVersion": __version__,
        "rules": [_rule(finding) for finding in rules.values()],
    }


def _rule(example: Finding) -> dict[str, Any]:
    """What a rule asks, and which clause of which standard asks it."""
    known = RULES.get(example.rule)
    asks = known.asks if known else f"{example.rule} is kept."
    clause = known.clause if known else example.clause
    return {
        "id": example.rule,
        "shortDescription": {"text": asks},
        "help": {"text": f"{asks} See {clause}." if clause else asks},
        "defaultConfiguration": {"level": LEVELS[known.severity if known else example.severity]},
        "properties": {"tags": ["digital preservation"]},
    }


def _invocation(survey: Survey, left_out: int) -> dict[str, Any]:
    ended = survey.began + timedelta(seconds=survey.seconds)
    told: dict[str, Any] = {
        "executionSuccessful": True,
        "startTimeUtc": f"{survey.began:%Y-%m-%dT%H:%M:%SZ}",
        "endTimeUtc": f"{ended:%Y-%m-%dT%H:%M:%SZ}",
    }
    if left_out > 0:
        text = f"{left_out:,} results were left out: GitHub shows {SHOWN:,}, the worst first"
        told["toolExecutionNotifications"] = [{"level": "warning", "message": {"text": text}}]
    return told


def _results(findings: list[tuple[Report, Finding]], numbers: dict[str, int]) -> Iterator[dict[str, Any]]:
    seen: Counter[str] = Counter()
    for report, finding in findings:
        where = place(report, finding)
        mark = hashlib.sha256(os.fsencode("\0".join((finding.rule, *map(str, where))))).hexdigest()[:32]
        seen[mark] += 1
        yield {
            "ruleId": finding.rule,
            "ruleIndex": numbers.get(finding.rule, -1),
            "level": LEVELS[finding.severity],
            "message": {"text": printable(f"{report.subject}: {finding.sentence}")},
            "locations": [{"physicalLocation": _location(where)}],
            "partialFingerprints": {"primaryLocationLineHash": f"{mark}:{seen[mark]}"},
        }


def _location(where: Place) -> dict[str, Any]:
    """A file, percent-encoded and relative to the checkout (SARIF 3.4.3); outside of it, absolute."""
    uri = quote(os.fsencode(where.path), safe="/")
    location: dict[str, Any] = {"artifactLocation": {"uri": f"file://{uri}" if uri[0] == "/" else uri}}
    if where.line:
        location["region"] = {"startLine": where.line}
    return location
