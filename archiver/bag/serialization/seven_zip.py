"""7z files: a bag in one is made a tar stream by py7zr, in a process of its own, and read as that.

py7zr allots what an archive asks for, and some of its decompressors come to more than they are asked for:
so it never has the memory of the process that validates.
"""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

from archiver.bag.contents import Damaged
from archiver.bag.rules import Unusable, finding
from archiver.bag.serialization.streams import Trailing, Truncated

MARK = b"7z\xbc\xaf'\x1c"
START = struct.Struct("<6s2sL2QL")
"""How a file begins: mark, version, a checksum, and where behind this its header is, and how long."""

HEADER_BYTES = 32 * 1024 * 1024
"""How long a header may be: that of some 200,000 files. py7zr reads names two bytes at a time."""

PROGRAM = (sys.executable, "-P", "-m", "archiver.bag.serialization.as_tar")


class AsTar(io.RawIOBase):
    """The tar stream that a 7z file is made, up to `most` bytes.

    Raises Damaged, and Unusable where there is more, or no py7zr.
    """

    def __init__(self, descriptor: int, length: int, most: int) -> None:
        if not find_spec("py7zr"):
            told = "is an archive of 7-Zip, which takes the extra 7z to be read"
            hint = "pip install 'archiver[7z]', or unpack it and validate the folder"
            raise Unusable(finding("serialized-format", told, hint=hint))
        self._descriptor, self._length, self._most = descriptor, length, most
        self._process: subprocess.Popen[bytes] | None = None
        self._at = 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        process = self._process = self._process or self._begun()
        count: int = process.stdout.readinto(buffer)  # type: ignore[union-attr]
        self._at += count
        if self._at > self._most:
            told = f"comes to more than {self._most:,} bytes when it is decompressed; the rest is not read"
            raise Unusable(finding("serialized-bomb", told))
        if not count:
            _check_left(process)
        return count

    def _begun(self) -> subprocess.Popen[bytes]:
        _check_end(self._descriptor, self._length)
        pipe = subprocess.PIPE
        return subprocess.Popen(PROGRAM, cwd="/", stdin=self._descriptor, stdout=pipe, stderr=pipe)  # noqa: S603

    def close(self) -> None:
        """End the process, whatever it has still to do."""
        if self._process and not self.closed:
            self._process.kill()
            self._process.communicate()
        super().close()


def _check_end(descriptor: int, length: int) -> None:
    """Raise Damaged unless the header, whose place stands at the beginning, is the last thing in a file."""
    start = os.pread(descriptor, START.size, 0)
    if len(start) < START.size:
        raise Truncated("ends where a 7z file begins")
    *_, behind, size, _ = START.unpack(start)
    end = START.size + behind + size
    if end > length:
        raise Truncated("ends before the header that ends a 7z file")
    if end < length:
        raise Trailing("goes on after the header that ends a 7z file")
    if size > HEADER_BYTES:
        told = f"has a header of {size:,} bytes; no more than {HEADER_BYTES:,} are read"
        raise Unusable(finding("bag-limit", told))


def _check_left(process: subprocess.Popen[bytes]) -> None:
    """Raise Damaged for what a process that ended has told, with the rule that it names."""
    _, said = process.communicate()
    if process.returncode:
        rule, _, told = said.decode("utf-8", "replace").strip().rpartition("\n")[2].partition(": ")
        error = Damaged(told or "cannot be decompressed: py7zr broke off")
        error.rule = rule if told else error.rule
        raise error
