"""Hashing ahead: several processes find just what one does, and of the folder that was opened."""

import errno
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.bag import Asked, parallel, validate
from archiver.bag.ahead import Ahead
from archiver.bag.contents import Readable
from archiver.bag.folder import Folder
from archiver.bag.limits import DEFAULT
from archiver.findings import Severity
from archiver.survey import survey
from tests.bag.bags import digest, listing, make, removed, write

FILES = {f"data/{number % 3}/{number:02}.txt": b"x" * number for number in range(20)}
TAGS = {f"metadata/{number}.xml": b"<x/>" * number for number in range(5)}


@pytest.fixture(autouse=True)
def _worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "WORTH_FILES", 1)
    monkeypatch.setattr(parallel, "CHUNK_FILES", 3)


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    def with_tags(folder: Path) -> None:
        for name, content in TAGS.items():
            write(folder, name, content)

    return make(
        tmp_path / "bag",
        with_tags,
        files=FILES,
        manifests=("manifest-md5.txt", "manifest-sha512.txt"),
        tag_manifests=("tagmanifest-sha256.txt",),
    )


def one_line(folder: Path, manifest: str, old: str, new: str) -> None:
    text = (folder / manifest).read_text()
    assert old in text
    (folder / manifest).write_text(text.replace(old, new))


def altogether_altered(folder: Path) -> None:
    for name in FILES:
        write(folder, name, "?")


def of_version_097(folder: Path) -> None:
    """Each file in one manifest, which is enough before BagIt 1.0."""
    write(folder, "bagit.txt", "BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n")
    write(folder, "manifest-md5.txt", listing(folder, "manifest-md5.txt", list(FILES)[:7]))
    write(folder, "manifest-sha512.txt", listing(folder, "manifest-sha512.txt", list(FILES)[7:]))


SHA512 = "manifest-sha512.txt"
EDITS: dict[str, Callable[[Path], object]] = {
    "nothing": lambda folder: None,
    "a file is altered": lambda folder: write(folder, "data/2/08.txt", "y" * 8),
    "a tag file is altered": lambda folder: write(folder, "metadata/2.xml", "<y/><y/>"),
    "all files are altered": altogether_altered,
    "a file is gone": removed("data/2/08.txt"),
    "a file is new": lambda folder: write(folder, "data/2/new.txt", "new"),
    "a line is gone": lambda folder: one_line(
        folder, SHA512, f"{digest(folder / 'data/2/08.txt', SHA512)}  data/2/08.txt\n", ""
    ),
    "a digest is none": lambda folder: one_line(
        folder, SHA512, digest(folder / "data/2/08.txt", SHA512), "0" * 127 + "g"
    ),
    "a digest is of zeros": lambda folder: one_line(
        folder, SHA512, digest(folder / "data/2/08.txt", SHA512), "0" * 128
    ),
    "a manifest is broken": lambda folder: write(folder, SHA512, b"\xff\xfe\n" * 3),
    "version 0.97": of_version_097,
}


@pytest.mark.parametrize("edit", EDITS)
def test_several_processes_find_what_one_does(edit: str, bag: Path) -> None:
    EDITS[edit](bag)
    alone, together = (validate(bag, Asked(inventory=100), jobs).also(seconds=0) for jobs in (1, 3))
    assert together == alone
    assert any(found.severity is Severity.ERROR for found in alone.findings) is (edit != "nothing")


def test_a_file_that_is_exchanged_before_it_is_hashed_is_told(
    bag: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, file = Ahead.__init__, bag / "data/2/08.txt"

    def late(self: Ahead, *arguments: object) -> None:
        file.unlink()
        file.symlink_to("/etc/passwd")
        begin(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Ahead, "__init__", late)
    errors = [found for found in validate(bag, jobs=2).findings if found.severity is Severity.ERROR]
    assert [(found.rule, found.where) for found in errors] == [("bag-changed", "data/2/08.txt")]


def test_of_many_files_that_cannot_be_read_each_is_told(bag: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.bag.ahead.FAILURES", 4)
    opened = Folder.open

    def unreadable(self: Folder, path: str) -> Readable:
        if path.startswith("data/"):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return opened(self, path)

    monkeypatch.setattr(Folder, "open", unreadable)
    found = {found.where for found in validate(bag, jobs=2).findings if found.rule == "bag-unreadable"}
    assert found == set(FILES)


def test_a_folder_put_in_the_place_of_the_bag_is_not_read(
    bag: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = Ahead.__init__
    other = shutil.copytree(bag, bag.with_name("other"))
    write(other, "data/2/08.txt", "y" * 8)

    def late(self: Ahead, *arguments: object) -> None:
        bag.rename(bag.with_name("away"))
        other.rename(bag)
        begin(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Ahead, "__init__", late)
    assert validate(bag, jobs=2).valid


def test_a_hole_is_not_read_whatever_its_digest_is_said_to_be(
    bag: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    EDITS["a digest is of zeros"](bag)
    os.truncate(bag / "data/2/08.txt", 1 << 30)
    opened = Folder.open

    def none_of_it(self: Folder, path: str) -> Readable:
        assert path != "data/2/08.txt"
        return opened(self, path)

    monkeypatch.setattr(Folder, "open", none_of_it)
    asked = Asked(limits=DEFAULT._replace(hole_bytes=1 << 20))
    found = {(found.rule, found.where) for found in validate(bag, asked, 2).findings}
    assert ("bag-limit", "data/2/08.txt") in found


def test_a_process_that_is_killed_makes_no_bag_valid(bag: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parent, opened = os.getpid(), Folder.open

    def killed(self: Folder, path: str) -> Readable:
        if path == "data/2/08.txt" and os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return opened(self, path)

    monkeypatch.setattr(Folder, "open", killed)
    (report,) = survey([bag], Asked(), 2)
    assert not report.valid
    assert [found.rule for found in report.findings] == ["archiver-internal"]
    assert "ended by signal 9" in report.findings[0].message


def test_what_is_no_bag_is_not_hashed(bag: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bag / "bagit.txt").unlink()
    monkeypatch.setattr(Ahead, "__init__", lambda *_: pytest.fail("was hashed"))
    assert not validate(bag, jobs=2).valid
