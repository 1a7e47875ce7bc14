"""HTML: one page that is whole in itself, with what is wrong first, which no name can make another."""

import base64
import hashlib
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import HtmlElement, document_fromstring

from archiver.bag import Asked, Depth
from archiver.findings import Report, Survey, Totals
from archiver.reports import html
from archiver.reports.tally import duration
from archiver.reports.text import printable
from tests.reports.conftest import BEGAN, MakeBag, of_one, surveyed


def page(survey: Survey) -> HtmlElement:
    return document_fromstring("".join(html.written(survey)))


def texts(within: HtmlElement, path: str) -> list[str]:
    return [" ".join(element.text_content().split()) for element in within.xpath(path)]


def bags(count: int) -> Survey:
    """A survey of so many bags in which nothing is wrong."""
    return Survey(tuple(Report(f"holdings/{number}") for number in range(count)), BEGAN, 1.5)


def test_the_verdict_comes_first_then_the_sums(survey: Survey) -> None:
    told = page(survey)
    assert texts(told, "//h1") == ["2 of 3 bags are invalid"]
    assert texts(told, "//title") == ["2 of 3 bags are invalid – validation of 4 May 2026"]
    assert "4 May 2026, 03:02:01 UTC, in 1.5 s" in told.text_content()
    sums = dict(zip(texts(told, "//dt"), texts(told, "//dd"), strict=True))
    assert sums == {
        "Invalid": "2",
        "Not verified": "0",
        "Valid": "1",
        "Findings": "4 errors, 1 warning, 2 notes",
        "Payload": "5 files, 8 bytes",
    }


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ((0, 0, 0, 0), "No bag was validated"),
        ((1, 1, 0, 0), "The bag is valid"),
        ((2000, 2000, 0, 0), "All 2,000 bags are valid"),
        ((1, 0, 1, 0), "The bag is invalid"),
        ((9, 8, 1, 0), "1 of 9 bags is invalid"),
        ((9, 0, 2, 7), "2 of 9 bags are invalid"),
        ((9, 1, 0, 8), "Nothing wrong found, but 8 of 9 bags were not verified"),
        ((1, 0, 0, 1), "Nothing wrong found, but the bag was not verified"),
    ],
)
def test_the_verdict_calls_nothing_valid_that_was_not_verified(
    counts: tuple[int, int, int, int], sentence: str
) -> None:
    assert html.verdict(Totals(*counts, 0, 0, 0, 0, 0)) == sentence


def test_bags_with_errors_or_warnings_come_first_with_all_that_is_known_of_each(survey: Survey) -> None:
    told = page(survey)
    assert texts(told, "//h3/bdi") == ["holdings/bad", "nothing"]
    assert texts(told, "//table[@class='bags']//th/bdi") == ["holdings/good"]
    assert texts(told, "//table[@class='bags']//summary") == ["1 note"]
    for article, report in zip(told.xpath("//article"), survey.reports[1:], strict=True):
        found = texts(article, ".//li")
        assert [line.split()[0] for line in found][:3] == ["error", "error", "error"][: len(found)]
        for finding in report.findings:
            (line,) = (line for line in found if finding.message in line)
            assert all(part in line for part in (finding.where, finding.rule, finding.clause, finding.hint))


@pytest.mark.parametrize(
    ("depth", "word"), [(Depth.FAST, "nothing wrong found"), (Depth.COMPLETENESS, "complete")]
)
def test_what_was_not_checked_is_said(depth: Depth, word: str, make_bag: MakeBag) -> None:
    told = page(surveyed(make_bag("a"), asked=Asked(depth)))
    assert "valid, in 1 bag: no checksum was verified" in texts(told, "//header//li")
    assert texts(told, "//td[@class='verdict']") == [word]


