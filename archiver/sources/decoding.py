"""Decoding: the bytes of a source become text, and what was wrong with them becomes findings."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from archiver.article import NOT_TEXT
from archiver.errors import SourceError
from archiver.findings import Finding, Severity
from archiver.settings import Settings

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

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

LIKELY_ENCODINGS = ["cp1252", "latin_1", "cp1251", "cp1253", "cp1255", "cp1256", "koi8_r", "cp1250"]


class Text(NamedTuple):
    """Decoded text with lines ended by LF, its encoding, and what was noticed."""

    text: str
    encoding: str
    findings: tuple[Finding, ...]


def decode(data: bytes, name: str, settings: Settings) -> Text:
    """The text of a source. Raises SourceError for what is empty, binary or beyond the limits."""
    if not data.strip():
        raise SourceError("is empty; expected an article", where=name)
    for signature, kind in SIGNATURES.items():
        if data.startswith(signature):
            raise SourceError(f"is {kind}, not text; expected an article as text", where=name)
    text, encoding, findings = _decoded(data, name)
    if "\0" in text:
        raise SourceError("is binary (it has NUL characters); expected text", where=name)
    text = re.sub("\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text)
    if not text.strip():
        raise SourceError("holds nothing but white space; expected an article", where=name)
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > settings.max_line_chars:
            raise SourceError(
                f"has {len(line):,} characters, more than the {settings.max_line_chars:,} that "
                "max_line_chars allows",
                where=f"{name}, line {number}",
            )
    text, removed = _without_controls(text, name)
    return Text(text, encoding, (*findings, *removed))


def _decoded(data: bytes, name: str) -> tuple[str, str, tuple[Finding, ...]]:
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding), encoding, ()
            except UnicodeDecodeError as error:
                raise SourceError(
                    f"begins as {encoding.upper()} but byte {error.start + len(mark)} is not; "
                    "save it as UTF-8",
                    where=name,
                ) from None
    try:
        return data.decode("utf-8"), "utf-8", ()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    if b"\0" in data:
        raise SourceError("is binary (it has NUL bytes); expected text", where=name)
    from charset_normalizer import from_bytes

    best = from_bytes(data[:200_000], cp_isolation=LIKELY_ENCODINGS).best()
    if best is None:
        raise SourceError(
            "is not UTF-8 and no other encoding fits; save it as UTF-8",
            where=f"{name}, line {line}",
        )
    encoding = _western(best.encoding, data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise SourceError(
            f"is neither UTF-8 nor, throughout, {encoding}; save it as UTF-8",
            where=f"{name}, line {line}",
        ) from None
    finding = Finding(
        "source-encoding",
        Severity.WARNING,
        f"is not UTF-8; it was read as {encoding.replace('cp', 'Windows-')}, which was inferred",
        where=f"{name}, line {line}",
        hint="save it as UTF-8 to be sure of every letter",
    )
    return text, encoding, (finding,)


def _western(encoding: str, data: bytes) -> str:
    """Windows-1252 for text that is called Latin-1 but has its quotation marks and dashes."""
    if encoding in ("latin_1", "cp1250", "cp1252") and re.search(rb"[\x80-\x9f]", data):
        try:
            data.decode("cp1252")
        except UnicodeDecodeError:
            return encoding
        return "cp1252"
    return "latin_1" if encoding == "cp1250" else encoding


def _without_controls(text: str, name: str) -> tuple[str, list[Finding]]:
    """The text without characters that neither XML nor PDF can carry, and where they were."""
    findings = [
        Finding(
            "source-control-character",
            Severity.WARNING,
            f"has the control character U+{ord(found[0]):04X}, which was left out",
            where=f"{name}, line {text.count(chr(10), 0, found.start()) + 1}",
        )
        for found, _ in zip(NOT_TEXT.finditer(text), range(20), strict=False)
    ]
    return NOT_TEXT.sub("", text) if findings else text, findings
