"""Validation: every problem is told, at the depth asked for (each rule: tests/bag/test_rules.py)."""

import hashlib
from pathlib import Path

import bagit
import pytest

from archiver.bag import Asked, Depth, validate
from archiver.findings import Severity, Verdict
from tests.bag.bags import info, make, removed, replaced, write


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return make(tmp_path / "bag", info("Payload-Oxum: 8.2"))


def test_a_bag_of_bagit_is_valid(tmp_path: Path) -> None:
    write(tmp_path, "sub/one.txt", "one\n")
    bagit.make_bag(str(tmp_path), {"Contact-Name": "Somebody"}, checksums=["sha512"])
    report = validate(tmp_path)
    assert report.valid
    assert {finding.severity for finding in report.findings} <= {Severity.INFO}


def test_every_problem_is_told(bag: Path) -> None:
    write(bag, "data/one.txt", "eno\n")
    removed("data/sub/two.txt")(bag)
    write(bag, "data/three.txt", "three\n")
    places = {finding.where for finding in validate(bag).findings}
    assert {"data/one.txt", "data/sub/two.txt", "data/three.txt"} <= places


@pytest.mark.parametrize(
    ("depth", "verdicts"),
    [
        (Depth.FULL, {"complete": Verdict.PASSED, "valid": Verdict.FAILED}),
        (Depth.COMPLETENESS, {"complete": Verdict.PASSED, "valid": Verdict.NOT_CHECKED}),
        (
            Depth.FAST,
            {
                "Payload-Oxum": Verdict.PASSED,
                "complete": Verdict.NOT_CHECKED,
                "valid": Verdict.NOT_CHECKED,
            },
        ),
    ],
)
def test_what_was_not_checked_is_never_called_passed(
    depth: Depth, verdicts: dict[str, Verdict], bag: Path
) -> None:
    write(bag, "data/one.txt", "eno\n")
    found = {check.name: check.verdict for check in validate(bag, Asked(depth)).checks}
    assert {name: found[name] for name in verdicts} == verdicts


@pytest.mark.parametrize("wrong", ["manifest-sha512.txt", "manifest-sha-512.txt"])
def test_every_one_of_two_manifests_of_one_algorithm_is_compared(wrong: str, tmp_path: Path) -> None:
    """Before BagIt 1.0, where another name of an algorithm is no error."""
    make(
        tmp_path,
        replaced(wrong, hashlib.sha512(b"one\n").hexdigest(), "0" * 128),
        version="0.97",
        manifests=["manifest-sha512.txt", "manifest-sha-512.txt"],
    )
    found = [(f.rule, f.where) for f in validate(tmp_path).findings if f.severity is Severity.ERROR]
    assert found == [("bagit-3-checksum", "data/one.txt")]


def test_a_bag_that_is_a_file_or_nothing_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no bag")
    for path in (tmp_path / "file", tmp_path / "nothing"):
        assert not validate(path).valid


def test_an_inventory_names_every_file_however_odd_its_name(tmp_path: Path) -> None:
    names = ("data/a\x01", r"data/a\x01", r"data/a\\x01")
    bag = make(tmp_path / "bag", files={name: name.encode() for name in names})
    inventory = validate(bag, Asked(inventory=100)).facts["inventory"]
    assert isinstance(inventory, dict)
    assert sum(name.startswith("data/") for name in inventory) == len(names)


def test_a_bag_without_payload_oxum_is_proven_nothing_by_comparing_it(tmp_path: Path) -> None:
    make(tmp_path / "bag")
    report = validate(tmp_path / "bag", Asked(Depth.FAST))
    (found,) = report.findings
    assert (found.rule, found.severity) == ("bag-fast-no-oxum", Severity.ERROR)
    assert "without --fast" in found.hint
    assert not report.valid
    assert report.answer("complete") is report.answer("valid") is Verdict.NOT_CHECKED
    assert validate(tmp_path / "bag").valid


@pytest.mark.parametrize("depth", [Depth.FAST, Depth.FULL])
def test_a_payload_oxum_is_told_in_few_words_however_long_it_is(depth: Depth, tmp_path: Path) -> None:
    report = validate(make(tmp_path / "bag", info(f"Payload-Oxum: {'9' * 60_000}.1")), Asked(depth))
    assert "bagit-2.2.2-oxum-form" in {found.rule for found in report.findings}
    told = [*(found.message for found in report.findings), *(check.note for check in report.checks)]
    assert max(map(len, told)) < 400


def test_one_byte_in_one_file_is_told_as_that(tmp_path: Path) -> None:
    bag = make(tmp_path / "bag", info("Payload-Oxum: 2.2"), files={"data/a": b"a"})
    (found,) = (f for f in validate(bag).findings if f.rule == "bagit-2.2.2-oxum")
    assert found.message == "says that the payload is 2 bytes in 2 files; it is 1 byte in 1 file"
