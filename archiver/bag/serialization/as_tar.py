"""Makes the 7z file on standard input a tar file on standard output: the program that seven_zip.py runs.

What it may take of memory is limited, since py7zr allots what an archive asks for. It ends with what is
wrong, if anything is, and the rule that this breaks.
"""

from __future__ import annotations

import resource
import sys
import tarfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from py7zr import Py7zIO, SevenZipFile, WriterFactory, archiveinfo
from py7zr.exceptions import PasswordRequired, UnsupportedCompressionMethodError

from archiver.bag.contents import cut
from archiver.bag.serialization.members import plain
from archiver.bag.serialization.seven_zip import HEADER_BYTES
from archiver.bag.serialization.tar import BLOCK
from archiver.bag.tag_files import LEAVING

MEMORY = 512 * 1024 * 1024
"""In bytes; what `7z -mx9` makes takes half of it."""


class Outside(Exception):
    """A name that leads out of the bag."""


def main() -> None:
    """Write the tar file, and exit with the rule that is broken, a colon, and how."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    archiveinfo.MAX_HEADER_SIZE = HEADER_BYTES
    try:
        with open("/dev/stdin", "rb") as file:  # anew, so that its position is nobody else's
            write_tar(file, sys.stdout.buffer)
    except Outside as error:
        sys.exit(f"serialized-outside: {error}")
    except PasswordRequired:
        sys.exit("serialized-encrypted: is encrypted; it is not looked at")
    except UnsupportedCompressionMethodError as error:
        sys.exit(f"serialized-method: is compressed by a method that is not read: {cut(str(error))}")
    except MemoryError:
        sys.exit(f"bag-limit: takes more than {MEMORY:,} bytes of memory to be decompressed")
    except Exception as error:
        told = f"cannot be decompressed: {type(error).__name__}: {cut(str(error))}"
        sys.exit(f"serialized-damaged: {told}")


def write_tar(file: BinaryIO, out: BinaryIO) -> None:
    """Write every member of a 7z file: first what has no content, which py7zr passes over, then others.

    Raises Outside where a name is one that py7zr would refuse, or change.
    """
    with SevenZipFile(file) as archive:
        members = list(archive.files)
        for member in members:
            if member.filename.startswith("/") or LEAVING.search(plain(member.filename)):
                told = f"has '{cut(member.filename)}', which would be unpacked outside the bag"
                raise Outside(f"{told}; it is not read any further")
            if not (member.is_file and _has_content(member)):
                out.write(_header(member.filename, _kind(member)))
        archive.extractall(factory=Contents(filter(_has_content, members), out))  # noqa: S202
    out.write(bytes(2 * BLOCK))


def _header(name: str, kind: bytes, size: int = 0) -> bytes:
    header = tarfile.TarInfo(name)
    header.type, header.size = kind, size
    return header.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _has_content(member: Any) -> bool:
    return bool(member.uncompressed) and not (member.is_directory or member.is_socket)


def _kind(member: Any) -> bytes:
    """The kind of a member, as tar has it: what is neither file, folder nor link is as good as a pipe."""
    if member.is_directory:
        return tarfile.DIRTYPE
    if member.is_symlink:
        return tarfile.SYMTYPE
    return tarfile.REGTYPE if member.is_file else tarfile.FIFOTYPE


class Contents(WriterFactory):
    """Takes the content of each member that has some, in order."""

    def __init__(self, members: Iterator[Any], out: BinaryIO) -> None:
        self.members, self.out = members, out

    def create(self, filename: str) -> Content:
        return Content(self)


class Content(Py7zIO):
    """Writes a file behind its header, when its first bytes come; what is no file is passed over."""

    def __init__(self, contents: Contents) -> None:
        self._contents, self._written, self._out = contents, 0, contents.out

    def write(self, data: bytes | bytearray) -> int:
        if not self._written:
            self._member = next(self._contents.members)
            if self._member.is_file:
                self._out.write(_header(self._member.filename, tarfile.REGTYPE, self._member.uncompressed))
        self._written += len(data)
        return self._out.write(data) if self._member.is_file else len(data)

    def close(self) -> None:
        if self._written and self._member.is_file:
            self._out.write(bytes(-self._written % BLOCK))

    def read(self, size: int | None = None) -> bytes:
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0

    def flush(self) -> None:
        pass

    def size(self) -> int:
        return self._written


if __name__ == "__main__":
    main()
