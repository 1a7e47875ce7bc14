"""TIFFs opened at one of their pages."""

import io
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from archiver import pictures
from archiver.errors import RenditionError
from archiver.tiff import HEADERS, OpenedAt, described, directory_of


@pytest.mark.parametrize("big_tiff", [False, True])
@pytest.mark.parametrize("compression", ["raw", "group4"])
def test_a_page_is_reached_without_those_before_it(
    compression: str, big_tiff: bool, tmp_path: Path
) -> None:
    pages = [Image.new("1", (40 + number, 30), number % 2) for number in range(5)]
    path = tmp_path / "a.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:], compression=compression, big_tiff=big_tiff)
    with Image.open(tmp_path / "a.tif") as image:
        assert isinstance(image, TiffImageFile)
        image.seek(3)
        place = directory_of(image)
    with OpenedAt(tmp_path / "a.tif", place) as file, Image.open(file) as page:
        assert page.size == (43, 30)
        assert page.getextrema() == (255, 255)


def test_all_else_is_as_it_lies_in_the_file(tmp_path: Path) -> None:
    whole = io.BytesIO()
    Image.new("L", (9, 9)).save(whole, "TIFF")
    (tmp_path / "a.tif").write_bytes(whole.getvalue())
    for begin in range(12):
        with OpenedAt(tmp_path / "a.tif", 0x01020304) as file:
            file.seek(begin)
            expected = b"II*\0\4\3\2\1" + whole.getvalue()[8:]
            assert (file.read(3), file.read()) == (expected[begin : begin + 3], expected[begin + 3 :])


def stated(order: str, compression: int, photometric: int, bits: int, data: bytes) -> bytes:
    """A TIFF of 60 by 40 pixels of one sample (TIFF 6.0, section 2), of any compression."""
    numbers = {256: 60, 257: 40, 258: bits, 259: compression, 262: photometric, 277: 1, 278: 40}
    entries = [struct.pack(f"{order}HHIHH", tag, 3, 1, number, 0) for tag, number in numbers.items()]
    begin = 8 + 2 + 12 * (len(numbers) + 2) + 4
    for tag, number in ((273, begin), (279, len(data))):
        entries.append(struct.pack(f"{order}HHII", tag, 4, 1, number))
    entries.sort(key=lambda entry: struct.unpack(f"{order}H", entry[:2]))
    head = struct.pack(f"{order}2sHIH", b"II" if order == "<" else b"MM", 42, 8, len(entries))
    return head + b"".join(entries) + bytes(4) + data


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            stated("<", 34712, 1, 8, b"\xff\x4f\xff\x51"),
            "is a little-endian TIFF with JPEG 2000, BlackIsZero, 1 sample of 8 bits, which is not read",
        ),
        (
            stated(">", 1, 0, 16, bytes(4800)),
            "is a big-endian TIFF with no compression, WhiteIsZero, 1 sample of 16 bits, which is not read",
        ),
        (
            struct.pack(">2sHHHQQ", b"MM", 43, 8, 0, 16, 1) + struct.pack(">HHQHHI", 258, 3, 1, 8, 0, 0),
            "is a big-endian BigTIFF with no compression, WhiteIsZero, 1 sample of 8 bits, which is not",
        ),
        (
            stated("<", 50001, 1, 8, b"RIFF"),
            "is a little-endian TIFF with WebP, BlackIsZero, 1 sample of 8 bits, which cannot be decoded",
        ),
        (stated("<", 9999, 1, 8, b"")[:20], "is not a picture of a kind that is known"),
    ],
)
def test_a_tiff_that_is_not_read_is_told_with_what_it_has(content: bytes, told: str) -> None:
    with pytest.raises(RenditionError) as refused:
        pictures.of(content, "a.tif", 10_000)
    assert refused.value.message.startswith(told)


@given(data=st.binary(max_size=80), head=st.sampled_from(sorted(HEADERS)))
def test_whatever_begins_as_a_tiff_is_described_or_not(head: bytes, data: bytes) -> None:
    assert described(io.BytesIO(head + data)).startswith(
        ("a little-endian", "a big-endian")
    ) or not described(io.BytesIO(head + data))
