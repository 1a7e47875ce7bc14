"""A source that comes again is packaged already only where its valid package is really there."""

import json
import os
import shutil
from pathlib import Path

import pytest

from archiver.pipeline import Outcome
from archiver.settings import Settings
from tests.conftest import EXAMPLES, batch, packaged

FERRY = EXAMPLES / "harbour-ferry.txt"
SETTINGS = Settings(verapdf=False)


def written(path: Path, identifier: str, text: str) -> str:
    path.write_text(json.dumps({"title": "T", "identifier": identifier, "body": [text]}))
    return str(path)


def run(output: Path, *sources: str, replace: bool = False) -> list[Outcome]:
    return batch(sources, output, SETTINGS, replace=replace)


@pytest.mark.parametrize("damaged", ["data/rendition/*.pdf", "data/original/*", "bag-info.txt"])
def test_a_damaged_package_is_not_called_already_packaged(tmp_path: Path, damaged: str) -> None:
    outcome = packaged(FERRY, tmp_path)
    assert isinstance(outcome.bag, Path)
    file = next(outcome.bag.glob(damaged))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    again = packaged(FERRY, tmp_path)
    assert again.status == "failed"
    told = again.report.findings[0]
    assert "a package of this source that is damaged" in told.message
    assert file.name in told.message
    assert told.hint == "--replace puts a new one there"
    assert [o.status for o in run(tmp_path, str(FERRY), replace=True)] == ["packaged"]
    assert packaged(FERRY, tmp_path).status == "already packaged"


@pytest.mark.parametrize("lost", ["data", "data/original", "data/original/harbour-ferry.txt"])
def test_a_package_whose_source_is_lost_is_called_damaged(lost: str, tmp_path: Path) -> None:
    outcome = packaged(FERRY, tmp_path)
    assert isinstance(outcome.bag, Path)
    (outcome.bag / lost).rename(tmp_path / "lost")
    (told,) = packaged(FERRY, tmp_path).report.findings
    assert "damaged, and of a different source as far as can be told: " in told.message
    assert "not in the bag" in told.message


def test_what_is_no_package_is_to_be_moved_away(tmp_path: Path) -> None:
    outcome = packaged(FERRY, tmp_path)
    assert isinstance(outcome.bag, Path)
    (outcome.bag / "bagit.txt").unlink()
    (told,) = packaged(FERRY, tmp_path).report.findings
    assert "holds something that is no package: has no bagit.txt; it is no bag" in told.message
    assert told.hint == "give it an identifier of its own, or move away what is there"
    (outcome,) = run(tmp_path, str(FERRY), replace=True)
    assert outcome.report.findings[0].message == "is there already and is no package, so it is not replaced"


def test_settings_that_would_make_another_package_are_a_warning(tmp_path: Path) -> None:
    packaged(FERRY, tmp_path)
    again = packaged(FERRY, tmp_path, flavour="4", algorithms=("sha512", "md5"))
    assert again.status == "already packaged"
    assert [finding.message for finding in again.report.findings if finding.severity == "warning"] == [
        "is packaged as PDF/A-2a with sha512; the settings ask for PDF/A-4 with md5, sha512"
    ]
    assert packaged(FERRY, tmp_path).report.findings == packaged(FERRY, tmp_path / "new").report.findings


def test_the_same_bytes_under_another_name_are_packaged_already(tmp_path: Path) -> None:
    first = tmp_path / "s1.txt"
    first.write_text("Title\n\nText of it.\n")
    shutil.copy(first, tmp_path / "s2.txt")
    told = run(tmp_path / "out", str(first), str(tmp_path / "s2.txt"))
    assert [outcome.status for outcome in told] == ["packaged", "already packaged"]
    assert "has the bytes of s1.txt" in told[1].report.findings[-1].message


@pytest.mark.parametrize("replace", [True, False])
def test_documents_of_one_run_never_replace_each_other(tmp_path: Path, *, replace: bool) -> None:
    output = tmp_path / "out"
    one, two = (written(tmp_path / f"{n}.json", "same", f"Text {n}.") for n in "12")
    run(output, written(tmp_path / "0.json", "same", "Text 0."))
    if not replace:
        shutil.rmtree(output)
    told = run(output, one, two, one, replace=replace)
    assert [outcome.status for outcome in told] == ["packaged", "failed", "already packaged"]
    assert f"holds the package that this run made of {one}" in told[1].report.findings[0].message
    assert "--replace" not in told[1].report.findings[0].hint
    assert (output / "same/data/original/1.json").is_file()


