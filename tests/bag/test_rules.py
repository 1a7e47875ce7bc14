"""Every rule has a bag that breaks it and nothing else; docs/rules.md lists every rule."""

import os
import runpy
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.bag import Asked, validate
from archiver.bag.limits import DEFAULT
from archiver.bag.rules import RULES
from archiver.findings import Finding, Severity
from tests.bag.bags import (
    added,
    info,
    listing,
    make,
    removed,
    replaced,
    sha512,
    together,
    write,
    written,
)

MANIFEST = "manifest-sha512.txt"
ONE, TWO = sha512(b"one\n"), sha512(b"two\n")
X = sha512(b"x")

Broken = Callable[[Path], object]
"""Makes a bag in a folder that is not there yet."""


def fetched(line: str, **kinds: str) -> Broken:
    """A bag with this line in fetch.txt."""
    return lambda folder: make(folder, written("fetch.txt", f"{line}\n"), **kinds)  # type: ignore[arg-type]


def listed(line: str, **kinds: str) -> Broken:
    """A bag with this line more in its payload manifest."""
    return lambda folder: make(folder, added(MANIFEST, f"{line}\n"), **kinds)  # type: ignore[arg-type]


def told_of_itself(*lines: str, **kinds: str) -> Broken:
    """A bag with a bag-info.txt of these lines."""
    return lambda folder: make(folder, info(*lines), **kinds)  # type: ignore[arg-type]


def declared(content: str | bytes) -> Broken:
    """A bag with this bagit.txt."""
    return lambda folder: make(folder, written("bagit.txt", content))


def holding(name: str, listed: str = "", data: bytes = b"x", **kinds: str) -> Broken:
    """A bag with one file more in its payload, which may be listed under another name."""
    line = f"{sha512(data)}  {listed or name}\n"
    return lambda folder: make(
        folder,
        together(written(name, data), added(MANIFEST, line)),
        **kinds,  # type: ignore[arg-type]
    )


def tag_listed(line: str, **kinds: str) -> Broken:
    """A bag with this line more in its tag manifest."""

    def broken(folder: Path) -> None:
        make(folder, **kinds)  # type: ignore[arg-type]
        added("tagmanifest-sha512.txt", f"{line}\n")(folder)

    return broken


def changed(folder: Path) -> None:
    make(folder)
    write(folder, "data/one.txt", "eno\n")


def without_data(folder: Path) -> None:
    make(folder, files={})
    (folder / "data").rmdir()


def manifest_of_nobody(folder: Path) -> None:
    make(folder, written("manifest-crc32.txt", "cbf43926  data/one.txt\n"))


def manifest_of(name: str, **kinds: str) -> Broken:
    """A bag with one more manifest."""

    def edit(folder: Path) -> None:
        write(folder, name, listing(folder, name, ["data/one.txt", "data/sub/two.txt"]))

    return lambda folder: make(folder, edit, **kinds)  # type: ignore[arg-type]


MANIFESTS = ("manifest-sha256.txt", "manifest-sha512.txt")
TAG_MANIFESTS = ("tagmanifest-sha256.txt", "tagmanifest-sha512.txt")


def different_tag_manifests(folder: Path) -> None:
    make(folder, info("Contact-Name: Somebody"), manifests=MANIFESTS, tag_manifests=TAG_MANIFESTS)
    write(folder, TAG_MANIFESTS[0], listing(folder, TAG_MANIFESTS[0], [*MANIFESTS, "bagit.txt"]))


def half_a_tag_manifest(folder: Path) -> None:
    make(folder, manifests=MANIFESTS, tag_manifests=TAG_MANIFESTS)
    for name in TAG_MANIFESTS:
        write(folder, name, listing(folder, name, ["bagit.txt", MANIFESTS[0]]))


def untagged_file(folder: Path) -> None:
    make(folder)
    write(folder, "notes.txt", "x\n")


def named_outside(folder: Path) -> None:
    make(folder)
    os.link(folder / "data/one.txt", folder.parent / "outside")


def with_socket(folder: Path) -> None:
    make(folder)
    here = Path.cwd()
    os.chdir(folder / "data")
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind("socket")
    finally:
        os.chdir(here)


