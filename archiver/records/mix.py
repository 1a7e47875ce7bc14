"""MIX: how a picture was captured, in the elements of NISO Z39.87 (MIX 2.0, Library of Congress)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from archiver.capture import Capture

MIX = "http://www.loc.gov/mix/v20"

ORIENTATIONS = {
    1: "normal*",
    2: "normal, image flipped",
    3: "normal, rotated 180°",
    4: "normal, image flipped, rotated 180°",
    5: "normal, image flipped, rotated cw 90°",
    6: "normal, rotated ccw 90°",
    7: "normal, image flipped, rotated ccw 90°",
    8: "normal, rotated cw 90°",
}
"""MIX's words for the orientations of TIFF 6.0."""

COLOUR_SPACES = {"bitonal": "BlackIsZero", "gray": "BlackIsZero", "palette": "PaletteColor"}
"""MIX's words (9.1.3.1) for colours that are called otherwise here."""


def mix(found: Capture) -> etree._Element:
    """The technical metadata of one picture, valid against mix20.xsd."""
    root = etree.Element(_name("mix"), nsmap={"mix": MIX})
    digital = _add(root, "BasicDigitalObjectInformation")
    _add(_add(digital, "FormatDesignation"), "formatName", found.media_type)
    _add(_add(digital, "Compression"), "compressionScheme", found.compression)
    shown = _add(_add(root, "BasicImageInformation"), "BasicImageCharacteristics")
    _add(shown, "imageWidth", str(found.width))
    _add(shown, "imageHeight", str(found.height))
    colours = _add(shown, "PhotometricInterpretation")
    _add(colours, "colorSpace", COLOUR_SPACES.get(found.colour, found.colour))
    if found.profile:
        profile = _add(_add(colours, "ColorProfile"), "IccProfile")
        _add(profile, "iccProfileName", found.profile)
    _add(_add(root, "ImageCaptureMetadata"), "orientation", ORIENTATIONS[found.orientation])
    assessed = _add(root, "ImageAssessmentMetadata")
    if found.resolution:
        metrics = _add(assessed, "SpatialMetrics")
        _add(metrics, "samplingFrequencyUnit", "in.")
        for tag, value in zip(("xSamplingFrequency", "ySamplingFrequency"), found.resolution, strict=True):
            _rational(_add(metrics, tag), value)
    encoding = _add(assessed, "ImageColorEncoding")
    bits = _add(encoding, "BitsPerSample")
    for _ in range(found.samples):
        _add(bits, "bitsPerSampleValue", str(found.bits))
    _add(bits, "bitsPerSampleUnit", "integer")
    _add(encoding, "samplesPerPixel", str(found.samples))
    return root


def _name(tag: str) -> str:
    return f"{{{MIX}}}{tag}"


def _add(parent: etree._Element, tag: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, _name(tag))
    element.text = text
    return element


def _rational(element: etree._Element, value: float) -> None:
    fraction = Fraction(str(value))
    _add(element, "numerator", str(fraction.numerator))
    _add(element, "denominator", str(fraction.denominator))
