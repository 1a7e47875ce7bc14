"""Tables: columns as wide as their text asks, rows that go on over pages under the same header.

A table that has no room beside the margins is on pages that are wider, as sheets that fold out are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

from reportlab.platypus import Flowable

from archiver.rendition.embedding import TextObject
from archiver.rendition.flow import (
    COLUMN,
    KEPT_WHOLE,
    MEASURE,
    SLACK,
    Block,
    Inline,
    Sheet,
    Style,
    close_marks,
    rectangle,
    show_line,
)
from archiver.rendition.shaping import LEFT_TO_RIGHT_MARK, after_blank, saying
from archiver.rendition.tagging import CLOSE, REPEATED
from archiver.rendition.text import Line, Paragraph, Typesetter

PADDING = 3.5
GUTTER = 1.31
"""What is between columns, in ems: of less, poppler takes each column for a text of its own."""
MAX_COLUMNS = 100
"""As many as the widest of pages holds, where each has words as long as LONGEST_WORD."""


class Cell(NamedTuple):
    """The text of one cell, its element first among its roles. `align` is left, right or center."""

    paragraph: Paragraph
    roles: Sequence[Inline]
    align: str


@dataclass(frozen=True)
class Row:
    """One row, broken into lines; `first` where it begins here rather than goes on from a page before."""

    cells: tuple[Cell, ...]
    lines: tuple[tuple[Line, ...], ...]
    first: bool = True

    @property
    def depth(self) -> int:
        """How many lines its longest cell has."""
        return max((len(lines) for lines in self.lines), default=0)

    def best_cut(self, most: int) -> int:
        """After how many lines to cut it, from 2 to `most`: no cell's last line alone, if that can be."""
        cuts = range(most, 1, -1)
        return next((at for at in cuts if all(len(lines) != at + 1 for lines in self.lines)), most)

    def cut(self, at: int) -> tuple[Row, Row]:
        """The row in two, after `at` lines of every cell."""
        return (
            replace(self, lines=tuple(lines[:at] for lines in self.lines)),
            replace(self, lines=tuple(lines[at:] for lines in self.lines), first=False),
        )


NO_ROW = Row((), ())


class Columns(NamedTuple):
    """How the columns of a table are set: the widths of their text, what is between them, the type."""

    widths: tuple[float, ...]
    gutter: float
    style: Style


SIZES = (1, 0.94, 0.88, 0.82, 0.76, 0.71)
"""The sizes that a table's type is tried in, of its usual one, before its page is made wider."""

WIDER = tuple(2 ** (step / 2) for step in range(11))
"""The widths that are tried, of the usual one: those of the sizes of ISO 216, up to what PDF allows
(14,400 points, ISO 19005-2 6.1.13)."""

LONGEST_WORD = 14.0
"""In ems. What is longer (an address) does not make the type smaller: it is broken."""


def columns(rows: Sequence[Sequence[Cell]], usual: Style, width: float) -> Columns:
    """The columns of a table: as wide as is natural, else in type so small that no word is broken.

    Where no such type is small enough, they are wider together than `width`.
    """
    count = len(rows[0])
    in_ems = [_measured(rows, key) for key in ("natural_width", "widest_word")]
    for wider, scale in product(WIDER, SIZES):
        style = usual._replace(size=usual.size * scale, leading=usual.leading * scale)
        gutter = GUTTER * style.size
        room = width * wider - gutter * (count - 1)
        natural, least = ([ems * style.size + 0.5 for ems in widths] for widths in in_ems)
        least = [min(word, LONGEST_WORD * style.size) for word in least]
        if sum(natural) <= room:
            return Columns(tuple(natural), gutter, style)
        if sum(least) <= room:
            break
    return Columns(_shared(natural, least, room), gutter, style)


def _measured(rows: Sequence[Sequence[Cell]], key: str) -> list[float]:
    """The greatest of a measure in each column, in ems."""
    return [max(getattr(c.paragraph, key) for c in column) / 1000 for column in zip(*rows, strict=True)]


