"""Progress: how much has been listed and read, counted for whoever looks on.

The counts are shared by all processes that work for one command; where nobody looks on there are
none.
"""

from __future__ import annotations

from typing import Any

LISTED, READ, EXPECTED, DONE = range(4)
"""What is counted: entries listed, bytes read, bytes that are to be read, and bags that are done."""

_counts: Any = None


def share(counts: Any) -> None:
    """Count into `counts` from now on; None counts nothing. A worker is given its parent's."""
    global _counts
    _counts = counts


def shared() -> Any:
    """What is counted into, for a worker that is about to start."""
    return _counts


def list_entries(count: int) -> None:
    """Tell that so many more files, folders or lines of manifests were met."""
    _add(LISTED, count)


def advance(count: int) -> None:
    """Tell that so many more bytes were read."""
    _add(READ, count)


def expect(count: int) -> None:
    """Tell that so many more bytes were found that are to be read."""
    _add(EXPECTED, count)


def finish_bag() -> None:
    """Tell that one more bag is done."""
    _add(DONE, 1)


def _add(what: int, count: int) -> None:
    if _counts is not None:
        with _counts.get_lock():
            _counts[what] += count
