"""GitHub: a workflow command a finding, which nothing in a name or message can turn into another."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.findings import Survey
from archiver.reports import github
from tests.reports.conftest import of_one

COMMAND = re.compile(r"::(error|warning|notice) file=[^,:]+(,line=\d+)?,title=[^,:]+::.+")


def lines(survey: Survey) -> list[str]:
    return "".join(github.written(survey)).splitlines()


def test_errors_come_first_and_the_sums_last(survey: Survey) -> None:
    found = lines(survey)
    assert [line.split()[0] for line in found[:5]] == ["::error"] * 4 + ["::warning"]
    assert all(COMMAND.fullmatch(line) for line in found[:-2])
    assert found[-2].startswith("3 bags: 2 invalid, 1 valid")


def test_what_separates_a_commands_parts_is_escaped() -> None:
    (command, *_) = lines(of_one("50% : a,b", subject="a,b", where="data/x:y, line 3"))
    assert command.startswith("::error file=a%2Cb/data/x%3Ay,line=3,title=bagit-3-checksum::")
    assert command.endswith(": 50%25 : a,b [RFC 8493 3]")


def test_what_github_would_not_show_is_a_plain_line() -> None:
    found = lines(of_one("x", count=github.SHOWN + 2))
    assert sum(line.startswith("::") for line in found) == github.SHOWN
    assert sum(line.startswith("error: bag: x") for line in found) == 2
    assert "error: 12 in all, of which GitHub shows 10 as annotations" in found


@pytest.mark.parametrize(
    "hostile", ["\n::stop-commands::x", "##[add-mask]x", "::set-env name=a::b", "\r::x::"]
)
def test_no_name_becomes_a_command(hostile: str) -> None:
    found = lines(of_one(hostile, subject=hostile, where=hostile, count=github.SHOWN + 1))
    assert all(COMMAND.fullmatch(line) for line in found[: github.SHOWN])
    assert not any(line.lstrip().startswith("::") or "##[" in line for line in found[github.SHOWN :])


@given(st.text(st.characters(codec=None)))
def test_any_text_is_one_command_on_one_line(hostile: str) -> None:
    found = lines(of_one(hostile, subject=hostile, where=hostile))
    assert COMMAND.fullmatch(found[0])
    assert len(found) == 3
