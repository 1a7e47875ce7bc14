"""Validation: each thing that is wrong with a bag is told, by its rule; nothing outside is opened."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import bagit
import pytest

from archiver.bag import validate
from archiver.findings import Severity

Breaking = Callable[[Path], object]
"""A change that makes a bag incomplete, invalid or no bag."""


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    folder = tmp_path / "bag"
    (folder / "sub").mkdir(parents=True)
    (folder / "one.txt").write_text("one\n")
    (folder / "sub/two.txt").write_text("two\n")
    bagit.make_bag(str(folder), {"Contact-Name": "Somebody"}, checksums=["sha512"])
    return folder


def edit(name: str, old: str, new: str) -> Breaking:
    def change(bag: Path) -> None:
        text = (bag / name).read_text()
        assert old in text
        (bag / name).write_text(text.replace(old, new, 1))

    return change


def add(name: str, text: str = "x") -> Breaking:
    return lambda bag: (bag / name).write_text(text)


def remove(name: str) -> Breaking:
    return lambda bag: (bag / name).unlink()


def untagged(change: Breaking) -> Breaking:
    """A change to tag files, in a bag without tag manifests that would show it."""

    def both(bag: Path) -> None:
        for manifest in bag.glob("tagmanifest-*"):
            manifest.unlink()
        change(bag)

    return both


BROKEN: dict[str, tuple[str, Breaking]] = {
    "a payload file that changed": ("bagit-3-checksum", add("data/one.txt", "eno\n")),
    "a payload file that is gone": ("bagit-3-file-missing", remove("data/one.txt")),
    "a payload file in no manifest": ("bagit-2.1.3-manifest-incomplete", add("data/more.txt")),
    "a payload that is gone": ("bagit-2.1.2-payload-missing", lambda bag: shutil.rmtree(bag / "data")),
    "no bagit.txt": ("bagit-2.1.1-missing", remove("bagit.txt")),
    "a bagit.txt with a space too many": (
        "bagit-2.1.1-form",
        untagged(edit("bagit.txt", "BagIt-Version:", "BagIt-Version :")),
    ),
    "a bagit.txt that begins with a BOM": (
        "bagit-2.1.1-bom",
        untagged(edit("bagit.txt", "BagIt", "\ufeffBagIt")),
    ),
    "no payload manifest": (
        "bagit-2.1.3-manifest-missing",
        untagged(lambda bag: shutil.move(bag / "manifest-sha512.txt", bag / "sha512.txt")),
    ),
    "a tag file that changed": ("bagit-3-checksum", edit("bag-info.txt", "Somebody", "Nobody")),
    "a wrong Payload-Oxum": ("bagit-2.2.2-oxum", untagged(edit("bag-info.txt", "8.2", "9.2"))),
    "a manifest that goes out of the bag": (
        "bagit-5.1-path",
        untagged(edit("manifest-sha512.txt", "data/one.txt", "data/../../one.txt")),
    ),
    "a link in the payload": ("bagit-5.1-special", lambda bag: (bag / "data/link").symlink_to("one.txt")),
    "a pipe in the payload": ("bagit-5.1-special", lambda bag: os.mkfifo(bag / "data/pipe")),
}


def test_a_bag_of_bagit_is_valid(bag: Path) -> None:
    report = validate(bag)
    assert report.valid
    assert {finding.severity for finding in report.findings} <= {Severity.INFO}


@pytest.mark.parametrize("name", BROKEN)
def test_what_breaks_a_bag_is_told_by_its_rule(name: str, bag: Path) -> None:
    rule, change = BROKEN[name]
    change(bag)
    report = validate(bag)
    assert not report.valid
    assert rule in {finding.rule for finding in report.findings}, report.findings


def test_every_problem_is_told(bag: Path) -> None:
    (bag / "data/one.txt").write_text("eno\n")
    (bag / "data/sub/two.txt").unlink()
    (bag / "data/three.txt").write_text("three\n")
    places = {finding.where for finding in validate(bag).findings}
    assert {"data/one.txt", "data/sub/two.txt", "data/three.txt"} <= places


def test_a_bag_that_is_a_file_or_nothing_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no bag")
    for path in (tmp_path / "file", tmp_path / "nothing"):
        assert not validate(path).valid
