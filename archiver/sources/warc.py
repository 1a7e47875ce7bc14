"""WARC files (ISO 28500), by warcio, and WACZ packages of them: their records, one by one."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from typing import IO, Any, NamedTuple

from archiver.errors import ArchiverError, MissingExtra, SourceError
from archiver.settings import Settings
from archiver.sources import webpage
from archiver.sources.refs import SourceRef, opened
from archiver.sources.source import Original
from archiver.stores import Place

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


def record(ref: SourceRef, settings: Settings) -> Record:
    """The record that a document is. Raises SourceError where it cannot be read."""
    with reading(ref.label), _member(ref.place, ref.member) as file:
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
def reading(label: str) -> Iterator[None]:
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


def records(place: Place) -> Iterator[Capture]:
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


def parameter(media_type: str, name: str) -> str:
    """A parameter of a media type (RFC 9110 8.3.1); empty where it has none of that name."""
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


def content(place: Place, capture: Capture, most: int) -> bytes:
    """What was captured in a record, up to some bytes more than `most`."""
    with _member(place, capture.member) as file:
        file.seek(capture.offset)
        return _decoded(next(iter(_iterator(file))), most)


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


def listed_pages(place: Place) -> set[str]:
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
