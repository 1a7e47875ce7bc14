"""Pages: a story flows through reportlab's frame, and every page gets its running foot."""

from __future__ import annotations

from bisect import bisect_left
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
from archiver.rendition.text import CLUSTER, Line, Run, Typesetter

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
    count = len(leaves)
    room = MEASURE - _numbered(typesetter, count, count).width * FOOT.size / 1000 - 24
    left = _one_line(typesetter, identifier, room)
    for leaf in leaves:
        number = _numbered(typesetter, leaf.number + 1, count)
        leaf.operators += _foot(sheet, leaf.number, left, number, len(identifier))
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


def _foot(sheet: Sheet, page: int, left: Line, number: Line, in_foot: int) -> list[str]:
    """The running foot of a page (from 0), of so many letters: an artifact (ISO 32000-1 14.8.2.2).

    Readers take the direction of most of a page's letters for that of its lines. Where a short
    right-to-left article would lose to its record of provenance, marks make up the difference.
    """
    size = FOOT.size
    baseline = MARGIN_FOOT - 34
    text = TextObject(sheet.inks)
    text.mark(f"{FOOT.gray:g} g")
    text.line(left, MARGIN_SIDE, baseline, size)
    text.line(number, MARGIN_SIDE + MEASURE - number.width * size / 1000, baseline, size)
    letters = sheet.letters.get(page, Letters())
    missing = letters.rightward + in_foot + MAJORITY - letters.leftward
    if letters.leftward and missing > 0:
        text.place(MARGIN_SIDE + MEASURE, baseline, 1)
        text.show(marks(number.parts[0].glyphs.face, RIGHT_TO_LEFT_MARK, missing))
    text.mark(INK)
    rule = f"0.6 g {MARGIN_SIDE:.2f} {baseline + 13:.2f} {MEASURE:.2f} 0.4 re f {INK}"
    return [FOOTER, rule, *text.end(), CLOSE]


def _numbered(typesetter: Typesetter, page: int, count: int) -> Line:
    text = typesetter.paragraph([Run(f"page {page} of {count}")])
    return typesetter.lines(text, MEASURE, FOOT.size)[0]


def _one_line(typesetter: Typesetter, text: str, room: float) -> Line:
    """A text in one line of the foot, with an ellipsis where that cannot hold all of it."""
    clusters = CLUSTER.findall(text)

    def lines(count: int) -> list[Line]:
        shown = text if count == len(clusters) else f"{''.join(clusters[:count])}…"
        return typesetter.lines(typesetter.paragraph([Run(shown)]), room, FOOT.size)

    whole = lines(len(clusters))
    if len(whole) == 1:
        return whole[0]
    too_many = bisect_left(range(len(clusters)), True, key=lambda count: len(lines(count)) > 1)
    return lines(too_many - 1)[0]
