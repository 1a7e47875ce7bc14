"""XMP: the rendition's own description of itself (ISO 16684-1; ISO 19005-2 6.6)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pikepdf

from archiver import __version__
from archiver.article import Article
from archiver.errors import RenditionError

PRODUCER = f"archiver {__version__}"

NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
    "pdfaExtension": "http://www.aiim.org/pdfa/ns/extension/",
    "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
    "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
}

LEVELS = ("1a", "1b", "2a", "2b", "2u", "3a", "3b", "3u", "4", "4e", "4f")
"""The conformance levels of PDF/A there are."""

W3CDTF = re.compile(r"\d{4}(-(0\d|1[0-2])(-\d\d)?)?")

PDFUA_EXTENSION = """\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>"""
"""The description of `pdfuaid:part` that PDF/A-2 and -3 ask for (ISO 19005-2 6.6.2.3)."""


def packet(article: Article, claims: Sequence[str]) -> bytes:
    """The XMP packet of a rendition that claims this ("2a", "ua1"). It holds no time of making."""
    prefixes = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
    properties = "\n".join(_properties(article, claims[0], accessible="ua1" in claims))
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        f'<rdf:Description rdf:about="" {prefixes}>\n{properties}\n</rdf:Description>\n'
        '</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end="w"?>'
    ).encode()


def _properties(article: Article, level: str, *, accessible: bool) -> list[str]:
    date = article.date.edtf if article.date and article.date.edtf else ""
    rights = article.rights
    statement = " ".join(filter(None, (rights.statement, rights.uri))) if rights else ""
    return [
        *_array("dc:title", "Alt", [article.title]),
        *_array("dc:creator", "Seq", [creator.name for creator in article.creators]),
        *_array("dc:description", "Alt", [article.abstract]),
        *_array("dc:publisher", "Bag", [article.publisher]),
        *_array("dc:date", "Seq", [date if W3CDTF.fullmatch(date) else None]),
        *_array("dc:language", "Bag", list(article.language)),
        *_array("dc:subject", "Bag", list(article.subjects)),
        *_array("dc:rights", "Alt", [statement]),
        *_simple("dc:identifier", article.identifier),
        *_simple("dc:source", article.source_url),
        *_simple("dc:format", "application/pdf"),
        *_simple("pdf:Producer", PRODUCER),
        *_simple("xmp:CreatorTool", PRODUCER),
        *_simple("pdfaid:part", level[0]),
        *_simple("pdfaid:rev", "2020" if level[0] == "4" else None),
        *_simple("pdfaid:conformance", level[1:].upper()),
        *_simple("pdfuaid:part", "1" if accessible else None),
        *([PDFUA_EXTENSION] if accessible else []),
    ]


def _simple(name: str, value: str | None) -> list[str]:
    return [f"<{name}>{escape(value)}</{name}>"] if value else []


def _array(name: str, kind: str, values: list[str | None]) -> list[str]:
    language = ' xml:lang="x-default"' if kind == "Alt" else ""
    items = "".join(f"<rdf:li{language}>{escape(value)}</rdf:li>" for value in values if value)
    return [f"<{name}><rdf:{kind}>{items}</rdf:{kind}></{name}>"] if items else []


def claims(pdf: Path) -> tuple[str, ...]:
    """The veraPDF profiles that a PDF claims to conform to, by its XMP: ("2a", "ua1").

    Raises RenditionError where it cannot be read, or claims no conformance to PDF/A.
    """
    flavour, accessible = _stated(pdf)
    if flavour not in LEVELS:
        raise RenditionError("claims no conformance to PDF/A in its metadata", where=pdf.name)
    return (flavour, "ua1") if accessible else (flavour,)


def claims_accessibility(pdf: Path) -> bool:
    """Whether a PDF claims to be PDF/UA-1, be it PDF/A or not. Raises RenditionError."""
    return _stated(pdf)[1]


def _stated(pdf: Path) -> tuple[str, bool]:
    """The part and level of PDF/A that a PDF states, and whether it states PDF/UA-1."""
    try:
        with pikepdf.open(pdf) as document, document.open_metadata() as metadata:
            part, level = (str(metadata.get(f"pdfaid:{name}", "")) for name in ("part", "conformance"))
            return f"{part}{level.lower()}", metadata.get("pdfuaid:part") == "1"
    except (pikepdf.PdfError, OSError, ValueError, SyntaxError) as error:
        raise RenditionError(f"cannot be read as a PDF: {error}", where=pdf.name) from None
