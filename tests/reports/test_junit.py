"""JUnit: one test case a bag, well-formed whatever a name holds."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite
from lxml import etree

from archiver.bag import Asked, Depth
from archiver.findings import Survey
from archiver.reports import junit
from tests.reports.conftest import MakeBag, of_one, surveyed

CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"properties", "skipped", "error", "failure", "system-out"},
    "properties": {"property"},
}
"""What may be in what, by the schema of Jenkins' xUnit plugin."""


def suite(survey: Survey) -> TestSuite:
    document = "".join(junit.written(survey)).encode()
    (found,) = JUnitXml.fromstring(document)
    for element in etree.fromstring(document).iter():
        assert {child.tag for child in element} <= CHILDREN.get(str(element.tag), set())
    assert isinstance(found, TestSuite)
    return found


def cases(survey: Survey) -> list[TestCase]:
    return list(suite(survey))


def test_each_bag_is_a_case_that_passed_failed_or_could_not_be_run(survey: Survey) -> None:
    good, bad, nothing = cases(survey)
    assert (good.classname, good.name, good.result) == ("holdings", "good", [])
    assert [type(result) for result in bad.result] == [Failure]
    assert [type(result) for result in nothing.result] == [Error]
    assert all(finding.message in bad.result[0].text for finding in survey.reports[1].findings)
    assert bad.result[0].type == "bagit-2.1.3-manifest-incomplete"


def test_the_suite_has_the_counts_and_the_time(survey: Survey) -> None:
    found = suite(survey)
    assert (found.tests, found.failures, found.errors, found.skipped) == (3, 1, 1, 0)
    assert (found.time, found.timestamp) == (1.5, "2026-05-04T03:02:01")


def test_facts_are_properties(survey: Survey) -> None:
    root = etree.fromstring("".join(junit.written(survey)).encode())
    assert root.xpath("//testcase[@name='bad']//property[@name='identifier']/@value") == ["id-1"]


def test_a_bag_that_was_not_verified_is_skipped_and_says_why(make_bag: MakeBag) -> None:
    (case,) = cases(surveyed(make_bag("a"), asked=Asked(Depth.FAST)))
    (result,) = case.result
    assert isinstance(result, Skipped)
    assert "no checksum was verified" in result.message


def test_a_warning_of_a_bag_that_passed_is_its_output(make_bag: MakeBag) -> None:
    bag = make_bag("a")
    (bag / "more.txt").write_text("x")
    (case,) = cases(surveyed(bag))
    assert case.result == []
    assert "warning: more.txt" in str(case.system_out)


@given(st.text(st.characters(codec=None)))
def test_any_name_is_well_formed(hostile: str) -> None:
    (case,) = cases(of_one(hostile, subject=hostile or ".", where=hostile))
    assert case.name


def test_a_name_that_is_not_utf_8_is_escaped() -> None:
    (case,) = cases(of_one("x", subject=str(Path("a\udcff/b\x00\x1b"))))
    assert (case.classname, case.name) == (r"a\udcff", r"b\x00\x1b")


def test_a_survey_of_nothing_is_a_suite_without_cases(survey: Survey) -> None:
    assert cases(survey._replace(reports=())) == []
