"""hOCR: what Tesseract says of a page (hOCR 1.2), as recognized text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from lxml import etree

from archiver.article import NOT_TEXT
from archiver.errors import RenditionError
from archiver.rendition.recognition import Box, Line, Matrix, Paragraph, Point, Recognized, Word
from archiver.scripts import RANGES

XHTML = "{http://www.w3.org/1999/xhtml}"

TURNS = {
    0: Matrix(),
    90: Matrix(0, -1, 1, 0),
    180: Matrix(-1, 0, 0, -1),
    270: Matrix(0, 1, -1, 0),
}
"""From places as they are when one reads a line to those in the picture, by the line's `textangle`."""

CLOCKWISE = {0: 0, 90: 270, 180: 180, 270: 90}
"""`textangle` is counterclockwise."""


def parse(data: bytes, width: int, height: int, to_page: Matrix) -> Recognized:
    """The text of a page of `width` by `height` pixels; a map leads there from the places in `data`.

    Raises RenditionError for what is no hOCR.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        raise RenditionError("was not recognized: Tesseract's answer is no hOCR")
    paragraphs = (_paragraph(element, to_page) for element in root.iter(f"{XHTML}p"))
    angles = Counter(int(_titled(line, "textangle", [0.0])[0]) for line in _lines(root))
    turned = CLOCKWISE.get(angles.most_common(1)[0][0], 0) if angles else 0
    return Recognized(width, height, tuple(filter(None, paragraphs)), turned)


def _lines(root: etree._Element) -> Iterator[etree._Element]:
    """Lines: whatever Tesseract takes them for, their identifiers say so."""
    return (element for element in root.iter(f"{XHTML}span") if element.get("id", "").startswith("line_"))


def _titled(element: etree._Element, name: str, otherwise: list[float]) -> list[float]:
    """The numbers of a property in an element's title, where there are as many as otherwise."""
    found = re.search(rf"(?:^|;)\s*{name}((?:\s+-?\d+(?:\.\d+)?)+)", element.get("title", ""))
    numbers = [float(number) for number in found[1].split()] if found else []
    return numbers if len(numbers) == len(otherwise) else otherwise


def _box(element: etree._Element) -> Box:
    return Box(*_titled(element, "bbox", [0.0, 0.0, 0.0, 0.0]))


def _paragraph(element: etree._Element, to_page: Matrix) -> Paragraph | None:
    lines = tuple(found for line in _lines(element) if (found := _line(line, to_page)))
    if not lines:
        return None
    language = element.get("lang", "")
    return Paragraph(lines, _box(element).around(to_page), language, element.get("dir") == "rtl")


def _line(element: etree._Element, to_page: Matrix) -> Line | None:
    turn = TURNS.get(int(_titled(element, "textangle", [0.0])[0]), TURNS[0])
    back = Matrix(turn.a, turn.c, turn.b, turn.d)
    box = _box(element)
    upright = box.around(back)
    (size,) = _titled(element, "x_size", [upright.bottom - upright.top])
    (descenders,) = _titled(element, "x_descenders", [size / 5])
    slope, offset = _titled(element, "baseline", [0.0, -descenders])
    whole = turn.then(to_page)
    words = []
    for span in element.iter(f"{XHTML}span"):
        text = NOT_TEXT.sub("", "".join(map(str, span.itertext()))).strip()
        if span.get("class") != "ocrx_word" or not text:
            continue
        bounds = _box(span)
        left, _, right, _ = bounds.around(back)
        y = upright.bottom + offset + slope * (left - upright.left)
        (confidence,) = _titled(span, "x_wconf", [0.0])
        along = whole.way(right - left, slope * (right - left))
        sure = min(1.0, max(0.0, confidence / 100))
        words.append(Word(text, sure, bounds.around(to_page), whole.place(left, y), along))
    return Line((*_closed_up(words), words[-1]), box.around(to_page), size) if words else None


def _closed_up(words: Sequence[Word]) -> Iterator[Word]:
    """All words but the last; one of a script without spaces reaches to the next one."""
    for word, after in pairwise(words):
        border = word.text[-1] + after.text[0]
        if WITHOUT_SPACE.search(border) and not any(map(str.isalnum, WITHOUT_SPACE.sub("", border))):
            along = Point(after.start.x - word.start.x, after.start.y - word.start.y)
            ahead = along.x * word.along.x + along.y * word.along.y > 0
            word = word._replace(along=along if ahead else word.along, parted=False)
        yield word


WITHOUT_SPACE = re.compile(
    f"[{''.join(RANGES[script] for script in ('Hani', 'Hira', 'Kana', 'Bopo'))}\u3000-\u303f\uff00-\uff0f]"
)
"""The characters that no spaces part from others of them, nor from punctuation."""
