"""Rendition: an Article becomes one PDF that is archival (PDF/A) and accessible (PDF/UA)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from archiver.article import Article, Obtained
from archiver.errors import MissingGlyph, RenditionError
from archiver.findings import Finding
from archiver.rendition.direction import isolated
from archiver.rendition.finishing import Embeddable, finish
from archiver.rendition.flavours import Flavour
from archiver.rendition.fonts import fonts
from archiver.rendition.layout import lay_out
from archiver.rendition.xmp import PRODUCER
from archiver.settings import Settings
from archiver.sources import Source, line_of

__all__ = ["Flavour", "Rendition", "render"]


@dataclass(frozen=True, slots=True)
class Rendition:
    """A rendition that was written: where, how many pages, what it claims to be, what was noticed."""

    path: Path
    pages: int
    flavour: Flavour
    findings: tuple[Finding, ...] = ()


def render(
    source: Source, target: Path, settings: Settings, pictures: Mapping[str, Path] | None = None
) -> Rendition:
    """Write the rendition of a source to `target`, in the flavour of the settings.

    Its pictures are read where `pictures` says, by their names in the article. The same source gives
    the same bytes. Raises MissingGlyph for a character that no font has, RenditionError for what
    cannot be laid out, SettingsError for a font place without fonts.
    """
    flavour = Flavour(settings.flavour)
    record = list(provenance(source, flavour))
    try:
        pages, findings = lay_out(
            source.article, record, fonts(settings.fonts), pictures or {}, settings.max_image_pixels
        )
    except RenditionError as error:
        place = _place(error, source) or error.where
        error.where = ", ".join(filter(None, (source.ref.label, place)))
        raise
    original = Embeddable(source.name, source.data, source.media_type)
    finish(pages, source.article, flavour, original, target)
    return Rendition(target, pages.count, flavour, tuple(findings))


def _place(error: RenditionError, source: Source) -> str:
    """The line that a missing glyph is on, where the source writes it as it is."""
    if source.ref.line or not isinstance(error, MissingGlyph):
        return ""
    return line_of(source.data.decode(source.encoding, "replace"), error.text)


HOW = {
    Obtained.STATED: "stated in the source",
    Obtained.INFERRED: "inferred",
    Obtained.SETTINGS: "given by the settings",
    Obtained.UNKNOWN: "unknown",
}


def provenance(source: Source, flavour: Flavour) -> Iterator[tuple[str, str]]:
    """The record that ends a rendition: where the text is from and how its facts were obtained."""
    article = source.article
    if article.source_url:
        yield "Source", article.source_url
    yield "Identifier", f"{isolated(article.identifier or '')} ({HOW[article.obtained('identifier')]})"
    yield "Date", _date(article)
    yield "Language", f"{', '.join(article.language)} ({HOW[article.obtained('language')]})"
    if article.rights:
        rights = (article.rights.statement, article.rights.uri)
        yield "Rights", " ".join(isolated(part) for part in rights if part)
    yield "Original", f"{isolated(source.name)}, {len(source.data):,} bytes"
    yield "SHA-256", hashlib.sha256(source.data).hexdigest()
    standard = f"{flavour.label} and PDF/UA-1" if flavour.accessible else flavour.label
    yield "Rendition", f"{standard}, by {PRODUCER}"


def _date(article: Article) -> str:
    date = article.date
    if date is None:
        return "unknown"
    how = HOW[article.obtained("date")]
    if date.edtf is None:
        return f"“{isolated(date.stated or '')}” ({how}; not understood, so unknown in EDTF)"
    stated = f", as “{isolated(date.stated)}”" if date.stated and date.stated != date.edtf else ""
    return f"{date.edtf} (EDTF; {how}{stated})"
