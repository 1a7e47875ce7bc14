"""Pictures go in as they are where they are whole, and are refused where they are not."""

import io
import struct
import zlib
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from archiver import pictures
from archiver.errors import RenditionError
from tests import shallow

WIDTH, HEIGHT = 30, 100
ROW = bytes(1 + 3 * WIDTH)


def png(path: Path, samples: bytes) -> Path:
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", samples), (b"IEND", b""))
    parts = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    path.write_bytes(pictures.PNG_SIGNATURE + b"".join(parts))
    return path


def test_a_plain_png_goes_in_as_it_is(tmp_path: Path) -> None:
    Image.effect_mandelbrot((640, 400), (-2, -1, 1, 1), 20).save(tmp_path / "a.png")
    assert pictures.load(tmp_path / "a.png", 10**6).coding is pictures.Coding.PNG
    samples = zlib.compress(HEIGHT * ROW)
    assert pictures.load(png(tmp_path / "b.png", samples), 10**6).data == samples
    followed = samples + bytes(100_000)
    assert pictures.load(png(tmp_path / "c.png", followed), 10**6).data == followed


@pytest.mark.parametrize(
    "samples",
    [
        zlib.compress((HEIGHT - 1) * ROW),
        zlib.compress(HEIGHT * ROW + b"\0"),
        zlib.compress(5000 * HEIGHT * ROW),
        zlib.compress((HEIGHT - 1) * ROW + b"\x05" + ROW[1:]),
        zlib.compress(HEIGHT * ROW)[:-1],
        b"nothing deflated",
        b"",
    ],
    ids=["short", "long", "longest", "filter", "cut", "other", "empty"],
)
def test_a_damaged_png_is_refused(samples: bytes, tmp_path: Path) -> None:
    with pytest.raises(RenditionError, match="not a picture that can be read"):
        pictures.load(png(tmp_path / "a.png", samples), 10**6)


def test_jpeg_2000_of_few_bits_is_as_light_as_it_says() -> None:
    gray = pictures.of(shallow.GRAY_OF_4_BITS, "a.jp2", 10**6)
    assert list(zlib.decompress(gray.data)) == [17 * shade for shade in range(16)] * 4
    colour = pictures.of(shallow.COLOUR_OF_4_BITS, "a.jp2", 10**6)
    assert zlib.decompress(colour.data)[:6] == bytes([0, 255, 51, 17, 255, 51])
    bitonal = pictures.of(shallow.BITONAL, "a.jp2", 10**6)
    assert zlib.decompress(bitonal.data)[:4] == bytes([0, 255, 0, 255])


@pytest.mark.parametrize(
    ("name", "left_out"),
    [
        ("a.tif", "its other pages"),
        ("a.gif", "its other frames"),
        ("a.png", "its other frames"),
        ("a.mpo", ""),
    ],
)
def test_a_file_of_several_pictures_says_what_is_left_out(name: str, left_out: str, tmp_path: Path) -> None:
    first, *others = (Image.new("RGB", (9, 9), colour) for colour in ("red", "green", "blue"))
    first.save(tmp_path / name, save_all=True, append_images=others)
    assert pictures.load(tmp_path / name, 10**6).left_out == left_out
    first.save(tmp_path / name)
    assert pictures.load(tmp_path / name, 10**6).left_out == ""


@pytest.mark.parametrize("compression", [None, "group4", "tiff_lzw"])
@pytest.mark.parametrize("missing", [20, 100, 4200])
def test_a_tiff_that_is_cut_off_is_refused_in_one_sentence(
    compression: str | None,
    missing: int,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    recwarn: pytest.WarningsRecorder,
) -> None:
    whole = io.BytesIO()
    picture = Image.effect_mandelbrot((200, 150), (-2, -1, 1, 1), 20).convert("1")
    picture.save(whole, "TIFF", compression=compression)
    (tmp_path / "a.tif").write_bytes(whole.getvalue()[:-missing])
    with pytest.raises(RenditionError, match="is not a picture"):
        pictures.load(tmp_path / "a.tif", 10**6)
    assert capfd.readouterr().err == ""
    assert not recwarn.list


def test_what_libtiff_prints_of_a_damaged_picture_is_its_error(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    whole = io.BytesIO()
    Image.frombytes("RGB", (200, 300), Random(1).randbytes(180_000)).save(whole, "TIFF", compression="jpeg")
    data = whole.getvalue()
    (tmp_path / "a.tif").write_bytes(data)
    assert pictures.load(tmp_path / "a.tif", 10**6).height == 300
    half = len(data) // 2
    (tmp_path / "a.tif").write_bytes(data[:half] + Random(2).randbytes(2000) + data[half + 2000 :])
    with pytest.raises(RenditionError, match=r"it is damaged: Unsupported marker type 0x22$"):
        pictures.load(tmp_path / "a.tif", 10**6)
    assert capfd.readouterr().err == ""
