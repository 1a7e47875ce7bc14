"""What a ZIP file is, by the files in it."""

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

import docx
import odfdo
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver import containers
from archiver.formats import identify

ODT = "application/vnd.oasis.opendocument.text"


def zipped(path: Path, files: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        for name, content in files.items():
            package.writestr(name, content)
    return path


def open_document(path: Path, version: str) -> Path:
    """An ODT that says that it is of a version; of none where that is empty."""
    odfdo.Document("text").save(str(path))
    with zipfile.ZipFile(path) as package:
        files = {name: package.read(name) for name in package.namelist()}
    stated = f'office:version="{version}"'.encode() if version else b""
    files["content.xml"], changes = re.subn(rb'office:version="1\.\d"', stated, files["content.xml"])
    assert changes == 1
    return zipped(path, files)


@pytest.mark.parametrize(
    ("version", "puid"),
    [("1.0", "fmt/136"), ("", "fmt/290"), ("1.2", "fmt/291"), ("1.3", "fmt/1756"), ("9.9", "")],
)
def test_a_text_of_opendocument_has_the_version_that_it_says(
    version: str, puid: str, tmp_path: Path
) -> None:
    found = identify(open_document(tmp_path / "a.odt", version), "a.odt", ODT, "").format
    assert (found.version, found.puid) == (version or "1.1", puid)


def test_documents_of_office_open_xml_are_told_apart(tmp_path: Path) -> None:
    docx.Document().save(str(tmp_path / "a.docx"))
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    files = {"mimetype": "application/epub+zip", "META-INF/container.xml": "<container/>"}
    zipped(tmp_path / "a.epub", files)
    zipped(tmp_path / "a.zip", {"a.txt": "words"})
    found = {path.suffix: identify(path, path.name, "x", "") for path in tmp_path.iterdir()}
    assert {suffix: each.format.puid for suffix, each in found.items()} == {
        ".docx": "fmt/412",
        ".xlsx": "fmt/214",
        ".epub": "fmt/483",
        ".zip": "x-fmt/263",
    }
    assert not any(each.findings for each in found.values())
    (told,) = identify(tmp_path / "a.docx", "a.odt", "x", "").findings
    assert (
        told.message
        == "is named .odt, and by its content is Microsoft Word for Windows 2007 onwards (fmt/412)"
    )


@pytest.mark.parametrize(
    ("text", "matches", "differs"),
    [
        ("'a.b' [22 27] 00", b"a.b'\0", b"axb'\0"),
        ("3C3F 'x'", b"<?x", b"<x"),
    ],
)
def test_a_sequence_is_bytes_and_text(text: str, matches: bytes, differs: bytes) -> None:
    expression = containers._expression(text)
    assert re.fullmatch(expression, matches)
    assert not re.fullmatch(expression, differs)


def test_all_signatures_of_zip_containers_are_read_but_those_of_ends() -> None:
    import fido

    read = containers.signatures(Path(fido.__file__).parent / "conf")
    assert len(read) >= 70


@given(st.data())
def test_no_damage_keeps_a_container_from_being_looked_at(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("damaged") / "a"
    content = bytearray(
        zipped(path, {"mimetype": "application/epub+zip", "content.xml": "<a/>"}).read_bytes()
    )
    for _ in range(3):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    assert identify(path, "a", "x", "").format.name
