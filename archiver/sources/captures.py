"""Captures: the web pages in WARC files (ISO 28500) and in WACZ packages of them, by warcio."""

from __future__ import annotations

import gzip
import json
import posixpath
import zipfile
import zlib
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from archiver import pictures, stores
from archiver.errors import ArchiverError, MissingExtra, RenditionError, SourceError
from archiver.events import Agent, Event
from archiver.findings import Finding, Severity, counted
from archiver.settings import Settings
from archiver.sources import decoding, metadata, webpage
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
PAGES = ("text/html", "application/xhtml+xml")
KEPT = {"response", "resource"}
"""The types of records that hold what was captured (ISO 28500 6.3, 6.4)."""

GIVEN = {"200", "203"}
"""How a server says that it gives what was asked for, or what a proxy made of it (RFC 9110 15.3)."""

REVISIT = "revisit"
"""The type of records of what was the same as in another record, which holds it (ISO 28500 6.7)."""

NAMING = {
    True: (
        ("WARC-Refers-To",),
        ("WARC-Refers-To-Target-URI", "WARC-Refers-To-Date"),
        ("WARC-Payload-Digest",),
    ),
    False: (("WARC-Record-ID",), ("WARC-Target-URI", "WARC-Date"), ("WARC-Payload-Digest",)),
}
"""The fields by which a revisit names the record that it is of (True), and that record's own fields."""

UNTOLD = ("", "application/http", "message/http")
"""The media types of records that do not tell what they are of."""

MOST_TOLD = 3
MOST_PICTURES = MOST_REVISITS = 100_000
"""So many pictures of a file are looked for by pages that show them, and so many records by revisits."""
MOST_PAGES_LISTED = 64 * 1024 * 1024
WITHOUT = "reading web captures needs warcio, which is not there"


Key = tuple[str, ...]
"""What names a record: its identifier, its address and date, or its digest."""


class Capture(NamedTuple):
    """A record of a WARC file: of what type, which it is (from 1), where, its address and media type.

    `keys` name it, or, of a revisit, the record that it is of, the surest first.
    """

    type: str
    number: int
    member: str
    offset: int
    length: int
    address: str
    media_type: str
    keys: tuple[Key, ...]
    status: str

    @property
    def is_given(self) -> bool:
        """Whether the record holds what was asked for."""
        return self.type in KEPT and self.status in GIVEN


def is_capture(path: Path) -> bool:
    """Whether a file is a WARC, a WACZ or an ARC by its name."""
    return path.name.lower().endswith(SUFFIXES)


def begins_as_capture(path: Path) -> bool:
    """Whether a file of this machine is a WARC by how it begins, compressed or not, whatever its name."""
    try:
        with opened(path) as file:
            head = file.read(LEAST)
            if head.startswith(GZIP):
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
    with _reading(place.name):
        listed = _listed(place)
        for capture in _records(place):
            address = capture.address.partition("#")[0]
            if listed and address not in listed:
                continue
            shown: Capture | None = capture
            if capture.type == REVISIT:
                shown = _index(place, _version(place)).original(capture.keys)
            elif not capture.is_given:
                others[capture.status] += capture.media_type in PAGES
                continue
            if shown is None and capture.media_type in (*PAGES, *UNTOLD):
                revisited[address] = None
            elif shown and shown.media_type in PAGES:
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


class Record(NamedTuple):
    """A record as it was read: its bytes, warcio's headers, the media type and bytes of what was captured.

    A revisit has no such bytes. `keys` are those of `Capture`.
    """

    raw: bytes
    type: str
    headers: Any
    media_type: str
    payload: bytes
    keys: tuple[Key, ...]

    def field(self, name: str) -> str:
        """A named field of the record; empty where it has none."""
        return str(self.headers.get_header(name) or "")

    @property
    def said(self) -> str:
        """What was captured, and when, as the record says."""
        return f"{self.field('WARC-Target-URI')} at {self.field('WARC-Date') or 'an unknown time'}"

    def original(self, name: str) -> Original:
        """The record as a file."""
        compressed = self.raw.startswith(GZIP)
        return Original(name if compressed else name.removesuffix(".gz"), "application/warc", data=self.raw)


def read(ref: SourceRef, settings: Settings) -> Source:
    """Read a captured page, with the pictures that were captured beside it; that of a revisit is in another
    record, which is kept beside it.

    Raises SourceError for a record that cannot be read or does not have its digest, InvalidArticle.
    """
    own = _record(ref, settings)
    address, said = own.field("WARC-Target-URI"), own.said
    whole, kept = own, list[Original]()
    if own.type == REVISIT:
        whole, beside = _revisited(ref, own, settings)
        said, kept = f"{said}, when it was as {whole.said}", [beside]
    shown, held = _Pictures(ref, settings), Pictures(settings, DATA_FOLDER)
    charset = _parameter(whole.media_type, "charset") or webpage.declared(whole.payload)
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


