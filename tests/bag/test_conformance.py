"""Bags as others make them: the cases of the Library of Congress's conformance suite, by its names.

https://github.com/LibraryOfCongress/bagit-conformance-suite has a folder for each version, with bags
that are valid, invalid, or valid with a warning. They are made anew here.
"""

import subprocess
from collections.abc import Callable
from pathlib import Path

import bagit
import pytest

from archiver.bag.algorithms import ALGORITHMS
from archiver.bag.rules import RULES
from archiver.findings import Severity
from tests.bag.bags import (
    PAYLOAD,
    added,
    check,
    info,
    listing,
    make,
    removed,
    replaced,
    together,
    write,
    written,
)

Made = Callable[[Path], object]
MD5 = {"manifests": ("manifest-md5.txt",), "tag_manifests": ("tagmanifest-md5.txt",)}
ONE = "5bbf5a52328e7439ae6e719dfe712200"
EMPTY = "d41d8cd98f00b204e9800998ecf8427e"
BASIC = "Source-Organization: Spengler University", "Contact-Name: Edna Janssen"


def old(edit: Callable[[Path], object] = lambda _: None, version: str = "0.97", **kinds: object) -> Made:
    """A bag of an older version, with MD5."""
    return lambda folder: make(folder, edit, **{"version": version, **MD5, **kinds})  # type: ignore[arg-type]


def lists(line: str) -> Made:
    """A bag whose manifest has this line more."""
    return old(added("manifest-md5.txt", f"{line}\n"))


def fetches(path: str) -> Made:
    """A bag that would fetch this file."""
    return old(written("fetch.txt", f"http://localhost/foo - {path}\n"))


def encoded(encoding: str) -> Made:
    """A bag with tag files in another encoding, in which names and values are not ASCII."""

    def edit(folder: Path) -> None:
        write(folder, "bag-info.txt", "Contact-Name: Édna Jänssen\n", encoding)
        write(folder, "fetch.txt", "http://localhost/foo 4 data/one.txt\n", encoding)

    return old(edit, encoding=encoding, files={**PAYLOAD, "data/é.txt": b"x"})


def of_two(version: str, *dropped: str) -> Made:
    """A bag with two manifests, in the second of which a file is missing."""

    def edit(folder: Path) -> None:
        kept = [name for name in PAYLOAD if name not in dropped]
        write(folder, "manifest-sha256.txt", listing(folder, "manifest-sha256.txt", kept))

    return lambda folder: make(folder, edit, version=version)


def bag_in_a_bag(folder: Path) -> None:
    inner = make(folder.parent / "inner")
    files = {f"data/bag/{p.relative_to(inner)}": p.read_bytes() for p in inner.rglob("*") if p.is_file()}
    old(files=files)(folder)


def made_with_md5sum(folder: Path) -> None:
    def edit(folder: Path) -> None:
        command = ["md5sum", "--binary", "data/one.txt", "data/back\\slash.txt"]
        out = subprocess.run(command, cwd=folder, check=True, capture_output=True)
        write(folder, "manifest-md5.txt", out.stdout)

    old(edit, files={"data/one.txt": b"one\n", "data/back\\slash.txt": b"x"})(folder)


def other_line_ends(end: str) -> Made:
    def edit(folder: Path) -> None:
        for name in ("bagit.txt", "bag-info.txt", "manifest-md5.txt", "fetch.txt"):
            text = (folder / name).read_text()
            write(folder, name, text.replace("\n", end))

    given = written("fetch.txt", "http://localhost/foo 4 data/one.txt\n")
    return old(together(info(*BASIC, "External-Description: x", "  y"), given, edit))


TWICE = (
    "Contact-Name: Edna Janssen",
    "Contact-Name: foo Janssen",
    "Packing-Date: 2009",
    "Packing-Date: 2016",
)

