"""Finishing: laid-out pages become one file that is PDF/A and PDF/UA, written with pikepdf.

Pages with their pictures (ISO 32000-1 8.9), fonts (9.7), structure tree, outline (12.3.3) and
catalog. No time of making goes in, and the file's identifier is drawn from its content.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from archiver.article import Article
from archiver.pictures import Coding, Picture
from archiver.rendition.catalog import Embeddable, associate, write_catalog
from archiver.rendition.embedded_fonts import compressed, write_font
from archiver.rendition.flavours import Flavour
from archiver.rendition.flow import PAGE_HEIGHT, PAGE_WIDTH, Bookmark
from archiver.rendition.pages import Pages
from archiver.rendition.structure_tree import write_structure


def finish(pages: Pages, article: Article, flavour: Flavour, source: Embeddable, target: Path) -> None:
    """Write the finished rendition to `target`. Raises OSError where that cannot be written.

    It is put together in memory: qpdf ends the process where it fails to write a file itself.
    """
    finished = io.BytesIO()
    with Pdf.new() as pdf:
        _Finisher(pdf, pages, article, flavour, source).run()
        pdf.save(
            finished,
            force_version=flavour.pdf_version,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            compress_streams=True,
            fix_metadata_version=False,
        )
    target.write_bytes(finished.getbuffer())


class _Finisher:
    def __init__(
        self, pdf: Pdf, pages: Pages, article: Article, flavour: Flavour, source: Embeddable
    ) -> None:
        self.pdf, self.pages, self.article = pdf, pages, article
        self.flavour, self.source = flavour, source
        self.page_objects: list[Object] = []

    def run(self) -> None:
        self._pages()
        sheet = self.pages.sheet
        write_structure(self.pdf, self.page_objects, sheet.structure)
        write_catalog(self.pdf, self.article, self.flavour.claims, right_to_left=sheet.right_to_left)
        root = self.pdf.Root
        root.Outlines = self._outline(sheet.bookmarks)
        root.PageMode = Name.UseOutlines if len(sheet.bookmarks) > 3 else Name.UseNone
        if self.flavour.embeds_source:
            associate(self.pdf, [self.source])

    # --- pages ----------------------------------------------------------------------------

    def _pages(self) -> None:
        tree, resources = self.pdf.Root.Pages, self._resources()
        for number, drawn in enumerate(self.pages.contents):
            page = Dictionary(
                Type=Name.Page,
                Parent=tree,
                MediaBox=self._box(number),
                Contents=self._stream(drawn.encode("ascii")),
                Resources=resources,
            )
            self.page_objects.append(self.pdf.make_indirect(page))
        tree.Kids, tree.Count = Array(self.page_objects), self.pages.count

    def _box(self, page: int) -> Array:
        """The box of a page, which what is wider than the measure makes wider."""
        sheet = self.pages.sheet
        more = round(sheet.widened.get(page, 0), 2)
        left, right = (more, 0.0) if sheet.right_to_left else (0.0, more)
        return Array([-left, 0, PAGE_WIDTH + right, PAGE_HEIGHT])

    def _resources(self) -> Object:
        sheet = self.pages.sheet
        fonts = {f"/{e.resource}": write_font(self.pdf, e) for e in sheet.inks.faces.values()}
        images = {f"/P{n}": self._image(p) for n, p in enumerate(sheet.pictures)}
        return self.pdf.make_indirect(Dictionary(Font=Dictionary(fonts), XObject=Dictionary(images)))

    def _stream(self, data: bytes, **entries: object) -> Object:
        """A stream, compressed."""
        return self.pdf.make_stream(compressed(data), Filter=Name.FlateDecode, **entries)

    def _image(self, picture: Picture) -> Object:
        stream = self.pdf.make_stream(picture.data)
        stream.Type, stream.Subtype = Name.XObject, Name.Image
        stream.Width, stream.Height = picture.width, picture.height
        stream.BitsPerComponent = 8
        stream.ColorSpace = Name.DeviceRGB if picture.components == 3 else Name.DeviceGray
        stream.Filter = Name.DCTDecode if picture.coding is Coding.JPEG else Name.FlateDecode
        if picture.coding is Coding.PNG:
            stream.DecodeParms = Dictionary(
                Predictor=15, Colors=picture.components, BitsPerComponent=8, Columns=picture.width
            )
        return stream

    # --- outline ---------------------------------------------------------------------------

    def _outline(self, bookmarks: Iterable[Bookmark]) -> Object:
        """The document outline, nested as its headings are."""
        root = self.pdf.make_indirect(Dictionary(Type=Name.Outlines, Count=0))
        open_items: list[tuple[int, Object]] = [(0, root)]
        for bookmark in bookmarks:
            while open_items[-1][0] >= bookmark.level:
                open_items.pop()
            parent = open_items[-1][1]
            item = self.pdf.make_indirect(
                Dictionary(
                    Title=String(bookmark.title),
                    Parent=parent,
                    Dest=Array(
                        [
                            self.page_objects[bookmark.page],
                            Name.XYZ,
                            0,
                            round(bookmark.y + 6, 2),
                            0,
                        ]
                    ),
                )
            )
            if "/Last" in parent:
                parent.Last.Next, item.Prev = item, parent.Last
            else:
                parent.First = item
            parent.Last = item
            for _, above in open_items:
                above.Count = int(above.get("/Count", 0)) + 1
            open_items.append((bookmark.level, item))
        return root
