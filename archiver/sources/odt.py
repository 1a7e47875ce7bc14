"""ODT: a text of OpenDocument as HTML elements, by odfdo."""

from __future__ import annotations

import io
import mimetypes
from collections.abc import Iterator
from typing import Any

from lxml import html

from archiver.findings import counted
from archiver.scripts import scripts_from_right
from archiver.sources.figures import Pictures
from archiver.sources.languages import of_right_to_left
from archiver.sources.office import TITLE_CLASS, Document

PLAIN = {
    "text:list-item": "li",
    "text:list-header": "li",
    "text:section": "div",
    "text:line-break": "br",
    "table:table": "table",
    "draw:text-box": "div",
    "draw:frame": "span",
    "text:ruby-base": "span",
}
"""Elements of ODF (ISO/IEC 26300-1) that are what an element of HTML is."""

LEFT = {
    "text:tracked-changes",
    "office:annotation",
    "text:sequence-decls",
    "text:variable-decls",
    "svg:desc",
}
LEFT |= {"office:forms", "text:user-field-decls", "text:bookmark", "text:note-citation"}
LEFT |= {"svg:title", "table:covered-table-cell"}

TITLE, QUOTATION, PREFORMATTED = "Title", "Quotations", "Preformatted_20_Text"
SPANS = {"colspan": "table:number-columns-spanned", "rowspan": "table:number-rows-spanned"}
RIGHT_TO_LEFT = ("rl-tb", "rl")
MOST_REPEATED = 100
MOST_REPEATED_IN_ALL = 100_000
"""So often a row or a cell is shown, and so many elements and characters in all that are repeated."""
MOST_DEPTH = 150


def document(data: bytes, pictures: Pictures) -> Document:
    """What is in an ODT file. Raises whatever odfdo does for one that is damaged."""
    import odfdo

    text = odfdo.Document(io.BytesIO(data))
    reader = _Reader(text, pictures)
    tree = html.Element("body")
    reader.children(text.body, tree, 0)
    reader.end_notes(tree)
    meta = text.meta
    keywords = [word.strip() for word in (meta.keyword or "").replace(";", ",").split(",") if word.strip()]
    given = {
        "title": meta.title,
        "creators": [meta.initial_creator or meta.creator] if meta.initial_creator or meta.creator else [],
        "abstract": meta.description,
        "subjects": keywords,
        "language": meta.language,
    }
    fields = {field: value for field, value in given.items() if value}
    notes = (*pictures.notes, *dict.fromkeys(reader.notes), *_beside(text))
    return Document(tree, fields, pictures.found, notes, reader.seen)


BESIDE = {
    "tracked deletions": "//text:tracked-changes//text:deletion//text:p",
    "comments": "//office:annotation//text:p",
    "cells that others cover, with text": "//table:covered-table-cell//text:p",
}
HEADERS_AND_FOOTERS = "//style:master-page/*//text:p"
EMBEDDED = "//draw:object[@xlink:href]|//draw:object-ole"


def _beside(text: Any) -> Iterator[str]:
    """What a document has beside its text, which the original alone has."""
    styles = text.get_part("styles.xml").root
    found = {what: text.body.get_elements(path) for what, path in BESIDE.items()}
    found["headers or footers"] = styles.get_elements(HEADERS_AND_FOOTERS)
    for what, passages in found.items():
        if count := sum(len("".join(each.text_recursive.split())) for each in passages):
            yield f"has {what} of {count:,} characters, which are in the original alone"
    if count := len(text.body.get_elements(EMBEDDED)):
        yield f"has {counted(count, 'embedded object')} that the original alone shows"


