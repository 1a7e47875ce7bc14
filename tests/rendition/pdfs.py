"""Small PDFs whose conformance is known, made without archiver's own rendition."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pymupdf_fonts
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import ImageCms
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from archiver.rendition import ghostscript

needs_ghostscript = pytest.mark.skipif(not ghostscript.version(), reason="Ghostscript is not installed")

XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
  xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
  xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
  xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
  xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
  xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
 <dc:title><rdf:Alt><rdf:li xml:lang="x-default">A page</rdf:li></rdf:Alt></dc:title>
 <pdfaid:part>2</pdfaid:part>
 <pdfaid:conformance>{level}</pdfaid:conformance>
 <pdfuaid:part>1</pdfuaid:part>
 <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
  <pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
  <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
  <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
  <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
   <pdfaProperty:name>part</pdfaProperty:name>
   <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
   <pdfaProperty:category>internal</pdfaProperty:category>
   <pdfaProperty:description>Part of PDF/UA</pdfaProperty:description>
  </rdf:li></rdf:Seq></pdfaSchema:property>
 </rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def conforming(path: Path, *, level: str = "A") -> Path:
    """A page with one tagged picture: PDF/A-2 of the level, and PDF/UA-1."""
    with Pdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(200, 200))
        page.obj.Contents = pdf.make_stream(b"/Figure <</MCID 0>> BDC 0.5 g 50 50 99 99 re f EMC")
        page.obj.StructParents = 0
        page.obj.Tabs = Name.S
        _tag(pdf, page.obj)
        metadata = pdf.make_stream(XMP.format(level=level).encode())
        metadata.Type, metadata.Subtype = Name.Metadata, Name.XML
        profile = pdf.make_stream(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
        profile.N = 3
        intent = Dictionary(
            Type=Name.OutputIntent,
            S=Name.GTS_PDFA1,
            OutputConditionIdentifier=String("sRGB"),
            DestOutputProfile=profile,
        )
        pdf.Root.OutputIntents = Array([intent])
        pdf.Root.Metadata = metadata
        pdf.Root.Lang = String("en")
        pdf.Root.MarkInfo = Dictionary(Marked=True)
        pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        pdf.save(path, static_id=True, min_version="1.7", stream_decode_level=None)
    return path


def _tag(pdf: Pdf, page: pikepdf.Object) -> None:
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    document = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=root))
    box = Dictionary(O=Name.Layout, BBox=Array([50, 50, 149, 149]), Placement=Name.Block)
    figure = pdf.make_indirect(
        Dictionary(Type=Name.StructElem, S=Name.Figure, P=document, Pg=page, K=0, Alt=String("A square"))
    )
    figure.A = box
    document.K = Array([figure])
    root.K = Array([document])
    root.ParentTree = pdf.make_indirect(Dictionary(Nums=Array([0, Array([figure])])))
    root.ParentTreeNextKey = 1
    pdf.Root.StructTreeRoot = root


def unembedded_font(path: Path) -> Path:
    """Two pages of Helvetica that is not embedded, untagged, without metadata."""
    canvas = Canvas(str(path), invariant=True)
    for _ in range(2):
        canvas.drawString(50, 500, "Hello")
        canvas.showPage()
    canvas.save()
    return path


def encrypted(path: Path) -> Path:
    """A PDF that needs a password to be read."""
    with Pdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(path, encryption=pikepdf.Encryption(owner="owner", user="user"))
    return path


def written(path: Path, *pages: str, title: str = "") -> Path:
    """Pages of text in a font that is embedded, with a red square; not PDF/A."""
    pdfmetrics.registerFont(TTFont("Embedded", io.BytesIO(pymupdf_fonts.myfont("figo"))))
    canvas = Canvas(str(path), invariant=True)
    canvas.setTitle(title)
    for text in pages or ("A page of text",):
        canvas.setFont("Embedded", 20)
        canvas.drawString(50, 500, text)
        canvas.setFillColorRGB(1, 0, 0)
        canvas.rect(100, 100, 50, 50, fill=1)
        canvas.showPage()
    canvas.save()
    return path


def changed(path: Path, change: Callable[[Pdf], object], **saving: Any) -> Path:
    """A PDF after a change to it."""
    with Pdf.open(path, allow_overwriting_input=True) as pdf:
        change(pdf)
        pdf.save(path, static_id=not saving, **saving)
    return path
