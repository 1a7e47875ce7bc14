"""Text: what is wrong comes first, what was not checked is said, and no name drives the terminal."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.bag import Asked, Depth
from archiver.findings import Survey
from archiver.reports import text
from archiver.survey import passed_over
from tests.reports.conftest import BEGAN, MakeBag, of_one, surveyed


def plain(pieces: Iterator[str]) -> list[str]:
    return click.unstyle("".join(pieces)).splitlines()


def test_what_is_wrong_comes_first_and_the_sums_come_last(survey: Survey) -> None:
    lines = plain(text.brief(survey))
    heads = [line for line in lines if not line.startswith("  ")]
    assert heads[:3] == ["invalid: holdings/bad", "invalid: nothing", "valid: holdings/good"]
    assert heads[3].startswith("3 bags: 2 invalid, 1 valid; 5 files, 8 bytes in 1.50 s")


def test_errors_come_before_warnings(survey: Survey) -> None:
    weights = [line.split(":")[0].strip() for line in plain(text.brief(survey)) if line[0] == " "]
    assert weights == ["error", "error", "error", "warning", "info", "error"]


def test_many_valid_bags_are_counted_and_named_only_when_all_is_told(survey: Survey) -> None:
    many = survey._replace(reports=survey.reports[:1] * (text.FEW + 1) + survey.reports[1:])
    assert "valid: holdings/good" not in plain(text.brief(many))
    assert plain(text.written(many)).count("valid: holdings/good") == text.FEW + 1


@pytest.mark.parametrize(
    ("depth", "verdict", "unchecked"),
    [
        (Depth.FAST, "nothing wrong found", ["complete", "valid"]),
        (Depth.COMPLETENESS, "complete", ["valid"]),
        (Depth.FULL, "valid", []),
    ],
)
def test_what_was_not_checked_is_said_and_never_called_valid(
    depth: Depth, verdict: str, unchecked: list[str], make_bag: MakeBag
) -> None:
    lines = plain(text.brief(surveyed(make_bag("a"), asked=Asked(depth))))
    assert lines[0] == f"{verdict}: a"
    assert [line.split(": ")[1].split(" (")[0] for line in lines if "not checked" in line] == unchecked


def test_a_link_that_is_passed_over_is_called_not_looked_at() -> None:
    survey = Survey((passed_over(Path("holdings/link")),), BEGAN, 1.5)
    assert plain(text.brief(survey))[0] == "not looked at: holdings/link"
    assert any("bag-link" in line for line in plain(text.written(survey)))


def test_a_bag_that_is_valid_shows_its_warnings(make_bag: MakeBag) -> None:
    bag = make_bag("a")
    (bag / "untagged.txt").write_text("x")
    lines = plain(text.brief(surveyed(bag)))
    assert lines[0] == "valid: a"
    assert lines[1].startswith("  warning: untagged.txt")


@given(st.text())
def test_no_text_reaches_the_terminal_with_control_characters(hostile: str) -> None:
    for line in plain(text.written(of_one(hostile, subject=hostile, where=hostile))):
        assert line.isprintable()


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (2.5e15, "2.5 PB"), (1e20, "100,000.0 PB")],
)
def test_sizes_are_in_the_unit_that_suits_them(count: float, told: str) -> None:
    assert text.size(count) == told


def test_a_survey_of_nothing_says_so() -> None:
    assert "nothing to validate" in text.summary(surveyed())


def test_a_path_is_named_as_it_was_given(make_bag: MakeBag) -> None:
    make_bag("a/b")
    assert plain(text.brief(surveyed(Path("./a/b"))))[0] == "valid: a/b"
