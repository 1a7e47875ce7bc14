"""Packages of page scans hold the pages as they came, their text beside the rendition."""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import bagit
import pytest
from lxml import etree

from archiver.bag import validate
from archiver.paging import listening
from archiver.pipeline import Job, package_one
from archiver.settings import Settings
from archiver.sources import SourceRef
from tests.conftest import packaged
from tests.scanned import needs_tesseract, page, scanned

PREMIS = "{http://www.loc.gov/premis/v3}"


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """A folder of two pages, in German and in English."""
    folder = tmp_path / "in" / "vol"
    folder.mkdir(parents=True)
    scanned(folder / "1.tif", page("de"))
    scanned(folder / "2.jpg", page("en"))
    (tmp_path / "in/vol.meta.yaml").write_text("title: Two crossings\nlanguage: [de, en]\n")
    return folder


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@needs_tesseract
@pytest.mark.usefixtures("verapdf")
def test_a_folder_of_scans_becomes_one_valid_package(volume: Path, tmp_path: Path) -> None:
    outcome = packaged(volume, tmp_path / "out", verapdf=True)
    assert isinstance(outcome.bag, Path), outcome.report.findings
    bagit.Bag(str(outcome.bag)).validate()
    report = validate(outcome.bag)
    assert report.valid, report.findings
    told = next(check.note for check in outcome.report.checks if check.name == "PDF/A conformance")
    assert told.startswith("PDF/A-2a and PDF/UA-1")
    assert {path for path in digests(outcome.bag / "data") if not path.startswith("metadata")} == {
        "original/1.tif",
        "original/2.jpg",
        "original/vol.meta.yaml",
        "rendition/vol.pdf",
        "rendition/vol.txt",
        "rendition/alto/page-0001.xml",
        "rendition/alto/page-0002.xml",
    }
    article = json.loads((outcome.bag / "data/metadata/article.json").read_text())
    assert (article["title"], article["body"]) == ("Two crossings", [])
    text = (outcome.bag / "data/rendition/vol.txt").read_text()
    assert "müde auf den Bänken" in text.split("\f")[0]
    assert "bound for the northern isles" in text.split("\f")[1]
    assert packaged(volume, tmp_path / "out").status == "already packaged"


@needs_tesseract
def test_what_was_recognized_and_by_what_is_an_event(volume: Path, tmp_path: Path) -> None:
    outcome = packaged(volume, tmp_path / "out")
    assert isinstance(outcome.bag, Path), outcome.report.findings
    premis = etree.parse(outcome.bag / "data/metadata/premis.xml")
    (event,) = (
        e for e in premis.iter(f"{PREMIS}event") if e.findtext(f"{PREMIS}eventType") == "extraction"
    )
    assert event.findtext(f".//{PREMIS}eventDetail") == "text recognized in deu+eng"
    linked = [each.text for each in event.iter(f"{PREMIS}linkingObjectIdentifierValue")]
    assert "data/rendition/alto/page-0002.xml" in linked
    names = {
        each.findtext(f".//{PREMIS}objectIdentifierValue"): each.findtext(f"{PREMIS}originalName")
        for each in premis.iter(f"{PREMIS}object")
    }
    assert names["data/original/1.tif"] == "1.tif"


@needs_tesseract
def test_the_same_scans_make_the_same_package_by_any_number_of_workers(
    volume: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    made = [packaged(volume, tmp_path / str(workers), page_workers=workers).bag for workers in (1, 3)]
    one, other = (digests(bag) for bag in made if isinstance(bag, Path))
    assert one == other


def test_a_page_that_cannot_be_decoded_fails_its_document_and_says_which(tmp_path: Path) -> None:
    (tmp_path / "vol").mkdir()
    scanned(tmp_path / "vol/1.jpg")
    scanned(tmp_path / "vol/2.jpg", page("de"))
    content = (tmp_path / "vol/2.jpg").read_bytes()
    (tmp_path / "vol/2.jpg").write_bytes(content[: len(content) // 2])
    outcome = package_one(
        Job(SourceRef(tmp_path / "vol"), tmp_path / "out", Settings(verapdf=False, tesseract=False))
    )
    assert outcome.status == "failed"
    assert "2.jpg" in outcome.report.findings[0].where
    assert "is not a picture that can be read" in outcome.report.findings[0].message
    assert not list((tmp_path / "out").glob("[!.]*"))


@needs_tesseract
def test_what_is_terminated_twice_ends_at_once_with_all_that_it_began(volume: Path, tmp_path: Path) -> None:
    slow, begun = tmp_path / "slow", tmp_path / "begun"
    slow.write_text(
        f'#!/bin/sh\n[ "$2" = stdout ] || exec tesseract "$@"\necho $$ >> {begun}\nexec sleep 600\n'
    )
    slow.chmod(0o755)
    process = subprocess.Popen(
        [sys.executable, "-m", "archiver", "package", str(volume), "-o", "out", "--no-verapdf"],
        cwd=tmp_path,
        env={**os.environ, "ARCHIVER_TESSERACT": str(slow), "ARCHIVER_PAGE_WORKERS": "2"},
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    while not (begun.exists() and len(begun.read_text().split()) == 2):
        assert process.poll() is None
        time.sleep(0.05)
    process.terminate()
    assert b"finishing what is in hand" in process.stderr.readline()
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 130
    for started in map(int, begun.read_text().split()):
        with pytest.raises(ProcessLookupError):
            os.kill(started, 0)
    assert not list((tmp_path / "out").glob("*"))


def test_progress_is_told_page_by_page(volume: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    with listening(lambda done, count: told.append((done, count))):
        packaged(volume, tmp_path / "out", tesseract=False)
    assert told == [(1, 2), (2, 2)]
