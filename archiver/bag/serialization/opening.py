"""Serialized bags: an archive is opened as what it is, whatever it is called (BagIt 0.97 4)."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from archiver.bag.contents import Contents, Readable
from archiver.bag.folder import STORED_BLOCK
from archiver.bag.limits import DEFAULT, Limits
from archiver.bag.rules import Unusable, finding
from archiver.bag.serialization.compressed_tar import FORMS, CompressedTar
from archiver.bag.serialization.members import Index, failure
from archiver.bag.serialization.tar import BLOCK, Tar, is_tar
from archiver.bag.serialization.zip import END_MARK, LOCAL_MARK, Zip

OTHERS = {
    b"Rar!\x1a\x07": "RAR",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"\x04\x22\x4d\x18": "LZ4",
    b"LZIP": "lzip",
    b"\x1f\x9d": "compress",
    b"!<arch>\n": "ar",
    b"xar!": "xar",
}
"""Formats of archives that are not read, by how they begin."""


class Archive(Contents, Protocol):
    """The contents of a serialized bag."""

    index: Index

    def each(self) -> Iterator[tuple[str, Readable]]:
        """Every file, to be read before the next one."""


@contextmanager
def serialized(
    path: Path, limits: Limits = DEFAULT, jobs: int = 1, *, hashing: bool = True
) -> Iterator[Archive]:
    """What the bag in an archive is read through; `hashing` where its payload is to be verified.

    What is no stream is read by `jobs` processes where it has much.
    Raises Unusable where it cannot be opened, or is no archive that can be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        told = f"cannot be opened: {error.strerror}"
        if error.errno == errno.ENXIO:
            told = "is neither a folder nor a file; expected a bag"
        raise Unusable(finding("bag-missing", told)) from None
    try:
        try:
            length = _length(descriptor, limits)
            begins = os.pread(descriptor, BLOCK, 0)
        except OSError as error:
            raise Unusable(failure(error)) from None
        kind = next((mark for mark in FORMS if begins.startswith(mark)), b"")
        if kind:
            with CompressedTar(path, descriptor, length, kind, limits, hashing=hashing) as archive:
                yield archive
        elif begins.startswith((LOCAL_MARK, END_MARK)):
            yield Zip(path, descriptor, length, limits, jobs)
        elif is_tar(begins):
            yield Tar(path, descriptor, length, limits, jobs)
        else:
            yield _by_suffix(path, descriptor, length, limits, begins)
    finally:
        os.close(descriptor)


def _length(descriptor: int, limits: Limits) -> int:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise Unusable(finding("bag-missing", "is neither a folder nor a file; expected a bag"))
    stored = status.st_blocks * STORED_BLOCK
    if status.st_size - stored > limits.hole_bytes:
        told = f"claims {status.st_size:,} bytes where {stored:,} are stored; it is not read"
        raise Unusable(finding("bag-limit", told))
    return status.st_size


def _by_suffix(path: Path, descriptor: int, length: int, limits: Limits, begins: bytes) -> Archive:
    """An archive that does not begin as one, but is called one: it tells itself what is wrong."""
    name = path.name.lower()
    other = next((name for mark, name in OTHERS.items() if begins.startswith(mark)), "")
    if other:
        told = f"is an archive of {other}, which archiver does not read; expected tar, tar.gz or zip"
        hint = "unpack it, and validate the folder"
        raise Unusable(finding("serialized-format", told, hint=hint))
    if name.endswith(".zip"):
        return Zip(path, descriptor, length, limits)
    if ".tar" in name or name.endswith((".tgz", ".tbz2", ".txz")):
        return Tar(path, descriptor, length, limits)
    raise Unusable(finding("bag-missing", "is neither a folder nor an archive; expected a bag"))
