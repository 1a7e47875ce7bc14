"""Progress: how much has been listed and read, counted for whoever looks on.

The counts are shared by all processes that work for one command; where nobody looks on there are
none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_counts: Any = None


def share(counts: Sequence[int] | None) -> None:
    """Count into `counts` from now on: entries listed, and bytes read. A worker is given its parent's."""
    global _counts
    _counts = counts


def shared() -> Any:
    """What is counted into, for a worker that is about to start."""
    return _counts


def list_entries(count: int) -> None:
    """Tell that so many more files, folders or lines of manifests were met."""
    if _counts is not None:
        with _counts.get_lock():
            _counts[0] += count


def advance(count: int) -> None:
    """Tell that so many more bytes were read."""
    if _counts is not None:
        with _counts.get_lock():
            _counts[1] += count
