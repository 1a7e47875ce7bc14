"""Pictures beside a source: which names are taken, and what is told of one that is not."""

import os
import shutil
from pathlib import Path

import pytest
from PIL import Image

from archiver.errors import SourceError
from archiver.pictures import load
from archiver.settings import Settings
from archiver.sources import SourceRef, read
from tests.conftest import EXAMPLES, Write, packaged

TEXT = "# Title\n\nText of it.\n\n![alt](<{}>)\n"


@pytest.mark.parametrize("src", ["./jars.png", "a//./jars.png", "two  spaces.png", "per%20cent.png"])
def test_a_picture_is_found_by_any_plain_path(tmp_path: Path, src: str) -> None:
    kept = {"a//./jars.png": "a/jars.png", "per%20cent.png": "per cent.png"}.get(src, src)
    (tmp_path / "in/a").mkdir(parents=True)
    shutil.copy(EXAMPLES / "jars.png", tmp_path / "in" / kept)
    (tmp_path / "in/article.md").write_text(TEXT.format(src))
    outcome = packaged(tmp_path / "in/article.md", tmp_path / "out")
    assert isinstance(outcome.bag, Path), outcome.report.findings
    assert (outcome.bag / "data/original" / kept).is_file()
    assert packaged(tmp_path / "in/article.md", tmp_path / "out").status == "already packaged"


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (_pipe, "is not a regular file"),
        (Path.mkdir, "is not a regular file"),
        (_loop, "cannot be read: Too many levels of symbolic links"),
        (Path.touch, "is not a picture of a kind that is known"),
        (lambda path: None, "cannot be read: No such file or directory"),
    ],
)
def test_what_is_wrong_with_a_picture_is_told_with_source_line_and_figure(
    article: Write, tmp_path: Path, make: object, told: str
) -> None:
    make(tmp_path / "x y.png")  # type: ignore[operator]
    with pytest.raises(SourceError) as refused:
        article(TEXT.format("x%20y.png"), "article.md")
    assert refused.value.message == told
    assert refused.value.where == f"{tmp_path}/article.md, line 5, figure x y.png"


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.md", "---\ntitle: About pic9.png\n---\n\nSee pic9.png.\n\n![x](pic9.png)\n", 7),
        ("a.md", "# T\n\nText of pic9.png\nand ![x](pic9.png) too.\n", 4),
        ("a.md", "# T\n\nText.\n\n| pic9.png | b |\n|---|---|\n| c | ![x](pic9.png) |\n", 7),
        (
            "a.json",
            '{"title": "About pic9.png",\n"body": ["x",\n{"type": "figure", "src": "pic\\u0039.png"}]}',
            3,
        ),
    ],
)
def test_the_line_of_a_picture_is_that_of_its_figure(
    article: Write, name: str, text: str, line: int
) -> None:
    with pytest.raises(SourceError) as refused:
        article(text, name)
    assert refused.value.where is not None
    assert refused.value.where.endswith(f"{name}, line {line}, figure pic9.png")


def test_a_picture_of_one_line_of_json_lines_is_told_by_that_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('\n{"title": "T", "body": ["x", {"type": "figure", "src": "no.png"}]}\n')
    with pytest.raises(SourceError, match=r"a\.jsonl:2, figure no\.png: cannot be read"):
        read(SourceRef(path), Settings())


def test_a_limit_above_pillows_own_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 4)
    path = tmp_path / "wide.gif"
    Image.new("P", (10, 10)).save(path)
    assert load(path, 100).width == 10
    assert Image.MAX_IMAGE_PIXELS == 4
