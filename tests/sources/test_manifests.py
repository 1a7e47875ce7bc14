"""Manifests: a row a document, whose metadata goes before the document's own, each error by its cell."""

import json
import os
import tracemalloc
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.article import Obtained
from archiver.discovery import discover
from archiver.errors import SourceError
from archiver.settings import Settings
from archiver.sources import SourceRef, manifests, read

TEXT = "A title\n\nAuthor: Ana Ruiz\n\nText of it.\n"

Form = Literal["NFC", "NFD"]
FORMS: tuple[Form, ...] = ("NFC", "NFD")

Located = tuple[list[SourceRef], list[str]]
Locate = Callable[..., Located]


@pytest.fixture
def locate(tmp_path: Path) -> Locate:
    """The documents and the errors of a manifest with this content, beside `a.txt` and `in/b.txt`."""
    (tmp_path / "in").mkdir()
    for name in ("a.txt", "in/b.txt"):
        (tmp_path / name).write_text(TEXT)

    def located(content: str | bytes, name: str = "list.csv", **settings: object) -> Located:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        found = list(discover([str(path)], tmp_path / "output", Settings(**settings)))  # type: ignore[arg-type]
        refs = [each for each in found if isinstance(each, SourceRef)]
        errors = [str(each) for each in found if isinstance(each, SourceError)]
        return refs, [error.replace(f"{tmp_path}/", "") for error in errors]

    return located


def test_a_row_says_the_metadata_of_its_document(locate: Locate) -> None:
    columns = "path,title,subtitle,creators,date,language,places,Source URL,identifier,rights,rights_uri"
    row = 'in/b.txt,"New, now",Sub,Eva Klein; Bo Li,c. 1911,de;en,,https://e.example/1,id-1,Free,https://r.example'
    refs, errors = locate(f"{columns}\n{row}\n")
    assert errors == []
    source = read(refs[0], Settings())
    article = source.article
    assert (article.title, article.subtitle, article.identifier) == ("New, now", "Sub", "id-1")
    assert [creator.name for creator in article.creators] == ["Eva Klein", "Bo Li"]
    assert article.date is not None
    assert (article.date.stated, article.date.edtf) == ("c. 1911", "1911~")
    assert article.language == ("de", "en")
    assert article.source_url == "https://e.example/1"
    assert article.rights is not None
    assert (article.rights.statement, article.rights.uri) == ("Free", "https://r.example")
    assert set(article.provenance.values()) == {Obtained.MANIFEST}
    assert [(each.field, each.value, each.obtained) for each in article.overridden] == [
        ("title", "A title", Obtained.STATED),
        ("creators", "Ana Ruiz", Obtained.STATED),
    ]


def test_a_blank_cell_leaves_what_the_source_says(locate: Locate) -> None:
    refs, _ = locate("path,title,creators\na.txt, ,\n")
    article = read(refs[0], Settings()).article
    assert article.title == "A title"
    assert article.provenance["title"] is Obtained.STATED
    assert article.overridden == ()


def test_a_value_that_is_the_same_is_given_and_overrides_nothing(locate: Locate) -> None:
    refs, _ = locate("path,title\na.txt,A title\n")
    article = read(refs[0], Settings()).article
    assert article.provenance["title"] is Obtained.MANIFEST
    assert article.overridden == ()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_what_spreadsheets_write_is_read(
    locate: Locate, delimiter: str, encoding: str, ending: str
) -> None:
    rows = [["Path", "Title"], ["a.txt", '"Überschrift – „zwei"""'], ["in/b.txt", '"Zwei\nZeilen, Ä"']]
    content = ending.join(delimiter.join(row) for row in rows)
    refs, errors = locate(content.encode(encoding))
    assert errors == []
    articles = [read(ref, Settings()) for ref in refs]
    assert [each.article.title for each in articles] == ['Überschrift – „zwei"', "Zwei Zeilen, Ä"]
    inferred = [finding for each in articles for finding in each.findings if "inferred" in finding.message]
    assert len(inferred) == (2 if encoding == "cp1252" else 0)


def test_a_row_in_ascii_has_no_warning_about_the_encoding_of_others(locate: Locate) -> None:
    refs, _ = locate("path,title\na.txt,Plain\nin/b.txt,Größe\n".encode("cp1252"))
    findings = [read(ref, Settings()).findings for ref in refs]
    assert [len(each) for each in findings] == [0, 1]
    assert "list.csv, line 3: is not UTF-8; it was read as ISO-8859-1" in findings[1][0].sentence


def test_a_line_that_names_the_delimiter_is_heeded(locate: Locate) -> None:
    refs, errors = locate("sep=;\r\npath;title\r\na.txt;One, two, three\r\n")
    assert errors == []
    assert read(refs[0], Settings()).article.title == "One, two, three"


