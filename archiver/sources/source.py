"""Source: a document that was read: the files that are kept, and the article that is in them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from archiver.article import Article
from archiver.capture import Capture
from archiver.errors import InvalidArticle
from archiver.events import Event
from archiver.findings import Finding, Severity
from archiver.settings import Settings
from archiver.sources.refs import SourceRef, portable


class Original(NamedTuple):
    """A file of a source: its name, its media type, and its bytes or, where they are many, its path.

    `captures` says of page pictures how each in the file was captured.
    """

    name: str
    media_type: str
    path: Path | None = None
    data: bytes = b""
    captures: tuple[Capture, ...] = ()

    @property
    def stored(self) -> str:
        """Its path in data/original of a bag: its name, but for what not every tool reads alike."""
        return "/".join(map(portable, self.name.split("/")))

    @property
    def size(self) -> int:
        """Its bytes. Raises OSError for a file that is gone."""
        return self.path.stat().st_size if self.path else len(self.data)

    def open(self) -> io.BufferedReader | io.BytesIO:
        """The file, for reading. Raises OSError."""
        return self.path.open("rb") if self.path else io.BytesIO(self.data)

    def digest(self, algorithm: str) -> str:
        """Its checksum, in hexadecimal digits. Raises OSError."""
        with self.open() as file:
            return hashlib.file_digest(file, algorithm).hexdigest()


class Text(NamedTuple):
    """Content that is laid out: the blocks of the article; the encoding that the source was read in."""

    encoding: str


class Pdf(NamedTuple):
    """Content that has its pages already; `obstacle` says why no rendition can be made of them.

    `bare` are the pages, from 1, that show pictures without text.
    """

    pages: int
    has_text: bool = True
    bare: tuple[int, ...] = ()
    obstacle: str = ""


class ScannedPage(NamedTuple):
    """A page that is a picture: a frame (from 0) of an original of this name, and how it was captured.

    In a TIFF its directory is at this place of the file. `left_out`: what else another file has.
    """

    original: str
    frame: int
    capture: Capture
    directory: int | None = None
    left_out: str = ""


class Scan(NamedTuple):
    """Content that is shown as it came: the pages, in order."""

    pages: tuple[ScannedPage, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A source document that was read.

    The first of its originals is the document, the others belong to it. `content` says what a
    rendition is made from.
    """

    ref: SourceRef
    originals: tuple[Original, ...]
    article: Article
    content: Text | Pdf | Scan
    findings: tuple[Finding, ...] = ()
    events: tuple[Event, ...] = ()
    """What was done to it before it came, as far as it says so itself."""

    @property
    def document(self) -> Original:
        """The original that everything else belongs to."""
        return self.originals[0]

    @property
    def attachments(self) -> tuple[Original, ...]:
        """The files beside the document, such as its pictures."""
        return self.originals[1:]

    def paths(self) -> dict[str, Path]:
        """Where the originals that are files are, by their names."""
        return {each.name: each.path for each in self.originals if each.path}


def refuse_warnings(findings: Sequence[Finding], settings: Settings) -> None:
    """Raise InvalidArticle, where the settings are strict, with every warning as an error."""
    if settings.strict and any(f.severity is Severity.WARNING for f in findings):
        errors = [
            f._replace(severity=Severity.ERROR) if f.severity is Severity.WARNING else f for f in findings
        ]
        raise InvalidArticle(errors, hint="warnings are errors when strict is set")