def _record(ref: SourceRef, settings: Settings) -> Record:
    """The record that a document is. Raises SourceError where it cannot be read."""
    with _reading(ref.label), _member(ref.place, ref.member) as file:
        if (ref.length or 0) > settings.max_source_bytes:
            raise SourceError(_too_large(settings), where=ref.label)
        file.seek(ref.offset)
        raw = file.read(ref.length or 0)
        file.seek(ref.offset)
        record = next(iter(_iterator(file)))
        if record.rec_headers.get_header("WARC-Segment-Number"):
            told = "is the first segment of a record (ISO 28500 7), and segments are not put together"
            raise SourceError(told, where=ref.label)
        payload = b"" if record.rec_type == REVISIT else _payload(record, ref.label, settings)
        return Record(raw, record.rec_type, record.rec_headers, _type(record), payload, _keys(record))


def _revisited(ref: SourceRef, own: Record, settings: Settings) -> tuple[Record, Original]:
    """The record that a revisit is of, and its file. Raises SourceError where it cannot be read."""
    with _reading(ref.label):
        found = _index(ref.place, _version(ref.place)).original(own.keys)
    if found is None:
        raise SourceError("is a revisit record of what is in no record of its file", where=ref.label)
    at = replace(ref, record=found.number, member=found.member, offset=found.offset, length=found.length)
    whole = _record(at, settings)
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
        with _reading(self.ref.label):
            capture = _index(self.ref.place, _version(self.ref.place)).pictures.get(address)
            if capture is None or capture.length > self.settings.max_image_bytes:
                return None
            with _member(self.ref.place, capture.member) as file:
                file.seek(capture.offset)
                data = _decoded(next(iter(_iterator(file))), self.settings.max_image_bytes)
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

    pictures: dict[str, Capture]
    originals: dict[Key, Capture]

    def original(self, keys: Iterable[Key]) -> Capture | None:
        """The record that is named so, if it is there."""
        return next((self.originals[key] for key in keys if key in self.originals), None)


@lru_cache(maxsize=4)
def _index(place: Place, version: Hashable) -> _Index:
    """What is in a file as it is; it is read twice where it has revisits."""
    found = _Index({}, {})
    revisits: list[Capture] = []
    for capture in _records(place):
        if capture.type == REVISIT and len(revisits) < MOST_REVISITS:
            revisits.append(capture)
        elif capture.is_given and _is_picture(capture) and len(found.pictures) < MOST_PICTURES:
            found.pictures.setdefault(capture.address, capture)
    wanted = {key for revisit in revisits for key in revisit.keys}
    for capture in _records(place) if wanted else ():
        if capture.is_given:
            found.originals.update(
                {key: capture for key in capture.keys if key in wanted and key not in found.originals}
            )
    for revisit in revisits:
        original = found.original(revisit.keys)
        if original and _is_picture(original):
            found.pictures.setdefault(revisit.address, original)
    return found


def _is_picture(capture: Capture) -> bool:
    return capture.media_type.startswith("image/")


# --- WARC ---------------------------------------------------------------------------------------


GZIP = b"\x1f\x8b"
GZIP_OF_ALL = "non-chunked gzip file detected"
"""What warcio says of a file that is compressed as a whole."""


def _iterator(file: IO[bytes], *, check: bool = True) -> Any:
    try:
        from warcio.archiveiterator import ArchiveIterator
    except ImportError:
        raise MissingExtra(WITHOUT, hint=webpage.EXTRA) from None
    records = ArchiveIterator(file, check_digests=check)
    records.INC_RECORD = ""  # which it would print; what it then cannot read is an error of its own
    return records


@contextmanager
def _reading(label: str) -> Iterator[None]:
    """Whatever a damaged file makes its readers raise, as SourceError."""
    try:
        yield
    except ArchiverError:
        raise
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}", where=label) from None
    except Exception as error:
        first = next(filter(str.strip, str(error).splitlines()), type(error).__name__).strip()
        raise SourceError(f"cannot be read as a web capture: {first}", where=label) from None


def _records(place: Place) -> Iterator[Capture]:
    """Every record that holds what a server answered, or a file by itself, and every revisit."""
    number = 0
    for member in _members(place):
        with _member(place, member) as file:
            records = _iterator(file, check=False)
            for record in records:
                number += 1
                kind = record.rec_type
                if kind == REVISIT or kind in KEPT:
                    address = record.rec_headers.get_header("WARC-Target-URI") or ""
                    media_type = _type(record).partition(";")[0].strip().lower()
                    if not media_type and webpage.is_page(record.content_stream().read(SNIFFED)):
                        media_type = PAGES[0]
                    place_of = member, records.get_record_offset(), records.get_record_length()
                    keys, status = _keys(record), _status(record)
                    yield Capture(kind, number, *place_of, address, media_type, keys, status)


SNIFFED = 4096
"""By so many bytes a page is told whose media type nobody stated (RFC 9110 8.3)."""


def _keys(record: Any) -> tuple[Key, ...]:
    """What names a record, or, of a revisit, the record that it is of."""
    named = (
        tuple((record.rec_headers.get_header(name) or "").strip("<>") for name in names)
        for names in NAMING[record.rec_type == REVISIT]
    )
    return tuple(key for key in named if all(key))


