"""A spool: streams that go to disk one by one, as objects of a PDF that is made of them later.

pikepdf holds what it is given in memory; what it finds in a file it only copies when it writes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from pikepdf import Object, ObjectStreamMode, Pdf, StreamDecodeLevel


class Spool:
    """A PDF of streams alone, as it grows (ISO 32000-1 7.3.8, 7.5). Raises OSError where it cannot."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path.open("xb")
        self.offsets: list[int] = []
        self.file.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()
        self.path.unlink()

    def add(self, entries: Object, data: bytes) -> int:
        """Write a stream with these entries; the number of its object."""
        entries["/Length"] = len(data)
        number = len(self.offsets) + 1
        self.offsets.append(self.file.tell())
        self.file.write(f"{number} 0 obj\n".encode() + entries.unparse() + b"\nstream\n")
        self.file.write(data)
        self.file.write(b"\nendstream\nendobj\n")
        return number

    @contextmanager
    def opened(self) -> Iterator[Pdf]:
        """The PDF, without a page; its streams are at the numbers of their objects."""
        catalog = len(self.offsets) + 1
        self._end(f"<< /Type /Catalog /Pages {catalog + 1} 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>")
        with Pdf.open(self.path) as pdf:
            yield pdf

    def _end(self, *objects: str) -> None:
        """Write the last objects, of which the first is the catalog, and where each is."""
        catalog = len(self.offsets) + 1
        for number, content in enumerate(objects, catalog):
            self.offsets.append(self.file.tell())
            self.file.write(f"{number} 0 obj\n{content}\nendobj\n".encode())
        table, size = self.file.tell(), len(self.offsets) + 1
        entries = "".join(f"{offset:010} 00000 n \n" for offset in self.offsets)
        trailer = f"trailer\n<< /Size {size} /Root {catalog} 0 R >>\nstartxref\n{table}\n%%EOF\n"
        self.file.write(f"xref\n0 {size}\n0000000000 65535 f \n{entries}{trailer}".encode())
        self.file.close()


class _Sink(io.RawIOBase):
    """A file as qpdf writes it: a write that fails would end the process, so that is kept for later."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.failed: OSError | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        try:
            if self.failed is None:
                self.file.write(data)
        except OSError as error:
            self.failed = error
        return len(data)


def save(pdf: Pdf, target: Path, version: str) -> None:
    """Write a PDF of this version, the same bytes each time. Raises OSError where that cannot be."""
    with target.open("xb") as file:
        sink = _Sink(file)
        pdf.save(
            sink,  # type: ignore[arg-type]
            force_version=version,
            deterministic_id=True,
            object_stream_mode=ObjectStreamMode.generate,
            stream_decode_level=StreamDecodeLevel.none,
            fix_metadata_version=False,
        )
        if sink.failed:
            raise sink.failed
