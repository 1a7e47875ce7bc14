"""Sources: bytes become an Article, one module a format, chosen by content and then by suffix."""

from __future__ import annotations

from archiver.settings import Settings
from archiver.sources.figures import PICTURE_SUFFIXES
from archiver.sources.refs import SourceRef, locate, locate_in, only
from archiver.sources.source import Original, Source, Text, refuse_warnings

__all__ = [
    "PICTURE_SUFFIXES",
    "SUFFIXES",
    "Original",
    "Source",
    "SourceRef",
    "Text",
    "locate",
    "locate_in",
    "read",
    "refuse_warnings",
]

SUFFIXES = {".txt", ".md", ".markdown", ".json", ".jsonl", ".ndjson"}
"""What is taken for a source when a folder is searched."""


def read(ref: SourceRef, settings: Settings) -> Source:
    """Read one document as an article.

    Raises SourceError for what cannot be read, InvalidArticle for metadata or a body that breaks
    the schema, and, where the settings are strict, for every warning.
    """
    from archiver.sources import texts

    source = texts.read(only(ref), settings)
    refuse_warnings(source.findings, settings)
    return source
