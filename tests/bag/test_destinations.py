"""Packages go where they are meant to, as folders or serialized, whole or not at all."""

from pathlib import Path

import pytest

from archiver.bag import validate
from archiver.bag.serialization.packing import pack
from archiver.pipeline import Job, package_one
from archiver.settings import Settings
from archiver.sources import SourceRef
from tests.conftest import EXAMPLES, packaged
from tests.s3 import files_in

FERRY = EXAMPLES / "harbour-ferry.txt"


@pytest.mark.parametrize("form", ["tar", "tar.gz", "zip"])
def test_a_serialized_package_is_the_packed_one_and_the_same_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    outcome = packaged(FERRY, tmp_path / "out", serialize=form)
    assert outcome.status == "packaged", outcome.report
    folder = packaged(FERRY, tmp_path / "folders").bag
    assert isinstance(folder, Path)
    pack(folder, tmp_path / "packed", form)
    assert files_in(tmp_path / "out") == {f"{folder.name}.{form}": (tmp_path / "packed").read_bytes()}
    assert isinstance(outcome.bag, Path)
    assert validate(outcome.bag).valid
    assert packaged(FERRY, tmp_path / "out", serialize=form).status == "already packaged"


def test_a_serialized_package_that_is_damaged_is_not_called_already_packaged(tmp_path: Path) -> None:
    outcome = packaged(FERRY, tmp_path, serialize="tar")
    assert isinstance(outcome.bag, Path)
    content = bytearray(outcome.bag.read_bytes())
    content[content.find(b"%PDF-") + 2000] ^= 1
    outcome.bag.write_bytes(content)
    again = packaged(FERRY, tmp_path, serialize="tar")
    assert again.status == "failed"
    assert "is damaged" in again.report.findings[0].message
    job = Job(SourceRef(FERRY), tmp_path, Settings(verapdf=False, serialize="tar"), replace=True)
    assert package_one(job).status == "packaged"
    assert packaged(FERRY, tmp_path, serialize="tar").status == "already packaged"
    assert [path.name for path in tmp_path.iterdir()] == [outcome.bag.name]


def test_what_is_no_file_is_never_replaced_by_a_serialized_package(tmp_path: Path) -> None:
    outcome = packaged(FERRY, tmp_path, serialize="zip")
    assert isinstance(outcome.bag, Path)
    outcome.bag.rename(tmp_path / "elsewhere")
    outcome.bag.symlink_to(tmp_path / "elsewhere")
    job = Job(SourceRef(FERRY), tmp_path, Settings(verapdf=False, serialize="zip"), replace=True)
    (finding,) = package_one(job).report.findings
    assert "is no package, so it is not replaced" in finding.message
    assert outcome.bag.is_symlink()


def test_an_identifier_that_ends_as_archives_do_names_a_folder_all_the_same(tmp_path: Path) -> None:
    source = tmp_path / "a.json"
    source.write_text('{"title": "T", "identifier": "one.tar", "language": "en", "body": ["x"]}')
    for status in ("packaged", "already packaged"):
        outcome = packaged(source, tmp_path / "out")
        assert outcome.status == status, outcome.report
    assert isinstance(outcome.bag, Path)
    assert outcome.bag.is_dir()
