"""Serializing: what is packed is valid and comes out the same; what is hostile leaves nothing behind."""

import errno
import gzip
import json
import os
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.bag.limits import Limits
from archiver.bag.profiles.model import Profile
from archiver.bag.serialization import compressed_tar, writing
from archiver.bag.serialization.packing import pack, unpack
from archiver.bag.serialization.writing import FORMS
from archiver.bag.validation import validate
from archiver.cli import cli
from archiver.errors import AlreadyExists, BagError, CannotWrite, NotABag
from archiver.survey import find_below
from tests.bag.serialization.archives import (
    BAG,
    TAR_END,
    Files,
    ZipMember,
    bag_files,
    bag_members,
    rules,
    tar_member,
    tarred,
    write_folder,
    zip_members,
    zip_of,
    zipped,
)

NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters='/\\\0%\r\n:~<>"|?*', exclude_categories=["Cc", "Cs"]),
    min_size=1,
    max_size=40,
).filter(lambda name: name.strip(". ") == name and len(name.encode()) < 250)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
PAYLOADS = st.dictionaries(PATHS, st.binary(max_size=3000), max_size=8).filter(
    lambda payload: not any(path.startswith(f"{other}/") for path in payload for other in payload)
)


def files_in(folder: Path) -> Files:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def left_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@settings(max_examples=20, deadline=None)
@given(PAYLOADS, st.sampled_from(sorted(FORMS)))
def test_a_bag_comes_out_of_its_archive_as_it_went_in(payload: dict[str, bytes], form: str) -> None:
    with tempfile.TemporaryDirectory() as room:
        place = Path(room)
        bag = write_folder(place / "bag", bag_files(payload))
        (bag / "data").mkdir(exist_ok=True)
        if not validate(bag).valid:
            return  # names that are one file on this system, or in Unicode
        assert pack(bag, place / f"bag.{form}", form).valid
        assert pack(bag, place / f"twin/bag.{form}", form).valid
        packed = (place / f"bag.{form}").read_bytes()
        assert packed == (place / f"twin/bag.{form}").read_bytes()
        report = validate(place / f"bag.{form}")
        assert report.valid, report.findings
        assert not {rule for rule in rules(report) if rule.startswith("serialized")}
        assert unpack(place / f"bag.{form}", place / "out").valid
        assert files_in(place / "out") == files_in(bag)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_bytes_make_a_report(data: st.DataObject) -> None:
    """Bytes of an archive flipped, cut out or cut off: it is valid, or told what is wrong."""
    archives = {
        "bag.tar": bag_members() + TAR_END,
        "bag.tgz": gzip.compress(bag_members() + TAR_END, mtime=0),
        "bag.zip": zipped(BAG),
    }
    name = data.draw(st.sampled_from(sorted(archives)))
    content = bytearray(archives[name])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        match data.draw(st.sampled_from(["flip", "set", "cut", "end"])):
            case "flip":
                content[at] ^= 1 << data.draw(st.integers(0, 7))
            case "set":
                content[at : at + 8] = data.draw(st.sampled_from([b"\xff" * 8, bytes(8), b"PK\1\2PK\3\4"]))
            case "cut":
                del content[at : at + data.draw(st.integers(1, 600))]
            case "end":
                del content[at + 1 :]
        content = content or bytearray(b"\0")
    with tempfile.TemporaryDirectory() as room:
        archive = Path(room, name)
        archive.write_bytes(content)
        report = validate(archive)
        assert report.valid or report.findings
        assert float(str(report.facts["seconds"])) < 5
        came = unpack(archive, Path(room, "out"))
        assert came.valid == report.valid == Path(room, "out").exists()
        assert left_in(Path(room)) - {"out"} == {name}


def test_tag_files_come_first_so_that_one_pass_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bag = write_folder(tmp_path / "bag", bag_files({"a.txt": b"a"}, "sha256"))
    assert pack(bag, tmp_path / "bag.tar.gz", "tar.gz").valid
    with tarfile.open(tmp_path / "bag.tar.gz") as archive:
        names = archive.getnames()
    assert names[-1] == "bag/data/a.txt"
    monkeypatch.setattr(compressed_tar, "USUAL", ("no such algorithm",))
    assert validate(tmp_path / "bag.tar.gz").valid


