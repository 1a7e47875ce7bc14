"""Selection: a change to a bag selects it, one elsewhere does not, a bag that is gone is told."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import bagit
import pytest

from archiver.errors import SettingsError
from archiver.selection import changed_since, listed_in, touched


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def holdings(tmp_path: Path) -> Path:
    """A repository of three bags and an archive below holdings/, committed."""
    folder = tmp_path / "repository" / "holdings"
    for name in ("a", "b", "deep/c"):
        bag = folder / name
        bag.mkdir(parents=True)
        (bag / "file.txt").write_text(name)
        bagit.make_bag(str(bag), checksums=["sha512"])
    (folder / "packed.zip").write_bytes(b"PK")
    (folder.parent / "README").write_text("not in a bag")
    git(folder.parent, "init", "--quiet")
    git(folder.parent, "add", "--all")
    git(folder.parent, "commit", "--quiet", "-m", "all")
    return folder


def change(bag: str) -> Callable[[Path], object]:
    return lambda holdings: (holdings / bag / "data/file.txt").write_text("changed")


@pytest.mark.parametrize(
    ("alter", "expected"),
    [
        (lambda holdings: None, []),
        (lambda holdings: (holdings.parent / "README").write_text("changed"), []),
        (change("a"), ["a"]),
        (change("deep/c"), ["deep/c"]),
        (lambda holdings: (holdings / "b/data/new\nname").write_text("new"), ["b"]),
        (lambda holdings: (holdings / "b/bagit.txt").unlink(), ["b"]),
        (lambda holdings: shutil.rmtree(holdings / "a"), ["a"]),
        (lambda holdings: (holdings / "a").rename(holdings / "z"), ["a", "z"]),
        (lambda holdings: (holdings / "new.tar.gz").write_bytes(b""), ["new.tar.gz"]),
        (lambda holdings: (holdings / "packed.zip").unlink(), ["packed.zip"]),
        (lambda holdings: (holdings / "a/data/new.zip").write_bytes(b""), ["a"]),
    ],
)
def test_the_bags_that_differ_from_a_revision_are_selected(
    holdings: Path, alter: Callable[[Path], object], expected: list[str]
) -> None:
    alter(holdings)
    selected = touched(changed_since("HEAD", [holdings]), [holdings])
    assert selected == [holdings / name for name in expected]


def test_a_committed_change_is_selected_too(holdings: Path) -> None:
    change("a")(holdings)
    git(holdings, "commit", "--quiet", "--all", "-m", "changed")
    assert touched(changed_since("HEAD", [holdings]), [holdings]) == []
    assert touched(changed_since("HEAD~1", [holdings]), [holdings]) == [holdings / "a"]


@pytest.mark.parametrize("revision", ["nothing", "--output=x", ""])
def test_a_revision_that_is_none_is_one_sentence(holdings: Path, revision: str) -> None:
    with pytest.raises(SettingsError, match="git says"):
        changed_since(revision, [holdings])


def test_a_folder_outside_a_repository_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="not a git repository"):
        changed_since("HEAD", [tmp_path])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\0"])
def test_a_list_of_changed_paths_selects_bags(
    holdings: Path, tmp_path: Path, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(holdings.parent)
    listed = tmp_path / "changed"
    names = ["holdings/deep/c/data/file.txt", "README", "holdings/../holdings/a/bagit.txt", "/etc/passwd"]
    listed.write_text(end.join([*names, ""]), newline="")
    places = [Path("holdings")]
    assert touched(listed_in(listed), places) == [Path("holdings/a"), Path("holdings/deep/c")]


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("deep", ["deep/c"]),
        (".", ["a", "b", "deep/c", "packed.zip"]),
        ("..", ["a", "b", "deep/c", "packed.zip"]),
        ("empty", []),
        ("gone", []),
    ],
)
def test_a_folder_of_bags_selects_them_all(holdings: Path, named: str, expected: list[str]) -> None:
    (holdings / "empty").mkdir()
    assert touched([holdings / named], [holdings]) == [holdings / name for name in expected]


def test_a_place_that_is_a_bag_itself_is_selected(holdings: Path) -> None:
    change("a")(holdings)
    changed = changed_since("HEAD", [holdings / "a", holdings / "b"])
    assert touched(changed, [holdings / "a", holdings / "b"]) == [holdings / "a"]
