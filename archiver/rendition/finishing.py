"""Finishing: laid-out pages become one file that is PDF/A and PDF/UA, written with pikepdf.

Fonts (ISO 32000-1 9.7), the structure tree (14.7), links (12.5.6.5), outline (12.3.3), metadata,
output intent (ISO 19005-2 6.2.3) and, where the flavour asks, the source as an associated file
(ISO 19005-3 6.8). No time of making goes in, and the file's identifier is drawn from its content.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, String
from PIL import ImageCms

from archiver.article import Article
from archiver.pictures import Coding, Picture
from archiver.rendition import xmp
from archiver.rendition.embedding import Embedded
from archiver.rendition.flavours import Flavour
from archiver.rendition.flow import PAGE_HEIGHT, PAGE_WIDTH, Bookmark
from archiver.rendition.fonts import Face, Subset, subset
from archiver.rendition.pages import Pages
from archiver.rendition.shaping import number as shown
from archiver.rendition.tagging import Element, Mark, Structure

PROFILE_DATE = bytes.fromhex("07ce00020009000600310000")
"""The date in an ICC profile's header: that of sRGB itself, not of the day it is written."""

COMPRESSION = 3
"""zlib's level: each beyond it takes longer than the one before, and hardly saves."""

STRUCTURE_ELEMENT = Name.StructElem


