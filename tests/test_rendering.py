"""Rendering alone puts one whole PDF where it was asked to, and overwrites nothing unasked."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from archiver.bag.placing import STAGING_FOLDER
from archiver.errors import AlreadyExists, NotConformant, SourceError
from archiver.rendering import render_file
from archiver.settings import Settings
from archiver.sources import SourceRef
from tests.conftest import EXAMPLES
from tests.test_cli import run

SETTINGS = Settings(verapdf=False)
TEXT = "Title\n\nText of it.\n"


def test_a_file_that_is_there_is_replaced_only_when_that_is_asked(tmp_path: Path) -> None:
    source, target = tmp_path / "a.txt", tmp_path / "a.pdf"
    source.write_text(TEXT)
    target.write_text("of somebody else")
    with pytest.raises(AlreadyExists, match=r"a\.pdf: is there already .*--replace"):
        render_file(SourceRef(source), target, SETTINGS)
    assert target.read_text() == "of somebody else"
    assert render_file(SourceRef(source), target, SETTINGS, replace=True).valid
    assert target.read_bytes().startswith(b"%PDF-")


def test_a_rendition_that_nothing_shows_to_be_pdf_a_is_refused_by_its_name(tmp_path: Path) -> None:
    settings = Settings(verapdf=False, require_pdfa=True)
    with pytest.raises(NotConformant, match=r"^x\.pdf: has no PDF/A rendition: there is no veraPDF"):
        render_file(SourceRef(EXAMPLES / "harbour-ferry.txt"), tmp_path / "x.pdf", settings)


@pytest.mark.parametrize("name", ["a.pdf", "link.pdf", "hard.pdf"])
def test_the_source_is_never_overwritten(tmp_path: Path, name: str) -> None:
    source = tmp_path / "a.pdf"
    source.write_text(TEXT)
    (tmp_path / "link.pdf").symlink_to(source)
    (tmp_path / "hard.pdf").hardlink_to(source)
    with pytest.raises(AlreadyExists, match="is the source itself"):
        render_file(SourceRef(source), tmp_path / name, SETTINGS, replace=True)
    assert source.read_text() == TEXT


def test_what_a_killed_one_left_is_swept_by_the_next(tmp_path: Path) -> None:
    (tmp_path / STAGING_FOLDER / "dead").mkdir(parents=True)
    (tmp_path / STAGING_FOLDER / "dead" / "x.pdf").write_text("half of a")
    render_file(SourceRef(EXAMPLES / "harbour-ferry.txt"), tmp_path / "x.pdf", SETTINGS)
    assert [path.name for path in tmp_path.iterdir()] == ["x.pdf"]


def test_a_source_of_several_articles_is_refused_and_of_one_is_rendered(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds several documents; expected one"):
        render_file(SourceRef(EXAMPLES / "many-tongues.jsonl"), tmp_path / "x.pdf", SETTINGS)
    one = tmp_path / "one.jsonl"
    one.write_text('\n{"title": "Alone", "body": ["Its only paragraph."]}\n')
    assert render_file(SourceRef(one), tmp_path / "x.pdf", SETTINGS).valid


@pytest.mark.parametrize("kind", ["pipe", "link"])
def test_what_is_no_regular_file_is_never_replaced(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "other.pdf").write_text("of somebody else")
    target = tmp_path / "a.pdf"
    os.mkfifo(target) if kind == "pipe" else target.symlink_to("other.pdf")
    with pytest.raises(AlreadyExists, match="is no regular file"):
        render_file(SourceRef(tmp_path / "a.txt"), target, SETTINGS, replace=True)
    assert not target.is_file() or target.is_symlink()
    assert (tmp_path / "other.pdf").read_text() == "of somebody else"


@pytest.mark.parametrize(
    ("document", "code", "told"),
    [
        (b"# T\n\nText.\n", 0, "stdin.pdf"),
        (
            b'{"title": "T", "body": ["x"]}\n' * 2,
            3,
            "standard input: holds several documents; expected one",
        ),
        (b"", 3, "stdin.txt: is empty; expected an article"),
    ],
)
def test_standard_input_is_rendered(document: bytes, code: int, told: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "archiver", "render", "-", "--no-verapdf"],
        cwd=tmp_path,
        input=document,
        capture_output=True,
        check=False,
    )
    assert done.returncode == code
    assert told in (done.stdout + done.stderr).decode()
    assert [path.name for path in tmp_path.iterdir()] == ["stdin.pdf"] * (code == 0)


def test_a_pdf_is_not_written_to_a_file_that_is_called_as_standard_output_is(tmp_path: Path) -> None:
    code, _, err = run("render", str(EXAMPLES / "harbour-ferry.txt"), "-o", "-", cwd=tmp_path)
    assert (code, err) == (2, "archiver: --output -: is no name of a file; expected one\n")
