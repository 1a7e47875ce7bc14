"""Discovery finds the documents that are meant, and goes on past every argument that is none."""

import ctypes
import glob
import json
import os
import shutil
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from docx import Document

from archiver.batch import package_many
from archiver.discovery import discover
from archiver.errors import SettingsError, SourceError
from archiver.settings import Settings, load
from archiver.sources import SourceRef
from archiver.workers import Here
from tests.conftest import EXAMPLES, packaged
from tests.test_cli import run

TEXT = "Title\n\nText of it.\n"
OUTPUT = Path("output")

PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2


def _as_anybody() -> None:
    """Let modes bind a superuser too, who tests in a container."""
    if sys.platform == "linux":
        for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


def found(*sources: str) -> tuple[list[str], list[str]]:
    """The labels of documents and the sentences of errors."""
    refs = list(discover(sources, OUTPUT, Settings()))
    return (
        [ref.label for ref in refs if isinstance(ref, SourceRef)],
        [str(error) for error in refs if isinstance(error, SourceError)],
    )


def test_arguments_that_cannot_be_read_do_not_stop_the_others(tmp_path: Path) -> None:
    for name in ("a.txt", "closed/lost.md", "in/closed/x.txt", "in/open/y.txt", "z.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(TEXT + name)
    for closed in (tmp_path / "closed", tmp_path / "in/closed"):
        closed.chmod(0)
    long = "n" * 300
    arguments = ["a.txt", "closed/lost.md", "closed/*.md", "closed", "in", long, "", "z.txt"]
    code, out, err = run(
        "package", *arguments, "--no-verapdf", "--json", cwd=tmp_path, preexec_fn=_as_anybody
    )
    for closed in (tmp_path / "closed", tmp_path / "in/closed"):
        closed.chmod(0o700)
    told = {d["source"]: d for d in json.loads(out)["documents"]}
    assert code == 3, err
    assert [name for name, d in told.items() if d["status"] == "packaged"] == [
        "a.txt",
        "in/open/y.txt",
        "z.txt",
    ]
    sentences = {name: d["findings"][-1]["message"] for name, d in told.items() if d["status"] == "failed"}
    assert sentences == {
        "closed/lost.md": "cannot be read: Permission denied",
        "closed/*.md": "cannot be read: Permission denied",
        "closed": "cannot be read: Permission denied",
        "in/closed": "cannot be read: Permission denied",
        long: "cannot be read: File name too long",
        '""': "is an empty name; expected a file, a folder or -",
    }


def test_a_name_that_cannot_be_a_bag_does_not_stop_validation(tmp_path: Path) -> None:
    outcome = packaged(EXAMPLES / "harbour-ferry.txt", tmp_path)
    code, out, _ = run("validate", "n" * 300, str(outcome.bag), "--json", cwd=tmp_path)
    assert code == 1
    assert [report["valid"] for report in json.loads(out)["reports"]] == [False, True]


def test_records_that_cannot_be_read_are_told_by_inspect(tmp_path: Path) -> None:
    bag = packaged(EXAMPLES / "harbour-ferry.txt", tmp_path).bag
    assert isinstance(bag, Path)
    (bag / "data/metadata").chmod(0)
    code, out, err = run("inspect", str(bag), cwd=tmp_path, preexec_fn=_as_anybody)
    (bag / "data/metadata").chmod(0o700)
    assert code == 0, err
    assert "data/metadata: cannot be read: Permission denied" in out


def test_a_pattern_without_a_match_and_a_name_that_is_not_there_are_told_apart(tmp_path: Path) -> None:
    _, errors = found(f"{tmp_path}/*.md", f"{tmp_path}/a.md")
    assert errors == [
        f"{tmp_path}/*.md: matches nothing that can be read",
        f"{tmp_path}/a.md: is not there",
    ]


@pytest.mark.parametrize("pattern", ["**/*.md", "./**/*.md", "in/**/*.md", "*/**/*.md", "**/in/**/*.md"])
def test_a_pattern_of_any_depth_finds_a_document_once_however_links_lead_back(
    pattern: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in/[deep]").mkdir(parents=True)
    for name in ("in/a.md", "in/[deep]/b.md"):
        (tmp_path / name).write_text("# T\n\nText\n")
    (tmp_path / "in/[deep]/up").symlink_to("..")
    monkeypatch.chdir(tmp_path)
    labels, errors = found(pattern)
    assert [label.removeprefix("./") for label in labels] == ["in/[deep]/b.md", "in/a.md"]
    assert errors == []


def test_a_pattern_of_any_depth_finds_what_that_of_the_library_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.md", ".hidden/c.md", "x/b.md", "x/.h.md", "x/y/d.md", "x/y/e.txt", "z/**/f.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"# {name}\n\nText\n")
    monkeypatch.chdir(tmp_path)
    for pattern in (
        "**/*.md",
        "x/**/*.md",
        "**/y/*.md",
        "x/**",
        "**/**/*.md",
        f"{tmp_path}/**/*.md",
        "**.md",
        "x/../**/d.md",
        "[z]/**/f.md",
    ):
        matches = filter(os.path.isfile, glob.glob(pattern, recursive=True))
        labels = found(pattern)[0]
        assert {*map(os.path.normpath, labels)} == {*map(os.path.normpath, matches)}, pattern


def test_documents_that_need_an_extra_do_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.html").write_text("<html><body><p>Text.</p></body></html>")
    (tmp_path / "b.warc").write_bytes(b"WARC/1.0\r\n")
    Document().save(str(tmp_path / "c.docx"))
    (tmp_path / "d.txt").write_text(TEXT)
    for library in ("trafilatura", "warcio.archiveiterator", "mammoth"):
        monkeypatch.setitem(sys.modules, library, None)
    found_there = discover([str(tmp_path)], tmp_path / "out", Settings())
    outcomes = list(package_many(found_there, tmp_path / "out", Settings(verapdf=False), Here()))
    assert [outcome.status for outcome in outcomes] == ["failed", "failed", "failed", "packaged"]
    for outcome, needed in zip(outcomes, ("trafilatura", "warcio", "mammoth"), strict=False):
        (told,) = outcome.report.findings
        assert f" needs {needed}, which is not there" in told.message
        assert told.hint.startswith("pip install 'archiver[")


def test_a_pattern_takes_no_pictures_beside_documents(tmp_path: Path) -> None:
    for name in ("a.md", "b.png"):
        (tmp_path / name).touch()
    assert found(f"{tmp_path}/*") == ([f"{tmp_path}/a.md"], [])


def test_a_picture_is_a_document_where_it_is_named_or_all_that_a_pattern_matches(tmp_path: Path) -> None:
    for name in ("a.md", "p10.png", "p2.png"):
        (tmp_path / name).touch()
    assert found(f"{tmp_path}/p2.png") == ([f"{tmp_path}/p2.png"], [])
    assert found(f"{tmp_path}/*.png") == ([f"{tmp_path}/p2.png", f"{tmp_path}/p10.png"], [])


def test_a_folder_of_page_pictures_is_one_document(tmp_path: Path) -> None:
    for name in (
        "in/vol/1.tif",
        "in/vol/2.tif",
        "in/vol/order.txt",
        "in/vol/.hidden",
        "in/vol/Thumbs.db",
        "in/vol.meta.yaml",
        "in/mixed/1.tif",
        "in/mixed/notes.md",
        "in/mixed/p10/1.tif",
        "in/mixed/p9/deep/1.tif",
        "in/others/1.tif",
        "in/others/table.xls",
        "in/singly/1.tif",
        "in/singly/1.meta.yaml",
        "in/singly/2.tif",
        "in/singly/2.tif.meta.yaml",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert found(str(tmp_path / "in")) == (
        [
            f"{tmp_path}/in/{name}"
            for name in (
                "mixed/notes.md",
                "mixed/p10",
                "mixed/p9/deep",
                "singly/1.tif",
                "singly/2.tif",
                "vol",
            )
        ],
        [],
    )
    assert found(str(tmp_path / "in/vol")) == ([f"{tmp_path}/in/vol"], [])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", "![A map](figures/1.tif)"),
        ("a.md", "![A map][m]\n\n[m]: ./figures/1.tif"),
        ("a.html", "<img alt='' src=figures/1.tif width=9>"),
        ("a.html", '<img alt="" src="../in/figures/1.TIF">'),
        ("a.jsonl", '{"title": "A", "body": [{"type": "figure", "src": "figures/1.tif"}]}'),
    ],
)
def test_a_folder_of_pictures_that_a_document_above_it_shows_is_no_document(
    name: str, content: str, tmp_path: Path
) -> None:
    for picture in ("in/figures/1.tif", "in/figures/2.tif", "in/my scans/1.tif", "in/scans/1.tif"):
        (tmp_path / picture).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / picture).touch()
    (tmp_path / "in" / name).write_text(content)
    shown = found(str(tmp_path / "in"))[0]
    assert [each for each in shown if "/a." not in each] == [
        f"{tmp_path}/in/my scans",
        f"{tmp_path}/in/scans",
    ]


