"""WordprocessingML (ISO/IEC 29500-1 17): what mammoth passes over is made what it reads.

Fields and formulas become the runs that they show. The text of paragraphs from right to left is put
between marks, which become elements with its language.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from lxml import etree

from archiver.scripts import scripts_from_right
from archiver.sources.languages import UNKNOWN, of_right_to_left

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
TEXTS = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")
STYLES = "word/styles.xml"

MARKS = range(0xFDD0, 0xFDEF)
END = "\ufdef"
"""Noncharacters, which no text may have: each of the first begins text in another language."""

MARKED = re.compile(f"([{chr(MARKS[0])}-{chr(MARKS[-1])}])([^{END}]*){END}")
OFF = ("0", "false", "off")
MOST_STYLES = 100
"""How many styles are looked at that one is based on."""


class Readable(NamedTuple):
    """A document that mammoth reads wholly, how many formulas are in it, and the languages of its marks."""

    data: bytes
    formulas: int
    languages: Sequence[str]

    def spoken(self, markup: str) -> str:
        """What mammoth made of it, with its marks as elements that say their language.

        Noncharacters that the document has itself are of no language.
        """
        of_mark = dict(zip(map(chr, MARKS), map(html.escape, self.languages), strict=False))
        return MARKED.sub(
            lambda found: f'<span lang="{of_mark.get(found[1], "")}">{found[2]}</span>', markup
        )


class Styles(NamedTuple):
    """The styles of a document by their identifiers, and what all text has without one."""

    known: dict[str | None, Any]
    defaults: Any


def _styles(root: Any) -> Styles:
    known = {each.get(f"{WORD}styleId"): each for each in root.iterfind(f"{WORD}style")}
    return Styles(known, root.find(f"{WORD}docDefaults"))


def parsed(data: bytes) -> Any:
    """The root of an XML part, whose entities are not resolved."""
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))


def readable(data: bytes) -> Readable:
    """A document (DOCX) with fields and formulas as runs, and its text from right to left marked.

    Raises what zipfile and lxml do for one that is damaged.
    """
    written, formulas, languages = io.BytesIO(), 0, list[str]()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(written, "w") as copy:
        styles = _styles(parsed(package.read(STYLES))) if STYLES in package.namelist() else Styles({}, None)
        for name in dict.fromkeys(package.namelist()):
            content = package.read(name)
            if name in TEXTS:
                root = parsed(content)
                etree.strip_tags(root, f"{WORD}fldSimple", f"{MATH}oMathPara")
                formulas += sum(map(_as_run, list(root.iter(f"{MATH}oMath", f"{WORD}ruby"))))
                for paragraph in root.iter(f"{WORD}p"):
                    _mark(paragraph, styles, languages)
                content = etree.tostring(root)
            copy.writestr(name, content)
    return Readable(written.getvalue(), formulas, languages)


def _as_run(shown: Any) -> bool:
    """Put the text of a formula or a ruby in its place, as a run; whether it was a formula."""
    is_formula = bool(shown.tag == f"{MATH}oMath")
    if is_formula:
        text = "".join(each.text or "" for each in shown.iter(f"{MATH}t", f"{WORD}t"))
    else:
        over = "".join(each.text or "" for each in shown.iterfind(f"{WORD}rt//{WORD}t"))
        base = "".join(each.text or "" for each in shown.iterfind(f"{WORD}rubyBase//{WORD}t"))
        text = f"{base} ({over})"
    new = written = etree.Element(f"{WORD}t")
    written.text = text
    if shown.getparent().tag != f"{WORD}r":
        new = etree.Element(f"{WORD}r")
        new.append(written)
    shown.getparent().replace(shown, new)
    return is_formula


# --- from right to left -------------------------------------------------------------------------


def _mark(paragraph: Any, styles: Styles, languages: list[str]) -> None:
    """Mark the text of a paragraph that runs from right to left (17.3.1.6) and has letters that do."""
    texts = [each for each in paragraph.iter(f"{WORD}t") if _paragraph_of(each) is paragraph]
    text = "".join(each.text or "" for each in texts)
    if not scripts_from_right(text) or not _is_bidirectional(paragraph, styles):
        return
    language = of_right_to_left(text, _stated_language(paragraph, styles))
    if language == UNKNOWN:
        return
    if language not in languages:
        if len(languages) == len(MARKS):
            return
        languages.append(language)
    mark = chr(MARKS[languages.index(language)])
    for each in texts:
        if each.text:
            each.text = f"{mark}{each.text}{END}"


def _paragraph_of(element: Any) -> Any:
    return next(element.iterancestors(f"{WORD}p"), None)


def _is_bidirectional(paragraph: Any, styles: Styles) -> bool:
    """Whether a paragraph is from right to left, by itself or the first of its styles that says."""
    for properties in (paragraph.find(f"{WORD}pPr"), *_of_styles(paragraph, styles, "pPr")):
        stated = properties.find(f"{WORD}bidi") if properties is not None else None
        if stated is not None:
            return stated.get(f"{WORD}val", "1") not in OFF
    return False


def _stated_language(paragraph: Any, styles: Styles) -> str:
    """The language of a paragraph's text from right to left (17.3.2.20); empty where none is stated."""
    of_runs = (each for each in paragraph.iter(f"{WORD}rPr"))
    for properties in (*of_runs, *_of_styles(paragraph, styles, "rPr")):
        stated = properties.find(f"{WORD}lang") if properties is not None else None
        tag = stated.get(f"{WORD}bidi", "") if stated is not None else ""
        if tag:
            return str(tag)
    return ""


def _of_styles(paragraph: Any, styles: Styles, kind: str) -> Iterator[Any]:
    """The properties of a kind that a paragraph has by its styles, the nearest first."""
    stated = paragraph.find(f"{WORD}pPr/{WORD}pStyle")
    name = stated.get(f"{WORD}val") if stated is not None else None
    for _ in range(MOST_STYLES):
        style = styles.known.get(name)
        if style is None:
            break
        yield style.find(f"{WORD}{kind}")
        base = style.find(f"{WORD}basedOn")
        name = base.get(f"{WORD}val") if base is not None else None
    if styles.defaults is not None:
        yield styles.defaults.find(f"{WORD}{kind}Default/{WORD}{kind}")
