"""Where documents are: in files, in lines of one, or in bytes from standard input."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from string import whitespace
from typing import Any, BinaryIO

from archiver import stores
from archiver.errors import SourceError
from archiver.findings import Finding
from archiver.settings import Settings
from archiver.sources.given import Given
from archiver.stores import Place, Url

LINES_SUFFIXES = {".jsonl", ".ndjson"}
NAME_BYTES = 240
PIECE = 1024 * 1024
"""So many characters of a line are held at once."""


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
    record: int | None = None
    """The record of a WARC file (from 1) that the document is."""
    member: str = ""
    """The WARC file in a WACZ that the record is in."""
    given: tuple[Given, ...] = ()
    """Metadata from elsewhere that goes before the document's own, a later one before an earlier."""
    told: tuple[Finding, ...] = ()
    """What was noticed of the file when the document was found in it."""
    url: Url | None = None
    """Where in a store the file is; `path` is the name of it, or a local copy."""

    @classmethod
    def of(cls, place: Place) -> SourceRef:
        """The document that a file is, here or in a store."""
        return cls(Path(place.name), url=place) if isinstance(place, Url) else cls(place)

    @property
    def place(self) -> Place:
        """Where the file is, and not its local copy."""
        return self.url or self.path

    def at(self, line: int) -> str:
        """Where a line of the document is: one of JSON Lines has one, which its label names."""
        return self.label if self.line else f"{self.label}, line {line}"

    def gives(self, field: str) -> bool:
        """Whether a field of the document is given elsewhere."""
        return any(field in each.fields for each in self.given)

    @property
    def label(self) -> str:
        """The document's name for people."""
        name = str(self.url or os.fsencode(self.path).decode("utf-8", "backslashreplace"))
        if self.record:
            return f"{name}, record {self.record}"
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
        elif self.record:
            compressed = suffix.lower() != ".warc"
            stem = self.path.name.partition(".")[0]
            stem, suffix = f"{stem}-record-{self.record}", ".warc.gz" if compressed else ".warc"
        safe, ending = (portable(part) for part in (stem, suffix))
        room = NAME_BYTES - len(ending.encode())
        return safe.encode()[:room].decode("utf-8", "ignore") + ending


def portable(name: str) -> str:
    """A name that every tool reads alike: what not all of them do becomes `=` and its bytes."""
    return "".join(
        "".join(f"={byte:02X}" for byte in os.fsencode(char))
        if not char.isprintable() or char in '\\/:*?"<>|%'
        else char
        for char in name
    )


def named(path: Path) -> Path:
    """A path that ends in the name of what it leads to, as `.` and `..` do not.

    Raises SourceError for the root folder, which has no name.
    """
    if path.name not in ("", ".."):
        return path
    name = Path(os.path.realpath(path)).name
    if not name:
        told = "is the root folder, which has no name; expected a document that has one"
        raise SourceError(told, where=str(path), hint="name a file or a folder in it")
    return path / ".." / name


def locate(path: Path) -> Iterator[SourceRef]:
    """The documents in a file: one for each line of JSON Lines, else one.

    Raises SourceError for JSON Lines without a line.
    """
    if path.suffix.lower() not in LINES_SUFFIXES:
        yield SourceRef(path)
        return
    found = False
    try:
        with opened(path) as file:
            for ref in lines(path, file):
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
    for ref in lines(path, io.BytesIO(data)):
        end = ref.offset + (ref.length or 0)
        yield replace(ref, data=data[ref.offset : end])


def lines(path: Path, file: BinaryIO) -> Iterator[SourceRef]:
    """Where each line of a file is that is not blank; no line is held whole."""
    from archiver.sources.decoding import WIDE_MARKS

    start = file.read(4)
    mark, encoding = next((m for m in WIDE_MARKS if start.startswith(m[0])), (b"", ""))
    offset = file.seek(len(mark))
    text = io.TextIOWrapper(file, encoding or "latin-1", newline="\n")
    try:
        for number in count(1):
            length, blank, piece = 0, True, ""
            while not piece.endswith("\n") and (piece := text.readline(PIECE)):
                length += len(piece.encode(text.encoding))
                blank = blank and not piece.strip(whitespace)
            if not length:
                return
            if not blank:
                yield SourceRef(path, number, offset, length, mark=mark)
            offset += length
    except UnicodeDecodeError:
        raise SourceError(
            f"begins as {encoding.upper()} but is not, throughout; save it as UTF-8", where=str(path)
        ) from None
    finally:
        text.detach()


def data_of(ref: SourceRef, settings: Settings) -> bytes:
    """The bytes of a document. Raises SourceError where they cannot be read, or are too many."""
    if ref.data is not None:
        data = ref.mark + ref.data
    else:
        try:
            with opened(ref.path) as file:
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


def opened(place: Place) -> Any:
    """A regular file open for reading, here or in a store; a pipe or a device is never waited for.

    Raises SourceError for anything else, OSError.
    """
    if isinstance(place, Url):
        stored = stores.at(place)
        if stored is None:
            raise SourceError("is not there", where=str(place))
        return stores.opened(place, stored.size)
    descriptor = os.open(place, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise SourceError("is not a regular file", where=str(place))
    return os.fdopen(descriptor, "rb")


def beginning(ref: SourceRef, most: int) -> bytes:
    """The first bytes of a document, by which its format is told. Raises SourceError."""
    if ref.data is not None:
        return ref.data[:most]
    try:
        with opened(ref.path) as file:
            file.seek(ref.offset)
            return bytes(file.read(most if ref.length is None else min(ref.length, most)))
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", where=ref.label) from None
