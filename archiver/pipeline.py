"""The pipeline: one source document, from reading it to its verified package."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from archiver import __version__, bag, records
from archiver.article import Article
from archiver.bag.fixity import digests_of
from archiver.epoch import source_date
from archiver.errors import (
    AlreadyExists,
    ArchiverError,
    CannotWrite,
    DocumentError,
    MissingExtra,
    NotConformant,
    OutOfSpace,
    SettingsError,
    SourceError,
    WorkersLost,
)
from archiver.events import CONFORMANCE_EVENT, FAIL, SUCCESS, Agent, Event
from archiver.findings import Check, Finding, Report, Severity, Verdict, shortened
from archiver.formats import Format, Identified, identify, known
from archiver.rendition import Rendition, render
from archiver.rendition.flavours import told
from archiver.rendition.verapdf import Validator, find
from archiver.repeats import already_packaged
from archiver.settings import Settings
from archiver.sources import Source, SourceRef, is_sidecar, read, refuse_warnings
from archiver.sources.fetching import fetch
from archiver.sources.metadata import date_decisions
from archiver.stores import Place

Status = Literal["packaged", "already packaged", "failed"]

BUFFER = 1024 * 1024

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


def make_payload(
    source: Source,
    staged: Path,
    settings: Settings,
    validator: Validator | None,
    when: datetime,
    root: str = "data/",
) -> Report:
    """Make original, rendition and records of a source in a folder, which will be `root` in a bag."""
    _store(source, staged)
    identified = _identified(source, staged, root)
    misnamed = [finding for each in identified.values() for finding in each.findings]
    refuse_warnings(misnamed, settings)
    rendition = render(
        source,
        staged / "rendition" / f"{_stem(source.ref.name)}.pdf",
        settings,
        {each.name: staged / "original" / each.stored for each in source.originals},
        validator,
    )
    refuse_warnings(rendition.findings, settings)
    if rendition.path is None:
        (staged / "rendition").rmdir()
    conformance, events = conform(rendition, validator, settings, root)
    stored = {path: each.format for path, each in identified.items()}
    _record(source, rendition, staged, root, stored, events, settings, when)
    findings = (*source.findings, *misnamed, *rendition.findings)
    checks = (Check("metadata", Verdict.PASSED), conformance)
    return Report(source.ref.label, checks, findings, {"pages": rendition.pages, **rendition.facts})


def moment() -> datetime:
    """The time that records give: SOURCE_DATE_EPOCH (seconds since 1970) where it is set, else now."""
    return source_date() or datetime.now(UTC).replace(microsecond=0)


def _stem(name: str) -> str:
    return Path(name).stem or "article"


# --- what goes into the package ---------------------------------------------------------------


def _store(source: Source, staged: Path) -> None:
    """Write the files of the source to original/."""
    folder = staged / "original"
    for each in (folder, staged / "rendition", staged / "metadata"):
        each.mkdir(parents=True)
    for original in source.originals:
        copy = folder / original.stored
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            file = original.open()
        except OSError as error:
            where = f"{source.ref.label}, {original.name}"
            raise SourceError(f"cannot be read: {error.strerror}", where=where) from None
        with file, copy.open("xb") as out:
            shutil.copyfileobj(file, out, BUFFER)


def _identified(source: Source, staged: Path, root: str) -> dict[str, Identified]:
    """What each file of the source is, by its path in the bag."""
    identified = {}
    for original in source.originals:
        path = f"{root}original/{original.stored}"
        where = source.ref.label if original is source.document else f"{source.ref.label}, {original.name}"
        file = staged / "original" / original.stored
        nameless = original is source.document and source.ref.data is not None
        name = "" if nameless else original.name
        identified[path] = identify(file, name, original.media_type, where)
    return identified


def conform(
    rendition: Rendition, validator: Validator | None, settings: Settings, root: str = "data/"
) -> tuple[Check, list[Event]]:
    """Check a rendition against all that it claims.

    Raises NotConformant with what it breaks, and, where the settings require PDF/A, for one that is
    not shown to be that.
    """
    if rendition.path is None or validator is None:
        note = "there is no rendition" if rendition.path is None else ""
        if settings.require_pdfa:
            where = rendition.path.name if rendition.path else ""
            raise NotConformant(_required(rendition), where=where)
        return Check("PDF/A conformance", Verdict.NOT_CHECKED, note), []
    if not rendition.judged and (findings := validator.check(rendition.path, rendition.claims)):
        raise NotConformant(findings, where=rendition.path.name)
    told = f"{rendition.conformance}, by {validator.name} {validator.version}"
    agent = Agent(validator.name, "software", validator.version)
    path = f"{root}rendition/{rendition.path.name}"
    event = Event(CONFORMANCE_EVENT, told, agent, (path,))
    return Check("PDF/A conformance", Verdict.PASSED, told), [event]


def _required(rendition: Rendition) -> list[Finding]:
    """What is told of a document that is refused by `require_pdfa`."""
    why = "there is no veraPDF to show it" if rendition.path else rendition.made.detail
    hint = "require_pdfa refuses it"
    return [Finding("rendition-required", Severity.ERROR, f"has no PDF/A rendition: {why}", hint=hint)]


def _record(
    source: Source,
    rendition: Rendition,
    staged: Path,
    root: str,
    stored: Mapping[str, Format],
    events: list[Event],
    settings: Settings,
    when: datetime,
) -> None:
    article = source.article
    metadata = staged / "metadata"
    (metadata / "article.json").write_bytes(records.article_json(article))
    (metadata / "dublin-core.xml").write_bytes(records.dublin_core(article))
    original = f"{root}original/{source.document.stored}"
    rendered = (f"{root}rendition/{rendition.path.name}",) if rendition.path else ()
    beside = {
        f"{root}{path.relative_to(staged).as_posix()}": known(kind)
        for path, kind in rendition.beside.items()
    }
    formats = {
        **stored,
        **dict.fromkeys(rendered, known(told(rendition.claims[:1]))),
        **beside,
        f"{root}metadata/article.json": known("application/json"),
        f"{root}metadata/dublin-core.xml": known("application/xml"),
    }
    names = {f"{root}original/{each.stored}": each.name for each in source.originals}
    if source.document.name == source.ref.name:
        names[original] = source.ref.original_name
    captures = {f"{root}original/{each.stored}": each.captures for each in source.originals}
    files = [
        _stored(
            staged / path.removeprefix(root), path, kind, settings.algorithms, names.get(path)
        )._replace(captures=captures.get(path, ()))
        for path, kind in formats.items()
    ]
    derived = dict.fromkeys((*rendered, *beside, f"{root}metadata/article.json"), original)
    agent = Agent("archiver", "software", __version__)
    sidecars = [f"{root}original/{each.stored}" for each in source.originals if is_sidecar(each.name)]
    read_from = ["the source", *(each.name for each in source.ref.given if each.fields)]
    obtained = ", ".join(f"{field}: {how}" for field, how in article.provenance.items())
    overridden = [
        f"overridden: {each.field} “{each.value}” ({each.obtained})" for each in article.overridden
    ]
    all_events = [
        *source.events,
        Event("ingestion", "source taken over byte for byte", agent, tuple(stored)),
        Event("format identification", "formats identified by PRONOM", agent, tuple(stored)),
        Event(
            "metadata extraction",
            f"metadata read from {', overridden by '.join(read_from)}",
            agent,
            (original, *sidecars),
            (f"{root}metadata/article.json", f"{root}metadata/dublin-core.xml"),
            "; ".join(
                [
                    f"how each field was obtained: {obtained}",
                    *date_decisions(source.findings),
                    *overridden,
                ]
            ),
        ),
        Event(
            rendition.made.type,
            rendition.made.detail,
            rendition.made.agent,
            (original,),
            rendered,
            outcome=SUCCESS if rendered else FAIL,
        ),
        *rendition.events,
        *events,
        Event("message digest calculation", ", ".join(sorted(settings.algorithms)), agent, tuple(formats)),
    ]
    premis = records.premis(article, files, all_events, derived, when)
    (metadata / "premis.xml").write_bytes(premis)


def _stored(
    file: Path, path: str, kind: Format, algorithms: tuple[str, ...], name: str | None
) -> records.StoredFile:
    digests = digests_of(file, tuple(sorted(algorithms)))
    size = file.stat().st_size
    return records.StoredFile(path, size, digests, kind, name or file.name)


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
