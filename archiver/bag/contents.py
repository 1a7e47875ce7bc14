"""Contents: what a bag is read through, whether it is a folder or one serialized file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol, Self

from archiver.bag.ledger import Wanted
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
    findings: tuple[Finding, ...]


class Contents(Protocol):
    """The files of one bag. Nothing outside the bag is reached through it."""

    form: str
    """The MIME type of a serialized bag, such as application/x-tar; empty for a folder."""

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


def shown(path: str) -> str:
    """A path for people: bytes that are not UTF-8 and control characters escaped."""
    if path.isascii() and path.isprintable():
        return path
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
