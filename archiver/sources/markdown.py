"""Markdown (CommonMark, with tables and footnotes) under YAML front matter."""

from __future__ import annotations

import re
from itertools import chain
from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from archiver.article import MAX_DEPTH, NOT_TEXT
from archiver.errors import SourceError
from archiver.sources import yaml_fields
from archiver.sources.parts import Block, Noticed, Parts, is_kept, link_span

FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)\n?^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


UNCLOSED = re.compile(r"\s*---[ \t]*\n\w+:")


def parse(text: str, name: str) -> Parts:
    """The parts of a Markdown text.

    Raises SourceError, with the line, for broken front matter, for a title without words, and for quotes
    and lists within too many.
    """
    front = _front_matter(text, name)
    parser = MarkdownIt("commonmark", {"maxNesting": 100, "store_labels": True}).enable("table")
    parser.use(footnote_plugin, inline=False, move_to_end=False).disable("footnote_ref")
    normalized = parser.normalizeLink
    parser.normalizeLink = lambda url: normalized(url) if is_kept("".join(url.split())) else url  # type: ignore[method-assign]
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    references: dict[str, Any] = {}
    tokens = parser.parse(front.rest, references)
    _refuse_depth(tokens, name, front.lines)
    notes = {token.meta["label"] for token in tokens if token.type == NOTE}
    reader = _Reader(name, front.rest, front.lines, notes)
    body: list[Block] = []
    at = next((at for at, token in enumerate(tokens) if token.tag == "h1" and token.level == 0), None)
    if "title" not in front.fields and at is not None:
        body = reader.blocks(tokens[:at])
        front.fields["title"], beside = reader.title(tokens[at:])
        body += beside
        tokens = tokens[at + 3 :]
    body += reader.blocks(tokens)
    body += reader.unused(references)
    return Parts(front.fields, body, front.places, reader.noticed.findings, reader.pictures)


class _FrontMatter(NamedTuple):
    """The fields of front matter, where each stands, the text after it and how many lines it took."""

    fields: dict[str, Any]
    places: dict[str, str]
    rest: str
    lines: int


def _front_matter(text: str, name: str) -> _FrontMatter:
    blank = len(text) - len(text.lstrip("\n"))
    found = FRONT_MATTER.match(text, blank)
    if not found and UNCLOSED.match(text):
        told = "front matter is not closed; expected a line with --- after its fields"
        raise SourceError(told, where=f"{name}, line {blank + 1}")
    if not found:
        return _FrontMatter({}, {}, text, 0)
    fields, places = yaml_fields.parse(found[1], name, "front matter", blank + 2)
    yaml_fields.refuse(places, {"body": "in Markdown that is what follows it"}, "front matter")
    return _FrontMatter(fields, places, text[found.end() :], text[: found.end()].count("\n"))


NOTE = "footnote_reference_open"
NOTE_MARK = re.compile(r"\[\^([^][\s]+)\]")
NESTED = re.compile("(blockquote|bullet_list|ordered_list|footnote_reference)_(open|close)")


def _refuse_depth(tokens: list[Token], name: str, offset: int) -> None:
    """Raise SourceError, with its line, where quotes, lists and notes are more than MAX_DEPTH deep."""
    depth = 0
    for token in filter(lambda token: NESTED.fullmatch(token.type), tokens):
        depth += token.nesting
        if depth > MAX_DEPTH:
            line = offset + (token.map or [0])[0] + 1
            told = f"has quotes and lists nested more than {MAX_DEPTH} deep"
            raise SourceError(told, where=f"{name}, line {line}")


