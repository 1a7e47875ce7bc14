"""Embedded fonts: the glyphs that a document shows, as a PDF holds them (ISO 32000-1 9.7, 9.8, 9.10)."""

from __future__ import annotations

import zlib
from functools import lru_cache

from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from archiver.rendition.embedding import Embedded
from archiver.rendition.fonts import Face, Subset, subset
from archiver.rendition.shaping import number as shown

COMPRESSION = 3
"""zlib's level: each beyond it takes longer than the one before, and hardly saves."""


def write_font(pdf: Pdf, embedded: Embedded) -> Object:
    """A composite font whose character codes are the glyph numbers of its face (ISO 32000-1 9.7.4)."""
    face, glyphs = embedded.face, embedded.glyphs()
    part = subset(face, set(glyphs.values()))
    base_font = Name(f"/{part.name}")
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType0 if face.cff else Name.CIDFontType2,
        BaseFont=base_font,
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
        DW=0,
        W=_widths(face, glyphs),
        FontDescriptor=_descriptor(pdf, face, part),
    )
    if not face.cff:
        descendant.CIDToGIDMap = _glyph_map(
            pdf, {code: part.numbers[glyph] for code, glyph in glyphs.items()}
        )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=base_font,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=_stream(pdf, _to_unicode(embedded)),
        )
    )


def _glyph_map(pdf: Pdf, glyphs: dict[int, int]) -> Object:
    """From character codes to the glyphs of the embedded font (ISO 32000-1 9.7.4.2)."""
    numbers = bytearray(2 * (max(glyphs) + 1))
    for code, glyph in glyphs.items():
        numbers[2 * code : 2 * code + 2] = glyph.to_bytes(2, "big")
    return _stream(pdf, bytes(numbers))


def _descriptor(pdf: Pdf, face: Face, part: Subset) -> Object:
    kind = {"Subtype": Name.CIDFontType0C} if face.cff else {"Length1": len(part.data)}
    file = _stream(pdf, part.data, **kind)
    metrics, symbolic = face.metrics, 4
    return pdf.make_indirect(
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


def _stream(pdf: Pdf, data: bytes, **entries: object) -> Object:
    """A stream, compressed."""
    return pdf.make_stream(compressed(data), Filter=Name.FlateDecode, **entries)


def compressed(data: bytes | bytearray) -> bytes:
    """Data as a stream holds them (FlateDecode)."""
    return zlib.compress(data, COMPRESSION)


def _widths(face: Face, glyphs: dict[int, int]) -> Object:
    """The W array of a CID font: runs of glyphs, each with its first number (ISO 32000-1 9.7.4.3)."""
    parts: list[str] = []
    last = -2
    for code, glyph in sorted(glyphs.items()):
        if code != last + 1:
            parts.append(f"]{code}[")
        parts.append(f"{shown(face.advance(glyph))} ")
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
