"""Selection: a change to a bag selects it, one elsewhere does not, a bag that is gone is told."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import bagit
import pytest

from archiver.errors import SettingsError
from archiver.selection import changed_since, listed_in, nowhere, touched


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


@pytest.mark.parametrize(
    ("link", "target", "named", "bag"),
    [
        ("repository/lnkh", "holdings", "repository/lnkh", "deep/c"),
        ("outlink", "repository/holdings", "outlink", "deep/c"),
        ("glink", "repository", "glink/holdings", "deep/c"),
        ("bag", "repository/holdings/deep/c", "bag", "."),
    ],
)
def test_a_place_that_is_named_by_a_link_holds_what_changed(
    holdings: Path, tmp_path: Path, link: str, target: str, named: str, bag: str
) -> None:
    (tmp_path / link).symlink_to(target)
    change("deep/c")(holdings)
    place = tmp_path / named
    assert touched(changed_since("HEAD", [place]), [place]) == [place / bag]
    assert touched([holdings / "deep/c/data/file.txt"], [place]) == [place / bag]


def test_an_archive_that_is_named_by_a_link_has_changed(holdings: Path, tmp_path: Path) -> None:
    place = tmp_path / "link"
    place.symlink_to("repository/holdings/packed.zip")
    (holdings / "packed.zip").write_bytes(b"other")
    assert touched(changed_since("HEAD", [place]), [place]) == [place]


@pytest.mark.parametrize("listed", ["outlink/deep/c/data/file.txt", "outlink/deep/c", "bag"])
def test_a_list_may_spell_paths_through_links(holdings: Path, tmp_path: Path, listed: str) -> None:
    (tmp_path / "outlink").symlink_to("repository/holdings")
    (tmp_path / "bag").symlink_to("repository/holdings/deep/c")
    assert touched([tmp_path / listed], [holdings]) == [holdings / "deep/c"]


def test_a_link_that_is_new_in_a_bag_changes_that_bag(holdings: Path) -> None:
    (holdings / "a/data/link").symlink_to("/")
    assert touched(changed_since("HEAD", [holdings]), [holdings]) == [holdings / "a"]


def test_before_the_first_commit_everything_is_new(holdings: Path) -> None:
    shutil.rmtree(holdings.parent / ".git")
    git(holdings.parent, "init", "--quiet")
    git(holdings.parent, "add", "holdings/a")
    selected = touched(changed_since("HEAD", [holdings]), [holdings])
    assert selected == [holdings / name for name in ("a", "b", "deep/c", "packed.zip")]
    with pytest.raises(SettingsError, match="git says"):
        changed_since("main~1", [holdings])


@pytest.mark.parametrize("named", [".", "module", "module/deep/c"])
def test_a_change_that_is_committed_in_a_submodule_is_selected(
    holdings: Path, tmp_path: Path, named: str
) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "--quiet")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", str(holdings.parent), "sub")
    git(outer, "commit", "--quiet", "-m", "all")
    module = outer / "sub/holdings"
    place = {".": outer, "module": module, "module/deep/c": module / "deep/c"}[named]
    assert touched(changed_since("HEAD", [place]), [place]) == []
    change("deep/c")(module)
    git(module, "commit", "--quiet", "--all", "-m", "changed")
    assert module / "deep/c" in touched(changed_since("HEAD", [place]), [place])


def test_what_a_submodule_does_not_track_is_selected_from_outside(holdings: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "--quiet")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", str(holdings.parent), "sub")
    git(outer, "config", "-f", ".gitmodules", "submodule.sub.ignore", "all")
    git(outer, "add", "--all")
    git(outer, "commit", "--quiet", "-m", "all")
    (outer / "sub/holdings/a/data/new.txt").write_text("new")
    assert outer / "sub/holdings/a" in touched(changed_since("HEAD", [outer]), [outer])


@pytest.mark.parametrize("name", ["é", "tab\tname", 'a "quote"', "back\\slash", "\\303\\251"])
def test_names_that_git_quotes_are_understood(
    holdings: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(holdings.parent)
    (holdings / "deep/c").rename(holdings / "deep" / name)
    git(holdings, "add", "--all")
    listed = tmp_path / "changed"
    with listed.open("wb") as file:
        command = ["git", "diff", "--cached", "--name-only", "--no-renames", "--diff-filter=A"]
        subprocess.run(command, check=True, stdout=file)
    places = [Path("holdings")]
    assert touched(listed_in(listed), places) == [Path("holdings/deep", name)]


@pytest.mark.parametrize("below", ["", "holdings", "holdings/deep/c/data"])
@pytest.mark.parametrize("alter", [change("deep/c"), lambda holdings: shutil.rmtree(holdings / "a")])
def test_names_may_be_relative_to_the_top_of_the_repository(
    holdings: Path,
    tmp_path: Path,
    below: str,
    alter: Callable[[Path], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alter(holdings)
    monkeypatch.chdir(holdings.parent / below)
    listed = tmp_path / "changed"
    with listed.open("wb") as file:
        subprocess.run(["git", "diff", "--name-only"], check=True, stdout=file)
    expected = touched(changed_since("HEAD", [holdings]), [holdings])
    assert expected
    assert touched(listed_in(listed), [holdings]) == expected


def test_paths_that_are_nowhere_are_told_but_for_those_that_a_bag_lost(
    holdings: Path, tmp_path: Path
) -> None:
    (holdings / "a/data/file.txt").unlink()
    there, lost = holdings / "b/bagit.txt", holdings / "a/data/file.txt"
    changed = [there, tmp_path / "nowhere", lost, holdings.parent / "README"]
    bags = touched(changed, [holdings])
    assert nowhere(changed, bags) == [tmp_path / "nowhere"]
