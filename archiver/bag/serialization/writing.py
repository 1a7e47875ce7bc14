"""Writing archives: tar, tar.gz and zip, the same bytes each time, in constant memory.

Owners, modes and times are always the same; the time is SOURCE_DATE_EPOCH, else 1980, from when on zip
files can tell it. Compressed bytes are the same where zlib is of the same version.
"""

from __future__ import annotations

import gzip
import shutil
import struct
import tarfile
import tempfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import BinaryIO, Protocol, cast

from archiver.bag.contents import shown
from archiver.bag.serialization.streams import BUFFER
from archiver.bag.serialization.tar import BLOCK
from archiver.bag.serialization.zip import (
    CENTRAL,
    CENTRAL_MARK,
    DEFLATED,
    END,
    END64,
    END64_MARK,
    END_MARK,
    FULL32,
    LOCAL,
    LOCAL_MARK,
    LOCATOR,
    LOCATOR_MARK,
    STORED,
    UTF8,
    ZIP64,
)
from archiver.epoch import source_date
from archiver.errors import BagError

EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
LATEST = datetime(2107, 12, 31, tzinfo=UTC)
"""What a zip file can tell, and so what any archive does."""

FILE_MODE, FOLDER_MODE = 0o644, 0o755
REGULAR, DIRECTORY = 0o100000, 0o040000
LEVEL = 6
"""Of zlib: the usual one."""

RECORD = 20 * BLOCK
"""What tar files are filled up to (POSIX pax)."""

UNIX = 3 << 8
PLAIN_VERSION, ZIP64_VERSION = 20, 45
"""Of the zip format, which a reader has to know (APPNOTE 4.4.3)."""
FULL16 = 0xFFFF
NEARLY_FULL = FULL32 - (1 << 24)
"""From which size on a member gets a header of zip64: deflating may make it a little larger."""


class Writer(Protocol):
    """Writes one archive; the bag's folder is there from the beginning."""

    form: str
    """The archive's MIME type."""

    def begin(self, path: str, size: int) -> None:
        """Begin a file of the bag."""

    def write(self, data: bytes | memoryview, /) -> None:
        """Go on with the file."""

    def end(self) -> None:
        """End the file."""

    def finish(self) -> None:
        """End the archive."""

    def close(self) -> None:
        """Let go of what was needed to write it, be it finished or not."""


def _moment() -> datetime:
    return min(max(source_date() or EARLIEST, EARLIEST), LATEST)


