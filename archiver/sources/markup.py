"""Markup: the elements of an HTML document become blocks, in reading order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import urljoin

from langcodes import tag_is_valid
from lxml import html

from archiver.article import NOT_TEXT
from archiver.findings import Finding, Severity
from archiver.sources.figures import DATA
from archiver.sources.parts import Block, Noticed, is_kept

Element = html.HtmlElement

HIDDEN = {"script", "style", "template", "head", "noscript", "svg", "math", "object", "embed", "iframe"}
HIDDEN |= {"audio", "video", "canvas", "map", "button", "select", "input", "textarea", "datalist"}
"""Elements without text that a reader of the page would read as its text."""

HEADINGS = {f"h{level}": level for level in range(1, 7)}
PARTS = {"caption", "tbody", "td", "tfoot", "th", "thead", "tr", "li", "dd", "dl", "dt", "figcaption"}
SECTIONS = {"address", "article", "aside", "body", "center", "details", "dialog", "div", "fieldset"}
SECTIONS |= {"footer", "form", "header", "hgroup", "html", "legend", "main", "nav", "search", "section"}
SECTIONS |= {"summary", "p", "blockquote", "ul", "ol", "menu", "table", "figure", "pre", "hr"}
BLOCKS = {*HEADINGS, *PARTS, *SECTIONS}

EMPHASIS = {"em", "i", "cite", "dfn", "var", "address"}
STRONG = {"strong", "b"}
CODE = {"code", "kbd", "samp", "tt"}
QUOTES = ("“", "”")

SPACE = re.compile("[ \t\n\r\f]+")
"""What HTML shows as one space (WHATWG HTML, ASCII whitespace)."""

AS_WINDOWS_1252 = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
"""What references to control characters stand for in HTML (WHATWG HTML 13.2.5.80)."""

MOST_COLUMNS = 100
MOST_DEPTH = 200

LOST = {
    "picture": ("source-page-left-out", "{n} pictures that are not here; what is said of them stays"),
    "data": ("source-page-left-out", "{n} links to data that they hold themselves; their text stays"),
    "moved": (
        "source-picture-moved",
        "{n} pictures in tables, headings and captions, which are shown after those",
    ),
    "link": (
        "source-link-as-text",
        "{n} links of no kind that is kept; their targets stay as text in brackets",
    ),
}
"""What is not kept as it was: the rule of its finding, and what that says."""

Show = Callable[[str], str | None]
"""The name of a picture in the article, by its address in the page; None where it is not there."""


def everything(element: Element) -> bool:
    """Keep every element."""
    return True


class Markup:
    """Reads the elements of one document; `base` is the address that its links start from."""

    def __init__(
        self, noticed: Noticed, show: Show, base: str = "", keeps: Callable[[Element], bool] = everything
    ) -> None:
        self.noticed, self.show, self.base, self.keeps = noticed, show, base, keeps
        self.lost: Counter[str] = Counter()
        self.added = 0

    def left_out(self) -> Iterator[Finding]:
        """What of a document read so far is not in its blocks, or otherwise than it was."""
        for kind, count in sorted((+self.lost).items()):
            rule, told = LOST[kind]
            yield Finding(rule, Severity.WARNING, f"has {told.format(n=count)}", where=self.noticed.name)

    def blocks(self, parent: Element, depth: int = 0) -> list[Block]:
        """The blocks in an element: its own text and what is in it."""
        blocks: list[Block] = []
        spoken = _spoken(parent)
        spans: list[Block] = _text(parent.text, spoken)
        if depth > MOST_DEPTH:
            return _paragraph(_text(parent.text_content()))
        for child in parent:
            if is_shown(child):
                if _has_blocks(child):
                    blocks += _paragraph(spans)
                    spans = []
                    blocks += self._block(child, depth + 1) if self.keeps(child) else []
                else:
                    found, figures = self._inline(child, spoken, depth + 1)
                    spans += found
                    if figures:
                        blocks += [*_paragraph(spans), *figures]
                        spans = []
            spans += _text(child.tail, spoken)
        return blocks + _paragraph(spans)

    def _block(self, element: Element, depth: int) -> list[Block]:
        tag = element.tag
        if tag in HEADINGS:
            spans, figures = self.inlines(element)
            self.lost["moved"] += len(figures) if spans else 0
            return [*_filled({"type": "heading", "level": HEADINGS[tag], "content": spans}), *figures]
        if tag == "p":
            return self.blocks(element, depth)
        if tag == "blockquote":
            inner = self.blocks(element, depth)
            return [{"type": "quote", "blocks": inner}] if inner else []
        if tag in ("ul", "ol", "menu"):
            return self._list(element, depth)
        if tag == "table":
            return self._table(element, depth)
        if tag == "figure":
            return self._figure(element, depth)
        if tag == "pre":
            text = NOT_TEXT.sub("", "".join(element.itertext()).strip("\r\n"))
            return [{"type": "code", "text": text}] if text.strip() else []
        if tag == "hr":
            return [{"type": "rule"}]
        if tag == "dt":
            spans, figures = self.inlines(element)
            return [*_paragraph([{**span, "strong": True} for span in spans]), *figures]
        return self.blocks(element, depth)

    def inlines(self, element: Element) -> tuple[list[Block], list[Block]]:
        """The spans of an element that is read as one passage, and the figures in it."""
        spoken = _spoken(element)
        spans = _text(element.text, spoken)
        figures: list[Block] = []
        for child in element:
            if is_shown(child):
                found, shown = self._inline(child, spoken, 0)
                spans, figures = spans + found, figures + shown
            spans += _text(child.tail, spoken)
        return trimmed(spans), figures

    def _inline(
        self, element: Element, style: dict[str, object], depth: int
    ) -> tuple[list[Block], list[Block]]:
        tag = element.tag
        if tag == "br":
            return [{"text": "\n"}], []
        if tag == "img":
            return self._picture(element)
        style = {**style, **_style(element)}
        href = (element.get("href") or "").strip() if tag == "a" else ""
        if depth > MOST_DEPTH:
            return _text(element.text_content(), style), []
        before, after = QUOTES if tag == "q" else ("", "")
        self.added += len(before + after)
        spans = _text(before + (element.text or ""), style)
        figures: list[Block] = []
        for child in element:
            if is_shown(child):
                found, shown = self._inline(child, style, depth + 1)
                spans, figures = spans + found, figures + shown
            spans += _text(child.tail, style)
        spans += _text(after, style)
        return (self._linked(spans, href, element) if href else spans), figures

    def _linked(self, spans: list[Block], href: str, element: Element) -> list[Block]:
        try:
            target = urljoin(self.base, href) if self.base else href
        except ValueError:
            target = href
        if is_kept(target.replace(" ", "%20")):
            return [{**span, "href": target.replace(" ", "%20")} for span in spans]
        if target.startswith("#"):
            return spans
        if target.lower().startswith("data:"):
            self.lost["data"] += 1
            return spans
        self.lost["link"] += 1
        if "".join(span["text"] for span in spans).strip() == target:
            return spans
        self.added += len("".join(target.split())) + len("()")
        return [*spans, {"text": NOT_TEXT.sub("", f" ({target})")}]

    def _picture(self, image: Element) -> tuple[list[Block], list[Block]]:
        alt = SPACE.sub(" ", image.get("alt") or "").strip()
        self.added += len("".join(alt.split()))
        addresses = _addresses(image)
        for address in addresses:
            if (name := self.show(address)) is not None:
                return [], [{"type": "figure", "src": name, "alt": alt}]
        if any(not address.startswith(DATA) for address in addresses):
            self.lost["picture"] += 1
        return ([{"text": alt}] if alt else []), []

    def _figure(self, figure: Element, depth: int) -> list[Block]:
        """A figure with its caption; where its picture is not there, what it says."""
        captions = figure.xpath(".//figcaption")
        caption, moved = self._captions(captions)
        for each in captions:
            each.drop_tree()
        inner = self.blocks(figure, depth)
        pictures = [block for block in inner if block["type"] == "figure"]
        if pictures and caption:
            pictures[-1]["caption"] = caption
            return [*inner, *moved]
        return [*inner, *_paragraph(caption), *moved]

    def _captions(self, captions: list[Element]) -> tuple[list[Block], list[Block]]:
        """The spans of captions, and the figures in them, which are shown after what has the captions."""
        read = [self.inlines(each) for each in captions]
        figures = [figure for _, found in read for figure in found]
        self.lost["moved"] += len(figures)
        return [span for spans, _ in read for span in spans], figures

    def _list(self, element: Element, depth: int) -> list[Block]:
        items: list[list[Block]] = []
        for child in element:
            if not is_shown(child) or not self.keeps(child):
                continue
            inner = self.blocks(child, depth) if child.tag == "li" else self._loose(child, depth)
            if inner:
                items.append(inner)
        if not items:
            return []
        found: Block = {"type": "list", "ordered": element.tag == "ol", "items": items}
        start = element.get("start") or ""
        if element.tag == "ol" and start.isdecimal() and start.isascii() and int(start) < 10**9:
            found["start"] = int(start)
        return [found]

    def _loose(self, child: Element, depth: int) -> list[Block]:
        """What stands in a list outside its items."""
        if _has_blocks(child):
            return self._block(child, depth)
        spans, figures = self._inline(child, _spoken(child), 0)
        return [*_paragraph(spans), *figures]

    def _table(self, table: Element, depth: int) -> list[Block]:
        rows = [row for row in table.iter("tr") if next(row.iterancestors("table"), None) is table]
        cells = [[cell for cell in row if cell.tag in ("td", "th")] for row in rows]
        is_layout = table.get("role") in ("presentation", "none") or table.xpath(".//table")
        if is_layout or all(len(row) < 2 for row in cells):
            return [block for row in cells for cell in row for block in self.blocks(cell, depth)]
        figures: list[Block] = []
        grid: list[list[list[Block]]] = []
        reaching: dict[int, int] = {}
        for row in cells:
            grid.append([])
            reaching = {column: rows - 1 for column, rows in reaching.items() if rows > 1}
            for cell in row:
                while len(grid[-1]) in reaching:
                    grid[-1].append([])
                spans, shown = self._cell(cell)
                figures += shown
                wide = min(_span(cell, "colspan"), MOST_COLUMNS)
                if (tall := _span(cell, "rowspan")) > 1:
                    reaching |= dict.fromkeys(range(len(grid[-1]), len(grid[-1]) + wide), tall)
                grid[-1] += [spans, *([] for _ in range(wide - 1))]
        grid = [row for row in grid if any(row)]
        if not grid:
            return figures
        columns = max(map(len, grid))
        grid = [row + [[] for _ in range(columns - len(row))] for row in grid]
        self.lost["moved"] += len(figures)
        found: Block = {"type": "table", "header": grid[0], "rows": grid[1:]}
        if captions := table.xpath("./caption"):
            found["caption"], moved = self._captions(captions)
            figures += moved
        return [found, *figures]

    def _cell(self, cell: Element) -> tuple[list[Block], list[Block]]:
        """A cell as one passage: what would be blocks in it are its lines."""
        for inner in cell.iterdescendants(*BLOCKS):
            inner.tail = f" {inner.tail or ''}"
        return self.inlines(cell)


def is_shown(element: object) -> bool:
    """Whether an element, and no comment, has something that is read."""
    if not isinstance(element, html.HtmlElement) or not isinstance(element.tag, str):
        return False
    return element.tag not in HIDDEN and element.get("hidden") is None


def _has_blocks(element: Element) -> bool:
    return element.tag in BLOCKS or next(element.iterdescendants(*BLOCKS), None) is not None


def _span(cell: Element, name: str) -> int:
    value = cell.get(name) or "1"
    return max(1, int(value)) if value.isdecimal() and value.isascii() and len(value) < 6 else 1


def _addresses(image: Element) -> list[str]:
    """Where a picture may be, the best first: what its place holds until it is loaded comes last."""
    stated = [image.get(name, "").strip() for name in ("src", "data-src")]
    first_of_set = (image.get("srcset") or image.get("data-srcset") or "").split()[:1]
    found = dict.fromkeys(filter(None, [*stated, *(each.rstrip(",") for each in first_of_set)]))
    return sorted(found, key=lambda address: address.startswith(DATA))


def _style(element: Element) -> dict[str, object]:
    style: dict[str, object] = {}
    for tags, name in ((EMPHASIS, "emphasis"), (STRONG, "strong"), (CODE, "code")):
        if element.tag in tags:
            style[name] = True
    if _stated_language(element):
        style["language"] = _spoken(element).get("language")
    return style


def _stated_language(element: Element) -> str:
    return (element.get("lang") or element.get("xml:lang") or "").strip()


def _spoken(element: Element) -> dict[str, object]:
    """The language of an element's text, where it is stated and not that of its document."""
    stated = map(_stated_language, (element, *element.iterancestors()))
    tag, main = next(filter(None, stated), ""), _stated_language(element.getroottree().getroot())
    return {"language": tag} if tag.lower() != main.lower() and tag_is_valid(tag) else {}


