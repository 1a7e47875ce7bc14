"""7z files: a bag in one is validated as a stream, and what is hostile there takes little and is told."""

import os
import stat
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import py7zr
import pytest

from archiver.bag.limits import DEFAULT
from archiver.bag.serialization import seven_zip
from archiver.bag.serialization.packing import unpack
from archiver.bag.validation import validate
from tests.bag.serialization.archives import BAG, bag_files, report_on, rules, write_folder

Make = Callable[[py7zr.SevenZipFile], object]


def add(name: str, content: bytes = b"x") -> Make:
    """Adds a member, whatever its name."""
    return lambda archive: archive._writestr(content, name)


def add_kind(mode: int) -> Make:
    """Adds a member that is of some kind, by the mode that Unix has for it."""

    def make(archive: py7zr.SevenZipFile) -> None:
        archive.writestr(b"/etc/passwd", "bag/data/x")
        archive.files.files_list[-1]["attributes"] = 0x8000 | mode << 16

    return make


def seven_zipped(folder: Path, make: Make = lambda archive: None, **how: Any) -> bytes:
    with py7zr.SevenZipFile(folder / "made.7z", "w", **how) as archive:
        for path, content in BAG.items():
            archive.writestr(content, f"bag/{path}")
        make(archive)
    return (folder / "made.7z").read_bytes()


@pytest.mark.parametrize(
    "filters",
    [
        [{"id": py7zr.FILTER_LZMA2, "preset": 6}],
        [{"id": py7zr.FILTER_X86}, {"id": py7zr.FILTER_LZMA2, "preset": 6}],
        [{"id": py7zr.FILTER_LZMA, "preset": 6}],
        [{"id": py7zr.FILTER_BZIP2}],
        [{"id": py7zr.FILTER_PPMD, "order": 6, "mem": 24}],
        [{"id": py7zr.FILTER_COPY}],
    ],
)
def test_a_bag_in_a_7z_file_is_valid(filters: list[dict[str, int]], tmp_path: Path) -> None:
    report = report_on(tmp_path, "bag.7z", seven_zipped(tmp_path, filters=filters))
    assert (report.valid, rules(report)) == (True, set())


def test_folders_and_empty_files_come_out_as_they_went_in(tmp_path: Path) -> None:
    bag = write_folder(tmp_path / "bag", bag_files({"empty": b"", "sub/one": b"1"}))
    with py7zr.SevenZipFile(tmp_path / "bag.7z", "w") as archive:
        archive.writeall(bag, "bag")
    assert unpack(tmp_path / "bag.7z", tmp_path / "out").valid
    assert {p.relative_to(bag) for p in bag.rglob("*")} == {
        p.relative_to(tmp_path / "out") for p in (tmp_path / "out").rglob("*")
    }


