"""Page metadata: what a web page states of itself by schema.org, Dublin Core, OpenGraph and HTML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from archiver.sources.markup import Element
from archiver.sources.parts import is_kept

MOST_SCRIPT = 1024 * 1024
"""JSON-LD of more characters is not read."""


class Stated(NamedTuple):
    """A field with its value, and where in the page it stands."""

    field: str
    value: Any
    where: str


META = {
    "title": ("dc.title", "dcterms.title", "citation_title", "og:title", "twitter:title"),
    "abstract": ("dcterms.abstract", "dc.description", "og:description", "description"),
    "creators": ("dc.creator", "dcterms.creator", "citation_author", "article:author", "author"),
    "publisher": ("dc.publisher", "dcterms.publisher", "citation_publisher", "og:site_name"),
    "date": (
        "dcterms.issued",
        "dc.date.issued",
        "dc.date",
        "dcterms.date",
        "citation_publication_date",
        "article:published_time",
        "og:article:published_time",
        "date",
    ),
    "language": ("dc.language", "dcterms.language"),
    "places": ("dcterms.spatial", "dc.coverage"),
    "subjects": ("dc.subject", "dcterms.subject", "article:tag", "keywords"),
    "source_url": ("og:url",),
    "rights": ("dc.rights", "dcterms.rights", "copyright"),
}
"""The names that a page's meta elements have for a field, the best first."""

VOCABULARY = {"dc.": "Dublin Core", "dcterms.": "Dublin Core", "og:": "OpenGraph", "article:": "OpenGraph"}

LISTS = {"creators", "places", "subjects"}

ARTICLE = re.compile(r"(?:Article|Posting|Report|CreativeWork|WebPage|Review)$")
"""The types of schema.org that are works with a text."""


def stated(tree: Element, address: str) -> list[Stated]:
    """What a page says of itself, the best statement of a field first.

    Values are as the page has them; `address` is where it was taken from, if that is known.
    """
    found = [Stated("source_url", address, "the record of its capture")] if address else []
    found += _linked_data(tree)
    found += _meta(tree)
    found += _microdata(tree)
    found += _html(tree)
    return [each for each in found if each.field != "source_url" or _is_web_address(each.value)]


def _is_web_address(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"https?://[^\s<>\"/][^\s<>\"]*", value))


# --- schema.org in JSON-LD ----------------------------------------------------------------------


def _linked_data(tree: Element) -> Iterator[Stated]:
    works = [
        each
        for script in tree.iter("script")
        if (script.get("type") or "").strip().lower() == "application/ld+json"
        for each in _works(_json(script.text or ""))
    ]
    works.sort(key=lambda work: "Article" not in _type(work) and "Posting" not in _type(work))
    for work in works[:1]:
        for field, key, value in _of_work(work):
            if value:
                yield Stated(field, value, f"schema.org {key}")


def _json(text: str) -> Any:
    try:
        return json.loads(text) if len(text) <= MOST_SCRIPT else None
    except (ValueError, RecursionError):
        return None


def _works(value: Any) -> Iterator[Mapping[str, Any]]:
    """The works in JSON-LD: an object, a list of them, or a graph."""
    if isinstance(value, list):
        for each in value:
            yield from _works(each)
    elif isinstance(value, dict):
        if ARTICLE.search(_type(value)):
            yield value
        if isinstance(value.get("@graph"), list):
            yield from _works([each for each in value["@graph"] if isinstance(each, dict)])


def _type(work: Mapping[str, Any]) -> str:
    types = work.get("@type")
    return " ".join(map(str, types)) if isinstance(types, list) else str(types or "")


