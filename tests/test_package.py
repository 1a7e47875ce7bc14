"""Packages are whole or not there, verified by bagit itself, and the same whoever builds them."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import bagit
import pikepdf
import pytest

from archiver.bag import Asked, folder_name, validate
from archiver.inspection import describe, told
from archiver.pipeline import Job, package_one
from archiver.rendition.verapdf import Validator
from archiver.settings import Settings
from archiver.sources import SourceRef
from tests.conftest import EXAMPLES, batch, packaged
from tests.rendition.renditions import by_poppler, needs_poppler, plain

ASKED = Asked(check_pdf=True)
FERRY = EXAMPLES / "harbour-ferry.txt"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    outcome = packaged(EXAMPLES / "seed-library.md", tmp_path_factory.mktemp("output"))
    assert outcome.status == "packaged", outcome.report
    assert isinstance(outcome.bag, Path)
    return outcome.bag


def test_a_package_is_valid_for_bagit_and_for_archiver(package: Path) -> None:
    bagit.Bag(str(package)).validate()
    report = validate(package)
    assert report.valid, report.findings
    conformance = next(c for c in report.checks if c.name == "PDF/A conformance")
    assert conformance.verdict == "not checked"


def test_a_package_holds_original_rendition_and_records(package: Path) -> None:
    files = {p.relative_to(package).as_posix() for p in package.rglob("*") if p.is_file()}
    assert files == {
        "bagit.txt",
        "bag-info.txt",
        "manifest-sha512.txt",
        "tagmanifest-sha512.txt",
        "data/original/seed-library.md",
        "data/original/jars.png",
        "data/rendition/seed-library.pdf",
        "data/metadata/article.json",
        "data/metadata/dublin-core.xml",
        "data/metadata/premis.xml",
    }
    original = package / "data/original/seed-library.md"
    assert original.read_bytes() == (EXAMPLES / "seed-library.md").read_bytes()


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        (lambda bag: (bag / "data/original/jars.png").write_bytes(b"x"), "bagit-3-checksum"),
        (lambda bag: (bag / "data/original/jars.png").unlink(), "bagit-3-file-missing"),
        (lambda bag: (bag / "data/extra").write_bytes(b"x"), "bagit-2.1.3-manifest-incomplete"),
        (lambda bag: (bag / "bagit.txt").write_text("BagIt"), "bagit-2.1.1-form"),
        (lambda bag: (bag / "bagit.txt").unlink(), "bagit-2.1.1-missing"),
        (lambda bag: (bag / "manifest-sha512.txt").unlink(), "bagit-2.1.3-manifest-missing"),
        (lambda bag: (bag / "data/link").symlink_to("/etc/hostname"), "bagit-5.1-special"),
        (lambda bag: os.mkfifo(bag / "data/pipe"), "bagit-5.1-special"),
        (
            lambda bag: (bag / "manifest-sha512.txt").write_text("ab  data/../../etc/hostname\n"),
            "bagit-5.1-path",
        ),
        (lambda bag: (bag / "fetch.txt").write_text("x"), "bagit-2.2.3-line"),
    ],
)
def test_a_damaged_bag_is_invalid_by_its_rule(
    package: Path, tmp_path: Path, damage: object, rule: str
) -> None:
    bag = tmp_path / "bag"
    shutil.copytree(package, bag)
    damage(bag)  # type: ignore[operator]
    report = validate(bag)
    assert not report.valid
    assert rule in {finding.rule for finding in report.findings}


def test_a_record_that_breaks_its_schema_is_found(package: Path, tmp_path: Path) -> None:
    bag = tmp_path / "bag"
    shutil.copytree(package, bag)
    bag_info = bagit.Bag(str(bag)).info
    record = bag / "data/metadata/premis.xml"
    record.write_bytes(record.read_bytes().replace(b"eventType>", b"eventKind>"))
    for manifest in ("manifest-sha512.txt", "tagmanifest-sha512.txt", "bag-info.txt"):
        (bag / manifest).unlink()
    info = {
        "BagIt-Profile-Identifier": "urn:uuid:0b6e6f0e-4b0e-5a43-9a39-1d6d9f0a7c55",
        "External-Identifier": bag_info["External-Identifier"],
    }
    staged = tmp_path / "staged"
    shutil.move(bag / "data", staged)
    bagit.make_bag(str(staged), info, checksums=["sha512"])
    report = validate(staged)
    rules = {f.rule for f in report.findings if f.severity == "error" and f.where != "bag-info.txt"}
    assert rules == {"records-invalid", "profile-accept-bagit-version"}
    assert not report.valid


def test_the_same_source_is_already_packaged_and_another_one_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "a.json"
    source.write_text('{"title": "T", "identifier": "one", "language": "en", "body": ["x"]}')
    output = tmp_path / "out"
    assert packaged(source, output).status == "packaged"
    assert packaged(source, output).status == "already packaged"
    source.write_text('{"title": "U", "identifier": "one", "language": "en", "body": ["y"]}')
    refused = packaged(source, output)
    assert refused.status == "failed"
    assert "different source" in refused.report.findings[0].message
    job = Job(SourceRef(source), output, Settings(verapdf=False), replace=True)
    assert package_one(job).status == "packaged"
    assert json.loads((output / "one/data/metadata/article.json").read_text())["title"] == "U"
    assert [p.name for p in output.iterdir()] == ["one"]


def test_a_destination_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for output, hint in (
        (tmp_path / "file", "it is no folder; choose another place"),
        (tmp_path / "file" / "out", "a part of it is no folder; choose another place"),
    ):
        outcome = packaged(FERRY, output)
        assert outcome.status == "failed"
        (told,) = outcome.report.findings
        assert (told.where, told.hint) == (str(output), hint)
        assert told.message.startswith("cannot be written: ")


def _digest(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_a_package_is_the_same_in_another_folder_time_zone_and_locale(tmp_path: Path) -> None:
    made = []
    for name, zone, locale, seed in (
        ("a", "UTC", "C", "1"),
        ("b/c", "Asia/Kathmandu", "C.UTF-8", "2"),
    ):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        for file in ("seed-library.md", "jars.png"):
            shutil.copy(EXAMPLES / file, folder)
        environment = {
            **os.environ,
            "SOURCE_DATE_EPOCH": "1000000000",
            "TZ": zone,
            "LC_ALL": locale,
            "PYTHONHASHSEED": seed,
        }
        subprocess.run(
            [sys.executable, "-m", "archiver", "package", "seed-library.md", "--no-verapdf"],
            cwd=folder,
            env=environment,
            check=True,
            capture_output=True,
        )
        made.append(_digest(folder / "output"))
    assert made[0] == made[1]
    assert len(made[0]) == 10


def test_a_process_that_is_killed_leaves_nothing_half_done(tmp_path: Path) -> None:
    output = tmp_path / "out"
    command = [
        sys.executable,
        "-m",
        "archiver",
        "package",
        str(FERRY),
        "-o",
        str(output),
        "--no-verapdf",
    ]
    for wait in (0.45, 0.55, 0.65, 0.75, 0.85, 0.95):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for bag in output.glob("[!.]*"):
            bagit.Bag(str(bag)).validate()
    subprocess.run(command, check=True, capture_output=True)
    assert [p.name.startswith(".") for p in output.iterdir()] == [False]


def test_identifiers_become_safe_names_that_never_meet() -> None:
    assert folder_name("../../etc") == "%2E.%2F..%2Fetc"
    assert folder_name("urn:isbn:1") == "urn%3Aisbn%3A1"
    long = ["x" * 400 + end for end in "ab"]
    assert len({folder_name(identifier) for identifier in long}) == 2
    assert all(len(folder_name(identifier)) <= 255 for identifier in long)


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        (b"new\nline.md", "new=0Aline.md"),
        (b"100%.md", "100=25.md"),
        (b"latin\xff.md", "latin=FF.md"),
        (b"quo\"te 's.md", "quo=22te 's.md"),
    ],
)
def test_a_name_of_any_bytes_makes_a_bag_that_other_tools_accept(
    name: bytes, stored: str, tmp_path: Path
) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    path.write_text("# Title\n\nBody text.\n")
    outcome = package_one(Job(SourceRef(path), tmp_path / "output", Settings(verapdf=False)))
    assert isinstance(outcome.bag, Path)
    assert (outcome.bag / "data/original" / stored).is_file()
    assert bagit.Bag(str(outcome.bag)).is_valid()


@pytest.mark.usefixtures("verapdf")
def test_conformance_is_checked_anew_where_that_is_asked(tmp_path: Path) -> None:
    outcome = packaged(EXAMPLES / "seed-library.md", tmp_path)
    assert isinstance(outcome.bag, Path)
    assert "now, by veraPDF" in next(
        check.note for check in validate(outcome.bag, ASKED).checks if check.name == "PDF/A conformance"
    )
    rendition = next((outcome.bag / "data/rendition").iterdir())
    with pikepdf.open(rendition, allow_overwriting_input=True) as pdf:
        del pdf.Root.MarkInfo
        pdf.save(rendition)
    bagit.Bag(str(outcome.bag)).save(manifests=True)
    report = validate(outcome.bag, ASKED)
    assert next(c.verdict for c in report.checks if c.name == "PDF/A conformance") == "failed"
    assert any("6.7.2.2" in finding.clause for finding in report.findings), report.findings


def test_processes_that_package_the_same_source_at_once_all_end_well(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "archiver", "package", str(FERRY), "--no-verapdf", "-o", "output"]
    running = [subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE) for _ in range(4)]
    told = [process.communicate()[0].decode() for process in running]
    assert [process.returncode for process in running] == [0] * 4, told
    assert sum(text.startswith("packaged") for text in told) == 1
    assert [path.name for path in (tmp_path / "output").iterdir() if path.name.startswith(".")] == []


def test_a_picture_with_a_percent_sign_in_its_name_makes_a_bag_that_other_tools_accept(
    tmp_path: Path,
) -> None:
    shutil.copy(EXAMPLES / "jars.png", tmp_path / "p%20c.png")
    source = tmp_path / "a.md"
    source.write_text("# Title\n\nBody text.\n\n![jars](p%2520c.png)\n")
    outcome = packaged(source, tmp_path / "output")
    assert isinstance(outcome.bag, Path), outcome.report.findings
    assert (outcome.bag / "data/original/p=2520c.png").is_file()
    assert "p%20c.png" in (outcome.bag / "data/metadata/premis.xml").read_text()
    assert bagit.Bag(str(outcome.bag)).is_valid()
    assert validate(outcome.bag).valid
    assert packaged(source, tmp_path / "output").status == "already packaged"


@needs_poppler
def test_metadata_that_is_given_is_in_every_record(tmp_path: Path, verapdf: Validator) -> None:
    (tmp_path / "ferry.txt").write_bytes(FERRY.read_bytes())
    sidecar = b"title: The ferry\npublisher: The Echo\n"
    (tmp_path / "ferry.meta.yaml").write_bytes(sidecar)
    (tmp_path / "list.csv").write_text("path,title,identifier\nferry.txt,Harbour ferries,ferry-1\n")
    (outcome,) = batch([str(tmp_path / "list.csv")], tmp_path / "out", Settings())
    assert outcome.status == "packaged", outcome.report
    bag = tmp_path / "out/ferry-1"
    assert validate(bag, ASKED).valid
    assert (bag / "data/original/ferry.meta.yaml").read_bytes() == sidecar
    article = json.loads((bag / "data/metadata/article.json").read_text())
    stated = packaged(FERRY, tmp_path / "other").bag
    assert isinstance(stated, Path)
    before = json.loads((stated / "data/metadata/article.json").read_text())
    assert article["overridden"][:2] == [
        {"field": "title", "value": before["title"], "obtained": "stated"},
        {"field": "title", "value": "The ferry", "obtained": "sidecar"},
    ]
    premis = (bag / "data/metadata/premis.xml").read_text("utf-8")
    assert (
        "metadata read from the source, overridden by ferry.meta.yaml, overridden by list.csv, row 2"
        in premis
    )
    assert "identifier: manifest" in premis
    assert f"overridden: title “{before['title']}” (stated)" in premis
    assert "overridden: title “The ferry” (sidecar)" in premis
    assert hashlib.sha512(sidecar).hexdigest() in premis
    assert dict(told(describe(bag)))["Overridden"][1] == "title: The ferry (sidecar)"
    page = plain(by_poppler(bag / "data/rendition/ferry.pdf"))
    assert "Identifier: ferry-1 (given by a manifest)" in page
    assert "Given by a sidecar: publisher" in page
    assert "Given by a manifest: identifier, title" in page
    assert f"Overridden title: “{before['title']}” (stated in the source)" in page
    assert "Overridden title: “The ferry” (given by a sidecar)" in page


@needs_poppler
def test_what_the_settings_gave_and_decided_is_in_every_record(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Night boats\n\nThey sail at dusk.\n\nDate: 01/02/2002\n")
    rights = {"statement": "Free to copy"}
    bag = packaged(path, tmp_path / "out", date_order="dmy", publisher="Harbour Press", rights=rights).bag
    assert isinstance(bag, Path)
    decided = "'01/02/2002' may have the day or the month first; date_order of the settings (dmy) decided"
    assert decided in (bag / "data/metadata/premis.xml").read_text("utf-8")
    page = plain(by_poppler(bag / "data/rendition/a.pdf"))
    assert "Given by the settings: publisher, rights" in page
    assert f"Order of the date: {decided}" in page
