"""Inspection: what is in a package, for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from archiver.bag.limits import DEFAULT, Limits
from archiver.bag.package import is_collection, roots
from archiver.bag.reading import Bag, read
from archiver.bag.rules import Unusable
from archiver.bag.validation import contents_of
from archiver.errors import NotABag
from archiver.records import recorded_article

MAX_BYTES = 64 * 1024 * 1024
PREMIS = {"p": "http://www.loc.gov/premis/v3"}
EVENT = {"time": "eventDateTime", "type": "eventType", "outcome": "eventOutcome"}


def describe(path: Path, limits: Limits = DEFAULT) -> dict[str, Any]:
    """What the tag files and records of a bag say. Raises NotABag where it is none."""
    try:
        with contents_of(path, limits, hashing=False) as contents:
            return _described(read(contents, limits), path)
    except Unusable as unusable:
        raise NotABag(unusable.finding.message, where=str(path)) from None


def _described(found: Bag, path: Path) -> dict[str, Any]:
    if found.declared is None:
        raise NotABag(found.findings[-1].message, where=str(path))
    files = sorted(found.ledger.files())
    return {
        "article": _article(found),
        "articles": list(_articles(found)),
        "payload": [{"path": name, "bytes": size} for name, size in files if name.startswith("data/")],
        "events": list(_events(found)),
        "bag_info": [{"label": label, "value": value} for label, value in found.tags],
        "findings": [finding.sentence for finding in found.findings],
    }


def told(described: Mapping[str, Any]) -> Iterator[tuple[str, str | list[str]]]:
    """What was found of a bag as names and values for a person; nothing is said that is not there."""
    article = described["article"]
    if article:
        yield from _told_of(article)
    elif described["articles"]:
        yield "Articles", [f"{each['title']} ({each['identifier']})" for each in described["articles"]]
    else:
        yield "Article", "data/metadata/article.json cannot be read"
    yield "Payload", [f"{file['path']} ({file['bytes']:,} bytes)" for file in described["payload"]]
    if described["events"]:
        yield "Events", [" ".join(event.values()) for event in described["events"]]
    yield "bag-info.txt", [f"{tag['label']}: {tag['value']}" for tag in described["bag_info"]]
    if described["findings"]:
        yield "Findings", described["findings"]


def _told_of(article: Mapping[str, Any]) -> Iterator[tuple[str, str | list[str]]]:
    date = article.get("date") or {}
    stated = f" (stated: {date['stated']})" if date.get("stated") else ""
    rights = article.get("rights") or {}
    values: dict[str, Any] = {
        "Title": article["title"],
        "Subtitle": article.get("subtitle"),
        "Abstract": article.get("abstract"),
        "Creators": [_name(creator) for creator in article.get("creators", [])] or "unknown",
        "Publisher": article.get("publisher"),
        "Date": f"{date.get('edtf') or 'unknown'}{stated}",
        "Language": ", ".join(article.get("language", [])),
        "Places": "; ".join(article.get("places", [])),
        "Subjects": "; ".join(article.get("subjects", [])),
        "Source URL": article.get("source_url") or "unknown",
        "Rights": " ".join(filter(None, (rights.get("statement"), rights.get("uri")))),
        "Overridden": [
            f"{each['field']}: {each['value']} ({each['obtained']})"
            for each in article.get("overridden", [])
        ],
    }
    for name, value in values.items():
        if value:
            yield name, value


def _name(creator: Mapping[str, Any]) -> str:
    more = "; ".join(filter(None, (creator.get("role"), creator.get("note"))))
    return f"{creator['name']} ({more})" if more else str(creator["name"])


def _content(bag: Bag, name: str) -> bytes:
    """A record's bytes; none where it cannot be read."""
    try:
        with bag.contents.open(f"data/metadata/{name}") as file:
            return file.read(MAX_BYTES)
    except OSError:
        return b""


def _article(bag: Bag) -> dict[str, Any] | None:
    """The article's metadata, without its body; None where it cannot be read as one."""
    from pydantic import ValidationError

    from archiver.article import Article

    try:
        article = Article.model_validate_json(_content(bag, "article.json"))
    except ValidationError:
        return None
    return article.model_dump(mode="json", exclude_none=True, exclude={"body"})


def _articles(bag: Bag) -> Iterator[dict[str, str | None]]:
    """The articles of a bag with several, as far as they can be read."""
    for root in roots(bag) if is_collection(bag) else ():
        if article := recorded_article(bag.contents.open, root):
            yield {"identifier": article.identifier, "title": article.title}


def _events(bag: Bag) -> Iterator[dict[str, str]]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(_content(bag, "premis.xml"), parser)
    except etree.XMLSyntaxError:
        return
    for event in root.iterfind("p:event", PREMIS):
        yield {name: event.findtext(f".//p:{tag}", "", PREMIS) for name, tag in EVENT.items()}
