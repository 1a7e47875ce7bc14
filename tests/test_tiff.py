"""TIFFs opened at one of their pages."""

import io
from pathlib import Path

import pytest
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from archiver.tiff import OpenedAt, directory_of


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
