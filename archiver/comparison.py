"""Comparison: what changed in holdings between two validations, as their JSON reports have it.

Bags are the same where they have the same External-Identifier, if no other bag of either report has
it; else where they lie at the same path; else at the same path below the folder that holds all bags
of a report, since holdings may be mounted elsewhere.
"""

from __future__ import annotations

import os
import reprlib
import stat
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from archiver.bag.contents import cut
from archiver.bag.package import CONFORMANCE, PDF, RECORDS
from archiver.bag.validation import OXUM
from archiver.errors import SettingsError
from archiver.findings import COMPLETE, VALID, Verdict, counted
from archiver.reports.model import FindingModel, ReportModel, SurveyModel

MOST_BYTES = 512 * 1024 * 1024
"""The longest report that is read: the files of some three million lines of inventories."""

SUMS = ("payload files", "payload bytes")

READ = "read"
"""What stands for a check where a rule is looked at as the bag is read, however closely that is done."""

ASKED_BY = {
    "profile-": "profile",
    "records-": RECORDS,
    "package-": PDF,
    "bagit-3-checksum": VALID,
    "bag-changed": VALID,
    "bag-unreadable": VALID,
    "serialized-bomb": VALID,
    "serialized-damaged": VALID,
    "serialized-truncated": VALID,
    "bag-litter": COMPLETE,
    "bag-folder-name": COMPLETE,
    "bagit-0.97-fetch": COMPLETE,
    "bagit-0.97-name": COMPLETE,
    "bagit-2.1.3-directory": COMPLETE,
    "bagit-2.1.3-manifest-": COMPLETE,
    "bagit-2.2.1-algorithms": COMPLETE,
    "bagit-2.2.1-different-sets": COMPLETE,
    "bagit-2.2.1-manifest-unlisted": COMPLETE,
    "bagit-2.2.1-unlisted": COMPLETE,
    "bagit-2.2.2-bag": COMPLETE,
    "bagit-2.2.2-repeated": COMPLETE,
    "bagit-2.2.3-hole": COMPLETE,
    "bagit-2.2.3-length": COMPLETE,
    "bagit-2.2.3-unlisted": COMPLETE,
    "bagit-2.4-algorithm": READ,
    "bagit-2.4-": COMPLETE,
    "bagit-3-": COMPLETE,
    "bagit-6.1.1.3-other-form": READ,
    "bagit-6.1.1.": COMPLETE,
    "bagit-6.1.2-": COMPLETE,
    "bagit-": READ,
    "bag-": READ,
    "serialized-": READ,
    "": CONFORMANCE,
}
"""The check that has to be made before it is known that nothing breaks a rule, by how that begins."""


class Change(StrEnum):
    """What became of a bag; each bag has one of these."""

    INVALID = "newly invalid"
    GONE = "gone"
    CHANGED = "changed"
    UNKNOWN = "not compared"
    NEW = "new"
    REPAIRED = "repaired"
    SAME = "unchanged"


class Files(NamedTuple):
    """What became of the files of a bag."""

    altered: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    named: bool = True
    """Whether both reports name the files."""
    unnamed: bool = False
    """Whether files changed of which it is not known which they are."""
    uncompared: str = ""
    """Why it is not known whether other payload is what it was; empty where that is known."""


UNCHANGED = Files()