class _Reader:
    """Builds HTML elements from those of one document."""

    def __init__(self, text: Any, pictures: Pictures) -> None:
        self.text, self.pictures = text, pictures
        self.footnotes: list[Any] = []
        self.notes: list[str] = []
        self.seen = 0
        self.repeated = 0

    def children(self, element: Any, target: html.HtmlElement, depth: int) -> None:
        """Add what is in an element to one of HTML."""
        if depth > MOST_DEPTH:
            raise RecursionError
        self._add(target, element.text)
        for child in element.children:
            self._child(child, target, depth + 1)
            self._add(target, child.tail)

    def end_notes(self, body: html.HtmlElement) -> None:
        """Put the notes at the end, in order, as Word's readers do."""
        if not self.footnotes:
            return
        notes = html.Element("ol")
        for note in self.footnotes:
            item = html.Element("li")
            self.children(note, item, 1)
            notes.append(item)
        body.append(notes)

    def _add(self, target: html.HtmlElement, text: str | None) -> None:
        if not text:
            return
        self.seen += len("".join(text.split()))
        if len(target):
            target[-1].tail = (target[-1].tail or "") + text
        else:
            target.text = (target.text or "") + text

    def _child(self, child: Any, target: html.HtmlElement, depth: int) -> None:
        tag = child.tag
        match tag:
            case "text:p":
                self._paragraph(child, target, depth)
            case "text:h":
                level = child.get_attribute_integer("text:outline-level") or 1
                self._speaking(child, self._inside(f"h{min(max(level, 1), 6)}", child, target, depth))
            case "text:span":
                self._span(child, target, depth)
            case "text:a":
                link = self._inside("a", child, target, depth)
                link.set("href", child.get_attribute_string("xlink:href") or "")
            case "text:list":
                self._inside("ol" if self._is_numbered(child) else "ul", child, target, depth)
            case "table:table-row":
                for _ in range(self._repeated(child, "table:number-rows-repeated")):
                    self._inside("tr", child, target, depth)
            case "table:table-cell":
                self._cell(child, target, depth)
            case "draw:image":
                self._picture(child, target)
            case "text:note":
                self._note(child, target)
            case "text:s":
                self._add(target, " " * min(child.get_attribute_integer("text:c") or 1, MOST_REPEATED))
            case "text:tab":
                self._add(target, " ")
            case _ if tag in PLAIN:
                self._inside(PLAIN[tag], child, target, depth)
            case _ if tag not in LEFT:
                self.children(child, target, depth)

    def _inside(self, tag: str, child: Any, target: html.HtmlElement, depth: int) -> html.HtmlElement:
        made = html.Element(tag)
        target.append(made)
        self.children(child, made, depth)
        return made

    def _paragraph(self, child: Any, target: html.HtmlElement, depth: int) -> None:
        styles = self._styles("paragraph", child)
        if TITLE in styles:
            title = self._inside("h1", child, target, depth)
            title.set("class", TITLE_CLASS)
            self._speaking(child, title)
        elif QUOTATION in styles:
            quote = html.Element("blockquote")
            target.append(quote)
            self._speaking(child, self._inside("p", child, quote, depth))
        else:
            tag = "pre" if PREFORMATTED in styles else "p"
            self._speaking(child, self._inside(tag, child, target, depth))

    def _speaking(self, child: Any, made: html.HtmlElement) -> None:
        """Say the language of a paragraph that runs from right to left and has letters that do."""
        text = made.text_content()
        modes = self._stated("paragraph", child, "paragraph", "style:writing-mode")
        if not scripts_from_right(text) or next(modes, "") not in RIGHT_TO_LEFT:
            return
        language = next(self._stated("paragraph", child, "text", "style:language-complex"), "")
        country = next(self._stated("paragraph", child, "text", "style:country-complex"), "")
        stated = "-".join(part for part in (language, country) if part not in ("", "none"))
        made.set("lang", of_right_to_left(text, stated))

    def _span(self, child: Any, target: html.HtmlElement, depth: int) -> None:
        made = html.Element("span")
        inner = made
        for tag, name, value in (("b", "fo:font-weight", "bold"), ("i", "fo:font-style", "italic")):
            if self._property(child, name) == value:
                nested = html.Element(tag)
                inner.append(nested)
                inner = nested
        target.append(made)
        self.children(child, inner, depth)

    def _cell(self, child: Any, target: html.HtmlElement, depth: int) -> None:
        for _ in range(self._repeated(child, "table:number-columns-repeated")):
            made = self._inside("td", child, target, depth)
            for name, spanned in SPANS.items():
                made.set(name, str(child.get_attribute_integer(spanned) or 1))

    def _repeated(self, child: Any, attribute: str) -> int:
        """How often a row or a cell is shown; where that is not as often as it is there, text is told."""
        stated = child.get_attribute_integer(attribute) or 1
        if stated <= 1:
            return 1
        text = child.text_recursive.strip()
        if not text and child.tag == "table:table-row":
            return 1
        shown = min(stated, MOST_REPEATED)
        if self.repeated <= MOST_REPEATED_IN_ALL:
            self.repeated += shown * (len(child.get_elements("descendant::*")) + len(text))
        if self.repeated > MOST_REPEATED_IN_ALL:
            shown = 1
        if text and shown < stated:
            self.notes.append(f"has text that is there {stated:,} times over, of which {shown} are shown")
        return shown

    def _picture(self, child: Any, target: html.HtmlElement) -> None:
        place = child.get_attribute_string("xlink:href") or ""
        if place not in self.text.get_parts():
            self.notes.append("has a picture that is not in it")
            return
        media_type = mimetypes.guess_type(place)[0] or "image"
        frame = child.parent
        described = [*frame.get_elements("svg:title"), *frame.get_elements("svg:desc")]
        alt = [each.text_recursive for each in described]
        name = self.pictures.take(bytes(self.text.get_part(place)), media_type, place)
        made = html.Element("img", src=name, alt=" ".join(alt))
        target.append(made)

    def _note(self, child: Any, target: html.HtmlElement) -> None:
        self.footnotes += child.get_elements("text:note-body")
        marker = html.Element("span")
        marker.text = f"[{len(self.footnotes)}]"
        target.append(marker)

    def _styles(self, family: str, element: Any) -> dict[str, None]:
        """The names of an element's style and of those that it is made from."""
        names: dict[str, None] = {}
        name = element.get_attribute_string("text:style-name")
        while name and name not in names:
            names[name] = None
            style = self.text.get_style(family, name)
            name = style.get_attribute_string("style:parent-style-name") if style is not None else None
        return names

    def _property(self, span: Any, name: str) -> str:
        return next(self._stated("text", span, "text", name), "")

    def _stated(self, family: str, element: Any, area: str, name: str) -> Iterator[str]:
        """The values of a property that an element's styles state, the usual one of its family last."""
        named = [self.text.get_style(family, style_name) for style_name in self._styles(family, element)]
        for style in (*named, self.text.get_style(family)):
            properties = style.get_properties(area=area) if style is not None else None
            if properties and name in properties:
                yield str(properties[name])

    def _is_numbered(self, element: Any) -> bool:
        name = element.get_attribute_string("text:style-name")
        level = 1
        above = element.parent
        while above is not None and above.tag != "office:text":
            if above.tag == "text:list":
                name = name or above.get_attribute_string("text:style-name")
                level += 1
            above = above.parent
        style = self.text.get_style("list", name) if name else None
        if style is None:
            return False
        return bool(
            style.xpath(f"text:list-level-style-number[@text:level='{level}'][@style:num-format!='']")
        )
