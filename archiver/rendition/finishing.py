"""Finishing: laid-out pages become one file that is PDF/A and PDF/UA, written with pikepdf.

Pages with their pictures (ISO 32000-1 8.9), fonts (9.7), structure tree, outline (12.3.3) and
catalog. No time of making goes in, and the file's identifier is drawn from its content.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from archiver.article import Article
from archiver.pictures import Coding, Picture
from archiver.rendition.catalog import Embeddable, associate, write_catalog
from archiver.rendition.embedding import Embedded
from archiver.rendition.flavours import Flavour
from archiver.rendition.flow import PAGE_HEIGHT, PAGE_WIDTH, Bookmark
from archiver.rendition.fonts import Face, Subset, subset
from archiver.rendition.pages import Pages
from archiver.rendition.shaping import number as shown
from archiver.rendition.structure_tree import write_structure

COMPRESSION = 3
"""zlib's level: each beyond it takes longer than the one before, and hardly saves."""


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
        for drawn in self.pages.contents:
            page = Dictionary(
                Type=Name.Page,
                Parent=tree,
                MediaBox=Array([0, 0, PAGE_WIDTH, PAGE_HEIGHT]),
                Contents=self._stream(drawn.encode("ascii")),
                Resources=resources,
            )
            self.page_objects.append(self.pdf.make_indirect(page))
        tree.Kids, tree.Count = Array(self.page_objects), self.pages.count

    def _resources(self) -> Object:
        sheet = self.pages.sheet
        fonts = {f"/{e.resource}": self._font(e) for e in sheet.inks.faces.values()}
        images = {f"/P{n}": self._image(p) for n, p in enumerate(sheet.pictures)}
        return self.pdf.make_indirect(Dictionary(Font=Dictionary(fonts), XObject=Dictionary(images)))

    def _stream(self, data: bytes, **entries: object) -> Object:
        """A stream, compressed."""
        return self.pdf.make_stream(_compressed(data), Filter=Name.FlateDecode, **entries)

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

    # --- fonts ----------------------------------------------------------------------------

    def _font(self, embedded: Embedded) -> Object:
        """A composite font whose character codes are glyph numbers (ISO 32000-1 9.7.4)."""
        face = embedded.face
        part = subset(face, embedded.glyphs)
        base_font = Name(f"/{part.name}")
        descendant = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType0 if face.cff else Name.CIDFontType2,
            BaseFont=base_font,
            CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
            DW=0,
            W=_widths(embedded),
            FontDescriptor=self._descriptor(face, part),
        )
        if not face.cff:
            descendant.CIDToGIDMap = self._glyph_map(embedded)
        return self.pdf.make_indirect(
            Dictionary(
                Type=Name.Font,
                Subtype=Name.Type0,
                BaseFont=base_font,
                Encoding=Name("/Identity-H"),
                DescendantFonts=Array([self.pdf.make_indirect(descendant)]),
                ToUnicode=self._stream(_to_unicode(embedded)),
            )
        )

    def _glyph_map(self, embedded: Embedded) -> Object:
        """From character codes to glyphs: the same number, but for carriers (9.7.4.2)."""
        if all(code == embedded.face.glyph(code) for code in embedded.text_of):
            return Name.Identity
        last = max(embedded.text_of)
        glyphs = bytearray(2 * (last + 1))
        for code in embedded.text_of:
            glyphs[2 * code : 2 * code + 2] = embedded.face.glyph(code).to_bytes(2, "big")
        return self._stream(bytes(glyphs))

    def _descriptor(self, face: Face, part: Subset) -> Object:
        kind = {"Subtype": Name.CIDFontType0C} if face.cff else {"Length1": len(part.data)}
        file = self._stream(part.data, **kind)
        metrics, symbolic = face.metrics, 4
        return self.pdf.make_indirect(
            Dictionary(
                {
                    "/Type": Name.FontDescriptor,
                    "/FontName": Name(f"/{part.name}"),
                    "/Flags": symbolic,
                    "/FontBBox": Array(metrics.bounds),
                    "/ItalicAngle": metrics.italic_angle,
                    "/Ascent": metrics.ascent,
                    "/Descent": metrics.descent,
                    "/CapHeight": metrics.cap_height,
                    "/StemV": 80,
                    "/FontFile3" if face.cff else "/FontFile2": file,
                }
            )
        )

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


def _compressed(data: bytes | bytearray) -> bytes:
    return zlib.compress(data, COMPRESSION)


def _widths(embedded: Embedded) -> Object:
    """The W array of a CID font: runs of glyphs, each with its first number (ISO 32000-1 9.7.4.3)."""
    face = embedded.face
    parts: list[str] = []
    last = -2
    for code in sorted(embedded.text_of):
        if code != last + 1:
            parts.append(f"]{code}[")
        parts.append(f"{shown(face.advance(face.glyph(code)))} ")
        last = code
    return Object.parse(f"[{''.join(parts).lstrip(']')}]]".encode())


def _to_unicode(embedded: Embedded) -> bytes:
    """The CMap from glyph numbers to text (ISO 32000-1 9.10.3)."""
    pairs = [_mapping(*pair) for pair in sorted(embedded.text_of.items())]
    blocks = [pairs[at : at + 100] for at in range(0, len(pairs), 100)]
    mappings = "\n".join("\n".join((f"{len(block)} beginbfchar", *block, "endbfchar")) for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{mappings}\nendcmap CMapName currentdict /CMap defineresource pop end end"
    ).encode("ascii")


@lru_cache(maxsize=4096)
def _mapping(glyph: int, text: str) -> str:
    return f"<{glyph:04X}> <{text.encode('utf-16-be').hex().upper()}>"
