"""Tar files: bags in them are validated as they lie, and what is no part of a bag is told by its rule."""

import bz2
import gzip
import hashlib
import io
import lzma
import subprocess
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archiver.bag.limits import Limits
from archiver.bag.serialization import compressed_tar
from archiver.bag.serialization.opening import serialized
from archiver.bag.serialization.streams import Decompressed
from archiver.bag.validation import Asked, Depth, validate
from archiver.findings import Severity
from tests.bag.serialization.archives import (
    BAG,
    TAR_END,
    bag_files,
    bag_members,
    pax,
    report_on,
    rules,
    tar_member,
    tarred,
    write_folder,
)

COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "tar": bytes,
    "tar.gz": gzip.compress,
    "tar.bz2": bz2.compress,
    "tar.xz": lzma.compress,
}

HOSTILE = {
    "a member of an absolute name": ("serialized-outside", tar_member("/etc/passwd", b"x")),
    "a member that goes up": ("serialized-outside", tar_member("bag/../../x", b"x")),
    "a member that goes up by backslashes": ("serialized-outside", tar_member("bag/..\\..\\x", b"x")),
    "a member on a drive": ("serialized-outside", tar_member("C:/x", b"x")),
    "a member in somebody's home": ("serialized-outside", tar_member("~root/x", b"x")),
    "an extended name that goes up": (
        "serialized-outside",
        pax({"path": b"../x"}) + tar_member("bag/data/x", b"x"),
    ),
    "an extended name with a NUL": ("serialized-outside", pax({"path": b"bag/a\0b"}) + tar_member()),
    "GNU's long name that goes up": (
        "serialized-outside",
        tar_member("././@LongLink", b"../" * 60 + b"x\0", b"L") + tar_member("bag/data/x", b"x"),
    ),
    "a symbolic link": ("serialized-link", tar_member(kind=b"2")),
    "a hard link": ("serialized-link", tar_member(kind=b"1")),
    "a character device": ("serialized-device", tar_member(kind=b"3")),
    "a block device": ("serialized-device", tar_member(kind=b"4")),
    "a pipe": ("serialized-device", tar_member(kind=b"6")),
    "a member of no known kind": ("serialized-device", tar_member(kind=b"Z")),
    "GNU's sparse file": ("serialized-sparse", tar_member(content=b"x" * 512, kind=b"S")),
    "pax's sparse file": (
        "serialized-sparse",
        pax({"GNU.sparse.major": b"1", "GNU.sparse.realsize": b"1099511627776"}) + tar_member(content=b"x"),
    ),
    "a file that is there twice": ("serialized-duplicate", tar_member("bag/data/one.txt", b"one\n")),
    "a file under another spelling of its name": (
        "serialized-duplicate",
        tar_member("./bag//data/./one.txt", b"one\n"),
    ),
    "a file that is a folder too": ("serialized-duplicate", tar_member("bag/data/one.txt/x", b"x")),
    "a folder that has content": ("serialized-damaged", tar_member("bag/data/x/", b"x")),
    "a folder that is a file too": ("serialized-duplicate", tar_member("bag/data/one.txt/", kind=b"5")),
    "a second folder at the top": ("serialized-top-level", tar_member("more/x", b"x")),
    "a file at the top": ("serialized-top-level", tar_member("x", b"x")),
    "a header whose checksum is wrong": ("serialized-damaged", b"y" + tar_member("xbag/data/x")[1:]),
    "a size that is negative": ("serialized-damaged", tar_member(size=b"\xff" * 12)),
    "a size of no digits": ("serialized-damaged", tar_member(size=b"-00000000012")),
    "a size beyond everything": ("serialized-damaged", tar_member(size=b"\x80" + b"\xff" * 11)),
    "a size beyond the file": ("serialized-truncated", tar_member(size=b"\x80" + bytes(7) + b"\xff" * 4)),
    "an extended size that is no number": ("serialized-damaged", pax({"size": b"-1"}) + tar_member()),
    "an extended header without an end": (
        "serialized-damaged",
        tar_member("x", b"99 path=x\n", b"x") + tar_member(),
    ),
    "one name for all members": ("serialized-damaged", pax({"path": b"bag/data/x"}, b"g") + tar_member()),
    "an extended header that is huge": ("bag-limit", pax({"comment": b"x" * 2_000_000}) + tar_member()),
    "a path that no system takes": ("bag-limit", pax({"path": b"bag/" + b"x" * 5000}) + tar_member()),
    "folders that are too deep": ("bag-limit", pax({"path": b"bag/" + b"x/" * 300}) + tar_member()),
}


