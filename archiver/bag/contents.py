"""Contents: the files of a folder and their digests. No link is followed, no device is opened."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from archiver.bag.rules import finding
from archiver.findings import Finding

BUFFER = 1024 * 1024

KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a device",
    stat.S_IFCHR: "a device",
}


class File(NamedTuple):
    """A regular file: its path below the folder, with slashes, and its size."""

    path: str
    size: int


def shown(path: str) -> str:
    """A path for people: bytes that are not UTF-8 and control characters escaped."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def walk(folder: Path) -> Iterator[Finding | File]:
    """Every regular file under `folder`, and a finding for everything that is no file or folder."""
    waiting = [""]
    while waiting:
        below = waiting.pop()
        try:
            entries = sorted(os.scandir(folder / below), key=lambda entry: entry.name)
        except OSError as error:
            yield finding("bag-unreadable", f"cannot be read: {error.strerror}", shown(below))
            continue
        for entry in entries:
            path = f"{below}/{entry.name}" if below else entry.name
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError as error:
                yield finding("bag-unreadable", f"cannot be read: {error.strerror}", shown(path))
                continue
            kind = stat.S_IFMT(status.st_mode)
            if kind == stat.S_IFDIR:
                waiting.append(path)
            elif kind == stat.S_IFREG:
                yield File(path, status.st_size)
            else:
                told = f"is {KINDS.get(kind, 'of a kind that is not known')}, not a file or a folder"
                yield finding("bagit-5.1-unsafe", told, shown(path))


def digests(path: Path, algorithms: Iterable[str]) -> dict[str, str]:
    """The digests of a file, by hashlib's names of the algorithms, all in one read.

    Raises OSError where the file cannot be read, or is not a regular one.
    """
    hashes = {algorithm: hashlib.new(algorithm) for algorithm in algorithms}
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "not a regular file", str(path))
        buffer = memoryview(bytearray(max(1, min(BUFFER, status.st_size))))
        while count := file.readinto(buffer):
            for digest in hashes.values():
                digest.update(buffer[:count])
    return {algorithm: digest.hexdigest() for algorithm, digest in hashes.items()}