def test_columns_are_known_by_the_settings(locate: Locate) -> None:
    columns = {"datei": "path", "TITEL": "title", "Notiz": "", "№": "identifier"}
    refs, errors = locate("Datei;Titel;Notiz;№;\na.txt;Neu;#N/A;7;\n;;;;\n\n", manifest_columns=columns)
    assert errors == []
    article = read(refs[0], Settings()).article
    assert (article.title, article.identifier) == ("Neu", "7")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "list.csv: is empty; expected a row of column names"),
        ("\n\n,,\n", "list.csv: is empty; expected a row of column names"),
        ("path,title\n", "list.csv: has no row below its column names"),
        ("title\nx\n", "list.csv, row 1: has no column path; its columns are title"),
        ("path,Titel\na.txt,x\n", "list.csv, row 1: has the column 'Titel', which is none of path, title"),
        ("Datei,title\na.txt,x\n", 'manifest_columns = { "Datei" = "path" }, or = "" to leave it out'),
        ("path,Titel\na.txt,x\n", 'manifest_columns = { "Titel" = "title" }, or = "" to leave it out'),
        ("path,№\na.txt,x\n", "list.csv, row 1: has the column '№', which is none of path, title"),
        ("path,body\na.txt,x\n", "list.csv, row 1: has the column 'body', which is none of"),
        ("path,provenance\na.txt,x\n", "list.csv, row 1: has the column 'provenance', which is none"),
        (
            "path,title,Title\na.txt,x,y\n",
            "list.csv, row 1: has more than one column for title: title, Title",
        ),
        ("path,rights,rights statement\na.txt,x,y\n", "has the columns rights and rights_statement"),
        ("path\n\nno.txt\n", "list.csv, row 3, column path: names no.txt, which is not there"),
        ("path\nin\\b.txt\n", "which is not there (folders are parted by /)"),
        ("path\nin\n", "list.csv, row 2, column path: names in, which is a folder; expected a document"),
        ("path\na\0b\n", "list.csv"),
        ("path\na\x07b\n", "list.csv, row 2, column path: has the control character U+0007"),
        ("path\n/etc/passwd\n", "list.csv, row 2, column path: names /etc/passwd, which is not in "),
        ("path\n../list.csv/../x\n", "list.csv, row 2, column path: names ../list.csv/../x, which"),
        ("path\n" + "n" * 300 + "\n", "which cannot be read: File name too long"),
        ("path,title\na.txt,x,y\n", "list.csv, row 2: has 3 cells where there are 2 columns"),
        ("path,\na.txt,x\n", "list.csv, row 2: has 'x' in a column without a title"),
        ("path,title\n,x\n", "list.csv, row 2: has no path"),
        ("path,title\na.txt,#REF!\n", "list.csv, row 2, column title: has the error #REF!"),
        ('path,title\na.txt,"x\n', "list.csv, row 2: is not a row as CSV has it: unexpected end of data"),
        ('path,title\na.txt,"x"y\n', "list.csv, row 2: is not a row as CSV has it: "),
        ("path,title\na.txt," + "x" * 1_000_000 + "\n", "list.csv, row 2: is longer than the 1,000,000"),
        (
            'path,title\na.txt,"' + "x\n" * 500_000,
            "list.csv, row 2: is not a row as CSV has it: field larger",
        ),
        ("x," * 500_001, "list.csv, row 1: is longer than the 1,000,000 characters that max_line_chars"),
    ],
)
def test_what_is_wrong_is_one_sentence_with_its_place(locate: Locate, content: str, told: str) -> None:
    refs, errors = locate(content)
    assert refs == []
    assert len(errors) == 1
    assert told in errors[0]


def test_bytes_that_no_encoding_has_are_told(locate: Locate) -> None:
    assert "list.csv: is binary" in locate(b"path\n\0\n")[1][0]
    assert "list.csv: is a ZIP archive (or an office document), not text" in locate(b"PK\3\4xx")[1][0]
    rest = "path,title\n" + "a.txt,größer\n" * 20
    assert (
        "list.csv, line 22: has bytes that are not UTF-8, as the rest is"
        in (locate(rest.encode() + b"a.txt,\xfcber\n")[1][0])
    )
    wide = "path,title\na.txt,x\n".encode("utf-16") + b"\x00\xd8" * 9000
    refs, errors = locate(wide)
    assert errors == [f"list.csv: is not utf-16 throughout; save it as UTF-8 ({UNREAD})"]
    assert len(refs) <= 1


UNREAD = "the rows from there on are not read"


def test_a_wrong_row_does_not_stop_the_others(locate: Locate) -> None:
    refs, errors = locate("path,title\na.txt,1\nno.txt,2\nin/b.txt,3\n")
    assert [ref.path.name for ref in refs] == ["a.txt", "b.txt"]
    assert len(errors) == 1


