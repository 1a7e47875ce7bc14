"""Markdown (CommonMark, with tables) under YAML front matter."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from archiver.errors import SourceError
from archiver.findings import Finding, Severity
from archiver.sources.article_text import Parts, linked

FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)(?:^|\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)


UNCLOSED = re.compile(r"\s*---[ \t]*\n\w+:")


class _Loader(yaml.BaseLoader):
    """Every scalar is text; no alias, no tag, no key twice: nothing to blow up or to guess."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="has an alias, which is not allowed", problem_mark=mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        keys = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or keys[key.value] > 1:
                raise yaml.MarkedYAMLError(
                    problem=f"has the key {key.value!r} twice", problem_mark=key.start_mark
                )
        return super().construct_mapping(node, deep=True)


def parse(text: str, name: str) -> Parts:
    """The parts of a Markdown text. Raises SourceError, with the line, for broken front matter."""
    fields, places, body_text, offset = _front_matter(text, name)
    reader = _Reader(name, offset)
    parser = MarkdownIt("commonmark", {"maxNesting": 100}).enable("table")
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    tokens = parser.parse(body_text)
    body = reader.blocks(tokens)
    if "title" not in fields and body and body[0]["type"] == "heading" and body[0]["level"] == 1:
        fields["title"] = "".join(span["text"] for span in body.pop(0)["content"])
    return Parts(fields, body, places, reader.findings)


