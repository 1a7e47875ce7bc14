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
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, wait
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from types import TracebackType

from archiver import bag
from archiver.errors import OutOfSpace, SourceError, WorkerDied, WorkersLost
from archiver.pipeline import Job, Outcome, failed, place_one, stage_one
from archiver.settings import Settings
from archiver.sources import SourceRef
from archiver.stores import Place, Url
from archiver.workers import Here, Workers

TICK = 0.2
"""Seconds between two looks at whether to stop, while a document is waited for."""

MOST_STARTS = 5
"""How often in a row workers are started again before one document is done."""


FILES_EACH = 20
"""How many files and folders a document in hand may need, for which room is kept."""


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
    documents, lack = iter(found), None
    with (
        bag.staging(output) as folder,
        _Line(workers, folder, stopping) as line,
        _Places(workers if isinstance(output, Url) else Here(), folder) as places,
    ):
        while True:
            while (
                not (line.full or stopping())
                and not (lack := lack_of_space(folder, settings.min_free_bytes, FILES_EACH * workers.ahead))
                and (document := next(documents, None))
            ):
                if isinstance(document, SourceError):
                    line.hold(failed(document.where, document))
                else:
                    line.hand_out(Job(document, output, settings, replace))
            if not (first := line.first()):
                break
            yield from places.take(*first)
        yield from places.rest()
    if lack:
        raise lack


def lack_of_space(folder: Path, size: int, files: int) -> OutOfSpace | None:
    """What is wrong where the disk that packages are staged on has fewer bytes or files free than these."""
    disk, where = os.statvfs(folder), str(folder.parent.parent)
    free = disk.f_bavail * disk.f_frsize
    if free < size:
        told = f"{free:,} bytes are free on its disk, less than the {size:,} that min_free_bytes keeps free"
        return OutOfSpace(told, where=where, hint="free some space, and run it again")
    if disk.f_files and disk.f_favail < files:  # no file system without a limit tells one
        told = (
            f"its disk has room for {disk.f_favail:,} more files, fewer than the {files:,} in hand at once"
        )
        return OutOfSpace(told, where=where, hint="take some files away, and run it again")
    return None


class _Places:
    """The places that packages of this run have, in a file of no name, and those that are being put there.

    What is named first has the place of its identifier.
    """

    def __init__(self, workers: Workers, folder: Path) -> None:
        self._workers, self._folder, self._executor = workers, folder, workers.beside()
        self._taken = sqlite3.connect("")
        self._taken.execute("CREATE TABLE taken (place TEXT PRIMARY KEY, source TEXT) WITHOUT ROWID")
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
            if any(target == other.bag for _, other, _ in self._under_way):
                yield from self.rest()
            if maker := self._maker(target):
                if outcome.staged:
                    shutil.rmtree(outcome.staged.parent)
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

    def _maker(self, target: Place) -> str:
        found = self._taken.execute("SELECT source FROM taken WHERE place = ?", (target.name,)).fetchone()
        return found[0] if found else ""

    def _submitted(self, job: Job | None, outcome: Outcome) -> Future[Outcome]:
        if job and outcome.staged:
            return self._executor.submit(place_one, job, outcome)
        future: Future[Outcome] = Future()
        future.set_result(outcome)
        return future

    def _settled(self) -> Outcome:
        """The outcome of the first that is under way, when it is in its place."""
        while True:
            _, made, future = self._under_way[0]
            try:
                outcome = future.result()
            except BrokenExecutor:
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
            raise _lost(self._starts)
        self._executor.shutdown()
        self._executor = self._workers.beside()
        for number, (job, outcome, future) in enumerate(self._under_way):
            if isinstance(future.exception(), BrokenExecutor):
                self._under_way[number] = job, outcome, self._submitted(job, outcome)


@dataclass(slots=True)
class _Handed:
    """A document that workers have in hand; without a future it is to be packaged alone."""

    job: Job
    staged: Path
    future: Future[Outcome] | None = None


