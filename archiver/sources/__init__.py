"""Sources: bytes become an Article, one module a format, chosen by content and then by suffix."""

from __future__ import annotations

import io
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, NamedTuple

from archiver.article import Article
from archiver.errors import InvalidArticle, RenditionError, SourceError
from archiver.findings import Finding, Severity
from archiver.settings import Settings

MARKDOWN_SUFFIXES = {".md", ".markdown"}
JSON_SUFFIXES = {".json"}
LINES_SUFFIXES = {".jsonl", ".ndjson"}
SUFFIXES = {".txt", *MARKDOWN_SUFFIXES, *JSON_SUFFIXES, *LINES_SUFFIXES}
"""What is taken for a source when a folder is searched."""

PICTURE_SUFFIXES = {".jpg", ".jpeg", ".png", ".gif", ".tif", ".tiff", ".webp"}
NAME_BYTES = 240

FRONT_MATTER = re.compile(r"\s*---[ \t]*\n")
HEADED = re.compile(r"\s*(?:#[ \t]|[^\n]+\n[ ]{0,3}=+[ \t]*(?:\n|\Z))")
"""Markdown without front matter begins with its title as a heading (CommonMark 4.2, 4.3)."""


@dataclass(frozen=True, slots=True)
class SourceRef:
    """Where one source document is: a file, a line of one (from 1), or bytes from standard input."""

    path: Path
    line: int | None = None
    offset: int = 0
    length: int | None = None
    data: bytes | None = None
    mark: bytes = b""
    """The byte order mark of the file, without which a line of UTF-16 could not be read."""

    def at(self, line: int) -> str:
        """Where a line of the document is: one of JSON Lines has one, which its label names."""
        return self.label if self.line else f"{self.label}, line {line}"

    @property
    def label(self) -> str:
        """The document's name for people."""
        name = os.fsencode(self.path).decode("utf-8", "backslashreplace")
        return f"{name}:{self.line}" if self.line else name

    @property
    def original_name(self) -> str:
        """The file's name as it came; bytes and characters that no text may hold are escaped."""
        name = os.fsencode(self.path.name).decode("utf-8", "backslashreplace")
        return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)

    @property
    def name(self) -> str:
        """The name of the original in a bag: that of its file, made safe to be one anywhere.

        Bytes that are not UTF-8, control characters, separators and percent signs become `=` and
        two hexadecimal digits: a percent sign has a meaning in manifests, which not every tool
        reads alike. A name that would be too long is cut, its suffix kept.
        """
        stem, suffix = self.path.stem, self.path.suffix
        if self.line:
            stem, suffix = f"{stem}-line-{self.line}", ".json"
        safe, ending = (_portable(part) for part in (stem, suffix))
        room = NAME_BYTES - len(ending.encode())
        return safe.encode()[:room].decode("utf-8", "ignore") + ending


def _portable(name: str) -> str:
    return "".join(
        "".join(f"={byte:02X}" for byte in os.fsencode(char))
        if not char.isprintable() or char in '\\/:*?"<>|%'
        else char
        for char in name
    )


class Attachment(NamedTuple):
    """A file that belongs to a source, such as a picture: its name in the article, and where it is."""

    name: str
    path: Path

    @property
    def stored(self) -> str:
        """Its path in data/original of a bag: the same, but for what not every tool reads alike."""
        return "/".join(map(_portable, self.name.split("/")))


@dataclass(frozen=True, slots=True)
class Source:
    """A source document that was read: its bytes, its article, its files, and what was noticed."""

    ref: SourceRef
    name: str
    data: bytes
    media_type: str
    encoding: str
    article: Article
    attachments: tuple[Attachment, ...] = ()
    findings: tuple[Finding, ...] = ()


