"""Pages of pictures: each picture as it came, the text that was recognized in it invisible above it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pikepdf import Array, Dictionary, Name

from archiver.article import Article
from archiver.rendition.catalog import Embeddable, associate, write_catalog
from archiver.rendition.embedded_fonts import compressed
from archiver.rendition.flavours import Flavour
from archiver.rendition.fonts import Fonts
from archiver.rendition.recognition import Matrix, Recognized
from archiver.rendition.scan_pictures import Drawn, colour_space
from archiver.rendition.spool import Spool, save
from archiver.rendition.structure_tree import write_structure
from archiver.rendition.tagging import ARTIFACT, CLOSE, Element, Structure
from archiver.rendition.text_layer import RESOURCE, TextLayer

PICTURE = "Picture"

HAIR = 0.001
"""By how many points a page is smaller than its pixels, and its picture than the page: readers that round
up draw pixel for pixel by that; without it they stretch all by one."""

ORIENTED: dict[int, tuple[int, int, int, int, int, int]] = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}
"""How a picture's unit square lies on that of its page, by its orientation (TIFF 6.0)."""


class PagePicture(NamedTuple):
    """A page: its picture and how that lies, its size in points, what was recognized in it.

    A picture that has something to show beside text has an `alternative` that says what.
    """

    picture: Drawn
    width: float
    height: float
    orientation: int = 1
    text: Recognized | None = None
    alternative: str = ""


class _Kept(NamedTuple):
    """A page that is on disk: the numbers of its objects."""

    width: float
    height: float
    picture: int
    content: int
    profile: int | None
    drawn: Drawn


class PageBook:
    """A document of page pictures, which grows page by page and goes to disk as it does."""

    def __init__(self, spool: Spool, language: str, fonts: Fonts) -> None:
        self.spool = spool
        self.structure = Structure(language)
        self.layer = TextLayer(self.structure, fonts)
        self.pages: list[_Kept] = []
        self.profiles: dict[bytes, int] = {}

    def add(self, page: PagePicture) -> None:
        """Put a page after those before. Raises OSError where it cannot be written."""
        content = compressed(self._content(page).encode("ascii"))
        self.pages.append(
            _Kept(
                page.width,
                page.height,
                self.spool.add(page.picture.entries, page.picture.data),
                self.spool.add(Dictionary(Filter=Name.FlateDecode), content),
                self._profile(page.picture),
                page.picture._replace(data=b""),
            )
        )

    def _content(self, page: PagePicture) -> str:
        number, (width, height) = len(self.pages), (page.width - HAIR, page.height - HAIR)
        a, b, c, d, e, f = ORIENTED[page.orientation]
        matrix = (a * width, b * height, c * width, d * height, e * width, f * height)
        shown = f"q {' '.join(f'{value:.3f}' for value in matrix)} cm /{PICTURE} Do Q"
        opening = ARTIFACT
        if page.alternative:
            figure = Element("Figure", self.structure.root, language="en", alternative=page.alternative)
            figure.bounds = (0, 0, page.width, page.height)
            opening = self.structure.open(figure, number)
        text = ""
        if page.text:
            across, down = page.width / page.text.width, page.height / page.text.height
            scale = Matrix(across, 0, 0, -down, 0, page.height)
            text = self.layer.draw(number, page.text, scale)
        return f"{opening}\n{shown}\n{CLOSE}\n{text}"

    def _profile(self, picture: Drawn) -> int | None:
        """The object of a picture's ICC profile, written once a document."""
        if not picture.profile:
            return None
        digest = hashlib.sha256(picture.profile).digest()
        if digest not in self.profiles:
            entries = Dictionary(N=picture.components, Filter=Name.FlateDecode)
            self.profiles[digest] = self.spool.add(entries, compressed(picture.profile))
        return self.profiles[digest]

    def save(
        self,
        target: Path,
        article: Article,
        claims: Sequence[str],
        sources: Sequence[Embeddable],
        *,
        right_to_left: bool,
    ) -> None:
        """Write the document, which claims to be this. Raises OSError where that cannot be."""
        with self.spool.opened() as pdf:
            fonts = Dictionary({f"/{RESOURCE}": self.layer.write_font(pdf)} if self.layer.codes else {})
            tree, objects = pdf.Root.Pages, []
            for page in self.pages:
                picture = pdf.get_object(page.picture, 0)
                profile = pdf.get_object(page.profile, 0) if page.profile else None
                picture.ColorSpace = colour_space(page.drawn, profile)
                resources = Dictionary(XObject=Dictionary({f"/{PICTURE}": picture}), Font=fonts)
                written = Dictionary(
                    Type=Name.Page,
                    Parent=tree,
                    MediaBox=Array([0, 0, round(page.width, 3), round(page.height, 3)]),
                    Contents=pdf.get_object(page.content, 0),
                    Resources=resources,
                )
                objects.append(pdf.make_indirect(written))
            tree.Kids, tree.Count = Array(objects), len(objects)
            write_structure(pdf, objects, self.structure)
            write_catalog(pdf, article, claims, right_to_left=right_to_left)
            if sources:
                associate(pdf, sources)
            save(pdf, target, Flavour(claims[0]).pdf_version)
