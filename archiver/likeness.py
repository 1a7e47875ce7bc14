"""Likeness: whether the pages of two PDFs look alike, by PDFium, in a process of its own.

What a hostile file does to PDFium is done to that process: its memory and its time are bounded.
`python -m archiver.likeness OLD NEW PAGE...` prints the pages that differ, from 1.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from archiver.errors import RenditionError

MISSING = "PDFium is not installed: pip install 'archiver[pdf]'"

MEMORY = 4 * 1024 * 1024
"""What the process may take of memory, in KiB."""

LIMITED = ("/bin/sh", "-c", 'ulimit -v "$0" && exec "$@"', str(MEMORY))

LONGEST = 1200
"""Pixels of the longer side of a page, which is drawn at 72 to an inch where it is no larger."""

BLOCK = 4
"""Pixels are compared in blocks of so many by so many, each with all that are next to it, so that the edges
of letters may shift a little, and a number may be rounded."""

DIFFERENT = 32
"""Blocks differ that are so far apart in one colour, of 255, as where a line of a pixel is missing."""


def available() -> bool:
    """Whether PDFium is installed."""
    return importlib.util.find_spec("pypdfium2") is not None


def chosen(pages: int, most: int) -> list[int]:
    """Which of so many pages are compared, from 1: all, or `most` of them, spread evenly."""
    if pages <= most:
        return list(range(1, pages + 1))
    return sorted({1 + step * (pages - 1) // max(most - 1, 1) for step in range(most)})


def compare(old: Path, new: Path, pages: Sequence[int], seconds: int) -> tuple[int, ...]:
    """Which of these pages look different in two PDFs, from 1.

    Raises RenditionError where they cannot be drawn.
    """
    command = [*LIMITED, sys.executable, "-m", __name__, str(old), str(new), *map(str, pages)]
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise RenditionError(f"drawing them took more than {seconds} seconds") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise RenditionError(f"they cannot be drawn: {said[-1][:200] if said else 'PDFium failed'}")
    return tuple(map(int, done.stdout.split()))


def _different(old: str, new: str, pages: Sequence[int]) -> Iterator[int]:
    import pypdfium2

    for some in few(pages):
        with pypdfium2.PdfDocument(old) as first, pypdfium2.PdfDocument(new) as second:
            first.init_forms()
            second.init_forms()
            for number in some:
                if number > len(first) or number > len(second) or _differ(first, second, number - 1):
                    yield number


def few(pages: Sequence[int]) -> Iterator[Sequence[int]]:
    """Pages, a few at once: PDFium keeps the pictures of a document in memory until that is closed."""
    return (pages[at : at + PAGES_AT_ONCE] for at in range(0, len(pages), PAGES_AT_ONCE))


PAGES_AT_ONCE = 16


def _differ(first: Any, second: Any, index: int) -> bool:
    from PIL import ImageChops

    longest = min(LONGEST, max(first[index].get_size()))
    one, other = (_drawn(document[index], longest) for document in (first, second))
    if any(abs(mine - yours) > 1 for mine, yours in zip(one.size, other.size, strict=True)):
        return True
    if one.size == other.size and not ImageChops.difference(one, other).getbbox():
        return False
    apart = ImageChops.lighter(_apart(one, other), _apart(other, one)).reduce(BLOCK)
    return any(any(band.histogram()[DIFFERENT:]) for band in apart.split())


def _apart(one: Any, other: Any) -> Any:
    """How far each pixel is from all that are at its place in another picture, or next to that."""
    from PIL import ImageChops

    lighter = ImageChops.subtract(one, _spread(other, ImageChops.lighter))
    darker = ImageChops.subtract(_spread(other, ImageChops.darker), one)
    return ImageChops.lighter(lighter, darker)


def _spread(picture: Any, choose: Callable[[Any, Any], Any]) -> Any:
    """Each pixel as the one that is chosen of it and those next to it."""
    from PIL.ImageChops import offset

    for across, down in ((1, 0), (0, 1)):
        before, after = offset(picture, across, down), offset(picture, -across, -down)
        picture = choose(picture, choose(before, after))
    return picture


def _drawn(page: Any, longest: float) -> Any:
    """A page whose longer side is so many pixels, as PDFium knows of no UserUnit (ISO 32000-1 7.7.3.3)."""
    scale = longest / max(page.get_size())
    return page.render(scale=scale, rev_byteorder=True).to_pil().convert("RGB")


if __name__ == "__main__":
    for found in _different(sys.argv[1], sys.argv[2], list(map(int, sys.argv[3:]))):
        print(found)  # noqa: T201
