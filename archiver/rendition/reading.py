"""Reading: the pages of a PDF that are pictures get the text that is recognized in them.

Only for recognition is a page drawn. Its content stays as it is: the text goes before it, invisible,
and where the whole document is pictures all of it is tagged.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NamedTuple

import pikepdf
from pikepdf import Array, Name, Pdf, String

from archiver import sources
from archiver.capture import Noticed, findings
from archiver.drawing import Drawing, drawings
from archiver.errors import RenditionError
from archiver.findings import Finding
from archiver.paging import page_done
from archiver.rendition.ahead import in_order, usual_workers
from archiver.rendition.embedded_fonts import compressed
from archiver.rendition.fonts import fonts
from archiver.rendition.looking import Recognizer, recognized
from archiver.rendition.recognition import Box, Matrix, Recognized
from archiver.rendition.scan_texts import ScanTexts, uncertain
from archiver.rendition.structure_tree import write_structure
from archiver.rendition.tagging import ARTIFACT, CLOSE, Element, Structure
from archiver.rendition.text_layer import RESOURCE, TextLayer
from archiver.settings import Settings
from archiver.skew import is_blank, slant

NOT_DRAWN = "was not recognized: it cannot be drawn"


class Look(NamedTuple):
    """What was seen of a page: its text, how its pixels go to its points, what it shows, and problems."""

    text: Recognized | None
    to_points: Matrix
    box: Box
    blank: bool
    problem: str = ""


class Reading(NamedTuple):
    """A PDF with the text of its pages in it: where, its texts, whether it is tagged, what was noticed."""

    path: Path
    texts: ScanTexts
    tagged: bool
    findings: tuple[Finding, ...]


class Untagged(Structure):
    """The structure of a document whose other pages have none: its content is marked and no more."""

    def open(self, element: Element, page: int, actual: str = "") -> str:
        """The operator that begins content of `element` on a page, with its /ActualText, if any."""
        return f"/Span <<{actual}>> BDC" if actual else f"/{element.tag} BMC"


def read_pages(
    source: sources.Source,
    pdf: sources.Pdf,
    original: Path,
    target: Path,
    settings: Settings,
    recognizer: Recognizer,
) -> Reading:
    """Recognize the text of the bare pages of a PDF and write it to `target` with that, ALTO and plain
    text beside it, and tell progress.

    Raises pikepdf.PdfError for a file that cannot be read, OSError where one cannot be written.
    """
    language, label = source.article.language[0], source.ref.label
    texts = ScanTexts(target, recognizer, language)
    noticed: list[Noticed] = []

    def look_at(drawing: Drawing | None) -> Look:
        return _look(drawing, recognizer)

    with ExitStack() as stack:
        document = stack.enter_context(pikepdf.open(original))
        pages = [page.obj for page in document.pages]
        seconds = settings.max_pdf_seconds + len(pdf.bare)
        drawn = drawings(plain(original, target.parent), pdf.bare, seconds)
        workers = settings.page_workers or usual_workers()
        looks = in_order(look_at, stack.enter_context(closing(drawn)), workers, recognizer.calls.end)
        stack.enter_context(closing(looks))
        tagged = not pdf.has_text and "/StructTreeRoot" not in document.Root
        structure = Structure(language) if tagged else Untagged(language)
        layer = TextLayer(structure, fonts(settings.fonts))
        for done, (number, look) in enumerate(zip(pdf.bare, looks, strict=True), 1):
            _lay(document, pages[number - 1], number - 1, look, layer)
            texts.add(number, source.document.name, number, look.text)
            if look.problem:
                noticed.append(Noticed(number, "rendition-text-unread", look.problem))
            if look.text:
                noticed += uncertain(number, look.text, settings)
            page_done(done, len(pdf.bare))
        if layer.codes:
            font = layer.write_font(document)
            for number in pdf.bare:
                document.pages[number - 1].add_resource(font, Name.Font, Name(f"/{RESOURCE}"))
        if tagged:
            write_structure(document, pages, structure)
        if not isinstance(document.Root.get("/Lang"), String):
            document.Root.Lang = String(language)
        document.save(target, deterministic_id=not document.is_encrypted, encryption=False)
    texts.finish()
    return Reading(target, texts, tagged, tuple(findings(label, noticed)))


def plain(path: Path, folder: Path) -> Path:
    """A PDF itself; where it is damaged or encrypted, what can be read of it, written to a folder.

    qpdf mends and decrypts more than other programs do. Raises pikepdf.PdfError, OSError.
    """
    with pikepdf.open(path) as pdf:
        if len(pdf.pages) and not (pdf.is_encrypted or pdf.get_warnings()):
            return path
        written = folder / f"{path.stem}.plain.pdf"
        pdf.save(written, encryption=False)
        return written


def _look(drawing: Drawing | None, recognizer: Recognizer) -> Look:
    if drawing is None:
        return Look(None, Matrix(), Box(0, 0, 0, 0), False, NOT_DRAWN)
    picture, resolution = drawing.picture, drawing.resolution
    to_points, box = _to_points(drawing), Box(*drawing.box)
    blank = is_blank(picture)
    try:
        text = recognized(picture, (resolution, resolution), slant(picture), recognizer)
    except RenditionError as error:
        return Look(None, to_points, box, blank, error.message)
    return Look(text, to_points, box, blank)


def _to_points(drawing: Drawing) -> Matrix:
    """From pixels of a page as it is shown to its own coordinates (ISO 32000-1 8.3.2.3, table 30)."""
    left, bottom, right, top = drawing.box
    width, height = right - left, top - bottom
    unit = Matrix(1 / drawing.picture.width, 0, 0, 1 / drawing.picture.height)
    shown = {
        0: Matrix(width, 0, 0, -height, left, top),
        90: Matrix(0, height, width, 0, left, bottom),
        180: Matrix(-width, 0, 0, height, right, bottom),
        270: Matrix(0, -height, -width, 0, right, top),
    }
    return unit.then(shown[drawing.rotation])


def _lay(document: Pdf, page: pikepdf.Object, number: int, look: Look, layer: TextLayer) -> None:
    """Put the text of a page (counted from 0) before its content, which is an artifact or a figure."""
    text = layer.draw(number, look.text, look.to_points) if look.text else ""
    opening = ARTIFACT
    if not (text or look.blank):
        alternative = f"Page {number + 1}, a picture without recognized text"
        figure = Element("Figure", layer.structure.root, language="en", alternative=alternative)
        figure.bounds = look.box
        opening = layer.structure.open(figure, number)
    contents = page.get("/Contents", Array())
    shown: Sequence[pikepdf.Object] = list(contents) if isinstance(contents, Array) else [contents]
    page.Contents = Array(
        [
            _content(document, f"q\n{text}\nQ\n{opening}\n"),
            *(each for each in shown if isinstance(each, pikepdf.Stream)),
            _content(document, f"\n{CLOSE}"),
        ]
    )


def _content(document: Pdf, operators: str) -> pikepdf.Object:
    return document.make_stream(compressed(operators.encode("ascii")), Filter=Name.FlateDecode)
