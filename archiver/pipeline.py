"""The pipeline: one source document, from reading it to its verified package."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from archiver import bag
from archiver.article import Article
from archiver.epoch import source_date
from archiver.errors import (
    AlreadyExists,
    ArchiverError,
    CannotWrite,
    DocumentError,
    MissingExtra,
    OutOfSpace,
    SettingsError,
    WorkersLost,
)
from archiver.findings import Check, Finding, Report, Severity, Verdict, shortened
from archiver.payload import make_payload
from archiver.rendition.verapdf import find
from archiver.repeats import already_packaged
from archiver.settings import Settings
from archiver.sources import Source, SourceRef, read
from archiver.sources.fetching import fetch
from archiver.stores import Place

Status = Literal["packaged", "already packaged", "failed"]

SHARED = (
    "all machines of a cluster have to share the working directory and the output, or, for an output in a "
    "store, TMPDIR"
)

_alone = threading.Lock()


@dataclass(frozen=True, slots=True)
class Job:
    """One document to package: where it is, where its package goes, and how."""

    ref: SourceRef
    output: Place
    settings: Settings
    replace: bool = False
    maker: str = ""
    """The source of the package that this run put at the same destination: it is not replaced."""
    when: datetime | None = field(default_factory=source_date)
    """The time that the records give; that of the packaging where it is None."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document."""

    source: str
    status: Status
    report: Report
    identifier: str = ""
    bag: Place | None = None
    seconds: float = 0.0
    staged: Path | None = None
    """Where its package is that is not in its place yet."""


def package_one(job: Job) -> Outcome:
    """Package one document. A document that fails is an outcome, not an exception.

    Raises SettingsError and MissingExtra, for what every document would fail of.
    """
    try:
        with bag.staging(job.output) as room:
            return place_one(job, make_one(job, room))
    except DocumentError as error:
        return failed(job.ref.label, error)


def make_one(job: Job, room: Path) -> Outcome:
    """Make the package of a document in a folder; or look at the one that is at its destination already.

    Raises SettingsError, MissingExtra and, where the disk is full, CannotWrite: every document would
    fail of these.
    """
    begun = time.monotonic()
    identifier = ""
    try:
        with at_hand(job.ref, job.settings) as source:
            identifier = source.article.identifier or ""
            outcome = _made_from(source, job, room)
    except Exception as error:
        outcome = failed(job.ref.label, error, identifier, job.ref.told)
    return replace(outcome, seconds=time.monotonic() - begun)


def stage_one(job: Job, room: Path, folder: str) -> Outcome:
    """Make the package of one document, as a worker does (see `begun`), and leave it staged."""
    with begun(job, room, folder) as own:
        outcome = make_one(job, own)
        if not outcome.staged:
            shutil.rmtree(own, ignore_errors=True)
        return outcome


@contextmanager
def begun(job: Job, room: Path, folder: str) -> Iterator[Path]:
    """A new folder for what a worker makes of a document, in a working directory.

    Its name begins as that of `room` does: that there is one says that the document was begun. A
    process makes one at a time, as making a bag changes the working directory. Raises SettingsError
    where a folder is not there: workers on other machines have to find both.
    """
    needed = (folder, os.path.join(folder, room.parent))
    if missing := next((each for each in needed if not os.path.isdir(each)), None):
        told = f"the worker on {platform.node()} does not find {missing}"
        raise SettingsError(told, where="workers", hint=SHARED)
    with _alone, chdir(folder):
        with bag.writing(str(job.output)):
            own = Path(tempfile.mkdtemp(prefix=room.name, dir=room.parent))
        yield own


def _made_from(source: Source, job: Job, room: Path) -> Outcome:
    identifier = source.article.identifier or ""
    target = bag.destination(job.output, identifier, job.settings.form)
    if (job.maker or not job.replace) and bag.is_there(target, job.settings.form):
        report = already_packaged(source, job.settings, target, job.maker)
        return Outcome(job.ref.label, "already packaged", report, identifier, target)
    with bag.writing(str(job.output)):
        staged, report = _made(source, room / bag.folder_name(identifier), target, job)
    return Outcome(job.ref.label, "packaged", report, identifier, target, staged=staged)