VALID: dict[str, Made] = {
    "v0.93/duplicate-metadata-entries": old(
        written("package-info.txt", "".join(f"{line}\n" for line in TWICE)), "0.93"
    ),
    "v0.94/basic-bag": old(written("package-info.txt", "Payload-Oxum: 8.2\n"), "0.94"),
    "v0.95/basic-bag": old(written("package-info.txt", "Package-Size: 260 GB\n"), "0.95"),
    "v0.96/basic-bag": old(info(*BASIC), "0.96"),
    "v0.96/each-file-in-one-of-the-manifests": of_two("0.96", "data/one.txt"),
    "v0.97/each-file-in-one-of-the-manifests": of_two("0.97", "data/one.txt"),
    "v0.97/ISO-8859-1-encoded-tag-files": encoded("ISO-8859-1"),
    "v0.97/UTF-16-encoded-tag-files": encoded("UTF-16"),
    "v0.97/UTF-16-encoded-tag-files-BE": encoded("UTF-16BE"),
    "v0.97/UTF-16-encoded-tag-files-LE": encoded("UTF-16LE"),
    "v0.97/bag-in-a-bag": bag_in_a_bag,
    "v0.97/bag-with-encoded-names": old(
        files={f"data/{name}": b"x" for name in ("%7Edir2/test4.txt", "%test2.txt", "dir1/~test3.txt")}
    ),
    "v0.97/bag-with-escapable-characters": old(files={"data/test file with spaces & (%) +.txt": b"x"}),
    "v0.97/bag-with-leading-dot-slash-in-manifest": old(replaced("manifest-md5.txt", "  data", " ./data")),
    "v0.97/bag-with-space": old(replaced("manifest-md5.txt", "  ", " ")),
    "v0.97/duplicate-metadata-entries": old(
        info(*TWICE, "Bagging-Date: 2009-10-14", "Bagging-Date: 2016-10-14")
    ),
    "v0.97/holey-bag": fetches("data/one.txt"),
    "v0.97/minimal-bag": old(files={}, tag_manifests=()),
    "v0.97/uncommon-metadata-separators": old(
        info("Source-Organization : FOO", "Contact-Name:BAR", "Contact-Phone \t:\t  +1", "Contact-Email:")
    ),
    "v0.97/local-fetch": old(written("fetch.txt", "file:///home/x/sachiel.png 42000 sachiel.png\n")),
    "v0.97/line-feed-and-percent-in-names": old(
        replaced("manifest-md5.txt", "a\nb\r", "a%0Ab%0D"), files={"data/a\nb\r%25": b"x"}
    ),
    "v0.97/percent-code-that-is-the-name": old(files={"data/a%0Ab": b"x"}),
    "v0.97/CR": other_line_ends("\r"),
    "v0.97/CRLF": other_line_ends("\r\n"),
    "v1.0/basicBag": lambda folder: make(folder, info(*BASIC)),
    "v1.0/UTF-16": lambda folder: make(folder, encoding="UTF-16"),
    "v1.0/upper-case-checksums": lambda folder: make(folder, lambda bag: upper(bag)),
    "v1.0/percent-encoded": lambda folder: make(
        folder,
        replaced("manifest-sha512.txt", "a\nb\r%", "a%0ab%0d%25"),
        files={"data/a\nb\r%": b"x"},
    ),
    "v1.0/colon-and-folding-in-values": lambda folder: make(
        folder, info("External-Description: see: this", " and", "\tthat", "Contact-Name:\tx")
    ),
    "v1.0/empty-payload": lambda folder: make(folder, info("Payload-Oxum: 0.0"), files={}),
    "v1.0/tag-directory": lambda folder: make(folder, written("metadata/notes.txt", "x")),
    "v1.0/no-tag-manifest": lambda folder: make(folder, tag_manifests=()),
}

