"""Pictures: image files as a PDF can hold them (ISO 32000-1 8.9), in gray or sRGB.

A JPEG goes in as it is, and so do the samples of a plain PNG. Everything else is decoded, laid on
white where it is transparent, and compressed without loss. PDF/A asks for one colour space that the
output intent explains.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from enum import Enum, auto
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple

from PIL import Image, ImageCms, ImageOps, TiffImagePlugin, UnidentifiedImageError

from archiver import jpeg2000, tiff
from archiver.errors import RenditionError

PIXELS_PER_INCH = 150
"""The resolution a picture is shown at where the measure allows; a wider one is scaled down."""

ORIENTATION = 0x0112
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
HIGHEST_PNG_FILTER = 4
ROWS_AT_ONCE = 32
INFLATED_AT_ONCE = 1 << 14
"""How many rows, and bytes of what they are inflated from, are in memory while a PNG is checked."""


SEVERAL = {"TIFF": "pages", "GIF": "frames", "PNG": "frames", "WEBP": "frames"}
"""Formats of several pictures, and what they are called; to count them would take its time. What comes
after a photograph in a file of the Multi-Picture Format is the same once more: a preview, its brightness,
the view of the other eye."""


CUT_OFF = re.compile("Truncated File Read|(?:Possibly c|C)orrupt EXIF data")
"""How Pillow begins its warnings of a file that ends before what it says it has."""


COMPLAINT = re.compile(
    r"^_?(?:TIFF|[A-Za-z]+(?:Lib|Decode|Setup|PreDecode)\w*|Fax\w+|LogLuv\w+): (.+?)\.?$", re.M
)
"""How libtiff prints its errors, each after the name of the function that it is from."""

STANDARD_ERROR = 2


class Coding(Enum):
    """How the samples of a picture are coded: as a whole JPEG, deflated, or deflated as PNG does it."""

    JPEG = auto()
    DEFLATED = auto()
    PNG = auto()


class Picture(NamedTuple):
    """An image XObject's data: one or three components of 8 bits. `left_out`: what else its file has."""

    width: int
    height: int
    components: int
    data: bytes
    coding: Coding
    left_out: str = ""

    @property
    def natural_width(self) -> float:
        """In points."""
        return self.width * 72 / PIXELS_PER_INCH

    @property
    def aspect(self) -> float:
        """Height by width."""
        return self.height / self.width


RECENT_BYTES = 64 * 1024 * 1024
"""How much of pictures is kept: each is read with its source, and again when that is rendered."""

_recent: dict[tuple[bytes, int], Picture] = {}


def load(path: Path, max_pixels: int) -> Picture:
    """Read a picture. Raises RenditionError where it is not one, is damaged or too large."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RenditionError(f"is not a picture that can be read: {error}", where=path.name) from None
    return of(content, path.name, max_pixels)


def of(content: bytes, name: str, max_pixels: int) -> Picture:
    """The picture in the bytes of a file of this name. Raises RenditionError as `load` does."""
    try:
        key = hashlib.sha256(content).digest(), max_pixels
        found = _recent.get(key) or _read(content, name, max_pixels)
    except (OSError, EOFError, SyntaxError, ValueError, zlib.error) as error:
        raise RenditionError(why_unread(error, io.BytesIO(content)), where=name) from None
    if sum(len(picture.data) for picture in _recent.values()) > RECENT_BYTES:
        _recent.clear()
    _recent[key] = found
    return found


def why_unread(error: Exception, file: IO[bytes]) -> str:
    """What Pillow's error says of a file, in words, and what a TIFF has that it cannot read."""
    if isinstance(error, UnidentifiedImageError):
        if kind := tiff.described(file):
            return f"is {kind}, which is not read; expected {tiff.READ}"
        return "is not a picture of a kind that is known"
    if str(error).startswith("decoder error") and (kind := tiff.described(file)):
        return f"is {kind}, which cannot be decoded: it is damaged, or of a compression that libtiff lacks"
    return f"is not a picture that can be read: {error}"


def _read(content: bytes, name: str, max_pixels: int) -> Picture:
    with undisturbed() as warned, Image.open(io.BytesIO(content)) as image:
        if image.width * image.height > max_pixels:
            raise RenditionError(
                f"has {image.width} by {image.height} pixels, more than the "
                f"{max_pixels:,} that max_image_pixels allows",
                where=name,
            )
        left_out = left_out_of(image)
        refuse_cut_off(image, warned)
        with _overheard() if image.format == "TIFF" else nullcontext():
            return (_passed(image, content) or _decoded(image, content))._replace(left_out=left_out)


@contextmanager
def _overheard() -> Iterator[None]:
    """Raise OSError for what libtiff prints of a damaged picture, as Pillow takes no note of it."""
    usual = os.dup(STANDARD_ERROR)
    try:
        with TemporaryFile() as heard:
            os.dup2(heard.fileno(), STANDARD_ERROR)
            try:
                yield
            finally:
                os.dup2(usual, STANDARD_ERROR)
            heard.seek(0)
            said = heard.read()
    finally:
        os.close(usual)
    if complaint := COMPLAINT.search(said.decode(errors="replace")):
        raise OSError(f"it is damaged: {complaint[1]}")
    os.write(STANDARD_ERROR, said)  # what another thread had to say meanwhile


@contextmanager
def undisturbed() -> Iterator[list[warnings.WarningMessage]]:
    """Pillow's warnings, kept from the terminal, and no limit but that of the settings: it has its own.

    Both are so for all threads.
    """
    usual, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            yield warned
    finally:
        Image.MAX_IMAGE_PIXELS = usual


