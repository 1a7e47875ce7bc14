"""Capture: how a page was captured, as its picture tells it, and whether that reaches a level."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import IO, NamedTuple

from PIL import Image, ImageCms, TiffImagePlugin
from PIL.ImageFile import ImageFile

from archiver import jpeg, jpeg2000
from archiver.article import NOT_TEXT
from archiver.findings import Finding, Severity, counted
from archiver.levels import CaptureLevel

ORIENTATION = 0x0112

UNITS = {2: 1.0, 3: 2.54}
"""How many of TIFF's units of resolution make an inch (TIFF 6.0, ResolutionUnit); 1 is none at all."""

LEAST_RESOLUTION = 10
"""Pixels per inch below which a file says nothing that can be meant: 1, or 0."""

MEDIA_TYPES = {
    "TIFF": "image/tiff",
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "JPEG2000": "image/jp2",
    "WEBP": "image/webp",
}
"""The formats of scans, as Pillow names them, and their media types."""

COLOURS = {
    "1": "bitonal",
    "L": "gray",
    "LA": "gray",
    "I;16": "gray",
    "P": "palette",
    "CMYK": "CMYK",
    "LAB": "CIELab",
}


class Capture(NamedTuple):
    """How a page was captured (NISO Z39.87): size in pixels, resolution in pixels per inch, and so on.

    Width and height are those of the stored samples; `orientation` (TIFF 6.0) says how they are
    shown. A resolution that is not stated is None, a profile that is not there is empty.
    """

    media_type: str
    width: int
    height: int
    resolution: tuple[float, float] | None
    colour: str
    samples: int
    bits: int
    compression: str
    lossless: bool
    profile: str
    orientation: int = 1

    @property
    def turned(self) -> bool:
        """Whether columns of samples are shown as rows."""
        return self.orientation in range(5, 9)


def capture(image: ImageFile) -> Capture:
    """How the frame that `image` is at was captured; no samples are decoded. Raises ValueError."""
    orientation = Image.Image.getexif(image).get(ORIENTATION, 1)  # that of a PNG decodes it
    width, height = image.size
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        width, height = image.tag_v2[TiffImagePlugin.IMAGEWIDTH], image.tag_v2[TiffImagePlugin.IMAGELENGTH]
    coded = _coded(image)
    return Capture(
        MEDIA_TYPES[image.format or ""],
        width,
        height,
        _resolution(image),
        COLOURS.get(image.mode, "RGB"),
        len(image.getbands()),
        coded.bits,
        coded.compression,
        coded.lossless,
        profile_name(image.info.get("icc_profile")),
        orientation if orientation in range(1, 9) else 1,
    )


def _resolution(image: ImageFile) -> tuple[float, float] | None:
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        tags = image.tag_v2
        unit = UNITS.get(tags.get(TiffImagePlugin.RESOLUTION_UNIT, 2), 0.0)
        stated = (tags.get(tag) for tag in (TiffImagePlugin.X_RESOLUTION, TiffImagePlugin.Y_RESOLUTION))
        x, y = (float(value or 0) * unit for value in stated)
    else:
        x, y = map(float, image.info.get("dpi", (0.0, 0.0)))
    return (round(x, 2), round(y, 2)) if min(x, y) >= LEAST_RESOLUTION else None


class _Coded(NamedTuple):
    bits: int
    compression: str
    lossless: bool


def _coded(image: ImageFile) -> _Coded:
    """Bits a sample and compression of a frame."""
    bits = {"1": 1, "I;16": 16, "I;16B": 16}.get(image.mode, 8)
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        stated = image.tag_v2.get(TiffImagePlugin.BITSPERSAMPLE, (1,))
        compression = image.info.get("compression", "raw")
        return _Coded(max(stated), TIFF.get(compression, compression), compression not in LOSSY_IN_TIFF)
    if image.format == "PNG":
        deep = re.search(r";(\d+)", str(image.tile[0].args))
        return _Coded(int(deep[1]) if deep else bits, "deflate", True)
    if image.format == "JPEG2000" and image.fp:
        image.fp.seek(0)
        header = jpeg2000.read(image.fp)
        return _Coded(header.bits or bits, "JPEG 2000", header.reversible)
    if image.format == "WEBP":
        return _Coded(bits, "WebP", image.fp is not None and _is_lossless_webp(image.fp))
    return _Coded(bits, "JPEG", image.fp is not None and jpeg.frame(image.fp) in jpeg.LOSSLESS)


def _is_lossless_webp(file: IO[bytes]) -> bool:
    """Whether the first picture of a file is coded without loss (RFC 9649 2.3 to 2.7)."""
    at = 12
    while True:
        file.seek(at)
        chunk = file.read(8)
        if len(chunk) < 8 or chunk[:4] == b"VP8 ":
            return False
        if chunk[:4] == b"VP8L":
            return True
        if chunk[:4] == b"ANMF":
            at += 24
        else:
            at += 8 + (size := int.from_bytes(chunk[4:], "little")) + size % 2


