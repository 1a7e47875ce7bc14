"""Gathering: one bag for all documents of a folder, or of a batch, instead of one for each.

Such a bag is made of all that was meant or not at all: of what it lacked, it could say nothing. Its
documents are gone through twice, first to know them, then to package them, and never all held.
"""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from archiver import bag
from archiver.bag.fixity import digests_of
from archiver.bag.making import payload
from archiver.bag.package import (
    COLLECTION_PROFILE_IDENTIFIER,
    CONFORMANCE,
    PROFILE_LABEL,
    member_name,
    summed,
)
from archiver.errors import AlreadyExists, DocumentError, SourceError
from archiver.findings import Check, Fact, Finding, Report, Severity, Verdict
from archiver.pipeline import Outcome, Status, at_hand, failed, group_info, make_payload, moment
from archiver.rendition.verapdf import find
from archiver.repeats import OWN, whole
from archiver.settings import Settings
from archiver.sources import Source, SourceRef
from archiver.stores import Place

NAMESPACE = uuid.UUID("c8f10ad7-fc57-4105-827b-c01fdaff6a33")

MOST_FINDINGS = 1000
"""Of all documents of a bag that are told one by one; the rest are counted."""

Found = SourceRef | SourceError
Documents = Callable[[], Iterable[Found]]
"""Goes through documents from the first on."""

REPLACE = "--replace puts a new one there"

Told = Generator[Outcome, None, int]
"""Yields what became of each document that failed; returns how many there were."""


class Collection(NamedTuple):
    """Documents that get one bag: what they are called, and which bag of its group that is."""

    label: str
    documents: Documents
    number: str


def package_collections(
    found: Documents, output: Place, settings: Settings, *, replacing: bool = False
) -> Generator[Outcome]:
    """Package the documents of each folder, or all of them, in one bag, as `bag_per` of the settings says.

    Yields what became of each document that failed, and of each collection. A folder's documents have
    to come one after the other. Raises SettingsError and MissingExtra.
    """
    for collection in _collections(found, settings):
        begun = time.monotonic()
        for outcome in _packaged(collection, output, settings, replacing=replacing):
            yield replace(outcome, seconds=time.monotonic() - begun)


def _collections(found: Documents, settings: Settings) -> Iterator[Collection]:
    if settings.bag_per == "batch":
        yield Collection("batch", found, "1 of 1")
        return
    for number, (folder, documents) in enumerate(groupby(found(), _folder), 1):
        yield Collection(folder, tuple(documents).__iter__, f"{number} of ?")


def _folder(found: Found) -> str:
    if isinstance(found, SourceError):
        return os.path.dirname(found.where) or "."
    return str(found.url.parent if found.url else found.path.parent)


def _packaged(
    collection: Collection, output: Place, settings: Settings, *, replacing: bool
) -> Iterator[Outcome]:
    known = _Known()
    failures = yield from _each(collection, settings, known.add)
    if failures:
        yield _incomplete(collection, failures)
        return
    target = bag.destination(output, known.identifier, settings.form)
    report: Report | None
    try:
        if replacing or not bag.is_there(target, settings.form):
            status: Status = "packaged"
            report = yield from _made(collection, known, target, output, settings, replacing=replacing)
        else:
            status = "already packaged"
            report = yield from _already_packaged(collection, target, settings)
    except Exception as error:
        yield failed(collection.label, error)
        return
    if report:
        yield Outcome(collection.label, status, report, known.identifier, target)


def _each(collection: Collection, settings: Settings, act: Callable[[Source], None]) -> Told:
    """Do something with every document, while it is read."""
    failures = 0
    for found in collection.documents():
        outcome = _done(found, settings, act)
        if outcome:
            failures += 1
            yield outcome
    return failures


def _done(found: Found, settings: Settings, act: Callable[[Source], None]) -> Outcome | None:
    """The outcome of a document that failed."""
    if isinstance(found, SourceError):
        return failed(found.where, found)
    try:
        with at_hand(found, settings) as source:
            act(source)
    except Exception as error:
        return failed(found.label, error)
    return None


def _incomplete(collection: Collection, failures: int) -> Outcome:
    told = f"is not packaged, as {failures} of its documents cannot be"
    hint = "mend them, or leave them out, and run it again"
    return failed(collection.label, DocumentError(told, where=collection.label, hint=hint))


class _Known:
    """What is known of a collection when its documents were read: how many there are, and its identifier.

    That is drawn from the identifiers of the articles, in whatever order they come (UUIDv5 of the sum
    of their SHA-256s).
    """

    def __init__(self) -> None:
        self.count = self._sum = 0

    def add(self, source: Source) -> None:
        """Count a document in."""
        digest = hashlib.sha256((source.article.identifier or "").encode()).digest()
        self.count += 1
        self._sum = (self._sum + int.from_bytes(digest)) % 2**256

    @property
    def identifier(self) -> str:
        """The identifier of the collection."""
        return uuid.uuid5(NAMESPACE, f"{self._sum:064x}").urn


# --- a new bag --------------------------------------------------------------------------------