def refuse_cut_off(image: Image.Image, warned: list[warnings.WarningMessage]) -> None:
    """Raise OSError for a TIFF that Pillow misses a part of, before libtiff prints what it thinks of it."""
    if image.format == "TIFF" and any(CUT_OFF.match(str(warning.message)) for warning in warned):
        raise OSError("it is damaged: a part of it is missing")


def left_out_of(image: Image.Image) -> str:
    """What a file has beside its first picture, as “its other pages”; nothing where it has no other."""
    several = SEVERAL.get(image.format or "")
    return f"its other {several}" if several and getattr(image, "is_animated", False) else ""


def _passed(image: Image.Image, content: bytes) -> Picture | None:
    """A picture whose data can go in as they are; None where colours or orientation need work."""
    if image.mode not in ("L", "RGB") or image.has_transparency_data or _foreign_profile(image):
        return None
    if image.format == "PNG":
        return _png(content, len(image.mode))
    if image.format == "JPEG" and image.getexif().get(ORIENTATION, 1) == 1:
        image.load()
        return Picture(image.width, image.height, len(image.mode), content, Coding.JPEG)
    return None


def _png(content: bytes, components: int) -> Picture | None:
    """The samples of a PNG of 8 bits, checked and as they are coded (ISO 15948 5.3, 11.2.2).

    None where there is anything unusual about it; raises OSError where it is damaged.
    """
    data = bytearray()
    header, at = b"", len(PNG_SIGNATURE)
    while at + 12 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        chunk = content[at + 8 : at + 8 + size]
        at += size + 12
        if zlib.crc32(kind + chunk).to_bytes(4, "big") != content[at - 4 : at]:
            raise OSError("it is damaged: a checksum in it does not match")
        if kind == b"IHDR":
            header = chunk
        elif kind == b"IDAT":
            data += chunk
        elif kind == b"eXIf":
            return None
        elif kind == b"IEND":
            break
    width, height, depth, _, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    if depth != 8 or interlaced:
        return None
    if not are_whole(data, height, 1 + components * width):
        raise OSError("it is damaged: its samples are not whole")
    return Picture(width, height, components, bytes(data), Coding.PNG)


def are_whole(data: bytes | bytearray, height: int, row: int) -> bool:
    """Whether data inflate to as many rows, each of a filter that there is; they are not kept."""
    samples = zlib.decompressobj()
    size, limit = 0, ROWS_AT_ONCE * row
    for at in range(0, len(data), INFLATED_AT_ONCE):
        rest, part = data[at : at + INFLATED_AT_ONCE], b""
        while not samples.eof and (rest or len(part) == limit):
            part = samples.decompress(rest, limit)
            rest = samples.unconsumed_tail
            if max(part[-size % row :: row], default=0) > HIGHEST_PNG_FILTER:
                return False
            size += len(part)
            if size > height * row:
                return False
    return samples.eof and size == height * row


def _decoded(image: Image.Image, content: bytes) -> Picture:
    profile, negative = _foreign_profile(image), is_negative(image)
    if image.format == "JPEG2000":
        image = in_full(image, jpeg2000.read(io.BytesIO(content)).bits or EIGHT)
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I;16"):
        image = eight_bits(image, negative=negative)
    if image.mode == "LAB":
        image = _in_srgb(image, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes())
    if profile and image.mode in ("RGB", "CMYK", "L"):
        image = _in_srgb(image, profile)
    if image.has_transparency_data:
        image = on_white(image)
    image = image.convert("L" if image.mode in ("1", "L", "I", "F") else "RGB")
    data = zlib.compress(image.tobytes(), 6)
    return Picture(image.width, image.height, len(image.getbands()), data, Coding.DEFLATED)


def in_full(image: Image.Image, bits: int) -> Image.Image:
    """A picture whose samples had so few bits in JPEG 2000, from black to white, as Pillow has no white."""
    if bits >= EIGHT or image.mode not in ("L", "LA", "RGB", "RGBA"):
        return image
    most = (1 << bits) - 1
    samples = [255 * (sample >> (EIGHT - bits)) // most for sample in range(256)]
    whole = image.point(samples * len(image.getbands()))
    return whole.convert("1") if most == 1 and image.mode == "L" else whole


EIGHT = 8


def eight_bits(image: Image.Image, *, negative: bool) -> Image.Image:
    """A picture of 16 bits of gray in 8, which may be a negative of itself."""
    gray = image.convert("I").point(lambda value: value / 256).convert("L")
    return ImageOps.invert(gray) if negative else gray


def is_negative(image: Image.Image) -> bool:
    """Whether 16 bits of gray count from white (TIFF 6.0, WhiteIsZero), of which Pillow takes no note."""
    photometric = TiffImagePlugin.PHOTOMETRIC_INTERPRETATION
    return isinstance(image, TiffImagePlugin.TiffImageFile) and image.tag_v2.get(photometric) == 0


def on_white(image: Image.Image) -> Image.Image:
    """A picture that is transparent in parts, laid on white."""
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def _foreign_profile(image: Image.Image) -> bytes:
    """The picture's ICC profile, where it has one that is not sRGB."""
    profile = image.info.get("icc_profile") or b""
    return b"" if b"sRGB" in profile or b"s\0R\0G\0B" in profile else profile


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        converted = ImageCms.profileToProfile(
            image, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError):
        return image
    return converted or image
