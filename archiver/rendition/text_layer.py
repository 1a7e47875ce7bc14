"""The text layer: recognized text on pages, invisible, word by word in its place, and tagged.

Text rendering mode 3 (ISO 32000-1 9.3.6). Every character is a code of its own that shows a blank:
its width is scaled to the word's, and ToUnicode says what it stands for (9.10.3).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from pikepdf import Object, Pdf

from archiver.errors import RenditionError
from archiver.rendition.direction import RIGHT_TO_LEFT
from archiver.rendition.embedded_fonts import write_font
from archiver.rendition.embedding import Embedded
from archiver.rendition.fonts import WIDE, Fonts, Typeface
from archiver.rendition.recognition import Matrix, Paragraph, Point, Recognized, Word
from archiver.rendition.shaping import RIGHT_TO_LEFT_MARK
from archiver.rendition.tagging import CLOSE, Element, Structure

LAST_CODE = 0xFFFF

RESOURCE = "Recognized"
"""The name of the font among a page's resources."""

QUARTERS = ((1, 0), (0, 1), (-1, 0), (0, -1))
"""Cosine and sine of the quarter turns: what is read from right to left is set level."""

LEVEL = 0.4
"""By how many points a word may slant as it is: Poppler takes apart one that slants by half a point,
unless an /ActualText says that it is one (ISO 32000-1 14.9.4). Readers reverse that from right to left."""

SMALLEST, SMALLEST_STRETCH = 0.1, 0.001
"""The least size of a letter in points, and how far a blank is stretched at least: less is no size."""


FORWARD = re.compile("L(?:[L-]*L)?|.")
"""A number or a foreign word, with what is inside it; else one character."""

KINDS = {"L": "L", "EN": "L", "AN": "L", "R": "R", "AL": "R", "NSM": "R"}


def _rightward(text: str) -> str:
    """A word of a line from right to left, as its characters are from left to right.

    Readers take punctuation after a number or a foreign word for a part of it, unless a mark parts them.
    """
    kinds = "".join(KINDS.get(unicodedata.bidirectional(character), "-") for character in text)
    parts = []
    for found in FORWARD.finditer(kinds):
        marked = found[0][0] == "L" and kinds[found.end() : found.end() + 1] == "-"
        parts.append(RIGHT_TO_LEFT_MARK * marked + text[found.start() : found.end()])
    return "".join(reversed(parts))


def _together(words: Sequence[Word]) -> Iterator[Word]:
    """Words, each of one character that no space follows with the next: PDFium drops a blank by itself."""
    held: Word | None = None
    for word in words:
        if held:
            x, y = word.start.x + word.along.x - held.start.x, word.start.y + word.along.y - held.start.y
            word = held._replace(text=held.text + word.text, along=Point(x, y), parted=word.parted)
        held = word if len(word.text) == 1 and not word.parted else None
        if held is None:
            yield word


class TextLayer:
    """The invisible text of one document: its structure, and the characters that its font says."""

    def __init__(self, structure: Structure, fonts: Fonts) -> None:
        self.structure = structure
        face = fonts.first(Typeface())
        self.font = Embedded(face, RESOURCE)
        self.codes: dict[str, str] = {}
        self.advance = face.advance(face.glyph(WIDE)) / 1000

    def draw(self, page: int, text: Recognized, to_points: Matrix) -> str:
        """The operators that show the text of a page (counted from 0), whose pixels go to points so."""
        return "\n".join(
            operator
            for paragraph in text.paragraphs
            for operator in self._paragraph(page, paragraph, to_points)
        )

    def _paragraph(self, page: int, paragraph: Paragraph, to_points: Matrix) -> Iterator[str]:
        element = Element("P", self.structure.root)
        begin = partial(self.structure.open, element, page)
        yield f"BT /{RESOURCE} 1 Tf 3 Tr\n{begin()}"
        for line in paragraph.lines:
            size = max(SMALLEST, math.hypot(*to_points.way(0, line.size)))
            for word in _together(line.words):
                yield self._word(word, size, to_points, paragraph.right_to_left, begin)
        yield f"{CLOSE}\nET"

    def _word(
        self, word: Word, size: float, to_points: Matrix, right_to_left: bool, begin: Callable[..., str]
    ) -> str:
        """A word, and the space after it as one reads: at its left where that is from right to left.

        Readers of PDF take what is on the page from left to right, and so it is written. What has an
        /ActualText is content that `begin` begins, beside the rest: within it, poppler would take its
        end for that of all.
        """
        x, y = to_points.place(*word.start)
        across, up = to_points.way(*word.along)
        width = max(SMALLEST, math.hypot(across, up))
        level = QUARTERS[round(math.atan2(up, across) / (math.pi / 2)) % 4]
        backward = right_to_left or RIGHT_TO_LEFT.search(word.text)
        shown = _rightward(word.text) if backward else word.text
        stretch = max(SMALLEST_STRETCH, width / (len(shown) * self.advance))
        cos, sin = level if backward else (across / width, up / width)
        space, codes = self._code(" ") if word.parted else "", "".join(map(self._code, shown))
        if right_to_left:
            x, y = x - stretch * self.advance * cos, y - stretch * self.advance * sin
            text = f"<{space}{codes}> Tj"
        elif backward or len(shown) == 1 or abs(across * level[1] - up * level[0]) <= LEVEL:
            text = f"<{codes}{space}> Tj"
        else:
            actual = f"\ufeff{word.text}".encode("utf-16-be").hex()
            told = begin(f"/ActualText <{actual}>")
            text = f"{CLOSE} {told} <{codes}> Tj {CLOSE} {begin()} <{space}> Tj"
        matrix = (stretch * cos, stretch * sin, -size * sin, size * cos)
        return f"{' '.join(f'{value:.3f}' for value in matrix)} {x:.2f} {y:.2f} Tm {text}"

    def _code(self, character: str) -> str:
        """The code of a character, in hexadecimal: the next one, where it is new. Raises RenditionError."""
        if character not in self.codes:
            code = WIDE + len(self.codes)
            if code > LAST_CODE:
                raise RenditionError("has more different characters than one font can say")
            self.font.text_of[code] = character
            self.codes[character] = f"{code:04x}"
        return self.codes[character]

    def write_font(self, pdf: Pdf) -> Object:
        """The font of the text in a PDF, which holds no character that is not in it."""
        return write_font(pdf, self.font)
