"""Flowables: blocks of text and rules that reportlab's frames stack, split and draw.

Each block is broken into lines when it is made; what a page takes is a number of lines. No line of
a paragraph stands alone at a page's foot or head, and what introduces something stays with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from reportlab.platypus import Flowable

from archiver.pictures import Picture
from archiver.rendition.direction import RIGHT_TO_LEFT
from archiver.rendition.embedding import Inks, TextObject
from archiver.rendition.shaping import LEFT_TO_RIGHT_MARK
from archiver.rendition.tagging import ARTIFACT, CLOSE, Element, Structure
from archiver.rendition.text import Line

PAGE_WIDTH, PAGE_HEIGHT = 595.28, 841.89
MARGIN_SIDE, MARGIN_TOP, MARGIN_FOOT = 82.0, 72.0, 82.0
MEASURE = PAGE_WIDTH - 2 * MARGIN_SIDE
COLUMN = PAGE_HEIGHT - MARGIN_TOP - MARGIN_FOOT
"""An A4 page (ISO 216) in points, and the width and height of its one column of text."""

KEPT_WHOLE = COLUMN / 4
"""What must stay with what follows it stays whole up to this height; taller text is cut as any text is."""

TALLEST_PICTURE = 0.66 * COLUMN
SMALLEST_ROOM = COLUMN / 8
"""No picture is scaled to less than this for the sake of what leads in to it."""

SLACK = 1e-6
"""By how much what reportlab's frame takes may be higher than its room."""

LABEL_GAP = 5.0
"""The space between a list item's label and its body."""

INK = "0 g"
LINK_INK = "0.08 0.20 0.42 rg 0.08 0.20 0.42 RG"


HAIR = 0.1
"""Points by which a word that is made to fit is narrower than its column."""


class Style(NamedTuple):
    """Sizes and distances of a kind of block, in points; `gray` from 0 (black) to 1.

    `least` is how small the type may become to keep a long word whole; 0 where it stays as it is.
    """

    size: float
    leading: float
    before: float = 0
    after: float = 0
    gray: float = 0
    centred: bool = False
    least: float = 0

    def fitted(self, widest_word: float, width: float) -> Style:
        """The style for a text whose longest word is so wide (in thousandths of an em) in a column."""
        fitting = (width - HAIR) * 1000 / max(widest_word, 1)
        if not self.least <= fitting < self.size:
            return self
        return self._replace(size=fitting, leading=fitting * self.leading / self.size)


class Inline(NamedTuple):
    """What a role in a paragraph means: its structure element, and where it leads, if anywhere."""

    element: Element
    uri: str = ""


class Bookmark(NamedTuple):
    """An entry of the document's outline: a heading and where it stands."""

    level: int
    title: str
    page: int
    y: float


class Letters(NamedTuple):
    """How many letters run to the right, and how many to the left."""

    rightward: int = 0
    leftward: int = 0


@dataclass
class Sheet:
    """What the blocks of one document write to while they are drawn."""

    structure: Structure
    inks: Inks = field(default_factory=Inks)
    bookmarks: list[Bookmark] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    right_to_left: bool = False
    letters: dict[int, Letters] = field(default_factory=dict)
    """For each page of a right-to-left article, how many letters run which way."""
    widened: dict[int, float] = field(default_factory=dict)
    """By how many points a page is wider than others, at the side where its lines end."""

    def count(self, page: int, lines: Iterable[Line]) -> None:
        """Count the letters of lines on a page."""
        if not self.right_to_left:
            return
        text = "".join(said for line in lines for part in line.parts for _, said in part.glyphs.pairs)
        letters = [char for char in text if char.isalpha() or char == LEFT_TO_RIGHT_MARK]
        leftward = sum(RIGHT_TO_LEFT.match(char) is not None for char in letters)
        rightward = len(letters) - leftward
        known = self.letters.get(page, Letters())
        self.letters[page] = Letters(known.rightward + rightward, known.leftward + leftward)


@dataclass
class Leaf:
    """What reportlab's frame draws a page's blocks on: a page, counted from 0."""

    number: int
    operators: list[str] = field(default_factory=list)