@pytest.mark.parametrize("written", ["(<my scans/1.tif>)", "(my%20scans/1.tif)"])
def test_a_shown_folder_may_have_spaces_in_its_name(written: str, tmp_path: Path) -> None:
    (tmp_path / "my scans").mkdir()
    (tmp_path / "my scans" / "1.tif").touch()
    (tmp_path / "a.md").write_text(f"![A map]{written}")
    assert found(str(tmp_path)) == ([f"{tmp_path}/a.md"], [])


def test_bags_in_a_folder_are_not_taken_for_sources(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    shutil.copy(EXAMPLES / "harbour-ferry.txt", tmp_path / "in")
    packaged(EXAMPLES / "harbour-ferry.txt", tmp_path / "in" / "earlier")
    assert found(str(tmp_path / "in")) == ([f"{tmp_path}/in/harbour-ferry.txt"], [])
    documents, errors = found(str(tmp_path / "in" / "earlier"))
    assert documents == []
    assert "what is in bags is not taken for one" in errors[0]


def test_standard_input_that_is_closed_or_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    for arguments, told in (("<&-", "is closed"), ("0>x", "cannot be read: Bad file descriptor")):
        done = subprocess.run(
            ["/bin/sh", "-c", f'"{sys.executable}" -m archiver package - {arguments}'],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2, done.stderr
        assert f"archiver: standard input: {told}" in done.stderr


def test_an_empty_output_is_no_place(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    code, _, err = run("package", "a.txt", "-o", "", cwd=tmp_path)
    assert code == 2
    assert "--output: output: is an empty name" in err
    (tmp_path / "archiver.toml").write_text('output = ""')
    with pytest.raises(SettingsError, match="output: is an empty name"):
        load(tmp_path / "archiver.toml")
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def calls_to_find(folder: Path, pictures: int) -> int:
    """How many functions are called to find so many pictures with sidecars beside a document."""
    folder.mkdir()
    (folder / "notes.md").touch()
    for number in range(pictures):
        (folder / f"{number}.png").touch()
        (folder / f"{number}.meta.yaml").touch()
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        documents, errors = found(str(folder))
    finally:
        sys.setprofile(None)
    assert (len(documents), errors) == (pictures + 1, [])
    return calls


def test_what_it_takes_to_find_a_picture_does_not_grow_with_their_number(tmp_path: Path) -> None:
    assert calls_to_find(tmp_path / "many", 80) < 5 * calls_to_find(tmp_path / "few", 20)


def test_of_the_files_of_a_folder_the_names_are_held_and_little_else(tmp_path: Path) -> None:
    files = 5_000
    for number in range(files):
        (tmp_path / f"{number:05}.md").touch()
    assert next(discover([str(tmp_path)], OUTPUT, Settings()))  # what is imported for it is held by all
    tracemalloc.start()
    try:
        documents = sum(1 for _ in discover([str(tmp_path)], OUTPUT, Settings()))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert documents == files
    assert most / files < 120


def test_of_links_in_a_folder_those_to_folders_are_not_followed_and_those_in_a_ring_are_told(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "up").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "there").symlink_to("back")
    (tmp_path / "back").symlink_to("there")
    documents, errors = found(str(tmp_path))
    assert documents == [str(tmp_path / "a.txt")]
    told = "cannot be read: Too many levels of symbolic links"
    assert errors == [f"{tmp_path / name}: {told}" for name in ("back", "self", "there")]
