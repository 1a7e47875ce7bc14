"""Elements: an HTML document as a tree of them, by lxml, within the limits of its parser."""

from __future__ import annotations

import re

from lxml import etree, html

from archiver.errors import SourceError

MOST_ATTRIBUTES = 1000
"""So many attributes a tag may have: a parser takes the square of their number to read them."""

ATTRIBUTE = r"""[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"?+|'[^']*+'?+|[^\s>]*+))?+"""
PIECE = re.compile(
    rf"<!--.*?(?:-->|\Z)|<((?:(script|style)(?=[\s/>])|[a-z])[^\s/>]*+)((?:[\s/]++|{ATTRIBUTE})*+)"
    r"(?(2).*?(?:</\2|\Z))",
    re.S | re.I,
)
"""A comment, or a tag with its attributes, and the script that one begins (WHATWG HTML 13.2.5)."""

TOO_DEEP = "Excessive depth"
"""What libxml2 says of elements within each other that it reads no further."""


def tree(text: str, name: str) -> html.HtmlElement:
    """The root of an HTML document of this name. Raises SourceError for one that cannot be read whole."""
    for piece in PIECE.finditer(text):
        attributes = piece[3] or ""
        if len(attributes) > MOST_ATTRIBUTES and len(re.findall(ATTRIBUTE, attributes)) > MOST_ATTRIBUTES:
            told = f"has a tag <{piece[1][:20]}> with more than {MOST_ATTRIBUTES:,} attributes"
            raise SourceError(told, where=name)
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = html.document_fromstring(text.encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise SourceError(f"cannot be read as HTML: {error}", where=name) from None
    if any(TOO_DEEP in each.message for each in parser.error_log):
        raise SourceError("has elements nested too deeply to be read to its end", where=name)
    for formula in list(root.iter("math")):
        _flatten(formula)
    return root


def _flatten(formula: html.HtmlElement) -> None:
    """Make a formula (MathML) the text that it shows, as extractors take none for text."""
    etree.strip_elements(formula, "annotation", "annotation-xml", with_tail=False)
    text = formula.text_content()
    for part in list(formula):
        formula.remove(part)
    formula.tag, formula.text = "span", text
