"""Changes: a comparison of two validations, for people and for machines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import click

from archiver.comparison import Change, Compared, Comparison
from archiver.findings import counted
from archiver.reports.model import FindingModel
from archiver.reports.text import printable

COMPARISON_VERSION = "1.1"

COLOURS = {
    Change.INVALID: "red",
    Change.GONE: "red",
    Change.CHANGED: "yellow",
    Change.UNKNOWN: "yellow",
    Change.REPAIRED: "green",
}

NAMING = "archiver validate --inventory FILES names those of a bag of up to so many"

FEW = 20
"""How many files of a kind are named for each bag; JSON has all of them."""


def in_text(comparison: Comparison) -> Iterator[str]:
    """Each bag that is not what it was, the worst first, and the sums."""
    for bag in comparison.bags:
        if bag.change is not Change.SAME or bag.not_looked_at:
            yield "".join(f"{line}\n" for line in _lines(bag))
    counts = Counter(bag.change for bag in comparison.bags)
    told = ", ".join(f"{counts[change]:,} {change}" for change in Change if counts[change])
    bags = counted(len(comparison.bags), "bag")
    yield f"{bags}, from {comparison.old} to {comparison.new}: {told or 'none'}\n"
    if unnamed := sum(not bag.files.named for bag in comparison.bags):
        yield f"the files of {counted(unnamed, 'bag')} are not named in both reports: {NAMING}\n"


def in_json(comparison: Comparison) -> Iterator[str]:
    """Every bag of both reports; only what there is to say of it."""
    counts = Counter(bag.change for bag in comparison.bags)
    told = {
        "comparison_version": COMPARISON_VERSION,
        "old": comparison.old,
        "new": comparison.new,
        "worse": comparison.worse,
        "summary": {change: counts[change] for change in Change},
        "bags": [_bag_json(bag) for bag in comparison.bags],
    }
    yield json.dumps(told, indent=2) + "\n"


FORMS: dict[str, Callable[[Comparison], Iterator[str]]] = {"text": in_text, "json": in_json}


def _lines(bag: Compared) -> Iterator[str]:
    was = f" (was {bag.was})" if bag.was else ""
    invalid = " (invalid)" if bag.valid is False and bag.change is not Change.INVALID else ""
    colour = "red" if bag.worse else COLOURS.get(bag.change)
    yield f"{click.style(bag.change, fg=colour)}: {printable(bag.subject + was + invalid)}"
    for what, paths in zip(("altered", "added", "gone"), bag.files[:3], strict=True):
        yield from (f"  {what}: {printable(path)}" for path in paths[:FEW])
        if len(paths) > FEW:
            yield f"  {what}: and {len(paths) - FEW:,} more files"
    for what, findings in (
        ("new", bag.appeared),
        ("no more", bag.disappeared),
        ("not looked at in the new report", bag.not_looked_at),
    ):
        yield from (f"  {what}: {_sentence(finding)}" for finding in findings[:FEW])
        if len(findings) > FEW:
            yield f"  {what}: and {len(findings) - FEW:,} more findings"
    if bag.files.unnamed:
        yield "  files changed; which, cannot be told"
    if bag.files.uncompared:
        yield f"  not compared: {bag.files.uncompared}"


def _sentence(finding: FindingModel) -> str:
    place = f"{finding.where}: " if finding.where else ""
    return printable(f"{finding.severity}: {place}{finding.message} {finding.rule}")


def _bag_json(bag: Compared) -> dict[str, Any]:
    told = {
        "subject": bag.subject,
        "was": bag.was,
        "change": bag.change,
        "valid": bag.valid,
        "worse": bag.worse,
        "altered": bag.files.altered,
        "added": bag.files.added,
        "gone": bag.files.gone,
        "unnamed": bag.files.unnamed,
        "not_compared": bag.files.uncompared,
        "appeared": _findings_json(bag.appeared),
        "disappeared": _findings_json(bag.disappeared),
        "not_looked_at": _findings_json(bag.not_looked_at),
    }
    return {name: value for name, value in told.items() if value or name in ("valid", "worse")}


def _findings_json(findings: Iterable[FindingModel]) -> list[dict[str, Any]]:
    return [finding.model_dump(mode="json", exclude_defaults=True) for finding in findings]
