"""Captures: the web pages in WARC files (ISO 28500) and in WACZ packages of them, by warcio."""

from __future__ import annotations

import gzip
import posixpath
import zlib
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from archiver import pictures, stores
from archiver.errors import ArchiverError, RenditionError, SourceError
from archiver.events import Agent, Event
from archiver.findings import Finding, Severity, counted
from archiver.settings import Settings
from archiver.sources import decoding, metadata, warc, webpage
from archiver.sources.figures import DATA_FOLDER, Pictures
from archiver.sources.refs import SourceRef, opened, portable
from archiver.sources.source import Original, Source, Text
from archiver.stores import Place, Url

ARCS = (".arc", ".arc.gz")
UNREAD = {
    **dict.fromkeys(
        ARCS, ("an ARC file, which WARC (ISO 28500) came after", "warcio recompress in.arc.gz out.warc.gz")
    ),
    ".warc.zst": (
        "compressed by Zstandard; expected gzip, or no compression",
        "zstd --decompress in.warc.zst",
    ),
}
"""What captures are that are not read, by their suffixes, and what makes WARC files of them."""

SUFFIXES = (".warc", ".warc.gz", ".wacz", *UNREAD)
UNTOLD = ("", "application/http", "message/http")
"""The media types of records that do not tell what they are of."""

MOST_TOLD = 3
MOST_PICTURES = MOST_REVISITS = 100_000
"""So many pictures of a file are looked for by pages that show them, and so many records by revisits."""


def is_capture(path: Path) -> bool:
    """Whether a file is a WARC, a WACZ or an ARC by its name."""
    return path.name.lower().endswith(SUFFIXES)


def begins_as_capture(path: Path) -> bool:
    """Whether a file of this machine is a WARC by how it begins, compressed or not, whatever its name."""
    try:
        with opened(path) as file:
            head = file.read(LEAST)
            if head.startswith(warc.GZIP):
                file.seek(0)
                head = gzip.GzipFile(fileobj=file).read(LEAST)
    except (OSError, EOFError, zlib.error, ArchiverError):
        return False
    return bool(head.startswith(b"WARC/"))


LEAST = 16


def locate(place: Place) -> Iterator[SourceRef]:
    """The pages captured in a file, in its order: records of HTML that the server gave, and revisits of
    those.

    In a WACZ that lists its pages, those. The last one comes with what was noticed of the file.
    Raises SourceError for a file that cannot be read, or has no page, MissingExtra without warcio.
    """
    for suffix, (what, how) in UNREAD.items():
        if place.name.lower().endswith(suffix):
            raise SourceError(f"is {what}", where=place.name, hint=f"make a WARC of it: {how}")
    last: SourceRef | None = None
    held: set[str] = set()
    revisited: dict[str, None] = {}
    others: Counter[str] = Counter()
    with warc.reading(place.name):
        listed = warc.listed_pages(place)
        for capture in warc.records(place):
            address = capture.address.partition("#")[0]
            if listed and address not in listed:
                continue
            shown: warc.Capture | None = capture
            if capture.type == warc.REVISIT:
                shown = _index(place, _version(place)).original(capture.keys)
            elif not capture.is_given:
                others[capture.status] += capture.media_type in warc.PAGES
                continue
            if shown is None and capture.media_type in (*warc.PAGES, *UNTOLD):
                revisited[address] = None
            elif shown and shown.media_type in warc.PAGES:
                held.add(address)
                if last:
                    yield last
                last = replace(
                    SourceRef.of(place),
                    offset=capture.offset,
                    length=capture.length,
                    record=capture.number,
                    member=capture.member,
                )
    if not last:
        told = f": it has revisit records alone, of {_named(revisited)}" if revisited else ""
        told += f"; it has {_counted(others)}" if +others else ""
        raise SourceError(f"holds no captured web page{told}", where=place.name)
    missing = [address for address in listed if address not in held and address not in revisited]
    yield replace(last, told=tuple(_told(place.name, missing, list(revisited), others)))


def _told(
    where: str, missing: Sequence[str], revisited: Sequence[str], others: Counter[str]
) -> Iterator[Finding]:
    """The pages of a file that are no documents: it lists them alone, or has revisits of them, or their
    server did not give them.
    """
    if +others:
        told = f"has {_counted(others)}, which are no documents"
        yield Finding("source-capture-status", Severity.INFO, told, where)
    if missing:
        told = f"lists {counted(len(missing), 'page')} that it does not hold: {_named(missing)}"
        yield Finding("source-capture-missing", Severity.WARNING, told, where)
    if revisited:
        told = "has revisit records of what is in no record that was found in it, and are no documents: "
        yield Finding("source-capture-revisit", Severity.INFO, told + _named(revisited), where)


def _counted(others: Counter[str]) -> str:
    """How many pages came with other answers of their server than that it gives them."""
    answers = ", ".join(f"{status or 'none'}: {times:,}" for status, times in sorted((+others).items()))
    return f"{counted(others.total(), 'page')} with other answers than 200 ({answers})"


def _named(addresses: Iterable[str]) -> str:
    """The first of some addresses, and how many more there are."""
    first = sorted(addresses)
    more = f" and {len(first) - MOST_TOLD:,} more" if len(first) > MOST_TOLD else ""
    return ", ".join(first[:MOST_TOLD]) + more


