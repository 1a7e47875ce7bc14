"""TIFF: a file of many pages, opened at one of them (TIFF 6.0, image file directories)."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from PIL.TiffImagePlugin import (
    BITSPERSAMPLE,
    COMPRESSION,
    PHOTOMETRIC_INTERPRETATION,
    SAMPLESPERPIXEL,
    TiffImageFile,
)

HEADERS = {b"II*\0": "<4sI", b"MM\0*": ">4sI", b"II+\0": "<8sQ", b"MM\0+": ">8sQ"}
"""How TIFF and BigTIFF begin, and their headers for `struct`: up to the first directory, its offset."""

NEW_SUBFILE_TYPE, REDUCED, MASK = 254, 1, 4
MOST_ENTRIES = 4096
SHORT = 3

COMPRESSIONS = {
    1: "no compression",
    2: "CCITT 1D",
    3: "CCITT Group 3",
    4: "CCITT Group 4",
    5: "LZW",
    6: "old JPEG",
    7: "JPEG",
    8: "deflate",
    32773: "PackBits",
    32946: "deflate",
    33003: "JPEG 2000",
    33005: "JPEG 2000",
    34712: "JPEG 2000",
    34887: "LERC",
    34925: "LZMA",
    50000: "Zstandard",
    50001: "WebP",
    50002: "JPEG XL",
}
INTERPRETATIONS = {
    0: "WhiteIsZero",
    1: "BlackIsZero",
    2: "RGB",
    3: "palette",
    4: "mask",
    5: "CMYK",
    6: "YCbCr",
    8: "CIELab",
    9: "ICCLab",
    32803: "colour filter array",
    34892: "linear raw",
}
"""What the numbers of Compression and PhotometricInterpretation mean (TIFF 6.0 and what came after it)."""

READ = (
    "samples of 1, 8 or 16 bits (of 16 with WhiteIsZero, and in BigTIFF, little-endian ones), without "
    "compression, or with LZW, deflate, PackBits, JPEG or CCITT"
)
"""What a TIFF has that is read."""


def described(file: IO[bytes]) -> str:
    """What the first picture of a TIFF is, in words; nothing where a file is none, or is cut off."""
    begin = file.read(4)
    order = "big-endian" if begin.startswith(b"MM") else "little-endian"
    kind = "BigTIFF" if b"+" in begin else "TIFF"
    file.seek(0)
    try:
        stated = dict(_stated(file))
    except (struct.error, OSError, OverflowError):  # a directory is at no place of a file
        return ""
    if not stated:
        return ""
    coded, shown = stated.get(COMPRESSION, 1), stated.get(PHOTOMETRIC_INTERPRETATION, 0)
    samples, bits = stated.get(SAMPLESPERPIXEL, 1), stated.get(BITSPERSAMPLE, 1)
    each = f"{samples} sample{'' if samples == 1 else 's'} of {bits} bits"
    how = COMPRESSIONS.get(coded, f"compression {coded}")
    colours = INTERPRETATIONS.get(shown, f"photometric interpretation {shown}")
    return f"a {order} {kind} with {how}, {colours}, {each}"


def _stated(file: IO[bytes]) -> Iterator[tuple[int, int]]:
    """The numbers that the first directory of a TIFF has, the first of several, by their tags.

    Raises struct.error where the file ends before it.
    """
    begin = file.read(16)
    if begin[:4] not in HEADERS:
        return
    form = HEADERS[begin[:4]]
    order, is_big = form[0], form.endswith("Q")
    count, entry = (f"{order}Q", f"{order}HHQ8s") if is_big else (f"{order}H", f"{order}HHI4s")
    file.seek(struct.unpack_from(form, begin)[1])
    (entries,) = struct.unpack(count, file.read(struct.calcsize(count)))
    directory = [
        struct.unpack(entry, file.read(struct.calcsize(entry))) for _ in range(min(entries, MOST_ENTRIES))
    ]
    for tag, kind, values, data in directory:
        if kind == SHORT and tag in (
            BITSPERSAMPLE,
            COMPRESSION,
            PHOTOMETRIC_INTERPRETATION,
            SAMPLESPERPIXEL,
        ):
            if 2 * values > len(data):
                file.seek(struct.unpack(f"{order}{form[-1]}", data)[0])
                data = file.read(2)
            yield tag, struct.unpack(f"{order}H", data[:2])[0]


def directory_of(image: TiffImageFile) -> int:
    """Where in its file the directory of the page is that an image is at."""
    return image.tag_v2._offset or 0


def is_copy(image: TiffImageFile) -> bool:
    """Whether the picture that an image is at is a smaller copy, or a mask, of another (NewSubfileType)."""
    return bool(image.tag_v2.get(NEW_SUBFILE_TYPE, 0) & (REDUCED | MASK))


class OpenedAt(io.FileIO):
    """A TIFF that begins with the page of the directory at this place.

    Pillow reads the directories of all pages before the one that it is to go to.
    """

    def __init__(self, path: Path, directory: int) -> None:
        super().__init__(path)
        begin = super().read(16)
        self._header = struct.pack(HEADERS[begin[:4]], begin, directory)
        self.seek(0)

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes, with the header's offset replaced."""
        at = self.tell()
        data: bytes = super().read(-1 if size is None else size) or b""
        return self._header[at : at + len(data)] + data[max(0, len(self._header) - at) :]
