"""Pictures of pages, as a PDF holds them (ISO 32000-1 8.9): as they came, wherever that can be.

JPEG and JPEG 2000 go in byte for byte where PDF/A lets them (ISO 19005-2 6.2.8.3), and so do the
samples of a PNG. A bitonal page stays bitonal (CCITT Group 4, ITU-T T.6). Everything else is
compressed without loss. Colour profiles come along (8.6.5.5).
"""

from __future__ import annotations

import io
import sys
import zlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from pikepdf import Array, Dictionary, Name, Object, String
from PIL import Image, ImageCms, TiffImagePlugin
from PIL.ImageFile import ImageFile, _Tile

from archiver import jpeg, jpeg2000, pictures
from archiver.capture import Capture, profile_name

BASELINE_FRAMES = (0xC0, 0xC1, 0xC2)
"""JPEG's frames that DCTDecode has: baseline, extended sequential, progressive (ISO 32000-1 7.4.8)."""

FAST = 1
"""zlib's level: the noise of scans is hardly smaller with any other, and takes many times as long."""

PROFILE_CLASSES = ("scnr", "mntr", "prtr", "spac")
PROFILE_SPACES = {"GRAY": 1, "RGB": 3, "CMYK": 4}
NEWER_PROFILE_VERSION = 5
"""The ICC profiles that PDF/A-2 takes: classes, colour spaces, versions below (ISO 19005-2 6.2.4.2)."""

DEVICE = {1: Name.DeviceGray, 3: Name.DeviceRGB}
CMYK = 4

LAB = "[/Lab <</WhitePoint [0.9642 1 0.8249] /Range [-128 127 -128 127]>>]"
"""CIELab (8.6.5.4) for the light of D50."""


class Drawn(NamedTuple):
    """An image XObject: its dictionary without the colour space, what that is, and its data.

    `profile` is an ICC profile of `components`; without one, `colours` is a colour space by itself.
    `changed` says what the picture shows otherwise than its file has it, and `recompressed` whether
    that was asked for.
    """

    entries: Object
    data: bytes
    components: int
    profile: bytes = b""
    colours: Object | None = None
    changed: str = ""
    recompressed: bool = False


def draw(image: ImageFile, content: bytes, found: Capture, cmyk: bytes, *, recompress: bool) -> Drawn:
    """The picture of a page that `image` is at the frame of, in a file of this content.

    CMYK without a profile is taken to be of `cmyk`, if there is one. What is compressed without loss may
    be recompressed with some. Raises OSError and what else Pillow does where it cannot be decoded.
    """
    assumed = cmyk and image.mode == "CMYK" and not profile_of(image, CMYK)
    if assumed:
        image.info["icc_profile"] = cmyk
    way = None if recompress and found.lossless else WAYS.get(image.format or "")
    drawn = way(image, content) if way else None
    if drawn is None and isinstance(image, TiffImagePlugin.TiffImageFile) and not recompress:
        drawn = _jpeg_in_tiff(image) or _deep(image, found)
    if drawn is None:
        image.load()
        bits = found.bits if image.format == "JPEG2000" else pictures.EIGHT
        drawn = _encoded(pictures.in_full(image, bits), recompress=recompress)
        if found.bits > drawn.entries.get("/BitsPerComponent", 8):
            drawn = drawn._replace(changed=f"has {found.bits} bits a sample, of which 8 are shown")
    if assumed:
        told = f"has colours in CMYK without a profile, taken for those of {profile_name(cmyk)}"
        drawn = drawn._replace(changed="; ".join(filter(None, (told, drawn.changed))))
    return drawn


def _entries(image: Image.Image, bits: int, **more: Any) -> Object:
    width, height = image.size
    return Dictionary(
        Type=Name.XObject, Subtype=Name.Image, Width=width, Height=height, BitsPerComponent=bits, **more
    )


# --- as it came ---------------------------------------------------------------------------------


