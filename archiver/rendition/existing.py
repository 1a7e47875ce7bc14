"""Existing PDFs: one that is PDF/A is its own rendition, another is repaired, or has none.

veraPDF judges each step, and the pages before and after are compared as pictures. Nothing is
claimed that veraPDF does not confirm.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from archiver import likeness
from archiver.capture import listed
from archiver.errors import RenditionError
from archiver.events import Agent
from archiver.findings import Finding, Severity, counted
from archiver.rendition import cmyk, ghostscript
from archiver.rendition.flavours import told
from archiver.rendition.looking import recognizer_of
from archiver.rendition.reading import Reading, plain, read_pages
from archiver.rendition.rendered import ARCHIVER, Making, Rendition
from archiver.rendition.repair import Done, Traits, has_sound_tree, repair, traits
from archiver.rendition.scan_texts import UNRECOGNIZED, ScanTexts, unread
from archiver.rendition.verapdf import EXTRA, Validator
from archiver.rendition.xmp import claims, claims_accessibility
from archiver.settings import Settings
from archiver.sources import Pdf, Source
from archiver.sources.pdf_pages import BROKEN

LEVEL_RULES = re.compile(r"verapdf-ISO_(14289_.*|19005_[23]-6\.(7|2\.11\.7)\..*)")
"""What level B does not ask: tagging, text in Unicode, and what PDF/UA asks."""

NO_PROFILE = "DeviceCMYK colour space is used without"
"""What veraPDF says of colours that are not said to be those of any profile (6.2.4.3)."""

MOST_REASONS = 3


class Way(NamedTuple):
    """A way to make a PDF PDF/A: who goes it, the file that it begins with, and what was said of that."""

    agent: Agent
    begin: Path
    said: str = ""


class Broken(NamedTuple):
    """A PDF that is not PDF/A: its source, where it lies, its pages, its new text, and who judges."""

    source: Source
    original: Path
    pages: int
    reading: Reading | None
    validator: Validator
    settings: Settings


class Repaired(NamedTuple):
    """A PDF that veraPDF found to be what it claims."""

    claims: tuple[str, ...]
    done: Done
    pages: int


def render(
    source: Source, pdf: Pdf, target: Path, settings: Settings, original: Path, validator: Validator | None
) -> Rendition:
    """The rendition of a PDF that lies at `original`, written to `target`; none where it cannot be one.

    Raises OSError where `target` cannot be written.
    """
    where = source.ref.label
    if pdf.obstacle:
        return _none(pdf, pdf.obstacle, where)
    claimed = _claimed(original)
    if validator is None:
        if claimed:
            same = _same(pdf, target, original, claimed, where, judged=False)
            return _with_text(same, source, pdf, None, _kept(pdf, source))
        why = f"does not say that it is PDF/A, and there is no veraPDF to judge what is made of it: {EXTRA}"
        return _none(pdf, why, where)
    denied = _wrong(validator, original, claimed) if claimed else ()
    if claimed and not denied:
        same = _same(pdf, target, original, claimed, where, judged=True)
        return _with_text(same, source, pdf, None, _kept(pdf, source))
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        room = Path(folder)
        reading, findings = _read(source, pdf, settings, original, room / target.name)
        try:
            made = _repaired(
                Broken(source, original, pdf.pages, reading, validator, settings), target, room
            )
        except RenditionError as error:
            target.unlink(missing_ok=True)
            made = _none(pdf, error.message, where)
        return _with_text(made, source, pdf, reading, (*_denied(claimed, denied, where), *findings))


def _claimed(pdf: Path) -> tuple[str, ...]:
    """What a PDF says that it is; nothing where veraPDF might go round in its pages without end."""
    try:
        return claims(pdf) if has_sound_tree(pdf) else ()
    except (RenditionError, *BROKEN):
        return ()


def _is_accessible(pdf: Path) -> bool:
    try:
        return claims_accessibility(pdf)
    except RenditionError:
        return False


def _wrong(validator: Validator, pdf: Path, claimed: Sequence[str]) -> tuple[Finding, ...]:
    """What a PDF breaks of what it claims; that veraPDF cannot say it is one such thing."""
    try:
        return validator.check(pdf, claimed)
    except RenditionError as error:
        return (Finding(error.rule, Severity.ERROR, error.message),)


def _denied(claimed: Sequence[str], denied: Sequence[Finding], where: str) -> Iterator[Finding]:
    """That a file is not what it says it is, where veraPDF finds so."""
    if denied:
        said = f"says that it is {told(claimed)}, and is not: {_summed(denied)}"
        yield Finding("rendition-claim", Severity.WARNING, said, where)


def _none(pdf: Pdf, why: str, where: str) -> Rendition:
    said = f"has no rendition, only the original is kept: it {why}"
    told_of = Finding("rendition-none", Severity.WARNING, said, where)
    return Rendition(None, pdf.pages, (), (told_of,), making=Making("normalization", f"it {why}"))


def _same(
    pdf: Pdf, target: Path, original: Path, claimed: tuple[str, ...], where: str, *, judged: bool
) -> Rendition:
    shutil.copyfile(original, target)
    says = f"is {told(claimed)} already" if judged else f"says that it is {told(claimed)}"
    finding = Finding(
        "rendition-same", Severity.INFO, f"{says}: the rendition is the same, byte for byte", where
    )
    making = Making("replication", f"it {says}: the original is its own rendition")
    return Rendition(target, pdf.pages, claimed, (finding,), making=making, judged=judged)


# --- text -------------------------------------------------------------------------------------


def _read(
    source: Source, pdf: Pdf, settings: Settings, original: Path, target: Path
) -> tuple[Reading | None, tuple[Finding, ...]]:
    """A PDF with the text of its bare pages; else None, and why."""
    if not pdf.bare:
        return None, ()
    why, hint = "they were not to be", ""
    try:
        recognizer = recognizer_of(source, settings)
        if recognizer and likeness.available():
            reading = read_pages(source, pdf, original, target, settings, recognizer)
            return reading, reading.findings
        if recognizer:
            why = likeness.MISSING
    except RenditionError as error:
        why, hint = error.message, error.hint
    except BROKEN as error:
        why = f"it cannot be written anew: {error}"
    return None, (_not_read(pdf, source, why, hint),)


def _kept(pdf: Pdf, source: Source) -> tuple[Finding, ...]:
    """That pictures in a file that stays as it is get no text."""
    return (_not_read(pdf, source, "a file that is PDF/A stays as it is"),) if pdf.bare else ()


def _not_read(pdf: Pdf, source: Source, why: str, hint: str = "") -> Finding:
    said = f"the pictures without text were not recognized ({listed(pdf.bare)}): {why}"
    return Finding(UNRECOGNIZED, Severity.WARNING, said, source.ref.label, hint=hint)


def _with_text(
    made: Rendition, source: Source, pdf: Pdf, reading: Reading | None, findings: Sequence[Finding]
) -> Rendition:
    """A rendition with what is told of the text that was recognized in it."""
    if reading is None or made.path is None:
        return replace(made, findings=(*made.findings, *findings))
    texts, label = reading.texts, source.ref.label
    told_text = filter(None, (texts.finding(label), _unread(pdf, source, made, texts)))
    return replace(
        made,
        findings=(*made.findings, *told_text, *findings),
        events=(texts.event([f"data/original/{source.document.stored}"]),),
        beside=texts.place(made.path.parent),
        facts=texts.facts(),
    )


def _unread(pdf: Pdf, source: Source, made: Rendition, texts: ScanTexts) -> Finding | None:
    """That no text was recognized, or not on each page; of a PDF that has other text, the former."""
    if not pdf.has_text:
        return unread(source.ref.label, made.claims, texts)
    if texts.confidences or texts.unread:
        return None
    return _not_read(pdf, source, "no text was found in them")


# --- repair -----------------------------------------------------------------------------------


def _repaired(broken: Broken, target: Path, room: Path) -> Rendition:
    """Repair a PDF one way, else another. Raises RenditionError with what keeps it from being PDF/A."""
    where, original, settings = broken.source.ref.label, broken.original, broken.settings
    reasons: list[str] = []
    begin = broken.reading.path if broken.reading else original
    for way in _ways(begin, room, settings, reasons):
        try:
            found = traits(original)
            repaired = _attempt(way, broken, target, reasons)
        except BROKEN as error:
            reasons.append(f"it cannot be written anew: {error}")
            continue
        if repaired:
            break
    else:
        raise RenditionError(f"is not PDF/A and cannot be made so: {'; '.join(reasons)}")
    what = ", ".join(
        f"{what} ({times})" if times > 1 else what for what, times in sorted(repaired.done.items())
    )
    by = f" by {way.agent.name} {way.agent.version}, as {reasons[0]}" if way.agent != ARCHIVER else ""
    detail = f"made {told(repaired.claims)}{by}: {what}"
    findings = [
        Finding("rendition-repaired", Severity.INFO, detail, where),
        *_lost(found, way.said, where),
        *_compared(plain(original, room), target, found, settings, where),
    ]
    making = Making("normalization", detail, way.agent)
    return Rendition(target, repaired.pages, repaired.claims, tuple(findings), making=making, judged=True)


def _ways(begin: Path, folder: Path, settings: Settings, reasons: list[str]) -> Iterator[Way]:
    """The file itself, then what Ghostscript makes of it; why there is no second way is a reason."""
    yield Way(ARCHIVER, begin)
    if not ghostscript.version():
        reasons.append("Ghostscript, which may do more, is not installed")
        return
    rewritten = folder / "rewritten.pdf"
    try:
        said = ghostscript.rewrite(plain(begin, folder), rewritten, settings.max_pdf_seconds)
    except RenditionError as error:
        reasons.append(error.message)
        return
    yield Way(Agent(ghostscript.NAME, "software", ghostscript.version()), rewritten, said)


def _attempt(way: Way, broken: Broken, target: Path, reasons: list[str]) -> Repaired | None:
    """Repair a PDF to the highest level that veraPDF confirms; else None, and `reasons` says why."""
    carried, article = broken.original if way.agent != ARCHIVER else None, broken.source.article
    for claimed in _candidates(traits(way.begin), broken):
        done, pages = repair(way.begin, target, article, claimed, carried)
        wrong = _wrong(broken.validator, target, claimed)
        if any(NO_PROFILE in each.message for each in wrong) and (assumed := cmyk.profile(broken.settings)):
            done, pages = repair(way.begin, target, article, claimed, carried, assumed)
            wrong = _wrong(broken.validator, target, claimed)
        if not wrong and pages == broken.pages:
            return Repaired(claimed, done, pages)
        if not wrong:
            reasons.append(f"{way.agent.name} makes {counted(pages, 'page')} of its {broken.pages:,}")
            return None
        if not all(LEVEL_RULES.fullmatch(finding.rule) for finding in wrong):
            break
    reasons.append(_summed(wrong))
    return None


def _candidates(begin: Traits, broken: Broken) -> Iterator[tuple[str, ...]]:
    """What a PDF may be found to be, the highest first (ISO 19005-2 5, ISO 19005-3 5).

    One with attachments is of a part that allows any: 3, or 4f. Where text was to be recognized and
    was not, nothing is claimed of it, nor of tags that do not know of it.
    """
    flavour, reading = broken.settings.flavour, broken.reading
    attachments = traits(broken.original).attachments
    if flavour.startswith("4"):
        yield ("4f",) if attachments else ("4",)
        return
    part = "3" if attachments or flavour.startswith("3") else "2"
    if begin.tagged and (reading is None or (reading.tagged and reading.texts.read)):
        if reading or _is_accessible(broken.original):
            yield f"{part}a", "ua1"
        yield (f"{part}a",)
    if reading is None or reading.texts.read:
        yield (f"{part}u",)
    yield (f"{part}b",)


def _summed(wrong: Sequence[Finding]) -> str:
    """The first things that are wrong, in few words."""
    told_of = [finding.message.partition(" Required: ")[0].rstrip(".") for finding in wrong]
    more = f", and {len(wrong) - MOST_REASONS} more" if len(wrong) > MOST_REASONS else ""
    return f"veraPDF says: {'; '.join(told_of[:MOST_REASONS])}{more}"


# --- what is told of a repaired PDF -----------------------------------------------------------


def _lost(found: Traits, said_by_ghostscript: str, where: str) -> Iterator[Finding]:
    if said_by_ghostscript:
        said = f"may show less in the rendition, as {ghostscript.NAME} says: {said_by_ghostscript}"
        yield Finding("rendition-incomplete", Severity.WARNING, said, where)
    if found.signed:
        said = "is signed: the signature is the original's; the rendition is changed, and has none"
        yield Finding("rendition-signature", Severity.WARNING, said, where)
    if found.xfa:
        said = "has a form in XFA: what that alone shows is in the original, and not in the rendition"
        yield Finding("rendition-xfa", Severity.WARNING, said, where)


def _compared(
    original: Path, target: Path, found: Traits, settings: Settings, where: str
) -> Iterator[Finding]:
    """Whether the pages look as they did, as far as that was looked at."""
    if not likeness.available():
        said = f"the pages of the rendition were not compared with the original's: {likeness.MISSING}"
        yield Finding("rendition-pages-not-compared", Severity.WARNING, said, where)
        return
    chosen = likeness.chosen(found.pages, settings.max_compared_pages)
    try:
        different = likeness.compare(original, target, chosen, settings.max_pdf_seconds)
    except RenditionError as error:
        said = f"the pages of the rendition were not compared with the original's: {error.message}"
        yield Finding("rendition-pages-not-compared", Severity.WARNING, said, where)
        return
    if different:
        shown = ", ".join(map(str, different[:10])) + (", ..." if len(different) > 10 else "")
        said = f"{len(different):,} of {len(chosen):,} pages look different in the rendition: {shown}"
        yield Finding("rendition-pages-differ", Severity.WARNING, said, where)
    if len(chosen) < found.pages:
        said = f"{len(chosen):,} of {found.pages:,} pages were compared with the rendition's, spread evenly"
        yield Finding("rendition-pages-compared", Severity.INFO, said, where)
