"""Validation: whether a bag is complete and valid (RFC 8493, section 3), and as its profiles ask.

Nothing outside the bag is opened: no link is followed, no path leaves it. Every problem is told.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archiver.bag.checks import COMPLETENESS, FAST
from archiver.bag.checks import Check as BagCheck
from archiver.bag.contents import Contents, Result, cut, shown
from archiver.bag.fixity import differences, unreadable
from archiver.bag.folder import Folder
from archiver.bag.limits import DEFAULT, Limits
from archiver.bag.package import PROFILE_LABEL, check_package
from archiver.bag.progress import expect
from archiver.bag.reading import Bag, read
from archiver.bag.rules import Unusable, finding
from archiver.findings import COMPLETE, VALID, Check, Fact, Finding, Report, Verdict
from archiver.stores import Place, Url

if TYPE_CHECKING:
    from archiver.bag.profiles.model import Profile

OXUM = "Payload-Oxum"


class Depth(StrEnum):
    """How closely a bag is looked at."""

    FULL = "full"
    COMPLETENESS = "completeness"
    """All but the payload: what is there, and what the tag files say."""
    TAG_FILES = "tag files"
    """Completeness, and the checksums of the tag files."""
    FAST = "fast"
    """Payload-Oxum only: how many files the payload has, and how many bytes."""


class Asked(NamedTuple):
    """What is asked of each bag."""

    depth: Depth = Depth.FULL
    limits: Limits = DEFAULT
    check_pdf: bool | Path = False
    """Whether veraPDF looks at the renditions again: a `verapdf` of the settings."""
    inventory: int = 0
    """Up to how many files the report of a bag names each with its digest."""
    profiles: tuple[Profile, ...] = ()
    """The BagIt Profiles that it is held to; where there are none, those that it names itself."""


FULLY = Asked()


def validate(path: Place, asked: Asked = FULLY, jobs: int = 1) -> Report:
    """The report on a bag: complete, valid, as its profiles ask, and the records of archiver's own.

    Never raises for what is wrong with a bag: that is what the report is for. A bag with much to
    read is read by `jobs` processes. Raises CannotWrite where the temporary files that a compressed
    archive takes cannot be written.
    """
    begun = time.monotonic()
    try:
        hashing = asked.depth is Depth.FULL
        with contents_of(path, asked.limits, jobs, hashing=hashing) as contents:
            report = validated(path, contents, asked)
    except Unusable as unusable:
        report = unusable_report(path, unusable.finding)
    except OSError as error:
        report = unusable_report(path, unreadable("", error))
    return report.also(seconds=round(time.monotonic() - begun, 3))


def unusable_report(path: Place, found: Finding) -> Report:
    """The report on what cannot be read as a bag, for what was found."""
    failed = (Check(COMPLETE, Verdict.FAILED), Check(VALID, Verdict.FAILED))
    return Report(shown(str(path)), failed, (found,))


def contents_of(
    path: Place, limits: Limits = DEFAULT, jobs: int = 1, *, hashing: bool = True
) -> AbstractContextManager[Contents]:
    """What the bag at a place is read through, be it a folder or an archive.

    `hashing` says whether its payload is to be verified. Raises Unusable where there is nothing to read,
    OSError where a store does not answer.
    """
    if isinstance(path, Url):
        return _stored(path, limits, jobs, hashing=hashing)
    try:
        return Folder(path, limits, jobs if hashing else 1)
    except NotADirectoryError:
        from archiver.bag.serialization.opening import serialized

        return serialized(path, limits, jobs, hashing=hashing)
    except OSError as error:
        raise Unusable(finding("bag-missing", f"cannot be opened: {error.strerror}")) from None


@contextmanager
def _stored(url: Url, limits: Limits, jobs: int, *, hashing: bool) -> Iterator[Contents]:
    from archiver.bag.stored import StoredBag, at_hand

    with at_hand(url) as copy:
        if copy is None:
            yield StoredBag(url, limits)
        else:
            with contents_of(copy, limits, jobs, hashing=hashing) as contents:
                yield contents


def validated(path: Place, contents: Contents, asked: Asked = FULLY) -> Report:
    """The report on the bag that is read through `contents`. Raises Unusable where it cannot be read on."""
    return judged(read(contents, asked.limits), path, asked)


def judged(bag: Bag, path: Place, asked: Asked = FULLY) -> Report:
    """The report on a bag that was read. Raises Unusable where it cannot be read on."""
    altered: dict[str, dict[str, bytes]] = {}
    if bag.declared is None:
        checks = [Check(COMPLETE, Verdict.FAILED), Check(VALID, Verdict.FAILED, "not complete")]
    elif asked.depth is Depth.FAST:
        checks = _fast(bag)
    else:
        checks = [_complete(bag)]
        if asked.depth is Depth.COMPLETENESS:
            checks.append(Check(VALID, Verdict.NOT_CHECKED, "no checksum was verified"))
        elif asked.depth is Depth.TAG_FILES:
            checks.append(_valid_but_for_payload(bag))
        else:
            checks.append(_valid(bag, altered))
            checks += check_package(bag, asked.check_pdf)
    checks += _profiles(bag, asked.profiles)
    facts = _facts(bag)
    if asked.depth is Depth.FULL:
        facts["manifests"] = _manifests(bag, altered)
        if 0 < len(bag.ledger.rows) <= asked.inventory:
            facts["inventory"] = _inventory(bag, altered)
    return Report(shown(str(path)), tuple(checks), (*bag.findings, *bag.uncounted()), facts)


def _fast(bag: Bag) -> list[Check]:
    """Payload-Oxum alone: enough to see that a bag is not complete, never that it is."""
    _ask(bag, FAST)
    wrong = bag.broken
    if not bag.tagged(OXUM):
        told = "has no Payload-Oxum, so that --fast compares nothing"
        hint = "validate without --fast"
        bag.tell(finding("bag-fast-no-oxum", told, bag.info_name, hint))
    stated = bag.tag(OXUM) or f"{bag.info_name} has none"
    return [
        Check(OXUM, Verdict.FAILED if bag.broken else Verdict.PASSED, cut(stated)),
        Check(COMPLETE, Verdict.FAILED if wrong else Verdict.NOT_CHECKED, "only Payload-Oxum was compared"),
        Check(VALID, Verdict.FAILED if wrong else Verdict.NOT_CHECKED, "no checksum was verified"),
    ]


def _profiles(bag: Bag, given: tuple[Profile, ...]) -> list[Check]:
    if not given and not bag.tagged(PROFILE_LABEL):
        return []
    from archiver.bag.profiles.checks import check_profiles  # here, because pydantic takes a while

    return check_profiles(bag, given)


def _ask(bag: Bag, checks: Iterable[BagCheck]) -> None:
    for check in checks:
        for found in check(bag):
            bag.tell(found)


def _complete(bag: Bag) -> Check:
    _ask(bag, COMPLETENESS)
    return Check(COMPLETE, Verdict.FAILED if bag.broken else Verdict.PASSED)


def _valid(bag: Bag, altered: dict[str, dict[str, bytes]]) -> Check:
    """Verify every checksum; the digests that files have instead go to `altered`."""
    was_complete = not bag.broken
    told = set(bag.findings)  # why a tag file cannot be read is known
    expect(bag.payload_bytes)
    unread = bag.ledger.wanted(bag.digests, bag.contents.hashed)
    for path, digests, findings in chain(_parsed(bag), bag.contents.verify(unread)):
        altered[path] = digests
        for found in findings:
            if found not in told:
                bag.tell(found)
    if not bag.broken:
        return Check(VALID, Verdict.PASSED)
    return Check(VALID, Verdict.FAILED, "" if was_complete else "not complete")


def _valid_but_for_payload(bag: Bag) -> Check:
    """Compare the tag files that were read; of the payload nothing is said."""
    was_broken = bag.broken
    for _, _, findings in _parsed(bag):
        for found in findings:
            bag.tell(found)
    if bag.broken and not was_broken:
        return Check(VALID, Verdict.FAILED)
    return Check(VALID, Verdict.NOT_CHECKED, "no checksum of its payload was verified")


def _parsed(bag: Bag) -> Iterator[Result]:
    """The tag files that were read already, and hashed as they were, in which something is wrong."""
    for path, digests in bag.digests.items():
        expected = bag.ledger.listed(path)
        if wrong := differences(path, expected, digests):
            yield Result(path, digests, wrong)


def _facts(bag: Bag) -> dict[str, Fact]:
    ledger = bag.ledger
    facts: dict[str, Fact] = {
        "payload files": bag.payload_files,
        "payload bytes": bag.payload_bytes,
    }
    if bag.declared:
        facts["version"] = ".".join(map(str, bag.declared.version))
        facts["algorithms"] = sorted({c.algorithm for c in ledger.payload_columns().values()})
    if identifier := bag.tag("External-Identifier"):
        facts["identifier"] = identifier
    return facts


def _inventory(bag: Bag, altered: dict[str, dict[str, bytes]]) -> dict[str, str]:
    """Each file with its digest; empty for what no manifest lists, and what could not be read."""
    return {shown(path): _found(bag, altered, path) for path, _ in bag.ledger.files()}


def _manifests(bag: Bag, altered: dict[str, dict[str, bytes]]) -> dict[str, str]:
    """Each payload manifest with its digest: equal ones list equal files."""
    names = [name for name in bag.ledger.payload_columns() if bag.ledger.holds(name)]
    return {name: found for name in names if (found := _found(bag, altered, name))}


def _found(bag: Bag, altered: dict[str, dict[str, bytes]], path: str) -> str:
    """The strongest digest that a file has, not that it should have: `algorithm:hexadecimal`."""
    digests = altered.get(path, bag.digests.get(path) or dict(bag.ledger.listed(path)))
    strongest = max(digests, key=lambda name: len(digests[name]), default="")
    return f"{strongest}:{digests[strongest].hex()}" if strongest else ""
