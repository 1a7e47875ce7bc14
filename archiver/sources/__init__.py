"""Sources: bytes become an Article, one module a format, chosen by content and then by suffix."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

from archiver.errors import REFUSED_WRITES, TEMPORARY, CannotWrite, MissingExtra, SourceError
from archiver.findings import by_line, shortened
from archiver.settings import Settings
from archiver.sources import refs
from archiver.sources.figures import PICTURE_SUFFIXES
from archiver.sources.manifests import is_manifest
from archiver.sources.refs import LINES_SUFFIXES, SourceRef, beginning, locate_in, named
from archiver.sources.sidecars import beside, is_sidecar
from archiver.sources.source import Original, Pdf, Scan, ScannedPage, Source, Text, refuse_warnings

__all__ = [
    "PICTURE_SUFFIXES",
    "SUFFIXES",
    "Original",
    "Pdf",
    "Scan",
    "ScannedPage",
    "Source",
    "SourceRef",
    "Text",
    "is_sidecar",
    "locate",
    "locate_in",
    "named",
    "read",
    "refuse_warnings",
]

TEXTS = (".txt", ".md", ".markdown", ".json", ".jsonl", ".ndjson")
PAGES = (".html", ".htm", ".xhtml", ".warc", ".warc.gz", ".warc.zst", ".wacz", ".arc", ".arc.gz")
OFFICE = (".docx", ".odt", ".eml")
SUFFIXES = (*TEXTS, *PAGES, *OFFICE, ".pdf")
"""What is taken for a source when a folder is searched."""

HEAD_BYTES = 4096


def locate(path: Path) -> Iterator[SourceRef]:
    """The documents in a file: one for each line of JSON Lines and each page of a capture, else one.

    Raises SourceError for a file of several that has none.
    """
    from archiver.sources import captures

    is_capture = captures.is_capture(path) or captures.begins_as_capture(path)
    return captures.locate(path) if is_capture else refs.locate(path)


def read(ref: SourceRef, settings: Settings) -> Source:
    """Read one document as an article, with its sidecar, where it has one.

    Raises SourceError for what cannot be read, also where an extra would read it, InvalidArticle for
    metadata or a body that breaks the schema, and, where the settings are strict, for every warning, and
    CannotWrite where the temporary files that a reader needs cannot be written.
    """
    ref = _only(ref)
    if ref.data is None:
        ref = replace(ref, path=named(ref.path))
    if is_sidecar(ref.path.name):
        told = "is the metadata of a document, and no document itself"
        raise SourceError(told, where=ref.label, hint="name that")
    if is_manifest(ref.path.name):
        told = "is a manifest of documents, and no document itself"
        raise SourceError(told, where=ref.label, hint="archiver package takes all that it names")
    sidecars = beside(ref, settings)
    ref = replace(ref, given=(*(sidecar.given for sidecar in sidecars), *ref.given))
    try:
        with _temporary_files():
            source = _reader(ref, settings)(ref, settings)
    except MissingExtra as error:
        raise SourceError(error.message, where=ref.label, hint=error.hint) from None
    findings = [*(found for given in ref.given for found in given.findings), *ref.told, *source.findings]
    source = replace(
        source,
        originals=(*source.originals, *(sidecar.original for sidecar in sidecars)),
        findings=tuple(map(shortened, by_line(findings))),
    )
    refuse_warnings(source.findings, settings)
    return source


@contextmanager
def _temporary_files() -> Iterator[None]:
    """What the system refuses to write while a source is read is of the files that a library unpacks."""
    try:
        yield
    except OSError as error:
        if error.errno in REFUSED_WRITES:
            raise CannotWrite(error, f"{TEMPORARY} in {tempfile.gettempdir()}") from None
        raise


def _reader(ref: SourceRef, settings: Settings) -> Callable[[SourceRef, Settings], Source]:
    """The reader of the format that a document begins as, or has the suffix of."""
    from archiver.sources import captures, mail, office, pdf, scans, texts, webpage

    if ref.record:
        return captures.read
    if ref.data is None and ref.path.is_dir():
        return scans.read
    head = beginning(ref, HEAD_BYTES)
    if not ref.line and scans.begins_as_picture(head):
        return scans.read
    suffix = ref.path.suffix.lower()
    if not ref.line and pdf.is_pdf(head):
        return pdf.read
    if not ref.line and (webpage.is_page(head) or suffix in webpage.SUFFIXES):
        return webpage.read
    if office.kind_of(ref, head):
        return office.read
    if not ref.line and (mail.is_message(head) or suffix in mail.SUFFIXES):
        return mail.read
    if not ref.line and suffix == pdf.SUFFIX:  # one that lost its beginning
        return pdf.read
    return texts.read


def _only(ref: SourceRef) -> SourceRef:
    """The one document that is meant. Raises SourceError for a file that holds several."""
    from archiver.sources import captures

    if ref.line or ref.record or ref.data is not None:
        return ref
    is_capture = captures.is_capture(ref.path) or captures.begins_as_capture(ref.path)
    if not is_capture and ref.path.suffix.lower() not in LINES_SUFFIXES:
        return ref
    found = list(islice(locate(ref.path), 2))
    if len(found) != 1:
        raise SourceError(
            f"holds {'several documents' if found else 'no document'}; expected one",
            where=ref.label,
            hint="archiver package takes them all",
        )
    return replace(found[0], given=ref.given, url=ref.url)