@dataclass(frozen=True, slots=True)
class Compared:
    """What became of one bag, of its files, and what was found in it that was not, and the other way."""

    subject: str
    change: Change
    valid: bool | None
    """Whether it is valid now; None where that was not checked, or where it is gone."""
    was: str = ""
    """Where it lay, if elsewhere."""
    files: Files = UNCHANGED
    appeared: tuple[FindingModel, ...] = ()
    disappeared: tuple[FindingModel, ...] = ()
    not_looked_at: tuple[FindingModel, ...] = ()
    """What was found in it, and may still be there: the check that found it was not made again."""

    @property
    def worse(self) -> bool:
        """Whether something was lost, or may have been: payload, or a valid bag.

        Tag files alter whenever a bag is added to, and a repair alters files to what they should be.
        """
        if self.change is Change.NEW:
            return self.valid is False
        if self.change is Change.REPAIRED:
            return False
        lost = any(path.startswith("data/") for path in (*self.files.altered, *self.files.gone))
        unsure = self.files.unnamed or bool(self.files.uncompared)
        return lost or unsure or self.change in (Change.INVALID, Change.GONE)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of the bags of two validations, and when these began."""

    old: str
    new: str
    bags: tuple[Compared, ...]

    @property
    def worse(self) -> bool:
        """Whether something got worse in any bag."""
        return any(bag.worse for bag in self.bags)


def load(path: Path) -> SurveyModel:
    """The report in a JSON file. Raises SettingsError where it is none, saying what was found."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise SettingsError("is not a file", where=str(path))
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"cannot be read: {error.strerror}", where=str(path)) from None
    if len(data) > MOST_BYTES:
        raise SettingsError(f"is longer than {MOST_BYTES:,} bytes", where=str(path))
    try:
        return SurveyModel.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        told = f"is not a JSON report of archiver: {first['msg']}"
        if place := ".".join(map(str, first["loc"])):
            told += f", at {place} (found {cut(reprlib.repr(first['input']))})"
        hint = "archiver validate BAG... --output REPORT.json writes one"
        raise SettingsError(told, where=str(path), hint=hint) from None


def compare(old: SurveyModel, new: SurveyModel) -> Comparison:
    """What became of each bag, worst first."""
    pairs, gone, added = _matched(old.reports, new.reports)
    bags = [
        *(_pair(before, after) for before, after in pairs),
        *(Compared(report.subject, Change.GONE, None) for report in gone),
        *(Compared(r.subject, Change.NEW, r.valid, appeared=tuple(r.findings)) for r in added),
    ]
    order = list(Change)
    bags.sort(key=lambda bag: (order.index(bag.change), bag.subject))
    return Comparison(old.began.isoformat(), new.began.isoformat(), tuple(bags))


Reports = list[ReportModel]
Key = Callable[[ReportModel], str]


def _matched(
    old: Sequence[ReportModel], new: Sequence[ReportModel]
) -> tuple[list[tuple[ReportModel, ReportModel]], Reports, Reports]:
    """The reports that are on one bag, those on bags that are gone, and those on new bags."""
    pairs: list[tuple[ReportModel, ReportModel]] = []
    left, right = list(old), list(new)
    for of_old, of_new in ((_identifier, _identifier), (_subject, _subject), (_tail(old), _tail(new))):
        before, after = _unique(left, of_old), _unique(right, of_new)
        found = [(before[key], after[key]) for key in before if key in after]
        pairs += found
        paired = {id(report) for pair in found for report in pair}
        left = [report for report in left if id(report) not in paired]
        right = [report for report in right if id(report) not in paired]
    return pairs, left, right


def _unique(reports: Sequence[ReportModel], key: Key) -> dict[str, ReportModel]:
    """The reports whose key is no other's."""
    counts = Counter(map(key, reports))
    return {name: report for report in reports if (name := key(report)) and counts[name] == 1}


def _identifier(report: ReportModel) -> str:
    value = report.facts.get("identifier", "")
    return value if isinstance(value, str) else ""


def _subject(report: ReportModel) -> str:
    return report.subject


def _tail(reports: Sequence[ReportModel]) -> Key:
    """The path below the folder that holds every bag."""
    parents = {os.path.dirname(os.path.abspath(report.subject)) for report in reports}
    root = os.path.commonpath(parents) if parents else ""
    return lambda report: os.path.relpath(os.path.abspath(report.subject), root)