def _text(text: str | None, style: dict[str, object] | None = None) -> list[Block]:
    text = NOT_TEXT.sub("", SPACE.sub(" ", (text or "").translate(AS_WINDOWS_1252)))
    return [{"text": text, **{k: v for k, v in (style or {}).items() if v}}] if text else []


def trimmed(spans: list[Block]) -> list[Block]:
    """Spans of one passage without the white space that HTML does not show."""
    kept: list[Block] = []
    for span in spans:
        before = kept[-1]["text"] if kept else "\n"
        text = re.sub(" *\n *", "\n", re.sub(" +", " ", span["text"]))
        if before[-1] in " \n":
            text = text.lstrip(" \n" if not kept else " ")
        if text.startswith("\n"):
            kept = _ended(kept, " ")
        if not text:
            continue
        if kept and {**kept[-1], "text": ""} == {**span, "text": ""}:
            kept[-1] = {**span, "text": kept[-1]["text"] + text}
        else:
            kept.append({**span, "text": text})
    return _ended(kept, None)


def _ended(spans: list[Block], characters: str | None) -> list[Block]:
    """Spans without these characters, or any white space, at their end."""
    while spans:
        text = spans[-1]["text"].rstrip(characters)
        if text:
            return [*spans[:-1], {**spans[-1], "text": text}]
        spans = spans[:-1]
    return []


def _paragraph(spans: list[Block]) -> list[Block]:
    return _filled({"type": "paragraph", "content": trimmed(spans)})


def _filled(block: Block) -> list[Block]:
    """The block, where it has content."""
    return [block] if block["content"] else []
