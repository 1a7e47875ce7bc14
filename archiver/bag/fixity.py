"""Fixity: files are read once and hashed by every algorithm asked for, in constant memory.

Small files go one after the other; a large one is hashed by a thread an algorithm, which hashlib
lets run side by side.
"""

from __future__ import annotations

import errno
import os
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archiver.bag.algorithms import new_hash
from archiver.bag.contents import Changed, Damaged, Readable, Result, shown
from archiver.bag.ledger import Wanted
from archiver.bag.progress import advance
from archiver.bag.rules import finding
from archiver.findings import Finding

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

BLOCK = 1024 * 1024
BLOCKS_AHEAD = 4
SIDE_BY_SIDE = 4 * BLOCK
"""From which size on a file is hashed by several threads."""

DIGITS_TOLD = 12
"""How many digits of a digest a finding shows."""


Open = Callable[[str], Readable]


ELSEWHERE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO}
"""What systems say where a file is gone, or a link, a socket or the like is in its place."""


def unreadable(path: str, error: OSError) -> Finding:
    """Why a file, which was listed as one, cannot be read."""
    if isinstance(error, Changed | Damaged):
        return finding(error.rule, str(error), shown(path))
    if error.errno in ELSEWHERE:
        told = f"was a file when the bag was listed, and is none any more: {error.strerror}"
        return finding("bag-changed", told, shown(path))
    return finding("bag-unreadable", f"cannot be read: {error.strerror or error}", shown(path))


def verify(open_file: Open, wanted: Iterable[Wanted]) -> Iterator[Result]:
    """Read each wanted file through `open_file`; yields those in which something is wrong."""
    for path, size, expected in wanted:
        try:
            with open_file(path) as file:
                found = digests(file, dict(expected), size)
        except OSError as error:
            yield Result(path, {}, [unreadable(path, error)])
        else:
            if wrong := differences(path, expected, found):
                yield Result(path, found, wrong)


def differences(path: str, expected: Iterable[tuple[str, bytes]], found: dict[str, bytes]) -> list[Finding]:
    """A finding for each digest of a file that is not the one expected."""
    return [
        finding("bagit-3-checksum", _differs(algorithm, found[algorithm], digest), shown(path))
        for algorithm, digest in expected
        if found[algorithm] != digest
    ]


def _differs(algorithm: str, found: bytes, stated: bytes) -> str:
    return (
        f"has the {algorithm} {found.hex()[:DIGITS_TOLD]}…; its manifest says {stated.hex()[:DIGITS_TOLD]}…"
    )


def digests_of(path: Path, algorithms: Collection[str]) -> dict[str, str]:
    """The digests of the file at a path, in hexadecimal, in one read. Raises OSError."""
    with path.open("rb", buffering=0) as file:
        found = digests(file, algorithms, os.fstat(file.fileno()).st_size)  # type: ignore[arg-type]
    return {algorithm: digest.hex() for algorithm, digest in found.items()}


def digests(file: Readable, algorithms: Collection[str], size: int) -> dict[str, bytes]:
    """The digests of a file of `size` bytes, by hashlib's names of the algorithms, in one read.

    Raises Changed where the file has another size, OSError where it cannot be read.
    """
    if size <= BLOCK:
        data = file.read(size + 1)
        if len(data) != size:
            while len(data) < size and (more := file.read(size + 1 - len(data))):
                data += more
            if len(data) != size:
                raise Changed(_resized(size, len(data)))
        advance(size)
        return {algorithm: new_hash(algorithm)(data).digest() for algorithm in algorithms}
    hashes = {algorithm: new_hash(algorithm)() for algorithm in algorithms}
    if size < SIDE_BY_SIDE or len(hashes) == 1:
        for block in _blocks(file, size, [bytearray(BLOCK)]):
            for digest in hashes.values():
                digest.update(block)
    else:
        _hash_side_by_side(hashes, file, size)
    return {algorithm: digest.digest() for algorithm, digest in hashes.items()}


def _hash_side_by_side(hashes: dict[str, Any], file: Readable, size: int) -> None:
    """Feed every hash from one read: each has a thread, and a block is used again when all are done."""
    from concurrent.futures import wait

    busy: deque[list[Future[None]]] = deque()
    blocks = _blocks(file, size, [bytearray(BLOCK) for _ in range(BLOCKS_AHEAD)])
    try:
        for block in blocks:
            busy.append([_thread(i).submit(h.update, block) for i, h in enumerate(hashes.values())])
            if len(busy) == BLOCKS_AHEAD:
                wait(busy.popleft())
    finally:
        for futures in busy:
            wait(futures)


@cache
def _thread(number: int) -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(1, f"hash-{number}")


os.register_at_fork(after_in_child=_thread.cache_clear)


def _blocks(file: Readable, size: int, buffers: list[bytearray]) -> Iterator[memoryview]:
    """The file block by block, in `buffers` taken in turn; never more than it should have, and one."""
    total = turn = 0
    while total <= size:
        view = memoryview(buffers[turn])[: min(BLOCK, size + 1 - total)]
        count = file.readinto(view)
        if not count:
            break
        total += count
        turn = (turn + 1) % len(buffers)
        advance(count)
        yield view[:count]
    if total != size:
        raise Changed(_resized(size, total))


def _resized(size: int, found: int) -> str:
    told = f"{found:,}" if found < size else f"more than {size:,}"
    return f"was {size:,} bytes long when the bag was listed, and {told} when it was read"
