"""What the pages of a PDF show: text, or pictures without any."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Name

MAX_FORM_DEPTH = 5
"""Fonts and pictures are looked for in so many forms within forms."""

MAX_CONTENT_BYTES = 256 * 1024 * 1024
"""So much content of a file is looked through for text; what comes after it shows text if it has a font."""

INLINE_PICTURE = re.compile(rb"(?:^|\s)BI\s.{0,4096}?\sID\s", re.DOTALL)

DRAW_EXTERNAL = "Do"
SHOW_TEXT = "Tj TJ ' \""
"""The operators that draw a form (ISO 32000-1 8.8), and that show text (9.4.3)."""

BROKEN = (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What reading a PDF raises where something in it is not what it has to be."""


def shown(pdf: pikepdf.Pdf) -> tuple[bool, tuple[int, ...]]:
    """Whether a PDF has text, and which pages, from 1, show pictures without any.

    Without text in it, all of its pages do, if one does. With text, a tagged one is described as it is.
    Raises one of BROKEN for a file that is.
    """
    worded: set[int] = set()
    pictured: set[int] = set()
    left = MAX_CONTENT_BYTES
    for number, page in enumerate(pdf.pages, 1):
        if _has_font(page.resources):
            has_text, looked_through = _shows_text(page, left)
            left -= looked_through
        else:
            has_text = False
        if has_text:
            worded.add(number)
        elif _has_picture(page.resources) or _has_inline_picture(page):
            pictured.add(number)
    if not worded:
        return False, tuple(range(1, len(pdf.pages) + 1)) if pictured else ()
    return True, () if "/StructTreeRoot" in pdf.Root else tuple(sorted(pictured))


def _shows_text(page: pikepdf.Page, most: int) -> tuple[bool, int]:
    """Whether a page without pictures has a font, or one with pictures shows text, in a form of it too,
    and how many bytes of content were looked through for that.

    A page with more of them than `most`, or that is damaged, is taken to show text, as it has a font.
    """
    looked_through = 0
    try:
        if not _has_picture(page.resources) and not _has_inline_picture(page):
            return True, 0
        open_contents: list[tuple[Any, Any]] = [(page.obj, page.resources)]
        seen = set()
        while open_contents:
            content, resources = open_contents.pop()
            looked_through += _length(content, most)
            if looked_through > most:
                return True, looked_through
            for each in pikepdf.parse_content_stream(content, f"{SHOW_TEXT} {DRAW_EXTERNAL}"):
                if str(each.operator) != DRAW_EXTERNAL:
                    if any(map(_is_text, each.operands)):
                        return True, looked_through
                    continue
                form = resources.XObject[each.operands[0]]
                if form.Subtype == Name.Form and form.objgen not in seen:
                    seen.add(form.objgen)
                    open_contents.append((form, form.get("/Resources", resources)))
    except BROKEN:
        return True, looked_through
    return False, looked_through


def _is_text(operand: Any) -> bool:
    """Whether an operand of an operator that shows text has any."""
    if isinstance(operand, pikepdf.Array):
        return any(isinstance(each, pikepdf.String) and bytes(each) for each in operand)
    return isinstance(operand, pikepdf.String) and bool(bytes(operand))


def _length(content: Any, most: int) -> int:
    """How many bytes the content of a page or a form has, as far as they are not more than `most`."""
    length = 0
    for part in _parts(content if isinstance(content, pikepdf.Stream) else content.get("/Contents")):
        length += len(part.read_bytes())
        if length > most:
            break
    return length


def _parts(content: Any) -> Iterator[pikepdf.Stream]:
    """The streams that content is in (ISO 32000-1 7.8.2)."""
    parts = content if isinstance(content, pikepdf.Array) else [content]
    return (part for part in parts if isinstance(part, pikepdf.Stream))


def _has_font(resources: Any) -> bool:
    """Whether a page has a font to show text in."""
    fonts = (each.get("/Font") for each in _resources(resources))
    return any(isinstance(each, pikepdf.Dictionary) and len(each) for each in fonts)


def _has_picture(resources: Any) -> bool:
    """Whether a page has a picture that is an object of its own."""
    return any(
        isinstance(each, pikepdf.Stream) and each.get("/Subtype") == Name.Image
        for found in _resources(resources)
        for each in _external(found)
    )


def _has_inline_picture(page: pikepdf.Page) -> bool:
    """Whether a page has a picture within its content (ISO 32000-1 8.9.7), as far as that can be read."""
    try:
        return any(INLINE_PICTURE.search(part.read_bytes()) for part in _parts(page.obj.get("/Contents")))
    except BROKEN:
        return False


def _resources(resources: Any) -> Iterator[Any]:
    """The resources of a page, and those of the forms in it, each form once."""
    open_resources, seen = [(resources, 0)], set()
    while open_resources:
        here, depth = open_resources.pop()
        if not isinstance(here, pikepdf.Dictionary):
            continue
        yield here
        for form in _external(here) if depth < MAX_FORM_DEPTH else ():
            is_form = isinstance(form, pikepdf.Stream) and form.get("/Subtype") == Name.Form
            if is_form and form.objgen not in seen:
                seen.add(form.objgen)
                open_resources.append((form.get("/Resources"), depth + 1))


def _external(resources: Any) -> Iterator[Any]:
    """The external objects in resources: forms and pictures (ISO 32000-1 8.8)."""
    found = resources.get("/XObject")
    if isinstance(found, pikepdf.Dictionary):
        yield from (each for _, each in found.items())
