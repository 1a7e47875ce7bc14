"""Bags in stores are the same bags as in folders, whatever goes wrong on the way, or they are not there."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archiver import stores
from archiver.bag import validate
from archiver.bag.stored import MARKER
from archiver.findings import Verdict
from archiver.pipeline import Job, package_one
from archiver.settings import Settings
from archiver.sources import SourceRef
from archiver.stores import Url
from tests import s3
from tests.conftest import EXAMPLES, batch, packaged

FERRY, SEEDS = EXAMPLES / "harbour-ferry.txt", EXAMPLES / "seed-library.md"
FORMS = [None, "tar", "tar.gz", "zip"]


@pytest.fixture(scope="module")
def server() -> Iterator[s3.Server]:
    with s3.serving() as server:
        yield server


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, server: s3.Server) -> None:
    monkeypatch.setattr(stores, "FIRST_PAUSE", 0.001)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    server.faulty = s3.never


@pytest.fixture
def output(tmp_path: Path) -> Url:
    """A folder of its own in the bucket."""
    return Url(f"s3://{s3.BUCKET}/{tmp_path.name}")


def objects(output: Url) -> dict[str, bytes]:
    return s3.objects(str(output).removeprefix(f"s3://{s3.BUCKET}/"))


@pytest.mark.parametrize("form", FORMS)
def test_what_is_in_a_store_is_what_a_folder_would_have(output: Url, tmp_path: Path, form: str) -> None:
    for source in (FERRY, SEEDS):
        assert packaged(source, tmp_path, serialize=form).status == "packaged"
        outcome = packaged(source, output, serialize=form)
        assert outcome.status == "packaged", outcome.report
        assert isinstance(outcome.bag, Url)
        assert validate(outcome.bag).valid
    assert objects(output) == s3.files_in(tmp_path)


@pytest.mark.parametrize("url", ["memory://kept/{}", "file://{}/kept"])
@pytest.mark.parametrize("form", FORMS)
def test_any_store_has_packages_whole(url: str, tmp_path: Path, form: str) -> None:
    output = Url(url.format(tmp_path))
    for status in ("packaged", "already packaged"):
        outcome = packaged(FERRY, output, serialize=form)
        assert outcome.status == status, outcome.report
    assert isinstance(outcome.bag, Url)
    assert validate(outcome.bag).valid


@pytest.mark.parametrize("form", [None, "tar"])
@pytest.mark.parametrize("seed", range(4))
def test_a_store_that_fails_one_request_in_ten_has_the_same_bags(
    server: s3.Server, output: Url, tmp_path: Path, form: str, seed: int
) -> None:
    sources = [FERRY, SEEDS, EXAMPLES / "lighthouse.json"]
    for source in sources:
        packaged(source, tmp_path / "here", serialize=form)
    server.faulty = s3.one_in(10, seed)
    for status in ("packaged", "already packaged"):
        assert [packaged(source, output, serialize=form).status for source in sources] == [status] * 3
    server.faulty = s3.never
    assert objects(output) == s3.files_in(tmp_path / "here")


def test_a_store_that_is_down_fails_each_document_in_one_sentence(server: s3.Server, output: Url) -> None:
    server.faulty = lambda method, path: s3.FAULTS["slow down"] if "lighthouse" not in path else None
    told = batch([str(FERRY), str(SEEDS)], output, Settings(verapdf=False))
    assert [outcome.status for outcome in told] == ["failed", "failed"]
    assert (
        told[0]
        .report.findings[-1]
        .message.startswith(f"Please reduce your request rate (tried 5 times): {output}/")
    )


def test_a_store_that_goes_down_while_a_bag_is_uploaded_is_told_with_what_to_do(
    server: s3.Server, output: Url
) -> None:
    server.faulty = s3.always(s3.FAULTS["internal error"], "PUT")
    (finding,) = packaged(FERRY, output).report.findings
    assert finding.rule == "output-unwritable"
    assert finding.message == "cannot be written: We encountered an internal error (tried 5 times)"
    assert finding.hint == "run it again later: what is done is skipped"


def test_a_bag_that_was_cut_off_is_not_there_and_is_completed_by_the_next_run(
    server: s3.Server, output: Url, tmp_path: Path
) -> None:
    packaged(FERRY, tmp_path / "here")
    (whole,) = (tmp_path / "here").iterdir()
    last = len(s3.files_in(whole)) - 1
    for count in (0, 1, last // 2, last):
        place = output / str(count)
        server.faulty = _from_upload(count, s3.FAULTS["internal error"])
        assert packaged(FERRY, place).status == "failed"
        server.faulty = s3.never
        assert len(objects(place)) == count
        assert not any(path.endswith(f"/{MARKER}") for path in objects(place))
        assert not validate(place / whole.name).valid
        server.asked.clear()
        assert packaged(FERRY, place).status == "packaged"
        assert server.asked["PUT"] == last + 1 - count
        assert objects(place) == s3.files_in(tmp_path / "here")


def _from_upload(count: int, fault: s3.Fault) -> Callable[[str, str], s3.Fault | None]:
    """A fault in every upload after so many."""
    sent: list[str] = []

    def faulty(method: str, path: str) -> s3.Fault | None:
        sent.extend([path] * (method == "PUT"))
        return fault if len(sent) > count else None

    return faulty


def test_what_another_attempt_has_left_is_taken_away(output: Url, tmp_path: Path) -> None:
    packaged(FERRY, tmp_path / "here")
    (whole,) = (tmp_path / "here").iterdir()
    (tmp_path / "other").write_bytes(b"other")
    for path in ("data/rendition/other.pdf", "manifest-md5.txt", "bag-info.txt"):
        stores.put(tmp_path / "other", output / whole.name / path)
    assert packaged(FERRY, output).status == "packaged"
    assert objects(output) == s3.files_in(tmp_path / "here")


@pytest.mark.parametrize("replace", [True, False])
def test_nothing_is_put_beside_files_of_others(output: Url, tmp_path: Path, *, replace: bool) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"x")
    name = packaged(FERRY, tmp_path / "here").identifier.replace(":", "%3A")
    stores.put(tmp_path / "holiday.jpg", output / name / "holiday.jpg")
    job = Job(SourceRef(FERRY), output, Settings(verapdf=False), replace)
    (finding,) = package_one(job).report.findings
    assert (
        "holiday.jpg, which is of no package" if replace else "something that is no package"
    ) in finding.message
    assert list(objects(output)) == [f"{name}/holiday.jpg"]


@pytest.mark.parametrize("form", [None, "zip"])
def test_a_package_in_a_store_is_replaced_only_where_that_is_asked(
    server: s3.Server, output: Url, tmp_path: Path, form: str
) -> None:
    source = tmp_path / "a.json"
    for text, replace, status in (
        ("x", False, "packaged"),
        ("y", False, "failed"),
        ("y", True, "packaged"),
    ):
        source.write_text(json.dumps({"title": "T", "identifier": "one", "language": "en", "body": [text]}))
        settings = Settings(verapdf=False, serialize=form)  # type: ignore[arg-type]
        outcome = package_one(Job(SourceRef(source), output, settings, replace))
        assert outcome.status == status, outcome.report
    packaged(source, tmp_path / "here", serialize=form)
    assert objects(output) == s3.files_in(tmp_path / "here")


def test_a_package_that_is_replaced_is_not_there_while_it_is(
    server: s3.Server, output: Url, tmp_path: Path
) -> None:
    packaged(FERRY, output)
    server.faulty = _from_upload(1, s3.FAULTS["internal error"])
    settings = Settings(verapdf=False, flavour="2b")
    job = Job(SourceRef(FERRY), output, settings, replace=True)
    assert package_one(job).status == "failed"
    server.faulty = s3.never
    assert not any(path.endswith(f"/{MARKER}") for path in objects(output))
    assert packaged(FERRY, output, flavour="2b").status == "packaged"
    packaged(FERRY, tmp_path / "here", flavour="2b")
    assert objects(output) == s3.files_in(tmp_path / "here")


@pytest.mark.parametrize(
    "damaged", ["data/rendition/*.pdf", "bag-info.txt", "manifest-sha512.txt", "data/metadata/*"]
)
def test_a_package_in_a_store_that_lacks_a_file_is_not_called_already_packaged(
    output: Url, tmp_path: Path, damaged: str
) -> None:
    packaged(FERRY, tmp_path / "here")
    outcome = packaged(FERRY, output)
    assert isinstance(outcome.bag, Url)
    (whole,) = (tmp_path / "here").iterdir()
    stores.remove(outcome.bag / next(whole.glob(damaged)).relative_to(whole).as_posix())
    again = packaged(FERRY, output)
    assert again.status == "failed"
    assert again.report.findings[0].rule == "output-exists"


def test_what_was_looked_at_of_a_package_in_a_store_is_told(output: Url) -> None:
    packaged(FERRY, output)
    checks = {check.name: check for check in packaged(FERRY, output).report.checks}
    assert checks["same source"].verdict is Verdict.PASSED
    assert checks["complete and valid"].verdict is Verdict.NOT_CHECKED
    assert "not read again" in checks["complete and valid"].note
    packaged(FERRY, output, serialize="tar")
    checks = {check.name: check for check in packaged(FERRY, output, serialize="tar").report.checks}
    assert checks["complete and valid"].verdict is Verdict.PASSED


def test_a_tag_file_in_a_store_that_was_changed_is_found(output: Url, tmp_path: Path) -> None:
    outcome = packaged(FERRY, output)
    assert isinstance(outcome.bag, Url)
    info = outcome.bag / "bag-info.txt"
    stored = stores.at(info)
    assert stored
    changed = tmp_path / "info"
    changed.write_bytes(stores.read(info, 0, stored.size).replace(b"1", b"2", 1))
    stores.put(changed, info)
    again = packaged(FERRY, output)
    assert again.status == "failed"
    assert "that is damaged: bag-info.txt" in again.report.findings[0].message


def test_settings_that_would_make_another_package_are_a_warning_for_stores_too(output: Url) -> None:
    packaged(FERRY, output)
    again = packaged(FERRY, output, flavour="4", algorithms=("md5",))
    assert again.status == "already packaged"
    assert [found.message for found in again.report.findings if found.severity == "warning"] == [
        "is packaged as PDF/A-2a with sha512; the settings ask for PDF/A-4 with md5"
    ]


def test_a_process_that_is_killed_leaves_no_half_bags_and_the_next_one_the_same_ones(
    server: s3.Server, output: Url, tmp_path: Path
) -> None:
    sources = tmp_path / "in"
    sources.mkdir()
    for number in range(4):
        (sources / f"{number}.txt").write_text(f"Title {number}\n\nText of it.\n")
    command = [sys.executable, "-m", "archiver", "package", str(sources), "--no-verapdf", "-q", "-o"]
    chosen = random.Random(1)
    for wait in (0.9, 1.1, 1.3, 1.5):
        process = subprocess.Popen([*command, str(output)])
        time.sleep(wait + chosen.random() / 5)
        process.kill()
        process.wait()
        for path in objects(output):
            if path.endswith(f"/{MARKER}"):
                assert validate(output / path.removesuffix(f"/{MARKER}")).valid
    server.faulty = s3.one_in(10)
    subprocess.run([*command, str(output)], check=True)
    server.faulty = s3.never
    subprocess.run([*command, str(tmp_path / "here")], check=True)
    assert objects(output) == s3.files_in(tmp_path / "here")


def test_processes_that_package_the_same_source_at_once_all_end_well(output: Url, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "archiver", "package", str(FERRY), "--no-verapdf", "-o", str(output)]
    running = [subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE) for _ in range(3)]
    told = [process.communicate()[0].decode() for process in running]
    assert [process.returncode for process in running] == [0] * 3, told
    assert sum(text.startswith("packaged") for text in told) == 1


def test_a_local_path_needs_no_fsspec(tmp_path: Path) -> None:
    script = (
        "import sys; from archiver.__main__ import main; sys.modules['fsspec'] = None\n"
        f"sys.argv = ['archiver', 'package', {str(FERRY)!r}, '--no-verapdf', '-o', OUTPUT]\n"
        "main()"
    )
    for place, code, told in ((str(tmp_path / "out"), 0, ""), (f"s3://{s3.BUCKET}/x", 2, "archiver[s3]")):
        done = subprocess.run(
            [sys.executable, "-c", f"OUTPUT = {place!r}\n{script}"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert told in done.stderr
        assert done.stderr.count("\n") <= 1


def test_payload_that_another_of_its_size_replaced_is_found_without_reading_the_rest(
    output: Url, tmp_path: Path, server: s3.Server
) -> None:
    assert packaged(FERRY, output).status == "packaged"
    there = objects(output)
    path = next(path for path in there if path.endswith("harbour-ferry.pdf"))
    altered = bytearray(there[path])
    altered[len(altered) // 2] ^= 1
    (tmp_path / "altered").write_bytes(altered)
    stores.put(tmp_path / "altered", output / path)
    outcome = packaged(FERRY, output)
    assert outcome.status == "failed"
    assert "that is damaged: data/rendition/harbour-ferry.pdf" in outcome.report.findings[0].message
    (tmp_path / "whole").write_bytes(there[path])
    stores.put(tmp_path / "whole", output / path)
    assert packaged(FERRY, output).status == "already packaged"


def test_a_bag_that_was_copied_in_another_way_is_read_whole(output: Url, tmp_path: Path) -> None:
    """Another upload of the same bytes has another MD5 where it was in parts."""
    packaged(FERRY, output / "out")
    noted = stores.note(
        next(output / "out" / path for path in stores.below(output / "out") if MARKER in path)
    )
    assert len(noted) == 64
    for path, content in objects(output / "out").items():
        (tmp_path / "file").write_bytes(content)
        stores.send(tmp_path / "file", output / "copy" / path, "0" * 64 if path.endswith(MARKER) else "")
    outcome = packaged(FERRY, output / "copy")
    assert outcome.status == "already packaged", outcome.report
    assert outcome.report.answer("complete and valid") is Verdict.PASSED


def test_bags_below_a_url_are_found_and_validated(output: Url, tmp_path: Path) -> None:
    packaged(FERRY, output)
    packaged(SEEDS, output, serialize="tar")
    (tmp_path / "x").write_bytes(b"x")
    stores.put(tmp_path / "x", output / "notes.txt")
    done = _validate(str(output), "--json", cwd=tmp_path)
    reports = json.loads(done.stdout)["reports"]
    assert [report["valid"] for report in reports] == [True, True], done.stderr
    assert [Url(report["subject"]).parent for report in reports] == [output] * 2
    stores.put(tmp_path / "x", output / packaged(FERRY, output).identifier.replace(":", "%3A") / "data/x")
    assert _validate(str(output), cwd=tmp_path).returncode == 1
    assert "it is no bag" in _validate(f"{output}/none", cwd=tmp_path).stdout
    assert _validate(str(output), "--since", "x", cwd=tmp_path).returncode == 2


def _validate(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "archiver", "validate", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_a_document_takes_as_many_requests_as_is_documented(server: s3.Server, output: Url) -> None:
    asked = {}
    for form in (None, "tar"):
        for status in ("packaged", "already packaged"):
            server.asked.clear()
            assert packaged(FERRY, output, serialize=form).status == status
            asked[form, status] = dict(server.asked)
    assert asked == {
        (None, "packaged"): {"LIST": 3, "PUT": 9, "HEAD": 1},
        (None, "already packaged"): {"LIST": 2, "HEAD": 1, "GET": 6},
        ("tar", "packaged"): {"LIST": 2, "PUT": 1, "HEAD": 3},
        ("tar", "already packaged"): {"HEAD": 2, "GET": 1},
    }