def _jpeg(image: ImageFile, content: bytes) -> Drawn | None:
    """A JPEG, byte for byte. Adobe's CMYK is inverted (ISO 32000-1 8.9.5.2, Decode)."""
    components = len(image.getbands())
    profile = profile_of(image, components)
    if jpeg.frame(io.BytesIO(content)) not in BASELINE_FRAMES or (components == CMYK and not profile):
        return None
    entries = _entries(image, 8, Filter=Name.DCTDecode)
    if components == CMYK and "adobe" in image.info:
        entries.Decode = Array([1, 0] * CMYK)
    return Drawn(entries, content, components, profile)


def _jpeg2000(image: ImageFile, content: bytes) -> Drawn | None:
    """A JPEG 2000 file of one plain colour specification, byte for byte."""
    header = jpeg2000.read(io.BytesIO(content))
    if not header.boxed or header.mapped or header.bits not in SHOWN_BITS or len(header.colours) != 1:
        return None
    (colour,) = header.colours
    plain = (colour.method, colour.number, header.channels)
    profile = usable(colour.profile, header.channels) if colour.method == jpeg2000.RESTRICTED else b""
    if not profile and plain not in PLAIN_JPEG2000:
        return None
    return Drawn(_entries(image, header.bits, Filter=Name.JPXDecode), content, header.channels, profile)


SHOWN_BITS = (8, 16)
"""Bits a sample of which readers of PDF show the white one white."""

PLAIN_JPEG2000 = {
    (jpeg2000.ENUMERATED, jpeg2000.SRGB, 3),
    (jpeg2000.ENUMERATED, jpeg2000.GRAY, 1),
}
"""Method, number and channels of the colour specifications that are a device's colours."""


