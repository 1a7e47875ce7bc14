"""Comparison: what became of each bag between two validations, told from their reports alone."""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import bagit
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.bag import Asked, Depth
from archiver.comparison import Change, Compared, Comparison, compare, load
from archiver.errors import SettingsError
from archiver.reports import as_json, changes
from archiver.reports.model import SurveyModel
from tests.bag.test_rules import BROKEN, SMALL
from tests.reports.conftest import MakeBag, make_bag, surveyed

__all__ = ["make_bag"]

NAMED, UNNAMED = Asked(inventory=100), Asked()


def reported(*bags: Path, asked: Asked = NAMED) -> SurveyModel:
    """A validation as it is read from its report."""
    return SurveyModel.model_validate_json("".join(as_json.written(surveyed(*bags, asked=asked))))


def remade(bag: Path) -> None:
    """Make the bag valid again, whatever its payload is now."""
    bagit.Bag(str(bag)).save(manifests=True)


def one(found: Comparison) -> Compared:
    (bag,) = found.bags
    return bag


def text(found: Comparison) -> str:
    return "".join(changes.in_text(found))


def test_what_did_not_change_is_the_same(make_bag: MakeBag) -> None:
    bag = make_bag("a")
    found = compare(reported(bag), reported(bag))
    assert one(found).change is Change.SAME
    assert not found.worse
    assert text(found).count("\n") == 1


def test_a_bag_whose_payload_rotted_is_newly_invalid_and_its_file_altered(make_bag: MakeBag) -> None:
    bag = make_bag("a")
    before = reported(bag)
    (bag / "data/one").write_text("!")
    found = compare(before, reported(bag))
    assert one(found).change is Change.INVALID
    assert one(found).files.altered == ("data/one",)
    assert [finding.rule for finding in one(found).appeared] == ["bagit-3-checksum"]
    assert found.worse
    back = compare(reported(bag), before)
    assert one(back).change is Change.REPAIRED
    assert not back.worse


def test_a_bag_that_is_valid_but_holds_other_files_has_changed(make_bag: MakeBag) -> None:
    bag = make_bag("a", one="1", two="2", three="3")
    before = reported(bag)
    (bag / "data/one").write_text("!")
    (bag / "data/two").rename(bag / "data/four")
    remade(bag)
    found = compare(before, reported(bag))
    assert one(found).change is Change.CHANGED
    assert "data/one" in one(found).files.altered
    assert one(found).files.added == ("data/four",)
    assert one(found).files.gone == ("data/two",)
    assert found.worse
    assert "  altered: data/one\n" in text(found)


def test_a_file_that_is_added_makes_nothing_worse_though_tag_files_alter(make_bag: MakeBag) -> None:
    bag = make_bag("a")
    before = reported(bag)
    (bag / "data/three").write_text("3")
    remade(bag)
    found = compare(before, reported(bag))
    assert one(found).change is Change.CHANGED
    assert one(found).files.added == ("data/three",)
    assert "bag-info.txt" in one(found).files.altered
    assert not found.worse


def test_bags_are_new_and_gone(make_bag: MakeBag) -> None:
    a, b, c = make_bag("a"), make_bag("b"), make_bag("c")
    found = compare(reported(a, b), reported(a, c))
    assert {bag.subject: bag.change for bag in found.bags} == {
        "b": Change.GONE,
        "c": Change.NEW,
        "a": Change.SAME,
    }
    assert found.worse
    assert not compare(reported(a), reported(a, c)).worse


def test_a_new_bag_that_is_invalid_is_worse(make_bag: MakeBag) -> None:
    a, b = make_bag("a"), make_bag("b")
    (b / "bagit.txt").unlink()
    assert compare(reported(a), reported(a, b)).worse


def test_without_inventories_it_is_said_that_files_cannot_be_named_and_how_they_could(
    make_bag: MakeBag,
) -> None:
    bag = make_bag("a")
    before = reported(bag, asked=UNNAMED)
    same = compare(before, reported(bag))
    assert one(same).change is Change.SAME
    assert "--inventory" in text(same)
    (bag / "data/one").write_text("!")
    remade(bag)
    found = compare(before, reported(bag))
    assert one(found).change is Change.CHANGED
    assert one(found).files.unnamed
    assert found.worse
    assert "which, cannot be told" in text(found)


