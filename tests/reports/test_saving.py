"""Saving: a report is there whole or not at all, and sha256sum can prove it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.errors import ReportLost, SettingsError
from archiver.reports.saving import check_target, save


@pytest.mark.parametrize(
    "name", ["report.json", "with space.txt", "back\\slash", "line\nbreak\r", "\udcff"]
)
def test_sha256sum_proves_a_report(name: str, tmp_path: Path) -> None:
    save(tmp_path / name, ["one\n", "two — drei\n"])
    assert (tmp_path / name).read_text("utf-8") == "one\ntwo — drei\n"
    assert shutil.which("sha256sum"), "the test needs coreutils"
    subprocess.run(["sha256sum", "--check", "--strict", f"{name}.sha256"], cwd=tmp_path, check=True)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_report_that_breaks_off_leaves_the_one_before(tmp_path: Path) -> None:
    def broken() -> Iterator[str]:
        yield "half of it"
        raise RuntimeError

    save(tmp_path / "a.txt", ["whole"])
    with pytest.raises(RuntimeError):
        save(tmp_path / "a.txt", broken())
    assert (tmp_path / "a.txt").read_text() == "whole"
    assert {path.name for path in tmp_path.iterdir()} == {"a.txt", "a.txt.sha256"}


def test_a_report_is_as_readable_as_other_files(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("")
    save(tmp_path / "a.txt", ["x"])
    assert (tmp_path / "a.txt").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_target_that_is_there_or_can_be_made_is_fine(tmp_path: Path) -> None:
    save(tmp_path / "a.txt", ["x"])
    check_target(tmp_path / "a.txt")
    check_target(tmp_path / "b.txt")
    check_target(Path("c.txt"))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("gone/a.txt", "there is no folder"),
        ("folder", "not a plain file"),
        ("pipe", "not a plain file"),
        ("link", "not a plain file"),
        ("x" * 300, "cannot be written|there is no folder"),
    ],
)
def test_a_target_that_must_not_be_replaced_is_refused_before_the_work(
    name: str, told: str, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/null")
    with pytest.raises(SettingsError, match=told):
        check_target(tmp_path / name)


def test_a_device_is_never_replaced() -> None:
    with pytest.raises(SettingsError, match="not a plain file"):
        check_target(Path("/dev/null"))


def test_a_full_disk_is_told() -> None:
    with pytest.raises(ReportLost, match="cannot be written"):
        save(Path("/proc/a.txt"), ["x"])
