"""Pictures go in as they are where they are whole, and are refused where they are not."""

import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from archiver import pictures
from archiver.errors import RenditionError

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
