"""Tag files: what the text files of a bag say (RFC 8493 2.1.1, 2.1.3, 2.2 and 2.3).

A reader tells each thing that is wrong, and goes on. Nothing is held but a line.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from archiver.bag.algorithms import DIGEST_BYTES, algorithm_of, is_manifest, is_tag_manifest, new_hash
from archiver.bag.contents import Contents, shown
from archiver.bag.fixity import unreadable
from archiver.bag.ledger import Column, Ledger
from archiver.bag.limits import Limits
from archiver.bag.progress import list_entries
from archiver.bag.rules import Unusable, finding
from archiver.findings import Finding, counted

Tell = Callable[[Finding], None]
"""Where a reader says what is wrong."""

VERSIONS = ("0.93", "0.94", "0.95", "0.96", "0.97", "1.0")

STRANGE_CODECS = {
    "idna",
    "punycode",
    "raw-unicode-escape",
    "undefined",
    "unicode-escape",
    "utf-7",
    "utf-8-sig",
}
"""Python's text encodings that no tag file is in: not IANA's, or quadratic in time."""

MARKED = {
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
}
"""The encodings whose byte order a mark tells; without one it is big-endian (RFC 2781 4.3)."""

UNDECODED = "[\udc80-\udcff]"
"""Bytes that are not UTF-8, as the names of files have them too (os.fsdecode)."""

BOM = "\ufeff"
BLOCK = 65_536

DECLARATION = re.compile(
    r"BagIt-Version: (?P<version>[0-9]{1,9}\.[0-9]{1,9})\n"
    r"Tag-File-Character-Encoding: (?P<encoding>[A-Za-z0-9][\w.:()+-]{0,39})\n?"
)
LOOSE_DECLARATION = (
    r"(?i)\s*BagIt-Version\s*:\s*(?P<version>[0-9]{1,9}\.[0-9]{1,9})\s*\n\s*"
    r"Tag-File-Character-Encoding\s*:\s*(?P<encoding>[A-Za-z0-9][\w.:()+-]{0,39})\s*"
)
"""What is meant, though it breaks RFC 8493 2.1.1: enough to go on with."""
DECLARATION_LINES = 4
"""How many lines of bagit.txt are looked at: two, and some that show that there are more."""

UNENCODED = re.compile("%(?!0D|0A|25)", re.IGNORECASE)
UNENCODED_TOLD = "has a percent sign that stands for no LF, CR or %; it is written %25"

MD5SUM_ESCAPES = {"n": "\n", "r": "\r", "\\": "\\"}
"""What checksum tools write behind a backslash, in a line that begins with one."""

ENTRY = re.compile(r"(?P<mark>\\?)(?P<digest>[^ \t]+)[ \t]+(?P<path>.+)", re.DOTALL)
FETCH = r"(?s)(?P<url>\S+)[ \t]+(?P<length>[0-9]{1,18}|-)[ \t]+(?P<path>.+)"
URI = r"(?ai)[a-z][a-z0-9+.-]*:(?:[\w.~:/?\[\]@!$&'()*+,;=-]|%[0-9a-f]{2})+"
"""An absolute URI (RFC 3986 4.3), which has no fragment."""
ADDRESS = r"[A-Za-z][A-Za-z0-9+.-]*:\S+"
"""What BagIt before 1.0 asked for, which did not say what a URL is."""

LEAVING = re.compile(
    r"\A~|\A%[^%/\\]+%|\A[A-Za-z]:|\A\\|(?:\A|/)\.{0,2}(?:/|\Z)|(?:\A|[/\\])\.\.(?:[/\\]|\Z)|\0"
)
"""A path that could mean something outside its bag, on any system (RFC 8493 5.1)."""

LINE_WIDTH = 79
"""The length that RFC 8493 2.2.2 recommends for lines of bag-info.txt, in characters."""


class Declaration(NamedTuple):
    """What bagit.txt declares."""

    version: tuple[int, int] = (1, 0)
    encoding: str = "utf-8"

    @property
    def info_name(self) -> str:
        """The name of the file of metadata, which was another before BagIt 0.96."""
        return "bag-info.txt" if self.version > (0, 95) else "package-info.txt"


def encoded(path: str) -> str:
    """A path as manifests have it: CR, LF and %, and only those, percent-encoded (RFC 8493 2.1.3)."""
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def decoded(path: str, version: tuple[int, int]) -> str:
    """The path that a manifest means. Before BagIt 1.0 a percent sign stood for itself."""
    codes = "%(0D|0A|25)" if version >= (1, 0) else "%(0D|0A)"
    return re.sub(codes, lambda found: chr(int(found[1], 16)), path, flags=re.IGNORECASE)


class TagFiles(NamedTuple):
    """How the tag files of one bag are read: each once, and hashed as it is read.

    What was parsed is what is verified, even where a file is exchanged meanwhile.
    """

    contents: Contents
    limits: Limits
    tell: Tell
    algorithms: frozenset[str]
    """Those that each file is hashed by, by hashlib's names."""
    digests: dict[str, dict[str, bytes]]
    """The digests of each file that was read to its end."""

    def lines(self, name: str, declared: Declaration, most: int) -> Iterator[str]:
        """The lines of a file, whether they end in LF, CR or CRLF (RFC 8493 2.3).

        Raises Unusable where it cannot be read, or has more than `most` bytes, or is not in the
        encoding that is declared. A file that lists paths is read on if that is UTF-8: a name may be
        any bytes, and is compared as such.
        """
        number, last = 0, ""
        try:
            for whole in self._whole_lines(name, declared, most):
                last = whole.pop()
                self._tell_of_undecoded(name, whole, number)
                number += len(whole)
                yield from whole
        except (UnicodeError, LookupError) as error:
            rule = "bagit-2.1.1-utf-8" if name == "bagit.txt" else "bagit-2.3-encoding"
            reason = error.reason if isinstance(error, UnicodeDecodeError) else error
            told = f"is not {declared.encoding} ({reason}); the rest is not read"
            raise Unusable(finding(rule, told, f"{shown(name)}, line {number + 1}")) from None
        except OSError as error:
            raise Unusable(unreadable(name, error)) from None
        if last:
            self._tell_of_undecoded(name, [last], number)
            yield last
            told = "ends without the end of a line"
            self.tell(finding("bagit-2.3-line-end", told, shown(name)))

    def _whole_lines(self, name: str, declared: Declaration, most: int) -> Iterator[list[str]]:
        """The lines that each block completes, and, last in each list, what a line was begun with."""
        hashes = {algorithm: new_hash(algorithm)() for algorithm in self.algorithms}
        begun, read = "", 0
        with self.contents.open(name) as file:
            block = file.read(BLOCK)
            decoder = _decoder(declared.encoding, block, _on_error(name, declared))
            ended = False
            while not ended:
                for digest in hashes.values():
                    digest.update(block)
                following = file.read(BLOCK)
                ended = not following
                state = decoder.getstate()
                try:
                    text = decoder.decode(block, ended)
                except UnicodeDecodeError as error:
                    decoder.setstate(state)
                    yield (begun + decoder.decode(_before(error, block))).split("\n")
                    raise
                if not read and text[:1] == BOM:
                    self._tell_of_mark(name, declared)
                    text = text[1:]
                read += len(block)
                if read > most:
                    raise Unusable(_beyond(name, f"is longer than {most:,} bytes"))
                whole = (begun + text).split("\n")
                begun, block = whole[-1], following
                if len(max(whole, key=len)) > self.limits.line_chars:
                    told = f"has a line of more than {self.limits.line_chars:,} characters"
                    raise Unusable(_beyond(name, told))
                yield whole
        self.digests[name] = {algorithm: digest.digest() for algorithm, digest in hashes.items()}

    def _tell_of_undecoded(self, name: str, lines: list[str], before: int) -> None:
        if all(map(str.isascii, lines)):
            return
        for number, line in enumerate(lines, before + 1):
            if not line.isprintable() and (found := re.search(UNDECODED, line)):
                told = f"has the byte 0x{ord(found[0]) & 0xFF:02X}, which is not UTF-8"
                self.tell(finding("bagit-2.3-encoding", told, f"{shown(name)}, line {number}"))

    def _tell_of_mark(self, name: str, declared: Declaration) -> None:
        rule = "bagit-2.3-bom" if declared.version >= (1, 0) else "bagit-0.97-bom"
        if name == "bagit.txt":
            rule = "bagit-2.1.1-bom"
        self.tell(finding(rule, "begins with a byte order mark", shown(name)))


