"""Ahead: files are hashed by other processes while this one still reads what the manifests say of them.

By which algorithms is known from the names of the manifests, before one is read.
"""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property

from archiver.bag import fixity, parallel
from archiver.bag.algorithms import DIGEST_BYTES, algorithm_of, is_manifest, is_tag_manifest
from archiver.bag.contents import Result
from archiver.bag.ledger import Hashed, Wanted
from archiver.findings import Finding

Failures = list[tuple[int, Finding]]
"""Why files could not be hashed, by their rows."""

FAILURES = 10_000
"""How many are kept, more or less; files beyond that are tried again when they are asked for."""


class Ahead:
    """The files of a bag, in rows, hashed by `jobs` processes; those in `refused` are not opened.

    Files at the top are left out: they are tag files, which are hashed as they are read.
    """

    def __init__(
        self,
        open_file: fixity.Open,
        paths: list[str],
        sizes: array[int],
        refused: Collection[str],
        jobs: int,
    ) -> None:
        self._open, self._paths, self._sizes, self._refused = open_file, paths, sizes, refused
        manifests = [path for path in paths if "/" not in path and is_manifest(path)]
        self._payload = _algorithms(name for name in manifests if not is_tag_manifest(name))
        self._tag = _algorithms(name for name in manifests if is_tag_manifest(name))
        self._hashed = {
            algorithm: Hashed(
                DIGEST_BYTES[algorithm],
                mmap.mmap(-1, len(paths) * DIGEST_BYTES[algorithm]),
                mmap.mmap(-1, len(paths)),
            )
            for algorithm in {*self._payload, *self._tag}
        }
        self._team = parallel.Team(self._hash, self._pieces(), jobs)

    def dismiss(self) -> None:
        """End the processes, whatever they are reading."""
        self._team.dismiss()

    def _pieces(self) -> Iterator[range]:
        """Rows that one process takes at once; each alone where they are large."""
        for start in range(0, len(self._paths), parallel.CHUNK_FILES):
            sizes = self._sizes[start : start + parallel.CHUNK_FILES]
            step = 1 if sum(sizes) > parallel.CHUNK_BYTES else len(sizes)
            for first in range(start, start + len(sizes), step):
                yield range(first, first + step)

    def _hash(self, rows: range) -> Failures:
        failures: Failures = []
        for row in rows:
            path, size = self._paths[row], self._sizes[row]
            algorithms = self._payload if path.startswith("data/") else self._tag if "/" in path else ()
            if not algorithms or path in self._refused:
                continue
            try:
                with self._open(path) as file:
                    found = fixity.digests(file, algorithms, size)
            except OSError as error:
                failures.append((row, fixity.unreadable(path, error)))
            else:
                for algorithm, digest in found.items():
                    self._hashed[algorithm].put(row, digest)
        return failures

    @cached_property
    def _done(self) -> tuple[dict[str, Hashed], dict[int, Finding]]:
        """What was hashed, by hashlib's names of the algorithms, and why others were not, by rows.

        Waits until all is done. Raises parallel.Lost where it is not.
        """
        kept: dict[int, Finding] = {}
        for _, failures in self._team.outcomes():
            if len(kept) < FAILURES:
                kept.update(failures)
        return self._hashed, kept

    @property
    def hashed(self) -> dict[str, Hashed]:
        """The digests of all files that could be hashed, by hashlib's names of the algorithms."""
        return self._done[0]

    def verify(self, wanted: Iterable[Wanted]) -> Iterator[Result]:
        """Compare the wanted files, which come in the order of rows, and read those not hashed.

        Yields those in which something is wrong.
        """
        hashed, failures = self._done
        row = 0
        for file in wanted:
            row = self._paths.index(file.path, row)
            if row in failures:
                yield Result(file.path, {}, [failures[row]])
            elif all(name in hashed and hashed[name].done[row] for name, _ in file.digests):
                found = {name: hashed[name].digest(row) for name, _ in file.digests}
                if wrong := fixity.differences(file.path, file.digests, found):
                    yield Result(file.path, found, wrong)
            else:
                yield from fixity.verify(self._open, [file])


def _algorithms(manifests: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(algorithm_of, manifests))))
