"""Rendition: a Source becomes one PDF that is archival (PDF/A) and accessible (PDF/UA)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from archiver.article import Article, Obtained
from archiver.errors import MissingGlyph, RenditionError
from archiver.findings import Finding
from archiver.rendition import existing
from archiver.rendition.catalog import Embeddable
from archiver.rendition.direction import isolated
from archiver.rendition.finishing import finish
from archiver.rendition.flavours import Flavour, told
from archiver.rendition.fonts import Fonts, fonts
from archiver.rendition.layout import Recorded, lay_out
from archiver.rendition.rendered import Rendition
from archiver.rendition.text import Run, Typesetter
from archiver.rendition.verapdf import Validator
from archiver.rendition.xmp import PRODUCER
from archiver.settings import Settings
from archiver.sources import Pdf, Scan, Source, Text
from archiver.sources.metadata import date_decisions

__all__ = ["Flavour", "Rendition", "render"]


def render(
    source: Source,
    target: Path,
    settings: Settings,
    originals: Mapping[str, Path] | None = None,
    validator: Validator | None = None,
) -> Rendition:
    """Write the rendition of a source to `target`, in the flavour of the settings.

    Its files are read where `originals` says, by their names. The same source gives the same bytes.
    Of a PDF, `validator` decides what it can become. Raises MissingGlyph for a character that no font
    has, RenditionError for what cannot be laid out, SettingsError for a font place without fonts.
    """
    content = source.content
    if isinstance(content, Pdf):
        original = (originals or {})[source.document.name]
        return existing.render(source, content, target, settings, original, validator)
    if isinstance(content, Scan):
        from archiver.rendition.scan import render_scan

        return render_scan(source, content, target, settings, originals or {})
    return _laid_out(source, content, target, settings, originals or {})


def _laid_out(
    source: Source, content: Text, target: Path, settings: Settings, originals: Mapping[str, Path]
) -> Rendition:
    flavour, faces = Flavour(settings.flavour), fonts(settings.fonts)
    record = list(provenance(source, flavour, faces))
    try:
        pages, findings = lay_out(source.article, record, faces, originals, settings.max_image_pixels)
    except RenditionError as error:
        part = error.part if isinstance(error, MissingGlyph) else ""
        place = _place(error, source, content) or error.where
        error.where = ", ".join(filter(None, (source.ref.label, part, place)))
        raise
    findings = [_located(finding, source, content) for finding in findings]
    document = source.document
    embeddable = Embeddable(document.name, document.data, document.media_type)
    finish(pages, source.article, flavour, embeddable, target)
    return Rendition(target, pages.count, flavour.claims, tuple(findings))


def _located(finding: Finding, source: Source, content: Text) -> Finding:
    """A finding about a figure with the source that it is in, and the line where that names its file."""
    name = finding.where.removeprefix("figure ")
    line = _line(source, content, f"({name}") or _line(source, content, f'"{name}"')
    return finding._replace(where=", ".join(filter(None, (source.ref.label, line, finding.where))))


def _place(error: RenditionError, source: Source, content: Text) -> str:
    """The line that a missing glyph is on, where the source writes it as it is."""
    return _line(source, content, error.text) if isinstance(error, MissingGlyph) else ""


def _line(source: Source, content: Text, passage: str) -> str:
    if source.ref.line:
        return ""
    return line_of(source.document.data.decode(content.encoding, "replace"), passage)


def line_of(text: str, passage: str) -> str:
    """`line 3`, where a source first has a passage; empty where it is written another way there."""
    at = text.find(passage)
    return f"line {text.count(chr(10), 0, at) + 1}" if at >= 0 else ""


HOW = {
    Obtained.STATED: "stated in the source",
    Obtained.SIDECAR: "given by a sidecar",
    Obtained.MANIFEST: "given by a manifest",
    Obtained.INFERRED: "inferred",
    Obtained.SETTINGS: "given by the settings",
    Obtained.UNKNOWN: "unknown",
}


MOST_SHOWN = 300
"""Characters of a value that was overridden; all of them are in the other records."""


def provenance(source: Source, flavour: Flavour, faces: Fonts) -> Iterator[Recorded]:
    """The record that ends a rendition: where the text is from and how its facts were obtained."""
    article = source.article
    if article.source_url:
        yield Recorded("Source", "", article.source_url)
    identifier = isolated(article.identifier or "")
    yield Recorded("Identifier", f"{identifier} ({HOW[article.obtained('identifier')]})")
    yield Recorded("Date", _date(article))
    for decided in date_decisions(source.findings):
        yield Recorded("Order of the date", decided)
    languages = ", ".join(article.language)
    yield Recorded("Language", f"{languages} ({HOW[article.obtained('language')]})")
    if rights := article.rights:
        yield Recorded("Rights", isolated(rights.statement) if rights.statement else "", rights.uri or "")
    for given in (Obtained.SIDECAR, Obtained.MANIFEST, Obtained.SETTINGS):
        if fields := [field for field, how in article.provenance.items() if how is given]:
            yield Recorded(HOW[given].capitalize(), ", ".join(fields))
    for each in article.overridden:
        value = _quoted(each.value, faces)
        yield Recorded(f"Overridden {each.field}", f"{value} ({HOW[each.obtained]})")
    document = source.document
    yield Recorded("Original", f"{isolated(faces.spelled(document.name))}, {document.size:,} bytes")
    yield Recorded("SHA-256", document.digest("sha256"))
    yield Recorded("Rendition", f"made as {told(flavour.claims)} by {PRODUCER}")


def _quoted(value: str, faces: Fonts) -> str:
    """A value as it was, in one line; that it cannot be shown, where no font has it."""
    line = " ".join(value.split())
    line = line if len(line) <= MOST_SHOWN else f"{line[:MOST_SHOWN].rstrip()}…"
    try:
        Typesetter(faces, "").paragraph([Run(isolated(line))])
    except MissingGlyph:
        return "a value in characters that no font has"
    return f"“{isolated(line)}”"


def _date(article: Article) -> str:
    date = article.date
    if date is None:
        return "unknown"
    how = HOW[article.obtained("date")]
    if date.edtf is None:
        return f"“{isolated(date.stated or '')}” ({how}; not understood, so unknown in EDTF)"
    stated = f", as “{isolated(date.stated)}”" if date.stated and date.stated != date.edtf else ""
    return f"{date.edtf} (EDTF; {how}{stated})"