def _beyond(name: str, told: str) -> Finding:
    return finding("bag-limit", f"{told}; the rest is not read", shown(name))


def _on_error(name: str, declared: Declaration) -> str:
    """How the codec treats bytes that are not in the encoding."""
    lists_paths = is_manifest(name) or name == "fetch.txt"
    return "surrogateescape" if lists_paths and declared.encoding == "utf-8" else "strict"


def _decoder(encoding: str, begun: bytes, errors: str) -> io.IncrementalNewlineDecoder:
    """What decodes a file that begins so, with its line ends as LF."""
    marks = MARKED.get(encoding)
    if marks and not begun.startswith(marks):
        encoding += "-be"
    return io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(errors), translate=True)


def _before(error: UnicodeDecodeError, block: bytes) -> bytes:
    """The bytes of a block before the error; the decoder may have kept some of the block before."""
    return block[: max(0, error.start - (len(error.object) - len(block)))]


def declaration(files: TagFiles) -> Declaration:
    """What bagit.txt declares (RFC 8493 2.1.1). Raises Unusable where that cannot be told."""
    name = "bagit.txt"
    read = files.lines(name, Declaration(), files.limits.info_bytes)
    begun = [f"{line}\n" for number, line in enumerate(read) if number < DECLARATION_LINES]
    text, tell = "".join(begun), files.tell
    found = DECLARATION.fullmatch(text)
    if not found:
        told = "is not the two lines 'BagIt-Version: 1.0' and 'Tag-File-Character-Encoding: UTF-8'"
        found = re.fullmatch(LOOSE_DECLARATION, text)
        if not found:
            raise Unusable(finding("bagit-2.1.1-form", told, name))
        tell(finding("bagit-2.1.1-form", f"{told}, space for space", name))
    if found["version"] not in VERSIONS:
        told = f"declares BagIt {found['version']}, which is not known"
        raise Unusable(finding("bagit-2.1.1-version", told, name))
    major, minor = found["version"].split(".")
    encoding = _encoding(found["encoding"])
    if encoding != "utf-8":
        told = f"declares {found['encoding']} for the tag files; UTF-8 is recommended"
        tell(finding("bagit-2.3-not-utf-8", told, name))
    return Declaration((int(major), int(minor)), encoding)