def locate(path: Path) -> Iterator[SourceRef]:
    """The documents in a file: one for each line of JSON Lines, else one.

    Raises SourceError for JSON Lines without a line.
    """
    if path.suffix.lower() not in LINES_SUFFIXES:
        yield SourceRef(path)
        return
    found = False
    try:
        with _opened(path) as file:
            for ref in _lines(path, file):
                found = True
                yield ref
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", where=str(path)) from None
    if not found:
        raise SourceError("is empty; expected an article on each line", where=str(path))


def locate_in(data: bytes, name: str) -> Iterator[SourceRef]:
    """The documents in bytes from elsewhere: one for each line of JSON Lines, else one."""
    from archiver.sources import json_article

    if not json_article.is_lines(data):
        yield SourceRef(Path(f"{name}.txt"), data=data)
        return
    path = Path(f"{name}.jsonl")
    for ref in _lines(path, io.BytesIO(data)):
        end = ref.offset + (ref.length or 0)
        yield replace(ref, data=data[ref.offset : end])


def _lines(path: Path, file: BinaryIO) -> Iterator[SourceRef]:
    """Where each line of a file is that is not blank."""
    from archiver.sources.decoding import WIDE_MARKS

    start = file.read(4)
    mark, encoding = next((m for m in WIDE_MARKS if start.startswith(m[0])), (b"", ""))
    offset = file.seek(len(mark))
    lines = _wide_lines(file, encoding) if mark else file
    try:
        for number, line in enumerate(lines, 1):
            if (line.decode(encoding) if encoding else line).strip():
                yield SourceRef(path, number, offset, len(line), mark=mark)
            offset += len(line)
    except UnicodeDecodeError:
        raise SourceError(
            f"begins as {encoding.upper()} but is not, throughout; save it as UTF-8", where=str(path)
        ) from None


def _wide_lines(file: BinaryIO, encoding: str) -> Iterator[bytes]:
    """The lines of a text whose line feeds are more than one byte."""
    text = io.TextIOWrapper(file, encoding, newline="\n")
    try:
        for line in text:
            yield line.encode(encoding)
    finally:
        text.detach()


def read(ref: SourceRef, settings: Settings) -> Source:
    """Read one document as an article.

    Raises SourceError for what cannot be read, InvalidArticle for metadata or a body that breaks
    the schema, and, where the settings are strict, for every warning.
    """
    from archiver.sources import article_text, decoding, json_article, markdown, metadata

    ref = _only(ref)
    label = ref.label
    data = _bytes(ref, settings)
    text = decoding.decode(data, ref, settings)
    findings = list(text.findings)
    media_type = _media_type(ref, text.text)
    places: dict[str, str] = {}
    pictures: Mapping[str, int] = {}
    if media_type == "application/json":
        fields: dict[str, Any] = json_article.parse(text.text, ref)
        body = fields.pop("body", [])
        pictures = json_article.pictures(text.text)
    else:
        if media_type == "text/markdown":
            parts = markdown.parse(text.text, label)
        else:
            parts = article_text.parse(text.text, label, settings.language)
        fields, body, places, pictures = parts.fields, parts.body, parts.places, parts.pictures
        findings += parts.findings
    if "title" not in fields:
        raise SourceError("has no title; expected one to begin it", where=label)
    if not body:
        raise SourceError("has a title but no body", where=label)
    article, noticed = metadata.build(fields, body, data, label, settings, places)
    if not article.says_something():
        raise SourceError("has a title but no body: no text in it and no picture", where=label)
    findings += noticed
    attachments = tuple(_attachments(article, ref, pictures, settings))
    refuse_warnings(findings, settings)
    return Source(ref, ref.name, data, media_type, text.encoding, article, attachments, tuple(findings))


def refuse_warnings(findings: Sequence[Finding], settings: Settings) -> None:
    """Raise InvalidArticle, where the settings are strict, with every warning as an error."""
    if settings.strict and any(f.severity is Severity.WARNING for f in findings):
        errors = [
            f._replace(severity=Severity.ERROR) if f.severity is Severity.WARNING else f for f in findings
        ]
        raise InvalidArticle(errors, hint="warnings are errors when strict is set")