class Tar:
    """A tar file: ustar, and pax's extended headers for names and sizes that ustar has no room for."""

    form = "application/x-tar"

    def __init__(self, file: BinaryIO, base: str) -> None:
        self._file, self._base, self._written = file, base, 0
        self._time = int(_moment().timestamp())
        for folder in (base, f"{base}/data"):
            self._header(folder, tarfile.DIRTYPE, FOLDER_MODE, 0)

    def _header(self, name: str, kind: bytes, mode: int, size: int) -> None:
        header = tarfile.TarInfo(name)
        header.type, header.mode, header.size, header.mtime = kind, mode, size, self._time
        try:
            self.write(header.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict"))
        except ValueError:
            self.write(header.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape"))

    def begin(self, path: str, size: int) -> None:
        self._header(f"{self._base}/{path}", tarfile.REGTYPE, FILE_MODE, size)

    def write(self, data: bytes | memoryview, /) -> None:
        self._written += len(data)
        self._file.write(data)

    def end(self) -> None:
        self.write(bytes(-self._written % BLOCK))

    def finish(self) -> None:
        self.write(bytes(2 * BLOCK))
        self.write(bytes(-self._written % RECORD))

    def close(self) -> None:
        pass


class TarGz(Tar):
    """A tar file compressed by gzip, whose header has neither name nor time."""

    form = "application/gzip"

    def __init__(self, file: BinaryIO, base: str) -> None:
        self._gzip = gzip.GzipFile("", "wb", LEVEL, file, mtime=0)
        super().__init__(cast(BinaryIO, self._gzip), base)

    def finish(self) -> None:
        super().finish()
        self._gzip.close()

    def close(self) -> None:
        self._gzip.close()


class Zip:
    """A zip file, deflated; zip64 where it has to be. Its central directory waits in a temporary file."""

    form = "application/zip"

    def __init__(self, file: BinaryIO, base: str) -> None:
        self._file, self._base = file, base
        moment = _moment()
        self._time = moment.hour << 11 | moment.minute << 5 | moment.second // 2
        self._date = (moment.year - EARLIEST.year) << 9 | moment.month << 5 | moment.day
        self._directory = tempfile.SpooledTemporaryFile(BUFFER)  # noqa: SIM115
        self._members = 0
        for folder in ("", "data/"):
            self._begin(folder, 0, DIRECTORY | FOLDER_MODE)
            self.end()

    def begin(self, path: str, size: int) -> None:
        self._begin(path, size, REGULAR | FILE_MODE)

    def _begin(self, path: str, size: int, mode: int) -> None:
        name = f"{self._base}/{path}"
        if "\\" in name or any("\ud800" <= character <= "\udfff" for character in name):
            told = f"'{shown(path)}' is a name that a zip file cannot have"
            raise BagError(told, where=self._base, hint="pack the bag as tar")
        self._name, self._mode, self._size, self._crc = name.encode(), mode, size, 0
        self._is_large = size >= NEARLY_FULL
        self._deflating = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS) if size else None
        self._at = self._file.tell()
        self._file.write(self._local(0))
        self._content_at = self._file.tell()

    def write(self, data: bytes | memoryview, /) -> None:
        self._crc = zlib.crc32(data, self._crc)
        if self._deflating:
            self._file.write(self._deflating.compress(data))

    def end(self) -> None:
        if self._deflating:
            self._file.write(self._deflating.flush())
        end = self._file.tell()
        stored = end - self._content_at
        self._file.seek(self._at)
        self._file.write(self._local(stored))
        self._file.seek(end)
        self._directory.write(self._central(stored))
        self._members += 1

    def _told(self, *, large: bool) -> tuple[int, ...]:
        """What both headers of a member begin with, up to its sizes."""
        version = ZIP64_VERSION if large else PLAIN_VERSION
        method = DEFLATED if self._deflating else STORED
        return version, UTF8, method, self._time, self._date, self._crc

    def _local(self, stored: int) -> bytes:
        """The header before a member (APPNOTE 4.3.7)."""
        sizes, extra = (stored, self._size), b""
        if self._is_large:
            sizes, extra = (FULL32, FULL32), struct.pack("<2H2Q", ZIP64, 16, self._size, stored)
        told = self._told(large=self._is_large)
        return LOCAL.pack(LOCAL_MARK, *told, *sizes, len(self._name), len(extra)) + self._name + extra

    def _central(self, stored: int) -> bytes:
        """The header of a member in the central directory (4.3.12)."""
        values = (self._size, stored, self._at)
        full = [value for value in values if value >= FULL32]
        extra = struct.pack(f"<2H{len(full)}Q", ZIP64, 8 * len(full), *full) if full else b""
        size, stored, at = (min(value, FULL32) for value in values)
        told = self._told(large=bool(full))
        lengths = len(self._name), len(extra), 0, 0, 0
        fixed = CENTRAL.pack(
            CENTRAL_MARK, UNIX | told[0], *told, stored, size, *lengths, self._mode << 16, at
        )
        return fixed + self._name + extra

    def finish(self) -> None:
        at = self._file.tell()
        self._directory.seek(0)
        shutil.copyfileobj(self._directory, self._file, BUFFER)
        end, members = self._file.tell(), self._members
        if members >= FULL16 or end >= FULL32:
            versions = UNIX | ZIP64_VERSION, ZIP64_VERSION
            told = members, members, end - at, at
            self._file.write(END64.pack(END64_MARK, END64.size - 12, *versions, 0, 0, *told))
            self._file.write(LOCATOR.pack(LOCATOR_MARK, 0, end, 1))
        counted, size, at = min(members, FULL16), min(end - at, FULL32), min(at, FULL32)
        self._file.write(END.pack(END_MARK, 0, 0, counted, counted, size, at, 0))

    def close(self) -> None:
        self._directory.close()


FORMS: dict[str, Callable[[BinaryIO, str], Writer]] = {"tar": Tar, "tar.gz": TarGz, "zip": Zip}
"""What writes each form, by what the archive's name ends in."""