class Block(Flowable):
    """Something of a known height, beside the bars of the quotations that it is in.

    `follower` is what must begin on the same page, if anything; `keeps` says that it must. `ending` is
    how many of the bars, the innermost, end with this block.
    """

    follower: Block | None = None
    keeps = False
    bars: Sequence[float] = ()
    ending = 0
    base = 0
    height = 0.0
    before = 0.0
    after = 0.0

    def getSpaceBefore(self) -> float:
        return self.before

    def getSpaceAfter(self) -> float:
        return self.after

    def whole_height(self) -> float:
        """The height of this block and the least of what must follow it."""
        if self.follower is None:
            return self.height
        return self.height + max(self.after, self.follower.before) + self.follower.head_height()

    def head_height(self) -> float:
        """The least height that this block can begin with on a page, with what must follow it."""
        return self.whole_height()

    def lead_in(self, height: float) -> None:
        """Take in that so much must stand before this block, with its gaps, on the page it begins on."""

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """The height that this block takes: more than there is where what must follow has no room."""
        whole = self.whole_height()
        follows_later = whole > height + SLACK and self.head_height() <= COLUMN
        return width, max(self.height, height + 1 if follows_later else 0)

    def split(self, width: float, height: float) -> list[Flowable]:
        return []

    def drawOn(self, canvas: Any, x: float, y: float, _sW: float = 0) -> None:
        going_on = len(self.bars) - self.ending
        for number, bar in enumerate(self.bars):
            left = x + (MEASURE - bar - 1.5 if self.base else bar)
            below = self.after if number < going_on else 0.0
            canvas.operators += rectangle(left, y - below, 1.5, self.before + self.height + below, 0.75)
        canvas.operators += self.operators(canvas.number, x, y)

    def operators(self, page: int, x: float, y: float) -> list[str]:
        """What draws the block on a page (from 0), its lower left corner at x, y."""
        raise NotImplementedError


def keep_together(blocks: Sequence[Block]) -> None:
    """Keep blocks on one page; where none holds them, their first lines together and their last."""
    gaps = sum(max(block.after, following.before) for block, following in pairwise(blocks))
    whole = sum(block.height for block in blocks) + gaps <= COLUMN
    for at, block in enumerate(blocks[:-1]):
        block.keeps = whole or not 4 <= at < len(blocks) - 3


class Rule(Block):
    """A line across the measure: an artifact, not content."""

    def __init__(self, before: float, after: float, *, base: int = 0, start: float = 0) -> None:
        super().__init__()
        self.before, self.after, self.base, self.start = before, after, base, start

    def operators(self, page: int, x: float, y: float) -> list[str]:
        return rectangle(x + (0 if self.base else self.start), y, MEASURE - self.start, 0.5, 0.6)


def rectangle(x: float, y: float, width: float, height: float, gray: float) -> list[str]:
    """A filled bar, as an artifact."""
    return [ARTIFACT, f"{gray:g} g {x:.2f} {y:.2f} {width:.2f} {height:.2f} re f {INK}", CLOSE]


class TextBlock(Block):
    """Lines of one structure element; `start` is the indent at the side where the article's lines begin.

    That side is `base` (1: the right); `side` is the one where these lines begin.
    """

    def __init__(
        self,
        sheet: Sheet,
        lines: Sequence[Line],
        style: Style,
        roles: Sequence[Inline],
        *,
        base: int = 0,
        side: int | None = None,
        start: float = 0,
        label: Label | None = None,
        bookmark: tuple[int, str] | None = None,
    ) -> None:
        super().__init__()
        self.sheet, self.lines, self.style, self.roles = sheet, lines, style, roles
        self.base, self.start = base, start
        self.side = base if side is None else side
        self.label, self.bookmark = label, bookmark
        self.before, self.after = style.before, style.after
        self.height = len(lines) * style.leading

    @property
    def _may_be_cut(self) -> bool:
        return len(self.lines) > 3 and (self.follower is None or self.height > KEPT_WHOLE)

    def head_height(self) -> float:
        return 2 * self.style.leading if self._may_be_cut else self.whole_height()

    def split(self, width: float, height: float) -> list[Flowable]:
        """Two parts, each of at least two lines; nothing where that cannot be."""
        fitting = min(int((height + SLACK) / self.style.leading), len(self.lines) - 2)
        if fitting < 2 or not self._may_be_cut:
            return []
        return [self._part(0, fitting), self._part(fitting, len(self.lines))]

    def _part(self, first: int, last: int) -> TextBlock:
        part = TextBlock(
            self.sheet,
            self.lines[first:last],
            self.style,
            self.roles,
            base=self.base,
            side=self.side,
            start=self.start,
            label=self.label if first == 0 else None,
            bookmark=self.bookmark if first == 0 else None,
        )
        part.bars = self.bars
        part.before = self.before if first == 0 else 0
        if last < len(self.lines):
            part.after = 0
        else:
            part.follower, part.ending = self.follower, self.ending
        return part

    def operators(self, page: int, x: float, y: float) -> list[str]:
        style = self.style
        baseline = y + self.height - style.leading + 0.5 * (style.leading - 0.72 * style.size)
        if self.bookmark:
            level, title = self.bookmark
            self.sheet.bookmarks.append(Bookmark(level, title, page, y + self.height))
        text = TextObject(self.sheet.inks)
        self.sheet.count(page, self.lines)
        if self.label:
            self.label.show(text, self.sheet.structure, page, self._label_x(x), baseline)
            self.roles[0].element.join()
        if style.gray:
            text.mark(f"{style.gray:g} g")
        for line in self.lines:
            left = x + self._offset(line)
            show_line(text, self.sheet.structure, line, self.roles, style, page, left, baseline)
            baseline -= style.leading
        close_marks(text)
        if style.gray:
            text.mark(INK)
        return text.end()

    def _offset(self, line: Line) -> float:
        width = line.width * self.style.size / 1000
        if self.style.centred:
            return (MEASURE - width) / 2
        left = 0 if self.base else self.start
        return left + (MEASURE - self.start - width if self.side else 0)

    def _label_x(self, x: float) -> float:
        if self.label is None:
            return x
        if self.base:
            return x + MEASURE - self.label.start + LABEL_GAP
        return x + self.label.start - LABEL_GAP - self.label.width


