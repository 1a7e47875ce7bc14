"""The fonts of one document: which glyphs of which faces it shows, and what they stand for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial

from archiver.rendition.fonts import SILENT, Face
from archiver.rendition.shaping import SILENCE, Glyphs, saying, shown_by, silent
from archiver.rendition.tagging import CLOSE, Element, Structure
from archiver.rendition.text import Line


class Embedded:
    """One face as a document uses it: its resource name, its glyphs, and their text."""

    def __init__(self, face: Face, resource: str) -> None:
        self.face = face
        self.resource = resource
        self.text_of: dict[int, str] = {}
        self.further: dict[tuple[int, str], int] = {}
        self.glyph_of: dict[int, int] = {}

    def glyphs(self) -> dict[int, int]:
        """The glyph that each character code shows."""
        return {code: self.face.glyph(code) for code in self.text_of} | self.glyph_of

    def tells(self, pairs: Sequence[tuple[int, str]]) -> bool:
        """Count glyphs; whether each stands for the text beside it, not for one that came before."""
        text_of = self.text_of
        kept = [text_of.setdefault(code, text) == text for code, text in pairs]
        return all(kept)

    def code(self, glyph: int, text: str) -> int:
        """A code that shows a glyph and stands for a text: a further one, where the glyph's own does not.

        Where there is none left, or there can be none, it is the glyph's own.
        """
        code = self.further.get((glyph, text), glyph)
        if self.text_of[code] == text or glyph >= SILENT or self.face.blank is None:
            return code
        further: int = self.face.face.glyph_count + len(self.further)
        if further >= SILENT:
            return code
        self.further[glyph, text], self.glyph_of[further], self.text_of[further] = further, glyph, text
        return further


class Inks(dict[Glyphs, str]):
    """What shows glyphs inside the brackets of a TJ operator, with account of every face and glyph.

    Glyphs are counted when their operands are first asked for.
    """

    def __init__(self) -> None:
        super().__init__()
        self.faces: dict[Face, Embedded] = {}

    def embedded(self, face: Face) -> Embedded:
        """The account of a face; its resource name counts the faces in order of use."""
        face = face.regular or face
        if face not in self.faces:
            self.faces[face] = Embedded(face, f"F{len(self.faces)}")
        return self.faces[face]

    def __missing__(self, glyphs: Glyphs) -> str:
        account = self.embedded(glyphs.face)
        exact = glyphs.exact and account.tells(glyphs.pairs)
        operands = self[glyphs] = glyphs.operands if exact else self._explained(glyphs, account)
        return operands

    def _explained(self, glyphs: Glyphs, account: Embedded) -> str:
        """What shows glyphs and says their text, by other codes or beside them.

        Where no codes would give the text back (a mark that is moved, a glyph more than there are
        letters), an /ActualText says it (ISO 32000-1 14.9.4), or blanks do: from right to left, as
        readers reverse an /ActualText.
        """
        if glyphs.said and not glyphs.exact:
            drawn, told = silent(glyphs), saying(glyphs.said, glyphs.face, glyphs.width)
            account.tells((*drawn.pairs, *told.pairs))
            return f"{drawn.operands}{glyphs.width:.3f} {told.operands}"
        account.tells(glyphs.pairs)
        codes = [account.code(*pair) for pair in glyphs.pairs]
        operands = shown_by(glyphs, codes)
        exact = all(
            account.text_of[code] == text for code, (_, text) in zip(codes, glyphs.pairs, strict=True)
        )
        if not glyphs.text or (glyphs.exact and exact):
            return operands
        actual = ("\ufeff" + glyphs.text).encode("utf-16-be").hex().upper()
        return f"]TJ /Span <</ActualText <{actual}>>> BDC [{operands}]TJ EMC["


EXPLAINED = re.compile(r"\]TJ /Span <<(/ActualText <\w+>)>> BDC ?\[(.*?)\]TJ EMC\[")
"""Among the operands of TJ: an /ActualText, and the operands that show what it stands for."""


class TextObject:
    """The operators of one text object (ISO 32000-1 9.4), line after line.

    Text is set at size 1 and scaled by the text matrix, so that operands serve every size.
    """

    def __init__(self, inks: Inks) -> None:
        self.inks = inks
        self.operators = ["BT"]
        self.marked: Element | None = None
        self.coloured = ""
        self._opening: Callable[[str], str] | None = None
        self._actual: str | None = None
        self._face: Face | None = None
        self._size = self._stroke = 0.0
        self._array: list[str] = []

    def mark(self, operator: str) -> None:
        """Begin or end marked content here."""
        self._show()
        self.operators.append(operator)

    def begin(self, element: Element, structure: Structure, page: int) -> None:
        """Begin content of an element on a page."""
        self.mark(structure.open(element, page))
        self.marked, self._actual = element, ""
        self._opening = partial(structure.open, element, page)

    def finish(self) -> None:
        """End the content of an element."""
        self._show()
        self._close()
        self.marked = self._opening = None

    def place(self, x: float, y: float, size: float) -> None:
        """Go to a point on the page."""
        self._show()
        if size != self._size and self._stroke:
            self._face = None
        self._size = size
        self.operators.append(f"{size:g} 0 0 {size:g} {x:.2f} {y:.2f} Tm")

    def show(self, glyphs: Glyphs) -> None:
        """Show glyphs where the last ones ended."""
        if glyphs.face is not self._face:
            self._show()
            self._face = glyphs.face
            self.operators.append(f"/{self.inks.embedded(glyphs.face).resource} 1 Tf")
            self._embolden(glyphs.face.stroke * self._size)
        self._array.append(self.inks[glyphs])

    def line(self, line: Line, x: float, y: float, size: float) -> None:
        """Show a line whole, without regard to roles."""
        self.place(x, y, size)
        for piece in line.parts:
            if piece.x is not None:
                self.place(x + piece.x * size / 1000, y, size)
            self.show(piece.glyphs)

    def end(self) -> list[str]:
        """All operators, the text object closed."""
        self._show()
        self._embolden(0)
        return [*self.operators, "ET"]

    def _embolden(self, stroke: float) -> None:
        """Draw letters with a line around them, or without (text rendering mode, 9.3.6)."""
        if stroke != self._stroke:
            self._stroke = stroke
            self.operators.append(f"2 Tr {stroke:.3f} w" if stroke else "0 Tr")

    def _show(self) -> None:
        if not self._array:
            return
        shown = "".join(self._array).replace("><", "")
        self._array = []
        if not self._opening or "BDC" not in shown:
            self._show_as("", shown)
            return
        plain, *explained = EXPLAINED.split(shown)
        self._show_as("", plain)
        for actual, drawn, plain in zip(*[iter(explained)] * 3, strict=True):
            self._show_as(actual, drawn)
            self._show_as("", plain)

    def _show_as(self, actual: str, operands: str) -> None:
        """Show glyphs, those with an /ActualText as content of their own beside the rest of an element's.

        Were it within the rest, poppler would take its end for that of all.
        """
        if not operands:
            return
        if self._opening and (actual != self._actual or actual not in ("", SILENCE)):
            self._close()
            self.operators.append(self._opening(actual))
            self._actual = actual
        self.operators.append(f"[{operands}]TJ".replace("[]TJ", "").strip())

    def _close(self) -> None:
        if self._actual is not None:
            self.operators.append(CLOSE)
            self._actual = None
