"""The payload: original, rendition and records of one source, in a folder that becomes a bag."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from archiver import __version__, records
from archiver.bag.fixity import digests_of
from archiver.errors import NotConformant, SourceError
from archiver.events import CONFORMANCE_EVENT, FAIL, SUCCESS, Agent, Event
from archiver.findings import Check, Finding, Report, Severity, Verdict
from archiver.formats import Format, Identified, identify, known
from archiver.rendition import Rendition, render
from archiver.rendition.flavours import told
from archiver.rendition.verapdf import Validator
from archiver.settings import Settings
from archiver.sources import Source, is_sidecar, refuse_warnings
from archiver.sources.metadata import date_decisions

BUFFER = 1024 * 1024

ARCHIVER = Agent("archiver", "software", __version__)


def make_payload(
    source: Source,
    staged: Path,
    settings: Settings,
    validator: Validator | None,
    when: datetime,
    root: str = "data/",
) -> Report:
    """Make original, rendition and records of a source in a folder, which will be `root` in a bag.

    Raises SourceError, RenditionError, NotConformant and SettingsError, InvalidArticle for warnings that
    are errors, and OSError where it cannot be written.
    """
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


def _stem(name: str) -> str:
    return Path(name).stem or "article"


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
    checked: Sequence[Event],
    settings: Settings,
    when: datetime,
) -> None:
    """Write the records of a source: its metadata, Dublin Core, and what PREMIS says of all files."""
    metadata = staged / "metadata"
    (metadata / "article.json").write_bytes(records.article_json(source.article))
    (metadata / "dublin-core.xml").write_bytes(records.dublin_core(source.article))
    article_json, dublin_core = f"{root}metadata/article.json", f"{root}metadata/dublin-core.xml"
    made = _made(rendition, staged, root)
    formats = {
        **stored,
        **made,
        article_json: known("application/json"),
        dublin_core: known("application/xml"),
    }
    files = _files(source, staged, root, formats, settings.algorithms)
    digested = Event(
        "message digest calculation", ", ".join(sorted(settings.algorithms)), ARCHIVER, tuple(formats)
    )
    events = [
        *source.events,
        Event("ingestion", "source taken over byte for byte", ARCHIVER, tuple(stored)),
        Event("format identification", "formats identified by PRONOM", ARCHIVER, tuple(stored)),
        _extraction(source, root, (article_json, dublin_core)),
        _creation(source, rendition, root),
        *rendition.events,
        *checked,
        digested,
    ]
    derived = dict.fromkeys((*made, article_json), _original(source, root))
    premis = records.premis(source.article, files, events, derived, when)
    (metadata / "premis.xml").write_bytes(premis)


def _original(source: Source, root: str) -> str:
    return f"{root}original/{source.document.stored}"


def _rendered(rendition: Rendition, root: str) -> tuple[str, ...]:
    """The path of a rendition in the bag, if there is one."""
    return (f"{root}rendition/{rendition.path.name}",) if rendition.path else ()


def _made(rendition: Rendition, staged: Path, root: str) -> dict[str, Format]:
    """The format of a rendition and of each file beside it, by their paths in the bag."""
    pdf = dict.fromkeys(_rendered(rendition, root), known(told(rendition.claims[:1])))
    return pdf | {
        f"{root}{path.relative_to(staged).as_posix()}": known(kind)
        for path, kind in rendition.beside.items()
    }


def _files(
    source: Source, staged: Path, root: str, formats: Mapping[str, Format], algorithms: Sequence[str]
) -> list[records.StoredFile]:
    """What PREMIS says of each file: its digests, its name as it came, how its pages were captured."""
    names = {f"{root}original/{each.stored}": each.name for each in source.originals}
    if source.document.name == source.ref.name:
        names[_original(source, root)] = source.ref.original_name
    captures = {f"{root}original/{each.stored}": each.captures for each in source.originals}
    files = []
    for path, kind in formats.items():
        file = staged / path.removeprefix(root)
        digests = digests_of(file, tuple(sorted(algorithms)))
        name = names.get(path) or file.name
        size = file.stat().st_size
        files.append(records.StoredFile(path, size, digests, kind, name, captures.get(path, ())))
    return files


def _extraction(source: Source, root: str, made: tuple[str, ...]) -> Event:
    """How the metadata was read: from what, how each field was obtained, and what was overridden."""
    sidecars = [f"{root}original/{each.stored}" for each in source.originals if is_sidecar(each.name)]
    read_from = ["the source", *(each.name for each in source.ref.given if each.fields)]
    obtained = ", ".join(f"{field}: {how}" for field, how in source.article.provenance.items())
    overridden = [
        f"overridden: {each.field} “{each.value}” ({each.obtained})" for each in source.article.overridden
    ]
    note = [f"how each field was obtained: {obtained}", *date_decisions(source.findings), *overridden]
    return Event(
        "metadata extraction",
        f"metadata read from {', overridden by '.join(read_from)}",
        ARCHIVER,
        (_original(source, root), *sidecars),
        made,
        "; ".join(note),
    )


def _creation(source: Source, rendition: Rendition, root: str) -> Event:
    """How the rendition was made, or that it could not be."""
    made, rendered = rendition.made, _rendered(rendition, root)
    return Event(
        made.type,
        made.detail,
        made.agent,
        (_original(source, root),),
        rendered,
        outcome=SUCCESS if rendered else FAIL,
    )
