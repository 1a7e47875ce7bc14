"""Pace: how far a run has come, live on a terminal, else a line every so often, on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from archiver.paging import listening
from archiver.reports.tally import Tally, pace
from archiver.reports.text import printable

if TYPE_CHECKING:
    from rich.console import Group

EVERY = 10.0
"""Seconds between two lines, where there is no terminal."""

Say = Callable[[str], None]
"""Prints what there is to say of a document, which may be nothing, between two looks at the pace."""


@contextmanager
def shown(tally: Tally, *, enabled: bool) -> Iterator[Say]:
    """Show how far a run has come, as long as the context lasts."""
    if not enabled:
        yield _say
    elif not sys.stderr.isatty():
        yield _with_lines(tally)
    else:
        from rich.console import Console
        from rich.live import Live

        paging = ""
        live = Live(
            get_renderable=lambda: _drawn(tally, paging),
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

        def say(text: str) -> None:
            if text:
                live.stop()
                _say(text)
                live.start()

        def turn(page: int, count: int) -> None:
            nonlocal paging
            paging = f"page {page} of {count}" if page < count else ""

        with live, listening(turn):
            yield say


def _say(text: str) -> None:
    click.echo(text, nl=False)


def _with_lines(tally: Tally) -> Say:
    """Say it in a line whenever it is time to."""
    said = time.monotonic()

    def say(text: str) -> None:
        nonlocal said
        _say(text)
        if time.monotonic() - said >= EVERY:
            said = time.monotonic()
            click.echo(f"archiver: {pace(tally)}", err=True)

    return say


def _drawn(tally: Tally, paging: str) -> Group:
    from rich.console import Group
    from rich.progress_bar import ProgressBar
    from rich.text import Text

    bar = ProgressBar(total=tally.total, completed=tally.done, width=60, pulse=tally.total is None)
    lines = [Text(" ".join(filter(None, (pace(tally), paging))))]
    if failed := tally.last_failed:
        told = f"last failure: {failed.report.findings[0].sentence}"
        lines.append(Text(printable(told), style="red", no_wrap=True, overflow="ellipsis"))
    return Group(bar, *lines)