def test_a_bag_is_known_by_its_identifier_wherever_it_lies(make_bag: MakeBag) -> None:
    bag, other = make_bag("old/a", "id-1"), make_bag("old/b")
    before = reported(bag, other)
    bag.rename("moved")
    found = compare(before, reported(Path("moved"), other))
    moved = next(bag for bag in found.bags if bag.subject == "moved")
    assert (moved.change, moved.was) == (Change.SAME, "old/a")
    assert not found.worse


def test_bags_that_share_an_identifier_are_known_by_their_paths(make_bag: MakeBag) -> None:
    a, b = make_bag("a", "same"), make_bag("b", "same", one="other")
    found = compare(reported(a, b), reported(b, a))
    assert [bag.change for bag in found.bags] == [Change.SAME] * 2


def test_holdings_may_be_mounted_elsewhere(make_bag: MakeBag) -> None:
    before = reported(make_bag("holdings/x/a"), make_bag("holdings/b"))
    shutil.move("holdings", "mounted")
    found = compare(before, reported(Path("mounted/x/a"), Path("mounted/b")))
    assert [bag.change for bag in found.bags] == [Change.SAME] * 2
    assert {bag.was for bag in found.bags} == {"holdings/x/a", "holdings/b"}


def test_other_algorithms_are_no_alteration(make_bag: MakeBag) -> None:
    bag = make_bag("a")
    before = reported(bag)
    shutil.rmtree("a")
    Path("a").mkdir()
    Path("a/one").write_text("1")
    Path("a/two").write_text("2")
    bagit.make_bag("a", checksums=["sha512"])
    assert not {"data/one", "data/two"} & set(one(compare(before, reported(bag))).files.altered)


def test_json_has_each_bag(make_bag: MakeBag) -> None:
    a, b = make_bag("a"), make_bag("b")
    before = reported(a, b)
    (a / "data/one").write_text("!")
    told = json.loads("".join(changes.in_json(compare(before, reported(a, b)))))
    assert told["worse"]
    assert told["summary"] == {
        "newly invalid": 1, "gone": 0, "changed": 0, "not compared": 0, "new": 0, "repaired": 0,
        "unchanged": 1,
    }  # fmt: skip
    first, second = told["bags"]
    assert (first["subject"], first["altered"]) == ("a", ["data/one"])
    assert second == {"subject": "b", "change": "unchanged", "valid": True, "worse": False}


def test_no_name_of_a_report_drives_the_terminal(make_bag: MakeBag) -> None:
    bag = make_bag("a")
    hostile = reported(bag).model_copy(
        update={
            "reports": tuple(r.model_copy(update={"subject": "\x1b]0;x\a"}) for r in reported(bag).reports)
        }
    )
    assert text(compare(reported(), hostile)).splitlines()[0].endswith(r"\x1b]0;x\x07")


VALID: dict[str, Any] = {
    "report_version": "1.0",
    "archiver": "0",
    "began": "2026-01-01T00:00:00Z",
    "seconds": 0,
    "summary": {
        "bags": 0, "valid": 0, "invalid": 0, "undecided": 0, "files": 0, "bytes": 0,
        "errors": 0, "warnings": 0, "notes": 0, "not_checked": [],
    },
    "reports": [],
}  # fmt: skip


def test_what_a_later_version_adds_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(VALID | {"report_version": "1.7", "more": 1}))
    assert load(tmp_path / "a.json").reports == ()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"\xff\xfe", "JSON"),
        (b"[]", "should be an object"),
        (json.dumps(VALID | {"report_version": "2.0"}).encode(), "report_version.*'2.0'"),
        (json.dumps(VALID | {"reports": [{"subject": 1}]}).encode(), "reports.0.subject.*found 1"),
        (json.dumps(VALID | {"seconds": -1}).encode(), "seconds"),
    ],
)
def test_what_is_no_report_is_told_with_what_was_found(content: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=f"(?s)a.json.*{told}"):
        load(path)


