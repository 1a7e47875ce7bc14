"""Manifests: tables with a row for each document: its path, and the metadata that a curator gives it."""

from __future__ import annotations

import json
import os
import posixpath
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, get_args

from archiver.article import NOT_TEXT, Obtained
from archiver.errors import SourceError
from archiver.settings import Column, Settings
from archiver.sources.given import Given
from archiver.sources.refs import SourceRef
from archiver.sources.sidecars import is_sidecar
from archiver.sources.tables import Row, rows
from archiver.stores import URL, Place, Url

TEXT_SUFFIXES = (".csv", ".tsv")
EXCEL_SUFFIX = ".xlsx"
SUFFIXES = (*TEXT_SUFFIXES, EXCEL_SUFFIX)

PATH = "path"
COLUMNS = get_args(Column)
LISTS = {"creators", "language", "places", "subjects"}
"""Columns whose cells hold several values, parted by semicolons."""
RIGHTS = {"rights": "statement", "rights_statement": "statement", "rights_uri": "uri"}

MOST_SHOWN = 200
"""Characters of a cell that are told."""

ERROR_VALUES = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}
"""What a cell holds whose formula has failed (ECMA-376 1, 18.17.3)."""


class _Head(NamedTuple):
    """The first row of a manifest: what each column is called, and what it is."""

    titles: Sequence[str]
    columns: Sequence[str]


def is_manifest(name: str) -> bool:
    """Whether a file that is named as a source is by its suffix a manifest."""
    return name.lower().endswith(SUFFIXES)


def is_meant(match: str, pattern: str) -> bool:
    """Whether a pattern means a file: sidecars come with documents, manifests are named."""
    if is_manifest(match):
        return is_manifest(pattern)
    return not is_sidecar(posixpath.basename(match))


def locate(place: Place, settings: Settings) -> Iterator[SourceRef | SourceError]:
    """The document of each row of a manifest, in order, with what the row says of it.

    Paths begin at the manifest's folder, or at `manifest_folder` of the settings, and lead nowhere
    else. A row without a document that is there is an error among the others; in a store it is
    looked for when it is read. Raises SourceError for a file that is no manifest, and where it cannot be
    read on; OSError.
    """
    ref = SourceRef.of(place)
    found = (row for row in _rows(ref, settings) if any(map(str.strip, row.cells)))
    first = next(found, None)
    if first is None:
        raise SourceError("is empty; expected a row of column names", where=ref.label)
    head = _head(first, ref, settings)
    folder = settings.manifest_folder or place.parent
    named = (
        partial(_url, folder=folder)
        if isinstance(folder, Url)
        else partial(_path, folder=folder, real=os.path.realpath(folder))
    )
    row = None
    for row in found:
        try:
            yield _document(row, head, ref, named)
        except SourceError as error:
            yield error
    if row is None:
        raise SourceError("has no row below its column names", where=ref.label)


def _rows(ref: SourceRef, settings: Settings) -> Iterator[Row]:
    if ref.path.suffix.lower() == EXCEL_SUFFIX:
        from archiver.sources import spreadsheets

        return spreadsheets.rows(ref, settings)
    return rows(ref, settings)


# --- columns ----------------------------------------------------------------------------------


def _key(title: str) -> str:
    """A column's title without what people write differently: `Source URL` is `source_url`."""
    key = re.sub(r"[\W_]+", "_", unicodedata.normalize("NFC", title).casefold()).strip("_")
    return key or title.strip()


def _head(row: Row, ref: SourceRef, settings: Settings) -> _Head:
    """What the columns are, by their titles and the settings. Raises SourceError."""
    where = f"{ref.label}, row {row.number}"
    mapped = {_key(title): column for title, column in settings.manifest_columns.items()}
    titles = [_short(title) for title in row.cells]
    columns = [mapped.get(_key(title), _key(title)) for title in titles]
    for title, column in zip(titles, columns, strict=True):
        if column not in COLUMNS:
            raise SourceError(
                f"has the column {title!r}, which is none of {', '.join(filter(None, COLUMNS))}",
                where=where,
                hint=f"the settings may say what it is: manifest_columns = {{ {json.dumps(title)} = "
                f'"{"title" if PATH in columns else PATH}" }}, or = "" to leave it out',
            )
    if PATH not in columns:
        told = f"has no column {PATH}; its columns are {_short(', '.join(titles))}"
        raise SourceError(
            told, where=where, hint="call the column of files so, or say it in manifest_columns"
        )
    column, times = Counter(filter(None, columns)).most_common(1)[0]
    if times > 1:
        same = (title for title, each in zip(titles, columns, strict=True) if each == column)
        raise SourceError(f"has more than one column for {column}: {', '.join(same)}", where=where)
    if {"rights", "rights_statement"} <= set(columns):
        raise SourceError("has the columns rights and rights_statement; expected one", where=where)
    return _Head(titles, columns)


