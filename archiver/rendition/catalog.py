"""The catalog: what a rendition says of itself as a whole.

Language and title (ISO 14289-1 7.1, 7.2), metadata (ISO 19005-2 6.6), output intent (6.2.3) and,
where the flavour asks, the source as an associated file (ISO 19005-3 6.8).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import ImageCms

from archiver.article import Article
from archiver.rendition import xmp

PROFILE_DATE = bytes.fromhex("07ce00020009000600310000")
"""The date in an ICC profile's header: that of sRGB itself, not of the day it is written."""


class Embeddable(NamedTuple):
    """The source document as it goes into a rendition that holds it."""

    name: str
    data: bytes
    media_type: str


def write_catalog(pdf: Pdf, article: Article, claims: Sequence[str], *, right_to_left: bool) -> None:
    """Write what a rendition that claims to be this says of itself."""
    root = pdf.Root
    root.Lang = String(article.language[0])
    root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    if right_to_left:
        root.ViewerPreferences.Direction = Name.R2L
    write_metadata(pdf, article, claims)
    root.OutputIntents = Array([srgb_intent(pdf)])


def write_metadata(pdf: Pdf, article: Article, claims: Sequence[str]) -> None:
    """Write the XMP packet of a rendition that claims to be this."""
    metadata = pdf.make_stream(xmp.packet(article, claims))
    metadata.Type, metadata.Subtype = Name.Metadata, Name.XML
    pdf.Root.Metadata = metadata


def srgb_intent(pdf: Pdf) -> Dictionary:
    """An output intent by which colours of a device are sRGB."""
    return Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier=String("sRGB IEC61966-2.1"),
        Info=String("sRGB IEC61966-2.1"),
        DestOutputProfile=pdf.make_stream(_srgb(), N=3, Filter=Name.FlateDecode),
    )


def associate(pdf: Pdf, sources: Sequence[Embeddable]) -> None:
    """Embed the files that the rendition was made from (AFRelationship Source)."""
    specifications = []
    for source in sorted(sources):
        stream = pdf.make_stream(source.data)
        stream.Type = Name.EmbeddedFile
        stream.Subtype = Name(f"/{source.media_type}")
        stream.Params = Dictionary(Size=len(source.data))
        specification = Dictionary(
            Type=Name.Filespec,
            F=String(source.name),
            UF=String(source.name),
            Desc=String("The source document that this rendition was made from"),
            AFRelationship=Name.Source,
            EF=Dictionary(F=stream, UF=stream),
        )
        specifications += [String(source.name), pdf.make_indirect(specification)]
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array(specifications)))
    pdf.Root.AF = Array(specifications[1::2])


@cache
def _srgb() -> bytes:
    """An sRGB profile (IEC 61966-2-1) that is the same whenever it is made, compressed."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = PROFILE_DATE
    return zlib.compress(profile)
