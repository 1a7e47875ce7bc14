"""Zip files: bags in them are validated as they lie, and what is no part of a bag is told by its rule."""

import io
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.bag.limits import Limits
from archiver.bag.validation import Asked, validate
from tests.bag.serialization.archives import (
    BAG,
    ZipMember,
    bag_files,
    report_on,
    rules,
    write_folder,
    zip_members,
    zip_of,
    zipped,
)

UTF8, LATER = 1 << 11, 1 << 3
DEFLATED_ZEROS = zlib.compress(bytes(1_000_000), 9)[2:-4]

HOSTILE = {
    "a member of an absolute name": ("serialized-outside", ZipMember(b"/etc/passwd")),
    "a member that goes up": ("serialized-outside", ZipMember(b"bag/../../x")),
    "a member with backslashes": ("serialized-outside", ZipMember(b"bag\\data\\x")),
    "a member on a drive": ("serialized-outside", ZipMember(b"C:/x")),
    "a name with a NUL": ("serialized-outside", ZipMember(b"bag/data/x\0.txt")),
    "a symbolic link": ("serialized-link", ZipMember(content=b"/etc/passwd", mode=0o120777)),
    "a pipe": ("serialized-device", ZipMember(mode=0o010644)),
    "a device": ("serialized-device", ZipMember(mode=0o060644)),
    "a file that is there twice": ("serialized-duplicate", ZipMember(b"bag/data/one.txt", b"one\n")),
    "a file under another spelling": ("serialized-duplicate", ZipMember(b"./bag//data/one.txt", b"one\n")),
    "a file that is a folder too": ("serialized-duplicate", ZipMember(b"bag/data/one.txt/x")),
    "a folder that has content": ("serialized-damaged", ZipMember(b"bag/data/x/", b"x")),
    "something beside the bag": ("serialized-top-level", ZipMember(b"__MACOSX/bag/._data", b"x")),
    "an encrypted member": ("serialized-encrypted", ZipMember(content=b"x" * 20, flags=1)),
    "a member encrypted by AES": ("serialized-encrypted", ZipMember(content=b"x" * 20, method=99)),
    "a method that is not known": ("serialized-method", ZipMember(content=b"x", method=14)),
    "another name beside it": ("serialized-disagreement", ZipMember(central={"name": b"bag/data/y"})),
    "another size beside it": ("serialized-disagreement", ZipMember(content=b"xy", central={"size": 1})),
    "another method beside it": ("serialized-disagreement", ZipMember(central={"method": 8})),
    "another CRC-32 beside it": ("serialized-disagreement", ZipMember(central={"crc": 1})),
    "UTF-8 told in one place": ("serialized-disagreement", ZipMember(central={"flags": UTF8})),
    "encryption told in one place": (
        "serialized-disagreement",
        ZipMember(content=b"x", central={"flags": 1}),
    ),
    "a Unicode name that goes elsewhere": (
        "serialized-disagreement",
        ZipMember(
            b"bag/data/x",
            extra=struct.pack("<2HBL", 0x7075, 13, 1, zlib.crc32(b"bag/data/x")) + b"../../ev",
        ),
    ),
    "no data descriptor": ("serialized-disagreement", ZipMember(content=b"x", flags=LATER)),
    "a wrong CRC-32": ("serialized-damaged", ZipMember(content=b"x", crc=1)),
    "deflated content that is none": (
        "serialized-damaged",
        ZipMember(content=b"\xff" * 50, method=8, size=70),
    ),
    "content that comes to more than is told": (
        "serialized-damaged",
        ZipMember(content=DEFLATED_ZEROS, method=8, size=50),
    ),
    "content that comes to less than is told": (
        "serialized-damaged",
        ZipMember(content=DEFLATED_ZEROS, method=8, size=2_000_000),
    ),
    "a header that is not there": ("serialized-damaged", ZipMember(central={"at": 3})),
    "a header out of the file": ("serialized-damaged", ZipMember(central={"at": 2**32 - 2})),
    "more than a bag may come to": ("serialized-bomb", ZipMember(content=b"x", method=8, size=2**32 - 2)),
    "zip64 sizes beyond everything": (
        "serialized-bomb",
        ZipMember(
            content=b"x",
            method=8,
            size=2**32 - 1,
            extra=struct.pack("<2HQ", 1, 8, 2**64 - 1),
        ),
    ),
    "extra fields that lead out": ("serialized-damaged", ZipMember(extra=b"\1\0\xff\xff")),
}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_a_bag_in_a_zip_file_is_valid(method: int, tmp_path: Path) -> None:
    files = bag_files({"one.txt": b"one\n", "zwölf ☃.txt": b"12", "empty": b"", "big": b"x" * 5_000_000})
    report = report_on(tmp_path, "bag.zip", zipped(files, method=method))
    assert report.valid, report.findings
    assert not report.findings


def test_a_bag_packed_by_other_programs_is_valid(tmp_path: Path) -> None:
    write_folder(tmp_path / "bag", BAG)
    shutil.make_archive(str(tmp_path / "bag"), "zip", tmp_path, "bag")
    report = validate(tmp_path / "bag.zip")
    assert report.valid
    assert not report.findings


class Unseekable(io.RawIOBase):
    """Where a zip file can only be written on, so that sizes come behind members."""

    def __init__(self) -> None:
        self.written = b""

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        self.written += bytes(data)  # type: ignore[call-overload]
        return len(data)  # type: ignore[arg-type]


