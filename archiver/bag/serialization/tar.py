"""Tar files: a bag in an uncompressed tar file, read where it lies (POSIX pax, ustar, GNU, v7).

The headers are read here, not by the standard library, whose reader takes a damaged header for the end of
the archive and holds every member and extension in memory.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from archiver.bag import parallel
from archiver.bag.contents import Damaged, File, Result, shown
from archiver.bag.ledger import NOTHING_HASHED, Wanted
from archiver.bag.limits import DEFAULT, Limits
from archiver.bag.rules import Unusable, finding
from archiver.bag.serialization.members import Index, Member
from archiver.bag.serialization.streams import Trailing, Truncated, Window
from archiver.findings import Finding

BLOCK = 512
ZEROS = bytes(BLOCK)
SKIPPED = 1024 * 1024
"""How much is read at once of what is not wanted."""

EXTENSION_BYTES = 1024 * 1024
"""How long an extended header may be."""
LARGEST = 2**62

FILES, FOLDERS = b"0\0 7", b"5D"
LONG_NAME, LONG_LINK, EXTENDED, GLOBAL = b"L", b"K", b"xX", b"g"
REFUSED = {
    b"1": ("serialized-link", "is a hard link"),
    b"2": ("serialized-link", "is a symbolic link"),
    b"3": ("serialized-device", "is a device"),
    b"4": ("serialized-device", "is a device"),
    b"6": ("serialized-device", "is a pipe"),
    b"S": ("serialized-sparse", "is a sparse file, which only GNU tar unpacks as it was"),
}
"""Kinds of members that are neither file nor folder: the rule that each breaks, and what it is."""
WITHOUT_CONTENT = b"123456"

RECORD = re.compile(rb"(\d{1,9}) ([^=\n]{1,200})=")
"""How each record of an extended header begins: its length, and its keyword."""

TOLD = (b"path", b"size", b"linkpath", b"GNU.sparse.")
"""The keywords of extended headers that count, or how they begin."""

OCTAL = re.compile(rb" *([0-7]*)(?:[ \0].*)?", re.DOTALL)

NUMBER = re.compile(rb" *[0-7]+ *(?:\0.*)?|\0.*|[\x80\xff].*", re.DOTALL)
"""What GNU tar and Python take for a number: octal digits up to a NUL, or, as GNU has it, base 256."""
NUMBERS = {
    "mode": (100, 108),
    "owner": (108, 116),
    "group": (116, 124),
    "size": (124, 136),
    "time": (136, 148),
    "major number": (329, 337),
    "minor number": (337, 345),
}
"""Where a header has numbers; but for the size they are not used here, but stop other readers."""


class Header(NamedTuple):
    """One header block."""

    name: bytes
    size: int
    kind: bytes


def is_tar(block: bytes) -> bool:
    """Whether a file that begins with this block is a tar file, of whatever age."""
    return len(block) >= BLOCK and block[:BLOCK] != ZEROS and _sums(block[:BLOCK])


def _sums(block: bytes) -> bool:
    """Whether the checksum of a header is right, be its bytes counted with or without a sign."""
    stated = OCTAL.fullmatch(block[148:156])
    if not stated or not stated[1]:
        return False
    counted = block[:148] + b" " * 8 + block[156:]
    difference = sum(counted) - int(stated[1], 8)
    return not difference or difference == 256 * sum(byte > 127 for byte in counted)


def _number(field: bytes, at: int) -> int:
    """A size: octal digits, or, as GNU has it, base 256 after a byte of 0x80."""
    value = -1
    if field[0] == 0x80:
        value = int.from_bytes(field[1:], "big")
    elif found := OCTAL.fullmatch(field):
        value = int(found[1] or b"0", 8)
    if not 0 <= value <= LARGEST:
        raise Damaged(f"has no size in the header at byte {at:,}")
    return value


def _header(block: bytes, at: int) -> Header:
    if not _sums(block):
        raise Damaged(f"has a header at byte {at:,} whose checksum is wrong; the rest is not read")
    name = block[:100].partition(b"\0")[0]
    prefix = block[345:500].partition(b"\0")[0]
    if block[257:263] == b"ustar\0" and prefix:
        name = prefix + b"/" + name
    _check_numbers(block, at)
    return Header(name, _number(block[124:136], at), block[156:157])


def _check_numbers(block: bytes, at: int) -> None:
    """Raises Damaged where other readers refuse a header though its checksum is right."""
    for number, (begin, end) in NUMBERS.items():
        if not NUMBER.fullmatch(block[begin:end]):
            raise Damaged(f"has no {number} in the header at byte {at:,}; expected octal digits")


def members(stream: BinaryIO, limits: Limits, length: int = LARGEST) -> Iterator[Member | Finding]:
    """Every member of a tar file of so many bytes, in order; the stream then is at its content.

    Raises Damaged where the file is none or ends early, Unusable where a header is beyond the limits.
    """
    at, met = 0, 0
    extensions: dict[bytes, bytes] = {}
    while True:
        _go(stream, at)
        block = stream.read(BLOCK)
        if block == ZEROS:
            _check_end(stream)
            return
        if len(block) < BLOCK:
            raise Truncated("ends without the blocks of zeros that end a tar file")
        header = _header(block, at)
        content, met = at + BLOCK, met + 1
        if header.kind in LONG_NAME + LONG_LINK + EXTENDED + GLOBAL:
            extensions |= _extensions(stream, header, at)
            at = content + _blocks(header.size)
            if met > 2 * limits.entries:
                raise Unusable(finding("bag-limit", f"has more than {limits.entries:,} extended headers"))
            continue
        size = _number_told(extensions[b"size"], at) if b"size" in extensions else header.size
        if header.kind in WITHOUT_CONTENT:
            size = 0
        if content + size > length:
            raise Truncated(f"ends within '{shown(_name(header, extensions))}'")
        yield from _member(header, extensions, size, content)
        at, extensions = content + _blocks(size), {}


def _go(stream: BinaryIO, at: int) -> None:
    """Go to a place further on; what is between is read where it cannot be skipped."""
    if stream.seekable():
        stream.seek(at)
        return
    while (left := at - stream.tell()) > 0 and stream.read(min(left, SKIPPED)):
        pass


def _blocks(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def _check_end(stream: BinaryIO) -> None:
    """After two blocks of zeros there is nothing but zeros."""
    if stream.read(BLOCK) != ZEROS:
        raise Truncated("ends without the second block of zeros that ends a tar file")
    zeros = bytes(SKIPPED)
    while rest := stream.read(SKIPPED):
        if rest != zeros[: len(rest)]:
            raise Trailing("goes on after the blocks of zeros that end a tar file")


def _extensions(stream: BinaryIO, header: Header, at: int) -> dict[bytes, bytes]:
    """What a header says of the next member: GNU's long name, or the records of pax."""
    if header.size > EXTENSION_BYTES:
        told = f"has an extended header of {header.size:,} bytes; no more than {EXTENSION_BYTES:,} are read"
        raise Unusable(finding("bag-limit", told))
    content = stream.read(header.size)
    if len(content) < header.size:
        raise Truncated("ends within an extended header")
    if header.kind == LONG_NAME:
        return {b"path": content.partition(b"\0")[0]}
    if header.kind == LONG_LINK:
        return {}
    records = {keyword: value for keyword, value in _records(content, at) if keyword.startswith(TOLD)}
    if header.kind == GLOBAL and not records.keys().isdisjoint((b"path", b"size", b"linkpath")):
        raise Damaged(f"has a header at byte {at:,} that gives all members one name or size")
    return {} if header.kind == GLOBAL else records