def _of_work(work: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    yield "title", "headline", _line(work.get("headline") or work.get("name"))
    yield "subtitle", "alternativeHeadline", _line(work.get("alternativeHeadline"))
    yield "abstract", "description", _line(work.get("description"))
    yield "creators", "author", _names(work.get("author") or work.get("creator"))
    yield "publisher", "publisher", "; ".join(_names(work.get("publisher")))
    yield "date", "datePublished", _day(_line(work.get("datePublished")))
    yield "language", "inLanguage", _language(work.get("inLanguage"))
    yield "subjects", "keywords", _words(work.get("keywords"))
    yield "places", "contentLocation", _names(work.get("contentLocation") or work.get("locationCreated"))
    yield "rights", "copyrightNotice", _line(work.get("copyrightNotice"))
    url = work.get("url") or work.get("mainEntityOfPage")
    yield "source_url", "url", _line(url.get("@id") if isinstance(url, dict) else url)


def _line(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _names(value: Any) -> list[str]:
    if isinstance(value, list):
        return [name for each in value for name in _names(each)]
    if isinstance(value, dict):
        return _names(value.get("name"))
    return [_line(value)] if _line(value) else []


def _words(value: Any) -> list[str]:
    if isinstance(value, list):
        return [word for each in value for word in _words(each)]
    if isinstance(value, str):
        return [word for part in re.split("[,;]", value) if (word := _line(part))]
    return _names(value)


def _day(value: str) -> str:
    """A date without its time of day, which is that of some zone."""
    found = re.match(r"(\d{4}-\d\d-\d\d)[T ]\d\d:", value)
    return found[1] if found else value


def _language(value: Any) -> str:
    from langcodes import tag_is_valid

    if isinstance(value, dict):
        value = value.get("alternateName") or value.get("name")
    tag = _line(value).replace("_", "-")
    return tag if tag and tag_is_valid(tag) else ""


# --- meta elements, microdata and HTML itself ------------------------------------------------------


def _meta(tree: Element) -> Iterator[Stated]:
    values: dict[str, list[str]] = {}
    for meta in tree.iter("meta"):
        name = (meta.get("property") or meta.get("name") or "").strip().lower()
        if name and (value := _line(meta.get("content"))):
            values.setdefault(name, []).append(value)
    for field, names in META.items():
        for name in names:
            if given := values.get(name):
                value = _valued(field, given)
                if value:
                    yield Stated(field, value, f"{_vocabulary(name)} {name}")


def _valued(field: str, given: list[str]) -> Any:
    if field == "creators":
        return [name for name in given if not name.startswith(("http:", "https:"))]
    if field == "subjects":
        return _words(given)
    if field == "date":
        return _day(given[0])
    if field == "language":
        return _language(given[0])
    return given if field in LISTS else given[0]


def _vocabulary(name: str) -> str:
    return next((told for start, told in VOCABULARY.items() if name.startswith(start)), "HTML meta")


ITEMS = {"headline": "title", "author": "creators", "datePublished": "date", "description": "abstract"}


def _microdata(tree: Element) -> Iterator[Stated]:
    """Properties of schema.org in the markup (WHATWG HTML 5)."""
    for key, field in ITEMS.items():
        found = tree.xpath("//*[@itemprop=$key]", key=key)
        values = [
            value
            for each in found
            if (value := _line(each.get("content") or each.get("datetime") or each.text_content()))
        ]
        if values:
            value = _valued(field, values[:20] if field in LISTS else values[:1])
            yield Stated(field, value, f"schema.org {key} in the markup")


def _html(tree: Element) -> Iterator[Stated]:
    headings = [_line(each.text_content()) for each in tree.iter("h1")]
    if len(headings) == 1 and headings[0]:
        yield Stated("title", headings[0], "its only h1")
    if title := _line(tree.findtext(".//title")):
        yield Stated("title", title, "HTML title")
    if language := _language(tree.get("lang") or tree.get("xml:lang")):
        yield Stated("language", language, "HTML lang")
    for link in tree.iter("link"):
        relation, target = (link.get("rel") or "").lower(), (link.get("href") or "").strip()
        if relation == "canonical" and target:
            yield Stated("source_url", target, "the canonical link")
        if relation == "license" and is_kept(target):
            yield Stated("rights", {"uri": target}, "the license link")