def _only(ref: SourceRef) -> SourceRef:
    """The one document that is meant. Raises SourceError for a whole file of JSON Lines with several."""
    if ref.line or ref.data is not None or ref.path.suffix.lower() not in LINES_SUFFIXES:
        return ref
    found = list(islice(locate(ref.path), 2))
    if len(found) != 1:
        raise SourceError(
            f"holds {'several articles' if found else 'no article'}; expected one",
            where=ref.label,
            hint="archiver package takes them all",
        )
    return found[0]


def _bytes(ref: SourceRef, settings: Settings) -> bytes:
    if ref.data is not None:
        data = ref.mark + ref.data
    else:
        try:
            with _opened(ref.path) as file:
                file.seek(ref.offset)
                most = settings.max_source_bytes + 1
                data = ref.mark + file.read(most if ref.length is None else min(ref.length, most))
        except OSError as error:
            raise SourceError(f"cannot be read: {error.strerror}", where=ref.label) from None
    if len(data) > settings.max_source_bytes:
        raise SourceError(
            f"is larger than the {settings.max_source_bytes:,} bytes that max_source_bytes allows",
            where=ref.label,
        )
    return data


def _opened(path: Path) -> Any:
    """A regular file open for reading; a pipe or a device is never waited for."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise SourceError("is not a regular file", where=str(path))
    return os.fdopen(descriptor, "rb")


def _media_type(ref: SourceRef, text: str) -> str:
    suffix = ref.path.suffix.lower()
    nameless = ref.data is not None
    if ref.line or suffix in JSON_SUFFIXES or (nameless and text.lstrip()[:1] == "{"):
        return "application/json"
    if suffix in MARKDOWN_SUFFIXES or FRONT_MATTER.match(text) or (nameless and HEADED.match(text)):
        return "text/markdown"
    return "text/plain"


def line_of(text: str, passage: str) -> str:
    """`line 3`, where a source first has a passage; empty where it is written another way there."""
    at = text.find(passage)
    return f"line {text.count(chr(10), 0, at) + 1}" if at >= 0 else ""


def _attachments(
    article: Article, ref: SourceRef, lines: Mapping[str, int], settings: Settings
) -> Iterator[Attachment]:
    """The pictures of an article, each checked: inside the source's folder, whole, within limits.

    `lines` has the line of each, by its name.
    """
    seen: set[str] = set()
    for figure in article.figures():
        name = str(PurePosixPath(figure.src))
        if name in seen:
            continue
        seen.add(name)
        try:
            yield Attachment(name, _picture(figure.src, ref.path.absolute().parent, settings))
        except (SourceError, RenditionError) as error:
            where = ref.at(lines[figure.src]) if figure.src in lines else ref.label
            raise SourceError(error.message, where=f"{where}, figure {figure.src}") from None


def _picture(src: str, folder: Path, settings: Settings) -> Path:
    """Where a picture is. Raises SourceError and RenditionError for one that cannot be used."""
    from archiver import pictures

    name = PurePosixPath(src)
    if name.is_absolute() or ".." in name.parts or "\\" in src:
        raise SourceError("is not a plain path beside the source")
    path = folder / name
    try:
        if not Path(os.path.realpath(path, strict=True)).is_relative_to(folder.resolve()):
            raise SourceError("leads out of the source's folder")
        with _opened(path) as file:
            size = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}") from None
    if path.suffix.lower() not in PICTURE_SUFFIXES:
        kinds = ", ".join(sorted(PICTURE_SUFFIXES))
        raise SourceError(f"is no picture of a kind that is known: {kinds}")
    if size > settings.max_image_bytes:
        raise SourceError(
            f"has {size:,} bytes, more than the {settings.max_image_bytes:,} that max_image_bytes allows"
        )
    pictures.load(path, settings.max_image_pixels)
    return path