def test_a_zip_file_written_as_a_stream_is_valid(tmp_path: Path) -> None:
    out = Unseekable()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in BAG.items():
            with archive.open(f"bag/{path}", "w", force_zip64=path == "bagit.txt") as member:
                member.write(content)
    report = report_on(tmp_path, "bag.zip", out.written)
    assert report.valid, report.findings
    assert not report.findings


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_is_told_by_its_rule(name: str, tmp_path: Path) -> None:
    rule, member = HOSTILE[name]
    report = report_on(tmp_path, "bag.zip", zip_of(*zip_members(), member))
    assert not report.valid
    assert rule in rules(report), report.findings


WRONG_ENDS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "bytes after it": ("serialized-trailing", lambda whole: whole + b"more"),
    "bytes before the archive": ("serialized-damaged", lambda whole: b"more" + whole),
    "no end": ("serialized-truncated", lambda whole: whole[:-22]),
    "half an end": ("serialized-trailing", lambda whole: whole[:-10]),
    "another count": ("serialized-damaged", lambda whole: whole[:-14] + b"\1\0\1\0" + whole[-10:]),
    "a larger count": ("serialized-damaged", lambda whole: whole[:-14] + b"\x99\0\x99\0" + whole[-10:]),
    "more than one part": ("serialized-format", lambda whole: whole[:-18] + b"\1\0" + whole[-16:]),
    "zip64 that is not there": ("serialized-damaged", lambda whole: whole[:-6] + b"\xff" * 4 + b"\0\0"),
}


@pytest.mark.parametrize("name", WRONG_ENDS)
def test_an_end_that_is_wrong_is_told(name: str, tmp_path: Path) -> None:
    rule, change = WRONG_ENDS[name]
    whole = zip_of(*zip_members())
    assert report_on(tmp_path, "bag.zip", whole).valid
    report = report_on(tmp_path, "bag.zip", change(whole))
    assert not report.valid
    assert rules(report) == {rule}, report.findings


def test_a_comment_is_no_harm(tmp_path: Path) -> None:
    assert report_on(tmp_path, "bag.zip", zip_of(*zip_members(), comment=b"PK\5\6 said somebody")).valid


def test_an_archive_that_is_cut_anywhere_is_invalid(tmp_path: Path) -> None:
    whole = zipped(BAG)
    for length in range(0, len(whole), 17):
        assert not report_on(tmp_path, "bag.zip", whole[:length]).valid, length


def test_members_that_lie_over_one_another_are_refused_at_once(tmp_path: Path) -> None:
    """A bomb that does not nest: a thousand members whose content is the same."""
    kernel = ZipMember(b"bag/data/0", DEFLATED_ZEROS, method=8, size=1_000_000)
    twins = [
        ZipMember(b"", central={"name": b"bag/data/%d" % number, "at": 0, "stored": 10**3})
        for number in range(1000)
    ]
    report = report_on(tmp_path, "bag.zip", zip_of(kernel, *twins))
    assert "serialized-overlap" in rules(report)
    assert float(str(report.facts["seconds"])) < 1


def test_a_gap_between_members_is_a_warning(tmp_path: Path) -> None:
    report = report_on(
        tmp_path, "bag.zip", zip_of(*zip_members(), ZipMember(b"bag/x", b"x", behind=b"hidden"))
    )
    assert "serialized-gap" in rules(report)


@pytest.mark.parametrize(
    ("raw", "flags", "told"),
    [
        ("zwölf".encode(), UTF8, set()),
        ("zwölf".encode(), 0, {"serialized-encoding"}),
        ("zwölf".encode("cp437"), 0, {"serialized-encoding"}),
    ],
)
def test_names_are_read_in_the_encoding_that_they_are_in(
    raw: bytes, flags: int, told: set[str], tmp_path: Path
) -> None:
    files = bag_files({"zwölf": b"12"})
    members = [
        ZipMember(
            b"bag/data/" + raw if path.startswith("data/") else f"bag/{path}".encode(), content, flags
        )
        for path, content in files.items()
    ]
    report = report_on(tmp_path, "bag.zip", zip_of(*members))
    assert report.valid, report.findings
    assert rules(report) == told


def test_a_file_in_no_manifest_is_read_for_its_crc(tmp_path: Path) -> None:
    members = [*zip_members(), ZipMember(b"bag/notes.txt", b"notes", crc=1)]
    assert "serialized-damaged" in rules(report_on(tmp_path, "bag.zip", zip_of(*members)))


def test_a_bomb_is_refused_before_it_bursts(tmp_path: Path) -> None:
    (tmp_path / "bag.zip").write_bytes(zipped(bag_files({"zeros": bytes(20_000_000)})))
    limits = Limits(expansion=10, expansion_floor=1_000_000)
    assert rules(validate(tmp_path / "bag.zip", Asked(limits=limits))) == {"serialized-bomb"}
    assert validate(tmp_path / "bag.zip").valid


def test_more_members_than_the_old_format_counts_are_read(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, content in BAG.items():
            archive.writestr(f"bag/{path}", content)
        for number in range(66_000):
            archive.writestr(zipfile.ZipInfo(f"bag/tags/{number}"), b"")
    (tmp_path / "bag.zip").write_bytes(out.getvalue())
    report = validate(tmp_path / "bag.zip")
    assert report.valid
    assert report.facts["payload files"] == 2
