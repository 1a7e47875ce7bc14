"""Decoding: the bytes of a source become text, and what was wrong with them becomes findings."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from archiver.article import NOT_TEXT
from archiver.errors import SourceError
from archiver.findings import Finding, Severity
from archiver.settings import Settings

if TYPE_CHECKING:
    from archiver.sources.refs import SourceRef

SIGNATURES = {
    b"%PDF-": "a PDF",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"PK\x03\x04": "a ZIP archive (or an office document)",
    b"\xd0\xcf\x11\xe0": "an old office document",
    b"\x7fELF": "a program",
    b"\x1f\x8b": "a gzip archive",
}

WIDE_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8"), *WIDE_MARKS)

NAMED = {
    "latin_1": "ISO-8859-1",
    "koi8_r": "KOI8-R",
    "koi8_u": "KOI8-U",
    "euc_jp": "EUC-JP",
    "euc_jis_2004": "EUC-JIS-2004",
    "iso2022_jp_ext": "ISO-2022-JP",
    "mac_roman": "Mac OS Roman",
    "mac_cyrillic": "Mac OS Cyrillic",
    "cp850": "IBM850",
    "cp866": "IBM866",
}

JAPANESE_ESCAPE = re.compile(rb"\x1b\$(?:[@B]|\(D)")
"""How ISO-2022-JP, whose bytes are all ASCII, begins to write Japanese (RFC 1468, RFC 2237)."""

LINE_ENDS = re.compile("\r\n?")
OTHER_LINE_ENDS = re.compile("[\x0b\x0c\x85\u2028\u2029]")
"""What ends a line in Unicode (UAX 14, BK and NL) and in no editor's count of lines: white space."""

FOREIGN = re.compile("[^\x00-\x7f]")
STRAY = re.compile("[\udc80-\udcff]")
"""A byte that is not UTF-8, as Python escapes it (PEP 383)."""

WINDOWS_1252 = {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0x100)}
BLOCK = 64 * 1024

MOST_STRAYS = 1000
MOST_FINDINGS = 20
"""So many places of one kind are told, and no more."""


class Text(NamedTuple):
    """Decoded text with lines ended by LF, its encoding, and what was noticed."""

    text: str
    encoding: str
    findings: tuple[Finding, ...]


class Encoding(NamedTuple):
    """The encoding of a text, and what was noticed: that it was inferred."""

    name: str
    findings: Sequence[Finding] = ()


def decode(data: bytes, ref: SourceRef, declared: str = "") -> Text:
    """The text of a source, in the encoding that it declares, if it does and is.

    Raises SourceError for what is empty or binary.
    """
    name = ref.label
    if not data.strip():
        raise SourceError("is empty; expected an article", where=name)
    _refuse_signatures(data, name)
    text, encoding, findings = _as_declared(data, declared) or _decoded(data, ref)
    if "\0" in text:
        raise SourceError("is binary (it has NUL characters); expected text", where=name)
    text = OTHER_LINE_ENDS.sub(" ", LINE_ENDS.sub("\n", text))
    if not text.strip():
        raise SourceError("holds nothing but white space; expected an article", where=name)
    text, removed = _without_controls(text, ref)
    return Text(text, encoding, (*findings, *removed))


def decode_lines(data: bytes, ref: SourceRef, settings: Settings) -> Text:
    """The text of a source in which lines mean something. Raises SourceError, also for one too long."""
    decoded = decode(data, ref)
    if (lines := decoded.text.count("\n") + 1) > settings.max_lines:
        told = f"has {lines:,} lines, more than the {settings.max_lines:,} that max_lines allows"
        raise SourceError(told, where=ref.label)
    for number, line in enumerate(decoded.text.split("\n"), 1):
        if len(line) > settings.max_line_chars:
            raise SourceError(
                f"has {len(line):,} characters, more than the {settings.max_line_chars:,} that "
                "max_line_chars allows",
                where=ref.at(number),
            )
    return decoded


READ_AS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
}
"""What a declared encoding is read as (WHATWG Encoding, 4.2): the larger one that writers meant."""


def _as_declared(data: bytes, declared: str) -> tuple[str, str, Sequence[Finding]] | None:
    """The text in the encoding that it declares; None where it is none, or has a byte order mark."""
    if not declared or any(data.startswith(mark) for mark, _ in BYTE_ORDER_MARKS):
        return None
    try:
        name = codecs.lookup(declared).name
        name = READ_AS.get(name, name)
        return data.decode(name), name, ()
    except (LookupError, ValueError):
        return None


