"""Pages: a story flows through reportlab's frame, and every page gets its running foot."""

from __future__ import annotations

import io
from dataclasses import dataclass

from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

from archiver.rendition.embedding import TextObject
from archiver.rendition.flow import (
    COLUMN,
    INK,
    MARGIN_FOOT,
    MARGIN_SIDE,
    MEASURE,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    Block,
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
    """Laid-out pages: reportlab's PDF, what is drawn at each foot, and all that finishing adds."""

    pdf: bytes
    count: int
    feet: tuple[str, ...]
    sheet: Sheet


class _Canvas(Canvas):
    """A canvas that selects no font of its own: PDF/A has every font embedded."""

    def _make_preamble(self) -> None:
        self._preamble = ""


def paginate(story: list[Block], sheet: Sheet, typesetter: Typesetter, identifier: str) -> Pages:
    """Flow a story into pages and set their feet."""
    out = io.BytesIO()
    frame = Frame(MARGIN_SIDE, MARGIN_FOOT, MEASURE, COLUMN, 0, 0, 0, 0, id="text", showBoundary=0)
    document = BaseDocTemplate(
        out,
        pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
        pageTemplates=[PageTemplate("page", [frame])],
        pageCompression=0,
        invariant=1,
        initialFontName="Helvetica",
    )
    document.build(list(story), canvasmaker=_Canvas)
    count = document.page
    feet = tuple(_foot(sheet, typesetter, identifier, n, count) for n in range(1, count + 1))
    return Pages(out.getvalue(), count, feet, sheet)


MAJORITY = 24
"""By how many letters, those of the foot among them, a page's own direction is to prevail."""


def _foot(sheet: Sheet, typesetter: Typesetter, identifier: str, page: int, count: int) -> str:
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
    return "\n".join([FOOTER, rule, *text.end(), CLOSE])
