"""ALTO: the recognized text of a page with the place of each word (ALTO 4, Library of Congress)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from archiver import __version__
from archiver.rendition.recognition import Box, Line, Paragraph, Recognized

ALTO = "http://www.loc.gov/standards/alto/ns-v4#"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
LOCATION = f"{ALTO} http://www.loc.gov/standards/alto/v4/alto-4-3.xsd"
SCHEMA_VERSION = "4.3"


def alto(text: Recognized, number: int, file_name: str, recognizer: str, language: str) -> bytes:
    """The record of the page of this number in a file, recognized by a program (its name and version).

    `language` is that of the text (BCP 47). Places are in pixels of the picture as it is shown.
    """
    root = etree.Element(_name("alto"), nsmap={None: ALTO, "xsi": XSI}, SCHEMAVERSION=SCHEMA_VERSION)
    root.set(f"{{{XSI}}}schemaLocation", LOCATION)
    description = _add(root, "Description")
    _add(description, "MeasurementUnit").text = "pixel"
    _add(_add(description, "sourceImageInformation"), "fileName").text = file_name
    for software in (recognizer, f"archiver {__version__}"):
        name, _, version = software.partition(" ")
        told = _add(_add(description, "Processing", ID=name.lower()), "processingSoftware")
        _add(told, "softwareName").text = name
        _add(told, "softwareVersion").text = version
    sizes = {"WIDTH": str(text.width), "HEIGHT": str(text.height)}
    confidence = {} if text.confidence is None else {"PC": f"{text.confidence:.4f}"}
    numbered = {"ID": f"page-{number}", "PHYSICAL_IMG_NR": str(number)}
    page = _add(_add(root, "Layout"), "Page", **numbered, **sizes, **confidence)
    space = _add(page, "PrintSpace", HPOS="0", VPOS="0", **sizes)
    for count, paragraph in enumerate(text.paragraphs, 1):
        _block(space, paragraph, f"block-{count}", language)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _name(tag: str) -> str:
    return f"{{{ALTO}}}{tag}"


def _add(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, _name(tag), attributes)


def _place(box: Box) -> dict[str, str]:
    left, top, right, bottom = box
    sides = {"HPOS": left, "VPOS": top, "WIDTH": right - left, "HEIGHT": bottom - top}
    return {name: f"{value:.1f}".removesuffix(".0") for name, value in sides.items()}


def _block(space: etree._Element, paragraph: Paragraph, identifier: str, language: str) -> None:
    more = {"LANG": language, "BASEDIRECTION": "rtl" if paragraph.right_to_left else "ltr"}
    block = _add(space, "TextBlock", ID=identifier, **_place(paragraph.box), **more)
    for count, line in enumerate(paragraph.lines, 1):
        _line(block, line, f"{identifier}-line-{count}")


def _line(block: etree._Element, line: Line, identifier: str) -> None:
    element = _add(block, "TextLine", ID=identifier, BASELINE=" ".join(_baseline(line)), **_place(line.box))
    for word in line.words:
        _add(element, "String", CONTENT=word.text, WC=f"{word.confidence:.2f}", **_place(word.box))
        if word.parted and word is not line.words[-1]:
            _add(element, "SP")


def _baseline(line: Line) -> Iterator[str]:
    """The ends of a line's baseline, as points."""
    begin, last = line.words[0], line.words[-1]
    for x, y in (begin.start, (last.start.x + last.along.x, last.start.y + last.along.y)):
        yield f"{x:.1f},{y:.1f}"
