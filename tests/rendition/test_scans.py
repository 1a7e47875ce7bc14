"""Renditions of scans: the picture as it came, the text above it, conformance where it was recognized."""

import io
import math
import re
import struct
import subprocess
import zlib
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from lxml import etree
from PIL import Image, ImageChops, ImageCms, ImageFilter, ImageOps, TiffImagePlugin

from archiver import pictures
from archiver.errors import RenditionError, SettingsError, SourceError
from archiver.records.checking import schema
from archiver.rendition import Rendition, ghostscript, render
from archiver.rendition.verapdf import Validator
from archiver.settings import Settings
from archiver.sources import SourceRef, read
from tests import shallow
from tests.rendition.pdfs import needs_ghostscript
from tests.rendition.renditions import by_poppler, by_structure, needs_poppler, plain
from tests.scanned import TEXTS, needs_tesseract, page, pictures_of, scanned

ALTO = "{http://www.loc.gov/standards/alto/ns-v4#}"


def rendered(path: Path, **settings: object) -> Rendition:
    """A scan, rendered to `out/scan.pdf` beside it; its text is not recognized unless asked."""
    chosen = Settings(**{"tesseract": False, "language": "en", **settings})  # type: ignore[arg-type]
    source = read(SourceRef(path), chosen)
    folder = path.parent / "out"
    folder.mkdir(exist_ok=True)
    return render(source, folder / "scan.pdf", chosen, source.paths())


def written(rendition: Rendition) -> Path:
    """Where a rendition is; there is one."""
    assert rendition.path
    return rendition.path


def image_of(pdf: pikepdf.Pdf, number: int = 0) -> pikepdf.Stream:
    image = pdf.pages[number].Resources.XObject.Picture
    assert isinstance(image, pikepdf.Stream)
    return image


def alike(one: Image.Image, other: Image.Image, most: int = 0) -> bool:
    """Whether no pixel of two pictures differs by more, of 255."""
    difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    return one.size == other.size and max(high for _, high in difference.getextrema()) <= most  # type: ignore[misc]


# --- text ---------------------------------------------------------------------------------------


@needs_tesseract
@needs_poppler
@pytest.mark.parametrize("language", TEXTS)
def test_a_scan_is_read_and_conforms(language: str, tmp_path: Path, verapdf: Validator) -> None:
    made = rendered(scanned(tmp_path / "a.png", page(language)), tesseract=True, language=language)
    assert made.claims == ("2a", "ua1")
    assert verapdf.check(written(made), made.claims) == ()
    assert plain(by_poppler(written(made))) == TEXTS[language]
    assert plain(written(made).with_suffix(".txt").read_text()) == TEXTS[language]
    with pikepdf.open(written(made)) as pdf:
        assert str(pdf.Root.Lang) == language
        assert [str(kid.S) for kid in [pdf.Root.StructTreeRoot.K[0].K]] == ["/P"]


@needs_tesseract
@needs_poppler
@pytest.mark.parametrize("turned", [3, 90, 180, 270, 357])
def test_words_are_in_their_places_on_a_page_that_is_turned_or_slants(turned: int, tmp_path: Path) -> None:
    picture = page().rotate(turned, expand=True, fillcolor=255)
    made = rendered(scanned(tmp_path / "a.png", picture), tesseract=True)
    record = etree.fromstring((written(made).parent / "alto/page-0001.xml").read_bytes())
    words = {word.get("CONTENT", ""): word for word in record.iter(f"{ALTO}String")}
    assert " ".join(words).startswith("The harbour ferry sailed")
    found = words["passengers"]
    left, top, width, height = (float(found.get(side, "")) for side in ("HPOS", "VPOS", "WIDTH", "HEIGHT"))
    around = picture.crop((round(left), round(top), round(left + width), round(top + height)))
    assert min(width, height) < 80
    assert ImageOps.invert(around).getbbox() is not None
    boxes = by_poppler(written(made), "-bbox")
    (line,) = (line for line in boxes.splitlines() if ">passengers<" in line)
    x, y = (float(line.split(f'{name}="')[1].split('"')[0]) for name in ("xMin", "yMin"))
    assert abs(x - left * 72 / 300) < 8
    assert abs(y - top * 72 / 300) < 8