class PictureBlock(Block):
    """A picture, whole on one page, scaled down where it is wider than the measure or too tall."""

    def __init__(self, sheet: Sheet, picture: Picture, element: Element, start: float, base: int) -> None:
        super().__init__()
        self.sheet, self.element, self.start, self.base = sheet, element, start, base
        self.before, self.after = 6, 10
        self.width = min(picture.natural_width, MEASURE - start)
        self.height = self.width * picture.aspect
        self._scale_down(TALLEST_PICTURE)
        if picture not in sheet.pictures:
            sheet.pictures.append(picture)
        self.number = sheet.pictures.index(picture)

    def _scale_down(self, tallest: float) -> None:
        scale = min(1, tallest / self.height)
        self.width, self.height = self.width * scale, self.height * scale

    def lead_in(self, height: float) -> None:
        room = COLUMN - height - (self.whole_height() - self.height)
        if room >= SMALLEST_ROOM:
            self._scale_down(room - SLACK)

    def operators(self, page: int, x: float, y: float) -> list[str]:
        left = x + MEASURE - self.start - self.width if self.base else x + self.start
        self.element.bounds = (left, y, left + self.width, y + self.height)
        return [
            self.sheet.structure.open(self.element, page),
            f"q {self.width:.2f} 0 0 {self.height:.2f} {left:.2f} {y:.2f} cm /P{self.number} Do Q",
            CLOSE,
        ]


class Label(NamedTuple):
    """A list item's bullet or number, before the first line of its body, which begins at `start`."""

    line: Line
    size: float
    element: Element
    start: float

    @property
    def width(self) -> float:
        return self.line.width * self.size / 1000

    def show(self, text: TextObject, structure: Structure, page: int, x: float, baseline: float) -> None:
        text.begin(self.element, structure, page)
        text.line(self.line, x, baseline, self.size)
        text.finish()


def show_line(
    text: TextObject,
    structure: Structure,
    line: Line,
    roles: Sequence[Inline],
    style: Style,
    page: int,
    left: float,
    baseline: float,
) -> None:
    """Show a line, its parts marked as content of the elements of their roles.

    Content goes on from line to line under one mark while its role is the same; `close_marks`
    ends the last.
    """
    if len(roles) == 1:
        open_mark(text, structure, roles[0], style, page)
        text.line(line, left, baseline, style.size)
        return
    scale = style.size / 1000
    x = left
    linked: dict[int, tuple[float, float]] = {}
    current = None
    uri = ""
    for glyphs, role, _, at in line.parts:
        if role != current:
            uri = roles[role].uri
            open_mark(text, structure, roles[role], style, page)
        if at is not None:
            x = left + at * scale
        if at is not None or current is None:
            text.place(x, baseline, style.size)
        current = role
        text.show(glyphs)
        if uri and glyphs.space < glyphs.width:
            low, high = linked.get(role, (x, x))
            linked[role] = (min(low, x), max(high, x + (glyphs.width - glyphs.space) * scale))
        x += glyphs.width * scale
    for role, (low, high) in linked.items():
        bounds = (low, baseline - 0.25 * style.size, high, baseline + 0.85 * style.size)
        structure.link(roles[role].element, page, bounds, roles[role].uri)


def open_mark(text: TextObject, structure: Structure, inline: Inline, style: Style, page: int) -> None:
    """Mark what follows in a text object as content of an element, unless it is that already."""
    if text.marked is inline.element:
        return
    close_marks(text)
    text.begin(inline.element, structure, page)
    if inline.uri:
        text.mark(LINK_INK)
        text.coloured = f"{style.gray:g} g 0 G"


def close_marks(text: TextObject) -> None:
    """End the content that is marked in a text object, if any is."""
    if text.marked is not None:
        if text.coloured:
            text.mark(text.coloured)
            text.coloured = ""
        text.finish()
