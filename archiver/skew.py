"""Skew: by how much the lines of a page slant, and whether there is anything on it at all."""

from __future__ import annotations

import math
from array import array
from itertools import pairwise
from typing import NamedTuple

from PIL import Image

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

SPECK = 450
"""What is less than this part of a page is too small to be something."""

INK = 40
"""How much darker than its paper a page is where something is on it, of 255."""

LEAST_INK = 0.0004
"""The part of a page that has ink on it at least where it is not blank."""


class Slant(NamedTuple):
    """How the lines of a page lie: by how many degrees they slant, counterclockwise, from -10 to 10.

    They are upright where the page lies on its side.
    """

    angle: float
    upright: bool


def slant(gray: Image.Image) -> Slant | None:
    """How the lines of a page lie; None where there are none."""
    level = _best(gray)
    if level.clarity >= PLAIN:
        return Slant(round(level.angle, 1) + 0.0, False)
    upright = _best(gray.transpose(Image.Transpose.TRANSPOSE))
    if max(level.clarity, upright.clarity) < CLEAR:
        return None
    if level.clarity >= upright.clarity:
        return Slant(round(level.angle, 1) + 0.0, False)
    return Slant(round(-upright.angle, 1) + 0.0, True)


class _Angle(NamedTuple):
    angle: float
    clarity: float


def _best(gray: Image.Image) -> _Angle:
    """The angle at which the rows of a page differ most: there its lines and what is between them are."""
    rows = min(ROWS, gray.height)
    strips = gray.resize((STRIPS, rows), Image.Resampling.BOX).convert("F")
    slope = gray.width / STRIPS * rows / gray.height
    counts = strips.convert("L").histogram()
    paper = float(max(range(256), key=lambda value: counts[value]))

    def variations(middle: float, reach: float, step: float) -> dict[float, float]:
        angles = _steps(middle, reach, step)
        return {angle: _variation(strips, slope, angle, paper) for angle in angles}

    coarse = variations(0.0, MOST, STEP)
    middle = max(coarse, key=lambda angle: coarse[angle])
    fine = variations(middle, STEP, FINE_STEP)
    best = max(fine, key=lambda angle: fine[angle])
    usual = sorted(coarse.values())[len(coarse) // 2]
    return _Angle(best, fine[best] / usual if usual else 0.0)


def _steps(middle: float, reach: float, step: float) -> list[float]:
    count = round(reach / step)
    return [middle + step * number for number in range(-count, count + 1)]


def _variation(strips: Image.Image, slope: float, angle: float, paper: float) -> float:
    """How much the rows of strips differ that are moved against each other as an angle has it."""
    shift = -math.tan(math.radians(angle)) * slope
    middle = shift * (STRIPS - 1) / 2
    moved = strips.transform(
        strips.size,
        Image.Transform.AFFINE,
        (1, 0, 0, shift, 1, -middle),
        Image.Resampling.NEAREST,
        fillcolor=paper,
    )
    rows = array("f", moved.resize((1, strips.height), Image.Resampling.BOX).tobytes())
    return sum((upper - lower) ** 2 for upper, lower in pairwise(rows))


def is_blank(gray: Image.Image) -> bool:
    """Whether there is nothing on a page but paper, and at its edges."""
    width, height = gray.size
    across, down = round(width * MARGIN), round(height * MARGIN)
    inner = gray.crop((across, down, width - across, height - down))
    counts = inner.reduce(max(1, max(width, height) // SPECK)).histogram()
    paper = max(range(256), key=lambda value: counts[value])
    ink = sum(counts[: max(0, paper - INK)]) + (sum(counts[paper + INK + 1 :]) if paper < 128 else 0)
    return ink < LEAST_INK * sum(counts)
