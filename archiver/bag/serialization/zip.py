"""Zip files: a bag in a zip file, read where it lies (PKWARE's APPNOTE.TXT; zip64 too).

The central directory says what there is. Before anything is unpacked, what stands beside each member has
to say the same, no member may lie over another one, and all together may not come to too much. The
directories are read here, not by the standard library, which holds an object for every member and looks
at what stands beside it only when that is opened, and not at all of it.
"""

from __future__ import annotations

import bz2
import io
import os
import stat
import struct
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from archiver.bag import parallel
from archiver.bag.contents import Damaged, File, Result, shown
from archiver.bag.folder import KINDS
from archiver.bag.ledger import NOTHING_HASHED, Wanted
from archiver.bag.limits import DEFAULT, Limits
from archiver.bag.rules import Unusable, finding
from archiver.bag.serialization.members import Index, Member
from archiver.bag.serialization.streams import (
    CHUNK,
    Decompressor,
    Inflating,
    Trailing,
    Truncated,
    Window,
    decompressed,
)
from archiver.findings import Finding

LOCAL_MARK, CENTRAL_MARK, DESCRIPTOR_MARK = b"PK\3\4", b"PK\1\2", b"PK\7\x08"
END_MARK, END64_MARK, LOCATOR_MARK = b"PK\5\6", b"PK\6\6", b"PK\6\7"

LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")
END64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR = struct.Struct("<4sLQL")
COMMENT_BYTES = 0xFFFF
FULL32 = 0xFFFFFFFF
FULL = (0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, FULL32, FULL32)
"""What stands in the fields of the end whose values are in zip64's end instead."""
LARGEST = 2**62
DESCRIPTOR_BYTES = 24

ENCRYPTED, LATER, PATCHED, STRONG, UTF8, MASKED = 1, 1 << 3, 1 << 5, 1 << 6, 1 << 11, 1 << 13
"""Bits of the flags (APPNOTE 4.4.4); with LATER, sizes and CRC stand behind a member, not before it."""
ZIP64, UNICODE_PATH = 0x0001, 0x7075
STORED, DEFLATED, BZIP2 = 0, 8, 12
METHODS: dict[int, Callable[[], Decompressor]] = {
    DEFLATED: lambda: Inflating(-zlib.MAX_WBITS),
    BZIP2: bz2.BZ2Decompressor,
}
AES = 99


class Directory(NamedTuple):
    """Where the central directory is, in bytes, and how many members it should have."""

    at: int
    size: int
    members: int


class Entry(NamedTuple):
    """What a header says of a member, in the central directory or beside it."""

    raw_name: bytes
    extra: dict[int, bytes]
    flags: int
    method: int
    crc: int
    stored: int
    size: int
    at: int
    """Where the member is; of one that stands beside it, where its content is."""
    mode: int = 0

    @property
    def unicode_name(self) -> str:
        """The name in UTF-8 that Info-ZIP puts beside one in another encoding, if it belongs to it."""
        told = self.extra.get(UNICODE_PATH, b"")
        belongs = told[:1] == b"\1" and told[1:5] == struct.pack("<L", zlib.crc32(self.raw_name))
        return told[5:].decode("utf-8", "surrogateescape") if belongs else ""

    @property
    def name(self) -> str:
        """The name: UTF-8 where it is marked as that or can be that, else the old code page 437."""
        if self.raw_name.isascii() or self.flags & UTF8:
            return self.raw_name.decode("utf-8", "surrogateescape")
        if told := self.unicode_name:
            return told
        try:
            return self.raw_name.decode("utf-8")
        except UnicodeDecodeError:
            return self.raw_name.decode("cp437")

    @property
    def is_marked(self) -> bool:
        """Whether the encoding of the name is told, or does not matter."""
        return self.raw_name.isascii() or bool(self.flags & UTF8 or self.unicode_name)


def _bytes(file: BinaryIO, at: int, size: int, length: int) -> bytes:
    """The bytes at a place of a file. Raises Damaged where that is not all in it."""
    if at < 0 or at + size > length:
        raise Damaged("has an end that leads out of it")
    file.seek(at)
    return file.read(size)


