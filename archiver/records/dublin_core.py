"""Dublin Core: an article's metadata in DCMI terms (the qualifieddc container of 2008-02-11)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from archiver.article import Article

DCTERMS = "http://purl.org/dc/terms/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
NAMESPACES = {"dcterms": DCTERMS, "xsi": XSI}

W3CDTF = re.compile(r"\d{4}(-(0\d|1[0-2])(-\d\d)?)?")


def dublin_core(article: Article) -> bytes:
    """The record, valid against `qualifieddc.xsd`."""
    root = etree.Element("qualifieddc", nsmap=NAMESPACES)
    for term, value, encoding in _terms(article):
        element = etree.SubElement(root, f"{{{DCTERMS}}}{term}")
        element.text = value
        if encoding:
            element.set(f"{{{XSI}}}type", f"dcterms:{encoding}")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _terms(article: Article) -> Iterator[tuple[str, str, str]]:
    """Each term with its value and, where there is one, its encoding scheme."""
    yield "title", article.title, ""
    if article.subtitle:
        yield "alternative", article.subtitle, ""
    for creator in article.creators:
        yield "creator", creator.name, ""
        if creator.role or creator.note:
            told = "; ".join(filter(None, (creator.role, creator.note)))
            yield "description", f"{creator.name}: {told}", ""
    if article.publisher:
        yield "publisher", article.publisher, ""
    if article.date and (value := article.date.edtf or article.date.stated):
        yield "issued", value, "W3CDTF" if W3CDTF.fullmatch(value) else ""
    for language in article.language:
        yield "language", language, "RFC4646"
    if article.abstract:
        yield "abstract", article.abstract, ""
    for subject in article.subjects:
        yield "subject", subject, ""
    for place in article.places:
        yield "spatial", place, ""
    if article.identifier:
        yield "identifier", article.identifier, ""
    if article.source_url:
        yield "source", article.source_url, "URI"
    if article.rights and article.rights.statement:
        yield "rights", article.rights.statement, ""
    if article.rights and article.rights.uri:
        yield "license", article.rights.uri, "URI"
    yield "type", "Text", "DCMIType"