@given(
    st.binary()
    | st.text().map(str.encode)
    | st.recursive(
        st.none() | st.floats() | st.text(),
        lambda inner: st.dictionaries(st.sampled_from([*VALID, "x"]), inner),
    ).map(lambda value: json.dumps({**VALID, "reports": [value], "x": value}).encode())
)
def test_whatever_a_file_holds_is_a_report_or_is_told_to_be_none(content: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        with contextlib.suppress(SettingsError):
            load(Path(file.name))


def test_what_cannot_be_read_is_told_and_nothing_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "long.json").write_text(" " * 11)
    monkeypatch.setattr("archiver.comparison.MOST_BYTES", 10)
    for name, told in (
        ("gone", "No such file"),
        ("pipe", "is not a file"),
        ("long.json", "longer than 10 bytes"),
        (".", "cannot be read|is not a file"),
    ):
        with pytest.raises(SettingsError, match=told):
            load(tmp_path / name)


@pytest.mark.parametrize("depth", [Depth.FAST, Depth.COMPLETENESS])
def test_rot_that_is_not_looked_for_again_is_never_told_to_be_no_more(
    depth: Depth, make_bag: MakeBag
) -> None:
    bag = make_bag("a")
    (bag / "data/one").write_text("!")
    found = compare(reported(bag), reported(bag, asked=Asked(depth)))
    assert not one(found).disappeared
    assert [finding.rule for finding in one(found).not_looked_at] == ["bagit-3-checksum"]
    assert "not looked at in the new report: error: data/one" in text(found)
    assert "no more" not in text(found)


def test_what_only_payload_oxum_fails_by_says_nothing_of_the_other_findings(make_bag: MakeBag) -> None:
    bag = make_bag("a")
    (bag / "data/one").unlink()
    found = compare(reported(bag), reported(bag, asked=Asked(Depth.FAST)))
    assert "bagit-3-file-missing" in {finding.rule for finding in one(found).not_looked_at}
    assert not one(found).disappeared


@pytest.mark.parametrize("depth", [Depth.FAST, Depth.COMPLETENESS])
@pytest.mark.parametrize("rule", BROKEN)
def test_a_finding_may_be_no_more_where_its_rule_would_be_told_again(
    rule: str, depth: Depth, make_bag: MakeBag
) -> None:
    bag = Path("bag")
    BROKEN[rule](bag)
    before = reported(bag, asked=Asked(limits=SMALL))
    told = {finding.rule for finding in reported(bag, asked=Asked(depth, SMALL)).reports[0].findings}
    bag.rename("away")
    found = one(compare(before, reported(make_bag("bag"), asked=Asked(depth))))
    assert told.isdisjoint(finding.rule for finding in found.not_looked_at)
    assert told.issuperset(finding.rule for finding in found.disappeared)


def test_where_bagit_txt_cannot_be_read_nothing_is_no_more(make_bag: MakeBag) -> None:
    bag = make_bag("a")
    (bag / "data/one").write_text("!")
    before = reported(bag)
    (bag / "bagit.txt").unlink()
    found = one(compare(before, reported(bag)))
    assert "bagit-3-checksum" in {finding.rule for finding in found.not_looked_at}
    assert not found.disappeared


def test_a_report_that_is_none_is_told_briefly(tmp_path: Path) -> None:
    (tmp_path / "a.sarif").write_text(json.dumps({"runs": [{str(n): "x" * 500 for n in range(500)}] * 9}))
    with pytest.raises(SettingsError) as told:
        load(tmp_path / "a.sarif")
    assert len(str(told.value)) < 500


def test_what_is_looked_at_again_and_is_right_is_no_more(make_bag: MakeBag) -> None:
    bag = make_bag("a")
    (bag / "data/one").rename(bag / "one")
    before = reported(bag)
    (bag / "one").rename(bag / "data/one")
    found = compare(before, reported(bag, asked=Asked(Depth.COMPLETENESS)))
    assert "bagit-3-file-missing" in {finding.rule for finding in one(found).disappeared}
    assert not one(found).not_looked_at


def without_tag_manifests(bag: Path) -> Path:
    for manifest in bag.glob("tagmanifest-*"):
        manifest.unlink()
    return bag


def test_manifests_are_compared_where_no_tag_manifest_lists_them_either(make_bag: MakeBag) -> None:
    bag = without_tag_manifests(make_bag("a"))
    before = reported(bag, asked=UNNAMED)
    same = compare(before, reported(bag, asked=UNNAMED))
    assert (one(same).change, same.worse) == (Change.SAME, False)
    (bag / "data/one").write_text("!")
    remade(bag)
    without_tag_manifests(bag)
    found = compare(before, reported(bag, asked=UNNAMED))
    assert one(found).files.unnamed
    assert found.worse