def _directory(file: BinaryIO, length: int) -> Directory:
    """Find the central directory (APPNOTE 4.3.14 to 4.3.16). Raises Damaged where there is none."""
    begin = max(0, length - COMMENT_BYTES - END.size)
    tail = _bytes(file, begin, length - begin, length)
    place = tail.rfind(END_MARK)
    while place >= 0:
        comment = int.from_bytes(tail[place + END.size - 2 : place + END.size], "little")
        if place + END.size + comment == len(tail):
            break
        place = tail.rfind(END_MARK, 0, place)
    else:
        if END_MARK in tail:
            raise Trailing("goes on after the record that ends a zip file, or breaks off within")
        raise Truncated("ends without the record that ends a zip file")
    end, fields = begin + place, list(END.unpack_from(tail, place)[1:-1])
    if any(value == full for value, full in zip(fields, FULL, strict=True)):
        end, fields = _end64(file, end, length, fields)
    disk, first, here, members, size, at = fields
    if disk or first or here != members:
        raise Unusable(finding("serialized-format", "is one part of a zip file in several"))
    if at + size != end:
        raise Damaged("has no central directory where its end says, right before that")
    return Directory(at, size, members)


def _end64(file: BinaryIO, end: int, length: int, small: list[int]) -> tuple[int, list[int]]:
    """The end that zip64 has instead (4.3.14): where it is, and what it says."""
    locator, _, at, _ = LOCATOR.unpack(_bytes(file, end - LOCATOR.size, LOCATOR.size, length))
    mark, _, _, _, *fields = END64.unpack(_bytes(file, at, END64.size, length))
    agreeing = all(s in (full, large) for s, full, large in zip(small, FULL, fields, strict=True))
    if locator != LOCATOR_MARK or mark != END64_MARK or not agreeing:
        raise Damaged("has no end of zip64 that agrees with its end")
    return at, fields


def _extra(content: bytes) -> dict[int, bytes]:
    """The extra fields, by their numbers (4.5). Raises Damaged where one leads out of them."""
    fields: dict[int, bytes] = {}
    place = 0
    while place + 4 <= len(content):
        number, size = struct.unpack_from("<2H", content, place)
        place += 4 + size
        if place > len(content):
            raise Damaged("has a header whose extra fields are longer than they may be")
        fields.setdefault(number, content[place - size : place])
    return fields


def _large(extra: dict[int, bytes], *values: int) -> list[int]:
    """Sizes and places of a header, those that are full as the field of zip64 has them (4.5.3)."""
    field, large = extra.get(ZIP64, b""), []
    for value in values:
        if value == FULL32 and len(field) >= 8:
            large.append(int.from_bytes(field[:8], "little"))
            field = field[8:]
        else:
            large.append(value)
    return large


def _entries(file: BinaryIO, directory: Directory) -> Iterator[Entry]:
    """What the central directory says of each member (4.3.12)."""
    file.seek(directory.at)
    left = directory.size
    for _ in range(directory.members):
        fixed = file.read(CENTRAL.size)
        if left < CENTRAL.size or not fixed.startswith(CENTRAL_MARK):
            raise Damaged("has a central directory that ends before all members are told")
        _, _, _, flags, method, _, _, crc, *sizes, _, _, external, at = CENTRAL.unpack(fixed)
        stored, size, name_bytes, extra_bytes, comment_bytes = sizes
        rest = file.read(name_bytes + extra_bytes + comment_bytes)
        left -= len(fixed) + len(rest)
        extra = _extra(rest[name_bytes : name_bytes + extra_bytes])
        size, stored, at = _large(extra, size, stored, at)
        yield Entry(rest[:name_bytes], extra, flags, method, crc, stored, size, at, external >> 16)
    if left:
        raise Damaged("has a central directory of another size than its end says")


def _differing(told: Entry, beside: Entry) -> str:
    """What the central directory tells of a member otherwise than its own header does."""
    later = (0,) if beside.flags & LATER else ()
    wrong = {
        "name": told.raw_name != beside.raw_name
        or told.name != beside.name
        or told.unicode_name not in ("", told.name),
        "compression method": told.method != beside.method,
        "encryption": bool((told.flags ^ beside.flags) & ENCRYPTED),
        "encoding of its name": bool((told.flags ^ beside.flags) & UTF8),
        "size": beside.size not in (told.size, *later),
        "compressed size": beside.stored not in (told.stored, *later),
        "CRC-32": beside.crc not in (told.crc, *later),
    }
    return ", ".join(name for name, differs in wrong.items() if differs)


