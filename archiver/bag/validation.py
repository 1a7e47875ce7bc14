"""Validation: whether a bag is complete and valid (RFC 8493, section 3), and its records too.

Nothing outside the bag is opened: no link is followed, no path leaves it. Every problem is told.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import NamedTuple

from archiver.bag.making import PROFILE_IDENTIFIER
from archiver.findings import Check, Finding, Report, Severity, Verdict

RULES = {
    "bagit-2.1.1-declaration": "RFC 8493 2.1.1",
    "bagit-2.1.3-manifest": "RFC 8493 2.1.3",
    "bagit-2.1.3-path": "RFC 8493 2.1.3, 5.2",
    "bagit-2.1.3-incomplete": "RFC 8493 2.1.3, 3",
    "bagit-2.2.1-tag-manifest": "RFC 8493 2.2.1",
    "bagit-2.2.2-oxum": "RFC 8493 2.2.2",
    "bagit-2.2.3-fetch": "RFC 8493 2.2.3",
    "bagit-3-checksum": "RFC 8493 3",
    "bagit-5.2-unsafe": "RFC 8493 5.2",
    "bag-unreadable": "",
}
"""The rules of a bag and the clauses that they stand for."""

DECLARATION = re.compile(r"BagIt-Version: (\d+\.\d+)\r?\n?Tag-File-Character-Encoding: ([\w.-]+)\s*\Z")
VERSIONS = {"0.93", "0.94", "0.95", "0.96", "0.97", "1.0"}
ALGORITHMS = {"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_512"}
ENTRY = re.compile(r"([0-9A-Fa-f]+)[ \t]+\*?(.*)")
BUFFER = 1024 * 1024
MAX_TAG_FILE_BYTES = 1024 * 1024 * 1024
MAX_LINE_CHARS = 65_536


class Entry(NamedTuple):
    """One line of a manifest."""

    digest: str
    path: str


def _error(rule: str, message: str, where: str = "") -> Finding:
    return Finding(rule, Severity.ERROR, message, where=where, clause=RULES[rule])


class _Broken(Exception):
    """A tag file that cannot be used at all."""


def validate(bag: Path) -> Report:
    """The report on a bag: complete, valid, and, for archiver's own packages, records and PDF/A.

    Never raises for what is wrong with a bag: that is what the report is for.
    """
    findings: list[Finding] = []
    facts: dict[str, str | int] = {}
    try:
        findings += _bagit(bag, facts)
    except _Broken as broken:
        findings += broken.args[0]
    except OSError as error:
        where = os.path.relpath(error.filename, bag) if error.filename else ""
        findings.append(_error("bag-unreadable", f"cannot be read: {error.strerror}", where))
    broken_bag = any(f.severity is Severity.ERROR for f in findings)
    checks = [Check("complete and valid", Verdict.FAILED if broken_bag else Verdict.PASSED)]
    if facts.get("profile") == PROFILE_IDENTIFIER and not broken_bag:
        more, records = _records(bag)
        checks += more
        findings += records
    else:
        note = "not archiver's own package" if not broken_bag else "the bag is not valid"
        checks += [
            Check("metadata", Verdict.NOT_CHECKED, note),
            Check("PDF/A conformance", Verdict.NOT_CHECKED, note),
        ]
    return Report(str(bag), tuple(checks), tuple(findings), facts)


# --- the bag --------------------------------------------------------------------------------


def _bagit(bag: Path, facts: dict[str, str | int]) -> Iterator[Finding]:
    if bag.is_symlink() or not bag.is_dir():
        raise _Broken([_error("bag-unreadable", "is not a folder; expected a bag")])
    files, unsafe = _walk(bag)
    yield from unsafe
    encoding = _declaration(bag, files)
    yield from _oxum(bag, files, encoding, facts)
    manifests = [name for name in files if re.fullmatch(r"manifest-\w+\.txt", name)]
    tag_manifests = [name for name in files if re.fullmatch(r"tagmanifest-\w+\.txt", name)]
    if not manifests:
        yield _error("bagit-2.1.3-manifest", "has no payload manifest")
    wanted: dict[str, dict[str, str]] = {}
    payload = {name for name in files if name.startswith("data/")}
    if not (bag / "data").is_dir():
        yield _error("bagit-2.1.3-incomplete", "has no payload folder: data/")
    for name in manifests:
        entries = yield from _manifest(bag, name, encoding, wanted)
        for path in sorted(payload - entries):
            yield _error("bagit-2.1.3-incomplete", f"is not in {name}", path)
    for name in tag_manifests:
        yield from _manifest(bag, name, encoding, wanted)
    if "fetch.txt" in files:
        yield _error("bagit-2.2.3-fetch", "lists files to fetch; they are not fetched", "fetch.txt")
    for path in sorted(wanted):
        if path not in files:
            yield _error("bagit-2.1.3-incomplete", "is in a manifest but not in the bag", path)
        else:
            yield from _fixity(bag, path, wanted[path])
    facts["payload files"] = len(payload)
    facts["payload bytes"] = sum(files[name] for name in payload)


def _walk(bag: Path) -> tuple[dict[str, int], list[Finding]]:
    """Every regular file, with its size, by its path in the bag; links and devices are refused."""
    files: dict[str, int] = {}
    unsafe: list[Finding] = []
    folders = [""]
    while folders:
        folder = folders.pop()
        with os.scandir(os.path.join(bag, folder)) as entries:
            for entry in entries:
                path = os.path.join(folder, entry.name)
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(status.st_mode):
                    folders.append(path)
                elif stat.S_ISREG(status.st_mode):
                    files[path] = status.st_size
                else:
                    kind = "a link" if stat.S_ISLNK(status.st_mode) else "not a regular file"
                    unsafe.append(_error("bagit-5.2-unsafe", f"is {kind}; it was not opened", path))
    return files, unsafe


def _tag_file(bag: Path, name: str, encoding: str) -> str:
    descriptor = os.open(bag / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(MAX_TAG_FILE_BYTES + 1)
    rule = "bagit-2.1.1-declaration" if name == "bagit.txt" else "bagit-2.1.3-manifest"
    if len(content) > MAX_TAG_FILE_BYTES:
        raise _Broken([_error(rule, f"is larger than {MAX_TAG_FILE_BYTES:,} bytes", name)])
    try:
        return content.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise _Broken([_error(rule, f"is not {encoding}: {error}", name)]) from None


def _declaration(bag: Path, files: dict[str, int]) -> str:
    """The encoding of the tag files, from bagit.txt."""
    rule = "bagit-2.1.1-declaration"
    if "bagit.txt" not in files:
        raise _Broken([_error(rule, "has no bagit.txt; it is no bag")])
    found = DECLARATION.match(_tag_file(bag, "bagit.txt", "utf-8"))
    if not found:
        expected = "BagIt-Version: 1.0 and Tag-File-Character-Encoding: UTF-8, one a line"
        raise _Broken([_error(rule, f"is not a bag declaration; expected {expected}", "bagit.txt")])
    if found[1] not in VERSIONS:
        raise _Broken([_error(rule, f"declares BagIt {found[1]}, which is not known", "bagit.txt")])
    return found[2]


def _oxum(
    bag: Path, files: dict[str, int], encoding: str, facts: dict[str, str | int]
) -> Iterator[Finding]:
    if "bag-info.txt" not in files:
        return
    for line in _tag_file(bag, "bag-info.txt", encoding).splitlines():
        label, _, value = line.partition(":")
        value = value.strip()
        if label.lower() == "bagit-profile-identifier":
            facts["profile"] = value
        elif label.lower() == "external-identifier":
            facts["identifier"] = value
        elif label.lower() == "payload-oxum":
            payload = [size for name, size in files.items() if name.startswith("data/")]
            found = f"{sum(payload)}.{len(payload)}"
            if value != found:
                yield _error(
                    "bagit-2.2.2-oxum", f"says {value} where the payload is {found}", "bag-info.txt"
                )


def _manifest(
    bag: Path, name: str, encoding: str, wanted: dict[str, dict[str, str]]
) -> Generator[Finding, None, set[str]]:
    """Read a manifest into `wanted`; its value is the set of paths that it lists."""
    algorithm = name.rpartition("-")[2].removesuffix(".txt").lower()
    rule = "bagit-2.2.1-tag-manifest" if name.startswith("tag") else "bagit-2.1.3-manifest"
    listed: set[str] = set()
    if algorithm not in ALGORITHMS:
        yield _error(rule, f"is of the algorithm {algorithm}, which is not known", name)
        return listed
    for number, line in enumerate(_tag_file(bag, name, encoding).splitlines(), 1):
        where = f"{name}, line {number}"
        found = ENTRY.fullmatch(line) if len(line) <= MAX_LINE_CHARS else None
        if not found:
            if line.strip():
                yield _error(rule, "is not a digest and a path", where)
            continue
        path = _decoded(found[2].removeprefix("./"))
        if _leaves(path) or (not name.startswith("tag") and not path.startswith("data/")):
            yield _error("bagit-2.1.3-path", f"{path!r} is no path in the payload", where)
            continue
        if path in listed:
            yield _error(rule, f"lists {path!r} twice", where)
        listed.add(path)
        wanted.setdefault(path, {})[algorithm] = found[1].lower()
    return listed


def _decoded(path: str) -> str:
    """CR, LF and %, which manifests percent-encode (RFC 8493 2.1.3)."""
    return re.sub("%(0D|0A|25)", lambda found: chr(int(found[1], 16)), path, flags=re.IGNORECASE)


def _leaves(path: str) -> bool:
    return (
        not path
        or path.startswith(("/", "~", "\\"))
        or ".." in path.split("/")
        or "\0" in path
        or bool(re.match(r"[A-Za-z]:[\\/]", path))
    )


def _fixity(bag: Path, path: str, digests: dict[str, str]) -> Iterator[Finding]:
    """Read a file once, for all its digests."""
    hashes = {algorithm: hashlib.new(algorithm) for algorithm in digests}
    try:
        descriptor = os.open(bag / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            buffer = bytearray(BUFFER)
            while count := file.readinto(buffer):
                for digest in hashes.values():
                    digest.update(memoryview(buffer)[:count])
    except OSError as error:
        yield _error("bag-unreadable", f"cannot be read: {error.strerror}", path)
        return
    for algorithm, expected in digests.items():
        if hashes[algorithm].hexdigest() != expected:
            yield _error("bagit-3-checksum", f"does not have the {algorithm} of its manifest", path)


# --- archiver's own packages ------------------------------------------------------------------


def _records(bag: Path) -> tuple[list[Check], list[Finding]]:
    from archiver import records

    found = list(records.check(bag / "data" / "metadata"))
    metadata = Check("metadata", Verdict.FAILED if found else Verdict.PASSED)
    return [metadata, _conformance(bag, bool(found))], found


def _conformance(bag: Path, broken: bool) -> Check:
    """What the record of the package says of its rendition; veraPDF is not run again."""
    name = "PDF/A conformance"
    if broken:
        return Check(name, Verdict.NOT_CHECKED, "the records are not valid")
    from lxml import etree

    space = {"p": "http://www.loc.gov/premis/v3"}
    root = etree.parse(
        str(bag / "data" / "metadata" / "premis.xml"),
        etree.XMLParser(resolve_entities=False, no_network=True),
    )
    for event in root.iterfind("p:event", space):
        if event.findtext("p:eventType", namespaces=space) == "validation":
            outcome = event.findtext(".//p:eventOutcome", namespaces=space)
            note = event.findtext(".//p:eventDetail", namespaces=space) or ""
            if outcome == "pass":
                return Check(name, Verdict.PASSED, f"recorded when it was packaged: {note}")
    return Check(name, Verdict.NOT_CHECKED, "no check is recorded")
