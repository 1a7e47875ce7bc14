"""Levels of capture quality, as data: what each asks of a page.

Those of archiver's own have what a picture alone can tell of the stars for documents of general
collections in the Technical Guidelines for Digitizing Cultural Heritage Materials (FADGI).
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class CaptureLevel(BaseModel):
    """What a level of capture quality asks of a page. Skew is in degrees."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    pixels_per_inch: float = Field(gt=0)
    bits_per_sample: int = Field(8, gt=0)
    profile: bool = True
    lossless: bool = True
    skew: float = Field(1.0, gt=0)


LEVELS = {
    "fadgi-2": CaptureLevel(pixels_per_inch=200),
    "fadgi-3": CaptureLevel(pixels_per_inch=300),
    "fadgi-4": CaptureLevel(pixels_per_inch=400),
}
