"""PDF files (ISO 32000): what they say of themselves; their pages stay as they are."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pikepdf
from langcodes import tag_is_valid

from archiver.article import NOT_TEXT
from archiver.capture import listed
from archiver.errors import SourceError
from archiver.findings import Finding, Severity
from archiver.settings import Settings
from archiver.sources import metadata
from archiver.sources.pdf_demands import excess
from archiver.sources.pdf_pages import BROKEN, shown
from archiver.sources.refs import SourceRef
from archiver.sources.source import Original, Pdf, Source

MEDIA_TYPE = "application/pdf"
SUFFIX = ".pdf"

HEADER = b"%PDF-"
HEADER_WITHIN = 1024
"""The header stands in so many bytes (ISO 32000-1, annex H, note 13)."""

MAX_XMP_BYTES = 4 * 1024 * 1024
MAX_VALUE_CHARS = 10_000

PDF_DATE = re.compile(r"(?:D:)?(\d{4})(?:-?(\d\d))?(?:-?(\d\d))?")


class Stated(NamedTuple):
    """A field, its value, where the PDF has it, and whether it means something else there."""

    field: str
    value: Any
    where: str
    inferred: bool = False


class Place(NamedTuple):
    """A field in XMP and in the document information dictionary (ISO 32000-1 14.3.3)."""

    field: str
    xmp: str
    info: str = ""
    inferred: bool = False


PLACES = (
    Place("title", "dc:title", "/Title"),
    Place("creators", "dc:creator", "/Author"),
    Place("abstract", "dc:description", "/Subject"),
    Place("subjects", "dc:subject", "/Keywords"),
    Place("publisher", "dc:publisher"),
    Place("rights", "dc:rights"),
    Place("language", "dc:language"),
    Place("date", "dc:date"),
    Place("date", "xmp:CreateDate", "/CreationDate", inferred=True),
)
"""In the order in which they are asked: a value that is there is not asked for again."""

SAYING_NOTHING = {"", "anonymous", "none", "unknown", "unspecified", "untitled"}
"""What programs write where they were told nothing."""

PLACE = re.compile(r"^, object \d+ \d+ at offset \d+(?:: )?|(?: \([^()]*\))?: ")
"""Where qpdf says that something is, after the file's name."""

MOST_WARNINGS = 2

LISTS = {"creators": r"\s*;\s*", "subjects": r"\s*[;,]\s*", "language": r"\s*[;,]\s*"}
"""The fields of several values, and what parts those of the document information dictionary."""


def is_pdf(head: bytes) -> bool:
    """Whether bytes begin as a PDF does."""
    return HEADER in head[:HEADER_WITHIN]


def read(ref: SourceRef, settings: Settings) -> Source:
    """Read what a PDF says of itself; one that cannot be opened is an original without pages.

    Raises SourceError for a file that is too large or cannot be read.
    """
    original = Original(
        ref.name, MEDIA_TYPE, path=None if ref.data is not None else ref.path, data=ref.data or b""
    )
    try:
        size, digest = original.size, original.digest("sha512")
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", where=ref.label) from None
    if size > settings.max_pdf_bytes:
        told = f"is larger than the {settings.max_pdf_bytes:,} bytes that max_pdf_bytes allows"
        raise SourceError(told, where=ref.label)
    content, found, findings = _looked_at(original, ref.label, settings)
    fields, provenance, told_of = _fields(found)
    if told_of:
        findings.append(_finding("metadata", Severity.INFO, f"states {'; '.join(told_of)}", ref.label))
    given = {field for each in ref.given for field in each.fields}
    if "title" not in fields and "title" not in given:
        fields["title"], provenance["title"] = ref.original_name.removesuffix(SUFFIX), "inferred"
        findings.append(
            _finding("title", Severity.WARNING, "states no title; its name is taken", ref.label)
        )
    if "identifier" not in given:
        fields["identifier"], provenance["identifier"] = metadata.identifier_of(digest), "inferred"
    fields["provenance"] = provenance
    article, noticed = metadata.build(fields, [], b"", ref, settings)
    return Source(ref, (original,), article, content, (*findings, *noticed))


def _finding(kind: str, severity: Severity, told: str, where: str) -> Finding:
    return Finding(f"source-pdf-{kind}", severity, told, where)


def _looked_at(
    original: Original, where: str, settings: Settings
) -> tuple[Pdf, list[Stated], list[Finding]]:
    """What is in a PDF, what it states of itself, and what is wrong with it."""
    file = original.path or io.BytesIO(original.data)
    try:
        with pikepdf.open(file, access_mode=pikepdf.AccessMode.stream) as pdf:
            pages = len(pdf.pages)
            if not pages:
                return Pdf(0, obstacle="is damaged: no page can be found in it"), [], []
            if pages > settings.max_pdf_pages:
                told = f"has {pages:,} pages, more than the {settings.max_pdf_pages:,} of max_pdf_pages"
                return Pdf(pages, obstacle=told), [], []
            if asked := excess(pdf):
                return Pdf(pages, obstacle=asked), [], []
            found = list(_stated(pdf))
            has_text, bare = shown(pdf)
            findings = list(_noticed(pdf, file, where, has_text=has_text, bare=bare))
            return Pdf(pages, has_text, bare), found, findings
    except pikepdf.PasswordError:
        return Pdf(0, obstacle="is encrypted and needs a password"), [], []
    except BROKEN as error:
        return Pdf(0, obstacle=f"is damaged: {_without_place(error, file)}"), [], []


