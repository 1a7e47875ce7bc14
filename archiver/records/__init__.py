"""Records: an article and what happened to it, as the article's JSON, Dublin Core and PREMIS."""

from archiver.records.dublin_core import dublin_core
from archiver.records.premis import Agent, Event, StoredFile, premis
from archiver.records.schemas import check

__all__ = ["Agent", "Event", "StoredFile", "article_json", "check", "dublin_core", "premis"]

from archiver.article import Article


def article_json(article: Article) -> bytes:
    """The article in the published schema's own form, without the fields that have no value."""
    return (article.model_dump_json(exclude_none=True, indent=2) + "\n").encode()
