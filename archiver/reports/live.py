"""Live: how far a validation has come, on a terminal, while it goes on.

A process of its own shows it: so there is no thread in the one that forks the workers, and neither
the terminal nor what draws on it is waited for.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archiver.bag import parallel, progress

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from rich.progress import Progress, TaskID

PATIENCE, TICK = 0.2, 0.1
"""Seconds before anything is shown, and between two looks at the counts."""

OXUM = re.compile(rb"^Payload-Oxum[ \t]*:[ \t]*(\d{1,18})\.\d", re.IGNORECASE | re.MULTILINE)
INFO_BYTES = 65_536
"""How much of a bag-info.txt is looked at for its Payload-Oxum."""

Bags = Sequence[Path] | None

Show = Callable[[Sequence[Path]], None]
"""Tells the display which bags there are."""


@contextmanager
def shown(*, enabled: bool) -> Iterator[Show]:
    """Show progress on standard error as long as the context lasts, where that is a terminal."""
    if not (enabled and sys.stderr.isatty()):
        yield lambda bags: None
        return
    import multiprocessing

    counts = multiprocessing.Array("Q", 4)
    incoming, outgoing = multiprocessing.Pipe(duplex=False)
    display = multiprocessing.Process(target=_display, args=(counts, incoming, os.getpid()), daemon=True)
    with parallel.interrupts_held():
        display.start()
    incoming.close()
    progress.share(counts)

    def tell(bags: Bags) -> None:
        with suppress(OSError):
            outgoing.send(bags)

    try:
        yield tell
    finally:
        progress.share(None)
        tell(None)
        display.join(1)
        display.kill()


def _display(counts: Any, incoming: Connection, parent: int) -> None:
    """Show the counts until None comes in, or the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with suppress(OSError, EOFError):
        bags = _wait(incoming, PATIENCE, ())
        if bags is not None:
            _show(counts, incoming, bags, parent)


def _wait(incoming: Connection, seconds: float, bags: Bags) -> Bags:
    """The bags, or None where all is done, after so many seconds or at the end."""
    until = time.monotonic() + seconds
    while bags is not None and incoming.poll(max(0, until - time.monotonic())):
        bags = incoming.recv()
    return bags


def _show(counts: Any, incoming: Connection, bags: Bags, parent: int) -> None:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(24),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("looking for bags", total=None)
        looked: Bags = None
        known: list[int] = []
        while bags is not None and os.getppid() == parent:
            if bags is not looked:
                looked, stated = bags, map(_stated_bytes, bags)
            known += _for_a_moment(stated)
            _draw(bar, task, tuple(counts.get_obj()), len(bags), known)
            bags = _wait(incoming, TICK, bags)


def _draw(bar: Progress, task: TaskID, counts: Sequence[int], bags: int, known: Sequence[int]) -> None:
    told = f"{counts[progress.LISTED]:,} listed"
    if bags:
        told = f"{counts[progress.DONE]:,} of {bags:,} bags, {told}"
    total = expected(counts[progress.EXPECTED], bags, known)
    bar.update(task, description=told, completed=counts[progress.READ], total=total or None)


def expected(walked: int, bags: int, stated: Sequence[int]) -> int:
    """How many bytes there are to read, 0 where that is not known.

    It is what those bags state that do, and as much for each of the others; but not less than what
    was met in those that were walked, and nothing before one was.
    """
    return max(walked, sum(stated) * bags // len(stated)) if walked and stated else walked


def _for_a_moment(stated: Iterator[int | None]) -> Iterator[int]:
    """What the next bags state, as many as there is time for until the next look."""
    until = time.monotonic() + TICK
    for count in stated:
        if count is not None:
            yield count
        if time.monotonic() > until:
            return


def _stated_bytes(path: Path) -> int | None:
    """The bytes of payload that a bag's Payload-Oxum states; None where none is found."""
    from archiver.bag.folder import Folder

    try:
        with Folder(path) as folder, folder.open("bag-info.txt") as file:
            found = OXUM.search(file.read(INFO_BYTES))
    except OSError:
        return None
    return int(found[1]) if found else None
