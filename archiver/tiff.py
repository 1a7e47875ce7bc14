"""TIFF: a file of many pages, opened at one of them (TIFF 6.0, image file directories)."""

from __future__ import annotations

import io
import struct
from pathlib import Path

from PIL.TiffImagePlugin import TiffImageFile

HEADERS = {b"II*\0": "<4sI", b"MM\0*": ">4sI", b"II+\0": "<8sQ", b"MM\0+": ">8sQ"}
"""How TIFF and BigTIFF begin, and their headers for `struct`: up to the first directory, its offset."""


def directory_of(image: TiffImageFile) -> int:
    """Where in its file the directory of the page is that an image is at."""
    return image.tag_v2._offset or 0


class OpenedAt(io.FileIO):
    """A TIFF that begins with the page of the directory at this place.

    Pillow reads the directories of all pages before the one that it is to go to.
    """

    def __init__(self, path: Path, directory: int) -> None:
        super().__init__(path)
        begin = super().read(16)
        self._header = struct.pack(HEADERS[begin[:4]], begin, directory)
        self.seek(0)

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes, with the header's offset replaced."""
        at = self.tell()
        data: bytes = super().read(-1 if size is None else size) or b""
        return self._header[at : at + len(data)] + data[max(0, len(self._header) - at) :]
