"""Inspection: what is in a package, for a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lxml import etree

from archiver.errors import BagError

MAX_BYTES = 64 * 1024 * 1024
PREMIS = {"p": "http://www.loc.gov/premis/v3"}


def describe(bag: Path) -> dict[str, Any]:
    """What the tag files and records of a bag say. Raises BagError where it is none."""
    if not (bag / "bagit.txt").is_file():
        raise BagError("is not a bag (it has no bagit.txt)", where=str(bag))
    info: dict[str, Any] = {}
    for line in _text(bag / "bag-info.txt").splitlines():
        label, _, value = line.partition(":")
        if value:
            info[label.strip()] = value.strip()
    payload = [
        f"{path.relative_to(bag).as_posix()} ({path.stat().st_size:,} bytes)"
        for path in sorted((bag / "data").rglob("*"))
        if path.is_file() and not path.is_symlink()
    ]
    return {**_article(bag), "Payload": payload, "Events": _events(bag), **info}


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
