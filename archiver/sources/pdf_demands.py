"""What a PDF asks of whoever draws it: streams that unpack to very much, and forms within forms.

A few kilobytes can ask for more than any machine has; such a file is kept, and not looked into.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Name, Stream

MAX_UNPACKED_BYTES = 256 * 1024 * 1024
"""What one stream may unpack to, for the whole process, as qpdf has it."""

LIMIT = "limit exceeded"
"""What qpdf says of a stream that does."""

RATIO = 1032
"""What deflate saves at most (zlib's documentation)."""

MAX_DRAWN = 1_000_000
"""How many forms a page may draw, those within others counted each time."""

pikepdf.settings.set_qpdf_limits(
    flate_max_memory=MAX_UNPACKED_BYTES, run_length_max_memory=MAX_UNPACKED_BYTES
)

logging.getLogger("pikepdf").addHandler(logging.NullHandler())  # findings tell what it would print


def excess(pdf: pikepdf.Pdf) -> str:
    """What a PDF asks too much of, in words; empty where it does not."""
    drawn: dict[tuple[int, int], int] = {}
    for item in pdf.objects:
        if not isinstance(item, Stream) or not _is_drawn(item):
            continue
        if _size(item) * RATIO > MAX_UNPACKED_BYTES and _bursts(item):
            return f"has a stream that unpacks to more than {MAX_UNPACKED_BYTES:,} bytes"
        if _draws(item, drawn) > MAX_DRAWN:
            return f"draws more than {MAX_DRAWN:,} forms within forms"
    return ""


def _is_drawn(item: Any) -> bool:
    return item.get("/Subtype") != Name.Image and item.get("/Type") not in (Name.EmbeddedFile, Name.ObjStm)


def _size(item: Any) -> int:
    length = item.get("/Length", 0)
    return length if isinstance(length, int) else 0


def _bursts(item: Any) -> bool:
    """Whether a stream unpacks to more than is allowed."""
    try:
        item.read_bytes()
    except pikepdf.PdfError as error:
        return LIMIT in str(error)
    return False


def _draws(form: Any, drawn: dict[tuple[int, int], int]) -> int:
    """How many forms a form draws at most, itself included.

    Each `Do` in it is taken for one of its form that draws the most. `drawn` keeps what is known; a
    form that is within itself is not counted there, as no reader draws it.
    """
    open_forms = [form]
    while open_forms:
        here = open_forms[-1]
        within = list(_forms(here))
        unknown = [each for each in within if each.objgen not in drawn]
        if here.objgen not in drawn and unknown:
            drawn[here.objgen] = 1
            open_forms += unknown
            continue
        open_forms.pop()
        most = max((drawn[each.objgen] for each in within), default=0)
        drawn[here.objgen] = min(1 + (_shown(here) * most if most else 0), MAX_DRAWN + 1)
    return drawn[form.objgen]


def _forms(form: Any) -> Iterator[Any]:
    """The forms in the resources of a form."""
    resources = form.get("/Resources")
    listed = resources.get("/XObject") if isinstance(resources, pikepdf.Dictionary) else None
    for each in listed.values() if isinstance(listed, pikepdf.Dictionary) else ():
        if isinstance(each, Stream) and each.get("/Subtype") == Name.Form:
            yield each


def _shown(form: Any) -> int:
    """How often a form draws others (ISO 32000-1 8.8)."""
    try:
        return int(form.read_bytes().count(b"Do"))
    except pikepdf.PdfError:
        return 0
