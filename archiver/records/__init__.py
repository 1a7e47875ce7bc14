"""Records: an article and what happened to it, as the article's JSON, Dublin Core and PREMIS."""

from archiver.records.checking import Checked, check, recorded_article, recorded_format
from archiver.records.dublin_core import dublin_core
from archiver.records.premis import StoredFile, premis

__all__ = [
    "Checked",
    "StoredFile",
    "article_json",
    "check",
    "dublin_core",
    "premis",
    "recorded_article",
    "recorded_format",
]

from archiver.article import Article


def article_json(article: Article) -> bytes:
    """The article in the published schema's own form, without the fields that have no value."""
    return (article.model_dump_json(exclude_none=True, indent=2) + "\n").encode()
