"""Surveys: every bag below the places that are named, whatever else is there, and however it fares."""

import os
from pathlib import Path

import pytest

from archiver.bag import Asked
from archiver.findings import Verdict
from archiver.survey import WORTH_BAGS, find_bags, passed_over, survey
from tests.reports.conftest import MakeBag, make_bag

__all__ = ["make_bag"]


def test_bags_are_found_below_folders_once_and_in_order(make_bag: MakeBag) -> None:
    bags = [make_bag(f"holdings/{name}") for name in (".hidden/e", "a", "b/c", "b/d")]
    make_bag("holdings/.git/f")
    make_bag("holdings/.archiver-staging/g")
    (bags[1] / "data/bagit.txt").write_text("no bag of its own")
    assert find_bags([Path("holdings"), Path("holdings/a")]) == (bags, [])


def test_a_place_without_a_bag_is_told_and_stops_no_other(make_bag: MakeBag) -> None:
    bag = make_bag("a")
    Path("loop").symlink_to("loop")
    Path("empty").mkdir()
    Path("file").write_text("x")
    places = [Path(name) for name in ("x" * 300, "loop", "empty", "file", "gone", "file/below")]
    found = find_bags([*places, bag]).bags
    assert found == [*places, bag]
    reports = list(survey(found, Asked(), 1))
    assert [report.valid for report in reports] == [False] * len(places) + [True]
    rules = {finding.rule for report in reports for finding in report.findings}
    assert {"bag-missing", "bagit-2.1.1-missing"} <= rules


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_listed_is_told(make_bag: MakeBag) -> None:
    bag = make_bag("holdings/a")
    Path("holdings/locked").mkdir(mode=0)
    assert find_bags([Path("holdings")]).bags == [bag, Path("holdings/locked")]


def test_a_link_that_may_lead_to_bags_is_named_and_not_followed(make_bag: MakeBag) -> None:
    bag = make_bag("holdings/a")
    make_bag("elsewhere/b")
    for name, target in (
        ("b", "../elsewhere/b"),
        ("c.zip", "file.zip"),
        ("loop", "loop"),
        ("n", "note"),
        ("up", ".."),
    ):
        Path("holdings", name).symlink_to(target)
    Path("holdings/file.zip").write_text("x")
    Path("holdings/note").write_text("x")
    links = [Path("holdings", name) for name in ("b", "c.zip", "up")]
    assert find_bags([Path("holdings")]) == ([Path("holdings/file.zip"), bag], links)
    report = passed_over(links[0])
    assert report.verdict is Verdict.NOT_CHECKED
    assert [found.rule for found in report.findings] == ["bag-link"]


def test_a_link_that_is_named_is_followed(make_bag: MakeBag) -> None:
    make_bag("elsewhere/b")
    Path("link").symlink_to("elsewhere")
    assert find_bags([Path("link"), Path("link/b")]) == ([Path("link/b")], [])


def test_reports_come_in_the_order_of_the_bags_however_many_processes_read(make_bag: MakeBag) -> None:
    bags = [make_bag(f"bag{number}") for number in range(WORTH_BAGS + 1)]
    (bags[3] / "data/one").write_text("!")
    reports = list(survey(bags, Asked(), 2))
    assert [report.subject for report in reports] == [str(bag) for bag in bags]
    assert [report.valid for report in reports].index(False) == 3
