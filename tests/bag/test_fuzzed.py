"""Whatever is in the tag files of a bag, there is a report; what is valid here is valid for bagit too."""

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

import bagit
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from archiver.bag import Asked, Depth, validate
from archiver.bag.tag_files import LEAVING, VERSIONS, decoded, encoded, usual_line
from archiver.findings import Report, Severity
from tests.bag.bags import make, sha512, write

MANIFEST = "manifest-sha512.txt"
TAG_FILES = (
    "bagit.txt",
    MANIFEST,
    "bag-info.txt",
    "fetch.txt",
    "tagmanifest-sha512.txt",
    "manifest-md5.txt",
)
ONE = sha512(b"one\n")

ENCODINGS = (
    "UTF-8",
    "UTF-16",
    "UTF-16LE",
    "ISO-8859-1",
    "UTF-32",
    "cp037",
    "shift_jis",
    "hz",
    "iso2022_jp_2",
)

fuzzed = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A place whose bags are made anew for each example."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


_made = 0


def fresh(folder: Path) -> Path:
    global _made
    _made += 1
    return folder / str(_made)


def looked_at(bag: Path, depth: Depth = Depth.FULL) -> Report:
    """The report, which is whole, and the same again."""
    report = validate(bag, Asked(depth))
    assert report.checks
    assert all((found.message + found.where).isprintable() for found in report.findings)
    errors = any(found.severity is Severity.ERROR for found in report.findings)
    assert report.valid is not errors
    assert validate(bag, Asked(depth)).findings == report.findings
    return report


@fuzzed
@given(name=st.sampled_from(TAG_FILES), content=st.binary(max_size=200), depth=st.sampled_from(Depth))
@example(name="bagit.txt", content=b"", depth=Depth.FULL)
@example(name="bagit.txt", content=b"\xff\xfe", depth=Depth.FULL)
@example(name="bag-info.txt", content=b"\n:\n \n\t:", depth=Depth.FULL)
@example(name=MANIFEST, content=b"*./", depth=Depth.FULL)
@example(name=MANIFEST, content=b"\\a \\", depth=Depth.FULL)
def test_whatever_bytes_a_tag_file_has_there_is_a_report(
    name: str, content: bytes, depth: Depth, folder: Path
) -> None:
    bag = make(fresh(folder))
    write(bag, name, content)
    looked_at(bag, depth)


@fuzzed
@given(
    encoding=st.sampled_from(ENCODINGS),
    contents=st.dictionaries(st.sampled_from(TAG_FILES[1:]), st.binary(max_size=60)),
    version=st.sampled_from(VERSIONS),
)
def test_whatever_encoding_is_declared_there_is_a_report(
    encoding: str, contents: dict[str, bytes], version: str, folder: Path
) -> None:
    bag = make(fresh(folder), version=version)
    write(bag, "bagit.txt", f"BagIt-Version: {version}\nTag-File-Character-Encoding: {encoding}\n")
    for name, content in contents.items():
        write(bag, name, content)
    looked_at(bag)


PARTS = (
    "data",
    "/",
    "..",
    ".",
    "~",
    "%0A",
    "%25",
    "%",
    "\\",
    "C:",
    "one.txt",
    "sub",
    "*",
    "./",
    " ",
    "\0",
    "é",
)
paths = st.lists(st.sampled_from(PARTS), max_size=8).map("".join) | st.text(max_size=20)
digests = st.sampled_from([ONE, ONE.upper(), ONE[1:], f"\\{ONE}", "", "x", "0" * 128])
lines = st.builds(
    "{}{}{}{}".format, digests, st.sampled_from([" ", "  ", "\t", " *", ""]), paths, st.just("\n")
)


@fuzzed
@given(
    version=st.sampled_from(VERSIONS),
    manifest=st.lists(lines, max_size=6),
    tags=st.lists(lines, max_size=6),
    remote=st.lists(
        st.builds(
            "{} {} {}\n".format, st.text(max_size=9), st.sampled_from(["-", "4", "9" * 20, "x"]), paths
        )
    ),
)
def test_whatever_lines_manifests_and_fetch_have_there_is_a_report(
    version: str, manifest: list[str], tags: list[str], remote: list[str], folder: Path
) -> None:
    bag = make(fresh(folder), version=version)
    for name, content in ((MANIFEST, manifest), ("tagmanifest-sha512.txt", tags), ("fetch.txt", remote)):
        write(bag, name, "".join(content).encode("utf-8", "surrogatepass"))
    looked_at(bag)


@given(st.text())
def test_a_path_is_encoded_and_decoded_to_itself(path: str) -> None:
    assert decoded(encoded(path), (1, 0)) == path
    assert not {"\n", "\r"} & set(encoded(path))