def read(ref: SourceRef, settings: Settings) -> Source:
    """Read a captured page, with the pictures that were captured beside it; that of a revisit is in another
    record, which is kept beside it.

    Raises SourceError for a record that cannot be read or does not have its digest, InvalidArticle.
    """
    own = warc.record(ref, settings)
    address, said = own.field("WARC-Target-URI"), own.said
    whole, kept = own, list[Original]()
    if own.type == warc.REVISIT:
        whole, beside = _revisited(ref, own, settings)
        said, kept = f"{said}, when it was as {whole.said}", [beside]
    shown, held = _Pictures(ref, settings), Pictures(settings, DATA_FOLDER)
    charset = warc.parameter(whole.media_type, "charset") or webpage.declared(whole.payload)
    text = decoding.decode(whole.payload, ref, charset)
    page = webpage.Page(
        text.text, ref.label, _web(address), lambda src: held.show(src) or shown.show(urljoin(address, src))
    )
    parts = webpage.parse(page)
    if identifier := own.field("WARC-Record-ID").strip("<>"):
        parts.fields["identifier"] = identifier
    article, noticed = metadata.build(parts.fields, parts.body, own.raw, ref, settings, parts.places)
    document = own.original(ref.name)
    captured = Event(
        "capture",
        f"{said}, as its WARC record says",
        Agent("archiver", "software"),
        (f"data/original/{document.stored}",),
    )
    taken = Finding("source-page-captured", Severity.INFO, f"was captured from {said}", where=ref.label)
    if why := whole.field("WARC-Truncated"):
        told = f"was not captured whole (WARC-Truncated: {why}); what is missing is not in the capture"
        noticed = [*noticed, Finding("source-capture-truncated", Severity.WARNING, told, where=ref.label)]
    return Source(
        ref,
        (document, *kept, *shown.originals(), *held.found.values()),
        article,
        Text(text.encoding),
        (taken, *text.findings, *parts.findings, *webpage.left_out(held, ref.label), *noticed),
        (captured,),
    )


def _revisited(ref: SourceRef, own: warc.Record, settings: Settings) -> tuple[warc.Record, Original]:
    """The record that a revisit is of, and its file. Raises SourceError where it cannot be read."""
    with warc.reading(ref.label):
        found = _index(ref.place, _version(ref.place)).original(own.keys)
    if found is None:
        raise SourceError("is a revisit record of what is in no record of its file", where=ref.label)
    at = replace(ref, record=found.number, member=found.member, offset=found.offset, length=found.length)
    whole = warc.record(at, settings)
    return whole, whole.original(at.name)


def _web(address: str) -> str:
    return address if urlsplit(address).scheme in ("http", "https") else ""


class _Pictures:
    """The pictures of one page: those that were captured in the same file, whole and within limits."""

    def __init__(self, ref: SourceRef, settings: Settings) -> None:
        self.ref, self.settings = ref, settings
        self.found: dict[str, Original] = {}

    def show(self, address: str) -> str | None:
        address = address.partition("#")[0]
        if address not in self.found:
            original = self._captured(address)
            if original is None:
                return None
            self.found[address] = original
        return self.found[address].name

    def originals(self) -> tuple[Original, ...]:
        return tuple(self.found.values())

    def _captured(self, address: str) -> Original | None:
        with warc.reading(self.ref.label):
            capture = _index(self.ref.place, _version(self.ref.place)).pictures.get(address)
            if capture is None or capture.length > self.settings.max_image_bytes:
                return None
            data = warc.content(self.ref.place, capture, self.settings.max_image_bytes)
        name = self._name(address)
        try:
            pictures.of(data, name, self.settings.max_image_pixels)
        except RenditionError:
            return None
        return Original(name, capture.media_type, data=data)

    def _name(self, address: str) -> str:
        """The name of a picture's file: the last part of its address, with a number where it is taken."""
        name = portable(posixpath.basename(unquote(urlsplit(address).path)))[-100:] or "picture"
        taken = {each.name for each in self.found.values()}
        stem, dot, suffix = name.rpartition(".")
        number = 1
        while f"pictures/{name}" in taken:
            number += 1
            name = f"{stem}-{number}.{suffix}" if dot else f"{suffix}-{number}"
        return f"pictures/{name}"


def _version(place: Place) -> Hashable:
    """What changes when a file does."""
    if isinstance(place, Url):
        return stores.at(place)
    status = place.stat()
    return status.st_mtime_ns, status.st_size


class _Index(NamedTuple):
    """The pictures in a file by their addresses, and records that revisits are of by what names them."""

    pictures: dict[str, warc.Capture]
    originals: dict[warc.Key, warc.Capture]

    def original(self, keys: Iterable[warc.Key]) -> warc.Capture | None:
        """The record that is named so, if it is there."""
        return next((self.originals[key] for key in keys if key in self.originals), None)


@lru_cache(maxsize=4)
def _index(place: Place, version: Hashable) -> _Index:
    """What is in a file as it is; it is read twice where it has revisits."""
    found = _Index({}, {})
    revisits: list[warc.Capture] = []
    for capture in warc.records(place):
        if capture.type == warc.REVISIT and len(revisits) < MOST_REVISITS:
            revisits.append(capture)
        elif capture.is_given and _is_picture(capture) and len(found.pictures) < MOST_PICTURES:
            found.pictures.setdefault(capture.address, capture)
    wanted = {key for revisit in revisits for key in revisit.keys}
    for capture in warc.records(place) if wanted else ():
        if capture.is_given:
            found.originals.update(
                {key: capture for key in capture.keys if key in wanted and key not in found.originals}
            )
    for revisit in revisits:
        original = found.original(revisit.keys)
        if original and _is_picture(original):
            found.pictures.setdefault(revisit.address, original)
    return found


def _is_picture(capture: warc.Capture) -> bool:
    return capture.media_type.startswith("image/")