NUMBERS = [
    (100, b"0000844\0"),
    (108, b"000000x\0"),
    (108, b"        "),
    (116, b"\xc0000000\0"),
    (136, b"0000000000z\0"),
    (329, b"12 34\0"),
    (337, b"000000\xe9\0"),
]


@pytest.mark.parametrize(("at", "value"), NUMBERS)
def test_a_header_that_other_readers_refuse_is_damaged_though_its_checksum_is_right(
    at: int, value: bytes, tmp_path: Path
) -> None:
    odd = tar_member("bag/data/", kind=b"5", fields={at: value})
    report = report_on(tmp_path, "bag.tar", odd + bag_members() + TAR_END)
    assert "serialized-damaged" in {found.rule for found in report.findings}


@pytest.mark.parametrize(
    "value", [b"\0" * 8, b"  644 \0x", b"\0junk\0", b"\x80\0\0\0\0\0\0\1", b"\xff" * 8, b"00006440"]
)
def test_a_number_in_any_form_that_other_readers_take_is_one(value: bytes, tmp_path: Path) -> None:
    odd = tar_member("bag/data/", kind=b"5", fields={108: value, 329: value})
    assert report_on(tmp_path, "bag.tar", odd + bag_members() + TAR_END).valid


@pytest.mark.parametrize("suffix", COMPRESSIONS)
@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_a_bag_in_a_tar_file_is_valid(suffix: str, form: int, tmp_path: Path) -> None:
    long = "/".join(["long"] * 30) if form != tarfile.USTAR_FORMAT else "long"
    files = bag_files({"one.txt": b"one\n", f"{long}/zwölf ☃.txt": b"12", "empty": b""})
    content = COMPRESSIONS[suffix](tarred(files, form=form))
    report = report_on(tmp_path, f"bag.{suffix}", content)
    assert report.valid, report.findings
    assert not report.findings
    assert report.facts["payload files"] == 3


def test_a_bag_packed_by_tar_is_valid(tmp_path: Path) -> None:
    write_folder(tmp_path / "bag", BAG)
    for name, options in {"bag.tar": ["-c"], "bag.tgz": ["-cz"], "bag.TAR": ["-c", "--format=v7"]}.items():
        subprocess.run(["tar", *options, "-f", name, "./bag"], cwd=tmp_path, check=True)
        report = validate(tmp_path / name)
        assert report.valid, report.findings
        assert not report.findings


@pytest.mark.parametrize("suffix", ["tar", "tar.gz"])
@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_is_told_by_its_rule(name: str, suffix: str, tmp_path: Path) -> None:
    rule, member = HOSTILE[name]
    if suffix == "tar.gz" and name == "a size beyond the file":
        rule = "serialized-bomb"
    content = COMPRESSIONS[suffix](bag_members() + member + TAR_END)
    report = report_on(tmp_path, f"bag.{suffix}", content)
    assert not report.valid
    assert rule in rules(report), report.findings


def test_what_is_wrong_with_the_bag_is_told_beside_what_is_wrong_with_the_archive(tmp_path: Path) -> None:
    content = bag_members(BAG | {"data/one.txt": b"eno\n"}) + tar_member(kind=b"2") + TAR_END
    assert {"bagit-3-checksum", "serialized-link"} <= rules(report_on(tmp_path, "bag.tar", content))


