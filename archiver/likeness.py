"""Likeness: whether the pages of two PDFs look alike, by PDFium, in a process of its own.

What a hostile file does to PDFium is done to that process: its memory and its time are bounded.
`python -m archiver.likeness OLD NEW PAGE...` prints the pages that differ, from 1.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator, Sequence
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
"""Pixels are compared in blocks of so many by so many, so that the edges of letters may shift a little."""

DIFFERENT = 48
"""Blocks differ that are so far apart in one colour, of 255."""


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

    with pypdfium2.PdfDocument(old) as first, pypdfium2.PdfDocument(new) as second:
        first.init_forms()
        second.init_forms()
        for number in pages:
            if number > len(first) or number > len(second) or _differ(first, second, number - 1):
                yield number


def _differ(first: Any, second: Any, index: int) -> bool:
    from PIL import ImageChops

    one, other = _drawn(first, index), _drawn(second, index)
    if one.size != other.size:
        return True
    bands = ImageChops.difference(one.reduce(BLOCK), other.reduce(BLOCK)).split()
    return any(any(band.histogram()[DIFFERENT:]) for band in bands)


def _drawn(document: Any, index: int) -> Any:
    page = document[index]
    scale = min(1.0, LONGEST / max(page.get_size()))
    return page.render(scale=scale, rev_byteorder=True).to_pil().convert("RGB")


if __name__ == "__main__":
    for found in _different(sys.argv[1], sys.argv[2], list(map(int, sys.argv[3:]))):
        print(found)  # noqa: T201