def test_wrong_metadata_is_told_by_its_cell(locate: Locate, tmp_path: Path) -> None:
    refs, _ = locate("path,Date,Language\na.txt,01/02/2002,klingonish-x\n")
    with pytest.raises(
        Exception, match=r"list.csv, row 2, column Date: .* may have the day or the month first"
    ):
        read(refs[0], Settings())
    with pytest.raises(Exception, match=r"list.csv, row 2, column Language: .*BCP 47"):
        read(refs[0], Settings(date_order="dmy"))


def test_paths_lead_nowhere_but_below_the_folder_that_is_set(locate: Locate, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside.txt"
    outside.write_text(TEXT)
    (tmp_path / "link.txt").symlink_to(outside)
    (tmp_path / "inner.txt").symlink_to(tmp_path / "a.txt")
    content = f"path\nlink.txt\n../{outside.name}\n{outside}\ninner.txt\n{tmp_path}/a.txt\n"
    refs, errors = locate(content)
    assert [ref.path.name for ref in refs] == ["inner.txt", "a.txt"]
    assert len(errors) == 3
    assert all("manifest_folder in the settings" in error for error in errors)
    refs, errors = locate(f"path\n{outside.name}\n", manifest_folder=tmp_path.parent)
    assert errors == []
    assert read(refs[0], Settings()).article.title == "A title"


@pytest.mark.parametrize("form", FORMS)
def test_a_name_is_found_however_its_letters_are_composed(
    locate: Locate, tmp_path: Path, form: Form
) -> None:
    (tmp_path / unicodedata.normalize(form, "größe.txt")).write_text(TEXT)
    for written in FORMS:
        refs, errors = locate("path\n" + unicodedata.normalize(written, "größe.txt"))
        assert errors == []
        assert read(refs[0], Settings()).article.title == "A title"


def test_a_row_may_name_json_lines_of_one_document(locate: Locate, tmp_path: Path) -> None:
    line = json.dumps({"title": "T", "body": ["x"]}) + "\n"
    (tmp_path / "one.jsonl").write_text(line)
    (tmp_path / "two.jsonl").write_text(line * 2)
    refs, _ = locate("path,title\none.jsonl,Given\ntwo.jsonl,Given\n")
    assert read(refs[0], Settings()).article.title == "Given"
    with pytest.raises(SourceError, match="holds several documents"):
        read(refs[1], Settings())


def test_a_folder_or_a_pattern_takes_no_table_for_a_manifest(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "list.csv").write_text("path\na.txt\n")

    def found(source: str) -> int:
        return len(list(discover([source], tmp_path / "output", Settings())))

    assert found(str(tmp_path)) == 1
    assert found(f"{tmp_path}/*") == 1
    assert found(f"{tmp_path}/*.csv") == 1
    (tmp_path / "a.txt").unlink()
    assert [str(each) for each in discover([f"{tmp_path}/*.csv"], tmp_path, Settings())] == [
        f"{tmp_path}/list.csv, row 2, column path: names a.txt, which is not there"
    ]


def test_a_manifest_is_no_document(locate: Locate, tmp_path: Path) -> None:
    refs, _ = locate("path\nlist.csv\n")
    with pytest.raises(SourceError, match="is a manifest of documents, and no document itself"):
        read(refs[0], Settings())


def test_a_manifest_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "list.csv")
    found = list(discover([str(tmp_path / "list.csv")], tmp_path, Settings()))
    assert [str(each) for each in found] == [f"{tmp_path}/list.csv: is not a regular file"]


def test_a_manifest_of_many_rows_is_not_held_in_memory(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    path = tmp_path / "list.csv"
    with path.open("w") as file:
        file.write("path,title,identifier\n")
        file.writelines(f'a.txt,"{n}: {"long " * 100}",id-{n}\n' for n in range(3_000))
    tracemalloc.start()
    try:
        rows = sum(isinstance(each, SourceRef) for each in manifests.locate(path, Settings()))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert rows == 3_000
    assert path.stat().st_size > 1_000_000
    assert peak < 400_000


CELL = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.lists(CELL, max_size=4), max_size=5), st.sampled_from([",", ";", "\t"]))
def test_any_table_is_documents_and_errors(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], delimiter: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "list.csv"
    lines = [delimiter.join(["path", "title", "date"]), *(delimiter.join(row) for row in rows)]
    path.write_bytes("\n".join(lines).encode())
    for found in discover([str(path)], path.parent, Settings()):
        assert isinstance(found, (SourceRef, SourceError))


@given(st.binary(max_size=200), st.sampled_from(["list.csv", "list.tsv", "list.xlsx"]))
def test_any_bytes_are_an_error_or_rows(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
) -> None:
    path = tmp_path_factory.mktemp("any") / name
    path.write_bytes(content)
    found = list(discover([str(path)], path.parent, Settings()))
    assert found
    assert all(isinstance(each, SourceError) for each in found)