def test_owners_modes_and_times_are_always_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bag = write_folder(tmp_path / "bag", BAG)
    (bag / "data/one.txt").chmod(0o777)
    os.utime(bag / "data/one.txt", (1, 1))
    for form, epoch in (("tar", 315532800), ("zip", 1_000_000_000)):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(epoch))
        pack(bag, tmp_path / f"bag.{form}", form)
    with tarfile.open(tmp_path / "bag.tar") as archive:
        told = {(m.uid, m.gid, m.uname, m.mode, m.mtime) for m in archive if m.isfile()}
    assert told == {(0, 0, "", 0o644, 315532800)}
    with zipfile.ZipFile(tmp_path / "bag.zip") as zipped_bag:
        infos = zipped_bag.infolist()
    assert {info.date_time for info in infos} == {(2001, 9, 9, 1, 46, 40)}
    assert {info.external_attr >> 16 for info in infos if not info.is_dir()} == {0o100644}


def test_gzip_tells_neither_name_nor_time(tmp_path: Path) -> None:
    pack(write_folder(tmp_path / "bag", BAG), tmp_path / "bag.tar.gz", "tar.gz")
    assert (tmp_path / "bag.tar.gz").read_bytes()[3:8] == bytes(5)


def test_large_members_and_many_get_headers_of_zip64(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "NEARLY_FULL", 3)
    monkeypatch.setattr(writing, "FULL16", 3)
    pack(write_folder(tmp_path / "bag", BAG), tmp_path / "bag.zip", "zip")
    assert (tmp_path / "bag.zip").read_bytes().count(b"PK\6\6") == 1
    assert b"\xff" * 8 in (tmp_path / "bag.zip").read_bytes()


def test_an_invalid_bag_is_not_packed(tmp_path: Path) -> None:
    bag = write_folder(tmp_path / "bag", BAG | {"data/one.txt": b"eno\n"})
    for form in FORMS:
        report = pack(bag, tmp_path / f"bag.{form}", form)
        assert rules(report) == {"bagit-3-checksum"}
    assert not pack(write_folder(tmp_path / "no bag", {"x": b""}), tmp_path / "x.tar", "tar").valid
    assert left_in(tmp_path) == {"bag", "no bag"}


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    bag = write_folder(tmp_path / "bag", BAG)
    (tmp_path / "bag.tar").write_bytes(b"mine")
    with pytest.raises(AlreadyExists):
        pack(bag, tmp_path / "bag.tar", "tar")
    assert (tmp_path / "bag.tar").read_bytes() == b"mine"
    pack(bag, tmp_path / "bag.tar", "tar", replace=True)
    assert validate(tmp_path / "bag.tar").valid
    with pytest.raises(AlreadyExists):
        unpack(tmp_path / "bag.tar", bag)


def test_an_archive_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*arguments: int) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    (tmp_path / "bag.tar").write_bytes(tarred(BAG))
    monkeypatch.setattr(os, "pread", failing)
    assert rules(validate(tmp_path / "bag.tar")) == {"bag-unreadable"}
    assert rules(unpack(tmp_path / "bag.tar", tmp_path / "out")) == {"bag-unreadable"}


def test_a_link_is_never_replaced(tmp_path: Path) -> None:
    bag = write_folder(tmp_path / "bag", BAG)
    (tmp_path / "mine").write_bytes(b"mine")
    (tmp_path / "bag.tar").symlink_to("mine")
    with pytest.raises(AlreadyExists, match="no link"):
        pack(bag, tmp_path / "bag.tar", "tar", replace=True)
    assert (tmp_path / "bag.tar").is_symlink()
    assert (tmp_path / "mine").read_bytes() == b"mine"


def test_a_place_that_cannot_be_is_told(tmp_path: Path) -> None:
    bag = write_folder(tmp_path / "bag", BAG)
    with pytest.raises(BagError, match="in the bag"):
        pack(bag, bag / "bag.tar", "tar")
    with pytest.raises(NotABag):
        pack(tmp_path / "nothing", tmp_path / "nothing.tar", "tar")
    home = write_folder(tmp_path / "~bag", BAG)
    with pytest.raises(BagError, match="name"):
        pack(home, tmp_path / "home.tar", "tar")
    with pytest.raises(CannotWrite, match="cannot be written"):
        pack(bag, Path("/proc/nowhere/bag.tar"), "tar")


