"""Containers: what a ZIP file is by the files in it, as PRONOM's container signatures tell.

OpenDocument files say it themselves, with their version, which the signatures do not all know.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from lxml import etree

SIGNATURES = "container-signature-*.xml"
WINDOW = 64 * 1024
"""So many bytes of a file in a container are looked at."""
MAX_MEMBERS = 10_000

OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."
VERSION = re.compile(rb"""<office:document-content\s[^>]*?office:version=["'](\d\.\d)["']""")

TOKEN = re.compile(r"\s*(?:'([^']*)'|([0-9A-Fa-f]{2})|\[((?:\s*[0-9A-Fa-f]{2})+)\s*\])\s*")
"""A part of a sequence: text, a byte, one of some bytes."""

DAMAGED = (OSError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error, EOFError)
"""What a ZIP file that is damaged, encrypted or compressed in an unknown way makes zipfile raise."""


class Container(NamedTuple):
    """A format by its identifier in PRONOM, and what each of the files in it has to begin with."""

    puid: str
    files: tuple[tuple[str, re.Pattern[bytes] | None], ...]


class Inside(NamedTuple):
    """What the files in a container say: formats by their identifiers, or a media type and its version."""

    puids: frozenset[str] = frozenset()
    media_type: str = ""
    version: str = ""


def look_inside(path: Path, containers: Sequence[Container]) -> Inside:
    """What a ZIP file is by the files in it; nothing where it is damaged. Raises OSError."""
    with path.open("rb") as file:
        try:
            with zipfile.ZipFile(file) as package:
                names = set(package.namelist())
                if len(names) > MAX_MEMBERS:
                    return Inside()
                wanted = {name for each in containers for name, _ in each.files} & names
                wanted |= {"mimetype", "content.xml"} & names
                heads = {name: _head(package, name) for name in wanted}
        except DAMAGED:
            return Inside()
    version = VERSION.search(heads.get("content.xml", b""))
    if version and heads.get("mimetype", b"").startswith(OPEN_DOCUMENT):
        return Inside(
            frozenset(), heads["mimetype"].decode("ascii", "replace").strip(), version[1].decode()
        )
    return Inside(
        frozenset(
            each.puid
            for each in containers
            if all(
                name in heads and (pattern is None or pattern.search(heads[name]))
                for name, pattern in each.files
            )
        )
    )


def _head(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as member:
        return member.read(WINDOW)


# --- signatures -------------------------------------------------------------------------------


def signatures(folder: Path) -> tuple[Container, ...]:
    """The signatures of ZIP containers in the newest file of a folder that is of them."""
    root = etree.fromstring(max(folder.glob(SIGNATURES)).read_bytes())
    puids = {each.get("signatureId"): each.get("Puid", "") for each in root.iter("FileFormatMapping")}
    return tuple(
        Container(puids[each.get("Id")], files)
        for each in root.iterfind("ContainerSignatures/ContainerSignature[@ContainerType='ZIP']")
        if each.get("Id") in puids and (files := _files(each)) is not None
    )


def _files(signature: etree._Element) -> tuple[tuple[str, re.Pattern[bytes] | None], ...] | None:
    """The files that a signature asks for; None where it asks for more than their beginnings."""
    found = []
    for file in signature.iterfind("Files/File"):
        sequences = list(file.iter("ByteSequence"))
        if any(each.get("Reference") == "EOFoffset" for each in sequences):
            return None
        try:
            parts = [part for each in sequences for part in _expressions(each)]
        except ValueError:
            return None
        found.append((file.findtext("Path", ""), re.compile(b"".join(parts), re.DOTALL) if parts else None))
    return tuple(found)


def _expressions(sequence: etree._Element) -> Iterator[bytes]:
    """The regular expressions of a sequence of bytes, one after another. Raises ValueError."""
    yield rb"\A" if sequence.get("Reference") else b""
    for each in sequence.iterfind("SubSequence"):
        least, most = each.get("SubSeqMinOffset", "0"), each.get("SubSeqMaxOffset", "")
        yield f".{{{least},{most}}}?".encode()
        yield _expression(each.findtext("Sequence", ""))


def _expression(text: str) -> bytes:
    """A sequence as a regular expression. Raises ValueError for one of another kind."""
    at, parts = 0, []
    while at < len(text):
        found = TOKEN.match(text, at)
        if not found:
            raise ValueError(text)
        at = found.end()
        if found[1] is not None:
            parts.append(re.escape(found[1].encode()))
        elif found[2]:
            parts.append(re.escape(bytes.fromhex(found[2])))
        else:
            parts.append(
                b"[" + b"".join(re.escape(bytes([each])) for each in bytes.fromhex(found[3])) + b"]"
            )
    return b"".join(parts)