def place_one(job: Job, made: Outcome) -> Outcome:
    """Put the package of a document in its place, if it is not there yet: whole.

    Where another one came there meanwhile, that is looked at. Raises as `make_one` does.
    """
    if not (made.staged and made.bag):
        return made
    begun = time.monotonic()
    try:
        bag.put(made.staged, made.bag, replace=job.replace and not job.maker)
    except AlreadyExists as error:
        if job.replace and not job.maker:
            return failed(made.source, error, made.identifier)
        return _met(job, made, made.bag)
    except CannotWrite as error:
        return failed(made.source, error, made.identifier)
    return replace(made, staged=None, seconds=made.seconds + time.monotonic() - begun)


def _met(job: Job, made: Outcome, target: Place) -> Outcome:
    """What is told of a document where something came to its place meanwhile."""
    try:
        with at_hand(job.ref, job.settings) as source:
            report = already_packaged(source, job.settings, target, job.maker)
    except Exception as error:
        return failed(made.source, error, made.identifier)
    return replace(made, status="already packaged", report=report, staged=None)


def failed(source: str, error: Exception, identifier: str = "", noticed: Sequence[Finding] = ()) -> Outcome:
    """The outcome of a document that failed of an error, with what was noticed of its file before.

    Raises the error where every other document would fail of it too.
    """
    findings: tuple[Finding, ...]
    match error:
        case SettingsError() | MissingExtra() | WorkersLost() | OutOfSpace() | CannotWrite(full=True):
            raise error
        case ArchiverError():
            finding = Finding(error.rule, Severity.ERROR, error.message, error.where, hint=error.hint)
            findings = getattr(error, "findings", None) or (finding,)
        case MemoryError():
            told = "takes more memory than this process may have"
            findings = (Finding("document-failed", Severity.ERROR, told, where=source),)
        case OSError():
            told = f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
            findings = (Finding("document-failed", Severity.ERROR, told, where=source),)
        case _ if os.environ.get("ARCHIVER_DEBUG"):
            raise error
        case _:
            told = f"failed inside archiver ({type(error).__name__}: {error}); please report it"
            findings = (Finding("archiver-internal", Severity.ERROR, told, where=source),)
    told_of = tuple(map(shortened, (*findings, *noticed)))
    return Outcome(source, "failed", Report(source, (), told_of), identifier)


@contextmanager
def at_hand(ref: SourceRef, settings: Settings) -> Iterator[Source]:
    """A document that is read, and the files that it has, for as long as they are needed."""
    if ref.url is None:
        yield read(ref, settings)
        return
    with bag.staging(ref.url) as room:
        yield read(fetch(ref, room, settings), settings)


def _made(source: Source, staged: Path, target: Place, job: Job) -> tuple[Path, Report]:
    """Make the bag of a source in a folder, which is not there yet, and what is put at its destination."""
    settings = job.settings
    when = job.when or moment()
    report = make_payload(source, staged, settings, find(settings.verapdf), when)
    bag.make(staged, bag_info(source.article, settings), settings.algorithms, when)
    package, verified = bag.finished(staged, target, settings.form)
    checks = (*report.checks, Check("complete and valid", Verdict.PASSED))
    report = report._replace(checks=checks)
    return package, report.also(**{"payload bytes": verified.number("payload bytes")})


def moment() -> datetime:
    """The time that records give: SOURCE_DATE_EPOCH (seconds since 1970) where it is set, else now."""
    return source_date() or datetime.now(UTC).replace(microsecond=0)


def bag_info(article: Article, settings: Settings) -> dict[str, str | list[str]]:
    """What bag-info.txt says of an article (RFC 8493 2.2.2), beside what follows from the bag."""
    info = {"External-Identifier": article.identifier or "", "External-Description": article.title}
    if settings.source_organization:
        info["Source-Organization"] = settings.source_organization
    return {**group_info(settings), **settings.bag_info, **info}


def group_info(settings: Settings, count: str = "") -> dict[str, str]:
    """The group that a bag belongs to and its number there (RFC 8493 2.2.2), unless the settings say."""
    if not settings.bag_group:
        return {}
    group = {"Bag-Group-Identifier": settings.bag_group, "Bag-Count": count}
    said = {label.lower() for label in settings.bag_info}
    return {label: value for label, value in group.items() if label.lower() not in said}
