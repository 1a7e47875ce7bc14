"""Word processing: DOCX (ISO/IEC 29500) by mammoth and ODT (ISO/IEC 26300) by odfdo, as HTML elements."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from lxml import html

from archiver.errors import ArchiverError, MissingExtra, SourceError
from archiver.findings import Finding, Severity
from archiver.settings import Settings
from archiver.sources import metadata
from archiver.sources.figures import Pictures
from archiver.sources.markup import Element, Markup
from archiver.sources.parts import Noticed
from archiver.sources.refs import SourceRef, data_of
from archiver.sources.source import Original, Source, Text

SUFFIXES = (".docx", ".odt")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"

TITLE_CLASS = "title"
"""The class of an h1 that a style makes the title."""

ZIP = b"PK\x03\x04"
MOST_MEMBERS = 10_000
MOST_UNPACKED = 512 * 1024 * 1024
"""What a document may unpack to, in bytes: more is a bomb."""

EXTRA = "pip install 'archiver[office]'"


class Document(NamedTuple):
    """What a reader makes of a document: its text as HTML, its fields, and what it noticed.

    `seen` is the number of characters in it that are read, `fields` what its properties say.
    """

    tree: Element
    fields: dict[str, Any]
    pictures: dict[str, Original]
    notes: tuple[str, ...]
    seen: int


def kind_of(ref: SourceRef, head: bytes) -> str:
    """The media type of a document by its content; empty where it is none of these."""
    if not head.startswith(ZIP) or ref.line:
        return ""
    if head[30:].startswith(b"mimetype" + ODT.encode()):
        return ODT
    try:
        with zipfile.ZipFile(io.BytesIO(ref.data) if ref.data is not None else ref.path) as package:
            return DOCX if "word/document.xml" in package.namelist() else ""
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return ""


def read(ref: SourceRef, settings: Settings) -> Source:
    """Read a document of a word processor. Raises SourceError, InvalidArticle and MissingExtra."""
    from archiver.sources import docx, odt

    data = data_of(ref, settings)
    kind = kind_of(ref, data[:1024])
    _check(data, ref.label)
    reader: Callable[[bytes, Pictures], Document] = odt.document if kind == ODT else docx.document
    try:
        found = reader(data, Pictures(settings))
    except ArchiverError:
        raise
    except ImportError as error:
        told = f"reading word processing documents needs {error.name}, which is not there"
        raise MissingExtra(told, hint=EXTRA) from None
    except RecursionError:
        raise SourceError("is nested too deeply to be an article", where=ref.label) from None
    except Exception as error:  # whatever a damaged file makes its reader raise
        told = f"cannot be read as a document of a word processor: {error or type(error).__name__}"
        raise SourceError(told.splitlines()[0], where=ref.label) from None
    noticed = Noticed(ref.label)
    markup = Markup(noticed, lambda src: src if src in found.pictures else None)
    body = markup.blocks(found.tree)
    fields = dict(found.fields)
    findings = [Finding("source-office", Severity.WARNING, note, where=ref.label) for note in found.notes]
    if body and _begins_with_title(found, body):
        heading = body.pop(0)
        title = "".join(span["text"] for span in heading["content"])
        if " ".join(str(fields.setdefault("title", title)).split()) != " ".join(title.split()):
            findings.append(_other_title(fields["title"], ref))
        fields["title"] = title
    if "title" not in fields and not ref.gives("title"):
        fields["title"] = ref.path.stem
        fields["provenance"] = {"title": "inferred"}
        findings.append(_untitled(ref))
    if not body:
        raise SourceError("has no text", where=ref.label)
    article, told_of = metadata.build(fields, body, data, ref, settings)
    findings += [
        *markup.left_out(),
        *_compared(
            body, "" if "provenance" in fields else fields.get("title", ""), found, markup.added, ref.label
        ),
    ]
    originals = (Original(ref.name, kind or DOCX, data=data), *found.pictures.values())
    return Source(ref, originals, article, Text("utf-8"), (*findings, *noticed.findings, *told_of))


def _check(data: bytes, label: str) -> None:
    """Refuse what is no whole ZIP package, or unpacks to too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise SourceError(f"is no whole document of a word processor: {error}", where=label) from None
    unpacked = sum(member.file_size for member in members)
    if len(members) > MOST_MEMBERS or unpacked > MOST_UNPACKED:
        told = f"unpacks to {unpacked:,} bytes in {len(members):,} files; expected at most"
        raise SourceError(f"{told} {MOST_UNPACKED:,} in {MOST_MEMBERS:,}", where=label)


def _begins_with_title(found: Document, body: list[Any]) -> bool:
    """Whether the first heading is the title: by its style, or since no other can be."""
    first = next((each for each in found.tree.iter() if each.tag == "h1"), None)
    if body[0]["type"] != "heading" or body[0]["level"] != 1 or first is None:
        return False
    alone = sum(block["type"] == "heading" and block["level"] == 1 for block in body) == 1
    return first.get("class") == TITLE_CLASS or alone or "title" not in found.fields


def _other_title(title: str, ref: SourceRef) -> Finding:
    told = f"has the title {title!r} in its properties and another in its text, which is taken"
    return Finding("source-title-differs", Severity.WARNING, told, where=ref.label)


def _untitled(ref: SourceRef) -> Finding:
    return Finding(
        "source-title-inferred",
        Severity.WARNING,
        "has no title, so its file's name is taken for one",
        where=ref.label,
        hint="give its first line the style Title, or set the title in its properties",
    )


def _compared(body: list[Any], title: str, found: Document, added: int, label: str) -> Iterator[Finding]:
    """Whether every character of the document is in the article, of whose some were added."""
    kept = sum(len("".join(text.split())) for text in [title, *metadata.texts(body)]) - added
    if kept < found.seen:
        told = (
            f"has {found.seen:,} characters of text, of which {kept:,} are kept; the original has them all"
        )
        yield Finding("source-office-left-out", Severity.WARNING, told, where=label)


def characters(elements: Iterator[Any]) -> int:
    """The characters in the text of XML elements, but for white space."""
    return sum(len("".join((each.text or "").split())) for each in elements)


def as_tree(markup: str) -> Element:
    """The body of an HTML fragment."""
    parser = html.HTMLParser(encoding="utf-8")
    whole = html.document_fromstring(f"<html><body>{markup}</body></html>".encode(), parser)
    return next(whole.iter("body"))