class _Line:
    """The documents that workers have in hand, and outcomes that wait between them, in order.

    Where workers are lost, all that they had not done is handed out again. What a dead one had begun
    may be what it died of: that is packaged alone, and where it kills again, it has failed.
    """

    def __init__(self, workers: Workers, folder: Path, stopping: Callable[[], bool]) -> None:
        self._workers, self._folder, self._stopping = workers, folder, stopping
        self._executor = workers.start()
        self._waiting: deque[_Handed | Outcome] = deque()
        self._numbers = count(1)
        self._starts = 0

    def __enter__(self) -> _Line:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self._cancel()
        self._workers.stop(at_once=kind is KeyboardInterrupt)

    @property
    def full(self) -> bool:
        """Whether workers have as much in hand as they should."""
        return len(self._waiting) >= self._workers.ahead

    def hand_out(self, job: Job) -> None:
        """Put a document at the end of the line."""
        handed = _Handed(job, self._folder / f"{next(self._numbers)}-")
        handed.future = self._submitted(handed, self._executor)
        self._waiting.append(handed)

    def hold(self, outcome: Outcome) -> None:
        """Put an outcome at the end of the line."""
        self._waiting.append(outcome)

    def first(self) -> tuple[Job | None, Outcome] | None:
        """Take the first out of the line, when it is done; None at the end, or where no more is begun."""
        while self._waiting:
            first = self._waiting[0]
            if isinstance(first, Outcome):
                self._waiting.popleft()
                return None, first
            try:
                outcome = self._outcome(first)
            except self._workers.lost:
                if self._stopping():
                    return None
                self._start_again()
            except self._workers.died:
                self._set_apart(first)
            else:
                self._waiting.popleft()
                self._starts = 0
                return first.job, outcome
        return None

    def _outcome(self, handed: _Handed) -> Outcome:
        return self._awaited(handed.future) if handed.future else self._outcome_alone(handed)

    def _awaited(self, future: Future[Outcome]) -> Outcome:
        while not future.done():
            if self._stopping():
                self._cancel()
            if self._workers.are_lost():
                raise CancelledError
            wait([future], TICK)
        return future.result()

    def _outcome_alone(self, handed: _Handed) -> Outcome:
        if self._stopping():
            raise CancelledError
        try:
            with self._workers.alone() as executor:
                return self._awaited(self._submitted(handed, executor))
        except self._workers.died:
            if not self._set_apart(handed):
                raise
            told = "the process that packaged it died, and died again with nothing else in hand"
            label = handed.job.ref.label
            return failed(label, WorkerDied(told, where=label, hint="is it too large for the memory?"))

    def _submitted(self, handed: _Handed, executor: Executor) -> Future[Outcome]:
        try:
            return executor.submit(stage_one, handed.job, handed.staged, os.getcwd())
        except self._workers.lost as error:
            future: Future[Outcome] = Future()
            future.set_exception(error)
            return future

    def _start_again(self) -> None:
        """Start workers anew, and hand out again what those before them had not done."""
        self._starts += 1
        if self._starts > MOST_STARTS:
            raise _lost(self._starts)
        self._executor = self._workers.start()
        for handed in self._documents():
            if handed.future and not self._is_done(handed.future) and not self._set_apart(handed):
                handed.future = self._submitted(handed, self._executor)

    def _is_done(self, future: Future[Outcome]) -> bool:
        """Whether a document came to an outcome, or to an error of its own."""
        if not future.done() or future.cancelled():
            return False
        return not isinstance(future.exception(), self._workers.lost)

    def _set_apart(self, handed: _Handed) -> bool:
        """Have a document packaged alone that was begun, and take away what there is of it; False else."""
        begun = self._begun(handed)
        for folder in begun:
            shutil.rmtree(folder, ignore_errors=True)
            handed.future = None
        return bool(begun)

    def _cancel(self) -> None:
        """Have no document begun that is not begun yet."""
        for handed in self._documents():
            if handed.future and not handed.future.done() and not self._begun(handed):
                handed.future.cancel()

    def _begun(self, handed: _Handed) -> list[Path]:
        return list(self._folder.glob(f"{handed.staged.name}*"))

    def _documents(self) -> Iterator[_Handed]:
        return (waiting for waiting in self._waiting if isinstance(waiting, _Handed))


def _lost(times: int) -> WorkersLost:
    told = f"were lost {times} times in a row, before one document was done"
    return WorkersLost(told, where="workers", hint="what is done stays; is there enough memory?")
