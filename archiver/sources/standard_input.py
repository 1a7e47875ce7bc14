"""Standard input: one document, or JSON Lines of any size, which a file of no name holds meanwhile."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from archiver.errors import CannotWrite, SettingsError
from archiver.sources import json_article
from archiver.sources.refs import SourceRef, lines, locate_in

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

NAME = "stdin"

Documents = Callable[[], Iterator[SourceRef]]
"""Goes through the documents that came in, from the first on."""


@contextmanager
def taken(stream: BinaryIO | None, limit: int) -> Iterator[Documents]:
    """What comes in on a binary stream: one for each line of JSON Lines, else one, up to `limit` bytes
    each and one more, so that it is noticed.

    Raises SettingsError where there is no stream, or none that can be read, and CannotWrite where there
    is no room for JSON Lines.
    """
    if stream is None:
        raise SettingsError("is closed", where="standard input", hint="give it a document, or leave - out")
    try:
        first = stream.read(limit + 1)
    except OSError as error:
        raise SettingsError(f"cannot be read: {error.strerror}", where="standard input") from None
    if len(first) <= limit or not json_article.is_lines(first):
        yield partial(locate_in, first, NAME)
        return
    with tempfile.TemporaryFile() as kept:
        try:
            kept.write(first)
            shutil.copyfileobj(stream, kept)
            kept.flush()
        except OSError as error:
            raise CannotWrite(error, f"temporary files in {tempfile.gettempdir()}") from None
        yield partial(_lines_in, kept, limit)


def _lines_in(kept: BinaryIO, limit: int) -> Iterator[SourceRef]:
    for ref in lines(Path(f"{NAME}.jsonl"), io.BufferedReader(_Through(kept))):
        length = min(ref.length or 0, limit + 1)
        yield replace(ref, data=os.pread(kept.fileno(), length, ref.offset))


class _Through(io.RawIOBase):
    """A way through a file that has a place of its own there, beside those of others."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._at = file, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        begun = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: os.fstat(self._file.fileno()).st_size}
        self._at = begun[whence] + offset
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        read = os.preadv(self._file.fileno(), [buffer], self._at)
        self._at += read
        return read