def _without_place(told: object, file: Path | io.BytesIO) -> str:
    """What qpdf says of a file, without the file's name and the place in it."""
    said = str(told).partition("\n")[0]
    return PLACE.sub("", said.removeprefix("stream ").removeprefix(str(file)), count=1)


def _noticed(
    pdf: pikepdf.Pdf, file: Path | io.BytesIO, where: str, *, has_text: bool, bare: Sequence[int]
) -> Iterator[Finding]:
    if pdf.is_encrypted:
        told = "is encrypted, with a password that is empty; only the original stays so"
        yield _finding("encrypted", Severity.INFO, told, where)
    if bare:
        told = f"has pictures without text: {listed(bare)}"
        yield _finding("pictures", Severity.INFO, told, where)
    elif not has_text:
        told = "has no text layer: what its pages show is not recognized as text, and cannot be searched"
        yield _finding("no-text", Severity.WARNING, told, where)
    if warnings := pdf.get_warnings():
        first = "; ".join(_without_place(warning, file) for warning in warnings[:MOST_WARNINGS])
        more = f"; and {len(warnings) - MOST_WARNINGS:,} more" if len(warnings) > MOST_WARNINGS else ""
        told = f"is damaged, and was read as well as can be: {first}{more}"
        yield _finding("damaged", Severity.WARNING, told, where)


# --- metadata ---------------------------------------------------------------------------------


def _stated(pdf: pikepdf.Pdf) -> Iterator[Stated]:
    """What a PDF states of itself, the better places first."""
    xmp, info = _xmp(pdf), _info(pdf)
    for place in PLACES:
        if value := _value(place.field, xmp.get(place.xmp)):
            yield Stated(place.field, value, f"XMP {place.xmp}", place.inferred)
        if value := _value(place.field, info.get(place.info)):
            yield Stated(place.field, value, f"Info {place.info}", place.inferred)
    if value := _value("language", pdf.Root.get("/Lang")):
        yield Stated("language", value, "Catalog /Lang")


def _xmp(pdf: pikepdf.Pdf) -> dict[str, Any]:
    """The properties of the XMP packet that are asked for; none where it cannot be read."""
    stream = pdf.Root.get("/Metadata")
    if not isinstance(stream, pikepdf.Stream) or len(stream.read_raw_bytes()) > MAX_XMP_BYTES:
        return {}
    try:
        if len(stream.read_bytes()) > MAX_XMP_BYTES:
            return {}
        found = pdf.open_metadata()
        return {place.xmp: found.get(place.xmp) for place in PLACES}
    except (pikepdf.PdfError, ValueError, SyntaxError):
        return {}


def _info(pdf: pikepdf.Pdf) -> dict[str, str]:
    info = pdf.trailer.get("/Info")
    if not isinstance(info, pikepdf.Dictionary):
        return {}
    return {key: str(value) for key, value in info.items() if isinstance(value, pikepdf.String)}


def _value(field: str, value: Any) -> Any:
    """A value as an article has it; nothing where it is none."""
    if not isinstance(value, (str, list, set, pikepdf.String)):
        return None
    if field in LISTS:
        parts = re.split(LISTS[field], str(value)) if isinstance(value, (str, pikepdf.String)) else value
        listed = [text for part in parts if (text := _text(part))]
        return [tag for tag in listed if tag_is_valid(tag)] if field == "language" else listed
    text = _text(value if isinstance(value, (str, pikepdf.String)) else next(iter(value), ""))
    return _day(text) if field == "date" else text


def _text(value: Any) -> str:
    """Text in one line, without what none can carry; empty where it says nothing."""
    text = " ".join(NOT_TEXT.sub("", str(value)).split())[:MAX_VALUE_CHARS]
    return "" if text.lower() in SAYING_NOTHING else text


def _day(text: str) -> str:
    """A date of PDF (7.9.4) or XMP in EDTF, without its time; another text as it is."""
    found = PDF_DATE.match(text)
    return "-".join(part for part in found.groups() if part) if found else text


def _fields(found: list[Stated]) -> tuple[dict[str, Any], dict[str, str], list[str]]:
    """The fields of the article, which of them are inferred, and where each is from."""
    fields: dict[str, Any] = {}
    provenance: dict[str, str] = {}
    told = []
    for stated in found:
        if stated.field not in fields:
            fields[stated.field] = stated.value
            told.append(f"{stated.field} in {stated.where}")
            if stated.inferred:
                provenance[stated.field] = "inferred"
    return fields, provenance, told
