"""Pages: a story flows through reportlab's frame, and every page gets its running foot."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from reportlab.platypus import Flowable, Frame

from archiver.errors import RenditionError
from archiver.rendition.embedding import TextObject
from archiver.rendition.flow import (
    COLUMN,
    INK,
    MARGIN_FOOT,
    MARGIN_SIDE,
    MEASURE,
    Block,
    Leaf,
    Letters,
    Sheet,
    Style,
)
from archiver.rendition.shaping import RIGHT_TO_LEFT_MARK, marks
from archiver.rendition.tagging import CLOSE, FOOTER
from archiver.rendition.text import Run, Typesetter

FOOT = Style(8, 11, gray=0.35)


@dataclass(frozen=True, slots=True)
class Pages:
    """Laid-out pages: what is drawn on each, and all that finishing adds."""

    contents: tuple[str, ...]
    sheet: Sheet

    @property
    def count(self) -> int:
        return len(self.contents)


def paginate(story: Iterable[Block], sheet: Sheet, typesetter: Typesetter, identifier: str) -> Pages:
    """Flow a story into pages and set their feet."""
    leaves = _flow(story)
    for leaf in leaves:
        leaf.operators += _foot(sheet, typesetter, identifier, leaf.number + 1, len(leaves))
    return Pages(tuple("\n".join(leaf.operators) for leaf in leaves), sheet)


def _flow(story: Iterable[Block]) -> list[Leaf]:
    """Have reportlab's frames draw a story, page after page, each on a leaf rather than a canvas.

    Raises RenditionError for a block that no page holds.
    """
    waiting = deque[Flowable](story)
    leaves: list[Leaf] = []
    while waiting or not leaves:
        leaf: Any = Leaf(len(leaves))
        leaves.append(leaf)
        frame = Frame(MARGIN_SIDE, MARGIN_FOOT, MEASURE, COLUMN, 0, 0, 0, 0)
        while waiting:
            block = waiting.popleft()
            if frame.add(block, leaf, trySplit=1):
                continue
            parts = frame.split(block, leaf)
            waiting.extendleft(reversed(parts or [block]))
            if not parts:
                break
        if waiting and not leaf.operators:
            raise RenditionError("holds something that is too tall for a page")
    return leaves


MAJORITY = 24
"""By how many letters, those of the foot among them, a page's own direction is to prevail."""


def _foot(sheet: Sheet, typesetter: Typesetter, identifier: str, page: int, count: int) -> list[str]:
    """The running foot of a page: an artifact (ISO 32000-1 14.8.2.2).

    Readers take the direction of most of a page's letters for that of its lines. Where a short
    right-to-left article would lose to its record of provenance, marks make up the difference.
    """
    size = FOOT.size
    baseline = MARGIN_FOOT - 34
    number = typesetter.lines(typesetter.paragraph([Run(f"page {page} of {count}")]), MEASURE, size)[0]
    width = number.width * size / 1000
    left = typesetter.lines(typesetter.paragraph([Run(identifier)]), MEASURE - width - 24, size)
    text = TextObject(sheet.inks)
    text.mark(f"{FOOT.gray:g} g")
    text.line(left[0], MARGIN_SIDE, baseline, size)
    text.line(number, MARGIN_SIDE + MEASURE - width, baseline, size)
    letters = sheet.letters.get(page - 1, Letters())
    missing = letters.rightward + len(identifier) + MAJORITY - letters.leftward
    if letters.leftward and missing > 0:
        text.place(MARGIN_SIDE + MEASURE, baseline, 1)
        text.show(marks(number.parts[0].glyphs.face, RIGHT_TO_LEFT_MARK, missing))
    text.mark(INK)
    rule = f"0.6 g {MARGIN_SIDE:.2f} {baseline + 13:.2f} {MEASURE:.2f} 0.4 re f {INK}"
    return [FOOTER, rule, *text.end(), CLOSE]
