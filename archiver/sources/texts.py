"""Texts: documents that are characters throughout: article text, Markdown and JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from archiver.errors import SourceError
from archiver.findings import Finding, Severity
from archiver.settings import Settings
from archiver.sources import article_text, decoding, json_article, markdown, metadata
from archiver.sources.figures import attachments
from archiver.sources.refs import SourceRef, data_of
from archiver.sources.source import Original, Source, Text

MARKDOWN_SUFFIXES = {".md", ".markdown"}
JSON_SUFFIXES = {".json"}

TITLES = {
    "application/json": "a field `title`",
    "text/markdown": "`title:` in front matter, or a heading of level 1",
    "text/plain": "one to begin it",
}
"""What gives a text its title."""

FRONT_MATTER = re.compile(r"\s*---[ \t]*\n")
HEADED = re.compile(r"\s*(?:#[ \t]|[^\n]+\n[ ]{0,3}=+[ \t]*(?:\n|\Z))")
"""Markdown without front matter begins with its title as a heading (CommonMark 4.2, 4.3)."""


def read(ref: SourceRef, settings: Settings) -> Source:
    """Read a text as an article. Raises SourceError and InvalidArticle."""
    label = ref.label
    data = data_of(ref, settings)
    text = decoding.decode_lines(data, ref, settings)
    findings = list(text.findings)
    media_type = _media_type(ref, text.text)
    places: dict[str, str] = {}
    pictures: Mapping[str, int] = {}
    if media_type == "application/json":
        fields: dict[str, Any] = json_article.parse(text.text, ref)
        body = fields.pop("body", [])
        pictures = json_article.pictures(text.text)
    else:
        if media_type == "text/markdown":
            parts = markdown.parse(text.text, label)
        else:
            parts = article_text.parse(text.text, label, settings.language)
        fields, body, places, pictures = parts.fields, parts.body, parts.places, parts.pictures
        findings += parts.findings
    if "title" not in fields and not ref.gives("title"):
        raise SourceError(f"has no title; expected {TITLES[media_type]}", where=label)
    if not body:
        raise SourceError("has a title but no body; expected text below it", where=label)
    article, noticed = metadata.build(fields, body, data, ref, settings, places)
    if not article.says_something():
        raise SourceError("has a title but no body: no text in it and no picture", where=label)
    findings += noticed
    findings += [
        Finding(
            "source-block-empty", Severity.WARNING, f"{told} without text, which is not shown", where=label
        )
        for told in article.unshown()
    ]
    document = Original(ref.name, media_type, data=data)
    pictures_beside = attachments(article, ref, pictures, settings)
    return Source(ref, (document, *pictures_beside), article, Text(text.encoding), tuple(findings))


def _media_type(ref: SourceRef, text: str) -> str:
    suffix = ref.path.suffix.lower()
    nameless = ref.data is not None
    if ref.line or suffix in JSON_SUFFIXES or (nameless and text.lstrip()[:1] == "{"):
        return "application/json"
    if suffix in MARKDOWN_SUFFIXES or FRONT_MATTER.match(text) or (nameless and HEADED.match(text)):
        return "text/markdown"
    return "text/plain"