def _status(record: Any) -> str:
    if record.rec_type == "resource":
        return "200"
    return str(record.http_headers.get_statuscode()) if record.http_headers else ""


def _type(record: Any) -> str:
    headers = record.http_headers or record.rec_headers
    return headers.get_header("Content-Type") or ""


def _parameter(media_type: str, name: str) -> str:
    for part in media_type.split(";")[1:]:
        key, _, value = part.partition("=")
        if key.strip().lower() == name:
            return value.strip().strip("\"'")
    return ""


def _payload(record: Any, label: str, settings: Settings) -> bytes:
    """What the server gave, decoded. Raises SourceError where it is too much or not what it was."""
    data = _decoded(record, settings.max_source_bytes)
    if len(data) > settings.max_source_bytes:
        raise SourceError(_too_large(settings), where=label)
    record.raw_stream.read()
    if missing := record.raw_stream.limit:
        raise SourceError(f"is cut off: the last {missing:,} bytes of its record are missing", where=label)
    if record.digest_checker.passed is False:
        told = "; ".join(record.digest_checker.problems)
        raise SourceError(f"is not what was captured: {told}", where=label)
    return data


ENCODINGS = {"", "identity", "gzip", "x-gzip", "deflate", "br"}
"""The content codings that are undone (RFC 9110 8.4.1, RFC 7932)."""


def _decoded(record: Any, most: int) -> bytes:
    """What the server gave, without its codings, up to some bytes more than `most`.

    Raises ValueError for a coding that is not known.
    """
    headers = record.http_headers
    coding = str(headers.get_header("Content-Encoding") or "").strip().lower() if headers else ""
    if coding not in ENCODINGS:
        raise ValueError(f"its content is coded as {coding!r}; expected gzip, deflate or br")
    if coding == "br":
        headers.remove_header("Content-Encoding")
    data: bytes = record.content_stream().read(most + 1)
    return _without_brotli(data, most) if coding == "br" else data


def _without_brotli(data: bytes, most: int) -> bytes:
    try:
        import brotli
    except ImportError:
        raise MissingExtra(
            "reading this capture needs brotli, which is not there", hint=webpage.EXTRA
        ) from None
    try:
        return bytes(brotli.Decompressor().process(data, output_buffer_limit=most + 1))
    except brotli.error:
        return data  # as warcio does for what only claims to be gzip


def _too_large(settings: Settings) -> str:
    return f"is larger than the {settings.max_source_bytes:,} bytes that max_source_bytes allows"


# --- WACZ ---------------------------------------------------------------------------------------


def _is_wacz(place: Place) -> bool:
    return place.name.lower().endswith(".wacz")


def _members(place: Place) -> list[str]:
    """The WARC files in a WACZ (WACZ 1.1.1, archive/); for a WARC file, itself."""
    if not _is_wacz(place):
        return [""]
    with opened(place) as file, zipfile.ZipFile(file) as package:
        return sorted(
            name
            for name in package.namelist()
            if name.startswith("archive/") and name.lower().endswith((".warc", ".warc.gz"))
        )


@contextmanager
def _member(place: Place, member: str) -> Iterator[Any]:
    """A WARC file, or one in a WACZ, that can be moved in, its compression as a whole undone."""
    with ExitStack() as stack:
        file = stack.enter_context(opened(place))
        if member:
            file = stack.enter_context(stack.enter_context(zipfile.ZipFile(file)).open(member))
        yield gzip.GzipFile(fileobj=file) if _is_one_gzip(file) else file


def _is_one_gzip(file: IO[bytes]) -> bool:
    """Whether records share one member of gzip; each should have one of its own (ISO 28500 D.2)."""
    if file.read(len(GZIP)) != GZIP:
        file.seek(0)
        return False
    file.seek(0)
    try:
        for _ in islice(_iterator(file, check=False), 2):
            pass
    except MissingExtra:
        raise
    except Exception as error:  # what else is wrong is told where the records are read
        return GZIP_OF_ALL in str(error)
    finally:
        file.seek(0)
    return False


def _listed(place: Place) -> set[str]:
    """The addresses of the pages that a WACZ lists (WACZ 1.1.1, pages/); none where it does not."""
    if not _is_wacz(place):
        return set()
    found: set[str] = set()
    with opened(place) as file, zipfile.ZipFile(file) as package:
        for name in sorted(package.namelist()):
            if name.startswith("pages/") and name.endswith(".jsonl"):
                with package.open(name) as lines:
                    text = lines.read(MOST_PAGES_LISTED).decode("utf-8-sig", "replace")
                found.update(_addresses(text, f"{place.name}, {name}"))
    return found


def _addresses(text: str, where: str) -> Iterator[str]:
    """The addresses in a list of pages, without fragments: the server never saw them."""
    for number, line in enumerate(text.split("\n"), 1):
        try:
            page = json.loads(line) if line.strip() else {}
        except ValueError:
            raise SourceError("is no JSON; expected a page", where=f"{where}, line {number}") from None
        if isinstance(page, dict) and "url" in page:
            yield str(page["url"]).partition("#")[0]