@given(st.lists(st.text(st.characters(exclude_characters="/\\\0:%~")).filter(lambda s: s.strip("."))))
def test_a_plain_path_does_not_leave_its_bag(parts: list[str]) -> None:
    assert not LEAVING.search("/".join(["data", *parts]))


@given(st.booleans(), st.text(st.sampled_from("./~%:\\\0C adt*")))
@example(False, "data/..")
@example(False, "data/./a")
@example(True, "data")
def test_a_line_that_is_not_looked_at_closely_leaves_no_bag(tag: bool, path: str) -> None:
    for below in (path, f"data/{path}"):
        if usual_line(64, tag).fullmatch(f"{ONE}  {below}"):
            assert not LEAVING.search(below)
            assert below.startswith("data/") is not tag
            assert decoded(below, (1, 0)) == below


# --- beside bagit

NAMES = st.text(
    st.characters(
        exclude_characters="/\\\0:%~\r\n*", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp", "Cn")
    ),
    min_size=1,
    max_size=12,
).filter(lambda name: name.strip(". ") == name)
FILES = st.dictionaries(NAMES.map("data/{}".format), st.binary(max_size=20), max_size=4)
LABELS = st.from_regex(r"[A-Za-z][A-Za-z-]{0,9}", fullmatch=True)


def bagit_says(bag: Path) -> bool:
    logging.disable(logging.CRITICAL)
    try:
        return bool(bagit.Bag(str(bag)).is_valid())
    except bagit.BagError:
        return False
    finally:
        logging.disable(logging.NOTSET)


@fuzzed
@given(
    files=FILES,
    version=st.sampled_from(["0.96", "0.97", "1.0"]),
    encoding=st.sampled_from(["UTF-8", "UTF-16", "UTF-16LE"]),
    labels=st.lists(st.tuples(LABELS, st.from_regex(r"[ -~é]{0,20}", fullmatch=True))),
    damage=st.booleans(),
)
def test_a_friendly_bag_is_valid_or_not_as_bagit_says(
    files: dict[str, bytes],
    version: str,
    encoding: str,
    labels: list[tuple[str, str]],
    damage: bool,
    folder: Path,
) -> None:
    kept = {name.casefold(): (name, data) for name, data in files.items()}
    bag = make(
        fresh(folder),
        lambda bag: write(bag, "bag-info.txt", "".join(f"{n}: x{v}\n" for n, v in labels), encoding),
        files=dict(kept.values()),
        version=version,
        encoding=encoding,
    )
    if damage and files:
        write(bag, next(iter(kept.values()))[0], "damaged otherwise")
    report = looked_at(bag)
    assert report.valid is bagit_says(bag)
    assert report.valid is not (damage and bool(files))


STRICTER = {
    "white space in bagit.txt": ("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding:  UTF-8\n"),
    "a third line in bagit.txt": (
        "bagit.txt",
        "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n\n",
    ),
    "no space after a colon of bag-info.txt": ("bag-info.txt", "Contact-Name:Somebody\n"),
    "a byte order mark": ("bag-info.txt", "\ufeffContact-Name: Somebody\n"),
    "a comment in a manifest": (MANIFEST, f"# x\n{ONE}  data/one.txt\n"),
    "a folder's dot in a path": (MANIFEST, f"{ONE}  data/./one.txt\n"),
    "a path that goes up and down again": (MANIFEST, f"{ONE}  data/x/../one.txt\n"),
    "a percent sign in a path": (MANIFEST, f"{ONE}  data/one.txt\n{sha512(b'x')}  data/100%\n"),
    "a manifest that lists a tag file": (MANIFEST, f"{ONE}  data/one.txt\n{sha512(b'x')}  notes.txt\n"),
    "an address that has white space encoded wrongly": (
        "fetch.txt",
        "https://example.org/a%2 - data/one.txt\n",
    ),
}
"""What bagit takes for valid, and RFC 8493 does not."""


@pytest.mark.parametrize("what", STRICTER)
def test_where_the_standard_is_stricter_than_bagit_so_is_archiver(what: str, tmp_path: Path) -> None:
    name, content = STRICTER[what]
    extra = {"data/100%": b"x"} if "100%" in content else {}
    bag = make(tmp_path / "bag", files={"data/one.txt": b"one\n", **extra}, tag_manifests=())
    write(bag, "notes.txt", "x")
    write(bag, name, content)
    assert bagit_says(bag)
    assert not validate(bag).valid


def test_a_link_within_the_bag_is_followed_by_bagit_and_not_here(tmp_path: Path) -> None:
    bag = make(tmp_path / "bag", files={"data/one.txt": b"one\n"}, tag_manifests=())
    (bag / "data/two.txt").symlink_to("one.txt")
    write(bag, MANIFEST, f"{ONE}  data/one.txt\n{ONE}  data/two.txt\n")
    assert bagit_says(bag)
    assert not validate(bag).valid