class _Reader:
    """Walks the tokens of one document; `offset` is the number of lines before its first.

    `notes` are the labels of its footnotes.
    """

    def __init__(self, name: str, text: str, offset: int, notes: set[str]) -> None:
        self.lines, self.offset, self.notes = text.split("\n"), offset, notes
        self.noticed = Noticed(name)
        self.labels: set[str] = set()
        self.pictures: dict[str, int] = {}
        self.tokens: list[Token] = []
        self.at = 0

    def title(self, tokens: list[Token]) -> tuple[str, list[Block]]:
        """The text of the heading that begins the tokens, and blocks for what a title does not keep.

        Raises SourceError for one without words.
        """
        line = self.offset + (tokens[0].map or [0])[0] + 1
        spans, figures = self._spans(tokens[1].children or [], line)
        if _is_blank(spans):
            told = "has a heading of level 1 without words; expected the title"
            raise SourceError(told, where=self.noticed.at(line))
        links = [span for span in spans if "href" in span]
        moved = (self.noticed.moved_link(s["text"], s["href"], "the title", s["line"]) for s in links)
        kept = [*chain.from_iterable(moved), *self.noticed.moved_pictures(figures, "title")]
        return "".join(span["text"] for span in spans), kept

    def blocks(self, tokens: list[Token]) -> list[Block]:
        self.tokens, self.at = tokens, 0
        return self._until("")

    def _until(self, closing: str) -> list[Block]:
        blocks: list[Block] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token.type == closing:
                break
            blocks += self._block(token)
        return blocks

    def _block(self, token: Token) -> list[Block]:
        line = self.offset + (token.map[0] + 1 if token.map else 0)
        match token.type:
            case "heading_open":
                content = self._content("heading_close")
                spans, figures = self._inline(content, line, "heading")
                if not _is_blank(spans):
                    return [{"type": "heading", "level": int(token.tag[1]), "content": spans}, *figures]
                if not figures:
                    told = "has a heading without words, which is left out"
                    self.noticed.warn("source-heading-empty", told, line)
                return figures
            case "paragraph_open":
                spans, figures = self._inline(self._content("paragraph_close"), line, "paragraph")
                return figures if _is_blank(spans) else [{"type": "paragraph", "content": spans}, *figures]
            case "blockquote_open":
                return [{"type": "quote", "blocks": self._until("blockquote_close")}]
            case "footnote_reference_open":
                return self._note(token.meta["label"])
            case "bullet_list_open":
                return [{"type": "list", "items": self._items("bullet_list_close")}]
            case "ordered_list_open":
                start = int(token.attrGet("start") or 1) if token.attrGet("start") != 0 else 0
                items = self._items("ordered_list_close")
                numbers = {"ordered": True, "start": start, "delimiter": token.markup}
                return [{"type": "list", **numbers, "items": items}]
            case "fence" | "code_block":
                code: dict[str, Any] = {"type": "code", "text": token.content}
                if token.info.strip():
                    code["syntax"] = token.info.strip()
                return [code]
            case "hr":
                return [{"type": "rule"}]
            case "html_block":
                self.noticed.warn("source-html", "has HTML, which is kept as text", line)
                return [{"type": "code", "text": token.content, "syntax": "html"}]
            case "table_open":
                return self._table(line)
        return []

    def _note(self, label: str) -> list[Block]:
        """A footnote, in the place where it is written, behind its mark."""
        blocks = self._until("footnote_reference_close")
        if not blocks or blocks[0]["type"] != "paragraph":
            return [{"type": "paragraph", "content": [{"text": f"[{label}]"}]}, *blocks]
        first, *others = blocks
        return [{**first, "content": [{"text": f"[{label}] "}, *first["content"]]}, *others]

    def _content(self, closing: str) -> list[Token]:
        inline = self.tokens[self.at]
        while self.tokens[self.at].type != closing:
            self.at += 1
        self.at += 1
        return inline.children or []

    def _items(self, closing: str) -> list[list[Block]]:
        items = []
        while self.tokens[self.at].type != closing:
            self.at += 1
            items.append(self._until("list_item_close"))
        self.at += 1
        return items

    def _table(self, line: int) -> list[Block]:
        rows: list[list[Any]] = []
        after: list[Block] = []
        align: list[str] = []
        while (token := self.tokens[self.at]).type != "table_close":
            self.at += 1
            if token.type == "tr_open":
                line = self.offset + (token.map[0] + 1 if token.map else line)
                after += self._beyond_the_columns(line, len(rows[0])) if rows else []
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                if token.type == "th_open":
                    align.append(_alignment(str(token.attrGet("style") or "")))
                spans, found = self._inline(self.tokens[self.at].children or [], line, "table")
                rows[-1].append(spans)
                after += found
        self.at += 1
        table: Block = {"type": "table", "header": rows[0], "rows": rows[1:]}
        if any(align):
            table["align"] = [side or "left" for side in align]
        return [table, *after]

    def _beyond_the_columns(self, line: int, columns: int) -> list[Block]:
        """The cells of a row that the table has no column for, which the parser leaves out."""
        cells = _cells(self.lines[line - self.offset - 1])[columns:]
        if not any(cells):
            return []
        self.noticed.warn(
            "source-table-cells",
            f"has {columns + len(cells)} cells where the table has {columns}; the rest follows it",
            line,
        )
        return [{"type": "paragraph", "content": [{"text": " | ".join(cells)}]}]

    def _inline(self, tokens: list[Token], line: int, place: str) -> tuple[list[Block], list[Block]]:
        """The spans of a passage, with the links that are kept, and the figures in it.

        Those follow the place that the passage is in, or stand for a paragraph that has nothing else.
        """
        spans, figures = self._spans(tokens, line)
        alone = _is_blank(spans) and place == "paragraph"
        return self.noticed.linked(spans), self.noticed.moved_pictures(figures, "" if alone else place)

    def _spans(self, tokens: list[Token], line: int) -> tuple[list[Block], list[Block]]:
        """The spans of a passage, with all their links, and the figures in it."""
        spans: list[Block] = []
        figures: list[Block] = []
        style: dict[str, bool] = {}
        link: _Link | None = None
        for token in tokens:
            self.labels.add(str(token.meta.get("label", "")))
            match token.type:
                case "em_open" | "em_close":
                    style = _switched(style, "emphasis", token.nesting)
                case "strong_open" | "strong_close":
                    style = _switched(style, "strong", token.nesting)
                case "link_open":
                    link = _Link.of(token, line, len(spans) + len(figures))
                case "link_close" if link:
                    if link.begun == len(spans) + len(figures):
                        spans.append(_span("", link, **style))
                    if link.title:
                        spans.append({"text": f" ({link.title})", **style})
                    link = None
                case "softbreak" | "hardbreak":
                    line += 1
                    spans.append(_span(" " if token.type == "softbreak" else "\n", link, **style))
                case "image":
                    figures += self._figure(token, line, spans, link)
                case "html_inline":
                    self.noticed.warn("source-html", "has HTML, which is kept as text", line)
                    spans.append(_span(token.content, link, **style))
                case "code_inline":
                    spans.append(_span(token.content, link, **style, code=True))
                case _ if token.content:
                    spans.append(_span(NOTE_MARK.sub(self._mark, token.content), link, **style))
        return _closed_up(spans), figures

    def _mark(self, found: re.Match[str]) -> str:
        """What stands in a text for the mark of a footnote; what is none stays."""
        return f"[{found[1]}]" if found[1] in self.notes else found[0]

    def _figure(self, token: Token, line: int, spans: list[Block], link: _Link | None) -> list[Block]:
        src, alt = str(token.attrGet("src") or ""), token.content
        if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//", src):
            self.noticed.warn(
                "source-picture-remote",
                f"has a picture at {src!r}, which is not fetched; its text stays",
                line,
            )
            text = f"{alt} ({src})" if alt else src
            spans.append(_span(text, link))
            return []
        from urllib.parse import unquote

        if not src or NOT_TEXT.search(unquote(src)):
            told = f"has a picture at {unquote(src)!r}; expected the path of a file"
            raise SourceError(told, where=self.noticed.at(line))
        title = str(token.attrGet("title") or "")
        caption: list[Block] = [{"text": title}] if title else []
        if link:
            caption += [{"text": " "}] if title else []
            caption += self.noticed.linked([_span("", link)])
        spans.append({"text": ""})
        figure: Block = {"type": "figure", "src": unquote(src), "alt": alt, "line": line}
        self.pictures.setdefault(unquote(src), line)
        return [{**figure, "caption": caption} if caption else figure]

    def unused(self, environment: dict[str, Any]) -> list[Block]:
        """Paragraphs for the definitions of links that nothing refers to, and for those given twice."""
        found = [
            (label, definition)
            for label, definition in environment.get("references", {}).items()
            if label not in self.labels
        ]
        found += [(twice["label"], twice) for twice in environment.get("duplicate_refs", [])]
        blocks: list[Block] = []
        for label, definition in found:
            line = self.offset + definition["map"][0] + 1
            label = self._label_as_written(definition["map"][0], label)
            self.noticed.warn(
                "source-definition-unused", f"defines a link [{label}] that nothing uses; it is kept", line
            )
            title = f" ({definition['title']})" if definition["title"] else ""
            target = self.noticed.linked([link_span("", definition["href"], line)])
            blocks.append(
                {"type": "paragraph", "content": [{"text": f"[{label}]: "}, *target, {"text": title}]}
            )
        return blocks

    def _label_as_written(self, index: int, label: str) -> str:
        """A definition's label in its own letters: the parser has it in capitals."""
        found = re.search(r"\[((?:\\.|[^\[\]\\])+)\]:", self.lines[index])
        return found[1] if found and " ".join(found[1].split()).casefold() == label.casefold() else label


