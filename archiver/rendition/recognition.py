"""Recognition: the text that was recognized in a picture, and where each word of it is.

Places are in pixels of the picture as it is shown, from its upper left corner, y downwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple


class Point(NamedTuple):
    """A place, or the way from one to another."""

    x: float
    y: float


class Matrix(NamedTuple):
    """An affine map: x to a·x + c·y + e, y to b·x + d·y + f (ISO 32000-1 8.3.3)."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def place(self, x: float, y: float) -> Point:
        """Where a place goes."""
        return Point(self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f)

    def way(self, x: float, y: float) -> Point:
        """What becomes of a way."""
        return Point(self.a * x + self.c * y, self.b * x + self.d * y)

    def then(self, other: Matrix) -> Matrix:
        """This map, and then another."""
        return Matrix(*other.way(self.a, self.b), *other.way(self.c, self.d), *other.place(self.e, self.f))


class Box(NamedTuple):
    """The smallest upright rectangle around something."""

    left: float
    top: float
    right: float
    bottom: float

    def around(self, matrix: Matrix) -> Box:
        """The smallest upright rectangle around what a map makes of this one."""
        corners = [matrix.place(x, y) for x in (self.left, self.right) for y in (self.top, self.bottom)]
        xs, ys = zip(*corners, strict=True)
        return Box(min(xs), min(ys), max(xs), max(ys))


class Word(NamedTuple):
    """A word, in logical order: its confidence (0 to 1), its place, and its baseline from end to end.

    `start` is the end of the baseline that is on the left for whoever reads it, and `parted` is whether a
    space comes after the word, if another one does.
    """

    text: str
    confidence: float
    box: Box
    start: Point
    along: Point
    parted: bool = True


class Line(NamedTuple):
    """A line of words in logical order; `size` is from the descenders to the ascenders."""

    words: tuple[Word, ...]
    box: Box
    size: float

    @property
    def text(self) -> str:
        """Its words, with the spaces between them."""
        return "".join(f"{word.text} " if word.parted else word.text for word in self.words).removesuffix(
            " "
        )


class Paragraph(NamedTuple):
    """A paragraph of lines; `language` is what its recognizer calls it."""

    lines: tuple[Line, ...]
    box: Box
    language: str = ""
    right_to_left: bool = False


@dataclass(frozen=True, slots=True)
class Recognized:
    """The text of one page in reading order, the size of its picture, and by how much it is turned.

    `turned` is in degrees clockwise: 90 where what is at the top is shown at the right.
    """

    width: int
    height: int
    paragraphs: tuple[Paragraph, ...]
    turned: int = 0

    def words(self) -> Iterator[Word]:
        """Every word, in reading order."""
        return (word for paragraph in self.paragraphs for line in paragraph.lines for word in line.words)

    @property
    def confidence(self) -> float | None:
        """The mean confidence of its words; None where there are none."""
        found = [word.confidence for word in self.words()]
        return sum(found) / len(found) if found else None

    @property
    def text(self) -> str:
        """The text, a line a line, with a blank line between paragraphs."""
        blocks = ("\n".join(line.text for line in paragraph.lines) for paragraph in self.paragraphs)
        return "\n\n".join(blocks)
