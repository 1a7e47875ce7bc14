"""Batches: many documents, handed out to workers, and put in their places one by one.

Workers only stage packages. Their places are taken here, in the order of the documents: so what is in
the output at any moment is what one worker would have left, stopped after so many documents. It does
not matter how many workers there are, which of them die, and which of two documents with one
identifier is made first.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

from archiver import bag
from archiver.errors import AlreadyExists, SourceError
from archiver.line import MOST_STARTS, Line, lost
from archiver.pipeline import Job, Outcome, failed, place_one, stage_one
from archiver.repeats import OWN
from archiver.settings import Settings
from archiver.sources import SourceRef
from archiver.stores import Place, Url
from archiver.workers import BROKEN, Here, Workers, submitted


def package_many(
    found: Iterable[SourceRef | SourceError],
    output: Place,
    settings: Settings,
    workers: Workers,
    *,
    replace: bool = False,
    stopping: Callable[[], bool] = lambda: False,
) -> Generator[Outcome]:
    """Package every document; yields what became of each, in order, when its package is in its place.

    One that fails does not stop the others. Where `stopping` says so, nothing more is begun, and what
    is in hand is finished. Raises what stops them all: SettingsError, MissingExtra, WorkersLost,
    OutOfSpace, and CannotWrite where the disk is full.
    """
    with (
        bag.staging(output) as folder,
        Line(workers, folder, settings.min_free_bytes, stopping) as line,
        _Places(workers if isinstance(output, Url) else Here(), folder) as places,
    ):
        jobs = (
            failed(document.where, document)
            if isinstance(document, SourceError)
            else Job(document, output, settings, replace)
            for document in found
        )
        for job, outcome in line.through(jobs, stage_one):
            yield from places.take(job, outcome)
        yield from places.rest()
    if line.lack:
        raise line.lack


class _Places:
    """The places that packages of this run have, in a file of no name, and those that are being put there.

    What is named first has the place of its identifier, and of those that differ from it in case only:
    some file systems take them for one.
    """

    def __init__(self, workers: Workers, folder: Path) -> None:
        self._workers, self._folder, self._executor = workers, folder, workers.beside()
        self._taken = sqlite3.connect("")
        self._taken.execute(
            "CREATE TABLE taken (place TEXT PRIMARY KEY COLLATE NOCASE, source TEXT) WITHOUT ROWID"
        )
        self._under_way: deque[tuple[Job | None, Outcome, Future[Outcome]]] = deque()
        self._starts = 0

    def __enter__(self) -> _Places:
        return self

    def __exit__(self, *raised: object) -> None:
        self._executor.shutdown(cancel_futures=True)

    def take(self, job: Job | None, outcome: Outcome) -> Iterator[Outcome]:
        """Put a package in its place; yields outcomes whose packages are in theirs, in order."""
        if job and outcome.identifier:
            target = bag.destination(job.output, outcome.identifier, job.settings.form)
            if any(other.bag and _alike(target, other.bag) for _, other, _ in self._under_way):
                yield from self.rest()
            place, maker = self._taken_by(target)
            if maker and outcome.staged:
                shutil.rmtree(outcome.staged.parent)
            if maker and place != target.name:
                outcome = failed(job.ref.label, _differs_in_case(job, outcome, maker), outcome.identifier)
            elif maker:
                job = replace(job, maker=maker)
                outcome = stage_one(job, self._folder / "again-", os.getcwd())
        self._under_way.append((job, outcome, self._submitted(job, outcome)))
        while self._under_way and (
            self._under_way[0][2].done() or len(self._under_way) > self._workers.ahead
        ):
            yield self._settled()

    def rest(self) -> Iterator[Outcome]:
        """The outcomes whose packages were still on their way."""
        while self._under_way:
            yield self._settled()

    def _taken_by(self, target: Place) -> tuple[str, str]:
        """The place that is taken of those which differ in case only, and the source of what is there."""
        asked = "SELECT place, source FROM taken WHERE place = ?"
        place, source = self._taken.execute(asked, (target.name,)).fetchone() or ("", "")
        return place, source

    def _submitted(self, job: Job | None, outcome: Outcome) -> Future[Outcome]:
        if job and outcome.staged:
            return submitted(self._executor, BROKEN, place_one, job, outcome)
        future: Future[Outcome] = Future()
        future.set_result(outcome)
        return future

    def _settled(self) -> Outcome:
        """The outcome of the first that is under way, when it is in its place."""
        while True:
            _, made, future = self._under_way[0]
            try:
                outcome = future.result()
            except BROKEN:
                self._start_again()
                continue
            self._under_way.popleft()
            self._starts = 0
            if outcome.bag:
                taken = (outcome.bag.name, outcome.source)
                self._taken.execute("INSERT OR IGNORE INTO taken VALUES (?, ?)", taken)
            if made.staged:
                shutil.rmtree(made.staged.parent, ignore_errors=True)
            return outcome

    def _start_again(self) -> None:
        """Put again what a process that died had not; what it had is found in its place."""
        self._starts += 1
        if self._starts > MOST_STARTS:
            raise lost(self._starts)
        self._executor.shutdown()
        self._executor = self._workers.beside()
        for number, (job, outcome, future) in enumerate(self._under_way):
            if isinstance(future.exception(), BROKEN):
                self._under_way[number] = job, outcome, self._submitted(job, outcome)


def _alike(one: Place, other: Place) -> bool:
    return one.name.lower() == other.name.lower()


def _differs_in_case(job: Job, outcome: Outcome, maker: str) -> AlreadyExists:
    told = f"has the identifier {outcome.identifier}, which differs from that of {maker} in case only"
    return AlreadyExists(told, where=job.ref.label, hint=OWN)
