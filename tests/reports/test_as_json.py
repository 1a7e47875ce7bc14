"""JSON: what is published is what is written, what is read again, and what the schema says."""

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.bag import Asked, Depth
from archiver.findings import Survey
from archiver.reports import as_json
from archiver.reports.model import SurveyModel, report_schema
from tests.conftest import EXAMPLES
from tests.reports.conftest import MakeBag, of_one, surveyed

SCHEMA = EXAMPLES.parent / "schemas" / "report.schema.json"


def told(survey: Survey) -> Any:
    return json.loads("".join(as_json.written(survey)))


def test_the_published_schema_is_in_step() -> None:
    """Renew it with: archiver schema report > schemas/report.schema.json."""
    assert json.loads(SCHEMA.read_text("utf-8")) == report_schema()


@pytest.mark.parametrize("depth", Depth)
def test_reports_are_valid_against_the_schema(survey: Survey, depth: Depth, make_bag: MakeBag) -> None:
    checker = jsonschema.Draft202012Validator(
        json.loads(SCHEMA.read_text("utf-8")), format_checker=jsonschema.FormatChecker()
    )
    checker.validate(told(survey))
    checker.validate(told(surveyed(make_bag("a"), asked=Asked(depth))))
    checker.validate(told(surveyed()))


def test_nothing_is_written_that_the_schema_does_not_name(survey: Survey) -> None:
    read = SurveyModel.model_validate(told(survey)).model_dump(mode="json", exclude_unset=True)
    assert read == told(survey) | {"began": read["began"]}


def test_the_sums_are_those_of_the_reports(survey: Survey) -> None:
    summary = told(survey)["summary"]
    assert (summary["bags"], summary["valid"], summary["invalid"]) == (3, 1, 2)
    assert (summary["files"], summary["bytes"]) == (5, 8)
    assert (summary["errors"], summary["warnings"]) == (4, 1)


def test_what_was_not_looked_at_is_null(make_bag: MakeBag) -> None:
    bag = make_bag("a")
    for depth, answers in (
        (Depth.FULL, (True, True)),
        (Depth.COMPLETENESS, (True, None)),
        (Depth.FAST, (None, None)),
    ):
        (report,) = told(surveyed(bag, asked=Asked(depth)))["reports"]
        assert (report["complete"], report["valid"]) == answers


def test_the_inventory_has_the_digests_that_files_have(survey: Survey) -> None:
    good, bad, nothing = told(survey)["reports"]
    assert good["facts"]["inventory"]["data/two"] == bad["facts"]["inventory"]["data/two"]
    assert good["facts"]["inventory"]["data/one"] != bad["facts"]["inventory"]["data/one"]
    assert bad["facts"]["inventory"]["data/Thumbs.db"] == ""
    assert "inventory" not in nothing["facts"]


def test_no_inventory_is_given_of_more_files_than_asked_for_nor_of_digests_that_were_not_verified(
    make_bag: MakeBag,
) -> None:
    bag = make_bag("a")
    for asked in (Asked(inventory=3), Asked(Depth.COMPLETENESS, inventory=100)):
        (report,) = told(surveyed(bag, asked=asked))["reports"]
        assert "inventory" not in report["facts"]


@given(st.text())
def test_any_text_survives(hostile: str) -> None:
    (report,) = told(of_one(hostile, subject=hostile))["reports"]
    assert report["subject"] == hostile
    assert report["findings"][0].get("message", "") == hostile


def test_every_report_is_a_line_of_its_own(survey: Survey) -> None:
    lines = "".join(as_json.written(survey)).splitlines()
    assert sum(line.startswith('    {"subject"') for line in lines) == len(survey.reports)
