"""Run reports have a line a document that the published schema knows, and a page for people."""

import json
from pathlib import Path

import jsonschema
import pytest

from archiver.errors import SettingsError
from archiver.findings import Finding, Report, Severity
from archiver.pipeline import Outcome
from archiver.reports import run_page
from archiver.reports.model import OutcomeModel, run_schema
from archiver.reports.runs import MOST_LINE_BYTES, check_targets, failed_in, reported
from archiver.reports.tally import MOST_SHOWN, Tally, needed, pace, summary
from tests.conftest import EXAMPLES, packaged

SCHEMA = EXAMPLES.parent / "schemas" / "run.schema.json"


def failed(source: str, message: str = "is empty") -> Outcome:
    finding = Finding("source-unreadable", Severity.ERROR, message, source)
    return Outcome(source, "failed", Report(source, (), (finding,)))


def test_the_published_schema_is_in_step() -> None:
    """Renew it with: archiver schema run > schemas/run.schema.json."""
    assert json.loads(SCHEMA.read_text("utf-8")) == run_schema()


def test_each_line_is_there_whole_as_soon_as_its_document_is_done(tmp_path: Path) -> None:
    target = tmp_path / "run.jsonl"
    outcomes = [packaged(EXAMPLES / "harbour-ferry.txt", tmp_path / "out"), failed("a\n\udc80.txt")]
    checker = jsonschema.Draft202012Validator(run_schema())
    with reported([target], Tally()) as note:
        for number, outcome in enumerate(outcomes, 1):
            note(outcome)
            lines = target.read_text("utf-8").splitlines(keepends=True)
            assert len(lines) == number
            assert lines[-1].endswith("}\n")
            checker.validate(json.loads(lines[-1]))
    first = OutcomeModel.model_validate_json(target.read_text("utf-8").splitlines()[0])
    assert (first.status, first.valid) == ("packaged", True)
    payload = outcomes[0].bag
    assert isinstance(payload, Path)
    assert first.bytes == sum(p.stat().st_size for p in (payload / "data").rglob("*") if p.is_file())


def test_what_failed_is_read_from_a_report_even_where_its_last_line_was_cut(tmp_path: Path) -> None:
    report = tmp_path / "run.jsonl"
    with reported([report], Tally()) as note:
        for outcome in (
            failed("a"),
            packaged(EXAMPLES / "harbour-ferry.txt", tmp_path / "out"),
            failed("b"),
        ):
            note(outcome)
    report.write_bytes(report.read_bytes()[:-20])
    assert failed_in(report) == {"a"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[]\n", "line 1: is no line of a run report"),
        (b'{"source": "a", "status": "failed"}\n{"source": 1, "status": "failed"}\n', "line 2: is no line"),
        (b"\xff\n", "line 1: is no line of a run report"),
        (b"[" * 100_000 + b"\n", "line 1: is no line of a run report"),
        (b" " * (MOST_LINE_BYTES + 1), "line 1: is longer than"),
    ],
)
def test_what_is_no_run_report_is_told_with_its_line(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "run.jsonl").write_bytes(content)
    with pytest.raises(SettingsError, match=told):
        failed_in(tmp_path / "run.jsonl")


def test_a_report_that_is_not_there_or_of_no_form_is_told_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"--retry-failed .*gone.jsonl: cannot be read"):
        failed_in(tmp_path / "gone.jsonl")
    with pytest.raises(SettingsError, match=r"--report run.xml: its suffix tells no form"):
        check_targets([Path("run.xml")])
    with pytest.raises(SettingsError, match=r"--report .*/no/run.html: there is no folder"):
        check_targets([tmp_path / "no/run.html"])


def test_the_page_shows_what_failed_up_to_its_limit_and_says_how_much_more_did(tmp_path: Path) -> None:
    tally = Tally(total=MOST_SHOWN + 20)
    for number in range(MOST_SHOWN + 5):
        tally.add(failed(f"{number}.txt", "<script>alert(1)</script>"))
    page = "".join(run_page.written(tally))
    assert "<script>" not in page
    assert f"{MOST_SHOWN - 1}.txt" in page
    assert f"{MOST_SHOWN}.txt" not in page
    assert "5 more are not shown here" in page
    assert "1,005 of 1,005 documents failed, 15 left" in page


def test_a_tally_says_how_far_a_run_has_come_and_what_is_needed_for_the_rest(tmp_path: Path) -> None:
    tally = Tally(total=4)
    assert needed(tally) == ""
    outcome = packaged(EXAMPLES / "harbour-ferry.txt", tmp_path)
    for each in (outcome, outcome, failed("a")):
        tally.add(each)
    size = outcome.report.number("payload bytes")
    assert needed(tally) == f"1 document left, which need about {size:,} bytes"
    assert summary(tally) == "1 failed, 2 packaged (2 without a PDF/A check); 1 left"
    assert pace(tally).startswith("3 of 4 done, 1 failed, ")
    assert pace(tally).endswith(" s left")
