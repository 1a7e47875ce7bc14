"""Inspection: what is in a package, for a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lxml import etree

from archiver.bag.reading import read
from archiver.errors import NotABag

MAX_BYTES = 64 * 1024 * 1024
PREMIS = {"p": "http://www.loc.gov/premis/v3"}


def describe(path: Path) -> dict[str, Any]:
    """What the tag files and records of a bag say. Raises NotABag where it is none."""
    found = read(path)
    if found.declared is None:
        raise NotABag(found.findings[-1].message, where=str(path))
    info: dict[str, Any] = {}
    for label, value in found.tags:
        info[label] = f"{info[label]}; {value}" if label in info else value
    payload = [f"{name} ({size:,} bytes)" for name, size in sorted(found.payload.items())]
    return {**_article(found.path), "Payload": payload, "Events": _events(found.path), **info}


def _text(path: Path) -> str:
    if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_BYTES:
        return ""
    return path.read_text("utf-8", "replace")


def _article(bag: Path) -> dict[str, Any]:
    from pydantic import ValidationError

    from archiver.article import Article

    try:
        article = Article.model_validate_json(_text(bag / "data" / "metadata" / "article.json"))
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


def _events(bag: Path) -> list[str]:
    try:
        root = etree.fromstring(
            _text(bag / "data" / "metadata" / "premis.xml").encode(),
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
