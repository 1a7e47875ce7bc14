"""PDFs become packages, with a rendition or without, and each package says which."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from archiver import bag, inspection
from archiver.errors import RenditionError
from archiver.findings import Verdict
from archiver.rendering import render_file
from archiver.settings import Settings
from archiver.sources import SourceRef
from tests.conftest import packaged
from tests.rendition import pdfs
from tests.scanned import needs_tesseract, page

PREMIS = {"p": "http://www.loc.gov/premis/v3"}


def test_a_pdf_is_packaged_with_a_repaired_rendition(tmp_path: Path) -> None:
    source = pdfs.written(tmp_path / "Harbour plan.pdf", title="Plan")
    outcome = packaged(source, tmp_path / "out", verapdf=True)
    assert (outcome.status, outcome.report.answer("PDF/A conformance")) == ("packaged", Verdict.PASSED)
    assert isinstance(outcome.bag, Path)
    kept = outcome.bag / "data/original/Harbour plan.pdf"
    assert kept.read_bytes() == source.read_bytes()
    report = bag.validate(outcome.bag, bag.Asked(check_pdf=True))
    assert report.valid, report.findings
    assert report.answer("PDF/A conformance") is Verdict.PASSED
    assert packaged(source, tmp_path / "out", verapdf=True).status == "already packaged"
    events = inspection.describe(outcome.bag)["events"]
    assert ["normalization", "success"] in [[event["type"], event["outcome"]] for event in events]


@needs_tesseract
def test_a_pdf_of_pictures_is_packaged_with_its_text(tmp_path: Path) -> None:
    page().save(tmp_path / "scan.pdf", resolution=300)
    outcome = packaged(tmp_path / "scan.pdf", tmp_path / "out", verapdf=True, tesseract=True, language="en")
    assert outcome.report.answer("PDF/A conformance") is Verdict.PASSED
    assert isinstance(outcome.bag, Path)
    rendition = outcome.bag / "data/rendition"
    assert sorted(each.name for each in rendition.iterdir()) == ["alto", "scan.pdf", "scan.txt"]
    report = bag.validate(outcome.bag, bag.Asked(check_pdf=True))
    assert report.valid, report.findings
    events = inspection.describe(outcome.bag)["events"]
    assert ["extraction", "success"] in [[event["type"], event["outcome"]] for event in events]
    again = packaged(tmp_path / "scan.pdf", tmp_path / "out", verapdf=True, tesseract=True, language="en")
    assert again.status == "already packaged"


@pytest.fixture(scope="module")
def unrendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of a PDF of which there is no rendition."""
    source = pdfs.encrypted(tmp_path_factory.mktemp("source") / "secret.pdf")
    outcome = packaged(source, tmp_path_factory.mktemp("out"))
    assert outcome.status == "packaged", outcome.report
    assert outcome.report.answer("PDF/A conformance") is Verdict.NOT_CHECKED
    assert isinstance(outcome.bag, Path)
    return outcome.bag


def test_a_package_without_a_rendition_says_why_and_is_valid(unrendered: Path) -> None:
    assert sorted(path.name for path in (unrendered / "data").iterdir()) == ["metadata", "original"]
    report = bag.validate(unrendered, bag.Asked(check_pdf=True))
    assert report.valid, report.findings
    assert [report.answer(name) for name in ("rendition", "PDF/A conformance")] == [Verdict.NOT_CHECKED] * 2
    (told,) = report.findings
    assert told.rule == "package-no-rendition"
    assert told.message == "is not there: it is encrypted and needs a password"
    events = inspection.describe(unrendered)["events"]
    assert ["normalization", "fail"] in [[event["type"], event["outcome"]] for event in events]


def test_a_package_that_does_not_say_why_it_has_no_rendition_is_not_valid(
    unrendered: Path, tmp_path: Path
) -> None:
    payload = shutil.copytree(unrendered / "data", tmp_path / "remade")
    record = payload / "metadata/premis.xml"
    tree = etree.parse(record)
    for outcome in tree.iterfind(".//p:eventOutcome", PREMIS):
        outcome.text = "success"
    tree.write(record, xml_declaration=True, encoding="UTF-8")
    identifier = inspection.describe(unrendered)["article"]["identifier"]
    info = {"External-Identifier": identifier, "External-Description": "x"}
    bag.make(payload, info, ["sha512"], datetime.now(UTC))
    report = bag.validate(payload)
    assert [finding.rule for finding in report.findings] == ["package-pdf"]


def test_a_package_without_a_rendition_is_packaged_already(tmp_path: Path) -> None:
    source = pdfs.encrypted(tmp_path / "secret.pdf")
    assert packaged(source, tmp_path / "out").status == "packaged"
    again = packaged(source, tmp_path / "out")
    assert again.status == "already packaged"
    assert "package-no-rendition" in [finding.rule for finding in again.report.findings]


def test_what_is_not_shown_to_be_pdfa_is_refused_where_that_is_required(tmp_path: Path) -> None:
    encrypted = packaged(pdfs.encrypted(tmp_path / "secret.pdf"), tmp_path / "out", require_pdfa=True)
    assert encrypted.status == "failed"
    told = encrypted.report.findings[0].message
    assert told == "has no PDF/A rendition: it is encrypted and needs a password"
    claiming = packaged(pdfs.conforming(tmp_path / "a.pdf"), tmp_path / "out", require_pdfa=True)
    assert claiming.status == "failed"
    assert "there is no veraPDF to show" in claiming.report.findings[0].message
    assert not list((tmp_path / "out").glob("urn*"))
    shown = packaged(tmp_path / "a.pdf", tmp_path / "out", require_pdfa=True, verapdf=True)
    assert shown.status == "packaged"


def test_without_verapdf_a_claim_is_kept_and_called_not_checked(tmp_path: Path) -> None:
    outcome = packaged(pdfs.conforming(tmp_path / "a.pdf"), tmp_path / "out")
    assert outcome.status == "packaged"
    assert outcome.report.answer("PDF/A conformance") is Verdict.NOT_CHECKED
    assert isinstance(outcome.bag, Path)
    checked = bag.validate(outcome.bag)
    assert checked.valid
    assert checked.answer("PDF/A conformance") is Verdict.NOT_CHECKED


def test_rendering_alone_says_why_there_is_no_rendition(tmp_path: Path) -> None:
    settings = Settings(verapdf=False)
    with pytest.raises(RenditionError, match=r"secret\.pdf: has no rendition: it is encrypted"):
        render_file(SourceRef(pdfs.encrypted(tmp_path / "secret.pdf")), tmp_path / "x.pdf", settings)
    assert not (tmp_path / "x.pdf").exists()
    report = render_file(SourceRef(pdfs.conforming(tmp_path / "a.pdf")), tmp_path / "x.pdf", settings)
    assert report.valid
    assert (tmp_path / "x.pdf").read_bytes() == (tmp_path / "a.pdf").read_bytes()