def _made(
    collection: Collection,
    known: _Known,
    target: Place,
    output: Place,
    settings: Settings,
    *,
    replacing: bool,
) -> Generator[Outcome, None, Report | None]:
    """Make the bag of a collection, and put it in its place; None where it lacks a document."""
    with bag.staging(output) as room:
        parts = _Parts(room / bag.folder_name(known.identifier), settings)
        failures = yield from _each(collection, settings, parts.add)
        if failures:
            yield _incomplete(collection, failures)
            return None
        bag.make(parts.staged, _info(collection, known, settings), settings.algorithms, parts.when)
        package, _ = bag.finished(parts.staged, target, settings.form)
        bag.put(package, target, replace=replacing)
    return parts.report(collection.label)


class _Parts:
    """The articles of a collection that are staged, each in its folder, and what was told of them."""

    def __init__(self, staged: Path, settings: Settings) -> None:
        self.staged, self.settings = staged, settings
        self.when, self.validator = moment(), find(settings.verapdf)
        self.findings: list[Finding] = []
        self.conformance: Counter[Check] = Counter()
        self.documents = self.pages = self.untold = 0

    def add(self, source: Source) -> None:
        """Stage an article, unless one of the same bytes is. Raises AlreadyExists for other bytes."""
        name = member_name(source.article.identifier or "")
        part = self.staged / name
        if part.exists():
            self._tell([_same_bytes(source, part)])
            return
        root = f"data/{name}/"
        report = make_payload(source, part, self.settings, self.validator, self.when, root)
        self._tell(report.findings)
        self.conformance.update(check for check in report.checks if check.name == CONFORMANCE)
        self.documents += 1
        self.pages += report.number("pages")

    def _tell(self, findings: Sequence[Finding]) -> None:
        room = MOST_FINDINGS - len(self.findings)
        self.findings += findings[:room]
        self.untold += len(findings[room:])

    def report(self, label: str) -> Report:
        """The report on the collection, whose bag is in its place."""
        checks = (
            Check("metadata", Verdict.PASSED),
            summed(self.conformance),
            Check("complete and valid", Verdict.PASSED),
        )
        more = f"and {self.untold:,} more findings, not told one by one"
        untold = [Finding("collection-findings", Severity.WARNING, more, label)] * bool(self.untold)
        facts: dict[str, Fact] = {"documents": self.documents, "pages": self.pages}
        return Report(label, checks, (*self.findings, *untold), facts)


def _same_bytes(source: Source, part: Path) -> Finding:
    """What is told of a document whose bytes are staged already. Raises AlreadyExists for other ones."""
    there = {digests_of(path, ("sha256",))["sha256"]: path for path in payload(part / "original")}
    same = there.get(source.document.digest("sha256"))
    if same is None:
        told = f"has the identifier {source.article.identifier}, as another document of its collection has"
        raise AlreadyExists(told, where=source.ref.label, hint=OWN)
    told = f"has the bytes of {same.name}, which is in the bag already"
    return Finding("package-same-bytes", Severity.INFO, told, source.ref.label)


def _info(collection: Collection, known: _Known, settings: Settings) -> dict[str, str | list[str]]:
    """What bag-info.txt says of a collection (RFC 8493 2.2.2), beside what follows from the bag."""
    name = os.path.basename(os.path.abspath(collection.label)) if settings.bag_per == "folder" else ""
    number = f"{known.count:,} document{'s' * (known.count != 1)}"
    info = {
        PROFILE_LABEL: COLLECTION_PROFILE_IDENTIFIER,
        "External-Identifier": known.identifier,
        "External-Description": f"{name}: {number}" if name else number,
        "Source-Organization": settings.source_organization or "",
    }
    return {**group_info(settings, collection.number), **settings.bag_info, **info}


# --- a bag that is there ----------------------------------------------------------------------


def _already_packaged(
    collection: Collection, target: Place, settings: Settings
) -> Generator[Outcome, None, Report | None]:
    """The report on a collection whose valid bag is at `target`; None where a document fails.

    Raises AlreadyExists where that is something else, or damaged.
    """
    known, looked_at = bag.held(target)
    held = f"{target} holds something that is no package"
    if known and looked_at:
        there = {
            (path.split("/")[1], digests[known.algorithms[0]]) for path, digests in known.originals.items()
        }
        met: set[tuple[str, str]] = set()

        def meet(source: Source) -> None:
            name = member_name(source.article.identifier or "")
            met.update((name, each.digest(known.algorithms[0])) for each in source.originals)

        failures = yield from _each(collection, settings, meet)
        if failures:
            yield _incomplete(collection, failures)
            return None
        if met == there and looked_at.valid:
            return Report(collection.label, (Check("same source", Verdict.PASSED), whole(looked_at)))
        held = f"{target} holds a package of different documents"
        if met == there:
            told = "; ".join(finding.sentence for finding in looked_at.findings)
            held = f"{target} holds a package of these documents that is damaged: {told}"
    raise AlreadyExists(f"is not packaged: {held}", where=collection.label, hint=REPLACE)