@needs_tesseract
def test_arabic_is_read_in_noise(tmp_path: Path) -> None:
    clean = ImageOps.expand(page("ar"), 200, 255).filter(ImageFilter.GaussianBlur(0.7))
    noise = Image.effect_noise(clean.size, 25)
    noisy = ImageChops.add(clean.point([20 + shade * 4 // 5 for shade in range(256)]), noise, 1, -128)
    made = rendered(scanned(tmp_path / "a.png", noisy), tesseract=True, language="ar")
    found = plain(written(made).with_suffix(".txt").read_text()).split()
    wanted = TEXTS["ar"].split()
    assert len(set(wanted) & set(found)) > 0.8 * len(set(wanted))


@needs_tesseract
@needs_poppler
@pytest.mark.parametrize("slant", [0.7, 3, -9])
def test_words_lie_along_the_slant_of_their_page_and_readers_find_each_whole(
    slant: float, tmp_path: Path
) -> None:
    picture = page().rotate(slant, expand=True, fillcolor=255)
    made = rendered(scanned(tmp_path / "a.png", picture), tesseract=True)
    words = re.findall("<word[^>]*>(.*)</word>", by_poppler(written(made), "-bbox"))
    assert sorted(words) == sorted(TEXTS["en"].split())
    with pypdfium2.PdfDocument(written(made)) as pdf:
        assert pdf[0].get_textpage().get_text_bounded().split() == TEXTS["en"].split()
    assert by_structure(written(made)).split() == TEXTS["en"].split()
    with pikepdf.open(written(made)) as written_again:
        operators = pikepdf.parse_content_stream(written_again.pages[0], "Tm")
    matrices = [[float(value) for value in operator.operands] for operator in operators]
    angles = [math.degrees(math.atan2(matrix[1], matrix[0])) for matrix in matrices]
    assert len(angles) == len(TEXTS["en"].split())
    assert angles == pytest.approx([slant] * len(angles), abs=0.5)


@needs_tesseract
def test_the_records_of_text_are_valid_and_name_the_original(tmp_path: Path) -> None:
    picture = page("ar")
    frames = [Image.new("L", picture.size, 255)]
    file = scanned(tmp_path / "a.tif", picture, save_all=True, append_images=frames)
    made = rendered(file, tesseract=True, language="ar")
    first, second = sorted(path for path in made.beside if path.suffix == ".xml")
    for record in (first, second):
        schema("alto-4-3.xsd").assertValid(etree.fromstring(record.read_bytes()))
    root = etree.fromstring(first.read_bytes())
    assert root.findtext(f".//{ALTO}fileName") == "a.tif"
    assert [block.get("BASEDIRECTION") for block in root.iter(f"{ALTO}TextBlock")] == ["rtl"]
    assert [word.get("CONTENT") for word in root.iter(f"{ALTO}String")] == TEXTS["ar"].split()
    assert etree.fromstring(second.read_bytes()).find(f".//{ALTO}Page").get("PHYSICAL_IMG_NR") == "2"  # type: ignore[union-attr]
    assert {finding.rule for finding in made.findings} >= {"capture-blank"}
    assert made.claims == ("2a", "ua1")
    assert list(made.facts["word confidence by page"]) == ["1"]  # type: ignore[arg-type]


def test_a_scan_whose_text_is_not_recognized_is_said_to_be_no_more_than_it_is(
    tmp_path: Path, verapdf: Validator
) -> None:
    made = rendered(scanned(tmp_path / "a.png"))
    assert made.claims == ("2b",)
    assert verapdf.check(written(made), made.claims) == ()
    (finding,) = (finding for finding in made.findings if finding.rule == "rendition-text-unrecognized")
    assert "PDF/A-2b alone" in finding.message
    assert not made.beside


@needs_tesseract
def test_a_page_that_takes_too_long_is_told_and_makes_the_rendition_2b(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tmp_path / "slow"
    slow.write_text('#!/bin/sh\nif [ "$2" = stdout ]; then exec sleep 60; fi\nexec tesseract "$@"\n')
    slow.chmod(0o755)
    made = rendered(scanned(tmp_path / "a.png"), tesseract=slow, max_page_seconds=1)
    assert made.claims == ("2b",)
    (finding,) = (finding for finding in made.findings if finding.rule == "rendition-text-unread")
    assert finding.sentence.endswith("a.png, page 1: was not recognized in 1 second")


@needs_tesseract
def test_a_language_without_data_names_its_package(tmp_path: Path) -> None:
    with pytest.raises(RenditionError) as refused:
        rendered(scanned(tmp_path / "a.png"), tesseract=True, language="zh-Hant")
    assert "no data for the language 'chi_tra'" in refused.value.message
    assert refused.value.hint.startswith("apt-get install tesseract-ocr-chi-tra")


def test_without_tesseract_what_to_install_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RenditionError, match="Tesseract is not installed") as refused:
        rendered(scanned(tmp_path / "a.png"), tesseract=True)
    assert "apt-get install tesseract-ocr" in refused.value.hint


# --- pictures -----------------------------------------------------------------------------------


def test_a_jpeg_is_in_the_rendition_byte_for_byte(tmp_path: Path) -> None:
    file = scanned(tmp_path / "a.jpg", quality=80)
    with pikepdf.open(written(rendered(file))) as pdf:
        assert image_of(pdf).read_raw_bytes() == file.read_bytes()
        assert image_of(pdf).Filter == pikepdf.Name.DCTDecode


@pytest.mark.parametrize("mode", ["L", "RGB", "YCbCr"])
def test_the_jpeg_of_a_tiff_is_in_the_rendition_as_it_is(
    mode: str, tmp_path: Path, verapdf: Validator
) -> None:
    file = scanned(
        tmp_path / "a.tif", gradient("RGB").convert(mode), compression="jpeg", strip_size=1 << 20
    )
    with Image.open(file) as image:
        (offset,), (size,) = image.tag_v2[273], image.tag_v2[279]  # type: ignore[attr-defined]
        shown = image.convert("RGB")
    samples = file.read_bytes()[offset : offset + size].partition(b"\xff\xda")[2]
    made = rendered(file)
    with pikepdf.open(written(made)) as pdf:
        assert image_of(pdf).Filter == pikepdf.Name.DCTDecode
        assert image_of(pdf).read_raw_bytes().endswith(samples)
    assert alike(pictures_of(written(made))[0], shown, most=3)
    assert verapdf.check(written(made), made.claims) == ()


def test_the_jpegs_of_a_tiff_in_strips_keep_what_they_show(tmp_path: Path) -> None:
    file = scanned(tmp_path / "a.tif", gradient("RGB"), compression="jpeg", strip_size=4800)
    made = rendered(file)
    with Image.open(file) as image:
        assert len(image.tag_v2[273]) > 1  # type: ignore[attr-defined]
        assert alike(pictures_of(written(made))[0], image)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_jpeg_2000_is_in_the_rendition_byte_for_byte(
    mode: str, tmp_path: Path, verapdf: Validator
) -> None:
    page().convert(mode).save(tmp_path / "a.jp2")
    made = rendered(tmp_path / "a.jp2")
    with pikepdf.open(written(made)) as pdf:
        assert image_of(pdf).read_raw_bytes() == (tmp_path / "a.jp2").read_bytes()
        assert image_of(pdf).Filter == pikepdf.Name.JPXDecode
    assert verapdf.check(written(made), made.claims) == ()


@pytest.mark.parametrize("content", [shallow.GRAY_OF_4_BITS, shallow.COLOUR_OF_4_BITS, shallow.BITONAL])
def test_jpeg_2000_of_few_bits_is_shown_as_light_as_it_is(
    content: bytes, tmp_path: Path, verapdf: Validator
) -> None:
    (tmp_path / "a.jp2").write_bytes(content)
    made = rendered(tmp_path / "a.jp2")
    with pikepdf.open(written(made)) as pdf:
        shown = pikepdf.PdfImage(image_of(pdf)).as_pil_image()
        assert (shown.mode == "1") == (content is shallow.BITONAL)
    lightest = shown.convert("RGB").getpixel((15, 0))
    assert lightest == ((255, 255, 51) if content is shallow.COLOUR_OF_4_BITS else (255, 255, 255))
    assert verapdf.check(written(made), made.claims) == ()


@pytest.mark.parametrize(
    ("name", "options"), [("a.tif", {"compression": "group4"}), ("a.tif", {}), ("a.png", {})]
)
def test_a_bitonal_page_stays_bitonal(name: str, options: dict[str, str], tmp_path: Path) -> None:
    picture = page().convert("1")
    made = rendered(scanned(tmp_path / name, picture, **options))
    with pikepdf.open(written(made)) as pdf:
        image = image_of(pdf)
        assert image.Filter == pikepdf.Name.CCITTFaxDecode
        assert image.BitsPerComponent == 1
        assert alike(pikepdf.PdfImage(image).as_pil_image(), picture)
    assert alike(pictures_of(written(made))[0], picture)


def gradient(mode: str) -> Image.Image:
    """A picture in which every corner differs, with some of each colour."""
    bands = [Image.linear_gradient("L").rotate(90 * turn).resize((100, 50)) for turn in range(len(mode))]
    return Image.merge(mode, bands) if len(mode) > 1 else bands[0]


@needs_poppler
@pytest.mark.parametrize(
    ("size", "dpi"), [((601, 403), 300), ((397, 605), 400), ((331, 77), 150), ((94, 201), 96)]
)
@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_readers_draw_a_page_pixel_for_pixel(
    orientation: int, size: tuple[int, int], dpi: int, tmp_path: Path
) -> None:
    picture = Image.effect_noise(size, 90).convert("1")
    exif = Image.Exif()
    exif[0x112] = orientation
    picture.save(tmp_path / "a.png", dpi=(dpi, dpi), exif=exif)
    made = written(rendered(tmp_path / "a.png"))
    with Image.open(tmp_path / "a.png") as file:
        expected = ImageOps.exif_transpose(file)
    subprocess.run(
        ["pdftoppm", "-r", str(dpi), "-png", "-singlefile", made, tmp_path / "drawn"], check=True
    )
    with Image.open(tmp_path / "drawn.png") as drawn:
        assert alike(drawn, expected)
    with pypdfium2.PdfDocument(made) as pdf:
        assert alike(pdf[0].render(scale=dpi / 72).to_pil(), expected)


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "1", "RGBA", "LA"])
@pytest.mark.parametrize("suffix", ["png", "tif", "webp", "jp2"])
def test_what_a_page_shows_is_what_its_picture_has(
    mode: str, suffix: str, tmp_path: Path, verapdf: Validator
) -> None:
    picture = gradient("RGB").convert(mode) if mode in ("P", "1", "LA") else gradient(mode)
    if mode in ("P", "1") and suffix in ("jp2", "webp"):
        picture = picture.convert("L")
    picture.save(tmp_path / f"a.{suffix}", dpi=(300, 300), lossless=True)
    made = rendered(tmp_path / f"a.{suffix}")
    white = Image.new("RGBA", picture.size, "white")
    with Image.open(tmp_path / f"a.{suffix}") as file:
        expected = Image.alpha_composite(white, file.convert("RGBA"))
    assert alike(pictures_of(written(made))[0], expected)
    assert verapdf.check(written(made), made.claims) == ()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif"])
def test_a_page_lies_as_its_file_says(orientation: int, suffix: str, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"tiffinfo": {0x0112: orientation}} if suffix == "tif" else {"exif": exif}
    scanned(tmp_path / f"a.{suffix}", gradient("RGB"), **options)
    with Image.open(tmp_path / f"a.{suffix}") as file:
        expected = ImageOps.exif_transpose(file)
    assert alike(pictures_of(written(rendered(tmp_path / f"a.{suffix}")))[0], expected, most=3)


def test_profiles_of_colour_come_along_and_bad_ones_do_not(tmp_path: Path, verapdf: Validator) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    (tmp_path / "pages").mkdir()
    for number, profile in enumerate((srgb, srgb, lab, b"no profile"), 1):
        scanned(tmp_path / f"pages/{number}.jpg", gradient("RGB"), icc_profile=profile)
    made = rendered(tmp_path / "pages")
    with pikepdf.open(written(made)) as pdf:
        one, two, three, four = (image_of(pdf, number).ColorSpace for number in range(4))
        assert one[0] == pikepdf.Name.ICCBased
        assert one[1].read_bytes() == srgb
        assert one[1].objgen == two[1].objgen
        assert three == four == pikepdf.Name.DeviceRGB
    assert verapdf.check(written(made), made.claims) == ()


@needs_ghostscript
@pytest.mark.parametrize("suffix", ["jpg", "tif"])
def test_cmyk_without_a_profile_is_taken_for_that_of_one_and_told(
    suffix: str, tmp_path: Path, verapdf: Validator
) -> None:
    file = scanned(tmp_path / f"a.{suffix}", gradient("CMYK"))
    made = rendered(file)
    told = "has colours in CMYK without a profile, taken for those of Artifex CMYK SWOP Profile"
    assert told in [finding.message for finding in made.findings]
    assert verapdf.check(written(made), made.claims) == ()
    with pikepdf.open(written(made)) as pdf:
        picture = image_of(pdf)
        assert picture.ColorSpace[0] == pikepdf.Name.ICCBased
        assert picture.ColorSpace[1].N == 4
        if suffix == "jpg":
            assert picture.read_raw_bytes() == file.read_bytes()
        else:
            assert picture.read_bytes() == gradient("CMYK").tobytes()


@needs_ghostscript
def test_cmyk_has_the_profile_of_the_settings(tmp_path: Path, verapdf: Validator) -> None:
    profile = tmp_path / "press.icc"
    profile.write_bytes(ghostscript.cmyk_profile().replace(b"Artifex CMYK SWOP", b"Harbour Press Inc"))
    file = scanned(tmp_path / "a.jpg", gradient("CMYK"))
    made = rendered(file, cmyk_profile=profile)
    with pikepdf.open(written(made)) as pdf:
        assert image_of(pdf).ColorSpace[1].read_bytes() == profile.read_bytes()
    profile.write_bytes(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    with pytest.raises(SettingsError, match="is no ICC profile of CMYK that PDF/A takes"):
        rendered(file, cmyk_profile=profile)
    with pytest.raises(SettingsError, match="cmyk_profile: cannot be read: No such file"):
        rendered(file, cmyk_profile=tmp_path / "none.icc")


@pytest.mark.parametrize("suffix", ["jpg", "tif"])
def test_cmyk_without_any_profile_is_shown_in_rgb_and_told(
    suffix: str, tmp_path: Path, verapdf: Validator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ghostscript, "cmyk_profile", bytes)
    scanned(tmp_path / f"a.{suffix}", gradient("CMYK"))
    made = rendered(tmp_path / f"a.{suffix}")
    assert "has colours in CMYK, which are shown in RGB" in [finding.message for finding in made.findings]
    assert verapdf.check(written(made), made.claims) == ()


def deep_tiff(
    samples: bytes, width: int, height: int, order: str = "<", *, planes: bool = False, packed: bool = False
) -> bytes:
    """A TIFF of 16 bits a sample in RGB (TIFF 6.0), from samples with the higher byte first."""
    values = struct.unpack(f">{len(samples) // 2}H", samples)
    parts = [values[band::3] for band in range(3)] if planes else [values]
    strips = [struct.pack(f"{order}{len(part)}H", *part) for part in parts]
    strips = [zlib.compress(strip) for strip in strips] if packed else strips
    tags = TiffImagePlugin.ImageFileDirectory_v2(prefix=b"II" if order == "<" else b"MM")
    tags[TiffImagePlugin.IMAGEWIDTH], tags[TiffImagePlugin.IMAGELENGTH] = width, height
    tags[TiffImagePlugin.BITSPERSAMPLE], tags[TiffImagePlugin.SAMPLESPERPIXEL] = (16, 16, 16), 3
    tags[TiffImagePlugin.COMPRESSION], tags[TiffImagePlugin.PHOTOMETRIC_INTERPRETATION] = (
        8 if packed else 1,
        2,
    )
    tags[TiffImagePlugin.PLANAR_CONFIGURATION], tags[TiffImagePlugin.ROWSPERSTRIP] = (
        2 if planes else 1,
        height,
    )
    sizes = [len(strip) for strip in strips]
    tags[TiffImagePlugin.STRIPBYTECOUNTS] = tuple(sizes)
    tags[TiffImagePlugin.STRIPOFFSETS] = tuple(sum(sizes[:number]) for number in range(len(sizes)))
    file = io.BytesIO()
    tags.save(file)
    return file.getvalue() + b"".join(strips)


DEEP_COLOURS = b"".join(value.to_bytes(2, "big") for value in range(0, 65536, 4))[: 3 * 2 * 60 * 90]


@pytest.mark.parametrize(
    "coded", [{}, {"order": ">"}, {"packed": True}, {"order": ">", "packed": True}, {"planes": True}]
)
def test_sixteen_bits_of_colour_stay_sixteen(
    coded: dict[str, Any], tmp_path: Path, verapdf: Validator
) -> None:
    (tmp_path / "a.tif").write_bytes(deep_tiff(DEEP_COLOURS, 90, 60, **coded))
    made = rendered(tmp_path / "a.tif")
    with pikepdf.open(written(made)) as pdf:
        assert image_of(pdf).BitsPerComponent == 16
        assert image_of(pdf).read_bytes() == DEEP_COLOURS
    assert "rendition-picture-changed" not in {finding.rule for finding in made.findings}
    assert verapdf.check(written(made), made.claims) == ()


def test_that_only_half_of_sixteen_bits_are_shown_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(deep_tiff(DEEP_COLOURS, 90, 60, planes=True, packed=True))
    made = rendered(tmp_path / "a.tif")
    (told,) = (found for found in made.findings if found.rule == "rendition-picture-changed")
    assert told.message == "has 16 bits a sample, of which 8 are shown"


@pytest.mark.parametrize("mode", ["I", "F"])
def test_samples_that_are_no_shades_are_refused(mode: str, tmp_path: Path) -> None:
    with pytest.raises(RenditionError, match="are no shades"):
        rendered(scanned(tmp_path / "a.tif", Image.new(mode, (90, 60), 1)))


def test_sixteen_bits_that_count_from_white_are_no_negative(tmp_path: Path) -> None:
    dark = Image.frombytes("I;16", (90, 60), b"\1\2" * 90 * 60)
    made = rendered(scanned(tmp_path / "a.tif", dark, tiffinfo={262: 0}))
    with pikepdf.open(written(made)) as pdf:
        assert image_of(pdf).read_bytes() == b"\xfd\xfe" * 90 * 60
    figure = pictures.load(tmp_path / "a.tif", 10**6)
    assert zlib.decompress(figure.data) == b"\xfd" * 90 * 60


def test_sixteen_bits_in_the_other_order_are_read(tmp_path: Path) -> None:
    deep = Image.frombytes("I;16B", (90, 60), b"\2\1" * 90 * 60)
    made = rendered(scanned(tmp_path / "a.tif", deep))
    with pikepdf.open(written(made)) as pdf:
        assert image_of(pdf).read_bytes() == b"\2\1" * 90 * 60


def test_cielab_stays_cielab(tmp_path: Path, verapdf: Validator) -> None:
    red = ImageCms.profileToProfile(
        Image.new("RGB", (90, 60), (200, 30, 40)),
        ImageCms.createProfile("sRGB"),
        ImageCms.createProfile("LAB"),
        outputMode="LAB",
    )
    made = rendered(scanned(tmp_path / "a.tif", red))
    with pikepdf.open(written(made)) as pdf:
        assert image_of(pdf).ColorSpace[0] == "/Lab"
    (shown,) = pictures_of(written(made))
    pixel = shown.getpixel((40, 30))
    assert isinstance(pixel, tuple)
    assert pixel == pytest.approx((200, 30, 40), abs=6)
    assert "rendition-picture-changed" not in {finding.rule for finding in made.findings}
    assert verapdf.check(written(made), made.claims) == ()


@pytest.mark.parametrize("suffix", ["tif", "png"])
def test_sixteen_bits_of_gray_stay_sixteen(suffix: str, tmp_path: Path, verapdf: Validator) -> None:
    values = [number * 12 for number in range(90 * 60)]
    deep = Image.frombytes("I;16", (90, 60), b"".join(value.to_bytes(2, "little") for value in values))
    made = rendered(scanned(tmp_path / f"a.{suffix}", deep))
    with pikepdf.open(written(made)) as pdf:
        assert image_of(pdf).BitsPerComponent == 16
        assert image_of(pdf).read_bytes() == b"".join(value.to_bytes(2, "big") for value in values)
    assert verapdf.check(written(made), made.claims) == ()


# --- pages --------------------------------------------------------------------------------------


def test_every_page_of_a_tiff_is_a_page(tmp_path: Path) -> None:
    first, *others = (Image.new("RGB", (90, 60), colour) for colour in ("red", "green", "blue"))
    made = rendered(scanned(tmp_path / "a.tif", first, save_all=True, append_images=others))
    shown = [picture.getpixel((5, 5)) for picture in pictures_of(written(made))]
    assert shown == [(255, 0, 0), (0, 128, 0), (0, 0, 255)]


@pytest.mark.parametrize(
    ("size", "dpi", "points"),
    [
        ((600, 300), (300, 300), (144, 72)),
        ((600, 300), (300, 150), (144, 144)),
        ((600, 300), (1, 1), (144, 72)),
        ((8, 8), (300, 300), (3, 3)),
        ((20000, 30), (20, 20), (4800, 7.2)),
    ],
)
def test_a_page_has_the_size_of_its_picture(
    size: tuple[int, int],
    dpi: tuple[int, int],
    points: tuple[float, float],
    tmp_path: Path,
    verapdf: Validator,
) -> None:
    made = rendered(scanned(tmp_path / "a.tif", Image.new("1", size), dpi=dpi))
    with pikepdf.open(written(made)) as pdf:
        assert [float(side) for side in pdf.pages[0].MediaBox][2:] == pytest.approx(points, abs=0.002)
    assert verapdf.check(written(made), made.claims) == ()


@pytest.mark.parametrize("damage", [slice(None, -500), slice(None, 400)])
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp", "jp2"])
def test_a_picture_that_is_cut_off_is_refused_in_one_sentence(
    suffix: str, damage: slice, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    whole = io.BytesIO()
    formats = {"jpg": "JPEG", "jp2": "JPEG2000", "tif": "TIFF"}
    page().convert("RGB").save(whole, formats.get(suffix, suffix.upper()))
    (tmp_path / f"a.{suffix}").write_bytes(whole.getvalue()[damage])
    with pytest.raises((RenditionError, SourceError), match="is not a picture"):
        rendered(tmp_path / f"a.{suffix}")
    assert capfd.readouterr().err == ""


def test_pages_are_recompressed_where_that_is_asked_and_the_records_say_so(
    tmp_path: Path, verapdf: Validator
) -> None:
    folder = tmp_path / "vol"
    folder.mkdir()
    noisy = Image.merge("RGB", [Image.effect_noise((600, 400), 30)] * 3)
    scanned(folder / "1.tif", noisy)
    scanned(folder / "2.png", noisy)
    scanned(folder / "3.jpg", noisy)
    scanned(folder / "4.tif", page().convert("1"))
    made = rendered(folder, optimize=True)
    with pikepdf.open(written(made)) as pdf:
        filters = [image_of(pdf, number).Filter for number in range(4)]
        assert [str(each) for each in filters] == ["/DCTDecode"] * 3 + ["/CCITTFaxDecode"]
        assert image_of(pdf, 2).read_raw_bytes() == (folder / "3.jpg").read_bytes()
        assert len(image_of(pdf, 0).read_raw_bytes()) < 600 * 400
    assert [event.type for event in made.events] == ["compression"]
    assert made.events[0].detail == "pictures recompressed as JPEG of quality 85: pages 1-2"
    (finding,) = (finding for finding in made.findings if finding.rule == "rendition-picture-changed")
    assert (finding.severity, finding.where.rpartition(", ")[2]) == ("info", "pages 1-2")
    assert verapdf.check(written(made), made.claims) == ()


def test_a_png_that_inflates_to_more_than_its_pixels_is_not_passed_on(tmp_path: Path) -> None:
    whole = io.BytesIO()
    Image.new("L", (100, 100), 7).save(whole, "PNG")
    content = whole.getvalue()
    begin = content.index(b"IDAT")
    bomb = zlib.compress(b"".join([b"\0", bytes([7]) * 100]) * 100 + bytes(10**7), 9)
    chunk = b"IDAT" + bomb
    framed = len(bomb).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
    end = content.index(b"IEND") - 4
    (tmp_path / "a.png").write_bytes(content[: begin - 4] + framed + content[end:])
    with pikepdf.open(written(rendered(tmp_path / "a.png"))) as pdf:
        assert image_of(pdf).read_bytes() == bytes([7]) * 100 * 100


@needs_tesseract
@pytest.mark.parametrize(("dpi", "rows"), [((300, 150), 2), ((300, 299), 1), ((10, 10_000), 1)])
def test_pixels_that_are_not_square_are_read_where_they_are(
    dpi: tuple[int, int], rows: int, tmp_path: Path
) -> None:
    flat = page().resize((page().width, page().height // rows))
    made = rendered(scanned(tmp_path / "a.tif", flat, dpi=dpi), tesseract=True)
    record = etree.fromstring((written(made).parent / "alto/page-0001.xml").read_bytes())
    found = next(word for word in record.iter(f"{ALTO}String") if word.get("CONTENT") == "passengers")
    assert float(found.get("HPOS", "")) + float(found.get("WIDTH", "")) < flat.width
    assert float(found.get("VPOS", "")) + float(found.get("HEIGHT", "")) < flat.height / 2 + 5
