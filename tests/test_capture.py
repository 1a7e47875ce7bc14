"""How pages were captured is read from their pictures, and held to a level."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from archiver.capture import Capture, Noticed, capture, findings, listed, missing_numbers, shortfalls
from archiver.levels import LEVELS, CaptureLevel

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def captured(path: Path, mode: str = "RGB", **options: Any) -> Capture:
    picture = Image.new("L" if mode == "I;16" else mode, (60, 40))
    (picture.convert(mode) if mode == "I;16" else picture).save(path, **options)
    with Image.open(path) as image:
        return capture(image)


@pytest.mark.parametrize(
    ("name", "mode", "options", "compression", "bits", "lossless"),
    [
        ("a.tif", "1", {"compression": "group4"}, "CCITT Group 4", 1, True),
        ("a.tif", "RGB", {}, "uncompressed", 8, True),
        ("a.tif", "RGB", {"compression": "tiff_lzw"}, "LZW", 8, True),
        ("a.tif", "RGB", {"compression": "jpeg"}, "JPEG", 8, False),
        ("a.tif", "I;16", {}, "uncompressed", 16, True),
        ("a.jpg", "L", {}, "JPEG", 8, False),
        ("a.png", "1", {}, "deflate", 1, True),
        ("a.png", "I;16", {}, "deflate", 16, True),
        ("a.jp2", "RGB", {}, "JPEG 2000", 8, True),
        ("a.jp2", "RGB", {"irreversible": True}, "JPEG 2000", 8, False),
        ("a.webp", "RGB", {}, "WebP", 8, False),
        ("a.webp", "RGB", {"lossless": True}, "WebP", 8, True),
        ("a.webp", "RGB", {"lossless": True, "exif": b"Exif\0\0"}, "WebP", 8, True),
        ("a.webp", "RGB", {"exif": b"Exif\0\0"}, "WebP", 8, False),
        ("a.tif", "RGB", {"compression": "zstd"}, "Zstandard", 8, True),
    ],
)
def test_compression_and_bits_are_those_of_the_file(
    name: str,
    mode: str,
    options: dict[str, Any],
    compression: str,
    bits: int,
    lossless: bool,
    tmp_path: Path,
) -> None:
    found = captured(tmp_path / name, mode, **options)
    assert (found.compression, found.bits, found.lossless) == (compression, bits, lossless)
    assert (found.width, found.height) == (60, 40)


@pytest.mark.parametrize(
    ("options", "resolution"),
    [
        ({"dpi": (300, 300)}, (300.0, 300.0)),
        ({"dpi": (204, 98)}, (204.0, 98.0)),
        ({"resolution_unit": "cm", "x_resolution": 118.11, "y_resolution": 118.11}, (300.0, 300.0)),
        ({"dpi": (1, 1)}, None),
        ({}, None),
    ],
)
def test_resolution_is_in_pixels_per_inch(
    options: dict[str, Any], resolution: tuple[float, float] | None, tmp_path: Path
) -> None:
    assert captured(tmp_path / "a.tif", **options).resolution == resolution


def test_a_page_that_reaches_a_level_is_told_nothing(tmp_path: Path) -> None:
    found = captured(tmp_path / "a.tif", dpi=(400, 400), icc_profile=SRGB)
    assert found.profile
    assert not list(shortfalls(1, found, LEVELS["fadgi-4"], "fadgi-4"))


@pytest.mark.parametrize(
    ("dpi", "reached"),
    [
        (400, {"fadgi-2", "fadgi-3", "fadgi-4"}),
        (300, {"fadgi-2", "fadgi-3"}),
        (250, {"fadgi-2"}),
        (240, set()),
    ],
)
def test_a_resolution_reaches_as_many_stars_as_fadgi_gives_it(
    dpi: int, reached: set[str], tmp_path: Path
) -> None:
    found = captured(tmp_path / "a.tif", dpi=(dpi, dpi), icc_profile=SRGB)
    assert {
        name for name, level in LEVELS.items() if not list(shortfalls(1, found, level, name))
    } == reached


def test_what_falls_short_of_a_level_is_told_by_rule(tmp_path: Path) -> None:
    found = captured(tmp_path / "a.jpg", "L", dpi=(200, 200))
    rules = [each.rule for each in shortfalls(3, found, LEVELS["fadgi-3"], "fadgi-3")]
    assert rules == ["capture-resolution", "capture-profile", "capture-format", "capture-lossy"]
    deep = CaptureLevel(
        pixels_per_inch=100, bits_per_sample=16, profile=False, media_types=(), lossless=False
    )
    (noticed,) = shortfalls(3, found, deep, "house")
    assert noticed.message == "has 8 bits a sample; house asks for 16"


@pytest.mark.parametrize(
    ("profile", "is_told"),
    [
        ("sRGB IEC61966-2.1", False),
        ("Adobe RGB (1998)", False),
        ("AdobeRGB1998", False),
        ("eciRGB v2 ICCv4", False),
        ("Gray Gamma 2.2", False),
        ("Dot Gain 20%", True),
        ("Artifex CMYK SWOP Profile", True),
    ],
)
def test_the_colours_of_a_page_are_of_a_space_that_the_level_names(profile: str, is_told: bool) -> None:
    found = Capture("image/tiff", 9, 9, (400, 400), "RGB", 3, 8, "uncompressed", True, profile)
    told = [each.message for each in shortfalls(1, found, LEVELS["fadgi-4"], "fadgi-4")]
    asked = "fadgi-4 asks for those of Gray Gamma 2.2, sRGB, Adobe RGB, ProPhoto, eciRGB"
    assert told == ([f"has colours of {profile}; {asked}"] if is_told else [])
    house = CaptureLevel(pixels_per_inch=100, colour_spaces=())
    assert list(shortfalls(1, found, house, "house")) == []


def test_a_page_is_a_file_that_the_level_names(tmp_path: Path) -> None:
    found = captured(tmp_path / "a.png", dpi=(400, 400), icc_profile=SRGB)
    (told,) = shortfalls(1, found, LEVELS["fadgi-2"], "fadgi-2")
    assert told.message == "is a file of image/png; fadgi-2 asks for image/tiff or image/jp2"


def test_a_jpeg_may_be_coded_without_loss(tmp_path: Path) -> None:
    captured(tmp_path / "a.jpg", "L")
    content = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(content.replace(b"\xff\xc0", b"\xff\xc3", 1))
    with Image.open(tmp_path / "a.jpg") as image:
        assert capture(image).lossless


def test_a_finding_has_all_its_pages() -> None:
    noticed = [Noticed(page, "r", "is so") for page in (1, 2, 3, 7)] + [Noticed(2, "r", "is other")]
    told = [finding.sentence for finding in findings("vol", noticed)]
    assert told == ["vol, pages 1-3, 7: is so", "vol, page 2: is other"]


@given(st.sets(st.integers(1, 60), min_size=1))
def test_listed_pages_are_those_that_were_meant(pages: set[int]) -> None:
    found: set[int] = set()
    for run in listed(pages).split(" ", 1)[1].split(", "):
        first, _, last = run.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    assert found == pages


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        (["p1.tif", "p2.tif", "p4.tif"], ["p3"]),
        (["0008.tif", "0011.tif"], ["0009", "0010"]),
        (["1r.tif", "1v.tif", "3r.tif", "3v.tif"], ["2r", "2v"]),
        (["p1.jpg", "P3.TIF"], ["p2"]),
        (["cover.tif", "1.tif", "2.tif"], []),
        (["a.tif", "b.tif"], []),
        (["vol2_1.tif", "vol2_2.tif"], []),
    ],
)
def test_numbers_that_a_sequence_leaves_out_are_told(names: list[str], missing: list[str]) -> None:
    assert missing_numbers(names) == missing


def test_a_gap_of_any_size_is_told_in_few_names() -> None:
    assert len(missing_numbers(["p1.tif", f"p{10**15}.tif"])) == 20