@lru_cache
def _encoding(name: str) -> str:
    try:
        known = codecs.lookup(name).name.replace("_", "-")
        "".encode(known)
    except (LookupError, UnicodeError):
        known = "undefined"
    if known in STRANGE_CODECS:
        told = f"declares the character encoding {name}, which is not known"
        raise Unusable(finding("bagit-2.1.1-encoding", told, "bagit.txt"))
    return known


def tags(read: Iterator[str], name: str, declared: Declaration, tell: Tell) -> Iterator[tuple[str, str]]:
    """The labels and values of bag-info.txt, in order (RFC 8493 2.2.2)."""
    label, value, long_lines = "", [""], 0
    for number, line in enumerate(read, 1):
        long_lines += len(line) > LINE_WIDTH
        text = line.strip()
        if label and text and line[0] in " \t":
            value.append(text)
            continue
        if label:
            yield label, " ".join(value).strip()
        begun, colon, rest = line.partition(":")
        label, value = begun.strip() if colon else "", [rest.rstrip()]
        if not text:
            tell(finding("bagit-6.1.3-empty-line", "is empty", f"{name}, line {number}"))
        elif not label:
            told = "is not a label, a colon and a value"
            tell(finding("bagit-2.2.2-element", told, f"{name}, line {number}"))
        elif declared.version >= (1, 0):
            for rule, told in _spacing(begun, rest):
                tell(finding(rule, told, f"{name}, line {number}"))
    if label:
        yield label, " ".join(value).strip()
    if long_lines:
        told = f"has {counted(long_lines, 'line')} of more than {LINE_WIDTH} characters"
        tell(finding("bagit-2.2.2-line-length", told, name))