@pytest.mark.parametrize("suffix", COMPRESSIONS)
def test_an_archive_that_is_cut_anywhere_is_invalid(suffix: str, tmp_path: Path) -> None:
    whole = COMPRESSIONS[suffix](bag_members() + TAR_END)
    for length in range(0, len(whole), max(1, len(whole) // 40)):
        report = report_on(tmp_path, f"bag.{suffix}", whole[:length])
        assert not report.valid, length
        assert "bag-changed" not in rules(report)
    cut = rules(report_on(tmp_path, f"bag.{suffix}", whole[:-100]))
    assert cut & {"serialized-truncated", "serialized-damaged"}


@pytest.mark.parametrize("suffix", COMPRESSIONS)
def test_what_may_be_in_the_rest_of_a_cut_archive_is_not_called_missing(
    suffix: str, tmp_path: Path
) -> None:
    whole = bag_members() + TAR_END
    for length in range(1024, len(whole), 512):
        cut = report_on(tmp_path, f"bag.{suffix}", COMPRESSIONS[suffix](whole[:length]))
        assert rules(cut) == {"serialized-truncated"}, length


@pytest.mark.parametrize("suffix", COMPRESSIONS)
def test_what_follows_the_end_is_told(suffix: str, tmp_path: Path) -> None:
    compress = COMPRESSIONS[suffix]
    whole = bag_members() + TAR_END
    assert report_on(tmp_path, f"bag.{suffix}", compress(whole + bytes(9_000))).valid
    more = report_on(tmp_path, f"bag.{suffix}", compress(whole + tar_member("bag/data/hidden", b"x")))
    assert "serialized-trailing" in rules(more)
    assert "serialized-trailing" in rules(report_on(tmp_path, f"bag.{suffix}", compress(whole) + b"more"))


def test_gzip_in_several_streams_is_one_file(tmp_path: Path) -> None:
    whole = bag_members() + TAR_END
    content = gzip.compress(whole[:700]) + gzip.compress(b"") + gzip.compress(whole[700:]) + bytes(100)
    assert report_on(tmp_path, "bag.tar.gz", content).valid


def test_a_bag_without_its_folder_is_told_and_looked_at(tmp_path: Path) -> None:
    report = report_on(tmp_path, "bag.tar", tarred(BAG | {"data/one.txt": b"eno\n"}, base=""))
    assert {"serialized-top-level", "bagit-3-checksum"} <= rules(report)


def test_another_name_than_the_bags_is_a_warning(tmp_path: Path) -> None:
    report = report_on(tmp_path, "other.tar.gz", gzip.compress(tarred(BAG)))
    assert report.valid
    assert [(f.rule, f.severity) for f in report.findings] == [("serialized-name", Severity.WARNING)]


def test_an_archive_is_known_by_its_content_whatever_it_is_called(tmp_path: Path) -> None:
    for content in (tarred(BAG), gzip.compress(tarred(BAG))):
        assert report_on(tmp_path, "bag", content).valid
        assert report_on(tmp_path, "bag.zip", content).valid


@pytest.mark.parametrize("begins", [b"LZIP", b"Rar!\x1a\x07\0", b"\x28\xb5\x2f\xfd"])
def test_formats_that_are_not_read_are_named(begins: bytes, tmp_path: Path) -> None:
    assert rules(report_on(tmp_path, "bag.tar", begins + bytes(1000))) == {"serialized-format"}


def tampered(payload: bytes, manifest_last: bool, algorithm: str) -> bytes:
    files = bag_files({"one.txt": b"one\n", "big.bin": payload}, algorithm)
    ordered = dict(sorted(files.items(), key=lambda item: not item[0].startswith("data/")))
    return gzip.compress(tarred(ordered if manifest_last else files), 1)


@pytest.mark.parametrize(("manifest_last", "passes"), [(False, 1), (True, 2)])
def test_a_stream_is_read_once_unless_a_manifest_asks_too_late(
    manifest_last: bool, passes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    streams: list[Decompressed] = []

    class Counted(Decompressed):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            streams.append(self)

    monkeypatch.setattr(compressed_tar, "KEPT_BYTES", 0)
    monkeypatch.setattr(compressed_tar, "Decompressed", Counted)
    content = tampered(bytes(100_000), manifest_last, "sha384")
    assert report_on(tmp_path, "bag.tgz", content).valid
    assert len(streams) == passes
    streams.clear()
    assert report_on(tmp_path, "bag.tgz", tampered(bytes(100_000), manifest_last, "sha256")).valid
    assert len(streams) == 1


@pytest.mark.parametrize("algorithm", ["sha512", "blake2b"])
@pytest.mark.parametrize("manifest_last", [False, True])
def test_a_change_is_found_whatever_comes_first(
    algorithm: str, manifest_last: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compressed_tar, "KEPT_BYTES", 50)
    content = tampered(b"y" * 100_000, manifest_last, algorithm)
    changed = gzip.compress(gzip.decompress(content).replace(b"y" * 1000, b"z" + b"y" * 999, 1))
    assert report_on(tmp_path, "bag.tgz", content).valid
    report = report_on(tmp_path, "bag.tgz", changed)
    assert [(f.rule, f.where) for f in report.findings] == [("bagit-3-checksum", "data/big.bin")]


def test_completeness_alone_hashes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bag.tgz").write_bytes(tampered(bytes(1000), False, "sha512"))
    monkeypatch.setattr(compressed_tar, "USUAL", ("none",))
    report = validate(tmp_path / "bag.tgz", Asked(Depth.COMPLETENESS))
    assert report.valid


def test_a_bomb_is_refused_before_it_bursts(tmp_path: Path) -> None:
    limits = Limits(expansion=10, expansion_floor=1_000_000)
    bag = bag_files({"zeros": bytes(20_000_000)})
    for compress in (gzip.compress, bz2.compress, lzma.compress):
        (tmp_path / "bag.tar.gz").write_bytes(compress(tarred(bag)))
        report = validate(tmp_path / "bag.tar.gz", Asked(limits=limits))
        assert rules(report) == {"serialized-bomb"}
        assert validate(tmp_path / "bag.tar.gz").valid


def test_members_and_names_are_limited(tmp_path: Path) -> None:
    (tmp_path / "bag.tar").write_bytes(tarred(BAG | {f"data/{n}": b"" for n in range(100)}))
    for limits in (Limits(entries=50), Limits(path_bytes=500)):
        assert rules(validate(tmp_path / "bag.tar", Asked(limits=limits))) == {"bag-limit"}


def test_folders_that_are_deep_and_many_are_limited(tmp_path: Path) -> None:
    """A small file whose names, with all folders above them, would come to gigabytes."""
    deep = "/".join("x" * 14 for _ in range(250))
    names = (pax({"path": f"bag/{number}/{deep}/x".encode()}) + tar_member() for number in range(2_000))
    content = gzip.compress(bag_members(BAG | {"data/one.txt": b""}) + b"".join(names) + TAR_END, 1)
    assert rules(report_on(tmp_path, "bag.tar.gz", content)) == {"bag-limit"}


@pytest.mark.parametrize(("most", "value"), [("KEPT_BYTES", 0), ("KEPT_FILES", 3)])
def test_files_that_are_looked_for_in_a_stream_are_few(
    most: str, value: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compressed_tar, most, value)
    (tmp_path / "bag.tgz").write_bytes(gzip.compress(tarred(bag_files({str(n): b"x" for n in range(30)}))))
    with serialized(tmp_path / "bag.tgz") as contents:
        assert len(list(contents.walk())) == 33
        for number in range(compressed_tar.PASSES):
            assert contents.open(f"data/{number}").read(5) == b"x"
        with pytest.raises(OSError, match="too many"):
            contents.open("data/20")


def test_names_that_are_not_utf_8_are_told(tmp_path: Path) -> None:
    info = tarfile.TarInfo("bag/data/m\udce4hen")
    content = bag_members() + info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape") + TAR_END
    report = report_on(tmp_path, "bag.tar", content)
    assert {"serialized-encoding", "bagit-2.1.3-manifest-incomplete"} <= rules(report)


def test_a_pipe_or_nothing_is_told_and_not_waited_for(tmp_path: Path) -> None:
    subprocess.run(["mkfifo", tmp_path / "bag.tar"], check=True)
    assert rules(validate(tmp_path / "bag.tar")) == {"bag-missing"}
    assert rules(validate(Path("/dev/zero"))) == {"bag-missing"}


def test_a_sparse_archive_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "bag.tar").open("wb") as file:
        file.write(tarred(BAG))
        file.truncate(2**43)
    assert rules(validate(tmp_path / "bag.tar")) == {"bag-limit"}


def test_many_members_take_little_memory_and_time(tmp_path: Path) -> None:
    out = io.BytesIO(bag_members())
    out.seek(0, io.SEEK_END)
    for number in range(20_000):
        out.write(tar_member(f"bag/data/{number}"))
    (tmp_path / "bag.tar").write_bytes(out.getvalue() + TAR_END)
    del out
    tracemalloc.start()
    report = validate(tmp_path / "bag.tar", Asked(Depth.FAST))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert report.facts["payload files"] == 20_002
    assert peak < 20_000 * 700


def test_digests_are_those_of_the_members(tmp_path: Path) -> None:
    report = report_on(tmp_path, "bag.tar", tarred(BAG))
    assert report.valid
    (tmp_path / "bag.tar").write_bytes(tarred(BAG))
    inventory = validate(tmp_path / "bag.tar", Asked(inventory=100)).facts["inventory"]
    assert isinstance(inventory, dict)
    assert inventory["data/one.txt"] == f"sha512:{hashlib.sha512(b'one' + bytes([10])).hexdigest()}"
