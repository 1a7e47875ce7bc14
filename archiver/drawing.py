"""Drawing: the pages of a PDF as pictures to read text from, by PDFium, in a process of its own.

They come one by one, as they are asked for. What a hostile file does to PDFium is done to that process.
`python -m archiver.drawing FILE PAGE...` writes the pages, from 1, to its standard output.
"""

from __future__ import annotations

import struct
import subprocess
import sys
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from archiver.likeness import MEMORY, few

LIMITED = ("/bin/sh", "-c", 'ulimit -v "$0" && ulimit -t "$1" && shift && exec "$@"', str(MEMORY))

HEADER = struct.Struct("<IIId4d")
"""Width, height, rotation, resolution and box of a page, before its pixels; all 0 of one without."""

USUAL_RESOLUTION, FINEST = 300.0, 600.0
"""Pixels per inch of a page without a picture, and at most."""

MOST_PIXELS = 60_000_000
"""A page is drawn with fewer pixels per inch where it would have more pixels."""

POINTS_PER_INCH = 72


class Drawing(NamedTuple):
    """A page as it is shown, in 256 grays.

    `resolution` is in pixels per inch, `rotation` in degrees clockwise; `box` is what is shown, in the
    page's own coordinates before it is rotated: left, bottom, right, top (ISO 32000-1 14.11.2).
    """

    picture: Image.Image
    resolution: float
    rotation: int
    box: tuple[float, float, float, float]


def drawings(file: Path, pages: Sequence[int], seconds: int) -> Generator[Drawing | None]:
    """Pages of a PDF, from 1, at the resolution of their pictures; None for each that cannot be drawn.

    All of them have so many seconds of processor time.
    """
    command = [*LIMITED, str(seconds), sys.executable, "-m", __name__, str(file), *map(str, pages)]
    with subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            for _ in pages:
                yield _next(process.stdout)
        finally:
            process.kill()


def _next(stream: Any) -> Drawing | None:
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    width, height, rotation, resolution, *box = HEADER.unpack(header)
    pixels = stream.read(width * height)
    if not pixels or len(pixels) < width * height:
        return None
    left, bottom, right, top = box
    picture = Image.frombytes("L", (width, height), pixels)
    return Drawing(picture, resolution, rotation, (left, bottom, right, top))


def _written(file: str, pages: Sequence[int]) -> Iterator[bytes]:
    import pypdfium2

    for some in few(pages):
        with pypdfium2.PdfDocument(file) as document:
            for number in some:
                try:
                    yield from _drawn(document[number - 1])
                except (pypdfium2.PdfiumError, ValueError, MemoryError):
                    yield HEADER.pack(0, 0, 0, 0, 0, 0, 0, 0)


def _drawn(page: Any) -> tuple[bytes, bytes]:
    across, down = page.get_size()
    most = (MOST_PIXELS / (across * down)) ** 0.5 * POINTS_PER_INCH
    resolution = min(_finest(page), FINEST, most)
    shown = page.render(
        scale=resolution / POINTS_PER_INCH * (1 - 1e-9),  # a hair more would be a pixel more
        grayscale=True,
        may_draw_forms=False,
        draw_annots=False,
    ).to_pil()
    header = HEADER.pack(shown.width, shown.height, page.get_rotation(), resolution, *page.get_bbox())
    return header, shown.convert("L").tobytes()


def _finest(page: Any) -> float:
    """The resolution of the finest picture of a page, in pixels per inch."""
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    found = []
    for picture in page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE]):
        left, bottom, right, top = picture.get_bounds()
        if right > left and top > bottom:
            area, (across, down) = (right - left) * (top - bottom), picture.get_px_size()
            found.append((across * down / area) ** 0.5 * POINTS_PER_INCH)
    return max(found, default=USUAL_RESOLUTION)


if __name__ == "__main__":
    for part in _written(sys.argv[1], list(map(int, sys.argv[2:]))):
        sys.stdout.buffer.write(part)
