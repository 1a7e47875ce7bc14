"""Tables: the rows of a CSV or TSV file (RFC 4180), one at a time, in any encoding."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from archiver.errors import SourceError
from archiver.findings import Finding
from archiver.settings import Settings
from archiver.sources.refs import SourceRef, opened

DELIMITERS = (",", ";", "\t")
SEPARATOR_LINE = re.compile(r'"?sep=([,;|\t])"?\r?\n')
"""How a file tells Excel what parts its cells."""

HEAD_CHARS = 100_000
UNREAD = "the rows from there on are not read"


class Row(NamedTuple):
    """A row: its number, which is 1 for the first, its cells, and what was noticed about it."""

    number: int
    cells: Sequence[str]
    findings: Sequence[Finding] = ()


def rows(ref: SourceRef, settings: Settings) -> Iterator[Row]:
    """The rows of a file, each as long as `max_line_chars` allows, in constant memory.

    Raises SourceError, with the row, for what cannot be read; OSError.
    """
    from archiver.sources.decoding import encoding_of

    with opened(ref.place) as file:
        encoding = encoding_of(file, ref)
        with io.TextIOWrapper(file, encoding.name, newline="") as text:
            for row in _rows(text, ref, settings):
                foreign = not all(map(str.isascii, row.cells))
                yield row._replace(findings=encoding.findings) if foreign else row


def _rows(text: io.TextIOWrapper, ref: SourceRef, settings: Settings) -> Iterator[Row]:
    lines = _Lines(text, settings.max_line_chars)
    number = 0
    try:
        delimiter = _delimiter(text)
        for number, cells in enumerate(csv.reader(lines, delimiter=delimiter, strict=True), 1):
            yield Row(number, cells)
            lines.read = 0
    except UnicodeError:
        told = f"is not {text.encoding} throughout; save it as UTF-8"
        raise SourceError(told, where=ref.label, hint=UNREAD) from None
    except csv.Error as error:
        told = f"is not a row as CSV has it: {error}; is there a quotation mark too many, or too few?"
    except _TooLong:
        told = f"is longer than the {settings.max_line_chars:,} characters that max_line_chars allows"
    else:
        return
    raise SourceError(told, where=f"{ref.label}, row {number + 1}", hint=UNREAD)


class _TooLong(Exception):
    """A row that is longer than it may be."""


class _Lines:
    """The lines of a text; those of one row have no more than `most` characters between them."""

    def __init__(self, text: io.TextIOWrapper, most: int) -> None:
        self.text, self.most = text, most
        self.read = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.text.readline(self.most + 1)
        self.read += len(line)
        if self.read > self.most:
            raise _TooLong
        if not line:
            raise StopIteration
        return line


def _delimiter(text: io.TextIOWrapper) -> str:
    """What parts the cells of a table: what is said, else what makes most cells of its first line."""
    first = text.readline(HEAD_CHARS)
    if said := SEPARATOR_LINE.fullmatch(first):
        return said[1]
    text.seek(0)
    return max(DELIMITERS, key=lambda delimiter: len(next(csv.reader([first], delimiter=delimiter), [])))
