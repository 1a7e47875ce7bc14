"""Bags of many hold all that was meant, each article by itself, or are not made."""

import json
import shutil
from collections import Counter
from functools import partial
from pathlib import Path

import bagit
import pytest

from archiver.bag import PROFILE_IDENTIFIER, Asked, validate
from archiver.bag.package import COLLECTION_PROFILE_IDENTIFIER, member_name, summed
from archiver.discovery import discover
from archiver.findings import Check, Verdict
from archiver.gathering import package_collections
from archiver.inspection import describe, told
from archiver.pipeline import Outcome
from archiver.settings import Settings
from archiver.stores import Place, Url
from archiver.workers import Here
from tests import s3
from tests.conftest import EXAMPLES, batch
from tests.s3 import files_in

GROUP = "urn:example:letters"


@pytest.fixture(autouse=True)
def _when(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    """Documents in two folders, one of them with a picture and a sidecar."""
    for folder, names in {"a": ["seed-library.md", "jars.png"], "a/b": ["lighthouse.json"]}.items():
        (tmp_path / "letters" / folder).mkdir(parents=True, exist_ok=True)
        for name in names:
            shutil.copy(EXAMPLES / name, tmp_path / "letters" / folder)
    written(tmp_path / "letters/a/one.json", "one", "Text.")
    (tmp_path / "letters/a/one.meta.yaml").write_text("publisher: The Post\n")
    return tmp_path / "letters"


def written(path: Path, identifier: str, text: str) -> None:
    path.write_text(json.dumps({"title": "T", "identifier": identifier, "language": "en", "body": [text]}))


def gathered(
    sources: Path, output: Place, per: str, *, replace: bool = False, **more: object
) -> list[Outcome]:
    settings = Settings(**{"verapdf": False, "bag_per": per, **more})  # type: ignore[arg-type]
    if per == "document":
        return batch([str(sources)], output, settings, replace=replace)
    found = partial(discover, [str(sources)], output, settings)
    return list(package_collections(found, output, settings, Here(), replace=replace))


def statuses(outcomes: list[Outcome]) -> list[tuple[str, str]]:
    return [(Path(outcome.source).name, outcome.status) for outcome in outcomes]


def made(outcomes: list[Outcome]) -> Path:
    """The one bag that was made."""
    (outcome,) = outcomes
    assert outcome.status == "packaged", outcome.report
    assert isinstance(outcome.bag, Path)
    return outcome.bag


def info(bag: Path) -> dict[str, str]:
    return dict(bagit.Bag(str(bag)).info)


def test_each_folder_has_a_bag_with_its_documents(letters: Path, tmp_path: Path) -> None:
    told = gathered(letters, tmp_path / "out", "folder", bag_group=GROUP)
    assert statuses(told) == [("a", "packaged"), ("b", "packaged")]
    assert [outcome.report.facts["documents"] for outcome in told] == [2, 1]
    bags = [outcome.bag for outcome in told]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(
        bag.name for bag in bags if bag
    )
    for number, bag, described in zip((1, 2), bags, ("a: 2 documents", "b: 1 document"), strict=True):
        assert isinstance(bag, Path)
        assert info(bag)["Bag-Group-Identifier"] == GROUP
        assert info(bag)["Bag-Count"] == f"{number} of ?"
        assert info(bag)["External-Description"] == described


def test_a_batch_has_one_bag_of_its_articles_each_as_in_its_own(letters: Path, tmp_path: Path) -> None:
    (told,) = gathered(letters, tmp_path / "out", "batch", bag_group=GROUP)
    bag = made([told])
    assert info(bag)["Bag-Count"] == "1 of 1"
    assert info(bag)["External-Description"] == "3 documents"
    assert (
        info(bag)["Payload-Oxum"] == f"{told.report.facts['payload bytes']}.{len(files_in(bag / 'data'))}"
    )
    alone = gathered(letters, tmp_path / "alone", "document")
    assert len(alone) == 3
    for outcome in alone:
        assert isinstance(outcome.bag, Path)
        there = files_in(bag / "data" / member_name(outcome.identifier))
        here = files_in(outcome.bag / "data")
        assert there.keys() == here.keys()
        assert all(there[path] == here[path] for path in here if not path.endswith("premis.xml"))


@pytest.mark.parametrize("form", [None, "tar", "zip"])
def test_a_bag_of_many_is_valid_with_its_records_renditions_and_profile(
    letters: Path, tmp_path: Path, form: str | None
) -> None:
    bag = made(gathered(letters, tmp_path / "out", "batch", serialize=form))
    report = validate(bag)
    assert report.valid, report.findings
    passed = {check.name for check in report.checks if check.verdict is Verdict.PASSED}
    assert passed == {"complete", "valid", "metadata", "rendition", "profile"}
    if not form:
        bagit.Bag(str(bag)).validate()


def test_the_articles_of_a_bag_are_told(letters: Path, tmp_path: Path) -> None:
    described = describe(made(gathered(letters / "a", tmp_path / "out", "batch")))
    assert {article["identifier"] for article in described["articles"]} >= {"one"}
    assert ("Articles", [f"{a['title']} ({a['identifier']})" for a in described["articles"]]) in told(
        described
    )
    assert len(described["articles"]) == 3


@pytest.mark.usefixtures("verapdf")
def test_conformance_is_recorded_of_each_and_checked_anew(letters: Path, tmp_path: Path) -> None:
    bag = made(gathered(letters / "a/b", tmp_path / "out", "batch", verapdf=True))
    (recorded,) = (c for c in validate(bag).checks if c.name == "PDF/A conformance")
    assert recorded.verdict is Verdict.PASSED
    (anew,) = (c for c in validate(bag, Asked(check_pdf=True)).checks if c.name == "PDF/A conformance")
    assert anew.note.startswith("2a and ua1, now, by veraPDF")


def test_conformance_that_is_not_recorded_of_all_is_not_called_passed() -> None:
    told = Counter(
        {
            Check("PDF/A conformance", Verdict.PASSED, "x"): 2,
            Check("PDF/A conformance", Verdict.NOT_CHECKED, "y"): 1,
        }
    )
    assert summed(told) == Check("PDF/A conformance", Verdict.NOT_CHECKED, "x (2 articles); y (1 articles)")


@pytest.mark.parametrize("per", ["folder", "batch"])
@pytest.mark.parametrize("form", [None, "tar.gz"])
def test_a_bag_of_many_is_the_same_each_time_and_is_not_made_again(
    letters: Path, tmp_path: Path, per: str, form: str | None
) -> None:
    for place in ("one", "two"):
        gathered(letters, tmp_path / place, per, serialize=form)
    assert files_in(tmp_path / "one") == files_in(tmp_path / "two")
    again = gathered(letters, tmp_path / "one", per, serialize=form)
    assert {outcome.status for outcome in again} == {"already packaged"}
    assert all(check.verdict is Verdict.PASSED for outcome in again for check in outcome.report.checks)


@pytest.mark.parametrize("per", ["folder", "batch"])
def test_a_bag_is_not_made_where_a_document_fails(letters: Path, tmp_path: Path, per: str) -> None:
    (letters / "a/broken.md").write_text("# Only a title\n")
    (letters / "a/tofu.md").write_text("# A title\n\nWith \U000f1234 in it.\n")
    told = gathered(letters, tmp_path / "out", per)
    failures = [outcome for outcome in told if outcome.status == "failed"]
    assert [Path(outcome.source).name for outcome in failures] == [
        "broken.md",
        "a" if per == "folder" else "batch",
    ]
    assert "1 of its documents cannot be" in failures[-1].report.findings[0].message
    (letters / "a/broken.md").unlink()
    told = gathered(letters, tmp_path / "out", per)
    assert ("tofu.md", "failed") in statuses(told)
    (letters / "a/tofu.md").unlink()
    told = gathered(letters, tmp_path / "out", per)
    assert "failed" not in {outcome.status for outcome in told}
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(".")]


