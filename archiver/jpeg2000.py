"""JPEG 2000: what the headers of a file say of its samples (ISO 15444-1, annexes A and I)."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import IO, NamedTuple

SIGNATURE = b"\0\0\0\x0cjP  \r\n\x87\n"
CODESTREAM = b"\xff\x4f\xff\x51"

ENUMERATED, RESTRICTED = 1, 2
"""Methods of a colour specification box: a number, an ICC profile of few kinds (I.5.3.3)."""

SRGB, GRAY = 16, 17
WAVELETS = 7
"""The one way of compression that there is (I.5.3.1)."""

LARGEST_HEADER = 1 << 20
CODING_STYLE, TILE_PART = 0xFF52, 0xFF90


class Colour(NamedTuple):
    """A colour specification: its method, and the number or the ICC profile that it gives."""

    method: int
    number: int
    profile: bytes


class Header(NamedTuple):
    """What is said of the samples: channels, bits of each (None: not all have as many), colours.

    `mapped` is whether a palette or a channel definition (as of opacity) says more of them, and
    `boxed` whether there is a JP2 file around the codestream at all.
    """

    channels: int
    bits: int | None
    reversible: bool
    colours: tuple[Colour, ...] = ()
    mapped: bool = False
    boxed: bool = True


def read(file: IO[bytes]) -> Header:
    """The headers of a file. Raises ValueError for what is none, or is damaged."""
    try:
        return _read(file)
    except (struct.error, IndexError, OverflowError):
        raise ValueError("its JPEG 2000 headers are cut off") from None


def boxed(codestream: bytes, width: int, height: int) -> bytes:
    """A file of gray or sRGB around a codestream (I.5); nothing where its channels are of no such colours.

    Raises ValueError for what is no codestream.
    """
    found = read(io.BytesIO(codestream))
    colours = {1: GRAY, 3: SRGB}.get(found.channels)
    if found.boxed or colours is None or found.bits is None:
        return b""
    header = struct.pack(">IIHBBBB", height, width, found.channels, found.bits - 1, WAVELETS, 0, 0)
    colour = struct.pack(">BBBI", ENUMERATED, 0, 0, colours)
    return (
        SIGNATURE
        + _box(b"ftyp", b"jp2 " + bytes(4) + b"jp2 ")
        + _box(b"jp2h", _box(b"ihdr", header) + _box(b"colr", colour))
        + _box(b"jp2c", codestream)
    )


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def _read(file: IO[bytes]) -> Header:
    if file.read(4) == CODESTREAM:
        file.seek(0)
        return _codestream(file)._replace(boxed=False)
    file.seek(0)
    colours: list[Colour] = []
    mapped = False
    for kind, size in _boxes(file):
        if kind == b"jp2c":
            return _codestream(file)._replace(colours=tuple(colours), mapped=mapped)
        if kind == b"jp2h":
            if not 8 <= size <= LARGEST_HEADER:
                break
            content = file.read(size)
            for inner, body in _inner_boxes(content):
                mapped = mapped or inner in (b"pclr", b"cmap", b"cdef", b"bpcc")
                if inner == b"colr":
                    number = struct.unpack_from(">I", body, 3)[0] if body[0] == ENUMERATED else 0
                    colours.append(Colour(body[0], number, body[3:] if body[0] != ENUMERATED else b""))
            file.seek(-size, 1)
    raise ValueError("is no JPEG 2000 file that can be read")


def _boxes(file: IO[bytes]) -> Iterator[tuple[bytes, int]]:
    """The boxes of a file, each with the size of its content, where the file then is (I.4)."""
    while head := file.read(8):
        size, kind = struct.unpack(">I4s", head)
        begin = file.tell()
        if size == 1:
            size, begin = struct.unpack(">Q", file.read(8))[0] - 8, begin + 8
        yield kind, size - 8
        if size < 8:
            return
        file.seek(begin + size - 8)


def _inner_boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        if size < 8:
            return
        yield kind, content[at + 8 : at + size]
        at += size


def _codestream(file: IO[bytes]) -> Header:
    """What the main header of a codestream says (annex A): SIZ, then COD among the others."""
    head = file.read(42)
    if not head.startswith(CODESTREAM):
        raise ValueError("has no JPEG 2000 codestream where one is to be")
    (channels,) = struct.unpack_from(">H", head, 40)
    depths = {(depth & 0x7F) + 1 for depth in file.read(3 * channels)[::3]}
    marker, size = struct.unpack(">HH", file.read(4))
    while marker not in (CODING_STYLE, TILE_PART) and size >= 2:
        file.seek(size - 2, 1)
        marker, size = struct.unpack(">HH", file.read(4))
    reversible = marker == CODING_STYLE and file.read(10)[9] == 1
    return Header(channels, depths.pop() if len(depths) == 1 else None, reversible)
