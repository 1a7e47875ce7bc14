"""Running: one packaging of many documents, from the first of them to the exit code."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Container, Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import chain, islice
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NamedTuple

import click

from archiver.cli.telling import error_json
from archiver.errors import (
    ArchiverError,
    CannotWrite,
    ExitCode,
    Interrupted,
    OutOfSpace,
    SettingsError,
    SourceError,
)
from archiver.findings import counted
from archiver.reports.outcomes import json_end, json_piece, outcome_text
from archiver.reports.pace import shown
from archiver.reports.runs import PAGE, reported
from archiver.reports.tally import Tally, has_warnings, needed, summary
from archiver.settings import Settings
from archiver.sources import SourceRef
from archiver.workers import Workers

if TYPE_CHECKING:
    from archiver.pipeline import Outcome

FEW = 8
"""Up to how many documents are packaged without starting workers for them."""

FEW_TOLD = 20
"""Up to how many documents each is told on a terminal, though nothing is wrong with it."""

Find = Callable[[], Iterable[SourceRef | SourceError]]
"""Finds the documents, the same each time."""


class Asked(NamedTuple):
    """What is asked of a run beside its documents and settings."""

    replace: bool
    only: Container[str] | None
    """Of what is in the reports, what is taken; everything where it is None."""
    max_failures: int | None
    reports: tuple[Path, ...]
    quiet: bool
    as_json: bool


def run(find: Find, settings: Settings, workers: Callable[[bool], Workers], asked: Asked) -> ExitCode:
    """Package documents and tell of each; `workers` gives those for a few documents (True) or for many.

    Raises what stopped the run, when all that was done is told.
    """
    documents = iter(find())
    first = list(islice(documents, FEW))
    few = len(first) < FEW
    of_many = settings.bag_per != "document"
    chosen = workers(few)
    from archiver.batch import package_many  # here, because workers load the same meanwhile
    from archiver.gathering import package_collections

    tally = Tally(len(first) if few and not of_many else None)
    counting = None if few or of_many else threading.Thread(target=_count, args=(find, tally), daemon=True)
    if counting and _is_total_shown(asked):
        counting.start()
    stopped: ArchiverError | None = None
    with _stopping(tell=not asked.quiet) as stopping:
        given = settings.output, settings, chosen
        if of_many:
            batch = package_collections(
                find, *given, replace=asked.replace, stopping=stopping, only=asked.only
            )
        else:
            found = chain(first, documents)
            batch = package_many(found, *given, replace=asked.replace, stopping=stopping)
        try:
            _follow(batch, tally, asked)
        except (OutOfSpace, CannotWrite) as error:
            _await(counting)
            stopped = error
            stopped.hint = "; ".join(filter(None, (error.hint, needed(tally))))
        except ArchiverError as error:
            stopped = error
        except KeyboardInterrupt:
            stopped = _interrupted(tally)
        else:
            if stopping():
                _await(counting)
                stopped = _interrupted(tally)
    if asked.only and not (tally.done or stopped):
        stopped = _none_of_those()
    _end(tally, stopped, asked)
    return ExitCode.SOME_FAILED if tally.failures else ExitCode.OK


def _follow(batch: Generator[Outcome], tally: Tally, asked: Asked) -> None:
    """Tell of each document as it is done, until enough have failed."""
    with (
        closing(batch),
        reported(asked.reports, tally) as note,
        shown(tally, enabled=not asked.quiet) as say,
    ):
        for outcome in batch:
            note(outcome)
            say(_said(outcome, tally, asked))
            if asked.max_failures and tally.failures >= asked.max_failures:
                return


def _said(outcome: Outcome, tally: Tally, asked: Asked) -> str:
    """What is printed of a document that is done."""
    if asked.as_json:
        return json_piece(outcome, first=tally.done == 1)
    many = sys.stdout.isatty() and tally.done > FEW_TOLD
    wrong = outcome.status == "failed" or (many and not asked.quiet and has_warnings(outcome))
    return outcome_text(outcome) if wrong or not (asked.quiet or many) else ""


def _end(tally: Tally, stopped: ArchiverError | None, asked: Asked) -> None:
    """Tell what it came to. Raises what stopped the run, once that is told."""
    if tally.done and asked.as_json:
        click.echo(json_end(tally, error_json(stopped) if stopped else None), nl=False)
        if stopped:
            stopped.in_json = True
    elif tally.done and not asked.quiet:
        click.echo(summary(tally))
    if stopped:
        raise stopped


def _none_of_those() -> SettingsError:
    told = "none of what failed is among the documents"
    return SettingsError(told, where="--retry-failed", hint="name them as in the run that it reports")


def _interrupted(tally: Tally) -> Interrupted:
    left = f", {tally.left:,} left" if tally.left is not None else ""
    return Interrupted(
        f"interrupted: {counted(tally.done, 'document')} done{left}", hint="the same command goes on"
    )


def _is_total_shown(asked: Asked) -> bool:
    """Whether somebody sees how many documents there are, though the run is not stopped."""
    return not asked.quiet or any(report.suffix.lower() == PAGE for report in asked.reports)


def _count(find: Find, tally: Tally) -> None:
    """Count the documents, while the first of them are packaged where somebody sees it."""
    with suppress(Exception):  # which the run itself meets
        tally.total = sum(1 for _ in find())


def _await(counting: threading.Thread | None) -> None:
    """Have documents counted, if they are not yet, as those that are left are to be told."""
    if counting:
        if not counting.ident:
            counting.start()
        counting.join()


@contextmanager
def _stopping(*, tell: bool) -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C or SIGTERM asked to stop, once; asked twice, this process is interrupted."""
    asked: list[int] = []

    def ask(number: int, frame: FrameType | None) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)
        if tell:
            os.write(2, b"archiver: finishing what is in hand; the same again stops at once\n")

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
