"""A ledger: every path that a bag holds or lists, one row each, with its size and its digests.

Columns of plain bytes take a fifth of the memory that an object a path would: a bag of a million
files is held in some 300 MB.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Container, Iterator, Mapping
from itertools import islice
from mmap import mmap
from typing import NamedTuple

ABSENT = -1
"""The size of what is listed but not in the bag."""

LISTED, UNREADABLE = 1, 2
"""How a manifest lists a row: with a digest, or with something that is none."""

COMPARED = 256
"""How many rows are compared at once."""


class Column:
    """What one manifest lists: a digest of `width` bytes a row, by hashlib's name of the algorithm."""

    def __init__(self, algorithm: str, width: int) -> None:
        self.algorithm, self.width = algorithm, width
        self.digests, self.listed = bytearray(), bytearray()
        self.whole = True
        """Whether the manifest was read to its end."""

    def put(self, row: int, digest: bytes) -> None:
        """List a row with its digest; with none where the manifest has none that can be read."""
        more = row - len(self.listed)
        if more > 0:
            self.listed += bytes(more)
            self.digests += bytes(more * self.width)
        mark, digest = (LISTED, digest) if digest else (UNREADABLE, bytes(self.width))
        if more >= 0:
            self.listed.append(mark)
            self.digests += digest
        else:
            self.listed[row] = mark
            self.digests[row * self.width : (row + 1) * self.width] = digest

    def lists(self, row: int) -> bool:
        """Whether the manifest lists a row."""
        return row < len(self.listed) and self.listed[row] != 0

    def digest(self, row: int) -> bytes:
        """The digest of a row; empty where the manifest lists it with none, or not at all."""
        if row < len(self.listed) and self.listed[row] == LISTED:
            return bytes(self.digests[row * self.width : (row + 1) * self.width])
        return b""


class Hashed(NamedTuple):
    """Digests that files were found to have, a row each, in memory that processes share."""

    width: int
    """Bytes a digest."""
    digests: mmap
    done: mmap
    """For each row whether it has a digest, 1, or none, 0."""

    def put(self, row: int, digest: bytes) -> None:
        """Note the digest of a row."""
        self.digests[row * self.width : (row + 1) * self.width] = digest
        self.done[row] = 1

    def digest(self, row: int) -> bytes:
        """The digest of a row that has one."""
        return self.digests[row * self.width : (row + 1) * self.width]


NOTHING_HASHED: Mapping[str, Hashed] = {}


class Wanted(NamedTuple):
    """A file that is to be read, and the digests that it should have, by algorithm."""

    path: str
    size: int
    digests: tuple[tuple[str, bytes], ...]


class Ledger:
    """The rows of a bag, in the order in which its paths were first met."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}
        self.sizes = array("q")
        self.columns: dict[str, Column] = {}
        """By the manifest's name."""
        self._weighed = self._absent = self._absent_bytes = 0

    def row(self, path: str) -> int:
        """The row of a path, a new one where it has none."""
        rows = len(self.sizes)
        row = self.rows.setdefault(path, rows)
        if row == rows:
            self.sizes.append(ABSENT)
        return row

    def hold(self, path: str, size: int) -> None:
        """Note a file that is in the bag."""
        rows = len(self.sizes)
        row = self.rows.setdefault(path, rows)
        if row == rows:
            self.sizes.append(size)
        else:
            self.sizes[row] = size

    def holds(self, path: str) -> bool:
        """Whether a file is in the bag."""
        row = self.rows.get(path)
        return row is not None and self.sizes[row] != ABSENT

    def files(self) -> Iterator[tuple[str, int]]:
        """The files in the bag, each with its size."""
        return ((path, size) for path, size in zip(self.rows, self.sizes, strict=True) if size != ABSENT)

    def missing(self) -> Iterator[tuple[str, int]]:
        """The rows that are listed but not in the bag."""
        return ((path, row) for path, row in self.rows.items() if self.sizes[row] == ABSENT)

    def unlisted(self, columns: Collection[Column]) -> Iterator[str]:
        """The files in the bag that none of these manifests lists."""
        marks = [column.listed.ljust(len(self.rows), b"\0") for column in columns]
        listed = map(any, zip(*marks, strict=True))
        for path, size, is_listed in zip(self.rows, self.sizes, listed, strict=True):
            if size != ABSENT and not is_listed:
                yield path

    def payload_columns(self) -> dict[str, Column]:
        """The payload manifests."""
        return {name: c for name, c in self.columns.items() if name.startswith("manifest-")}

    def tag_columns(self) -> dict[str, Column]:
        """The tag manifests."""
        return {name: c for name, c in self.columns.items() if name.startswith("tagmanifest-")}

    def listed(self, path: str) -> tuple[tuple[str, bytes], ...]:
        """Each digest that a manifest states for a path, with its algorithm."""
        row = self.rows.get(path, len(self.sizes))
        columns = self.columns.values()
        return tuple([(c.algorithm, digest) for c in columns if (digest := c.digest(row))])

    def absent(self) -> tuple[int, int]:
        """How many paths were listed that are not in the bag, and the bytes that they take up."""
        new = len(self.rows) - self._weighed
        self._weighed += new
        self._absent += new
        self._absent_bytes += sum(map(str.__sizeof__, islice(reversed(self.rows), new)))
        return self._absent, self._absent_bytes

    def close(self) -> None:
        """Every file of the bag is held: what is listed from now on, and has no row, is absent."""
        self._weighed = len(self.rows)

    def wanted(
        self, known: Container[str] = (), hashed: Mapping[str, Hashed] = NOTHING_HASHED
    ) -> Iterator[Wanted]:
        """Every file that is in the bag and in a manifest, with the digests that it should have.

        Those are left out whose paths are in `known`, and those of which `hashed` has the very digests,
        where it has them of all rows around.
        """
        columns = tuple(self.columns.values())
        paths = iter(self.rows)
        for start in range(0, len(self.rows), COMPARED):
            these = list(islice(paths, COMPARED))
            if hashed and self._agree(hashed, start, start + len(these)):
                continue
            for row, path in enumerate(these, start):
                if self.sizes[row] != ABSENT and path not in known:
                    digests = [(c.algorithm, digest) for c in columns if (digest := c.digest(row))]
                    if digests:
                        yield Wanted(path, self.sizes[row], tuple(digests))

    def _agree(self, hashed: Mapping[str, Hashed], start: int, end: int) -> bool:
        """Whether each column that lists any of these rows lists all of them, as they were hashed."""
        for column in self.columns.values():
            listed = column.listed[start:end]
            if not any(listed):
                continue
            found = hashed.get(column.algorithm)
            all_of_them = bytes([LISTED]) * (end - start)
            if found is None or not listed == found.done[start:end] == all_of_them:
                return False
            digests = slice(start * column.width, end * column.width)
            if column.digests[digests] != found.digests[digests]:
                return False
        return True
