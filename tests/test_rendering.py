"""Rendering alone puts one whole PDF where it was asked to, and overwrites nothing unasked."""

import os
from pathlib import Path

import pytest

from archiver.bag.placing import STAGING_FOLDER
from archiver.errors import AlreadyExists, SourceError
from archiver.rendering import render_file
from archiver.settings import Settings
from tests.conftest import EXAMPLES

SETTINGS = Settings(verapdf=False)
TEXT = "Title\n\nText of it.\n"


def test_a_file_that_is_there_is_replaced_only_when_that_is_asked(tmp_path: Path) -> None:
    source, target = tmp_path / "a.txt", tmp_path / "a.pdf"
    source.write_text(TEXT)
    target.write_text("of somebody else")
    with pytest.raises(AlreadyExists, match=r"a\.pdf: is there already .*--replace"):
        render_file(source, target, SETTINGS)
    assert target.read_text() == "of somebody else"
    assert render_file(source, target, SETTINGS, replace=True).valid
    assert target.read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("name", ["a.pdf", "link.pdf", "hard.pdf"])
def test_the_source_is_never_overwritten(tmp_path: Path, name: str) -> None:
    source = tmp_path / "a.pdf"
    source.write_text(TEXT)
    (tmp_path / "link.pdf").symlink_to(source)
    (tmp_path / "hard.pdf").hardlink_to(source)
    with pytest.raises(AlreadyExists, match="is the source itself"):
        render_file(source, tmp_path / name, SETTINGS, replace=True)
    assert source.read_text() == TEXT


def test_what_a_killed_one_left_is_swept_by_the_next(tmp_path: Path) -> None:
    (tmp_path / STAGING_FOLDER / "dead").mkdir(parents=True)
    (tmp_path / STAGING_FOLDER / "dead" / "x.pdf").write_text("half of a")
    render_file(EXAMPLES / "harbour-ferry.txt", tmp_path / "x.pdf", SETTINGS)
    assert [path.name for path in tmp_path.iterdir()] == ["x.pdf"]


def test_a_source_of_several_articles_is_refused_and_of_one_is_rendered(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds several documents; expected one"):
        render_file(EXAMPLES / "many-tongues.jsonl", tmp_path / "x.pdf", SETTINGS)
    one = tmp_path / "one.jsonl"
    one.write_text('\n{"title": "Alone", "body": ["Its only paragraph."]}\n')
    assert render_file(one, tmp_path / "x.pdf", SETTINGS).valid


@pytest.mark.parametrize("kind", ["pipe", "link"])
def test_what_is_no_regular_file_is_never_replaced(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "other.pdf").write_text("of somebody else")
    target = tmp_path / "a.pdf"
    os.mkfifo(target) if kind == "pipe" else target.symlink_to("other.pdf")
    with pytest.raises(AlreadyExists, match="is no regular file"):
        render_file(tmp_path / "a.txt", target, SETTINGS, replace=True)
    assert not target.is_file() or target.is_symlink()
    assert (tmp_path / "other.pdf").read_text() == "of somebody else"