def _shared(wanted: Sequence[float], least: Sequence[float], room: float) -> tuple[float, ...]:
    """Room shared out: who wants little has it, the others are equal, and none has less than its least."""
    low, high = 0.0, max(wanted)
    for _ in range(24):
        level = (low + high) / 2
        widths = tuple(min(w, max(s, level)) for w, s in zip(wanted, least, strict=True))
        low, high = (low, level) if sum(widths) > room else (level, high)
    return tuple(min(w, max(s, low)) for w, s in zip(wanted, least, strict=True))


class TableBlock(Block):
    """Rows under a header row. A part that goes on after a page break repeats the header as an artifact.

    One of up to a quarter of a page stays whole, and no last row goes alone to another page. A header
    of more than half a page is not repeated: it goes over pages as the other rows do. Rows are cut
    between their lines where they are of more than half a page, or must be for what leads in to the
    table to be on one page with its beginning.
    """

    def __init__(
        self,
        sheet: Sheet,
        header: Row,
        rows: Sequence[Row],
        columns: Columns,
        *,
        base: int = 0,
        start: float = 0,
        repeated: bool = False,
        height: float | None = None,
    ) -> None:
        super().__init__()
        self.style = style = columns.style
        self.sheet, self.header, self.rows, self.columns = sheet, header, rows, columns
        self.base, self.start, self.repeated = base, start, repeated
        self.before, self.after = style.before, style.after
        self.total = sum(columns.widths) + columns.gutter * (len(columns.widths) - 1)
        self.height = sum(map(self._height, (header, *rows))) if height is None else height
        self.room = COLUMN
        self.lead_in(0)

    def _height(self, row: Row) -> float:
        return row.depth * self.style.leading + 2 * PADDING if row.cells else 0.0

    def lead_in(self, height: float) -> None:
        self.room = COLUMN - height
        most = min(COLUMN / 2, self.room - self._least(self.rows[0]) if self.rows else self.room)
        if self._height(self.header) > most:
            self.header, self.rows = NO_ROW, (self.header, *self.rows)

    @property
    def _stays_whole(self) -> bool:
        return not self.repeated and self.height <= min(KEPT_WHOLE, self.room)

    def head_height(self) -> float:
        if self._stays_whole:
            return self.height
        return self._height(self.header) + (self._least(self.rows[0]) if self.rows else 0)

    def _least(self, row: Row) -> float:
        """The least height of a row on a page: two lines of one that may be cut, else the whole."""
        return 2 * self.style.leading + 2 * PADDING if self._may_be_cut(row) else self._height(row)

    def _may_be_cut(self, row: Row) -> bool:
        whole = min(COLUMN / 2, self.room - self._height(self.header))
        return row.depth > 3 and self._height(row) > whole

    def split(self, width: float, height: float) -> list[Flowable]:
        """The rows that fit, and the rest, which may begin within a row that is cut."""
        if self._stays_whole:
            return []
        room = height - self._height(self.header) + SLACK
        count = 0
        while count < len(self.rows) and self._height(self.rows[count]) <= room:
            room -= self._height(self.rows[count])
            count += 1
        taken, rest = list(self.rows[:count]), list(self.rows[count:])
        if rest and self._may_be_cut(rest[0]):
            fitting = min(int((room - 2 * PADDING) / self.style.leading), rest[0].depth - 2)
            if fitting >= 2:
                upper, rest[0] = rest[0].cut(rest[0].best_cut(fitting))
                taken.append(upper)
        elif len(rest) == 1 < count:
            rest.insert(0, taken.pop())
        if not taken or not rest:
            return []
        ends = sum(map(self._height, taken)) - 2 * PADDING * (len(taken) > count)
        upper_part = self._part(taken, self.repeated)
        lower_part = self._part(rest, True, self.height - ends)
        lower_part.ending = self.ending
        return [upper_part, lower_part]

    def _part(self, rows: Sequence[Row], repeated: bool, height: float | None = None) -> TableBlock:
        part = TableBlock(
            self.sheet,
            self.header,
            rows,
            self.columns,
            base=self.base,
            start=self.start,
            repeated=repeated,
            height=height,
        )
        part.bars = self.bars
        return part

    def operators(self, page: int, x: float, y: float) -> list[str]:
        total = self.total
        if (beyond := self.start + total - MEASURE) > SLACK:
            self.sheet.widened[page] = max(self.sheet.widened.get(page, 0), beyond)
        left = x + MEASURE - self.start - total if self.base else x + self.start
        top = y + self.height
        rules = rectangle(left, top, total, 0.8, 0)
        text = TextObject(self.sheet.inks)
        for row in (self.header, *self.rows):
            if row is self.header and self.repeated:
                self._show_again(text, row, page, left, top)
            else:
                self._show(text, row, page, left, top)
            top -= self._height(row)
            heavy = row is self.header or row is self.rows[-1]
            rules += rectangle(left, top, total, 0.5 if heavy else 0.3, 0.2 if heavy else 0.7)
        return rules + text.end()

    def _show(self, text: TextObject, row: Row, page: int, left: float, top: float) -> None:
        for number, (cell, lines) in enumerate(zip(row.cells, row.lines, strict=True)):
            cell.roles[0].element.join()
            self.sheet.count(page, lines)
            for line, x, baseline in self._places(number, cell, lines, left, top):
                show_line(text, self.sheet.structure, line, cell.roles, self.style, page, x, baseline)
            close_marks(text)

    def _show_again(self, text: TextObject, row: Row, page: int, left: float, top: float) -> None:
        text.mark(REPEATED)
        for number, (cell, lines) in enumerate(zip(row.cells, row.lines, strict=True)):
            self.sheet.count(page, lines)
            for line, x, baseline in self._places(number, cell, lines, left, top):
                text.line(line, x, baseline, self.style.size)
        text.mark(CLOSE)

    def _places(
        self, column: int, cell: Cell, lines: Sequence[Line], left: float, top: float
    ) -> list[tuple[Line, float, float]]:
        """Each line of a cell with the point it begins at. In right-to-left text columns run so too."""
        size, leading = self.style.size, self.style.leading
        before = sum(self.columns.widths[:column]) + self.columns.gutter * column
        width = self.columns.widths[column]
        x = left + (self.total - before - width if self.base else before)
        baseline = top - PADDING - leading + 0.5 * (leading - 0.72 * size)
        places = []
        for number, line in enumerate(lines):
            spare = width - line.width * size / 1000
            shift = {"right": spare, "center": spare / 2}.get(cell.align, 0.0)
            if cell.align == "start" and self.base:
                shift = spare
            elif shift > SLACK and not self.base and line.parts[0].x is None and not line.parts[0].role:
                shown = line.width
                line = _indented(line, shift * 1000 / size)
                shift -= (line.width - shown) * size / 1000
            places.append((line, x + shift, baseline - number * leading))
        return places


def _indented(line: Line, width: float) -> Line:
    """A line that begins up to a width before what it shows, in thousandths of the font size.

    Poppler reads a table row by row only where the cells of a column begin below each other.
    """
    first, *others = line.parts
    blank = saying(LEFT_TO_RIGHT_MARK, first.glyphs.face, width)
    if blank.face is not first.glyphs.face:
        return Line((first._replace(glyphs=blank), first, *others), line.width + blank.width)
    begun = first._replace(glyphs=after_blank(blank, first.glyphs))
    return Line((begun, *others), line.width + blank.width)


def row(typesetter: Typesetter, cells: Sequence[Cell], columns: Columns) -> Row:
    """A row of cells, each broken into lines of its column's width."""
    widths, _, style = columns
    lines = tuple(
        tuple(typesetter.lines(cell.paragraph, width, style.size))
        or (typesetter.blank_line(width * 1000 / style.size),)
        for cell, width in zip(cells, widths, strict=True)
    )
    return Row(tuple(cells), lines)