def _png(image: ImageFile, content: bytes) -> Drawn | None:
    """The samples of a PNG that is neither interlaced nor transparent, as they are coded.

    None where more or fewer are inflated than there should be: readers might try to hold them all.
    """
    if image.has_transparency_data or image.mode not in ("1", "L", "P", "RGB", "I;16"):
        return None
    header, palette, samples = _png_chunks(content)
    width, bits, kind, interlaced = int.from_bytes(header[:4], "big"), header[8], header[9], header[12]
    components = len(image.getbands())
    profile = profile_of(image, components)
    if interlaced or bits == 1 or (palette and image.info.get("icc_profile")):
        return None
    if not pictures.are_whole(samples, image.height, 1 + (components * bits * width + 7) // 8):
        return None
    parameters = Dictionary(Predictor=15, Colors=components, BitsPerComponent=bits, Columns=width)
    entries = _entries(image, bits, Filter=Name.FlateDecode, DecodeParms=parameters)
    colours = _indexed(palette) if kind == PALETTE else None
    return Drawn(entries, samples, components, profile, colours)


PALETTE = 3
"""PNG's colour type of indexes (ISO 15948 11.2.2)."""


def _png_chunks(content: bytes) -> tuple[bytes, bytes, bytes]:
    """The header, the palette and the samples of a PNG (ISO 15948 5.3), which Pillow has decoded."""
    found: dict[bytes, list[bytes]] = {}
    at = len(pictures.PNG_SIGNATURE)
    while at + 12 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        found.setdefault(content[at + 4 : at + 8], []).append(content[at + 8 : at + 8 + size])
        at += size + 12
    header, palette, samples = (b"".join(found.get(kind, [])) for kind in (b"IHDR", b"PLTE", b"IDAT"))
    return header, palette, samples


def _indexed(palette: bytes) -> Object:
    return Array([Name.Indexed, Name.DeviceRGB, len(palette) // 3 - 1, String(palette)])


WAYS: dict[str, Callable[[ImageFile, bytes], Drawn | None]] = {
    "JPEG": _jpeg,
    "MPO": _jpeg,
    "JPEG2000": _jpeg2000,
    "PNG": _png,
}


def _jpeg_in_tiff(image: TiffImagePlugin.TiffImageFile) -> Drawn | None:
    """The JPEG that a page of a TIFF is in one piece, with its tables (TIFF Technical Note 2)."""
    tags, components, file = image.tag_v2, len(image.getbands()), image.fp
    offsets: Sequence[int] = tags.get(
        TiffImagePlugin.STRIPOFFSETS, tags.get(TiffImagePlugin.TILEOFFSETS, ())
    )
    sizes: Sequence[int] = tags.get(
        TiffImagePlugin.STRIPBYTECOUNTS, tags.get(TiffImagePlugin.TILEBYTECOUNTS, ())
    )
    shown = tags.get(TiffImagePlugin.PHOTOMETRIC_INTERPRETATION)
    is_one_jpeg = tags.get(TiffImagePlugin.COMPRESSION) == JPEG_IN_TIFF and len(offsets) == len(sizes) == 1
    if not (is_one_jpeg and shown in (BLACK_IS_ZERO, RGB, YCBCR) and file):
        return None
    file.seek(offsets[0])
    content = file.read(sizes[0])
    if tables := tags.get(TiffImagePlugin.JPEGTABLES):
        content = tables[: -len(END_OF_IMAGE)] + content[len(START_OF_IMAGE) :]
    if components not in (1, 3) or jpeg.frame(io.BytesIO(content)) not in BASELINE_FRAMES:
        return None
    with Image.open(io.BytesIO(content), formats=("JPEG",)) as coded:
        if coded.size != image.size or len(coded.getbands()) != components:
            return None
    parameters = Dictionary(ColorTransform=int(shown == YCBCR))
    entries = _entries(image, 8, Filter=Name.DCTDecode, DecodeParms=parameters)
    return Drawn(entries, content, components, profile_of(image, components))


START_OF_IMAGE, END_OF_IMAGE = b"\xff\xd8", b"\xff\xd9"
JPEG_IN_TIFF, BLACK_IS_ZERO, RGB, YCBCR = 7, 1, 2, 6
"""Compression, and interpretations of samples that a PDF has too (TIFF 6.0)."""


# --- compressed here ----------------------------------------------------------------------------


def _deep(image: TiffImagePlugin.TiffImageFile, found: Capture) -> Drawn | None:
    """A TIFF of 16 bits a sample, in colour and without opacity; None for any other."""
    components = len(image.getbands())
    profile = profile_of(image, components)
    if found.bits != DEEP or image.mode not in ("RGB", "CMYK") or (components == CMYK and not profile):
        return None
    if (
        image.tag_v2.get(TiffImagePlugin.PLANAR_CONFIGURATION) == PLANES
        and image.tile[0].codec_name == "libtiff"
    ):
        return None  # of which Pillow takes the upper halves, whatever it is told
    again = Image.open(image.fp, formats=("TIFF",))  # type: ignore[arg-type]
    again.seek(image.tell())
    image.tile, again.tile = _tiles(image, upper=True), _tiles(image, upper=False)
    samples = bytearray(2 * components * image.width * image.height)
    samples[::2], samples[1::2] = image.tobytes(), again.tobytes()
    entries = _entries(image, DEEP, Filter=Name.FlateDecode)
    return Drawn(entries, zlib.compress(samples, FAST), components, profile)


DEEP, PLANES = 16, 2


def _tiles(image: TiffImagePlugin.TiffImageFile, *, upper: bool) -> list[_Tile]:
    """What Pillow decodes of samples of 16 bits: the upper halves, or the lower ones.

    It takes the upper ones by itself, and the lower ones where it is told that the other byte is first.
    """
    tiles = []
    for tile in image.tile:
        first, *more = tuple(tile.args or ())
        mode, _, stated = str(first).partition(";16")
        order = NATIVE if stated == "N" else stated or ORDERS[image.tag_v2.prefix]
        tiles.append(tile._replace(args=(f"{mode};16{order if upper else OTHER[order]}", *more)))
    return tiles


NATIVE = "L" if sys.byteorder == "little" else "B"
OTHER = {"L": "B", "B": "L"}
ORDERS = {b"II": "L", b"MM": "B"}
"""The order of bytes by how a TIFF begins: Pillow takes planes of 16 bits for planes of 8."""


QUALITY = 85
"""JPEG's, where pictures may be recompressed."""

NEGATIVE = bytes(range(255, -1, -1))


def _encoded(image: Image.Image, *, recompress: bool) -> Drawn:
    """A decoded picture, compressed without loss, or as JPEG where that may be and is smaller."""
    if image.mode == "1":
        return _group4(image)
    if image.mode in ("I", "F"):
        raise ValueError(
            f"its samples of {'32 bits' if image.mode == 'I' else 'a floating point'} are no shades"
        )
    if image.mode in ("I;16", "I;16B", "I;16L"):
        data = image.tobytes("raw", "I;16B")
        if pictures.is_negative(image):
            data = data.translate(NEGATIVE)
        return Drawn(_entries(image, 16, Filter=Name.FlateDecode), zlib.compress(data, FAST), 1)
    if image.mode == "LAB":
        data = Image.merge("RGB", image.split()).tobytes()
        entries = _entries(image, 8, Filter=Name.FlateDecode)
        return Drawn(entries, zlib.compress(data, FAST), 3, colours=Object.parse(LAB.encode()))
    changed = ""
    profile = image.info.get("icc_profile", b"")
    if image.has_transparency_data:
        image = pictures.on_white(image)
        changed = "is transparent in parts, which are shown white"
    if image.mode == "CMYK" and not usable(profile, CMYK):
        image, changed = image.convert("RGB"), "has colours in CMYK, which are shown in RGB"
    if image.mode not in ("L", "RGB", "CMYK"):
        image = image.convert("RGB")
    components = len(image.getbands())
    entries = _entries(image, 8, Filter=Name.FlateDecode)
    data = zlib.compress(image.tobytes(), FAST)
    drawn = Drawn(entries, data, components, usable(profile, components), changed=changed)
    if recompress and components != CMYK and len(coded := _as_jpeg(image)) < len(data):
        entries.Filter = Name.DCTDecode
        told = "; ".join(filter(None, (changed, f"is recompressed as JPEG of quality {QUALITY}")))
        return drawn._replace(data=coded, changed=told, recompressed=True)
    return drawn


def _as_jpeg(image: Image.Image) -> bytes:
    coded = io.BytesIO()
    image.save(coded, "JPEG", quality=QUALITY, subsampling=0, icc_profile=None)
    return coded.getvalue()


def _group4(image: Image.Image) -> Drawn:
    """A bitonal picture, in the one strip that a PDF takes."""
    whole = io.BytesIO()
    image.save(whole, "TIFF", compression="group4", strip_size=(image.width + 7) // 8 * image.height)
    with Image.open(whole) as written:
        tags = getattr(written, "tag_v2")  # noqa: B009
        (begin,), (size,) = tags[TiffImagePlugin.STRIPOFFSETS], tags[TiffImagePlugin.STRIPBYTECOUNTS]
        dark = tags[TiffImagePlugin.PHOTOMETRIC_INTERPRETATION] == 1
    parameters = Dictionary(K=-1, Columns=image.width, Rows=image.height, BlackIs1=dark)
    entries = _entries(image, 1, Filter=Name.CCITTFaxDecode, DecodeParms=parameters)
    return Drawn(entries, whole.getvalue()[begin : begin + size], 1)


# --- colours ------------------------------------------------------------------------------------


def profile_of(image: Image.Image, components: int) -> bytes:
    """A picture's ICC profile, where PDF/A takes it for so many components; else nothing."""
    return usable(image.info.get("icc_profile", b""), components)


def usable(profile: bytes, components: int) -> bytes:
    """An ICC profile that PDF/A takes for so many components; else nothing (ISO 19005-2 6.2.4.2)."""
    if not profile:
        return b""
    try:
        read = ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile
    except (ImageCms.PyCMSError, OSError):
        return b""
    fits = PROFILE_SPACES.get(read.xcolor_space.strip()) == components
    known = read.device_class in PROFILE_CLASSES and read.version < NEWER_PROFILE_VERSION
    return profile if fits and known else b""


def colour_space(drawn: Drawn, profile: Object | None) -> Object:
    """The colour space of a picture, whose ICC profile is this stream, if it has one."""
    if profile is not None:
        return Array([Name.ICCBased, profile])
    return drawn.colours if drawn.colours is not None else DEVICE[drawn.components]
