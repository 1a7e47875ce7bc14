"""Spreadsheets: the rows of an Excel workbook's first visible sheet, one at a time."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from typing import IO, Any

from archiver.errors import ArchiverError, MissingExtra, SourceError
from archiver.settings import Settings
from archiver.sources.refs import SourceRef, opened
from archiver.sources.tables import UNREAD, Row

MIB = 1024 * 1024
MOST_PART_BYTES = 32 * MIB
"""Most bytes of a part that is held whole, such as the texts of all cells."""
MOST_ROWS = 1_048_576
"""Of a sheet, by Excel's own limit."""
ROW_END = re.compile(rb"</(?:\w+:)?row>|<(?:\w+:)?row\b[^<>]*/>")
SHEET_END = re.compile(rb"</(?:\w+:)?sheetData>")

NOT_SHOWN = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
"""What in a cell's number format is no part of its date."""


def rows(ref: SourceRef, settings: Settings) -> Iterator[Row]:
    """The rows of the first visible sheet of a workbook, each cell as text, in bounded memory.

    Raises SourceError for what is no workbook, or larger than is read, MissingExtra without
    openpyxl; OSError.
    """
    number = 0
    with opened(ref.place) as file:
        try:
            for number, cells in enumerate(_cells(file, ref), 1):
                yield Row(number, cells)
        except (ArchiverError, OSError):
            raise
        except Exception as error:  # whatever openpyxl raises of a broken workbook
            told = f"cannot be read as an Excel workbook ({type(error).__name__})"
            raise SourceError(told, where=f"{ref.label}, after row {number}", hint=UNREAD) from None


def _cells(file: IO[bytes], ref: SourceRef) -> Iterator[list[str]]:
    try:
        from openpyxl import load_workbook
    except ImportError:
        told = "reading Excel workbooks needs openpyxl, which is not there"
        raise MissingExtra(told, hint="pip install 'archiver[xlsx]'") from None
    _check(file, ref)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what openpyxl leaves out is of no concern here
        book = load_workbook(file, read_only=True, data_only=True)
    sheet = next(sheet for sheet in book.worksheets if sheet.sheet_state == "visible")
    sheet.reset_dimensions()
    found = _quietly(sheet.iter_rows())
    for row in islice(found, MOST_ROWS):
        yield [_as_text(cell) for cell in row]
    if next(found, None) is not None:
        told = f"has a row after row {MOST_ROWS:,}, the last that Excel has"
        raise SourceError(told, where=ref.label)


def _quietly(found: Iterator[Any]) -> Iterator[Any]:
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            row = next(found, None)
        if row is None:
            return
        yield row


def _check(file: IO[bytes], ref: SourceRef) -> None:
    """Raise SourceError for a part that would be held in memory and is large, or a row that is."""
    with zipfile.ZipFile(file) as parts:
        for part in parts.infolist():
            if part.file_size > MOST_PART_BYTES:
                with parts.open(part) as content:
                    if not _is_of_rows(content):
                        raise SourceError(
                            f"holds more than {MOST_PART_BYTES:,} bytes of text, or a row of that",
                            where=f"{ref.label}, {part.filename}",
                            hint="save it as CSV, of which no more than a row is held in memory",
                        )
    file.seek(0)


def _is_of_rows(content: IO[bytes]) -> bool:
    """Whether every MiB of a sheet ends a row, up to the end of its rows, where little follows."""
    after, last = 0, b""
    while block := content.read(MIB):
        seen = last + block
        if after or SHEET_END.search(seen):
            after += len(block)
        elif not ROW_END.search(seen):
            return False
        if after > MOST_PART_BYTES or b"<!" in seen:
            return False
        last = block[-64:]
    return True


def _as_text(cell: Any) -> str:
    """What a cell holds, as a person reads it: a date in EDTF, as exact as the cell shows it."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (datetime, date)):
        return _date(value, NOT_SHOWN.sub("", cell.number_format).lower())
    if isinstance(value, int) and re.fullmatch("0+", cell.number_format):
        return str(value).zfill(len(cell.number_format))
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _date(value: date, shown: str) -> str:
    if "d" in shown or "y" not in shown:
        return f"{value:%Y-%m-%d}"
    return f"{value:%Y-%m}" if "m" in shown else f"{value:%Y}"