@pytest.mark.parametrize("replace", [True, False])
def test_identifiers_that_differ_in_case_only_are_one_in_a_run(tmp_path: Path, *, replace: bool) -> None:
    named = zip("123", ("Tide", "tide", "Tide"), strict=True)
    one, two, three = (written(tmp_path / f"{n}.json", identifier, "Text.") for n, identifier in named)
    told = run(tmp_path / "out", one, two, three, replace=replace)
    assert [outcome.status for outcome in told] == ["packaged", "failed", "already packaged"]
    (finding,) = told[1].report.findings
    assert finding.message == f"has the identifier tide, which differs from that of {one} in case only"
    assert finding.hint == "give it an identifier of its own"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["Tide"]


def test_lines_of_one_file_never_replace_each_other(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(f'{{"title": "T", "identifier": "x", "body": "{n}"}}\n' for n in "ab"))
    told = run(tmp_path / "out", str(path), replace=True)
    assert [outcome.status for outcome in told] == ["packaged", "failed"]
    assert f"made of {path}:1" in told[1].report.findings[0].message


def test_a_bag_that_is_no_package_of_archivers_is_not_taken_for_one(tmp_path: Path) -> None:
    outcome = packaged(FERRY, tmp_path)
    assert isinstance(outcome.bag, Path)
    shutil.rmtree(outcome.bag / "data/rendition")
    manifest = outcome.bag / "manifest-sha512.txt"
    lines = manifest.read_text().splitlines(keepends=True)
    manifest.write_text("".join(line for line in lines if "rendition" not in line))
    for name in ("tagmanifest-sha512.txt", "bag-info.txt"):
        os.remove(outcome.bag / name)
    again = packaged(FERRY, tmp_path)
    assert again.status == "failed"
    assert "it has no rendition" in again.report.findings[0].message


def with_metadata(folder: Path, *rows: str) -> str:
    """A manifest whose rows are titles of one document."""
    (folder / "a.txt").write_text("Stated\n\nText of it.\n")
    (folder / "list.csv").write_text("path,title\n" + "".join(f"a.txt,{row}\n" for row in rows))
    return str(folder / "list.csv")


def test_other_metadata_for_the_same_bytes_is_a_warning(tmp_path: Path) -> None:
    output = tmp_path / "out"
    assert [o.status for o in run(output, with_metadata(tmp_path, "One"))] == ["packaged"]
    assert run(output, with_metadata(tmp_path, "One"))[0].report.findings == ()
    (told,) = run(output, with_metadata(tmp_path, "Two"))
    assert told.status == "already packaged"
    (finding,) = told.report.findings
    assert (finding.rule, finding.severity) == ("package-metadata-differ", "warning")
    assert finding.message == "is packaged with other metadata (title)"
    assert finding.hint == "--replace makes it anew"
    (told,) = run(output, str(tmp_path / "a.txt"))
    assert told.report.findings[0].message == "is packaged with other metadata (title)"
    (made,) = run(output, with_metadata(tmp_path, "Two"), replace=True)
    assert isinstance(made.bag, Path)
    assert json.loads((made.bag / "data/metadata/article.json").read_text())["title"] == "Two"


def test_rows_of_one_run_that_say_different_things_of_one_document_are_told(tmp_path: Path) -> None:
    told = run(tmp_path / "out", with_metadata(tmp_path, "One", "One", "Two"))
    assert [outcome.status for outcome in told] == ["packaged", "already packaged", "failed"]
    (finding,) = told[2].report.findings
    assert (
        f"the package that this run made of {tmp_path}/a.txt with other metadata (title)" in finding.message
    )
    assert finding.hint == "give it an identifier of its own"


def test_another_sidecar_is_a_warning_even_where_it_says_the_same(tmp_path: Path) -> None:
    output, sidecar = tmp_path / "out", tmp_path / "a.meta.yaml"
    (tmp_path / "a.txt").write_text("Stated\n\nText of it.\n")

    def messages() -> list[str]:
        (told,) = run(output, str(tmp_path / "a.txt"))
        assert told.status in ("packaged", "already packaged")
        return [finding.message for finding in told.report.findings]

    sidecar.write_text("title: One\n")
    assert messages() == []
    assert messages() == []
    sidecar.write_text("# checked\ntitle: One\n")
    assert messages() == ["is packaged with other sidecars"]
    sidecar.write_text("title: One\nsubtitle: Two\n")
    assert messages() == ["is packaged with other metadata (subtitle)"]
    sidecar.unlink()
    assert messages() == ["is packaged with other metadata (title)"]


def test_the_same_bytes_and_sidecar_under_another_name_are_packaged_already(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.txt").write_text("Stated\n\nText of it.\n")
        (tmp_path / f"{name}.meta.yaml").write_text("title: One\n")
    told = run(tmp_path / "out", str(tmp_path / "a.txt"), str(tmp_path / "b.txt"))
    assert [outcome.status for outcome in told] == ["packaged", "already packaged"]
