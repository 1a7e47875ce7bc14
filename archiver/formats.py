"""Formats: what a file is by its content, with its identifier in PRONOM.

The signatures are PRONOM's own, as opf-fido brings them along: byte sequences at the beginning of a
file, at its end, or near either, and those of the files in a ZIP. Text has none: it is what archiver's
readers found it to be.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from archiver import containers
from archiver.findings import Finding, Severity

SIGNATURES = re.compile(r"formats-v(\d+)\.xml")
"""The file of opf-fido with the signatures, and the version of PRONOM that they are of."""

WINDOW = 64 * 1024
"""So many bytes at each end of a file are looked at, as DROID does."""

ZIP = b"PK\x03\x04"
"""How a container begins, in which other files tell more."""

AT_BEGINNING = r"(?s)\A"


class Format(NamedTuple):
    """A format: its name, its version, its identifier in PRONOM, and how it was identified."""

    name: str
    version: str = ""
    puid: str = ""
    note: str = ""


KNOWN = {
    "PDF/A-1a": "fmt/95",
    "PDF/A-1b": "fmt/354",
    "PDF/A-2a": "fmt/476",
    "PDF/A-2b": "fmt/477",
    "PDF/A-2u": "fmt/478",
    "PDF/A-3a": "fmt/479",
    "PDF/A-3b": "fmt/480",
    "PDF/A-3u": "fmt/481",
    "text/plain": "x-fmt/111",
    "application/json": "fmt/817",
    "application/xml": "fmt/101",
    "application/yaml": "fmt/818",
    "text/markdown": "fmt/1149",
}
"""The PRONOM identifiers of what archiver itself reads as such, or wrote."""

BY_NAME = {"fmt/898"}
"""Formats whose signature is that of a wider one, and that a file is only with their suffix: Zoomify's is
that of every BigTIFF."""

USUAL = {".txt", ".md", ".markdown", ".json", ".jsonl", ".ndjson", ".yaml", ".yml"}
"""Suffixes of text, of which nothing has to be looked up."""


def known(name: str) -> Format:
    """A format by its media type, or by its level of PDF/A, such as `PDF/A-2a`."""
    return Format(name, puid=KNOWN.get(name, ""))


class Identified(NamedTuple):
    """What a file is, and what is wrong with its name."""

    format: Format
    findings: tuple[Finding, ...] = ()


def identify(path: Path, name: str, media_type: str, where: str) -> Identified:
    """What a file is that came by this name, and was read as of this media type.

    `where` names it in findings. Raises OSError where it cannot be read.
    """
    suffix = Path(name).suffix.lower()
    if media_type in KNOWN:
        read_as = known(media_type)
        wrong = suffix not in USUAL and _told_by_content(suffix, read_as.puid)
        return Identified(read_as, _misnamed(where, suffix, media_type) if wrong else ())
    head, tail = _ends(path)
    found = [each for each in match(head, tail) if suffix in each.suffixes or each.puid not in BY_NAME]
    if not found:
        return Identified(known(media_type))
    if head.startswith(ZIP):
        found = _inside(path) or found
    note = f"by its signature in PRONOM {_signatures().version}"
    if not found[0].puid:
        note = f"by what it says of itself; PRONOM {_signatures().version} has no identifier for it"
    if len(found) > 1:
        note += f", as {', '.join(each.puid for each in found[1:])} too"
    first = found[0]
    said = f"{first.name} {first.version}".strip()
    suffixes = {each for one in found for each in one.suffixes}
    wrong = bool(suffix and suffixes) and suffix not in suffixes and bool(_formats_of(suffix))
    return Identified(
        Format(first.name, first.version, first.puid, note),
        _misnamed(where, suffix, f"{said} ({first.puid})") if wrong else (),
    )


def _inside(path: Path) -> list[Signed]:
    """The formats of a container, by the files in it; none where they do not tell."""
    known_as = _signatures()
    inside = containers.look_inside(path, known_as.containers)
    if inside.media_type:
        by_version = [
            each
            for each in known_as.formats.values()
            if inside.media_type in each.media_types and inside.version == each.version
        ]
        return by_version or [Signed("", inside.media_type, inside.version)]
    return _best([known_as.formats[puid] for puid in sorted(inside.puids) if puid in known_as.formats])


def _misnamed(where: str, suffix: str, said: str) -> tuple[Finding, ...]:
    told = f"is named {suffix}, and by its content is {said}"
    return (Finding("format-name", Severity.WARNING, told, where),)


def _ends(path: Path) -> tuple[bytes, bytes]:
    with path.open("rb") as file:
        head = file.read(WINDOW)
        size = file.seek(0, 2)
        file.seek(max(size - WINDOW, 0))
        return head, file.read(WINDOW)


# --- signatures -------------------------------------------------------------------------------


class Pattern(NamedTuple):
    """A regular expression, where it has to match, and the bytes that it begins with, if that is sure."""

    position: str
    expression: bytes
    literal: bytes = b""

    def matches(self, head: bytes, tail: bytes) -> bool:
        """Whether a file has it."""
        if self.position == "BOF":
            return head.startswith(self.literal) and bool(_compiled(self.expression).match(head))
        if self.position == "EOF":
            return bool(_compiled(self.expression).search(tail))
        return any(_compiled(self.expression).search(end) for end in (head, tail))


@cache
def _compiled(expression: bytes) -> re.Pattern[bytes]:
    return re.compile(expression)


class Signed(NamedTuple):
    """A format, and its signatures, one of which a file of it has in all its patterns."""

    puid: str
    name: str
    version: str
    suffixes: tuple[str, ...] = ()
    better_than: frozenset[str] = frozenset()
    signatures: tuple[tuple[Pattern, ...], ...] = ()
    media_types: tuple[str, ...] = ()


class Signatures(NamedTuple):
    """PRONOM as far as it is needed: its version, its formats (by identifier, with signatures,
    by suffix) and the signatures of containers."""

    version: str
    formats: Mapping[str, Signed]
    signed: tuple[Signed, ...]
    by_suffix: Mapping[str, Sequence[str]]
    containers: tuple[containers.Container, ...]


def match(head: bytes, tail: bytes) -> list[Signed]:
    """The formats that a file is of, by its beginning and its end; none that another is a kind of."""
    found = [
        each
        for each in _signatures().signed
        if any(all(part.matches(head, tail) for part in signature) for signature in each.signatures)
    ]
    return _best(found)


def _best(found: Sequence[Signed]) -> list[Signed]:
    """Formats, but for those that another of them is a kind of."""
    worse = {puid for each in found for puid in each.better_than}
    return [each for each in found if each.puid not in worse]


def _formats_of(suffix: str) -> Sequence[str]:
    return _signatures().by_suffix.get(suffix, ())


def _told_by_content(suffix: str, puid: str) -> bool:
    """Whether every format of a suffix has signatures, and none is this: then a file is none of them."""
    signed = {each.puid for each in _signatures().signed}
    formats = _formats_of(suffix)
    return bool(formats) and puid not in formats and signed.issuperset(formats)


@cache
def _signatures() -> Signatures:
    spec = find_spec("fido")
    folder = Path(spec.origin).parent / "conf" if spec and spec.origin else Path()
    file = max(
        (found for each in folder.iterdir() if (found := SIGNATURES.fullmatch(each.name))),
        key=lambda found: int(found[1]),
    )
    root = etree.fromstring(folder.joinpath(file[0]).read_bytes())
    by_suffix: dict[str, list[str]] = defaultdict(list)
    formats = {}
    for each in root.iterfind("format"):
        puid = each.findtext("puid", "")
        suffixes = tuple(f".{kind.text}".lower() for kind in each.iterfind("extension") if kind.text)
        for suffix in suffixes:
            by_suffix[suffix].append(puid)
        signatures = tuple(map(_patterns, each.iterfind("signature")))
        better = frozenset(one.text or "" for one in each.iterfind("has_priority_over"))
        name, version = each.findtext("name", ""), each.findtext("version", "")
        media_types = tuple(part.strip() for part in each.findtext("mime", "").split(","))
        formats[puid] = Signed(puid, name, version, suffixes, better, signatures, media_types)
    signed = tuple(each for each in formats.values() if each.signatures)
    return Signatures(file[1], formats, signed, by_suffix, containers.signatures(folder))


def _patterns(signature: etree._Element) -> tuple[Pattern, ...]:
    return tuple(
        Pattern(
            pattern.findtext("position", ""),
            pattern.findtext("regex", "").encode(),
            _literal(pattern.findtext("regex", "")),
        )
        for pattern in signature.iterfind("pattern")
    )


ONE = re.compile(r"\\x([0-9a-fA-F]{2})|\\([^\w])|([^\\.\[\](){}*+?|^$])")
"""A byte that stands for itself in a regular expression."""


def _literal(expression: str) -> bytes:
    """The bytes that a match has to begin with; empty where that is not plain."""
    if not expression.startswith(AT_BEGINNING) or "|" in expression:
        return b""
    return b"".join(_bytes(expression.removeprefix(AT_BEGINNING)))


def _bytes(expression: str) -> Iterator[bytes]:
    at = 0
    while found := ONE.match(expression, at):
        at = found.end()
        if expression[at : at + 1] in ("*", "+", "?", "{"):
            return
        yield bytes([int(found[1], 16)]) if found[1] else (found[2] or found[3]).encode()
