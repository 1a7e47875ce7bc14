"""Pages as a scanner would give them: text that is set by archiver itself, rendered to pictures."""

import json
import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdfium2
import pytest
from PIL import Image

from archiver.rendition import render
from archiver.settings import Settings
from archiver.sources import SourceRef, read

needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None,
    reason="Tesseract is not installed: apt-get install tesseract-ocr-{eng,deu,rus,ara}",
)

RESOLUTION = 300

TEXTS = {
    "en": "The harbour ferry sailed at seven in the morning with forty passengers and a cargo of salted "
    "herring, bound for the northern isles.",
    "de": "Die Fähre über den großen Fluß verließ früh um sieben den Hafen; vierzig Reisende saßen müde "
    "auf den Bänken und blickten über das Wasser.",
    "ru": "Паром вышел из гавани в семь часов утра, на борту было сорок пассажиров и груз соленой "
    "сельди, направлявшийся на северные острова.",
    "ar": "غادرت العبارة الميناء في الساعة السابعة صباحا وعلى متنها أربعون راكبا وشحنة من السمك المملح "
    "متجهة إلى الجزر الشمالية في عام 1911.",
}


@cache
def page(language: str = "en") -> Image.Image:
    """A gray page of A4's width with one paragraph, at 300 pixels per inch."""
    values = {"title": "1", "identifier": "1", "language": language, "body": [TEXTS[language]]}
    source = read(SourceRef(Path("article.json"), data=json.dumps(values).encode()), Settings())
    with TemporaryDirectory() as folder:
        render(source, Path(folder, "page.pdf"), Settings())
        with pypdfium2.PdfDocument(Path(folder, "page.pdf")) as pdf:
            shown: Image.Image = pdf[0].render(scale=RESOLUTION / 72).to_pil().convert("L")
    return shown.crop((0, 460, 2475, 635))


def scanned(path: Path, picture: Image.Image | None = None, **options: object) -> Path:
    """A picture written to a file as a scanner would, with its resolution; the page where none is given."""
    options = {"dpi": (RESOLUTION, RESOLUTION), **options}
    (page() if picture is None else picture).save(path, **options)  # type: ignore[arg-type]
    return path


def pictures_of(pdf: Path) -> list[Image.Image]:
    """The pages of a PDF as they are shown, a pixel a pixel of their pictures at 300 per inch."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [shown.render(scale=RESOLUTION / 72).to_pil().convert("RGB") for shown in document]