BROKEN: dict[str, Broken] = {
    "bagit-2.1.1-missing": lambda folder: make(folder, removed("bagit.txt")),
    "bagit-2.1.1-form": declared("BagIt-Version : 1.0\nTag-File-Character-Encoding: UTF-8\n"),
    "bagit-2.1.1-utf-8": declared(
        "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".encode("utf-16")
    ),
    "bagit-2.1.1-bom": declared("\ufeffBagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"),
    "bagit-2.1.1-version": declared("BagIt-Version: 1.1\nTag-File-Character-Encoding: UTF-8\n"),
    "bagit-2.1.1-encoding": declared("BagIt-Version: 1.0\nTag-File-Character-Encoding: Klingon\n"),
    "bagit-2.1.2-payload-missing": without_data,
    "bagit-2.1.3-manifest-missing": lambda folder: make(folder, manifests=(), files={}),
    "bagit-2.1.3-manifest-incomplete": lambda folder: make(folder, written("data/three.txt", "x")),
    "bagit-2.1.3-line": listed(ONE),
    "bagit-2.1.3-checksum-form": lambda folder: make(folder, replaced(MANIFEST, ONE, ONE[1:])),
    "bagit-2.1.3-duplicate": listed(f"{ONE}  data/one.txt"),
    "bagit-2.1.3-not-payload": listed(f"{X}  notes.txt"),
    "bagit-2.1.3-directory": listed(f"{X}  data/sub"),
    "bagit-2.1.3-percent": holding("data/100%.txt"),
    "bagit-2.2.1-manifest-unlisted": half_a_tag_manifest,
    "bagit-2.2.1-payload-listed": tag_listed(f"{ONE}  data/one.txt"),
    "bagit-2.2.1-tag-manifest-listed": tag_listed(f"{X}  tagmanifest-sha512.txt"),
    "bagit-2.2.1-different-sets": different_tag_manifests,
    "bagit-2.2.1-unlisted": untagged_file,
    "bagit-2.2.1-algorithms": lambda folder: make(folder, tag_manifests=("tagmanifest-sha256.txt",)),
    "bagit-2.2.2-element": told_of_itself("Contact-Name; Somebody"),
    "bagit-2.2.2-space": told_of_itself("Contact-Name:Somebody"),
    "bagit-2.2.2-label": told_of_itself("Contact-Name : Somebody"),
    "bagit-2.2.2-line-length": told_of_itself(f"Contact-Name: {'x' * 80}"),
    "bagit-2.2.2-oxum-form": told_of_itself("Payload-Oxum: 8 bytes"),
    "bagit-2.2.2-oxum-repeated": told_of_itself("Payload-Oxum: 8.2", "Payload-Oxum: 8.2"),
    "bagit-2.2.2-oxum": told_of_itself("Payload-Oxum: 8.3"),
    "bagit-2.2.2-repeated": told_of_itself("Bagging-Date: 2020-01-01", "Bagging-Date: 2020-01-02"),
    "bagit-2.2.2-bagging-date": told_of_itself("Bagging-Date: 1 January 2020"),
    "bagit-2.2.2-bag-count": told_of_itself("Bag-Count: one", "Bag-Group-Identifier: group"),
    "bagit-2.2.2-bag-group": told_of_itself("Bag-Count: 1 of 2"),
    "bagit-2.2.3-line": fetched("https://example.org/one data/one.txt"),
    "bagit-2.2.3-address": fetched("//example.org/one 4 data/one.txt"),
    "bagit-2.2.3-not-payload": fetched("https://example.org/one - notes.txt"),
    "bagit-2.2.3-unlisted": fetched("https://example.org/three - data/three.txt"),
    "bagit-2.2.3-duplicate": fetched(
        "https://example.org/one 4 data/one.txt\nhttps://example.org/one 4 data/one.txt"
    ),
    "bagit-2.2.3-hole": lambda folder: make(
        folder,
        together(written("fetch.txt", "https://example.org/one 4 data/one.txt\n"), removed("data/one.txt")),
    ),
    "bagit-2.2.3-length": fetched("https://example.org/one 5 data/one.txt"),
    "bagit-2.3-encoding": lambda folder: make(
        folder, written("bag-info.txt", b"Contact-Name: M\xfcller\n")
    ),
    "bagit-2.3-bom": told_of_itself("\ufeffContact-Name: Somebody"),
    "bagit-2.3-line-end": lambda folder: make(folder, written("bag-info.txt", "Contact-Name: Somebody")),
    "bagit-2.3-not-utf-8": lambda folder: make(folder, encoding="ISO-8859-1"),
    "bagit-2.4-algorithm": manifest_of_nobody,
    "bagit-2.4-name": lambda folder: make(folder, manifests=("manifest-SHA-512.txt",)),
    "bagit-2.4-registered": lambda folder: make(
        folder, manifests=("manifest-sha224.txt",), tag_manifests=("tagmanifest-sha224.txt",)
    ),
    "bagit-2.4-weak": lambda folder: make(
        folder, manifests=("manifest-md5.txt",), tag_manifests=("tagmanifest-md5.txt",)
    ),
    "bagit-3-file-missing": lambda folder: make(folder, removed("data/one.txt")),
    "bagit-3-tag-file-missing": tag_listed(f"{X}  notes.txt"),
    "bagit-3-checksum": changed,
    "bagit-5.1-path": listed(f"{X}  data/../../one.txt"),
    "bagit-5.1-special": with_socket,
    "bagit-5.1-hard-link": named_outside,
    "bagit-6.1.1.1-case": holding("data/One.txt"),
    "bagit-6.1.1.2-form": lambda folder: make(
        folder, files={"data/Nu\u0301n\u0303ez": b"x", "data/N\u00fa\u00f1ez": b"x"}
    ),
    "bagit-6.1.1.3-other-form": holding("data/Nu\u0301n\u0303ez", "data/N\u00fa\u00f1ez"),
    "bagit-6.1.1.3-manifests": manifest_of("manifest-SHA512.txt"),
    "bagit-6.1.2-name": holding("data/aux.txt"),
    "bagit-6.1.3-md5sum": holding("data/three.txt", "./data/three.txt"),
    "bagit-6.1.3-empty-line": listed(""),
    "bagit-0.97-duplicate": listed(f"{ONE}  data/one.txt", version="0.97"),
    "bagit-0.97-fetch": fetched("https://example.org/three - data/three.txt", version="0.97"),
    "bagit-0.97-bom": told_of_itself("\ufeffContact-Name: Somebody", version="0.97"),
    "bagit-0.97-name": lambda folder: make(folder, version="0.97", manifests=("manifest-sha3_256.txt",)),
    "bag-folder-name": lambda folder: make(folder, written("fetch.txt/x", b"x")),
    "bag-litter": holding("data/.DS_Store"),
    "bag-missing": lambda folder: folder.write_text("no bag"),
    "bag-limit": told_of_itself(*["Contact-Name: Somebody"] * 3000),
}

