"""The headers of JPEG 2000 files are read as they are, and damaged ones are refused."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from archiver import jpeg2000
from archiver.jpeg2000 import GRAY, SRGB


def coded(mode: str, **options: object) -> bytes:
    content = io.BytesIO()
    Image.new(mode, (60, 40)).save(content, "JPEG2000", **options)
    return content.getvalue()


@pytest.mark.parametrize(
    ("mode", "options", "channels", "colours", "reversible", "mapped", "boxed"),
    [
        ("RGB", {}, 3, [SRGB], True, False, True),
        ("L", {}, 1, [GRAY], True, False, True),
        ("L", {"irreversible": True}, 1, [GRAY], False, False, True),
        ("RGBA", {}, 4, [SRGB], True, True, True),
        ("RGB", {"no_jp2": True}, 3, [], True, False, False),
    ],
)
def test_headers_are_those_of_the_file(
    mode: str,
    options: dict[str, object],
    channels: int,
    colours: list[int],
    reversible: bool,
    mapped: bool,
    boxed: bool,
) -> None:
    header = jpeg2000.read(io.BytesIO(coded(mode, **options)))
    assert (header.channels, header.bits) == (channels, 8)
    assert [colour.number for colour in header.colours] == colours
    assert (header.reversible, header.mapped, header.boxed) == (reversible, mapped, boxed)


PLAIN = coded("RGB")


@given(st.integers(0, len(PLAIN)), st.binary(max_size=8))
def test_any_damage_is_read_or_refused(at: int, damage: bytes) -> None:
    for content in (PLAIN[:at], PLAIN[:at] + damage + PLAIN[at + len(damage) :], damage):
        try:
            jpeg2000.read(io.BytesIO(content))
        except ValueError as error:
            assert "JPEG 2000" in str(error)
