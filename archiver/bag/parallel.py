"""Parallel reading: where a bag has much to read, several processes share it."""

from __future__ import annotations

import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

from archiver.bag import fixity, progress
from archiver.bag.contents import Result
from archiver.bag.ledger import Wanted

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

FORKS = sys.platform == "linux"
"""Whether processes are forked: where that is safe and quick."""

CHUNK_FILES, CHUNK_BYTES = 512, 64 * 1024 * 1024
"""What a worker is handed at once: so many files, or so many bytes."""

WORTH_FILES, WORTH_BYTES = 2_000, 128 * 1024 * 1024
"""From how much on starting workers saves time."""


Verify = Callable[[list[Wanted]], list[Result]]
"""Reads wanted files of one bag, and tells in which something is wrong."""


def verify(verified: Verify, wanted: Iterable[Wanted], jobs: int) -> Iterator[Result]:
    """Have every wanted file read by `verified`; yields those in which something is wrong, in order.

    Workers inherit `verified` where they are forked; it is pickled where they are started anew.
    """
    files = iter(wanted)
    first = _taken(files, WORTH_FILES, WORTH_BYTES)
    if len(first) < WORTH_FILES and sum(file.size for file in first) < WORTH_BYTES:
        yield from verified(first)
        return
    with workers(jobs, verified) as pool:
        running: deque[Future[list[Result]]] = deque()
        for chunk in _chunks(chain(first, files)):
            running.append(pool.submit(_verified, chunk))
            if len(running) > 2 * jobs:
                yield from running.popleft().result()
        while running:
            yield from running.popleft().result()


def verify_inherited(open_file: fixity.Open, wanted: Iterable[Wanted], jobs: int) -> Iterator[Result]:
    """As `verify`, of files that workers open through what they inherit, where they can inherit it."""
    if jobs == 1 or not FORKS:
        return fixity.verify(open_file, wanted)
    return verify(lambda chunk: list(fixity.verify(open_file, chunk)), wanted, jobs)


@contextmanager
def workers(jobs: int, verified: Verify | None = None) -> Iterator[ProcessPoolExecutor]:
    """Processes to work in: forked where that is safe and quick, else started anew.

    Where their parent is interrupted, or fails, they are ended at once, whatever they were reading.
    """
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("fork" if FORKS else "spawn")
    others = multiprocessing.active_children()
    pool = ProcessPoolExecutor(jobs, context, _begin, (progress.shared(), verified))
    try:
        with interrupts_held():
            pool.submit(int)
        yield pool
    except BaseException:
        for worker in multiprocessing.active_children():
            if worker not in others:
                worker.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Hold interrupts back while processes start, so that none meets one that does not ignore them yet."""
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


_inherited: Verify
"""What a worker reads with."""


def _begin(counts: object, verified: Verify | None) -> None:
    """A worker leaves it to its parent to be interrupted."""
    global _inherited
    if verified:
        _inherited = verified
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    progress.share(counts)


def _verified(chunk: list[Wanted]) -> list[Result]:
    return _inherited(chunk)


def _chunks(files: Iterator[Wanted]) -> Iterator[list[Wanted]]:
    while chunk := _taken(files, CHUNK_FILES, CHUNK_BYTES):
        yield chunk


def _taken(files: Iterator[Wanted], most: int, most_bytes: int) -> list[Wanted]:
    """The next files, until there are enough."""
    taken: list[Wanted] = []
    total = 0
    for file in files:
        taken.append(file)
        total += file.size
        if len(taken) >= most or total >= most_bytes:
            break
    return taken