def test_documents_of_the_same_bytes_are_in_a_bag_once_and_that_is_told(
    letters: Path, tmp_path: Path
) -> None:
    for name in ("x.txt", "y.txt"):
        (letters / "a/b" / name).write_text("Title\n\nText of it.\n")
    (outcome,) = gathered(letters / "a/b", tmp_path / "out", "folder")
    assert outcome.report.facts["documents"] == 2
    assert isinstance(outcome.bag, Path)
    (there,) = (path.parent.parent for path in outcome.bag.rglob("x.txt"))
    assert [found.message for found in outcome.report.findings if found.rule == "package-same-bytes"] == [
        f"has the bytes of what is in data/{there.name}/ already"
    ]
    assert statuses(gathered(letters / "a/b", tmp_path / "out", "folder")) == [("b", "already packaged")]


def test_documents_with_one_identifier_are_not_put_in_one_bag(letters: Path, tmp_path: Path) -> None:
    written(letters / "a/two.json", "one", "Other text.")
    told = gathered(letters / "a", tmp_path / "out", "batch")
    assert statuses(told) == [("two.json", "failed"), ("batch", "failed")]
    assert (
        "has the identifier one, as another document of its collection has"
        in told[0].report.findings[0].message
    )
    written(letters / "a/two.json", "ONE", "Other text.")
    told = gathered(letters / "a", tmp_path / "out", "batch")
    assert statuses(told) == [("two.json", "failed"), ("batch", "failed")]
    message = "has the identifier ONE, which differs from another in case only"
    assert told[0].report.findings[0].message == message


def test_a_bag_of_other_documents_is_replaced_only_where_that_is_asked(
    letters: Path, tmp_path: Path
) -> None:
    bag = made(gathered(letters, tmp_path / "out", "batch"))
    written(letters / "a/one.json", "one", "Corrected text.")
    (refused,) = gathered(letters, tmp_path / "out", "batch")
    assert f"{bag} holds a package of different documents" in refused.report.findings[0].message
    assert made(gathered(letters, tmp_path / "out", "batch", replace=True)) == bag
    assert b"Corrected" in (bag / "data/one/original/one.json").read_bytes()


