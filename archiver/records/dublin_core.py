"""Dublin Core: an article's metadata in DCMI terms, in the container of qualifieddc.xsd (2008)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from archiver.article import Article

DCTERMS = "http://purl.org/dc/terms/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
NAMESPACES = {"dcterms": DCTERMS, "xsi": XSI}

SCHEMES = {
    "W3CDTF": re.compile(r"(?!0000)\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", re.A),
    "RFC4646": re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*"),
    "URI": re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[\w.~:/?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+", re.A),
}
"""DCMI's encoding schemes, and what a value must look like to be called one."""


class Term(NamedTuple):
    """A DCMI term with its value, and the encoding scheme that the value may be in."""

    name: str
    value: str | None
    scheme: str = ""


def dublin_core(article: Article) -> bytes:
    """The record, valid against `qualifieddc.xsd`."""
    root = etree.Element("qualifieddc", nsmap=NAMESPACES)
    for term in _terms(article):
        if term.value:
            element = etree.SubElement(root, f"{{{DCTERMS}}}{term.name}")
            element.text = term.value
            if term.scheme and (term.scheme not in SCHEMES or _fits(term)):
                element.set(f"{{{XSI}}}type", f"dcterms:{term.scheme}")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _fits(term: Term) -> bool:
    return SCHEMES[term.scheme].fullmatch(term.value or "") is not None


def _terms(article: Article) -> Iterator[Term]:
    """Every term, in the order of the record. A date that nobody understood stays as stated."""
    yield Term("identifier", article.identifier, "URI")
    yield Term("title", article.title)
    yield Term("alternative", article.subtitle)
    yield Term("abstract", article.abstract)
    for creator in article.creators:
        yield Term("creator", creator.name)
    for creator in article.creators:
        if told := "; ".join(filter(None, (creator.role, creator.note))):
            yield Term("description", f"{creator.name}: {told}")
    yield Term("publisher", article.publisher)
    if article.date and article.date.edtf:
        yield Term("issued", article.date.edtf, "W3CDTF")
    elif article.date:
        yield Term("issued", article.date.stated)
    for language in article.language:
        yield Term("language", language if language != "und" else None, "RFC4646")
    for place in article.places:
        yield Term("spatial", place)
    for subject in article.subjects:
        yield Term("subject", subject)
    yield Term("source", article.source_url, "URI")
    if article.rights:
        yield Term("rights", article.rights.statement)
        yield Term("license", article.rights.uri, "URI")
    yield Term("type", "Text", "DCMIType")
    yield Term("format", "application/pdf", "IMT")
