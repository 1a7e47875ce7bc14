"""Bags in stores: read where they lie, and uploaded so that they are there whole or not at all.

A bag's payload comes first, then its tag files, and bagit.txt last: what has none is no bag (RFC 8493
2.1.1), and what lies there was left by an upload that was cut off, to be completed. Beside it is noted what
the store told of all the others, so that a later change of one is seen by asking again.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from archiver import stores
from archiver.bag import fixity
from archiver.bag.contents import File, Readable, Result
from archiver.bag.ledger import NOTHING_HASHED, Wanted
from archiver.bag.limits import DEFAULT, Limits
from archiver.bag.making import payload
from archiver.bag.rules import Unusable, finding
from archiver.bag.serialization.members import is_serialized
from archiver.errors import AlreadyExists
from archiver.findings import Finding
from archiver.stores import Stored, Url

MARKER = "bagit.txt"
"""What a bag gets last, and loses first when it is replaced."""

OWN_FILE = re.compile(
    r"data/(?:[^/]+/)?(?:original|rendition|metadata)/.+|bagit\.txt|bag-info\.txt|(?:tag)?manifest-\w+\.txt"
)
"""What an upload that was cut off can have left."""


class StoredBag:
    """The contents of the bag below a URL. Raises OSError where the store does not answer."""

    form = ""
    hashed = NOTHING_HASHED

    def __init__(self, url: Url, limits: Limits = DEFAULT) -> None:
        self._url, self._limits = url, limits
        self._files = stores.below(url)

    def walk(self) -> Iterator[Finding | File]:
        """Every file, in order. Raises Unusable where there are more than the limits allow."""
        if len(self._files) > self._limits.entries:
            raise Unusable(finding("bag-limit", f"has more than {self._limits.entries:,} files"))
        for path in sorted(self._files):
            yield File(path, self._files[path].size)

    def has_payload_folder(self) -> bool:
        """Whether there is payload: stores know no empty folders."""
        return any(path.startswith("data/") for path in self._files)

    def open(self, path: str) -> Readable:
        """A file, to be read from its beginning. Raises OSError where there is none."""
        if path not in self._files:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return stores.opened(self._url / path, self._files[path].size)  # type: ignore[return-value]

    def is_changed(self) -> bool:
        """Whether its files are not those that were uploaded, by what S3 tells of them and then told.

        Of another store nothing is known, and so not that. Raises OSError where the store does not answer.
        """
        return MARKER in self._files and stores.note(self._url / MARKER) not in ("", _sum(self._files))

    def verify(self, wanted: Iterable[Wanted]) -> Iterator[Result]:
        """Read every wanted file once; yields those in which something is wrong."""
        return fixity.verify(self.open, wanted)


@contextmanager
def at_hand(url: Url) -> Iterator[Path | None]:
    """A local copy of a serialized bag, for as long as it is looked at; None where there is no file.

    Raises OSError where the store does not answer.
    """
    archive = stores.at(url) if is_serialized(url.name) else None
    if archive is None:
        yield None
        return
    with tempfile.TemporaryDirectory(dir=stores.scratch()) as folder:
        copy = Path(folder, url.name)
        stores.fetch(url, copy, archive.size)
        yield copy


def is_there(url: Url, form: str) -> bool:
    """Whether a package is there, serialized where that is its form. Raises OSError."""
    return stores.at(url) is not None if form else MARKER in stores.below(url)


def upload(package: Path, url: Url, *, replace: bool) -> None:
    """Upload a bag, or the file that it is serialized to, and see to it that all of it arrived.

    Raises AlreadyExists where one is there and is not to be replaced, and where something else is;
    OSError where the store does not answer, or what arrives is not what was sent.
    """
    with _alone(url):
        if package.is_dir():
            _upload_folder(package, url, replace=replace)
        elif replace or not stores.at(url):
            stores.put(package, url)
        else:
            raise _taken(url)


def _upload_folder(bag: Path, url: Url, *, replace: bool) -> None:
    """Upload the files that are missing or different, until there are none; then the marker."""
    there = stores.below(url)
    if MARKER in there and not replace:
        raise _taken(url)
    if stranger := next((path for path in sorted(there) if not OWN_FILE.fullmatch(path)), None):
        told = f"has the file {stranger}, which is of no package; nothing is put beside it"
        raise AlreadyExists(told, where=str(url), hint="move it away")
    files = [path.relative_to(bag).as_posix() for path in payload(bag)]
    files.sort(key=lambda path: not path.startswith("data/"))
    files.remove(MARKER)
    if MARKER in there:
        stores.remove(url / MARKER)
    for path in there.keys() - {*files, MARKER}:
        stores.remove(url / path)
    for _ in range(1 + stores.ATTEMPTS):
        wrong = [path for path in files if not stores.holds(url / path, there.get(path), bag / path)]
        if not wrong:
            break
        for path in wrong:
            stores.send(bag / path, url / path)
        there = stores.below(url)
    else:
        raise stores.damaged(url)
    stores.put(bag / MARKER, url / MARKER, _sum(there))


def _sum(files: Mapping[str, Stored]) -> str:
    """A sum (SHA-256) over what a store tells of the files of a bag, without its marker."""
    told = (f"{path} {file.size} {file.md5}\n" for path, file in sorted(files.items()) if path != MARKER)
    return hashlib.sha256("".join(told).encode()).hexdigest()


def _taken(url: Url) -> AlreadyExists:
    return AlreadyExists("is there already", where=str(url), hint="--replace puts the new one there")


@contextmanager
def _alone(url: Url) -> Iterator[None]:
    """The time in which this process alone, of those of this machine, uploads something to a URL.

    A lock of one byte of a file, whose place there is that of the URL among all (fcntl).
    """
    descriptor = os.open(stores.scratch() / "uploads", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        at = int.from_bytes(hashlib.sha256(str(url).encode()).digest()[:7])
        fcntl.lockf(descriptor, fcntl.LOCK_EX, 1, at)
        yield
    finally:
        os.close(descriptor)