def _short(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


# --- rows -------------------------------------------------------------------------------------


def _document(row: Row, head: _Head, ref: SourceRef, named: Callable[[str, str], Place]) -> SourceRef:
    """The document that a row names, with what it says. Raises SourceError."""
    where = f"{ref.label}, row {row.number}"
    cells = _cells(row, head, where)
    if PATH not in cells:
        raise SourceError(f"has no {PATH}", where=where)
    places = {column: f"{where}, column {title}" for column, (title, _) in cells.items()}
    place = named(cells.pop(PATH)[1], places[PATH])
    fields: dict[str, Any] = {}
    for column, (_, cell) in cells.items():
        if part := RIGHTS.get(column):
            fields.setdefault("rights", {})[part] = cell
            places["rights"] = places[column]
        else:
            fields[column] = _items(cell) if column in LISTS else cell
    name = f"{ref.original_name}, row {row.number}"
    given = Given(Obtained.MANIFEST, name, fields, places, row.findings)
    return replace(SourceRef.of(place), given=(given,))


def _cells(row: Row, head: _Head, where: str) -> dict[str, tuple[str, str]]:
    """The title and the text of each cell that says something, by its column. Raises SourceError."""
    texts = [cell.strip() for cell in row.cells]
    if any(texts[len(head.columns) :]):
        told = f"has {len(texts)} cells where there are {len(head.columns)} columns"
        hint = "put a cell that has the delimiter in it in quotation marks"
        raise SourceError(told, where=where, hint=hint)
    cells = {}
    for text, title, column in zip(texts, head.titles, head.columns, strict=False):
        if text and not title.strip():
            raise SourceError(f"has {_short(text)!r} in a column without a title", where=where)
        if text in ERROR_VALUES and column:
            raise SourceError(f"has the error {text}", where=f"{where}, column {title}")
        if text and column:
            cells[column] = (title, text)
    return cells


def _items(cell: str) -> list[str]:
    return [item.strip() for item in cell.split(";") if item.strip()]


def _path(cell: str, where: str, folder: Path, real: str) -> Path:
    """The file that a cell names, which is there and in the folder. Raises SourceError."""
    _refuse_controls(cell, where)
    forms = [folder / cell, *(folder / unicodedata.normalize(form, cell) for form in ("NFC", "NFD"))]
    path = next(filter(os.path.lexists, forms), forms[0])
    cell = _short(cell)
    try:
        there = os.path.realpath(path, strict=True)
    except OSError as error:
        hint = "folders are parted by /" if "\\" in cell else ""
        gone = isinstance(error, FileNotFoundError)
        told = f"names {cell}, which {'is not there' if gone else f'cannot be read: {error.strerror}'}"
        raise SourceError(told, where=where, hint=hint) from None
    if os.path.commonpath([there, real]) != real:
        raise _outside(cell, where, folder)
    if os.path.isdir(there):
        raise SourceError(f"names {cell}, which is a folder; expected a document", where=where)
    return path


def _url(cell: str, where: str, folder: Url) -> Url:
    """The file in a folder of a store that a cell names, as its path there or as a URL.

    Raises SourceError for what leads out of the folder.
    """
    _refuse_controls(cell, where)
    named = cell.removeprefix(f"{folder}/")
    path = posixpath.normpath(named)
    if URL.fullmatch(named) or path.startswith("/") or path.split("/")[0] in (".", ".."):
        raise _outside(_short(cell), where, folder)
    return folder / path


def _refuse_controls(cell: str, where: str) -> None:
    if found := NOT_TEXT.search(cell):
        raise SourceError(f"has the control character U+{ord(found[0]):04X}", where=where)


def _outside(cell: str, where: str, folder: Place) -> SourceError:
    hint = "manifest_folder in the settings names the folder that paths begin at"
    return SourceError(f"names {cell}, which is not in {folder}", where=where, hint=hint)
