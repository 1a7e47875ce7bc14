"""Staging keeps to its own folder, whatever lies there, and tells what cannot be written."""

import errno
import os
import re
from pathlib import Path

import pytest

from archiver.bag.placing import ASIDE, STAGING_FOLDER, flush_all, staging
from archiver.errors import BagError, CannotWrite


def test_a_staging_folder_that_is_a_link_is_refused_and_not_followed(tmp_path: Path) -> None:
    kept = tmp_path / "elsewhere" / "important" / "file"
    kept.parent.mkdir(parents=True)
    kept.write_text("kept")
    output = tmp_path / "output"
    output.mkdir()
    (output / STAGING_FOLDER).symlink_to("../elsewhere")
    with pytest.raises(BagError, match="is a link"), staging(output):
        pass
    assert kept.read_text() == "kept"


def test_a_file_in_the_place_of_the_staging_folder_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / STAGING_FOLDER).write_text("x")
    with pytest.raises(BagError, match=r"\.archiver-staging: is a link or a file"), staging(tmp_path):
        pass


def test_links_among_what_dead_processes_left_are_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "bag").mkdir(parents=True)
    output = tmp_path / "output"
    dead = output / STAGING_FOLDER / "dead"
    dead.mkdir(parents=True)
    (dead.parent / "link").symlink_to(elsewhere)
    (dead / ASIDE).symlink_to(elsewhere)
    (dead / "payload").symlink_to(elsewhere)
    with staging(output):
        pass
    assert (elsewhere / "bag").is_dir()
    assert not dead.exists()
    assert not (output / "bag").exists()


def test_what_a_dead_process_had_set_aside_goes_back_to_its_empty_place(tmp_path: Path) -> None:
    aside = tmp_path / STAGING_FOLDER / "dead" / ASIDE
    (aside / "bag").mkdir(parents=True)
    with staging(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["bag"]


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EDQUOT, "free some space"),
        (errno.EFBIG, "ulimit -f"),
        (errno.EROFS, "choose another"),
    ],
)
def test_what_cannot_be_written_in_staging_is_told_with_the_output_and_a_hint(
    tmp_path: Path, number: int, hint: str
) -> None:
    with pytest.raises(CannotWrite) as refused, staging(tmp_path):
        raise OSError(number, os.strerror(number))
    assert refused.value.where == str(tmp_path)
    assert hint in refused.value.hint
    assert list(tmp_path.iterdir()) == []


def test_every_file_and_folder_of_a_bag_is_on_disk_before_it_is_put_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bag = tmp_path / "bag"
    folder = bag / "data" / "many"
    folder.mkdir(parents=True)
    for number in range(300):
        (folder / f"{number}.txt").touch()
    flushed = []
    sync = os.fsync

    def record(file: int) -> None:
        flushed.append(os.fstat(file).st_ino)
        sync(file)

    monkeypatch.setattr(os, "fsync", record)
    flush_all(bag)
    assert sorted(flushed) == sorted(path.stat().st_ino for path in [bag, *bag.rglob("*")])


def test_what_the_disk_refuses_to_keep_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()

    def refuse(file: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match=re.escape(os.strerror(errno.EIO))):
        flush_all(tmp_path)