class _Link(NamedTuple):
    """A link that is open: its target, its title, the line and how much was found before it."""

    target: str
    title: str
    line: int
    begun: int

    @classmethod
    def of(cls, token: Token, line: int, begun: int) -> _Link:
        return cls(str(token.attrGet("href") or ""), str(token.attrGet("title") or ""), line, begun)


def _span(text: str, link: _Link | None, **style: bool) -> Block:
    """A span, with the link that is open, if one is."""
    return link_span(text, link.target, link.line, **style) if link else {"text": text, **style}


def _is_blank(spans: list[Block]) -> bool:
    return not any(span["text"].strip() for span in spans)


def _closed_up(spans: list[Block]) -> list[Block]:
    """The spans of a passage without those of no text, where a picture was, and the space beside it."""
    kept: list[Block] = []
    taken_out = False
    for span in spans:
        text = span["text"]
        taken_out = taken_out or not text
        if taken_out and (not kept or kept[-1]["text"][-1].isspace()):
            text = text.lstrip(" " if kept else None)
        if text:
            kept.append({**span, "text": text})
            taken_out = False
    if taken_out and kept:
        kept[-1]["text"] = kept[-1]["text"].rstrip()
    return [span for span in kept if span["text"]]


def _cells(row: str) -> list[str]:
    """The cells of a table's row; a bar with a backslash before it parts none."""
    cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row.strip(" \t>"))]
    return cells[bool(cells and not cells[0]) : len(cells) - (len(cells) > 1 and not cells[-1])]


def _switched(style: dict[str, bool], name: str, nesting: int) -> dict[str, bool]:
    return {**style, name: True} if nesting > 0 else {k: v for k, v in style.items() if k != name}


def _alignment(style: str) -> str:
    return style.removeprefix("text-align:")