def encoding_of(file: BinaryIO, ref: SourceRef) -> Encoding:
    """The encoding of a text that is not held whole; it is read once, and left at its beginning.

    Raises SourceError for what is binary, or is in no encoding that fits.
    """
    start = file.read(4)
    _refuse_signatures(start, ref.label)
    marked = next((encoding for mark, encoding in BYTE_ORDER_MARKS if start.startswith(mark)), "")
    file.seek(0)
    if marked and marked != "utf-8":
        return Encoding(marked.removesuffix("-le").removesuffix("-be"))
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, wrong, sample = 0, 0, b""
    for block in chain(iter(partial(file.read, BLOCK), b""), [b""]):
        if b"\0" in block:
            raise SourceError("is binary (it has NUL bytes); expected text", where=ref.label)
        if not wrong:
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                wrong = lines + error.object.count(b"\n", 0, error.start) + 1
        if wrong and len(sample) < BLOCK:
            sample += b"\n".join(line for line in block.split(b"\n") if not line.isascii())
        lines += block.count(b"\n")
    file.seek(0)
    if not wrong:
        return Encoding("utf-8-sig")
    if _mixed(sample, ref):
        told = "has bytes that are not UTF-8, as the rest is; save it as UTF-8"
        raise SourceError(told, where=ref.at(wrong))
    _, encoding, findings = _guessed(sample, ref, wrong)
    return Encoding(encoding, findings)


def _refuse_signatures(data: bytes, name: str) -> None:
    for signature, kind in SIGNATURES.items():
        if data.startswith(signature):
            raise SourceError(f"is {kind}, not text; expected text", where=name)


def _decoded(data: bytes, ref: SourceRef) -> tuple[str, str, Sequence[Finding]]:
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding), encoding, ()
            except UnicodeDecodeError as error:
                if encoding == "utf-8":
                    data = data[len(mark) :]
                    break
                raise SourceError(
                    f"begins as {encoding.upper()} but byte {error.start + len(mark)} is not; "
                    "save it as UTF-8",
                    where=ref.label,
                ) from None
    if data.isascii() and (escape := JAPANESE_ESCAPE.search(data)):
        return _inferred(data, "iso2022_jp_ext", ref, data.count(b"\n", 0, escape.start()) + 1)
    try:
        return data.decode("utf-8"), "utf-8", ()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    if b"\0" in data:
        raise SourceError("is binary (it has NUL bytes); expected text", where=ref.label)
    return _mixed(data, ref) or _guessed(data, ref, line)


def _mixed(data: bytes, ref: SourceRef) -> tuple[str, str, Sequence[Finding]] | None:
    """UTF-8 with some bytes of Windows-1252 in it, as where texts were pasted together."""
    text = data.decode("utf-8", "surrogateescape")
    strays = [found.start() for found in STRAY.finditer(text)]
    if len(FOREIGN.findall(text)) <= 2 * len(strays):
        return None
    lines = dict.fromkeys(text.count("\n", 0, start) + 1 for start in strays[:MOST_STRAYS])
    findings = [
        Finding(
            "source-encoding",
            Severity.WARNING,
            "has bytes that are not UTF-8, as the rest is; they were read as Windows-1252",
            where=ref.at(line),
            hint="save it as UTF-8 to be sure of every letter",
        )
        for line, _ in zip(lines, range(MOST_FINDINGS), strict=False)
    ]
    return text.translate(WINDOWS_1252), "utf-8", findings


def _guessed(data: bytes, ref: SourceRef, line: int) -> tuple[str, str, Sequence[Finding]]:
    from archiver.sources.encodings import guessed

    encoding = guessed(data)
    if encoding is None:
        told = "is not UTF-8, and no other encoding fits, or it is too short to tell; save it as UTF-8"
        raise SourceError(told, where=ref.at(line))
    return _inferred(data, encoding, ref, line)


def _inferred(data: bytes, encoding: str, ref: SourceRef, line: int) -> tuple[str, str, Sequence[Finding]]:
    named = NAMED.get(encoding) or encoding.replace("iso8859_", "ISO-8859-").replace("cp", "Windows-")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise SourceError(
            f"is neither UTF-8 nor, throughout, {named}; save it as UTF-8", where=ref.at(line)
        ) from None
    if encoding == "cp1258":  # which parts a letter from its tone
        text = unicodedata.normalize("NFC", text)
    finding = Finding(
        "source-encoding",
        Severity.WARNING,
        f"is not UTF-8; it was read as {named}, which was inferred",
        where=ref.at(line),
        hint="save it as UTF-8 to be sure of every letter",
    )
    return text, encoding, (finding,)


def _without_controls(text: str, ref: SourceRef) -> tuple[str, list[Finding]]:
    """The text without characters that neither XML nor PDF can carry, and where they were."""
    findings = [
        Finding(
            "source-control-character",
            Severity.WARNING,
            f"has the control character U+{ord(found[0]):04X}, which was left out",
            where=ref.at(text.count("\n", 0, found.start()) + 1),
        )
        for found, _ in zip(NOT_TEXT.finditer(text), range(MOST_FINDINGS), strict=False)
    ]
    return NOT_TEXT.sub("", text) if findings else text, findings