def _front_matter(text: str, name: str) -> tuple[dict[str, Any], dict[str, str], str, int]:
    text = text.lstrip("\n") if text.lstrip("\n").startswith("---") else text
    found = FRONT_MATTER.match(text)
    if not found and UNCLOSED.match(text):
        told = "front matter is not closed; expected a line with --- after its fields"
        raise SourceError(told, where=f"{name}, line 1")
    if not found:
        return {}, {}, text, 0
    try:
        node = yaml.compose(found[1], Loader=_Loader)
        fields = yaml.load(found[1], Loader=_Loader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f", line {mark.line + 2}" if mark else ""
        raise SourceError(f"front matter {error.problem}", where=f"{name}{line}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise SourceError(f"front matter is not YAML: {error}", where=name) from None
    if fields is None or fields == "":
        fields = {}
    if not isinstance(fields, dict):
        raise SourceError("front matter is not a list of fields", where=f"{name}, line 2")
    places = (
        {key.value: f"{name}, line {key.start_mark.line + 2}" for key, _ in node.value}
        if isinstance(node, yaml.MappingNode)
        else {}
    )
    if "body" in fields:
        raise SourceError(
            "front matter has a body; in Markdown that is what follows it",
            where=places.get("body", name),
        )
    return fields, places, text[found.end() :], text[: found.end()].count("\n")


class _Reader:
    """Walks the tokens of one document; `offset` is the number of lines before its first."""

    def __init__(self, name: str, offset: int) -> None:
        self.name, self.offset = name, offset
        self.findings: list[Finding] = []
        self.tokens: list[Token] = []
        self.at = 0

    def blocks(self, tokens: list[Token]) -> list[dict[str, Any]]:
        self.tokens, self.at = tokens, 0
        return self._until("")

    def _until(self, closing: str) -> list[dict[str, Any]]:
        blocks: list[dict[str, Any]] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token.type == closing:
                break
            blocks += self._block(token)
        return blocks

    def _block(self, token: Token) -> list[dict[str, Any]]:
        line = self.offset + (token.map[0] + 1 if token.map else 0)
        match token.type:
            case "heading_open":
                content = self._content("heading_close")
                spans, figures = self._inline(content, line)
                return [{"type": "heading", "level": int(token.tag[1]), "content": spans}, *figures]
            case "paragraph_open":
                spans, figures = self._inline(self._content("paragraph_close"), line)
                blank = not any(span["text"].strip() for span in spans)
                return figures if blank else [{"type": "paragraph", "content": spans}, *figures]
            case "blockquote_open":
                return [{"type": "quote", "blocks": self._until("blockquote_close")}]
            case "bullet_list_open":
                return [{"type": "list", "items": self._items("bullet_list_close")}]
            case "ordered_list_open":
                start = int(token.attrGet("start") or 1) if token.attrGet("start") != 0 else 0
                items = self._items("ordered_list_close")
                return [{"type": "list", "ordered": True, "start": start, "items": items}]
            case "fence" | "code_block":
                code: dict[str, Any] = {"type": "code", "text": token.content}
                if token.info.strip():
                    code["syntax"] = token.info.strip()
                return [code]
            case "hr":
                return [{"type": "rule"}]
            case "html_block":
                self._warn("has HTML, which is kept as text", line, "source-html")
                return [{"type": "code", "text": token.content, "syntax": "html"}]
            case "table_open":
                return self._table(line)
        return []

    def _content(self, closing: str) -> list[Token]:
        inline = self.tokens[self.at]
        while self.tokens[self.at].type != closing:
            self.at += 1
        self.at += 1
        return inline.children or []

    def _items(self, closing: str) -> list[list[dict[str, Any]]]:
        items = []
        while self.tokens[self.at].type != closing:
            self.at += 1
            items.append(self._until("list_item_close"))
        self.at += 1
        return items

    def _table(self, line: int) -> list[dict[str, Any]]:
        rows: list[list[Any]] = []
        figures: list[dict[str, Any]] = []
        align: list[str] = []
        while (token := self.tokens[self.at]).type != "table_close":
            self.at += 1
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                if token.type == "th_open":
                    align.append(_alignment(str(token.attrGet("style") or "")))
                spans, found = self._inline(self.tokens[self.at].children or [], line)
                rows[-1].append(spans)
                figures += found
        self.at += 1
        table: dict[str, Any] = {"type": "table", "header": rows[0], "rows": rows[1:]}
        if any(align):
            table["align"] = [side or "left" for side in align]
        return [table, *figures]

    def _inline(self, tokens: list[Token], line: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        spans: list[dict[str, Any]] = []
        figures: list[dict[str, Any]] = []
        style: dict[str, bool] = {}
        target: str | None = None
        for token in tokens:
            match token.type:
                case "em_open" | "em_close":
                    style = _switched(style, "emphasis", token.nesting)
                case "strong_open" | "strong_close":
                    style = _switched(style, "strong", token.nesting)
                case "link_open":
                    target = str(token.attrGet("href") or "")
                case "link_close":
                    target = None
                case "softbreak":
                    line += 1
                    spans.append({"text": " "})
                case "hardbreak":
                    line += 1
                    spans.append({"text": "\n"})
                case "image":
                    figures += self._figure(token, line, spans)
                case "html_inline":
                    self._warn("has HTML, which is kept as text", line, "source-html")
                    spans.append({"text": token.content, **style})
                case _:
                    extra = {"code": True} if token.type == "code_inline" else {}
                    if target is None:
                        spans.append({"text": token.content, **style, **extra})
                    elif token.content:
                        spans.append(
                            linked(
                                token.content,
                                target,
                                line,
                                self.name,
                                self.findings,
                                **style,
                                **extra,
                            )
                        )
        return [span for span in spans if span["text"]], figures

    def _figure(self, token: Token, line: int, spans: list[dict[str, Any]]) -> list[dict[str, Any]]:
        src, alt = str(token.attrGet("src") or ""), token.content
        if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//", src):
            self._warn(
                f"has a picture at {src[:100]!r}, which is not fetched; its text stays",
                line,
                "source-picture-remote",
            )
            spans.append({"text": f"{alt} ({src[:200]})" if alt else src[:200]})
            return []
        from urllib.parse import unquote

        figure: dict[str, Any] = {"type": "figure", "src": unquote(src), "alt": alt}
        if title := token.attrGet("title"):
            figure["caption"] = str(title)
        return [figure]

    def _warn(self, message: str, line: int, rule: str) -> None:
        self.findings.append(Finding(rule, Severity.WARNING, message, where=f"{self.name}, line {line}"))


def _switched(style: dict[str, bool], name: str, nesting: int) -> dict[str, bool]:
    return {**style, name: True} if nesting > 0 else {k: v for k, v in style.items() if k != name}


def _alignment(style: str) -> str:
    return style.removeprefix("text-align:")