ELSEWHERE = {
    "bag-unreadable": "tests/bag/test_hostile.py",
    "bag-link": "tests/test_survey.py",
    "bag-changed": "tests/bag/test_hostile.py",
    "bag-fast-no-oxum": "tests/bag/test_validation.py",
    "package-no-rendition": "tests/test_pdfs.py",
    "package-pdf": "tests/bag/test_package.py",
}
"""Rules that no bag breaks by itself, or no bag but a package."""

FAMILIES = ("bagit-", "bag-", "package-")
"""Rules of profiles and of serialized bags have tests of their own."""

COMPANIONS = {"bagit-6.1.1.3-manifests": {"bagit-2.4-name", "bagit-6.1.1.1-case"}}
"""What has to be broken too: of two names that differ in case only, one is not in lower case."""

SMALL = DEFAULT._replace(info_bytes=4096)


@pytest.mark.parametrize("rule", BROKEN)
def test_a_bag_that_breaks_one_rule_is_told_of_that_rule_alone(rule: str, tmp_path: Path) -> None:
    BROKEN[rule](tmp_path / "bag")
    report = validate(tmp_path / "bag", Asked(limits=SMALL))
    severity = RULES[rule].severity
    others = {found.rule for found in report.findings if found.severity is Severity.INFO} - {rule}
    assert {found.rule for found in report.findings} - others == {rule, *COMPANIONS.get(rule, ())}
    assert report.valid is (severity is not Severity.ERROR and rule not in COMPANIONS)


