"""Contents: what a bag is read through, whether it is a folder or one serialized file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol, Self

from archiver.bag.ledger import Hashed, Wanted
from archiver.findings import Finding


class File(NamedTuple):
    """A regular file: its path below the base directory, with slashes, and its size."""

    path: str
    size: int


class Readable(Protocol):
    """A file that is read from its beginning on, once."""

    def read(self, count: int, /) -> bytes:
        """Up to `count` bytes more; none at the end."""

    def readinto(self, buffer: memoryview, /) -> int:
        """Fill a buffer with what comes next, and tell how many bytes that was."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exception: object) -> None: ...


class Changed(OSError):
    """A file that is not what it was when the bag's files were listed."""

    rule = "bag-changed"


class Damaged(OSError):
    """Something in an archive that is not as its format has it; `rule` is the rule that this breaks."""

    rule = "serialized-damaged"


class Result(NamedTuple):
    """A file in which something is wrong: the digests that it has, none where it cannot be read."""

    path: str
    digests: dict[str, bytes]
    findings: list[Finding]


class Contents(Protocol):
    """The files of one bag. Nothing outside the bag is reached through it."""

    form: str
    """The MIME type of a serialized bag, such as application/x-tar; empty for a folder."""

    @property
    def hashed(self) -> Mapping[str, Hashed]:
        """What was hashed since the files were listed, in rows in their order, by hashlib's names."""

    def walk(self) -> Iterator[Finding | File]:
        """Every regular file, folder by folder, and a finding for what is neither file nor folder.

        Raises Unusable where there is more than the limits allow.
        """

    def has_payload_folder(self) -> bool:
        """Whether there is a folder data/, be it empty."""

    def open(self, path: str) -> Readable:
        """A file, to be read from its beginning. Raises OSError where there is no regular file."""

    def verify(self, wanted: Iterable[Wanted]) -> Iterator[Result]:
        """Read every wanted file once; yields those in which something is wrong."""


MAX_CHARS = 200
"""How much is told of a text that may be long."""

ESCAPE = re.compile(
    r"\\(?:(?P<letter>[\\ntr])|x(?P<byte>[0-9a-f]{2})|u(?!d[89a-f])[0-9a-f]{4}|U00(?:0[0-9a-f]|10)[0-9a-f]{4})"
)
AMBIGUOUS = re.compile(r"\\[\\ntrxuU]")
"""What could be read as an escape."""
LETTERS = {"\\": "\\", "n": "\n", "t": "\t", "r": "\r"}
ESCAPES = {ord(character): f"\\{letter}" for letter, character in LETTERS.items()}


def shown(path: str) -> str:
    r"""A path for people, each its own: bytes that are not UTF-8 and control characters escaped.

    `\n`, `\t`, `\r` and `\x01` are control characters, `\xff` is a byte that is not UTF-8, `\u0085`
    and `\U000e0001` are characters. Where a path has one of those, or anything that reads like one, each of
    its backslashes is doubled.
    """
    if path.isprintable() and not AMBIGUOUS.search(path):
        return path
    return "".join(c if c.isprintable() and c != "\\" else _escaped(ord(c)) for c in path)


def cut(text: str) -> str:
    """The beginning of a text, as it is shown."""
    return shown(text if len(text) <= MAX_CHARS else f"{text[:MAX_CHARS]}…")


def _escaped(code: int) -> str:
    if code in ESCAPES:
        return ESCAPES[code]
    if code < 0x80 or 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code & 0xFF:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def meant(text: str) -> str:
    """The path that is shown so."""
    return ESCAPE.sub(_unescaped, text) if AMBIGUOUS.search(text) else text


def _unescaped(found: re.Match[str]) -> str:
    if found["letter"]:
        return LETTERS[found["letter"]]
    code = int(found[0][2:], 16)
    return chr(0xDC00 + code if found["byte"] and code >= 0x80 else code)