class Embeddable(NamedTuple):
    """The source document as it goes into a rendition that holds it."""

    name: str
    data: bytes
    media_type: str


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
        self._structure(self.pages.sheet.structure)
        self._catalog()
        if self.flavour.embeds_source:
            self._associate(self.source)

    # --- pages ----------------------------------------------------------------------------

    def _pages(self) -> None:
        tree, resources = self.pdf.Root.Pages, self._resources()
        for number, drawn in enumerate(self.pages.contents):
            page = Dictionary(
                Type=Name.Page,
                Parent=tree,
                MediaBox=Array([0, 0, PAGE_WIDTH, PAGE_HEIGHT]),
                Contents=self._stream(drawn.encode("ascii")),
                Resources=resources,
                StructParents=number,
                Tabs=Name.S,
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

    # --- structure ------------------------------------------------------------------------

    def _structure(self, structure: Structure) -> None:
        tree = self.pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        structure.root.joined = True
        objects = {element: self.pdf.make_indirect(Dictionary()) for element in structure.root.walk()}
        annotations = list(self._annotations(structure, len(self.page_objects)))
        for element, written in objects.items():
            written.Type, written.S = STRUCTURE_ELEMENT, Name(f"/{element.tag}")
            written.P = objects[element.parent] if element.parent else tree
            if element.home is not None:
                written.Pg = self.page_objects[element.home]
            kids = list(self._kids(element, objects, annotations))
            written.K = kids[0] if len(kids) == 1 else Array(kids)
            _describe(element, written)
        nums: list[int | Object] = []
        for number in range(len(self.page_objects)):
            marked = structure.parents[number] if number < len(structure.parents) else []
            row = self.pdf.make_indirect(Array([objects[element] for element in marked]))
            nums += [number, row]
        for number, link in enumerate(structure.links, len(self.page_objects)):
            nums += [number, objects[link.element]]
        tree.K = Array([objects[structure.root]])
        tree.ParentTree = self.pdf.make_indirect(Dictionary(Nums=Array(nums)))
        tree.ParentTreeNextKey = len(nums) // 2
        self.pdf.Root.StructTreeRoot = tree

    def _kids(
        self, element: Element, objects: Mapping[Element, Object], annotations: Sequence[Object]
    ) -> Iterator[int | Object]:
        for kid in element.kids:
            if isinstance(kid, Element):
                yield objects[kid]
            elif isinstance(kid, Mark):
                yield kid.mcid if kid.page == element.home else self._reference(kid)
            else:
                annotation = annotations[kid.number]
                yield Dictionary(Type=Name.OBJR, Obj=annotation, Pg=annotation.P)

    def _reference(self, mark: Mark) -> Object:
        return Dictionary(Type=Name.MCR, Pg=self.page_objects[mark.page], MCID=mark.mcid)

    def _annotations(self, structure: Structure, first_key: int) -> Iterator[Object]:
        on_page: dict[int, list[Object]] = {}
        for key, link in enumerate(structure.links, first_key):
            page = self.page_objects[link.page]
            annotation = self.pdf.make_indirect(
                Dictionary(
                    Type=Name.Annot,
                    Subtype=Name.Link,
                    Rect=Array([round(value, 2) for value in link.bounds]),
                    Border=Array([0, 0, 0]),
                    F=4,
                    P=page,
                    A=Dictionary(S=Name.URI, URI=String(quote(link.uri, safe=URI_SAFE))),
                    Contents=String(link.uri),
                    StructParent=key,
                )
            )
            on_page.setdefault(link.page, []).append(annotation)
            yield annotation
        for number, found in on_page.items():
            self.page_objects[number].Annots = Array(found)

    # --- document -------------------------------------------------------------------------

    def _catalog(self) -> None:
        root = self.pdf.Root
        root.Lang = String(self.article.language[0])
        root.MarkInfo = Dictionary(Marked=True)
        root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        if self.pages.sheet.right_to_left:
            root.ViewerPreferences.Direction = Name.R2L
        metadata = self.pdf.make_stream(xmp.packet(self.article, self.flavour))
        metadata.Type, metadata.Subtype = Name.Metadata, Name.XML
        root.Metadata = metadata
        profile = self.pdf.make_stream(_srgb(), N=3, Filter=Name.FlateDecode)
        root.OutputIntents = Array(
            [
                Dictionary(
                    Type=Name.OutputIntent,
                    S=Name.GTS_PDFA1,
                    OutputConditionIdentifier=String("sRGB IEC61966-2.1"),
                    Info=String("sRGB IEC61966-2.1"),
                    DestOutputProfile=profile,
                )
            ]
        )
        root.Outlines = self._outline(self.pages.sheet.bookmarks)
        root.PageMode = Name.UseOutlines if len(self.pages.sheet.bookmarks) > 3 else Name.UseNone

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

    def _associate(self, source: Embeddable) -> None:
        """Embed the source as the file that the rendition was made from (AFRelationship Source)."""
        stream = self.pdf.make_stream(source.data)
        stream.Type = Name.EmbeddedFile
        stream.Subtype = Name(f"/{source.media_type}")
        stream.Params = Dictionary(Size=len(source.data))
        specification = self.pdf.make_indirect(
            Dictionary(
                Type=Name.Filespec,
                F=String(source.name),
                UF=String(source.name),
                Desc=String("The source document that this rendition was made from"),
                AFRelationship=Name.Source,
                EF=Dictionary(F=stream, UF=stream),
            )
        )
        names = Dictionary(Names=Array([String(source.name), specification]))
        self.pdf.Root.Names = Dictionary(EmbeddedFiles=names)
        self.pdf.Root.AF = Array([specification])


def _compressed(data: bytes | bytearray) -> bytes:
    return zlib.compress(data, COMPRESSION)


URI_SAFE = "%/:=&?~#+!$,;'@()*[]-._"


def _describe(element: Element, written: Object) -> None:
    if element.language:
        written.Lang = String(element.language)
    if element.alternative:
        written.Alt = String(element.alternative)
    if attributes := list(_attributes(element)):
        written.A = attributes[0] if len(attributes) == 1 else Array(attributes)


def _attributes(element: Element) -> Iterator[Object]:
    if element.scope:
        yield Dictionary(O=Name.Table, Scope=Name(f"/{element.scope}"))
    if element.numbering:
        yield Dictionary(O=Name.List, ListNumbering=Name(f"/{element.numbering}"))
    if element.bounds:
        bounds = Array([round(value, 2) for value in element.bounds])
        yield Dictionary(O=Name.Layout, Placement=Name.Block, BBox=bounds)


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


@cache
def _srgb() -> bytes:
    """An sRGB profile (IEC 61966-2-1) that is the same whenever it is made, compressed."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = PROFILE_DATE
    return _compressed(profile)