INVALID: dict[str, Made] = {
    "v0.97/bagit-with-invalid-whitespace": old(replaced("bagit.txt", "Version:", "Version :")),
    "v0.97/baginfo-missing-encoding": old(written("bagit.txt", "BagIt-Version: 0.97\n")),
    "v0.97/bom-in-bagit.txt": old(replaced("bagit.txt", "BagIt-Version", "\ufeffBagIt-Version")),
    "v0.97/corrupt-data-file": lambda folder: written("data/one.txt", "eno\n")(old()(folder)),  # type: ignore[arg-type]
    "v0.97/corrupt-tag-file": lambda folder: replaced("bag-info.txt", "E", "F")(
        old(info(*BASIC))(folder)  # type: ignore[arg-type]
    ),
    "v0.97/extra-file-in-bag": old(written("data/bar", "x")),
    "v0.97/invalid-version-number": old(replaced("bagit.txt", "0.97", ".97")),
    "v0.97/missing-baginfo": lambda folder: removed("bag-info.txt")(
        old(info(*BASIC))(folder)  # type: ignore[arg-type]
    ),
    "v0.97/missing-bagit.txt": old(removed("bagit.txt")),
    "v0.97/same-filename-listed-twice-with-different-hashes": lists(f"{EMPTY}  data/one.txt"),
    "v0.97/out-of-scope-file-paths-using-dot-notation": lists(f"{ONE}  ../../../README.md"),
    "v0.97/out-of-scope-file-paths-using-dot-notation-for-fetch": fetches("../../../README.md"),
    "v0.97/out-of-scope-file-paths-using-absolute-path": lists(f"{ONE}  /tmp/foo"),
    "v0.97/out-of-scope-file-paths-using-absolute-path-for-fetch": fetches("/tmp/foo"),
    "v0.97/out-of-scope-file-paths-using-shortcut": lists(f"{ONE}  ~/foo"),
    "v0.97/out-of-scope-file-paths-using-shortcut-for-fetch": fetches("~/foo"),
    "v0.97/out-of-scope-file-paths-using-shortcut-username": lists(f"{ONE}  ~root/foo"),
    "v0.97/out-of-scope-file-paths-using-shortcut-username-for-fetch": fetches("~root/foo"),
    "v0.97/windows/absolute-path": lists(rf"{ONE}  C:\Windows\System32\setx.exe"),
    "v0.97/windows/absolute-path-for-fetch": fetches(r"C:\Windows\System32\setx.exe"),
    "v0.97/windows/shortcut": lists(rf"{ONE}  %HomeDrive%\Windows\System32\setx.exe"),
    "v0.97/windows/shortcut-for-fetch": fetches(r"%HomeDrive%\Windows\System32\setx.exe"),
    "v0.97/windows/unc": lists(rf"{ONE}  \\?\UNC\server\Windows\System32\setx.exe"),
    "v0.97/windows/unc-for-fetch": fetches(r"\\?\UNC\server\Windows\System32\setx.exe"),
    "v0.97/file-url": lists(f"{ONE}  file:///foo/bar/ham.txt"),
    "v0.97/tag-files-in-payload-manifest": lists(f"{ONE}  bagit.txt"),
    "v0.97/holes": lambda folder: removed("data/one.txt")(fetches("data/one.txt")(folder)),  # type: ignore[arg-type]
    "v1.0/bagit-with-invalid-whitespace": lambda folder: make(
        folder, replaced("bagit.txt", "Version:", "Version :")
    ),
    "v1.0/missing-from-manifest": lambda folder: make(folder, written("data/missingFromManifest.txt", "x")),
    "v1.0/same-filename-listed-twice-with-different-hashes": lambda folder: make(
        folder, added("manifest-sha512.txt", f"{'0' * 128}  data/one.txt\n")
    ),
    "v1.0/file-in-one-of-the-manifests": of_two("1.0", "data/one.txt"),
    "v1.0/three-lines-in-bagit.txt": lambda folder: make(folder, added("bagit.txt", "\n")),
    "v1.0/lines-of-bagit.txt-in-another-order": lambda folder: make(
        folder, written("bagit.txt", "Tag-File-Character-Encoding: UTF-8\nBagIt-Version: 1.0\n")
    ),
    "v1.0/bom-where-no-order-is-to-be-told": lambda folder: make(
        folder, lambda bag: write(bag, "bag-info.txt", "\ufeffa: b\n", "UTF-16BE"), encoding="UTF-16BE"
    ),
}

