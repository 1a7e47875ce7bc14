"""Surveys of real bags: one that is valid, one that is not, and a place where there is none."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import bagit
import pytest

from archiver.bag import Asked, validate
from archiver.findings import Finding, Report, Severity, Survey

BEGAN = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)

MakeBag = Callable[..., Path]


@pytest.fixture
def make_bag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeBag:
    """Make a bag below the working directory, of texts by name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)

    def make(path: str, identifier: str = "", **texts: str) -> Path:
        folder = tmp_path / path
        folder.mkdir(parents=True)
        for name, text in (texts or {"one": "1", "two": "2"}).items():
            (folder / name).write_text(text)
        tags = {"External-Identifier": identifier} if identifier else {}
        bagit.make_bag(str(folder), tags, checksums=["sha256"])
        return Path(path)

    return make


@pytest.fixture
def survey(make_bag: MakeBag) -> Survey:
    """Of holdings/good, holdings/bad, in which two files are wrong, and nothing."""
    good, bad = make_bag("holdings/good"), make_bag("holdings/bad", "id-1")
    (bad / "data/one").write_text("not 1")
    (bad / "data/Thumbs.db").write_text("")
    return surveyed(good, bad, Path("nothing"))


def surveyed(*bags: Path, asked: Asked = Asked(inventory=100)) -> Survey:  # noqa: B008
    return Survey(tuple(validate(bag, asked) for bag in bags), BEGAN, 1.5)


def of_one(message: str, *, subject: str = "bag", where: str = "", count: int = 1) -> Survey:
    """A survey of one bag with so many findings that say the same."""
    finding = Finding("bagit-3-checksum", Severity.ERROR, message, where, "RFC 8493 3")
    return Survey((Report(subject, (), (finding,) * count),), BEGAN, 1.5)