def test_a_full_disk_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bag = write_folder(tmp_path / "bag", BAG)

    def full(self: object, data: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(writing.Zip, "write", full)
    with pytest.raises(CannotWrite, match=r"bag\.zip: .* No space left"):
        pack(bag, tmp_path / "bag.zip", "zip")
    assert left_in(tmp_path) == {"bag"}


def test_a_file_of_holes_is_not_packed(tmp_path: Path) -> None:
    bag = write_folder(tmp_path / "bag", BAG)
    with (bag / "data/one.txt").open("wb") as file:
        file.truncate(2**43)
    assert "bag-limit" in rules(pack(bag, tmp_path / "bag.tar", "tar"))
    assert left_in(tmp_path) == {"bag"}


def test_a_name_that_zip_cannot_have_is_told(tmp_path: Path) -> None:
    bag = write_folder(tmp_path / "bag", bag_files({"back\\slash": b"x"}))
    with pytest.raises(BagError, match="zip"):
        pack(bag, tmp_path / "bag.zip", "zip")
    assert pack(bag, tmp_path / "bag.tar", "tar").valid
    assert validate(tmp_path / "bag.tar").valid
    assert left_in(tmp_path) == {"bag", "bag.tar"}


@pytest.fixture(params=[0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_a_bag_in_any_archive_is_unpacked_with_modes_by_the_umask(umask: int, tmp_path: Path) -> None:
    (tmp_path / "x.tgz").write_bytes(gzip.compress(tarred(BAG, "letters")))
    (tmp_path / "x.zip").write_bytes(zipped(BAG, "letters"))
    for name in ("x.tgz", "x.zip"):
        report = unpack(tmp_path / name, tmp_path / "out" / name)
        assert report.valid
        assert rules(report) == {"serialized-name"}
        assert files_in(tmp_path / "out" / name) == BAG
        out = tmp_path / "out" / name
        modes = {stat.S_IMODE(path.stat().st_mode) for path in (out, *out.rglob("*"))}
        assert modes == {0o666 & ~umask, 0o777 & ~umask}


HOSTILE = {
    "goes up.tar": bag_members() + tar_member("bag/../../evil", b"x") + TAR_END,
    "link.tar": bag_members() + tar_member("bag/data/l", kind=b"2") + TAR_END,
    "twice.tar.gz": gzip.compress(bag_members() + tar_member("bag/data/one.txt", b"x") + TAR_END),
    "cut.tar.gz": gzip.compress(bag_members() + TAR_END)[:-30],
    "changed.tar": bag_members(BAG | {"data/one.txt": b"eno\n"}) + TAR_END,
    "crc.zip": zip_of(*zip_members(), ZipMember(b"bag/notes.txt", b"x", crc=1)),
    "deflate.zip": zip_of(*zip_members(), ZipMember(content=b"\xff" * 9, method=8, size=99)),
    "goes up.zip": zip_of(*zip_members(), ZipMember(b"bag/../../evil", b"x")),
    "no archive.tar": b"no archive" * 100,
    "nothing.zip": b"",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_leaves_nothing_behind(name: str, tmp_path: Path) -> None:
    (tmp_path / "in/deep").mkdir(parents=True)
    (tmp_path / "in" / name).write_bytes(HOSTILE[name])
    report = unpack(tmp_path / "in" / name, tmp_path / "in/deep/out")
    assert not report.valid
    assert report.findings
    assert left_in(tmp_path) == {"in"}
    assert left_in(tmp_path / "in") == {name, "deep"}
    assert not left_in(tmp_path / "in/deep")


def test_a_bomb_takes_no_memory_and_no_time(tmp_path: Path) -> None:
    """A hundred gigabytes of zeros in one file: not a tenth of a gigabyte of it is held."""
    import resource

    compressed = zlib.compressobj(9, wbits=31)
    header = tar_member("bag/data/zeros", size=b"\x80" + (100 << 30).to_bytes(11, "big"))
    content = compressed.compress(header)
    content += b"".join(compressed.compress(bytes(1 << 20)) for _ in range(300)) + compressed.flush()
    (tmp_path / "bag.tar.gz").write_bytes(content)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = validate(tmp_path / "bag.tar.gz")
    assert rules(report) == {"serialized-bomb"}
    assert float(str(report.facts["seconds"])) < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024
    assert rules(unpack(tmp_path / "bag.tar.gz", tmp_path / "out", Limits())) == {"serialized-bomb"}


@pytest.mark.parametrize("form", FORMS)
def test_a_bag_that_has_to_be_serialized_is_packed_and_unpacked(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    identifier = "https://example.org/profile.json"
    profile = Profile.model_validate(
        {
            "BagIt-Profile-Info": {
                "BagIt-Profile-Identifier": identifier,
                "Source-Organization": "us",
                "External-Description": "for tests",
                "Version": "1",
            },
            "Serialization": "required",
            "Accept-Serialization": ["application/tar", "application/gzip", "application/zip"],
            "Accept-BagIt-Version": ["1.0"],
        }
    )
    monkeypatch.setattr("archiver.bag.profiles.checks.bundled", lambda: {identifier: profile})
    bag = write_folder(
        tmp_path / "bag", bag_files({"a": b"a"}, info=f"BagIt-Profile-Identifier: {identifier}\n")
    )
    assert "profile-serialization" in rules(validate(bag))
    packed = pack(bag, tmp_path / f"bag.{form}", form)
    assert packed.valid, packed.findings
    assert validate(tmp_path / f"bag.{form}").valid
    assert unpack(tmp_path / f"bag.{form}", tmp_path / "out").valid


@pytest.mark.parametrize("form", ["tar", "zip"])
def test_several_processes_read_one_archive(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archiver.bag.parallel.WORTH_FILES", 1)
    monkeypatch.setattr("archiver.bag.parallel.CHUNK_FILES", 3)
    files = bag_files({f"{number}.txt": b"x" * number for number in range(20)}) | {"data/7.txt": b"y" * 7}
    (tmp_path / f"bag.{form}").write_bytes(tarred(files) if form == "tar" else zipped(files))
    report = validate(tmp_path / f"bag.{form}", jobs=2)
    assert [(f.rule, f.where) for f in report.findings] == [("bagit-3-checksum", "data/7.txt")]


def test_archives_are_found_below_folders_by_their_names(tmp_path: Path) -> None:
    write_folder(tmp_path / "holdings/a bag", BAG)
    (tmp_path / "holdings/more").mkdir()
    (tmp_path / "holdings/more/bag.tar.gz").write_bytes(gzip.compress(tarred(BAG)))
    (tmp_path / "holdings/bag.zip").write_bytes(zipped(BAG))
    (tmp_path / "holdings/notes.txt").write_bytes(b"")
    (tmp_path / "holdings/a bag/data/inner.zip").write_bytes(b"")
    found = {
        path.relative_to(tmp_path / "holdings").as_posix()
        for path in find_below(tmp_path / "holdings").bags
    }
    assert found == {"a bag", "bag.zip", "more/bag.tar.gz"}


def test_the_commands_pack_validate_inspect_and_unpack(tmp_path: Path) -> None:
    write_folder(tmp_path / "bag", BAG)
    run = CliRunner().invoke
    packed = run(cli, ["pack", str(tmp_path / "bag"), "--format", "zip", "--json"])
    assert packed.exit_code == 0
    assert json.loads(packed.output)["reports"][0]["facts"]["archive"] == str(tmp_path / "bag.zip")
    assert run(cli, ["validate", str(tmp_path / "bag.zip")]).exit_code == 0
    assert "data/one.txt" in run(cli, ["inspect", str(tmp_path / "bag.zip")]).output
    unpacked = run(cli, ["unpack", str(tmp_path / "bag.zip"), "-o", str(tmp_path / "out")])
    assert unpacked.exit_code == 0
    assert f"folder: {tmp_path / 'out'}" in unpacked.output
    (tmp_path / "evil.zip").write_bytes(HOSTILE["goes up.zip"])
    assert run(cli, ["unpack", str(tmp_path / "evil.zip"), "-o", str(tmp_path / "evil")]).exit_code == 1
