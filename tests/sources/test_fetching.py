"""Documents in stores are found and packaged as those on this machine are."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook

from archiver import stores
from archiver.discovery import discover
from archiver.errors import SourceError
from archiver.pipeline import Job, package_one
from archiver.settings import Settings
from archiver.sources import SourceRef
from archiver.stores import Url
from tests import s3
from tests.conftest import EXAMPLES, batch, packaged
from tests.sources.pages import captured

SETTINGS = Settings(verapdf=False)
FILES = {
    "a.txt": "Title\n\nText of it.\n",
    "b.md": "# Title\n\nText of it.\n",
    "b.meta.yaml": "publisher: The Post\n",
    "c/d.json": '{"title": "T", "identifier": "one", "language": "en", "body": ["x"]}',
    "c/lines.jsonl": "".join(
        f'{{"title": "T", "identifier": "{n}", "language": "en", "body": ["x"]}}\n' for n in "pq"
    ),
    "c/.hidden/e.txt": "Title\n\nText of it.\n",
    "bag/bag-info.txt": "Bag-Size: 1\n",
    "bag/bagit.txt": "BagIt-Version: 1.0\n",
    "bag/data/original/f.txt": "Title\n\nText of it.\n",
    "picture.png": "",
}


@pytest.fixture(scope="module")
def server() -> Iterator[s3.Server]:
    with s3.serving() as server:
        yield server


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, server: s3.Server) -> None:
    monkeypatch.setattr(stores, "FIRST_PAUSE", 0.001)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    server.faulty = s3.never


@pytest.fixture(params=[f"s3://{s3.BUCKET}/{{}}", "memory://{}"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Url:
    """A folder with FILES in it."""
    folder = Url(request.param.format(f"in-{tmp_path.name}"))
    for name, text in FILES.items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_text(text)
        stores.put(tmp_path / "in" / name, folder / name)
    return folder


def found(source: str) -> list[str]:
    """The labels of documents, and the sentences of errors."""
    refs = discover([source], Path("output"), SETTINGS)
    return [str(ref) if isinstance(ref, SourceError) else ref.label for ref in refs]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("", ["a.txt", "b.md", "c/d.json", "c/lines.jsonl:1", "c/lines.jsonl:2"]),
        ("/", ["a.txt", "b.md", "c/d.json", "c/lines.jsonl:1", "c/lines.jsonl:2"]),
        ("/a.txt", ["a.txt"]),
        ("/*.md", ["b.md"]),
        ("/**/*.json", ["c/d.json"]),
        ("/?/d.[jk]son", ["c/d.json"]),
    ],
)
def test_a_url_names_a_file_a_folder_or_a_pattern(folder: Url, asked: str, names: list[str]) -> None:
    assert found(f"{folder}{asked}") == [f"{folder}/{name}" for name in names]


@pytest.mark.parametrize("asked", ["/*.odt", "/none", "/none/", "/bag/data/original/g.txt"])
def test_a_url_that_names_no_document_is_one_sentence(folder: Url, asked: str) -> None:
    place = f"{folder}{asked}".rstrip("/")
    assert found(f"{folder}{asked}") == [f"{place}: is not there, or holds no source document"]


@pytest.mark.parametrize("form", [None, "zip"])
def test_what_comes_from_a_store_makes_the_packages_that_files_here_do(
    folder: Url, tmp_path: Path, form: str | None
) -> None:
    settings = Settings(verapdf=False, serialize=form)  # type: ignore[arg-type]
    names = ["a.txt", "b.md", "c"]
    here = batch([f"{tmp_path}/in/{name}" for name in names], tmp_path / "here", settings)
    there = batch([f"{folder}/{name}" for name in names], folder / "out", settings)
    assert [outcome.status for outcome in here] == ["packaged"] * 5
    assert [outcome.status for outcome in there] == ["packaged"] * 5
    told = stores.below(folder / "out")
    assert told.keys() == s3.files_in(tmp_path / "here").keys()
    for name, content in s3.files_in(tmp_path / "here").items():
        assert stores.read(folder / "out" / name, 0, told[name].size) == content


def workbook(path: Path, rows: list[list[str]]) -> None:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)


@pytest.mark.parametrize("name", ["list.csv", "list.tsv", "list.xlsx"])
def test_a_manifest_in_a_store_makes_the_packages_that_one_here_does(
    folder: Url, tmp_path: Path, server: s3.Server, name: str
) -> None:
    rows = [
        ["path", "title", "Signatur"],
        ["a.txt", "Anew", "x-1"],
        ["./c/d.json", "", "x-2"],
        ["b.md", "", ""],
    ]
    if name.endswith(".xlsx"):
        workbook(tmp_path / "in" / name, rows)
    else:
        parted = "\n".join(("\t" if name.endswith(".tsv") else ",").join(row) for row in rows)
        (tmp_path / "in" / name).write_text(parted)
    stores.put(tmp_path / "in" / name, folder / name)
    settings = Settings(verapdf=False, manifest_columns={"Signatur": "identifier"})
    server.faulty = s3.one_in(10)
    for output, manifest in (("here", tmp_path / "in" / name), ("there", folder / name)):
        told = batch([str(manifest)], tmp_path / output, settings)
        assert [outcome.status for outcome in told] == ["packaged"] * 3
        assert [outcome.identifier for outcome in told[:2]] == ["x-1", "x-2"]
    assert s3.files_in(tmp_path / "here") == s3.files_in(tmp_path / "there")
    settings = settings.model_copy(update={"manifest_folder": folder})
    assert {
        outcome.status for outcome in batch([str(tmp_path / "in" / name)], tmp_path / "there", settings)
    } == {"already packaged"}


def test_a_manifest_in_a_store_may_name_documents_by_their_urls(folder: Url, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(f"path\n{folder}/a.txt\n")
    stores.put(tmp_path / "list.csv", folder / "list.csv")
    assert found(f"{folder}/list.csv") == [f"{folder}/a.txt"]
    assert found(f"{folder}/*.csv") == [f"{folder}/a.txt"]
    assert f"{folder}/list.csv" not in " ".join(found(f"{folder}/*"))


@pytest.mark.parametrize("name", ["crawl.warc", "crawl.warc.gz"])
def test_pages_of_a_capture_in_a_store_are_packaged_as_those_of_one_here(
    folder: Url, tmp_path: Path, server: s3.Server, name: str
) -> None:
    captured(tmp_path / "in" / name)
    (tmp_path / "in" / f"{name}.meta.yaml").write_text("publisher: The Post\n")
    for each in (name, f"{name}.meta.yaml"):
        stores.put(tmp_path / "in" / each, folder / each)
    server.faulty = s3.one_in(10)
    for output, capture in (("here", tmp_path / "in" / name), ("there", folder / name)):
        (outcome,) = batch([str(capture)], tmp_path / output, SETTINGS)
        assert outcome.status == "packaged", outcome.report
    files = s3.files_in(tmp_path / "here")
    assert files == s3.files_in(tmp_path / "there")
    assert any("pictures/boat.png" in path for path in files)
    (tmp_path / "list.csv").write_text(f"path\n{name}\n")
    stores.put(tmp_path / "list.csv", folder / "list.csv")
    (again,) = batch([f"{folder}/list.csv"], tmp_path / "there", SETTINGS)
    assert again.status == "already packaged", again.report
    assert b"The Post" in b"".join(files.values())


def test_pictures_come_with_the_documents_that_show_them(server: s3.Server, tmp_path: Path) -> None:
    folder = Url(f"s3://{s3.BUCKET}/pictures")
    for name in ("seed-library.md", "jars.png"):
        stores.put(EXAMPLES / name, folder / name)
    server.faulty = s3.one_in(10)
    ref = SourceRef(Path("seed-library.md"), url=folder / "seed-library.md")
    outcome = packaged(ref, tmp_path / "out")
    assert outcome.status == "packaged", outcome.report
    assert packaged(EXAMPLES / "seed-library.md", tmp_path / "here").status == "packaged"
    assert s3.files_in(tmp_path / "out") == s3.files_in(tmp_path / "here")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.md", "# T\n\nText.\n\n![x](none.png)\n", "figure none.png: cannot be read: No such file"),
        ("a.md", "# T\n\nText.\n\n![x](../jars.png)\n", "is not a plain path beside the source"),
        ("a.md", "# T\n\nText.\n\n![x](large.png)\n", "more than the 2,000 that max_image_bytes allows"),
        ("a.md", "# T\n\n" + "Text. " * 1000, "larger than the 4,000 bytes that max_source_bytes allows"),
        ("a.csv", "file\na.md\n", "a.csv, row 1: has the column 'file', which is none of"),
        ("a.csv", "path\n../b.md\n", "a.csv, row 2, column path: names ../b.md, which is not in"),
        ("a.csv", "path\n/b.md\n", "row 2, column path: names /b.md, which is not in"),
        ("a.csv", "path\ns3://other/b.md\n", "names s3://other/b.md, which is not in"),
        ("a.csv", "path\na\a.md\n", "row 2, column path: has the control character U+0007"),
        ("a.csv", "path\n.\n", "names ., which is not in"),
        ("a.csv", "path\nb.md\n", "b.md: is not there"),
        ("a.warc.gz", "x", "holds no captured web page"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(
    server: s3.Server, tmp_path: Path, name: str, content: str, told: str
) -> None:
    folder = Url(f"s3://{s3.BUCKET}/{tmp_path.name}")
    (tmp_path / "file").write_text(content)
    (tmp_path / "large.png").write_bytes(b"x" * 3000)
    stores.put(tmp_path / "file", folder / name)
    stores.put(tmp_path / "large.png", folder / "large.png")
    settings = Settings(verapdf=False, max_source_bytes=4000, max_image_bytes=2000)
    (outcome,) = batch([f"{folder}/{name}"], tmp_path / "out", settings)
    (finding,) = outcome.report.findings
    assert told in finding.sentence
    assert name in finding.where or str(folder) in finding.where


def test_a_picture_that_the_store_does_not_give_is_no_picture_that_is_not_there(
    server: s3.Server, tmp_path: Path
) -> None:
    """A page does without pictures that are not there; a store that is down has not said so."""
    folder = Url(f"s3://{s3.BUCKET}/page")
    (tmp_path / "page.html").write_text(
        "<html><head><title>Boat</title></head><body><article><h1>Boat</h1>"
        + "<p>The harbour boat was built by hand, and sailed for many years.</p>" * 5
        + '<img src="boat.png" alt="A boat"></article></body></html>'
    )
    stores.put(tmp_path / "page.html", folder / "page.html")
    shutil.copy(EXAMPLES / "jars.png", tmp_path / "boat.png")
    stores.put(tmp_path / "boat.png", folder / "boat.png")
    server.faulty = lambda method, path: s3.FAULTS["reset"] if path.endswith("boat.png") else None
    ref = SourceRef(Path("page.html"), url=folder / "page.html")
    outcome = packaged(ref, tmp_path / "out")
    assert outcome.status == "failed"
    assert "(tried 5 times)" in outcome.report.findings[0].message


def test_a_line_is_read_without_the_lines_around_it(server: s3.Server, tmp_path: Path) -> None:
    folder = Url(f"s3://{s3.BUCKET}/lines")
    lines = [
        json.dumps({"title": "T", "identifier": f"{n}", "language": "en", "body": [f"x{n}"]}) + "\n"
        for n in range(50_000)
    ]
    (tmp_path / "a.jsonl").write_bytes("".join(lines).encode("utf-8"))
    stores.put(tmp_path / "a.jsonl", folder / "a.jsonl")
    refs = list(discover([f"{folder}/a.jsonl"], Path("output"), SETTINGS))
    assert len(refs) == 50_000
    assert isinstance(refs[-1], SourceRef)
    server.asked.clear()
    outcome = package_one(Job(refs[-1], tmp_path / "out", SETTINGS))
    assert outcome.identifier == "49999", outcome.report
    assert server.asked == {"LIST": 1, "GET": 1}