def _refused(entry: Entry, *, folder: bool) -> Finding | None:
    """Why a member is not looked at, if it is not."""
    kind = stat.S_IFMT(entry.mode)
    if entry.flags & (ENCRYPTED | STRONG | MASKED) or entry.method == AES:
        rule, told = "serialized-encrypted", "is encrypted"
    elif kind == stat.S_IFLNK:
        rule, told = "serialized-link", "is a symbolic link"
    elif kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        rule, told = "serialized-device", f"is {KINDS.get(kind, 'of a kind that is not known')}"
    elif "\\" in entry.name:
        rule, told = "serialized-outside", "has a backslash, which some systems take for a slash"
    elif folder and entry.size:
        rule, told = "serialized-damaged", "is a folder that has content"
    elif entry.flags & PATCHED or entry.method not in (STORED, *METHODS):
        rule, told = "serialized-method", f"is compressed by method {entry.method}"
    elif entry.method == STORED and entry.stored != entry.size:
        rule, told = "serialized-disagreement", "is stored, but in another size than its own"
    else:
        return None
    return finding(rule, f"{told}; it is not looked at", shown(entry.name))


def _descriptors(crc: int, stored: int, size: int) -> Iterator[bytes]:
    """What may stand behind a member that says its size there (4.3.9)."""
    for sizes in ("<L2L", "<L2Q"):
        if sizes == "<L2Q" or max(stored, size) <= FULL32:
            descriptor = struct.pack(sizes, crc, stored, size)
            yield from (descriptor, DESCRIPTOR_MARK + descriptor)


class Content:
    """One member, unpacked as it is read; raises Damaged where its size or CRC-32 is not what is told."""

    def __init__(self, stored: Window, method: int, size: int, crc: int) -> None:
        self._stored, self._left, self._crc = stored, size, crc
        self._decompressor = METHODS[method]() if method != STORED else None
        self._sum = 0

    def __enter__(self) -> Content:
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def _more(self) -> bytes:
        return self._stored.read(CHUNK)

    def read(self, count: int, /) -> bytes:
        if self._decompressor is None:
            data = self._stored.read(count)
        else:
            data = decompressed(self._decompressor, self._more, count)
        self._check(data)
        return data

    def readinto(self, buffer: memoryview, /) -> int:
        if self._decompressor is None:
            count = self._stored.readinto(buffer)
            self._check(buffer[:count])
            return count
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _check(self, data: bytes | memoryview) -> None:
        """Count what was read; once that is all, see that nothing is left and the checksum is right."""
        self._left -= len(data)
        self._sum = zlib.crc32(data, self._sum)
        if self._left < 0 or (self._left and not data):
            raise Damaged("does not come to the size that the archive says")
        if self._left:
            return
        if self._decompressor:
            more = decompressed(self._decompressor, self._more, 1)
            if more or self._decompressor.unused_data or self._more():
                raise Damaged("comes to more than the archive says")
        if self._sum != self._crc:
            raise Damaged("does not have the CRC-32 that the archive says")


