"""Tag files: what the text files of a bag say (RFC 8493 2.1.1, 2.1.3, 2.2 and 2.3).

Readers yield what they find, and a Finding for each thing that is wrong, and go on.
"""

from __future__ import annotations

import codecs
import io
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from archiver.bag.rules import finding
from archiver.findings import Finding

VERSIONS = ("0.93", "0.94", "0.95", "0.96", "0.97", "1.0")

ALGORITHMS = {
    "md5": ("md5", 32),
    "sha1": ("sha1", 40),
    "sha224": ("sha224", 56),
    "sha256": ("sha256", 64),
    "sha384": ("sha384", 96),
    "sha512": ("sha512", 128),
    "sha3224": ("sha3_224", 56),
    "sha3256": ("sha3_256", 64),
    "sha3384": ("sha3_384", 96),
    "sha3512": ("sha3_512", 128),
    "blake2b": ("blake2b", 128),
    "blake2b512": ("blake2b", 128),
    "blake2s": ("blake2s", 64),
    "blake2s256": ("blake2s", 64),
}
"""The names of algorithms (RFC 8493 2.4) with hashlib's, and how many hex digits a digest has."""

STRANGE_CODECS = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7"}
"""Python's text encodings that no tag file is in; some take quadratic time."""

MAX_BYTES = 256 * 1024 * 1024
MAX_LINE_CHARS = 65_536

DECLARATION = re.compile(
    r"BagIt-Version: (?P<version>\d+\.\d+)\n"
    r"Tag-File-Character-Encoding: (?P<encoding>[A-Za-z0-9][\w.:()+-]{0,39})\n?"
)
LOOSE_DECLARATION = re.compile(
    r"\s*BagIt-Version\s*:\s*(?P<version>\d+\.\d+)\s*\n\s*"
    r"Tag-File-Character-Encoding\s*:\s*(?P<encoding>[A-Za-z0-9][\w.:()+-]{0,39})\s*"
)
"""What is meant, though it breaks RFC 8493 2.1.1: enough to go on with."""

MANIFEST_NAME = re.compile(r"(?P<tag>tag)?manifest-(?P<algorithm>[A-Za-z0-9_-]+)\.txt")
ENTRY = re.compile(r"(?P<digest>[^ \t]+)[ \t]+(?P<path>.*)", re.DOTALL)
FETCH = re.compile(r"(?P<url>\S+)[ \t]+(?P<length>\d+|-)[ \t]+(?P<path>.*)", re.DOTALL)
TAG = re.compile(r"(?P<label>[^\s:](?:[^:]*[^\s:])?)(?P<space>\s*):(?P<value>.*)", re.DOTALL)


class Unusable(Exception):
    """A tag file that cannot be read any further, for the reason in `finding`."""

    def __init__(self, found: Finding) -> None:
        super().__init__(found.message)
        self.finding = found


class Entry(NamedTuple):
    """One line of a manifest or of fetch.txt: a path in the bag, and its digest (or length)."""

    path: str
    value: str
    where: str


def encoded(path: str) -> str:
    """A path as manifests have it: CR, LF and %, and only those, percent-encoded (RFC 8493 2.1.3)."""
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def decoded(path: str) -> str:
    """The path that a manifest means."""
    return re.sub("%(0D|0A|25)", lambda found: chr(int(found[1], 16)), path, flags=re.IGNORECASE)


def leaves(path: str) -> bool:
    """Whether a path could mean something outside its bag, on any system (RFC 8493 5.1)."""
    return (
        path.startswith("~")
        or "\0" in path
        or re.match("[A-Za-z]:", path) is not None
        or not {"", ".", ".."}.isdisjoint(re.split(r"[/\\]", path))
    )


