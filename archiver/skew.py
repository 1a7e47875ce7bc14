"""Skew: by how much the lines of a page slant, and whether there is anything on it at all."""

from __future__ import annotations

import math
from array import array
from itertools import pairwise
from typing import NamedTuple

from PIL import Image, ImageFilter

MOST, STEP, FINE_STEP = 10.0, 0.5, 0.1
"""How far lines are looked for, in degrees, and how closely: first everywhere, then about the best."""

STRIPS = 64
ROWS = 1200
"""What a page is reduced to: upright strips, with their darkness in so many rows."""

PLAIN, CLEAR = 10.0, 2.0
"""How much more lines stand out at their own angle than at most others: when there is no need to look
for upright ones, and when there are any at all."""

MARGIN = 0.04
"""What is left out at each side when a page is called blank: edges, shadows, holes."""

INK = 48
"""How much darker than its paper a page is where something is on it, of 255."""

LEAST_INK = 0.0004
"""The part of a page that has ink on it at least where it is not blank."""


def skew(gray: Image.Image) -> float | None:
    """The angle of a page's lines in degrees, counterclockwise, from -10 to 10; None where there are none.

    Lines may be level or upright, as on a page that lies on its side.
    """
    level = _best(gray)
    if level.clarity >= PLAIN:
        return round(level.angle, 1) + 0.0
    upright = _best(gray.transpose(Image.Transpose.TRANSPOSE))
    angle, clarity = max(level, _Angle(-upright.angle, upright.clarity), key=lambda found: found.clarity)
    return round(angle, 1) + 0.0 if clarity >= CLEAR else None


class _Angle(NamedTuple):
    angle: float
    clarity: float


def _best(gray: Image.Image) -> _Angle:
    """The angle at which the rows of a page differ most: there its lines and what is between them are."""
    rows = min(ROWS, gray.height)
    strips = gray.resize((STRIPS, rows), Image.Resampling.BOX).convert("F")
    slope = gray.width / STRIPS * rows / gray.height
    coarse = {angle: _variation(strips, slope, angle) for angle in _steps(0.0, MOST, STEP)}
    middle = max(coarse, key=lambda angle: coarse[angle])
    fine = {angle: _variation(strips, slope, angle) for angle in _steps(middle, STEP, FINE_STEP)}
    best = max(fine, key=lambda angle: fine[angle])
    usual = sorted(coarse.values())[len(coarse) // 2]
    return _Angle(best, fine[best] / usual if usual else 0.0)


def _steps(middle: float, reach: float, step: float) -> list[float]:
    count = round(reach / step)
    return [middle + step * number for number in range(-count, count + 1)]


def _variation(strips: Image.Image, slope: float, angle: float) -> float:
    """How much the rows of strips differ that are moved against each other as an angle has it."""
    shift = -math.tan(math.radians(angle)) * slope
    middle = shift * (STRIPS - 1) / 2
    moved = strips.transform(
        strips.size, Image.Transform.AFFINE, (1, 0, 0, shift, 1, -middle), Image.Resampling.NEAREST
    )
    margin = math.ceil(abs(middle))
    rows = array("f", moved.resize((1, strips.height), Image.Resampling.BOX).tobytes())
    kept = rows[margin : strips.height - margin]
    return sum((upper - lower) ** 2 for upper, lower in pairwise(kept)) / max(1, len(kept))


def is_blank(gray: Image.Image) -> bool:
    """Whether there is nothing on a page but paper, and at its edges."""
    width, height = gray.size
    across, down = round(width * MARGIN), round(height * MARGIN)
    inner = gray.crop((across, down, width - across, height - down))
    inner.thumbnail((1000, 1000), Image.Resampling.BOX)
    counts = inner.filter(ImageFilter.MedianFilter(3)).histogram()
    paper = max(range(256), key=lambda value: counts[value])
    ink = sum(counts[: max(0, paper - INK)]) + (sum(counts[paper + INK + 1 :]) if paper < 128 else 0)
    return ink < LEAST_INK * sum(counts)
