"""Paging: how far the pages of a document are, told to whoever listens in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Listener = Callable[[int, int], None]
"""Is given how many pages are done, and how many there are."""

_listeners: list[Listener] = []


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Have each page told to a listener in the context."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def page_done(done: int, count: int) -> None:
    """Tell that so many of a document's pages are done."""
    for listener in _listeners:
        listener(done, count)