def _spacing(label: str, value: str) -> Iterator[tuple[str, str]]:
    """What is wrong where there is more, or less, than a label, a colon and one space or tab.

    BagIt 1.0 asks for that (RFC 8493 2.2.2); before it was looser.
    """
    if label != label.strip():
        yield "bagit-2.2.2-label", f"has white space around its label '{shown(label)}'"
    if value[:1] not in (" ", "\t") or value[1:2] in (" ", "\t"):
        told = f"has not one space, or one tab, after the colon of '{shown(label.strip())}'"
        yield "bagit-2.2.2-space", told


@lru_cache
def usual_line(width: int, tag: bool) -> re.Pattern[str]:
    """A line of a manifest with nothing about it that has to be looked at more closely.

    No name in its path is `.`, `..` or empty, and no character could mean a drive, a home folder,
    a variable or an escape: so it leaves no bag.
    """
    name = r"(?!\.\.?(?:/|\Z))[^%\\:~*\0/]++"
    path = rf"(?!data/|[ \t]){name}(?:/{name})*" if tag else f"data(?:/{name})+"
    return re.compile(rf"([0-9A-Fa-f]{{{2 * width}}})[ \t]+({path})")


class Listing:
    """Reads the lines of one manifest into a ledger (RFC 8493 2.1.3, 2.2.1), each path once."""

    def __init__(self, name: str, ledger: Ledger, declared: Declaration, tell: Tell) -> None:
        self.name, self.ledger, self.version, self.tell = name, ledger, declared.version, tell
        self.tag = is_tag_manifest(name)
        self.column = Column(algorithm_of(name), DIGEST_BYTES[algorithm_of(name)])
        ledger.columns[name] = self.column
        self._usual = usual_line(self.column.width, self.tag)

    def read(self, read: Iterator[str], limits: Limits) -> None:
        """Take in every line. Raises Unusable where there are more than the limits allow."""
        usual, fromhex = self._usual.fullmatch, bytes.fromhex
        number = 0
        for number, line in enumerate(read, 1):
            if number > limits.entries:
                raise Unusable(_beyond(self.name, f"has more than {limits.entries:,} lines"))
            found = usual(line)
            if found:
                digest, path = found.groups()
                self._put(path, fromhex(digest), number)
            else:
                self._look_closely(line, number)
            if not number % 1000:
                list_entries(1000)
                self._check_absent(limits)
        list_entries(number % 1000)

    def _check_absent(self, limits: Limits) -> None:
        absent, size = self.ledger.absent()
        if absent > limits.missing or size > limits.path_bytes:
            told = f"lists more than {limits.missing:,} files that are not in the bag"
            if size > limits.path_bytes:
                told = f"lists paths of more than {limits.path_bytes:,} bytes"
            raise Unusable(_beyond(self.name, told))

    def _say(self, rule: str, told: str, number: int) -> None:
        self.tell(finding(rule, told, f"{self.name}, line {number}"))

    def _look_closely(self, line: str, number: int) -> None:
        found = ENTRY.fullmatch(line)
        if not line.strip():
            self._say("bagit-6.1.3-empty-line", "is empty", number)
        elif not found:
            self._say("bagit-2.1.3-line", "is not a checksum and a path", number)
        else:
            path = self._decoded(self._unmarked(found["path"], found["mark"], number), number)
            if self._belongs(path, number):
                self._put(path, self._digest(found["digest"], number), number)

    def _decoded(self, path: str, number: int) -> str:
        """The path that is meant; before BagIt 1.0 «%0A» could also be just that, in a file's name."""
        if self.version >= (1, 0) and UNENCODED.search(path):
            self._say("bagit-2.1.3-percent", UNENCODED_TOLD, number)
        meant = decoded(path, self.version)
        holds = self.ledger.holds
        return path if self.version < (1, 0) and holds(path) and not holds(meant) else meant

    def _digest(self, text: str, number: int) -> bytes:
        """The digest that a text means; none where it means none."""
        digits = 2 * self.column.width
        if re.fullmatch(f"[0-9A-Fa-f]{{{digits}}}", text):
            return bytes.fromhex(text)
        told = f"does not begin with the {digits} hexadecimal digits of {self.column.algorithm}"
        self._say("bagit-2.1.3-checksum-form", told, number)
        return b""

    def _unmarked(self, path: str, mark: str, number: int) -> str:
        """The path without what checksum tools put before it (RFC 8493 6.1.3)."""
        if mark:
            told = "has a backslash before its checksum, as md5sum puts it"
            self._say("bagit-6.1.3-md5sum", told, number)
            path = re.sub(r"\\([nr\\])", lambda found: MD5SUM_ESCAPES[found[1]], path)
        plain = path.removeprefix("*").removeprefix("./")
        if plain != path:
            told = f"has a path that begins with {path.removesuffix(plain)!r}, which is no part of it"
            self._say("bagit-6.1.3-md5sum", told, number)
        return plain

    def _belongs(self, path: str, number: int) -> bool:
        """Whether a path may be in a manifest of this kind; else it is told why not."""
        if LEAVING.search(path):
            told = f"lists '{shown(path)}', which is no path in a bag; it is not looked at"
            if path.endswith("/") and not LEAVING.search(path[:-1]):
                self._say("bagit-2.1.3-directory", f"lists '{shown(path)}', a folder", number)
            else:
                self._say("bagit-5.1-path", told, number)
        elif self.tag and path.startswith("data/"):
            self._say("bagit-2.2.1-payload-listed", f"lists '{shown(path)}', which is payload", number)
        elif self.tag and is_tag_manifest(path) and self.version >= (1, 0):
            told = f"lists '{shown(path)}', which is a tag manifest"
            self._say("bagit-2.2.1-tag-manifest-listed", told, number)
        elif not self.tag and not path.startswith("data/"):
            self._say("bagit-2.1.3-not-payload", f"lists '{shown(path)}', which is not in data/", number)
        else:
            return True
        return False

    def _put(self, path: str, digest: bytes, number: int) -> None:
        if self.tag and is_tag_manifest(path) and not self._belongs(path, number):
            return
        row, column = self.ledger.row(path), self.column
        if not column.lists(row):
            column.put(row, digest)
        elif self.version >= (1, 0) or self.column.digest(row) != digest:
            same = "again" if self.column.digest(row) == digest else "again, with another checksum"
            self._say("bagit-2.1.3-duplicate", f"lists '{shown(path)}' {same}", number)
        else:
            self._say("bagit-0.97-duplicate", f"lists '{shown(path)}' again", number)


