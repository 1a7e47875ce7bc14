"""Looking at a page: its picture as a PDF holds it, the text in it, and how well it was captured.

Only for recognition is a page turned upright, straightened and made gray.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageFilter

from archiver import pictures
from archiver.capture import Capture
from archiver.errors import RenditionError
from archiver.rendition import hocr
from archiver.rendition.recognition import Matrix, Recognized
from archiver.rendition.scan_pictures import Drawn, draw
from archiver.rendition.tesseract import Calls, Segmentation, Tesseract, find
from archiver.settings import Settings
from archiver.skew import Slant, is_blank, slant
from archiver.sources import Source
from archiver.tiff import OpenedAt

STRAIGHT = 1.0
"""Lines that slant by more degrees are made level before they are read."""

SQUARE, OBLONG = 1.05, 4.0
"""How much longer one side of a pixel is than the other at most, for it to be read as if it were square,
and for what the file says of it to be believed."""

SHORT_WORD = 3
"""Words of fewer letters may be as tall as long."""

SURE = 0.6
"""The mean confidence of words with which a page is taken to have its top up."""

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How a picture is to be turned to be as it is shown, by its orientation (TIFF 6.0)."""


class Recognizer(NamedTuple):
    """What recognizes text: Tesseract, its names for the languages, how long it has for a page.

    `calls` are those of one document.
    """

    tesseract: Tesseract
    names: str
    seconds: int
    calls: Calls


def recognizer_of(source: Source, settings: Settings) -> Recognizer | None:
    """What recognizes the text of a source, where the settings want it to be.

    Raises RenditionError for languages that cannot be recognized, SettingsError for a Tesseract that
    is none.
    """
    try:
        tesseract = find(settings.tesseract)
        if tesseract is None:
            return None
        names = tesseract.names(source.article.language)
        return Recognizer(tesseract, names, settings.max_page_seconds, Calls())
    except RenditionError as error:
        error.where = source.ref.label
        raise


class Seen(NamedTuple):
    """What was made of a page: its picture and how that lies, its text, how its lines slant (degrees).

    `problem` says why its text was not recognized, where somebody tried.
    """

    picture: Drawn
    orientation: int
    text: Recognized | None
    skew: float | None
    blank: bool
    problem: str = ""


def look(
    path: Path,
    directory: int | None,
    captured: Capture,
    recognizer: Recognizer | None,
    cmyk: bytes,
    *,
    recompress: bool,
) -> Seen:
    """Look at the page of a file, in a TIFF the one with its directory at this place.

    CMYK without a profile is taken to be of `cmyk`, if there is one.

    Raises RenditionError where its picture cannot be decoded.
    """
    whole = directory is None
    try:
        opened = path.open("rb") if directory is None else OpenedAt(path, directory)
        with opened as file, Image.open(file) as image:
            content = path.read_bytes() if whole else b""
            picture = draw(image, content, captured, cmyk, recompress=recompress)
            image.draft("L", image.size)
            image.load()
            gray = _gray(image)
    except (OSError, EOFError, SyntaxError, ValueError, MemoryError) as error:
        with path.open("rb") if directory is None else OpenedAt(path, directory) as file:
            raise RenditionError(pictures.why_unread(error, file), where=path.name) from None
    orientation = captured.orientation if whole else 1
    if orientation in UPRIGHT:
        gray = gray.transpose(UPRIGHT[orientation])
    tones = gray.convert("L")
    lines, blank = slant(tones), is_blank(tones)
    text, problem = None, ""
    if recognizer:
        try:
            text = recognized(gray, resolution_of(captured), lines, recognizer)
        except RenditionError as error:
            problem = error.message
    return Seen(picture, orientation, text, lines.angle if lines else None, blank, problem)


def resolution_of(captured: Capture) -> tuple[float, float] | None:
    """The resolution of a picture as it is shown, across and down, in pixels per inch."""
    if captured.resolution is None or not captured.turned:
        return captured.resolution
    return captured.resolution[1], captured.resolution[0]


def _gray(image: Image.Image) -> Image.Image:
    """A picture in black and white, or in 256 grays."""
    if image.mode in ("1", "L"):
        return image.copy()
    if image.mode.startswith("I;16"):
        return pictures.eight_bits(image, negative=pictures.is_negative(image))
    if image.mode == "LAB":
        return image.getchannel("L")
    if image.has_transparency_data:
        image = pictures.on_white(image)
    return image.convert("L")


def recognized(
    gray: Image.Image, resolution: tuple[float, float] | None, lines: Slant | None, recognizer: Recognizer
) -> Recognized:
    """The text of a page in a bitonal or gray picture, its places those of the picture.

    `resolution` is in pixels per inch, across and down; `lines` say how its lines lie. Raises
    RenditionError where it cannot be recognized.

    Which side is up is only looked for where the page seems to lie on its side, or reads badly. Where it
    still reads badly, it is smoothed: in noise Tesseract finds no Arabic and no Hebrew at all.
    """
    width, height = gray.size
    to_page = Matrix()
    across, down = resolution or (1.0, 1.0)
    finest = max(across, down)
    if SQUARE < finest / min(across, down) <= OBLONG:
        gray = gray.convert("L").resize((round(width * finest / across), round(height * finest / down)))
        to_page = Matrix(width / gray.width, 0, 0, height / gray.height)
    if lines and abs(lines.angle) > STRAIGHT:
        angle = -lines.angle
        straight = gray.convert("L").rotate(angle, Image.Resampling.BILINEAR, expand=True, fillcolor=255)
        to_page = _turned_back(straight.size, gray.size, lines.angle).then(to_page)
        gray = straight
    tesseract, names, seconds, calls = recognizer
    stated = finest if resolution else None

    def read(picture: Image.Image, segmentation: Segmentation) -> Recognized:
        found = tesseract.recognize(picture, names, segmentation, stated, seconds, calls)
        return hocr.parse(found, width, height, to_page)

    lies_on_its_side = lines is not None and lines.upright
    text = read(gray, Segmentation.ANY_SIDE_UP if lies_on_its_side else Segmentation.TOP_UP)
    if not lies_on_its_side and (_sureness(text) < SURE or _lies_down(text)):
        text = max(text, read(gray, Segmentation.ANY_SIDE_UP), key=_sureness)
    if lines and _sureness(text) < SURE:
        smooth = gray.convert("L").filter(ImageFilter.BoxBlur(1))
        text = max(text, read(smooth, Segmentation.ANY_SIDE_UP), key=_sureness)
    return text


def _sureness(text: Recognized) -> float:
    return text.confidence or 0.0


def _lies_down(text: Recognized) -> bool:
    """Whether most words of a page are taller than long."""
    boxes = [word.box for word in text.words() if len(word.text) >= SHORT_WORD]
    tall = [box for box in boxes if box.bottom - box.top > box.right - box.left]
    return 2 * len(tall) > len(boxes)


def _turned_back(straight: Sequence[int], before: Sequence[int], slant: float) -> Matrix:
    """From a picture that was turned about its middle clockwise to the one it was made of."""
    cos, sin = math.cos(math.radians(slant)), math.sin(math.radians(slant))
    turn = Matrix(cos, -sin, sin, cos)
    x, y = turn.way(straight[0] / 2, straight[1] / 2)
    return turn._replace(e=before[0] / 2 - x, f=before[1] / 2 - y)
