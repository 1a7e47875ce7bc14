"""Pictures: image files as a PDF can hold them (ISO 32000-1 8.9), in gray or sRGB.

A JPEG goes in as it is. Everything else is decoded, laid on white where it is transparent, and
compressed without loss. PDF/A asks for one colour space that the output intent explains.
"""

from __future__ import annotations

import io
import warnings
import zlib
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageCms, ImageOps

from archiver.errors import RenditionError

PIXELS_PER_INCH = 150
"""The resolution a picture is shown at where the measure allows; a wider one is scaled down."""

ORIENTATION = 0x0112


class Picture(NamedTuple):
    """An image XObject's data: samples or a whole JPEG, one or three components of 8 bits."""

    width: int
    height: int
    components: int
    data: bytes
    jpeg: bool

    @property
    def natural_width(self) -> float:
        """In points."""
        return self.width * 72 / PIXELS_PER_INCH

    @property
    def aspect(self) -> float:
        """Height by width."""
        return self.height / self.width


def load(path: Path, max_pixels: int) -> Picture:
    """Read a picture. Raises RenditionError where it is not one, is damaged or too large."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                if image.width * image.height > max_pixels:
                    raise RenditionError(
                        f"has {image.width} by {image.height} pixels, more than the "
                        f"{max_pixels:,} that max_image_pixels allows",
                        where=path.name,
                    )
                return _passed(image, path) or _decoded(image)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise RenditionError(f"is not a picture that can be read: {error}", where=path.name) from None


def _passed(image: Image.Image, path: Path) -> Picture | None:
    """A JPEG as it is, unless its colours or its orientation need work."""
    upright = image.getexif().get(ORIENTATION, 1) == 1
    plain = image.format == "JPEG" and image.mode in ("L", "RGB") and upright
    if not plain or _foreign_profile(image):
        return None
    image.load()
    return Picture(image.width, image.height, len(image.mode), path.read_bytes(), True)


def _decoded(image: Image.Image) -> Picture:
    profile = _foreign_profile(image)
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256).convert("L")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        image = _in_srgb(image, profile)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image).convert("RGB")
    image = image.convert("L" if image.mode in ("1", "L", "I", "F") else "RGB")
    data = zlib.compress(image.tobytes(), 6)
    return Picture(image.width, image.height, len(image.getbands()), data, False)


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
