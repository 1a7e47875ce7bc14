"""Tag files that are not in their encoding: what is wrong is told by its line, and all else as well."""

import os
from pathlib import Path

import pytest

from archiver.bag import validate
from tests.bag.bags import added, make, sha512, write

X = sha512(b"x")
MANIFEST = "manifest-sha512.txt"


def told_of(bag: Path) -> set[tuple[str, str]]:
    return {(found.rule, found.where) for found in validate(bag).findings}


def test_a_byte_that_is_not_utf_8_hides_nothing_else_that_is_wrong_in_its_manifest(tmp_path: Path) -> None:
    undecodable = added(MANIFEST, f"{X}  data/gone\n{X}  data/x".encode() + b"\xff\n")
    bag = make(tmp_path / "bag", undecodable)
    write(bag, "data/one.txt", "ONE\n")
    write(bag, "data/extra", "x")
    assert {
        ("bagit-2.3-encoding", f"{MANIFEST}, line 4"),
        ("bagit-3-file-missing", "data/gone"),
        ("bagit-3-file-missing", "data/x\\xff"),
        ("bagit-3-checksum", "data/one.txt"),
        ("bagit-2.1.3-manifest-incomplete", "data/extra"),
    } <= told_of(bag)


def test_a_name_that_is_not_utf_8_is_the_name_of_the_file_that_has_it(tmp_path: Path) -> None:
    bag = make(tmp_path / "bag", added(MANIFEST, X.encode() + b"  data/\xff\n"))
    with open(os.fsencode(bag) + b"/data/\xff", "wb") as file:
        file.write(b"x")
    assert told_of(bag) - {("bagit-6.1.2-name", "data/\\xff")} == {
        ("bagit-2.3-encoding", f"{MANIFEST}, line 3")
    }


def test_the_last_line_is_told_of_too_though_it_does_not_end(tmp_path: Path) -> None:
    bag = make(tmp_path / "bag", added(MANIFEST, X.encode() + b"  data/\xff"))
    assert ("bagit-2.3-encoding", f"{MANIFEST}, line 3") in told_of(bag)


@pytest.mark.parametrize("lines", [0, 2, 4_000])
@pytest.mark.parametrize(
    ("encoding", "wrong"), [("UTF-8", b"\xff"), ("UTF-16", b"\x00\xdc\x00\x00"), ("GB18030", b"\xff\xff")]
)
def test_the_line_that_is_not_in_the_encoding_is_told(
    encoding: str, wrong: bytes, lines: int, tmp_path: Path
) -> None:
    def edit(folder: Path) -> None:
        write(folder, "bag-info.txt", "Contact-Name: É\r\n" * lines, encoding)
        added("bag-info.txt", wrong + b"\n\n")(folder)

    bag = make(tmp_path / "bag", edit, encoding=encoding)
    assert ("bagit-2.3-encoding", f"bag-info.txt, line {lines + 1}") in told_of(bag)
