"""Inspection: what is in a package, for a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lxml import etree

from archiver.bag.limits import DEFAULT, Limits
from archiver.bag.reading import Bag, read
from archiver.bag.rules import Unusable
from archiver.bag.validation import contents_of
from archiver.errors import NotABag

MAX_BYTES = 64 * 1024 * 1024
PREMIS = {"p": "http://www.loc.gov/premis/v3"}


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
    info: dict[str, Any] = {}
    for label, value in found.tags:
        info[label] = f"{info[label]}; {value}" if label in info else value
    files = sorted(found.ledger.files())
    payload = [f"{name} ({size:,} bytes)" for name, size in files if name.startswith("data/")]
    described = {**_article(found), "Payload": payload, "Events": _events(found), **info}
    if found.findings:
        described["Findings"] = [finding.sentence for finding in found.findings]
    return described


def _content(bag: Bag, name: str) -> bytes:
    """A record's bytes; none where it cannot be read."""
    try:
        with bag.contents.open(f"data/metadata/{name}") as file:
            return file.read(MAX_BYTES)
    except OSError:
        return b""


def _article(bag: Bag) -> dict[str, Any]:
    from pydantic import ValidationError

    from archiver.article import Article

    try:
        article = Article.model_validate_json(_content(bag, "article.json"))
    except ValidationError:
        return {}
    date = article.date
    return {
        "Title": article.title,
        "Creators": ", ".join(creator.name for creator in article.creators) or "unknown",
        "Date": f"{date.edtf or 'unknown'} (stated: {date.stated})" if date else "unknown",
        "Language": ", ".join(article.language),
        "Source URL": article.source_url or "unknown",
    }


def _events(bag: Bag) -> list[str]:
    try:
        root = etree.fromstring(
            _content(bag, "premis.xml"),
            etree.XMLParser(resolve_entities=False, no_network=True),
        )
    except etree.XMLSyntaxError:
        return []
    return [
        " ".join(
            event.findtext(f".//p:{tag}", "", PREMIS)
            for tag in ("eventDateTime", "eventType", "eventOutcome")
        )
        for event in root.iterfind("p:event", PREMIS)
    ]