def test_what_is_no_package_in_the_place_of_a_bag_of_many_is_to_be_moved_away(
    letters: Path, tmp_path: Path
) -> None:
    (made(gathered(letters, tmp_path / "out", "batch")) / "bagit.txt").unlink()
    (refused,) = gathered(letters, tmp_path / "out", "batch")
    (told,) = refused.report.findings
    assert "holds something that is no package: has no bagit.txt; it is no bag" in told.message
    assert told.hint == "move it away"


def test_a_damaged_bag_of_many_is_not_called_already_packaged(letters: Path, tmp_path: Path) -> None:
    bag = made(gathered(letters, tmp_path / "out", "batch"))
    pdf = bag / "data/one/rendition/one.pdf"
    pdf.write_bytes(pdf.read_bytes().replace(b"obj", b"OBJ", 1))
    (refused,) = gathered(letters, tmp_path / "out", "batch")
    assert "that is damaged: data/one/rendition/one.pdf" in refused.report.findings[0].message


@pytest.mark.parametrize(
    ("path", "change", "told"),
    [
        ("data/one/metadata/premis.xml", (b"eventType>", b"eventKind>"), "data/one/metadata/premis.xml"),
        ("data/one/original/more.txt", (b"", b""), "does not tell of data/one/original/more.txt"),
        ("data/two/original/x.txt", (b"", b""), "data/two/metadata/article.json: is missing"),
        ("data/x.txt", (b"", b""), "data/x.txt/metadata/article.json: cannot be read: Not a directory"),
        ("data/one/rendition/one.pdf", (b"%PDF", b"PDF"), "data/one/rendition/one.pdf: is not a whole PDF"),
    ],
)
def test_what_is_wrong_with_one_article_of_a_bag_is_found(
    letters: Path, tmp_path: Path, path: str, change: tuple[bytes, bytes], told: str
) -> None:
    bag = made(gathered(letters, tmp_path / "out", "batch"))
    file = bag / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(file.read_bytes().replace(*change) if file.exists() else b"x")
    saved = bagit.Bag(str(bag))
    saved.save(manifests=True)
    report = validate(bag)
    assert not report.valid
    assert told in " ".join(found.sentence for found in report.findings)


def test_an_article_that_is_in_the_folder_of_another_is_found(letters: Path, tmp_path: Path) -> None:
    bag = made(gathered(letters / "a/b", tmp_path / "out", "batch"))
    (article,) = (bag / "data").iterdir()
    article.rename(bag / "data/other")
    premis = bag / "data/other/metadata/premis.xml"
    premis.write_text(premis.read_text().replace(f"data/{article.name}/", "data/other/"))
    bagit.Bag(str(bag)).save(manifests=True)
    told = " ".join(found.sentence for found in validate(bag).findings)
    assert "data/other/metadata/article.json: has the identifier" in told
    assert "which is not that of its folder" in told


def test_documents_have_the_group_that_the_settings_name(letters: Path, tmp_path: Path) -> None:
    bag = made(gathered(letters / "a/b", tmp_path / "out", "document", bag_group=GROUP))
    assert info(bag)["Bag-Group-Identifier"] == GROUP
    assert "Bag-Count" not in info(bag)
    assert info(bag)["BagIt-Profile-Identifier"] == PROFILE_IDENTIFIER


def test_labels_of_the_settings_go_before_what_is_counted(letters: Path, tmp_path: Path) -> None:
    labels = {"bag-count": "3 of 7", "Contact-Name": "The archive"}
    bag = made(gathered(letters, tmp_path / "out", "batch", bag_group=GROUP, bag_info=labels))
    assert {label: value for label, value in info(bag).items() if "count" in label.lower()} == {
        "bag-count": "3 of 7"
    }
    assert info(bag)["BagIt-Profile-Identifier"] == COLLECTION_PROFILE_IDENTIFIER
    assert validate(bag).valid


@pytest.mark.parametrize("form", [None, "tar"])
def test_a_bag_of_many_goes_to_a_store_as_it_does_to_a_folder(
    letters: Path, tmp_path: Path, form: str | None
) -> None:
    with s3.serving() as server:
        server.faulty = s3.one_in(20)
        output = Url(f"s3://{s3.BUCKET}/{tmp_path.name}")
        (outcome,) = gathered(letters, output, "batch", serialize=form)
        assert outcome.status == "packaged", outcome.report
        assert statuses(gathered(letters, output, "batch", serialize=form)) == [
            ("batch", "already packaged")
        ]
        server.faulty = s3.never
        gathered(letters, tmp_path / "here", "batch", serialize=form)
        assert s3.objects(tmp_path.name) == files_in(tmp_path / "here")


def test_nothing_to_package_makes_no_bag(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    told = gathered(tmp_path / "empty", tmp_path / "out", "batch")
    assert [outcome.status for outcome in told] == ["failed", "failed"]
    assert not (tmp_path / "out").exists()
