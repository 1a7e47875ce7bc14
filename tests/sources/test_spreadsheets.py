"""Spreadsheets: cells become the text that a person reads in them, in bounded memory."""

import sys
import tracemalloc
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from archiver.discovery import discover
from archiver.errors import SourceError
from archiver.settings import Settings
from archiver.sources import SourceRef, read, spreadsheets


def written(path: Path, rows: Sequence[list[Any]]) -> Path:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def cells(path: Path) -> list[list[str]]:
    return [list(row.cells) for row in spreadsheets.rows(SourceRef(path), Settings())]


def located(path: Path) -> list[SourceRef | SourceError]:
    return list(discover([str(path)], path.parent / "output", Settings()))


def test_a_workbook_is_a_manifest(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Old\n\nText.\n")
    rows: list[list[Any]] = [["Path", "Title", "Date"], [], ["a.txt", 1984, date(1911, 5, 17)], ["b.txt"]]
    refs = located(written(tmp_path / "list.xlsx", rows))
    assert isinstance(refs[0], SourceRef)
    article = read(refs[0], Settings()).article
    assert article.title == "1984"
    assert article.date is not None
    assert article.date.edtf == "1911-05-17"
    assert str(refs[1]) == f"{tmp_path}/list.xlsx, row 4, column Path: names b.txt, which is not there"


def test_cells_are_the_text_that_is_seen(tmp_path: Path) -> None:
    moment = datetime(1911, 5, 17, 10, 30)
    values: list[tuple[Any, str, str]] = [
        (12.0, "General", "12"),
        (12.5, "General", "12.5"),
        (0.1 + 0.2, "General", "0.3"),
        (42, "00000", "00042"),
        (True, "General", "TRUE"),
        (moment, "yyyy-mm-dd", "1911-05-17"),
        (moment, "mmmm yyyy", "1911-05"),
        (moment, "yyyy", "1911"),
        (moment, '[$-407]d. mmm yyyy "am Tag"', "1911-05-17"),
        (moment, 'yyyy" im Mai, dies"', "1911"),
        (time(10, 30), "h:mm", "10:30:00"),
        ("  text ", "General", "  text "),
        (None, "General", ""),
    ]
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for column, (value, shown, _) in enumerate(values, 1):
        cell = sheet.cell(1, column, value)
        cell.number_format = shown
    sheet.cell(1, len(values) + 1, "end")
    book.save(tmp_path / "list.xlsx")
    assert cells(tmp_path / "list.xlsx") == [[*(text for _, _, text in values), "end"]]


def test_the_first_visible_sheet_is_read_and_its_trimmings_are_not(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.sheet_state = "hidden"
    shown = book.create_sheet()
    shown.append(["path"])
    checked = DataValidation(type="list", formula1='"a,b"')
    shown.add_data_validation(checked)
    checked.add("A2")
    book.save(tmp_path / "list.xlsx")
    assert cells(tmp_path / "list.xlsx") == [["path"]]


def test_a_formula_that_failed_is_an_error(tmp_path: Path) -> None:
    path = written(tmp_path / "list.xlsx", [["path", "title"], ["", "#N/A"]])
    assert str(located(path)[0]).endswith("list.xlsx, row 2, column title: has the error #N/A")


def test_without_openpyxl_it_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "list.xlsx", [["path"]])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    assert str(located(path)[0]) == (
        f"{path}: reading Excel workbooks needs openpyxl, which is not there (pip install 'archiver[xlsx]')"
    )


def changed(path: Path, **parts: bytes) -> Path:
    """The workbook with the content of some parts, by the stems of their names, replaced."""
    target = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, parts.get(Path(part.filename).stem) or old.read(part))
    return target


SPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET = b"<worksheet " + SPACE + b"><sheetData>%b</sheetData>%b</worksheet>"
SHARED = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-'
    b'officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)
MIB = 1024 * 1024


def test_texts_that_cells_share_are_read(tmp_path: Path) -> None:
    path = written(tmp_path / "list.xlsx", [["path"]])
    row = b'<row r="1"><c r="A1" t="s"><v>1</v></c><c r="C1" t="s"><v>0</v></c></row>'
    with zipfile.ZipFile(path) as book:
        types = book.read("[Content_Types].xml").replace(b"</Types>", SHARED)
    path = changed(path, sheet1=SHEET % (row, b""), **{"[Content_Types]": types})
    with zipfile.ZipFile(path, "a") as book:
        book.writestr(
            "xl/sharedStrings.xml", b"<sst " + SPACE + b"><si><t>one</t></si><si><t>two</t></si></sst>"
        )
    assert cells(path) == [["two", "", "one"]]


def test_a_sheet_of_many_rows_is_read_row_by_row(tmp_path: Path) -> None:
    row = b'<row><c t="inlineStr"><is><t>' + b"x" * 10_000 + b"</t></is></c></row>"
    sheet = SHEET % (row * 4_000, b"")
    assert len(sheet) > spreadsheets.MOST_PART_BYTES
    path = changed(written(tmp_path / "list.xlsx", [["path"]]), sheet1=sheet)
    tracemalloc.start()
    try:
        rows = sum(len(row.cells[0]) == 10_000 for row in spreadsheets.rows(SourceRef(path), Settings()))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert rows == 4_000
    assert peak < len(sheet) / 4


@pytest.mark.parametrize(
    ("sheet", "told"),
    [
        (SHEET % (b"<row>" + b"<c/>" * 9 * MIB + b"</row>", b""), "or a row of that"),
        (SHEET % (b"<row/>", b"<mergeCell/>" * 3 * MIB), "or a row of that"),
        (SHEET % (b"<row><c><![CDATA[</row>]]></c></row>" * MIB, b""), "or a row of that"),
        (SHEET % (b'<row r="1"><c t="s"><v>99</v></c></row>', b""), "(IndexError)"),
        (SHEET % (b'<row r="x"/>', b""), "(ValueError)"),
        (b"<worksheet", "(ParseError)"),
    ],
    ids=["one row", "after the rows", "CDATA", "no string", "no number", "no XML"],
)
def test_a_hostile_sheet_is_an_error(tmp_path: Path, sheet: bytes, told: str) -> None:
    path = changed(written(tmp_path / "list.xlsx", [["path"]]), sheet1=sheet)
    assert [told in str(each) for each in located(path)] == [True], located(path)


def test_a_row_beyond_those_of_excel_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheets, "MOST_ROWS", 1000)
    row = b'<row r="999999999"><c r="A999999999"><v>1</v></c></row>'
    path = changed(written(tmp_path / "list.xlsx", [["path"]]), sheet1=SHEET % (row, b""))
    with pytest.raises(SourceError, match="has a row after row 1,000, the last that Excel has"):
        cells(path)


def test_a_part_that_would_be_held_in_memory_and_is_large_is_an_error(tmp_path: Path) -> None:
    path = changed(written(tmp_path / "list.xlsx", [["path"]]), theme1=b"<a/>" * 9 * MIB)
    assert "theme1.xml: holds more than 33,554,432 bytes of text" in str(located(path)[0])
    assert "save it as CSV" in str(located(path)[0])