class Remote(NamedTuple):
    """A payload file that fetch.txt says where to find, its length where that is said."""

    path: str
    length: int | None


def fetch(read: Iterator[str], declared: Declaration, limits: Limits, tell: Tell) -> Iterator[Remote]:
    """The entries of fetch.txt (RFC 8493 2.2.3). Nothing is fetched.

    Raises Unusable where there are more than the limits allow.
    """
    strict = declared.version >= (1, 0)
    for number, line in enumerate(read, 1):
        if number > limits.missing:
            raise Unusable(_beyond("fetch.txt", f"has more than {limits.missing:,} lines"))
        where = f"fetch.txt, line {number}"
        found = re.fullmatch(FETCH, line)
        if not line.strip():
            tell(finding("bagit-6.1.3-empty-line", "is empty", where))
            continue
        if not found:
            tell(finding("bagit-2.2.3-line", "is not an address, a length and a path", where))
            continue
        if not re.fullmatch(URI if strict else ADDRESS, found["url"]):
            tell(finding("bagit-2.2.3-address", f"has '{shown(found['url'])}', no absolute URI", where))
        if strict and UNENCODED.search(found["path"]):
            tell(finding("bagit-2.1.3-percent", UNENCODED_TOLD, where))
        path = decoded(found["path"], declared.version)
        if LEAVING.search(path):
            tell(finding("bagit-5.1-path", f"lists '{shown(path)}', which is no path in a bag", where))
        elif strict and not path.startswith("data/"):
            tell(finding("bagit-2.2.3-not-payload", f"lists '{shown(path)}', not in data/", where))
        else:
            yield Remote(path, None if found["length"] == "-" else int(found["length"]))