TIFF = {
    "raw": "uncompressed",
    "group3": "CCITT Group 3",
    "group4": "CCITT Group 4",
    "tiff_ccitt": "CCITT 1D",
    "tiff_lzw": "LZW",
    "jpeg": "JPEG",
    "tiff_jpeg": "JPEG",
    "tiff_adobe_deflate": "deflate",
    "tiff_deflate": "deflate",
    "packbits": "PackBits",
    "lzma": "LZMA",
    "zstd": "Zstandard",
    "webp": "WebP",
}
"""What Pillow calls the compressions of TIFF, and their names."""

LOSSY_IN_TIFF = {"jpeg", "tiff_jpeg", "webp"}


def profile_name(profile: bytes | None) -> str:
    """What an ICC profile calls itself; empty where there is none that can be read."""
    if not profile:
        return ""
    try:
        read = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return NOT_TEXT.sub("", ImageCms.getProfileDescription(read)).strip() or "unnamed"
    except (ImageCms.PyCMSError, OSError):
        return ""


# --- what is noticed of pages -----------------------------------------------------------------


class Noticed(NamedTuple):
    """Something that is noticed of one page, counted from 1."""

    page: int
    rule: str
    message: str
    severity: Severity = Severity.WARNING
    hint: str = ""


def shortfalls(page: int, found: Capture, level: CaptureLevel, name: str) -> Iterator[Noticed]:
    """Where a page falls short of a level of this name."""
    if found.resolution is None:
        told = "states no resolution; its size is that at 300 pixels per inch"
        yield Noticed(page, "capture-resolution-unknown", told)
    elif min(found.resolution) < level.pixels_per_inch:
        told = f"has {min(found.resolution):g} pixels per inch; {name} asks for {level.pixels_per_inch:g}"
        yield Noticed(page, "capture-resolution", told)
    if found.bits < level.bits_per_sample:
        told = f"has {counted(found.bits, 'bit')} a sample; {name} asks for {level.bits_per_sample}"
        yield Noticed(page, "capture-bits", told)
    if level.profile and not found.profile and found.bits > 1:
        yield Noticed(page, "capture-profile", f"has no ICC profile; {name} asks for one")
    if found.profile and not _is_among(found.profile, level.colour_spaces):
        told = f"has colours of {found.profile}; {name} asks for those of {', '.join(level.colour_spaces)}"
        yield Noticed(page, "capture-colours", told)
    if level.media_types and found.media_type not in level.media_types:
        told = f"is a file of {found.media_type}; {name} asks for {' or '.join(level.media_types)}"
        yield Noticed(page, "capture-format", told)
    if level.lossless and not found.lossless:
        told = f"is compressed with loss ({found.compression}); {name} asks for none"
        yield Noticed(page, "capture-lossy", told)


def _is_among(profile: str, names: Sequence[str]) -> bool:
    """Whether a profile calls itself by one of these names, however it is spelled; none is any."""
    plain = "".join(filter(str.isalnum, profile)).casefold()
    return not names or any("".join(filter(str.isalnum, name)).casefold() in plain for name in names)


def findings(label: str, noticed: Iterable[Noticed]) -> Iterator[Finding]:
    """A finding for each thing that is noticed, with all its pages."""
    pages: dict[Noticed, list[int]] = {}
    for each in noticed:
        pages.setdefault(each._replace(page=0), []).append(each.page)
    for each, numbers in pages.items():
        yield Finding(each.rule, each.severity, each.message, f"{label}, {listed(numbers)}", hint=each.hint)


def listed(pages: Iterable[int]) -> str:
    """Page numbers in words: `page 4`, `pages 1-3, 7`."""
    runs: list[list[int]] = []
    for page in sorted(pages):
        if runs and runs[-1][-1] + 1 == page:
            runs[-1][1:] = [page]
        else:
            runs.append([page])
    told = ", ".join("-".join(map(str, run)) for run in runs)
    return f"page{'s' if '-' in told or ',' in told else ''} {told}"


NUMBER = re.compile(r"\d+(?=\D*$)")
MOST_TOLD = 20


def missing_numbers(names: Iterable[str]) -> list[str]:
    """What numbered files leave out between their first and their last, without suffixes, at most a few.

    Numbers count among the names that are alike but for them.
    """
    numbered: dict[tuple[str, str], dict[int, re.Match[str]]] = {}
    for name in names:
        if found := NUMBER.search(name.rpartition(".")[0] or name):
            around = (found.string[: found.start()].casefold(), found.string[found.end() :].casefold())
            numbered.setdefault(around, {})[int(found[0])] = found
    told: list[str] = []
    for numbers in numbered.values():
        for low, high in pairwise(sorted(numbers)):
            found = numbers[low]
            before, after = found.string[: found.start()], found.string[found.end() :]
            between = range(low + 1, high)[: MOST_TOLD - len(told)]
            told += [f"{before}{number:0{len(found[0])}}{after}" for number in between]
    return told
