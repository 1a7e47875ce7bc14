"""Web pages: the article in an HTML document, found by trafilatura, read from the page's own markup."""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from lxml import etree

from archiver.errors import MissingExtra, RenditionError, SourceError
from archiver.findings import Finding, Severity
from archiver.settings import Settings
from archiver.sources import decoding, elements, metadata
from archiver.sources.figures import DATA_FOLDER, Pictures, attachments, checked
from archiver.sources.markup import Element, Markup, Show, everything, is_shown
from archiver.sources.page_metadata import Stated, stated
from archiver.sources.parts import Noticed, Parts
from archiver.sources.refs import SourceRef, data_of
from archiver.sources.source import Original, Source, Text

SUFFIXES = {".html", ".htm", ".xhtml"}
MEDIA_TYPE = "text/html"
PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.S | re.I
)
"""How a page begins (WHATWG HTML 13.1)."""

CHARSET = re.compile(rb"""(?:<meta[^>]+charset|^<\?xml[^>]+encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.I)
DECLARED_WITHIN = 1024
"""A page declares its encoding in so many bytes (WHATWG HTML 4.2.5.4)."""

WITHOUT = "reading web pages needs trafilatura, which is not there"
EXTRA = "pip install 'archiver[web]'"

MOST_ELEMENTS = 100_000
"""Of a page with more elements no article is looked for: that takes the square of their number."""

SHORT = 25
"""Text of fewer characters stands in many places of a page: it has to be a whole passage there."""

PICTURED = {"figure", "img", "picture", "figcaption", "caption", "hr"}
"""Elements that belong to the article wherever they stand in it."""


class Page(NamedTuple):
    """A page as text: its address, if that is known, and how its pictures are found."""

    text: str
    name: str
    address: str
    show: Show


def is_page(head: bytes) -> bool:
    """Whether bytes begin as an HTML document does."""
    return bool(PAGE.match(head))


def declared(data: bytes) -> str:
    """The encoding that a page declares for itself; empty where it does not."""
    found = CHARSET.search(data[:DECLARED_WITHIN])
    return found[1].decode("ascii", "replace") if found else ""


def read(ref: SourceRef, settings: Settings) -> Source:
    """Read a page that was saved as a file. Raises SourceError and InvalidArticle."""
    data = data_of(ref, settings)
    text = decoding.decode(data, ref, declared(data))
    beside, held = _beside(ref, settings), Pictures(settings, DATA_FOLDER)
    page = Page(text.text, ref.label, "", lambda src: held.show(src) or beside(src))
    parts = parse(page)
    article, noticed = metadata.build(parts.fields, parts.body, data, ref, settings, parts.places)
    files = attachments(article, ref, {}, settings, held.found)
    return Source(
        ref,
        (Original(ref.name, MEDIA_TYPE, data=data), *held.found.values(), *files),
        article,
        Text(text.encoding),
        (*text.findings, *parts.findings, *left_out(held, ref.label), *noticed),
    )


def left_out(held: Pictures, where: str) -> Iterator[Finding]:
    """The pictures that a page holds itself and that are not shown."""
    for note in dict.fromkeys(held.notes):
        yield Finding("source-page-left-out", Severity.WARNING, note, where)


def _beside(ref: SourceRef, settings: Settings) -> Show:
    """Pictures in files beside the page: those that are there, whole, and within the limits."""

    def show(src: str) -> str | None:
        try:
            parts = urlsplit(src)
            name = unquote(parts.path)
            if parts.scheme or parts.netloc or not name or ref.data is not None:
                return None
            checked(name, ref, settings)
        except (ValueError, SourceError, RenditionError):
            return None
        return name

    return show


def parse(page: Page) -> Parts:
    """The parts of a page: what it states of itself, and the article in it.

    Raises SourceError for a page without text, MissingExtra without trafilatura.
    """
    tree = elements.tree(page.text, page.name)
    body = next(tree.iter("body"), tree)
    extracted = _extracted(tree, page.address)
    found = stated(tree, page.address)
    fields, provenance, told = _fields(found, extracted)
    if "title" not in fields:
        fields["title"], provenance["title"] = Path(page.name).stem, "inferred"
        told.append("title from the file's name")
    noticed = Noticed(page.name)
    base = page.address or str(fields.get("source_url", ""))
    seen = _characters(_shown(body))
    keeps, chosen = _kept(body, extracted.text)
    reader = Markup(noticed, page.show, base, keeps)
    blocks = reader.blocks(chosen)
    if blocks and blocks[0]["type"] == "heading" and _said(blocks[0]) == _key(fields["title"]):
        blocks.pop(0)
    if not blocks:
        raise SourceError("has no text in its body; expected a page with an article", where=page.name)
    fields["provenance"] = provenance
    findings = [*noticed.findings, *reader.left_out()]
    kept = sum(len(_said(block)) for block in blocks) - reader.added
    findings.append(_measured(kept, seen, extracted, page.name))
    findings.append(
        Finding("source-page-metadata", Severity.INFO, f"states {'; '.join(told)}", where=page.name)
    )
    return Parts(fields, blocks, {}, findings)


class _Extracted(NamedTuple):
    """What trafilatura makes of a page: the passages of the article, and facts that it infers."""

    text: tuple[str, ...]
    facts: dict[str, Any]
    without: str = "has no article that is found in it"
    """What is said of a page of which there are no passages."""


def _extracted(tree: Element, address: str) -> _Extracted:
    try:
        import trafilatura
        from trafilatura.settings import Document
    except ImportError:
        raise MissingExtra(WITHOUT, hint=EXTRA) from None
    if next(islice(tree.iter(), MOST_ELEMENTS, None), None) is not None:
        told = f"has more than {MOST_ELEMENTS:,} elements, so that no article was looked for in it"
        return _Extracted((), {}, told)
    found = trafilatura.bare_extraction(
        copy.deepcopy(tree),
        url=address or None,
        include_comments=False,
        include_tables=True,
        include_formatting=True,
        include_links=True,
        include_images=True,
        favor_recall=True,
        with_metadata=True,
    )
    if not isinstance(found, Document) or found.body is None:
        return _Extracted((), {})
    elements = [each for each in found.body.iter() if isinstance(each.tag, str)]
    passages = [*("".join(each.itertext()) for each in elements), *found.body.itertext()]
    facts = {
        "creators": [name for name in (found.author or "").split("; ") if name],
        "date": found.date,
        "title": found.title,
    }
    return _Extracted(tuple(passages), {name: value for name, value in facts.items() if value})


def _fields(found: list[Stated], extracted: _Extracted) -> tuple[dict[str, Any], dict[str, str], list[str]]:
    """The fields of the article, which of them were inferred, and where each is from."""
    fields: dict[str, Any] = {}
    provenance: dict[str, str] = {}
    told: list[str] = []
    for field, value, where in found:
        if field not in fields:
            fields[field] = value
            told.append(f"{field} in {where}")
    for field, value in extracted.facts.items():
        if field not in fields:
            fields[field], provenance[field] = value, "inferred"
            told.append(f"{field} as trafilatura infers it")
    return fields, provenance, told


def _kept(body: Element, passages: tuple[str, ...]) -> tuple[Callable[[Element], bool], Element]:
    """Which elements have text of the article, and the smallest one that has all of them."""
    keys = set(map(_key, passages)) - {""}
    leaves = [element for element in body.iter() if is_shown(element) and _is_passage(element, keys)]
    if not leaves:
        return everything, body
    having = Counter(each for leaf in leaves for each in (leaf, *leaf.iterancestors()))
    first = (leaves[0], *leaves[0].iterancestors())
    common = next(each for each in first if having[each] == len(leaves))
    inside = {each for leaf in leaves for each in leaf.iterdescendants()}

    def keeps(element: Element) -> bool:
        return element in having or element in inside or element.tag in PICTURED

    return keeps, body if common in leaves else common


def _is_passage(element: Element, keys: set[str]) -> bool:
    """Whether an element has text of its own that is the article's, wholly or, if long, in part."""
    own = [key for text in element.xpath("text()") if (key := _key(text))]
    if not own:
        return False
    return _key(element.text_content()) in keys or any(len(key) >= SHORT and key in keys for key in own)


def _shown(root: Element) -> Iterator[str]:
    """The text that a reader of the page sees."""
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            yield (element.tail or "") if element is not root else ""
        elif is_shown(element):
            yield element.text or ""
        else:
            walk.skip_subtree()


def _key(text: str) -> str:
    """A text to compare: without white space, which extraction moves."""
    return "".join(text.split())


def _characters(texts: Iterator[str]) -> int:
    return sum(len(_key(text)) for text in texts)


def _said(value: object) -> str:
    """The text of a block, to compare."""
    return "".join(map(_key, metadata.texts(value)))


def _measured(kept: int, seen: int, extracted: _Extracted, name: str) -> Finding:
    share = f"{kept:,} of the {seen:,} characters that the page shows are kept"
    told = f"{share} ({kept / max(seen, 1):.0%}); the original has them all"
    if not extracted.text:
        return Finding(
            "source-page-kept",
            Severity.WARNING,
            f"{extracted.without}: {told}",
            where=name,
        )
    return Finding("source-page-kept", Severity.INFO, told, where=name)