NORMALIZED = {"data/Nu\u0301n\u0303ez": b""}
COMPOSED = "data/N\u00fa\u00f1ez"

WARNED: dict[str, Made] = {
    "v0.97/duplicate-file-with-different-case": old(files={"data/FOO": b"x", "data/foo": b"x"}),
    "v0.97/relative-path": old(replaced("manifest-md5.txt", "data", "./data")),
    "v0.97/filename-normalization": old(
        replaced("manifest-md5.txt", next(iter(NORMALIZED)), COMPOSED), files=NORMALIZED
    ),
    "v0.97/same-filename-listed-twice-with-different-normalization": old(
        added("manifest-md5.txt", f"{EMPTY}  {COMPOSED}\n"), files=NORMALIZED
    ),
    "v0.97/same-filename-listed-twice-with-the-same-hash": lists(f"{ONE}  data/one.txt"),
    "v0.97/special-system-files": old(files={"data/Thumbs.db": b"x", "data/.DS_Store": b"x"}),
    "v0.97/made-with-md5sum-tools": made_with_md5sum,
    "v0.97/bom-in-a-tag-file": old(info("\ufeffContact-Name: x")),
}


def upper(folder: Path) -> None:
    text = (folder / "manifest-sha512.txt").read_text()
    lines = (line.split("  ") for line in text.splitlines())
    write(folder, "manifest-sha512.txt", "".join(f"{digest.upper()}\t {path}\n" for digest, path in lines))


@pytest.mark.parametrize("name", VALID)
def test_a_bag_that_the_suite_calls_valid_is_valid(name: str, tmp_path: Path) -> None:
    VALID[name](tmp_path / "bag")
    valid, told = check(tmp_path / "bag")
    assert valid, told


@pytest.mark.parametrize("name", INVALID)
def test_a_bag_that_the_suite_calls_invalid_is_invalid(name: str, tmp_path: Path) -> None:
    INVALID[name](tmp_path / "bag")
    valid, told = check(tmp_path / "bag")
    assert not valid, told


@pytest.mark.parametrize("name", WARNED)
def test_a_bag_that_the_suite_warns_of_is_valid_and_warned_of(name: str, tmp_path: Path) -> None:
    WARNED[name](tmp_path / "bag")
    valid, told = check(tmp_path / "bag")
    assert valid, told
    assert Severity.WARNING in {RULES[rule].severity for rule in told}


@pytest.mark.parametrize("algorithm", sorted(bagit.CHECKSUM_ALGOS - {"shake_128", "shake_256"}))
def test_a_bag_of_bagit_is_valid_whatever_its_algorithm(algorithm: str, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("one\n")
    (tmp_path / "é.txt").write_text("é\n")
    bagit.make_bag(str(tmp_path), {"Contact-Name": "Somebody"}, checksums=[algorithm])
    assert check(tmp_path)[0]


@pytest.mark.parametrize("name", ALGORITHMS)
def test_every_algorithm_verifies(name: str, tmp_path: Path) -> None:
    bag = make(
        tmp_path / "bag", manifests=(f"manifest-{name}.txt",), tag_manifests=(f"tagmanifest-{name}.txt",)
    )
    assert check(bag)[0]
    write(bag, "data/one.txt", "eno\n")
    assert check(bag) == (
        False,
        {"bagit-3-checksum", *(["bagit-2.4-registered"] if name == "sha224" else [])},
    )


def test_a_file_listed_in_two_unicode_forms_with_two_checksums_is_an_error(tmp_path: Path) -> None:
    old(added("manifest-md5.txt", f"{ONE}  {COMPOSED}\n"), files=NORMALIZED)(tmp_path / "bag")
    assert check(tmp_path / "bag") == (False, {"bagit-6.1.1.3-other-form", "bagit-2.1.3-duplicate"})