def lines(bag: Path, name: str, encoding: str) -> Iterator[str]:
    """The lines of a tag file, whether they end in LF, CR or CRLF (RFC 8493 2.3).

    Nothing but a regular file is opened, and no more is held than a line. Raises Unusable.
    """
    try:
        descriptor = os.open(bag / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise Unusable(finding("bagit-5.1-unsafe", "is not a regular file", name))
            if status.st_size > MAX_BYTES:
                raise Unusable(finding("bag-unreadable", f"is larger than {MAX_BYTES:,} bytes", name))
            with io.TextIOWrapper(file, encoding, newline=None) as text:
                while line := text.readline(MAX_LINE_CHARS + 1):
                    if len(line) > MAX_LINE_CHARS:
                        told = f"has a line of more than {MAX_LINE_CHARS:,} characters"
                        raise Unusable(finding("bag-unreadable", told, name))
                    yield line.removesuffix("\n")
    except (UnicodeError, LookupError) as error:
        raise Unusable(finding("bagit-2.3-encoding", f"is not {encoding}: {error}", name)) from None
    except OSError as error:
        raise Unusable(finding("bag-unreadable", f"cannot be read: {error.strerror}", name)) from None


class Declaration(NamedTuple):
    """What bagit.txt declares."""

    version: tuple[int, int] = (1, 0)
    encoding: str = "utf-8"


def declaration(bag: Path) -> Iterator[Finding | Declaration]:
    """What is wrong with bagit.txt (RFC 8493 2.1.1), and, last, what it declares. Raises Unusable."""
    rule, name = "bagit-2.1.1-declaration", "bagit.txt"
    text = "".join(f"{line}\n" for line, _ in zip(lines(bag, name, "utf-8"), range(4), strict=False))
    if text.startswith("\ufeff"):
        yield finding(rule, "begins with a byte order mark", name)
        text = text.removeprefix("\ufeff")
    found = DECLARATION.fullmatch(text)
    if not found:
        told = "is not the two lines 'BagIt-Version: 1.0' and 'Tag-File-Character-Encoding: UTF-8'"
        found = LOOSE_DECLARATION.fullmatch(text)
        if not found:
            raise Unusable(finding(rule, told, name))
        yield finding(rule, f"{told}, space for space", name)
    if found["version"] not in VERSIONS:
        raise Unusable(finding(rule, f"declares BagIt {found['version']}, which is not known", name))
    major, minor = found["version"].split(".")
    yield Declaration((int(major), int(minor)), _encoding(found["encoding"]))


def _encoding(name: str) -> str:
    try:
        known = codecs.lookup(name).name.replace("_", "-")
        "".encode(known)
    except LookupError:
        known = "undefined"
    if known in STRANGE_CODECS:
        told = f"declares the character encoding {name}, which is not known"
        raise Unusable(finding("bagit-2.1.1-declaration", told, "bagit.txt"))
    return known


def tags(bag: Path, name: str, declared: Declaration) -> Iterator[Finding | tuple[str, str]]:
    """The labels and values of bag-info.txt, in order (RFC 8493 2.2.2), and what is wrong there."""
    rule = "bagit-2.2.2-metadata"
    label, value = "", ""
    for number, line in enumerate(lines(bag, name, declared.encoding), 1):
        where = f"{name}, line {number}"
        if line[:1] in (" ", "\t") and label:
            value = f"{value} {line.strip()}"
            continue
        if label:
            yield label, value.strip()
            label = ""
        if not line.strip():
            continue
        found = TAG.fullmatch(line)
        if not found:
            yield finding(rule, "is not a label, a colon and a value", where)
            continue
        label, value = found["label"], found["value"]
        if declared.version >= (1, 0) and (found["space"] or value[:1] not in (" ", "\t", "")):
            yield finding(rule, f"{label!r} is not followed by a colon and one space", where)
    if label:
        yield label, value.strip()


def manifest(bag: Path, name: str, declared: Declaration) -> Iterator[Finding | Entry]:
    """The entries of a manifest (RFC 8493 2.1.3, 2.2.1), each path once, and what is wrong there."""
    tag = name.startswith("tag")
    rule = "bagit-2.2.1-tag-manifest" if tag else "bagit-2.1.3-manifest"
    digits = ALGORITHMS[algorithm_of(name)][1]
    seen: set[str] = set()
    for number, line in enumerate(lines(bag, name, declared.encoding), 1):
        where = f"{name}, line {number}"
        entry = ENTRY.fullmatch(line)
        if not entry:
            empty = finding("bagit-6.1-form", "is empty", where)
            yield finding(rule, "is not a digest and a path", where) if line.strip() else empty
            continue
        digest, path = entry["digest"], entry["path"]
        if len(digest) != digits or not re.fullmatch("[0-9A-Fa-f]+", digest):
            yield finding(rule, f"does not begin with {digits} hexadecimal digits", where)
        if path.startswith(("*", "./")):
            told = "has a path that begins with '*' or './', which is not part of its name"
            yield finding("bagit-6.1-form", told, where)
            path = path.removeprefix("*").removeprefix("./")
        path = decoded(path)
        if leaves(path):
            yield finding("bagit-2.1.3-path", f"{path!r} is no path in a bag", where)
        elif wrong := _misplaced(path, tag=tag):
            yield finding(rule, wrong, where)
        elif path in seen:
            yield finding(rule, f"lists {path!r} twice", where)
        else:
            seen.add(path)
            yield Entry(path, digest.lower(), where)


def _misplaced(path: str, *, tag: bool) -> str:
    """Why a path may not be in a manifest of its kind."""
    if tag and path.startswith("data/"):
        return f"lists {path!r}, which is payload"
    if tag and MANIFEST_NAME.fullmatch(path) and path.startswith("tag"):
        return f"lists {path!r}, which is a tag manifest"
    if not tag and not path.startswith("data/"):
        return f"lists {path!r}, which is not in data/"
    return ""


def algorithm_of(name: str) -> str:
    """The algorithm that a manifest's name tells, as RFC 8493 2.4 writes it; empty if unknown."""
    found = MANIFEST_NAME.fullmatch(name)
    algorithm = re.sub("[^a-z0-9]", "", found["algorithm"].lower()) if found else ""
    return algorithm if algorithm in ALGORITHMS else ""


def fetch(bag: Path, declared: Declaration) -> Iterator[Finding | Entry]:
    """The entries of fetch.txt (RFC 8493 2.2.3), and what is wrong there. Nothing is fetched."""
    rule, name = "bagit-2.2.3-fetch", "fetch.txt"
    for number, line in enumerate(lines(bag, name, declared.encoding), 1):
        where = f"{name}, line {number}"
        found = FETCH.fullmatch(line)
        if not found:
            yield finding(rule, "is not an address, a length and a path", where)
            continue
        path = decoded(found["path"])
        if leaves(path):
            yield finding("bagit-2.1.3-path", f"{path!r} is no path in a bag", where)
        elif not path.startswith("data/"):
            yield finding(rule, f"lists {path!r}, which is not in data/", where)
        else:
            yield Entry(path, found["length"], where)