HOSTILE: dict[str, tuple[str, Make]] = {
    "a member that goes up": ("serialized-outside", add("bag/../../x")),
    "a member of an absolute name": ("serialized-outside", add("/etc/passwd")),
    "a member on a drive": ("serialized-outside", add("C:/x")),
    "a file that is there twice": ("serialized-duplicate", add("bag/data/one.txt", b"one\n")),
    "a symbolic link": ("serialized-link", add_kind(stat.S_IFLNK | 0o777)),
    "a pipe": ("serialized-device", add_kind(stat.S_IFIFO | 0o644)),
    "a socket": ("serialized-device", add_kind(stat.S_IFSOCK | 0o644)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_is_told_by_its_rule(name: str, tmp_path: Path) -> None:
    rule, make = HOSTILE[name]
    report = report_on(tmp_path, "bag.7z", seven_zipped(tmp_path, make))
    assert rule in rules(report)
    assert not report.valid
    assert "bagit-3-checksum" not in rules(report)


def test_a_change_to_a_file_is_found(tmp_path: Path) -> None:
    with py7zr.SevenZipFile(tmp_path / "bag.7z", "w") as archive:
        for path, content in {**BAG, "data/one.txt": b"eno\n"}.items():
            archive.writestr(content, f"bag/{path}")
    assert rules(validate(tmp_path / "bag.7z")) == {"bagit-3-checksum"}


def test_an_archive_that_is_cut_or_goes_on_is_told_by_its_rule(tmp_path: Path) -> None:
    whole = seven_zipped(tmp_path)
    for end in (6, 31, 32, len(whole) // 2, len(whole) - 1):
        assert "serialized-truncated" in rules(report_on(tmp_path, "bag.7z", whole[:end]))
    assert "serialized-trailing" in rules(report_on(tmp_path, "bag.7z", whole + b"\0"))


def test_a_damaged_block_is_told(tmp_path: Path) -> None:
    whole = bytearray(seven_zipped(tmp_path, filters=[{"id": py7zr.FILTER_COPY}]))
    whole[40] ^= 1
    report = report_on(tmp_path, "bag.7z", bytes(whole))
    assert "serialized-damaged" in rules(report)
    assert "CrcError" in report.findings[0].message


def test_an_encrypted_archive_is_told(tmp_path: Path) -> None:
    assert "serialized-encrypted" in rules(
        report_on(tmp_path, "bag.7z", seven_zipped(tmp_path, password="secret"))
    )


def test_what_decompresses_at_once_takes_no_memory_here(tmp_path: Path) -> None:
    bomb = seven_zipped(
        tmp_path, add("bag/data/x", bytes(300_000_000)), filters=[{"id": py7zr.FILTER_ZSTD}]
    )
    report = report_on(tmp_path, "bag.7z", bomb)
    assert rules(report) & {"bag-limit", "serialized-bomb"}


def test_a_header_that_is_none_is_told_though_its_checksum_is_right(tmp_path: Path) -> None:
    whole = bytearray(seven_zipped(tmp_path))
    header = b"\x01" + b"\xff" * 9
    struct.pack_into("<2QL", whole, 12, len(whole) - 32, len(header), zlib.crc32(header))
    struct.pack_into("<L", whole, 8, zlib.crc32(whole[12:32]))
    assert "serialized-damaged" in rules(report_on(tmp_path, "bag.7z", bytes(whole) + header))


def test_a_header_that_is_huge_is_refused_quickly(tmp_path: Path) -> None:
    many = [add(f"bag/data/{number:04}-" + "x" * 60_000) for number in range(300)]
    content = seven_zipped(tmp_path, lambda archive: [one(archive) for one in many])
    begun = time.monotonic()
    (found, *_) = report_on(tmp_path, "bag.7z", content).findings
    assert "header size exceeds limit" in found.message
    assert time.monotonic() - begun < 5
    start = struct.Struct("<6s2sL2QL").pack(seven_zip.MARK, b"\0\4", 0, 0, 40_000_000, 0)
    assert rules(report_on(tmp_path, "bag.7z", start + bytes(40_000_000))) >= {"bag-limit"}


def test_without_py7zr_it_is_said_what_would_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = seven_zipped(tmp_path)
    monkeypatch.setattr(seven_zip, "find_spec", lambda name: None)
    (found,) = report_on(tmp_path, "bag.7z", content).findings
    assert found.rule == "serialized-format"
    assert "archiver[7z]" in found.hint


def test_no_process_is_left_where_reading_breaks_off(tmp_path: Path) -> None:
    (tmp_path / "bag.7z").write_bytes(
        seven_zipped(tmp_path, add("bag/data/x", bytes(5_000_000)), filters=[{"id": py7zr.FILTER_COPY}])
    )
    descriptor = os.open(tmp_path / "bag.7z", os.O_RDONLY)
    stream = seven_zip.AsTar(descriptor, (tmp_path / "bag.7z").stat().st_size, DEFAULT.expansion_floor)
    assert stream.read(10)
    process = stream._process
    stream.close()
    os.close(descriptor)
    assert process is not None
    assert process.returncode is not None
