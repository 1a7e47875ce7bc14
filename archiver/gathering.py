"""Gathering: one bag for all documents of a folder, or of a batch, instead of one for each.

Such a bag is made of all that was meant or not at all: of what it lacked, it could say nothing. Its
documents are gone through twice, first to know them, then to package them, and never all held. Workers
stage what each comes to; it is put into the bag here, in the order of the documents.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import shutil
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Container, Generator, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, Protocol

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
from archiver.line import Line, Work
from archiver.payload import make_payload
from archiver.pipeline import (
    Job,
    Outcome,
    Status,
    at_hand,
    begun,
    failed,
    group_info,
    moment,
)
from archiver.rendition.verapdf import find
from archiver.repeats import OWN, whole
from archiver.settings import Settings
from archiver.sources import SourceRef
from archiver.stores import Place
from archiver.workers import Workers

NAMESPACE = uuid.UUID("c8f10ad7-fc57-4105-827b-c01fdaff6a33")

MOST_FINDINGS = 1000
"""Of all documents of a bag that are told one by one; the rest are counted."""

Found = SourceRef | SourceError
Documents = Callable[[], Iterable[Found]]
"""Goes through documents from the first on."""

REPLACE = "--replace puts a new one there"


class Collection(NamedTuple):
    """Documents that get one bag: what they are called, and which bag of its group that is."""

    label: str
    documents: Documents
    number: str
    when: datetime


def package_collections(
    found: Documents,
    output: Place,
    settings: Settings,
    workers: Workers,
    *,
    replace: bool = False,
    stopping: Callable[[], bool] = lambda: False,
    only: Container[str] | None = None,
) -> Generator[Outcome]:
    """Package the documents of each folder, or all of them, in one bag, as `bag_per` of the settings says.

    Yields what became of each document that failed, and of each collection. A folder's documents have
    to come one after the other. `only` are the labels of the collections that are taken, if not all are.
    Where `stopping` says so, nothing more is begun, and a bag that lacks documents then is not made.
    Raises as `batch.package_many` does.
    """
    with (
        bag.staging(output) as room,
        Line(workers, room, settings.min_free_bytes, stopping) as line,
    ):
        gathering = _Gathering(line, room, output, settings, replace, stopping)
        for collection in _collections(found, settings):
            if only is not None and collection.label not in only:
                continue
            start = time.monotonic()
            for outcome in _packaged(collection, gathering):
                yield dataclasses.replace(outcome, seconds=time.monotonic() - start)
            if stopping():
                return


class _Gathering(NamedTuple):
    """What bags of many are made with."""

    line: Line
    room: Path
    output: Place
    settings: Settings
    replace: bool
    stopping: Callable[[], bool]


def _collections(found: Documents, settings: Settings) -> Iterator[Collection]:
    if settings.bag_per == "batch":
        yield Collection("batch", found, "1 of 1", moment())
        return
    for number, (folder, documents) in enumerate(groupby(found(), _folder), 1):
        yield Collection(folder, tuple(documents).__iter__, f"{number} of ?", moment())


def _folder(found: Found) -> str:
    if isinstance(found, SourceError):
        return os.path.dirname(found.where) or "."
    return str(found.url.parent if found.url else found.path.parent)


def _packaged(collection: Collection, gathering: _Gathering) -> Iterator[Outcome]:
    known = _Known()
    if not (yield from _taken(collection, gathering, known)):
        return
    target = bag.destination(gathering.output, known.identifier, gathering.settings.form)
    with tempfile.TemporaryDirectory(dir=gathering.room) as own:
        try:
            ending: _New | _There
            if gathering.replace or not bag.is_there(target, gathering.settings.form):
                ending = _New(collection, known, Path(own), target, gathering)
            else:
                ending = _There(collection, target)
            if (yield from _taken(collection, gathering, ending)):
                report = ending.report()
                yield Outcome(collection.label, ending.status, report, known.identifier, target)
        except Exception as error:
            yield failed(collection.label, error)


class _Taking(Protocol):
    """What workers do with each document of a collection, and what is made of that here."""

    @property
    def work(self) -> Work[Any]:
        """What workers do; a document that failed is an Outcome."""

    def add(self, done: Any) -> None:
        """Take what a worker came to, in the order of the documents. Raises what the document fails of."""


def _taken(
    collection: Collection, gathering: _Gathering, taking: _Taking
) -> Generator[Outcome, None, bool]:
    """Have every document of a collection taken; yields those that failed, then that it did.

    Returns whether all are taken. Raises OutOfSpace.
    """
    jobs = (
        failed(found.where, found)
        if isinstance(found, SourceError)
        else Job(found, gathering.output, gathering.settings, when=collection.when)
        for found in collection.documents()
    )
    failures = 0
    for job, done in gathering.line.through(jobs, taking.work):
        outcome = done if isinstance(done, Outcome) or not job else _added(done, job, taking)
        if outcome:
            failures += 1
            yield outcome
    if gathering.line.lack:
        raise gathering.line.lack
    if failures and not gathering.stopping():
        yield _incomplete(collection, failures)
    return not (failures or gathering.stopping())


def _added(done: Any, job: Job, taking: _Taking) -> Outcome | None:
    """The outcome of a document that fails when what it came to is taken."""
    try:
        taking.add(done)
    except Exception as error:
        return failed(job.ref.label, error)
    return None


def _incomplete(collection: Collection, failures: int) -> Outcome:
    told = f"is not packaged, as {failures} of its documents cannot be"
    hint = "mend them, or leave them out, and run it again"
    return failed(collection.label, DocumentError(told, where=collection.label, hint=hint))


# --- what the documents are -------------------------------------------------------------------


class Met(NamedTuple):
    """A document that was read: its identifier, and the digests of its files."""

    identifier: str
    digests: Sequence[str]


def meet(algorithms: Sequence[str], job: Job, room: Path, folder: str) -> Met | Outcome:
    """Read a document, as a worker does; its files have a digest each by each of the algorithms."""
    with begun(job, room, folder) as own:
        try:
            with at_hand(job.ref, job.settings) as source:
                digests = [each.digest(name) for each in source.originals for name in algorithms]
                return Met(source.article.identifier or "", digests)
        except Exception as error:
            return failed(job.ref.label, error)
        finally:
            own.rmdir()


class _Known:
    """What is known of a collection when its documents were read: how many there are, and its identifier.

    That is drawn from the identifiers of the articles, in whatever order they come (UUIDv5 of the sum
    of their SHA-256s).
    """

    work: Work[Met | Outcome] = staticmethod(partial(meet, ()))

    def __init__(self) -> None:
        self.count = self._sum = 0

    def add(self, met: Met) -> None:
        """Count a document in."""
        digest = hashlib.sha256(met.identifier.encode()).digest()
        self.count += 1
        self._sum = (self._sum + int.from_bytes(digest)) % 2**256

    @property
    def identifier(self) -> str:
        """The identifier of the collection."""
        return uuid.uuid5(NAMESPACE, f"{self._sum:064x}").urn


# --- a new bag --------------------------------------------------------------------------------


class Part(NamedTuple):
    """What is staged of a bag for one document, and what was told of it."""

    identifier: str
    staged: Path
    report: Report


def stage_part(job: Job, room: Path, folder: str) -> Part | Outcome:
    """Make what a document has in a bag of many, as a worker does, and leave it staged."""
    with begun(job, room, folder) as own:
        try:
            with at_hand(job.ref, job.settings) as source, bag.writing(str(job.output)):
                identifier = source.article.identifier or ""
                staged = own / member_name(identifier)
                validator, when = find(job.settings.verapdf), job.when or moment()
                root = f"data/{staged.name}/"
                report = make_payload(source, staged, job.settings, validator, when, root)
                return Part(identifier, staged, report)
        except Exception as error:
            shutil.rmtree(own, ignore_errors=True)
            return failed(job.ref.label, error)


class _New:
    """The bag of a collection that is being made, each article in its folder, and what was told of them."""

    status: Status = "packaged"
    work: Work[Part | Outcome] = staticmethod(stage_part)

    def __init__(
        self, collection: Collection, known: _Known, room: Path, target: Place, gathering: _Gathering
    ) -> None:
        self._collection, self._known, self._target, self._gathering = collection, known, target, gathering
        self._staged = room / bag.folder_name(known.identifier)
        self._staged.mkdir()
        self._findings: list[Finding] = []
        self._conformance: Counter[Check] = Counter()
        self._documents = self._pages = self._untold = 0
        self._names: dict[str, str] = {}

    def add(self, part: Part) -> None:
        """Put an article in, unless one of the same bytes is. Raises AlreadyExists for other bytes, and
        for an identifier that differs from another in case only: some file systems take them for one.
        """
        name = part.staged.name
        if self._names.setdefault(name.lower(), name) != name:
            told = f"has the identifier {part.identifier}, which differs from another in case only"
            raise AlreadyExists(told, where=part.report.subject, hint=OWN)
        place = self._staged / name
        if place.exists():
            finding = _same_bytes(part, place)
            shutil.rmtree(part.staged.parent)
            self._tell([finding])
            return
        part.staged.rename(place)
        part.staged.parent.rmdir()
        self._tell(part.report.findings)
        self._conformance.update(check for check in part.report.checks if check.name == CONFORMANCE)
        self._documents += 1
        self._pages += part.report.number("pages")

    def _tell(self, findings: Sequence[Finding]) -> None:
        room = MOST_FINDINGS - len(self._findings)
        self._findings += findings[:room]
        self._untold += len(findings[room:])

    def report(self) -> Report:
        """Put the bag in its place; the report on it."""
        settings, label = self._gathering.settings, self._collection.label
        info = _info(self._collection, self._known, settings)
        bag.make(self._staged, info, settings.algorithms, self._collection.when)
        package, verified = bag.finished(self._staged, self._target, settings.form)
        bag.put(package, self._target, replace=self._gathering.replace)
        checks = (
            Check("metadata", Verdict.PASSED),
            summed(self._conformance),
            Check("complete and valid", Verdict.PASSED),
        )
        more = f"and {self._untold:,} more findings, not told one by one"
        untold = [Finding("collection-findings", Severity.WARNING, more, label)] * bool(self._untold)
        facts: dict[str, Fact] = {
            "documents": self._documents,
            "pages": self._pages,
            "payload bytes": verified.number("payload bytes"),
        }
        return Report(label, checks, (*self._findings, *untold), facts)


def _same_bytes(part: Part, place: Path) -> Finding:
    """What is told of a document whose files are in the bag already. Raises AlreadyExists for others."""
    label = part.report.subject
    if _digests(part.staged) != _digests(place):
        told = f"has the identifier {part.identifier}, as another document of its collection has"
        raise AlreadyExists(told, where=label, hint=OWN)
    told = f"has the bytes of what is in data/{place.name}/ already"
    return Finding("package-same-bytes", Severity.INFO, told, label)


def _digests(article: Path) -> list[str]:
    """The digests of the originals of an article."""
    return sorted(digests_of(path, ("sha256",))["sha256"] for path in payload(article / "original"))


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


class _There:
    """The bag at the destination of a collection, which may have the same documents."""

    status: Status = "already packaged"

    def __init__(self, collection: Collection, target: Place) -> None:
        """Look at what is there. Raises AlreadyExists where it is no package."""
        self._label, self._target = collection.label, target
        package, looked_at = bag.held(target)
        if not package:
            raise self._refused(f"something that is no package: {looked_at.sentence}", "move it away")
        self._looked_at, algorithm = looked_at, package.algorithms[0]
        self._there = {
            (path.split("/")[1], digests[algorithm]) for path, digests in package.originals.items()
        }
        self._met: set[tuple[str, str]] = set()
        self.work: Work[Met | Outcome] = partial(meet, (algorithm,))

    def add(self, met: Met) -> None:
        """Remember the files of a document."""
        self._met.update((member_name(met.identifier), digest) for digest in met.digests)

    def report(self) -> Report:
        """The report on the bag. Raises AlreadyExists where it has other documents, or is damaged."""
        if self._met != self._there:
            raise self._refused("a package of different documents")
        if not self._looked_at.valid:
            damage = self._looked_at.sentence
            raise self._refused(f"a package of these documents that is damaged: {damage}")
        return Report(self._label, (Check("same source", Verdict.PASSED), whole(self._looked_at)))

    def _refused(self, held: str, hint: str = REPLACE) -> AlreadyExists:
        told = f"is not packaged: {self._target} holds {held}"
        return AlreadyExists(told, where=self._label, hint=hint)