def _records(content: bytes, at: int) -> Iterator[tuple[bytes, bytes]]:
    """The keywords and values of an extended header (POSIX pax, Extended Header)."""
    place = 0
    while place < len(content):
        found = RECORD.match(content, place)
        end = place + int(found[1]) if found else 0
        if not found or not found.end() < end <= len(content) or content[end - 1 : end] != b"\n":
            raise Damaged(f"has an extended header at byte {at:,} that is not well formed")
        yield found[2], content[found.end() : end - 1]
        place = end


def _number_told(digits: bytes, at: int) -> int:
    if not re.fullmatch(rb"\d{1,18}", digits):
        raise Damaged(f"has no size in the extended header before byte {at:,}")
    return int(digits)


def _name(header: Header, extensions: dict[bytes, bytes]) -> str:
    return extensions.get(b"path", header.name).decode("utf-8", "surrogateescape")


def _member(
    header: Header, extensions: dict[bytes, bytes], size: int, content: int
) -> Iterator[Member | Finding]:
    name = _name(header, extensions)
    folder = header.kind in FOLDERS or (header.kind in FILES and name.endswith("/"))
    rule, told = REFUSED.get(header.kind, ("", ""))
    if any(keyword.startswith(b"GNU.sparse.") for keyword in extensions):
        rule, told = REFUSED[b"S"]
    elif not folder and not rule and header.kind not in FILES:
        rule, told = "serialized-device", f"is of the kind {header.kind!r}, which is not known"
    elif folder and size and header.kind in FILES:
        rule, told = "serialized-damaged", "is a folder by its name, and has content"
    refused = finding(rule, f"{told}; it is not looked at", shown(name)) if rule else None
    if not name.isascii() and any("\udc80" <= c <= "\udcff" for c in name):
        yield finding("serialized-encoding", "is a name that is not UTF-8", shown(name))
    yield Member(name, size, content, folder, refused)


class Tar:
    """The contents of the bag in an uncompressed tar file, read by `jobs` processes where it has much."""

    form = "application/x-tar"
    hashed = NOTHING_HASHED

    def __init__(
        self, path: Path, descriptor: int, length: int, limits: Limits = DEFAULT, jobs: int = 1
    ) -> None:
        self._descriptor, self._length, self._limits, self._jobs = descriptor, length, limits, jobs
        self.index = Index(path, limits, length)

    def walk(self) -> Iterator[Finding | File]:
        """Every file, folder by folder, and a finding for what a bag's archive does not hold."""
        stream = io.open(self._descriptor, "rb", closefd=False)  # noqa: SIM115, UP020
        return self.index.walk(members(stream, self._limits, self._length))

    def has_payload_folder(self) -> bool:
        """Whether there is a folder data/, be it empty."""
        return self.index.has_payload_folder()

    def open(self, path: str) -> Window:
        """A file, to be read from its beginning. Raises OSError where there is none."""
        row = self.index.row(path)
        return Window(self._descriptor, self.index.at[row], self.index.sizes[row])

    def verify(self, wanted: Iterable[Wanted]) -> Iterator[Result]:
        """Read every wanted file once; yields those in which something is wrong."""
        return parallel.verify(self.open, wanted, self._jobs)

    def each(self) -> Iterator[tuple[str, Window]]:
        """Every file, to be read before the next one."""
        return ((path, self.open(path)) for path, _ in self.index.files())
