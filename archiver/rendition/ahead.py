"""Ahead: pages are worked at side by side, a few ahead of the one that is next."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

AHEAD = 2
"""How many pages are looked at or wait for those before them, for each worker."""


def usual_workers() -> int:
    """One a processor; but one alone in a process that is itself one of several workers."""
    if multiprocessing.parent_process():
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(
    function: Callable[[Item], Result], items: Iterable[Item], workers: int, end: Callable[[], None]
) -> Generator[Result]:
    """What a function makes of items, in their order, by so many workers.

    A few are made ahead. Once nobody takes them any more none is begun, and `end` ends those at work.
    """
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) >= AHEAD * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            end()
            raise