class Zip:
    """The contents of the bag in a zip file, read by `jobs` processes where it has much."""

    form = "application/zip"
    hashed = NOTHING_HASHED

    def __init__(
        self, path: Path, descriptor: int, length: int, limits: Limits = DEFAULT, jobs: int = 1
    ) -> None:
        self._descriptor, self._length, self._jobs = descriptor, length, jobs
        self.index = Index(path, limits, max(limits.expansion_floor, limits.expansion * length))
        self._begin, self._at, self._stored, self._sizes = (array("q") for _ in range(4))
        self._crcs, self._methods, self._flags = array("L"), array("H"), array("H")
        """All by the number of the member: where its header is and its content, and what is told of it."""

    def walk(self) -> Iterator[Finding | File]:
        """Every file, folder by folder, and a finding for what a bag's archive does not hold."""
        return self.index.walk(self._members())

    def _members(self) -> Iterator[Member | Finding]:
        with io.open(self._descriptor, "rb", closefd=False) as file:  # noqa: UP020
            directory = _directory(file, self._length)
            for entry in _entries(file, directory):
                yield from self._member(entry, directory.at)
        yield from self._between(directory.at)

    def _member(self, entry: Entry, end: int) -> Iterator[Member | Finding]:
        """A member whose own header, before the central directory at `end`, says the same."""
        name = shown(entry.name)
        beside = self._beside(entry.at, end)
        if beside is None or beside.at + entry.stored > end:
            yield finding("serialized-damaged", "is not where the central directory says", name)
            return
        if differing := _differing(entry, beside):
            told = f"has another {differing} beside it than in the central directory"
            yield finding("serialized-disagreement", told, name)
        if not entry.is_marked:
            yield finding("serialized-encoding", "is a name that is not marked as UTF-8", name)
        number = len(self._begin)
        self._begin.append(entry.at)
        self._at.append(beside.at)
        self._stored.append(entry.stored)
        self._sizes.append(min(entry.size, LARGEST))
        self._crcs.append(entry.crc)
        self._methods.append(entry.method)
        self._flags.append(beside.flags)
        folder = entry.raw_name.endswith(b"/") or stat.S_ISDIR(entry.mode)
        yield Member(entry.name, entry.size, number, folder, _refused(entry, folder=folder))

    def _beside(self, at: int, end: int) -> Entry | None:
        """What the header of a member says (4.3.7); None where there is none."""
        if at + LOCAL.size > end:
            return None
        fixed = os.pread(self._descriptor, LOCAL.size, at)
        if len(fixed) < LOCAL.size or not fixed.startswith(LOCAL_MARK):
            return None
        _, _, flags, method, _, _, crc, stored, size, name_bytes, extra_bytes = LOCAL.unpack(fixed)
        content = at + LOCAL.size + name_bytes + extra_bytes
        rest = os.pread(self._descriptor, name_bytes + extra_bytes, at + LOCAL.size)
        extra = _extra(rest[name_bytes:])
        size, stored = _large(extra, size, stored)
        return Entry(rest[:name_bytes], extra, flags, method, crc, stored, size, content)

    def _between(self, end: int) -> Iterator[Finding]:
        """Members lie one behind the other, up to the central directory at `end`."""
        order = sorted(range(len(self._begin)), key=self._begin.__getitem__)
        following = [*(self._begin[number] for number in order), end]
        gaps = following[0]
        for number, begin in zip(order, following[1:], strict=True):
            ended = self._at[number] + self._stored[number]
            if begin < ended:
                told = (
                    f"has members that lie over one another, at byte {begin:,}; it is not read any further"
                )
                raise Unusable(finding("serialized-overlap", told))
            behind = os.pread(self._descriptor, min(begin - ended, DESCRIPTOR_BYTES + 1), ended)
            if not self._flags[number] & LATER:
                gaps += begin - ended
            elif behind not in _descriptors(self._crcs[number], self._stored[number], self._sizes[number]):
                told = f"has at byte {ended:,} no data descriptor that agrees with the central directory"
                yield finding("serialized-disagreement", told)
        if gaps:
            yield finding("serialized-gap", f"has {gaps:,} bytes that belong to no member")

    def has_payload_folder(self) -> bool:
        """Whether there is a folder data/, be it empty."""
        return self.index.has_payload_folder()

    def open(self, path: str) -> Content:
        """A file, to be read from its beginning. Raises OSError where there is none."""
        number = self.index.at[self.index.row(path)]
        stored = Window(self._descriptor, self._at[number], self._stored[number])
        return Content(stored, self._methods[number], self._sizes[number], self._crcs[number])

    def verify(self, wanted: Iterable[Wanted]) -> Iterator[Result]:
        """Read every file once, wanted or not, for its CRC-32; yields those in which something is wrong."""
        return parallel.verify(self.open, self._all(wanted), self._jobs)

    def _all(self, wanted: Iterable[Wanted]) -> Iterator[Wanted]:
        seen = bytearray(len(self.index.sizes))
        for file in wanted:
            seen[self.index.row(file.path)] = 1
            yield file
        for path, size in self.index.files():
            if not seen[self.index.row(path)]:
                yield Wanted(path, size, ())

    def each(self) -> Iterator[tuple[str, Content]]:
        """Every file, to be read before the next one."""
        return ((path, self.open(path)) for path, _ in self.index.files())