def old_report(report: SurveyModel) -> SurveyModel:
    """The report, of a bag with manifests whose digests were not known."""
    bags = tuple(bag.model_copy(update={"facts": bag.facts | {"manifests": {}}}) for bag in report.reports)
    return report.model_copy(update={"reports": bags})


FAST, COMPLETE = Asked(Depth.FAST), Asked(Depth.COMPLETENESS, inventory=100)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (FAST, NAMED, "the old report"),
        (NAMED, FAST, "the new report"),
        (COMPLETE, COMPLETE, "the old and the new report"),
    ],
)
def test_what_was_not_verified_is_not_unchanged(
    before: Asked, after: Asked, told: str, make_bag: MakeBag
) -> None:
    bag = make_bag("a")
    found = compare(reported(bag, asked=before), reported(bag, asked=after))
    assert one(found).change is Change.UNKNOWN
    assert found.worse
    assert f"  not compared: no checksum of payload was verified for {told}\n" in text(found)
    assert "1 not compared\n" in text(found)
    (as_told,) = json.loads("".join(changes.in_json(found)))["bags"]
    assert told in as_told["not_compared"]


def test_what_neither_report_names_a_digest_of_is_not_unchanged(make_bag: MakeBag) -> None:
    bag = make_bag("a")
    before = old_report(reported(bag, asked=UNNAMED))
    found = compare(before, reported(bag, asked=NAMED))
    assert one(found).change is Change.UNKNOWN
    assert found.worse
    assert "--inventory" in text(found)


def test_a_bag_without_payload_has_none_that_changed(make_bag: MakeBag) -> None:
    bag = make_bag("a")
    for file in (bag / "data").iterdir():
        file.unlink()
    remade(bag)
    found = compare(reported(bag, asked=FAST), reported(bag, asked=FAST))
    assert one(found).change is Change.SAME


def test_what_is_in_neither_report_looked_at_is_told_and_is_not_worse(tmp_path: Path) -> None:
    found = compare(reported(tmp_path / "gone"), reported(tmp_path / "gone"))
    assert one(found).change is Change.UNKNOWN
    assert not found.worse


@pytest.mark.parametrize("asked", [NAMED, UNNAMED])
def test_payload_without_a_common_algorithm_is_told_not_to_be_compared(
    asked: Asked, make_bag: MakeBag
) -> None:
    bag = make_bag("a")
    before = reported(bag, asked=asked)
    shutil.rmtree(bag)
    bag.mkdir()
    for name, content in (("one", "1"), ("two", "!")):
        (bag / name).write_text(content)
    bagit.make_bag(str(bag), checksums=["sha512"])
    found = compare(before, reported(bag, asked=asked))
    assert found.worse
    assert "  not compared: " in text(found)
    if asked is NAMED:
        assert "2 payload files, without digests of a common algorithm" in text(found)


def test_an_algorithm_that_is_added_leaves_the_manifest_that_was_to_prove_it(make_bag: MakeBag) -> None:
    bag = without_tag_manifests(make_bag("a"))
    before = reported(bag)
    lines = (
        f"{hashlib.sha512(path.read_bytes()).hexdigest()}  data/{path.name}\n"
        for path in (bag / "data").iterdir()
    )
    (bag / "manifest-sha512.txt").write_text("".join(lines))
    found = compare(before, reported(bag))
    assert one(found).change is Change.CHANGED
    assert not found.worse


def test_manifests_of_another_algorithm_of_tag_manifests_are_no_change(make_bag: MakeBag) -> None:
    bag = make_bag("a")
    before = reported(bag, asked=UNNAMED)
    found = compare(before, reported(without_tag_manifests(bag), asked=UNNAMED))
    assert not one(found).files.unnamed
    assert one(found).files.uncompared


def test_rot_of_a_bag_that_was_invalid_before_is_not_known_without_inventories(make_bag: MakeBag) -> None:
    bag = make_bag("a")
    (bag / "data/one").write_text("!")
    before = reported(bag, asked=UNNAMED)
    assert compare(before, reported(bag, asked=UNNAMED)).worse
    assert not compare(reported(bag), reported(bag)).worse
