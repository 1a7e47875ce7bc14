"""Levels of capture quality, as data: what each asks of a page.

Those of archiver's own have what a file alone can tell of two to four stars for bound general collections
in the Technical Guidelines for Digitizing Cultural Heritage Materials (FADGI, 3rd edition, May 2023): 250,
300 and 400 pixels per inch, less the tolerance of 3, 2 and 1 percent, and 8 bits a sample (16 are as good
from three stars). These numbers were taken from a published comparison of that table with ISO 19264-1; that
of three stars is in 36 CFR 1236.50 (d) too. The guidelines name colour spaces and files of masters (TIFF,
JPEG 2000, PDF/A), but no compression: that nothing is lost by it, and how far a page may be skewed, is
archiver's own. A profile is of a colour space whose name it has in its own.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, Strict

Names = Annotated[tuple[str, ...], Strict(False)]


class CaptureLevel(BaseModel):
    """What a level of capture quality asks of a page: of its file, its samples and its profile. Skew is in
    degrees; of colour spaces and media types, none named are all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    pixels_per_inch: float = Field(gt=0)
    bits_per_sample: int = Field(8, gt=0)
    profile: bool = True
    colour_spaces: Names = ("Gray Gamma 2.2", "sRGB", "Adobe RGB", "ProPhoto", "eciRGB")
    media_types: Names = ("image/tiff", "image/jp2")
    lossless: bool = True
    skew: float = Field(1.0, gt=0)


LEVELS = {
    "fadgi-2": CaptureLevel(pixels_per_inch=242.5),
    "fadgi-3": CaptureLevel(pixels_per_inch=294),
    "fadgi-4": CaptureLevel(pixels_per_inch=396),
}
