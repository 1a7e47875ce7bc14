"""Streams: readers over readers, through which a serialized bag is read: a part, a copy, decompressed."""

from __future__ import annotations

import bz2
import io
import lzma
import os
import tempfile
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol

from archiver.bag.contents import Damaged, Readable
from archiver.bag.rules import Unusable, finding
from archiver.errors import TEMPORARY, CannotWrite

CHUNK = 128 * 1024
"""How much of a compressed file is read at once."""
BUFFER = 1024 * 1024

XZ_MEMORY = 256 * 1024 * 1024
"""What a decompressor of xz may take; `xz -9` makes files that take 65 MiB."""


class Truncated(Damaged):
    """An archive that ends before its end."""

    rule = "serialized-truncated"


class Trailing(Damaged):
    """An archive that goes on after its end."""

    rule = "serialized-trailing"


class Window:
    """A part of an open file, read where it lies: any number of windows may be read side by side."""

    __slots__ = ("_at", "_descriptor", "_left")

    def __init__(self, descriptor: int, at: int, size: int) -> None:
        self._descriptor, self._at, self._left = descriptor, at, size

    def __enter__(self) -> Window:
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def read(self, count: int, /) -> bytes:
        data = os.pread(self._descriptor, min(count, self._left), self._at)
        self._count(len(data), count)
        return data

    def readinto(self, buffer: memoryview, /) -> int:
        count = os.preadv(self._descriptor, [buffer[: self._left]], self._at)
        self._count(count, len(buffer))
        return count

    def _count(self, count: int, asked: int) -> None:
        if not count and self._left and asked:
            raise Truncated("ends within a file")
        self._at += count
        self._left -= count


class Part:
    """The next `size` bytes of a stream."""

    __slots__ = ("_left", "_stream")

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream, self._left = stream, size

    def __enter__(self) -> Part:
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def read(self, count: int, /) -> bytes:
        data = self._stream.read(min(count, self._left))
        self._count(len(data), count)
        return data

    def readinto(self, buffer: memoryview, /) -> int:
        count: int = self._stream.readinto(buffer[: self._left])  # type: ignore[attr-defined]
        self._count(count, len(buffer))
        return count

    def _count(self, count: int, asked: int) -> None:
        if not count and self._left and asked:
            raise Truncated("ends within a file")
        self._left -= count


class Copying:
    """A file that is written to another one as it is read."""

    __slots__ = ("_file", "_write")

    def __init__(self, file: Readable, write: Callable[[bytes | memoryview], object]) -> None:
        self._file, self._write = file, write

    def __enter__(self) -> Copying:
        self._file.__enter__()
        return self

    def __exit__(self, *exception: Any) -> None:
        self._file.__exit__(*exception)

    def read(self, count: int, /) -> bytes:
        data = self._file.read(count)
        self._write(data)
        return data

    def readinto(self, buffer: memoryview, /) -> int:
        count = self._file.readinto(buffer)
        self._write(buffer[:count])
        return count


class Kept:
    """Files that are kept as they are read, in one temporary file, to be opened again later.

    Raises CannotWrite where the temporary file cannot be made, and, as one is read, where it takes no more.
    """

    def __init__(self) -> None:
        try:
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
        except OSError as error:
            raise CannotWrite(error, TEMPORARY) from None
        self._places: dict[str, tuple[int, int]] = {}
        self.size = 0

    @property
    def files(self) -> int:
        """How many files are kept."""
        return len(self._places)

    def close(self) -> None:
        """Give up what is kept."""
        self._file.close()

    def copying(self, path: str, file: Readable) -> Copying:
        """A file that is kept as it is read, before another one is."""
        at = self.size

        def write(data: bytes | memoryview) -> None:
            left = memoryview(data)
            try:
                while left:
                    left = left[self._file.write(left) :]
            except OSError as error:  # else it would be told of the file that is read
                raise CannotWrite(error, TEMPORARY) from None
            self.size += len(data)
            self._places[path] = at, self.size - at

        write(b"")
        return Copying(file, write)

    def holds(self, path: str, size: int) -> bool:
        """Whether a file was kept, and is of this size: one that was not read to its end is not."""
        return self._places.get(path, (0, -1))[1] == size

    def open(self, path: str) -> Window | None:
        """What was kept of a file; None where nothing was."""
        place = self._places.get(path)
        return Window(self._file.fileno(), *place) if place else None


class Decompressor(Protocol):
    """What bz2 and lzma have, and zlib nearly."""

    @property
    def eof(self) -> bool:
        """Whether the end of the compressed data was met."""

    @property
    def unused_data(self) -> bytes:
        """What came after that end."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """What the data come to, up to so many bytes; what is left is kept for the next call."""


class Inflating:
    """zlib's decompressor with the manners of bz2's and lzma's."""

    def __init__(self, wbits: int) -> None:
        self._inflating = zlib.decompressobj(wbits)

    @property
    def eof(self) -> bool:
        return self._inflating.eof

    @property
    def unused_data(self) -> bytes:
        return self._inflating.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inflating.decompress(self._inflating.unconsumed_tail + data, max_length)


COMPRESSIONS: dict[bytes, Callable[[], Decompressor]] = {
    b"\x1f\x8b": lambda: Inflating(zlib.MAX_WBITS | 16),
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\0": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, XZ_MEMORY),
}
"""What decompresses a file, by how that begins: gzip (RFC 1952), bzip2 and xz."""


def decompressed(decompressor: Decompressor, more: Callable[[], bytes], most: int) -> bytes:
    """The next bytes, at most `most`, that a stream of compressed data comes to; none at its end.

    `more` reads on in the data. Raises Truncated where there are none, Damaged where they are wrong.
    """
    data = b""
    try:
        while not decompressor.eof:
            if out := decompressor.decompress(data, most):
                return out
            if not decompressor.eof and not (data := more()):
                raise Truncated("ends within compressed data")
    except Damaged:
        raise
    except (zlib.error, lzma.LZMAError, EOFError, ValueError, OSError) as error:
        if getattr(error, "errno", None):
            raise
        raise Damaged(f"cannot be decompressed: {error}") from None
    return b""


class Decompressed(io.RawIOBase):
    """What a compressed file holds: one stream of its kind after the other, up to `most` bytes.

    Raises Damaged, and Unusable where there is more.
    """

    def __init__(self, file: Readable, kind: bytes, most: int) -> None:
        self._file, self._kind, self._most = file, kind, most
        self._stream = COMPRESSIONS[kind]()
        self._rest = b""
        self._at = 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        while not (out := decompressed(self._stream, self._more, len(buffer))) and self._begin_next():
            pass
        buffer[: len(out)] = out
        self._at += len(out)
        if self._at > self._most:
            told = f"comes to more than {self._most:,} bytes when it is decompressed; the rest is not read"
            raise Unusable(finding("serialized-bomb", told))
        return len(out)

    def _more(self) -> bytes:
        rest, self._rest = self._rest, b""
        return rest or self._file.read(CHUNK)

    def _begin_next(self) -> bool:
        """Begin the next stream, if there is one; zeros may stand before it, and at the end."""
        rest = self._stream.unused_data.lstrip(b"\0")
        while len(rest) < len(self._kind) and (more := self._file.read(CHUNK)):
            rest = (rest + more).lstrip(b"\0")
        if not rest:
            return False
        if not rest.startswith(self._kind):
            raise Trailing("goes on after its compressed data")
        self._stream, self._rest = COMPRESSIONS[self._kind](), rest
        return True
