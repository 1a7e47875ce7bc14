"""One source is packaged from start to finish, or its outcome says in a sentence why not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.errors import SettingsError
from archiver.pipeline import Job, failed, stage_one
from archiver.settings import Settings
from archiver.sources import SourceRef


def job() -> Job:
    return Job(SourceRef(Path("a.txt")), Path("output"), Settings())


@pytest.mark.parametrize("epoch", ["-62135596800", "1_000", "1.5", "", " 1", "٣", "9" * 20, "9" * 9000])
def test_a_source_date_that_is_no_number_of_seconds_is_refused(
    monkeypatch: pytest.MonkeyPatch, epoch: str
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    with pytest.raises(SettingsError, match=r"SOURCE_DATE_EPOCH: .* expected the seconds since 1970"):
        job()


def test_a_source_date_is_the_moment_of_all_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    assert job().when == datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)


@pytest.mark.parametrize("missing", ["folder", "room"])
def test_a_worker_that_does_not_find_what_it_shares_with_the_command_says_so(
    tmp_path: Path, missing: str
) -> None:
    gone = tmp_path / "gone"
    folder = gone if missing == "folder" else tmp_path
    room = (gone if missing == "room" else tmp_path) / "1-"
    with pytest.raises(SettingsError, match=f"workers: the worker on .* does not find {gone} .*TMPDIR"):
        stage_one(job(), room, str(folder))
    assert not gone.exists()


def test_a_document_that_takes_too_much_memory_is_told_to_and_not_to_be_reported() -> None:
    (told,) = failed("a.txt", MemoryError()).report.findings
    assert (told.rule, told.where) == ("document-failed", "a.txt")
    assert told.message == "takes more memory than this process may have"