def _pair(old: ReportModel, new: ReportModel) -> Compared:
    """What became of a bag that is in both reports."""
    files = _files(old, new)
    before, after = set(old.findings), set(new.findings)
    appeared = tuple(finding for finding in new.findings if finding not in before)
    no_more = tuple(finding for finding in old.findings if finding not in after)
    disappeared = tuple(finding for finding in no_more if _looks_at(new, finding.rule))
    not_looked_at = tuple(finding for finding in no_more if finding not in set(disappeared))
    change = Change.SAME
    if new.valid is False and old.valid is not False:
        change = Change.INVALID
    elif new.valid and old.valid is False:
        change = Change.REPAIRED
    elif any((*files[:3], files.unnamed, appeared, disappeared)):
        change = Change.CHANGED
    elif files.uncompared or not (_is_read(old) or _is_read(new)):
        change = Change.UNKNOWN
    was = old.subject if old.subject != new.subject else ""
    return Compared(new.subject, change, new.valid, was, files, appeared, disappeared, not_looked_at)


def _looks_at(report: ReportModel, rule: str) -> bool:
    """Whether a report would tell of a rule that is broken: whether its check was made."""
    made = {check.name for check in report.checks if check.verdict is not Verdict.NOT_CHECKED}
    if OXUM in made:
        made -= {COMPLETE, VALID}  # which then fail by Payload-Oxum alone
    if "version" in report.facts:  # else bagit.txt could not be read, and nothing else was
        made.add(READ)
    else:
        made.clear()
    return next(check for begun, check in ASKED_BY.items() if rule.startswith(begun)) in made


def _is_read(report: ReportModel) -> bool:
    """Whether a report tells what the bag holds; not of a link, say, that is not followed."""
    return "payload files" in report.facts


def _files(old: ReportModel, new: ReportModel) -> Files:
    """The files altered, added and gone, as far as the reports name them."""
    before, after = old.digests("inventory"), new.digests("inventory")
    if not before or not after:
        differ = _differ(old, new)
        return Files(named=False, unnamed=differ, uncompared="" if differ else _uncompared(old, new))
    payload = [path for path in before.keys() & after.keys() if path.startswith("data/")]
    strange = sum(not _comparable(before[path], after[path]) for path in payload)
    told = f"{counted(strange, 'payload file')}, without digests of a common algorithm in both reports"
    return Files(
        tuple(path for path, digest in before.items() if _altered(digest, after.get(path, ""))),
        tuple(path for path in after if path not in before),
        tuple(path for path in before if path not in after),
        uncompared=told if strange and not _proven(old, new) else "",
    )


def _uncompared(old: ReportModel, new: ReportModel) -> str:
    """Why it is not known of any payload whether it is what it was; empty where that is known."""
    if not any(report.facts.get("payload files") for report in (old, new)) or _proven(old, new):
        return ""
    reports = {"the old": old, "the new": new}
    if unread := [name for name, report in reports.items() if "manifests" not in report.facts]:
        return f"no checksum of payload was verified for {' and '.join(unread)} report"
    return "the reports have neither its files nor the same manifests of a valid bag, by a common algorithm"


def _proven(old: ReportModel, new: ReportModel) -> bool:
    """Whether the payload was verified twice against manifests that did not change."""
    before, after = old.digests("manifests"), new.digests("manifests")
    both = before.keys() & after.keys()
    return (
        bool(both)
        and both in (before.keys(), after.keys())
        and all(before[name] == after[name] for name in both)
        and all(_is_verified(report) for report in (old, new))
    )


def _is_verified(report: ReportModel) -> bool:
    return any(check.name == VALID and check.verdict is Verdict.PASSED for check in report.checks)


def _comparable(old: str, new: str) -> bool:
    """Whether two digests are of one algorithm; of a file that could not be read none is known."""
    return old.partition(":")[0] == new.partition(":")[0] != ""


def _altered(old: str, new: str) -> bool:
    """Whether two digests of one algorithm differ; a file of which none is known may be the same."""
    return old != new and _comparable(old, new)


def _differ(old: ReportModel, new: ReportModel) -> bool:
    """Whether a bag's manifests, or the sums of its payload, are not what they were."""
    before, after = old.digests("manifests"), new.digests("manifests")
    sums = [(old.facts[name], new.facts[name]) for name in SUMS if name in old.facts and name in new.facts]
    return any(was != now for was, now in sums) or any(
        _altered(digest, after.get(name, "")) for name, digest in before.items()
    )