NAMES = {
    "bag-litter": ["data/.ds_store", "data/__MACOSX/x", "data/._x", "data/$Recycle.bin/a/x"],
    "bagit-6.1.2-name": ["data/CON", "data/Lpt1.tar.gz", "data/aux.d/x", "data/a./x", "data/x?y"],
    "": ["data/console.txt", "data/com0.txt", "data/._", "data/.DS_Store2", "data/x.aux", "data/.a b"],
}
"""Names of files, by the rule that each breaks."""


@pytest.mark.parametrize(("rule", "name"), [(rule, name) for rule in NAMES for name in NAMES[rule]])
def test_a_name_is_looked_at_whatever_its_case_and_in_every_folder_of_its_path(
    rule: str, name: str, tmp_path: Path
) -> None:
    holding(name)(tmp_path / "bag")
    told = {found.rule for found in validate(tmp_path / "bag").findings if found.where == name}
    assert told == {rule} - {""}


@pytest.mark.parametrize(
    ("one", "other", "rule"),
    [
        ("data/a", "data/A/x", "bagit-6.1.1.1-case"),
        ("data/A", "data/a/x", "bagit-6.1.1.1-case"),
        ("data/a/x", "data/A/y", "bagit-6.1.1.1-case"),
        ("data/a/x/1", "data/A/y/2", "bagit-6.1.1.1-case"),
        ("a/x", "A", "bagit-6.1.1.1-case"),
        ("data/\u00e9", "data/e\u0301/x", "bagit-6.1.1.2-form"),
        ("data/\u00e9/x", "data/e\u0301/y", "bagit-6.1.1.2-form"),
    ],
)
def test_files_and_folders_are_told_apart_by_more_than_case_and_form(
    one: str, other: str, rule: str, tmp_path: Path
) -> None:
    make(tmp_path / "bag", files={"data/b/1": b"", one: b"x", other: b"y"})
    told = [found.rule for found in validate(tmp_path / "bag").findings if "differs" in found.message]
    assert told == [rule]


def test_every_rule_is_broken_by_a_test() -> None:
    assert BROKEN.keys() | ELSEWHERE.keys() == {rule for rule in RULES if rule.startswith(FAMILIES)}
    assert not BROKEN.keys() & ELSEWHERE.keys()
    for rule, module in ELSEWHERE.items():
        assert rule in Path(__file__).parents[2].joinpath(module).read_text("utf-8")


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_says_in_a_sentence_what_it_asks_and_in_its_code_by_which_clause(rule: str) -> None:
    asks, clause, _ = RULES[rule]
    assert asks.endswith(".")
    if rule.startswith("bagit-"):
        number = rule.split("-")[1]
        assert clause.startswith("BagIt 0.97 2" if number == "0.97" else f"RFC 8493 {number}")


def test_the_list_of_rules_is_in_step() -> None:
    """Renew it with: python docs/renew.py."""
    project = Path(__file__).parents[2]
    generated = runpy.run_path(str(project / "docs/renew.py"))["GENERATED"]
    for name, text in generated.items():
        assert (project / name).read_text("utf-8") == text()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Bagging-Date: 2021-02-30\n", "bagit-2.2.2-bagging-date"),
        ("Bag-Group-Identifier: g\nBag-Count: 9 of 2\n", "bagit-2.2.2-bag-count"),
        ("Bag-Group-Identifier: g\nBag-Count: 0 of 2\n", "bagit-2.2.2-bag-count"),
        ("Payload-Oxum: ١٢.٢\n", "bagit-2.2.2-oxum-form"),
    ],
)
def test_numbers_and_dates_are_what_they_claim(text: str, rule: str, tmp_path: Path) -> None:
    assert rule in {found.rule for found in checks_of_info(text, tmp_path)}


@pytest.mark.parametrize("encoding", ["undefined", "idna", "utf-7", "unicode_escape", "hex"])
def test_an_encoding_that_is_none_of_text_is_told(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    declared = f"BagIt-Version: 1.0\nTag-File-Character-Encoding: {encoding}\n"
    (tmp_path / "bagit.txt").write_text(declared)
    assert "bagit-2.1.1-encoding" in {found.rule for found in validate(tmp_path).findings}


def checks_of_info(text: str, folder: Path) -> tuple[Finding, ...]:
    (folder / "data").mkdir()
    (folder / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    (folder / "bag-info.txt").write_text(text)
    return validate(folder).findings
