"""Names: the folder that the package with an identifier goes to."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote

MAX_BYTES = 200
"""Longest name of a folder. File systems take 255; the rest is for suffixes such as `.tar.gz`."""

DIGEST_CHARS = 32

RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
"""Names that Windows keeps for devices, whatever their suffix."""


def folder_name(identifier: str) -> str:
    """The folder of the package with this identifier: percent-encoded, and cut where it is long.

    `urllib.parse.unquote` gives the identifier back where the name was not cut. A cut name ends
    in a digest of the whole identifier, so that two identifiers never share a folder. Where the
    file system ignores case, identifiers that differ in nothing else do meet in one: the second
    then finds a package with another identifier there, and is refused.
    """
    name = quote(identifier, safe="").replace("~", "%7E")
    if name.startswith((".", "-")) or RESERVED.match(name):
        name = _encoded(name[0]) + name[1:]
    if name.endswith("."):
        name = name[:-1] + _encoded(".")
    if len(name) <= MAX_BYTES and name:
        return name
    digest = hashlib.sha256(identifier.encode()).hexdigest()[:DIGEST_CHARS]
    return f"{name[: MAX_BYTES - DIGEST_CHARS - 2]}--{digest}"


def _encoded(char: str) -> str:
    return f"%{ord(char):02X}"
