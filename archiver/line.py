"""The line: documents that workers have in hand, in order, whichever of the workers die."""

from __future__ import annotations

import os
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future, wait
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from archiver.errors import OutOfSpace, WorkerDied, WorkersLost
from archiver.pipeline import Job, Outcome, failed
from archiver.workers import Workers, submitted

TICK = 0.2
"""Seconds between two looks at whether to stop, while a document is waited for."""

MOST_STARTS = 20
"""How often in a row workers are started again before one document is done."""

MOST_DEATHS = 3
"""How many workers die with a document in hand, before it has failed: one may have been killed."""

FILES_EACH = 20
"""How many files and folders a document in hand may need, for which room is kept."""

Result = TypeVar("Result")

Work = Callable[[Job, Path, str], Result]
"""What workers do with a document: in a new folder whose name begins as that of the path does, by which
it is known that they began, and with a working directory."""


@dataclass(slots=True)
class _Handed:
    """A document that workers have in hand, and how many died of it."""

    job: Job
    staged: Path
    work: Work[Any]
    future: Future[Any]
    deaths: int = 0


class Line:
    """The documents that workers have in hand, and outcomes that wait between them, in order.

    Where workers are lost, all that they had not done is handed out again. So is what one had begun that
    died, which it may have died of: where others die of it too, it has failed.
    """

    lack: OutOfSpace | None = None
    """What is wrong with the disk, where nothing more was begun for it."""

    def __init__(
        self, workers: Workers, folder: Path, min_free_bytes: int, stopping: Callable[[], bool]
    ) -> None:
        """Start workers, who stage what they make in a folder. Raises as `Workers.start` does."""
        self._workers, self._folder, self._stopping = workers, folder, stopping
        self._min_free_bytes = min_free_bytes
        self._executor = workers.start()
        self._waiting: deque[_Handed | Outcome] = deque()
        self._numbers = count(1)
        self._starts = 0

    def __enter__(self) -> Line:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self._cancel()
        self._workers.stop(at_once=kind is KeyboardInterrupt)

    def through(
        self, jobs: Iterable[Job | Outcome], work: Work[Result]
    ) -> Iterator[tuple[Job | None, Result | Outcome]]:
        """Have work done on each document; yields what comes of it, or that it failed, in their order.

        An outcome among them comes out again. Where it is to stop, or the disk lacks space, nothing more
        is begun, and what is in hand is finished.
        """
        documents = iter(jobs)
        while True:
            while self._has_room() and (document := next(documents, None)):
                if isinstance(document, Job):
                    self._hand_out(document, work)
                else:
                    self._waiting.append(document)
            if not (first := self._first()):
                return
            yield first

    def _has_room(self) -> bool:
        """Whether one more document is to be handed out."""
        if len(self._waiting) >= self._workers.ahead or self._stopping():
            return False
        self.lack = lack_of_space(self._folder, self._min_free_bytes, FILES_EACH * self._workers.ahead)
        return not self.lack

    def _hand_out(self, job: Job, work: Work[Any]) -> None:
        staged = self._folder / f"{next(self._numbers)}-"
        self._waiting.append(_Handed(job, staged, work, self._submitted(job, staged, work)))

    def _first(self) -> tuple[Job | None, Any] | None:
        """Take the first out of the line, when it is done; None at the end, or where no more is begun."""
        while self._waiting:
            first = self._waiting[0]
            if isinstance(first, Outcome):
                self._waiting.popleft()
                return None, first
            try:
                outcome = self._awaited(first.future)
            except self._workers.lost:
                if self._stopping():
                    return None
                self._start_again()
                continue
            except self._workers.died:
                if self._stopping():
                    return None
                if not self._is_given_up(first):
                    continue
                outcome = _died_of(first.job)
            self._waiting.popleft()
            self._starts = 0
            return first.job, outcome
        return None

    def _awaited(self, future: Future[Any]) -> Any:
        while not future.done():
            if self._stopping():
                self._cancel()
            if self._workers.are_lost():
                raise CancelledError
            wait([future], TICK)
        return future.result()

    def _is_given_up(self, handed: _Handed) -> bool:
        """Hand out again a document whose worker died, unless too many did that had begun it."""
        if self._taken_away(handed):
            handed.deaths += 1
        else:
            self._count_start()
        if handed.deaths == MOST_DEATHS:
            return True
        handed.future = self._submitted(handed.job, handed.staged, handed.work)
        return False

    def _submitted(self, job: Job, staged: Path, work: Work[Any]) -> Future[Any]:
        return submitted(self._executor, self._workers.lost, work, job, staged, os.getcwd())

    def _start_again(self) -> None:
        """Start workers anew, and hand out again what those before them had not done."""
        self._count_start()
        self._executor = self._workers.start()
        for handed in self._documents():
            if not self._is_done(handed.future):
                self._taken_away(handed)
                handed.future = self._submitted(handed.job, handed.staged, handed.work)

    def _count_start(self) -> None:
        self._starts += 1
        if self._starts > MOST_STARTS:
            raise lost(self._starts)

    def _is_done(self, future: Future[Outcome]) -> bool:
        """Whether a document came to an outcome, or to an error of its own."""
        if not future.done() or future.cancelled():
            return False
        return not isinstance(future.exception(), self._workers.lost)

    def _taken_away(self, handed: _Handed) -> bool:
        """Take away what there is of a document that was begun; False where it was not."""
        begun = self._begun(handed)
        for folder in begun:
            shutil.rmtree(folder, ignore_errors=True)
        return bool(begun)

    def _cancel(self) -> None:
        """Have no document begun that is not begun yet."""
        self._workers.begin_no_more(
            handed.future for handed in self._documents() if not self._begun(handed)
        )

    def _begun(self, handed: _Handed) -> list[Path]:
        return list(self._folder.glob(f"{handed.staged.name}*"))

    def _documents(self) -> Iterator[_Handed]:
        return (waiting for waiting in self._waiting if isinstance(waiting, _Handed))


def _died_of(job: Job) -> Outcome:
    label, told = job.ref.label, "the process that packaged it died, and died again"
    return failed(label, WorkerDied(told, where=label, hint="is it too large for the memory?"))


def lost(times: int) -> WorkersLost:
    """The error of workers that are lost again and again."""
    told = f"were lost {times} times in a row, before one document was done"
    return WorkersLost(told, where="workers", hint="what is done stays; is there enough memory?")


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