def test_no_heading_skips_a_level_and_every_head_of_a_table_says_of_what(survey: Survey) -> None:
    told = page(survey)
    levels = [int(str(element.tag)[1]) for element in told.iter("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert {element.get("scope") for element in told.iter("th")} == {"row", "col"}


def test_long_lists_are_folded_and_whole() -> None:
    (article,) = page(of_one("x", count=html.FEW_FINDINGS + 5)).xpath("//article")
    assert texts(article, ".//details/details/summary") == ["5 more findings"]
    assert len(article.xpath(".//li")) == html.FEW_FINDINGS + 5
    told = page(bags(2 * html.SHEAF + 1))
    assert len(told.xpath("//details")) == 3
    assert len(told.xpath("//details/table/tbody/tr")) == 2 * html.SHEAF + 1
    assert not page(bags(html.SHEAF)).xpath("//details")


def test_bars_have_their_numbers_as_text(survey: Survey) -> None:
    sizes, algorithms = page(survey).xpath("//table[@class='bars']")
    assert texts(sizes, ".//tbody/tr/*") == ["from 1 byte", "2"]
    assert texts(algorithms, ".//tbody/tr/*") == ["sha256", "2"]
    assert sizes.xpath(".//rect/@width") == ["100.00"]


@pytest.mark.parametrize(
    ("payloads", "told"),
    [
        ([], {}),
        ([0, 0], {"empty": 2}),
        ([0, 9], {"empty": 1, "from 1 byte": 1}),
        ([10**3 - 1, 10**3], {"from 100 bytes": 1, "from 1 kB": 1}),
        ([10**5, 10**7, 10**7], {"from 100 kB": 1, "from 1 MB": 0, "from 10 MB": 2}),
    ],
)
def test_sizes_are_told_in_steps_of_ten_without_gaps(payloads: list[int], told: dict[str, int]) -> None:
    reports = [Report("bag", facts={"payload bytes": count}) for count in payloads]
    assert html.by_size([*reports, Report("unreadable")]) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.04, "0.0 s"), (59.9, "59.9 s"), (60, "1 min 0 s"), (3599.7, "1 h 0 min"), (12_000, "3 h 20 min")],
)
def test_times_are_in_the_units_that_suit_them(seconds: float, told: str) -> None:
    assert duration(seconds) == told


def test_the_policy_allows_the_pages_own_style_and_script_and_nothing_else(survey: Survey) -> None:
    told = page(survey)
    (stated,) = told.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    allowed = dict(part.split(" ", 1) for part in stated.split("; "))
    for name in ("style", "script"):
        (element,) = told.iter(name)
        digest = base64.b64encode(hashlib.sha256(str(element.text).encode()).digest()).decode()
        assert allowed.pop(f"{name}-src") == f"'sha256-{digest}'"
    assert set(allowed.values()) == {"'none'"}


def test_nothing_is_fetched_and_nothing_stands_in_attributes_that_the_policy_forbids(
    survey: Survey,
) -> None:
    told = page(survey)
    attributes = {name for element in told.iter() for name in element.attrib}
    assert not {name for name in attributes if re.match(r"on|style|src", name)}
    assert told.xpath("//@href") == ["#bags"]
    assert "url(" not in "".join(told.xpath("//style/text()"))


@given(st.text(st.characters(codec=None), min_size=1))
def test_any_text_is_text_and_nothing_else(hostile: str) -> None:
    told = page(of_one(hostile, subject=hostile, where=hostile))
    assert [element.tag for element in told.iter()] == [
        element.tag for element in page(of_one("x", subject="x", where="x")).iter()
    ]
    for path in ("//h3/bdi", "//p[@class='message']/bdi", "//code"):
        assert told.xpath(path)[0].text_content() == printable(hostile)


@pytest.mark.parametrize(
    "hostile",
    ["</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"' onload=x", "{{ 1 }}"],
)
def test_no_name_becomes_markup_or_template(hostile: str) -> None:
    survey = of_one(hostile, subject=hostile, where=hostile)
    (report,) = survey.reports
    told = page(survey._replace(reports=(report._replace(facts={"identifier": hostile}),)))
    assert len(told.xpath("//script")) == 1
    assert not told.xpath("//img")
    assert told.text_content().count(hostile) == 4


def test_names_that_run_from_right_to_left_are_isolated() -> None:
    hebrew = "ארכיון"
    told = page(of_one(hebrew, subject=hebrew, where=hebrew))
    holding = [element for element in told.iter() if hebrew in (element.text or "")]
    assert len(holding) == 3
    assert all(element.xpath("ancestor-or-self::bdi") for element in holding)


def test_no_piece_of_the_page_holds_all_of_it() -> None:
    pieces = list(html.written(bags(20 * html.SHEAF)))
    assert max(map(len, pieces)) < sum(map(len, pieces)) / 6
