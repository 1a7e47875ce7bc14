"""A strict run: what would be a warning is an error, wherever it is noticed."""

from pathlib import Path

import pytest
from PIL import Image

from archiver.errors import InvalidArticle
from archiver.findings import Severity
from archiver.rendering import render_file
from archiver.settings import Settings
from archiver.sources import SourceRef
from tests.conftest import Write, packaged


@pytest.fixture
def without_alt(tmp_path: Path) -> Path:
    Image.new("RGB", (4, 4)).save(tmp_path / "pic.png")
    path = tmp_path / "a.md"
    path.write_text("---\ntitle: T\nlanguage: en\n---\nText.\n\n![](pic.png)\n")
    return path


def test_warnings_of_a_source_are_told_as_errors(article: Write) -> None:
    with pytest.raises(InvalidArticle) as raised:
        article("T\n\na\x07b\n", "a.txt", strict=True)
    assert {finding.severity for finding in raised.value.findings} == {Severity.ERROR}


def test_a_picture_without_alternative_text_is_a_warning(without_alt: Path, tmp_path: Path) -> None:
    outcome = packaged(without_alt, tmp_path / "output")
    assert outcome.status == "packaged"
    assert [finding.severity for finding in outcome.report.findings] == [Severity.WARNING]


def test_a_strict_run_packages_nothing_whose_rendition_has_a_warning(
    without_alt: Path, tmp_path: Path
) -> None:
    outcome = packaged(without_alt, tmp_path / "output", strict=True)
    assert outcome.status == "failed"
    assert [finding.severity for finding in outcome.report.findings] == [Severity.ERROR]
    assert outcome.bag is None
    assert not any(path.is_dir() for path in (tmp_path / "output").glob("*"))


def test_a_strict_run_renders_nothing_that_has_a_warning(without_alt: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.pdf"
    with pytest.raises(InvalidArticle):
        render_file(SourceRef(without_alt), target, Settings(strict=True, verapdf=False))
    assert not target.exists()


def test_a_strict_run_refuses_a_picture_of_which_only_the_first_page_shows(tmp_path: Path) -> None:
    first, second = Image.new("L", (9, 9)), Image.new("L", (9, 9), 99)
    first.save(tmp_path / "scan.tif", save_all=True, append_images=[second])
    path = tmp_path / "a.md"
    path.write_text("---\ntitle: T\nlanguage: en\ndate: 2002\n---\n\n![A scan](scan.tif)\n\nText.\n")
    [finding] = packaged(path, tmp_path / "output").report.findings
    assert finding.rule == "rendition-figure-frames"
    assert "its other pages are not shown" in finding.message
    assert finding.where == f"{path}, line 7, figure scan.tif"
    assert packaged(path, tmp_path / "strict", strict=True).bag is None


@pytest.mark.parametrize("other", [{"flavour": "2b"}, {"publisher": "Harbour Press"}])
def test_a_strict_run_fails_where_a_package_of_other_settings_is_there(
    tmp_path: Path, other: dict[str, str]
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("T\n\nText of it.\n")
    there = packaged(path, tmp_path / "output").bag
    assert isinstance(there, Path)
    before = {file: file.read_bytes() for file in there.rglob("*") if file.is_file()}
    assert packaged(path, tmp_path / "output", strict=True).status == "already packaged"
    again = packaged(path, tmp_path / "output", strict=True, **other)
    assert again.status == "failed"
    assert "is packaged" in again.report.findings[0].message
    assert {file: file.read_bytes() for file in there.rglob("*") if file.is_file()} == before
