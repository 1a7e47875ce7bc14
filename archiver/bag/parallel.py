"""Parallel reading: processes that are forked from this one, and so have what it has, share its work.

Where there is little to read, forking takes longer than it saves.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from typing import Any, Generic, TypeVar

from archiver.bag import fixity
from archiver.bag.contents import Result
from archiver.bag.ledger import Wanted

CHUNK_FILES, CHUNK_BYTES = 256, 64 * 1024 * 1024
"""How much a process takes at once: so many files, or so many bytes."""

WORTH_FILES, WORTH_BYTES = 1_000, 64 * 1024 * 1024
"""From how much on forking saves time."""

NUMBER_BYTES = 8

Piece = TypeVar("Piece")
Outcome = TypeVar("Outcome")


class Lost(RuntimeError):
    """A process that shares the work cannot be started, or ended before it was done, as if killed."""


class Team(Generic[Piece, Outcome]):
    """Processes that work off pieces side by side, each taking the next one that nobody has taken.

    Every process goes through `pieces` by itself, so that they may be a generator; the number of the
    next one is a baton in a pipe, which one process has at a time. Raises Lost where none can be started.
    """

    def __init__(self, work: Callable[[Piece], Outcome], pieces: Iterable[Piece], jobs: int) -> None:
        self._helpers: dict[int, int] = {}
        """The processes by the descriptors from which their outcomes are read."""
        baton = os.pipe()
        try:
            os.write(baton[1], bytes(NUMBER_BYTES))
            with interrupts_held():
                for _ in range(jobs):
                    self._fork(baton, work, pieces)
        except BaseException as error:
            self.dismiss()
            if isinstance(error, OSError):
                raise Lost(f"no process can be started to read for this one: {error.strerror}") from error
            raise
        finally:
            for descriptor in baton:
                os.close(descriptor)

    def _fork(
        self, baton: tuple[int, int], work: Callable[[Piece], Outcome], pieces: Iterable[Piece]
    ) -> None:
        parent = os.getpid()
        incoming, outgoing = os.pipe()
        process = os.fork()
        if process:
            os.close(outgoing)
            self._helpers[incoming] = process
            return
        status = 1
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is for the parent to be interrupted
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, INTERRUPTS)
            for descriptor in (incoming, *self._helpers):
                os.close(descriptor)
            taken = _next(baton)
            for number, piece in enumerate(pieces):
                if os.getppid() != parent:
                    break
                if number == taken:
                    _send(outgoing, (number, work(piece)))
                    taken = _next(baton)
            status = 0
        except BaseException as error:
            with suppress(Exception):
                _send(outgoing, error)
                status = 0
        finally:
            os._exit(status)

    def outcomes(self) -> Iterator[tuple[int, Outcome]]:
        """What came of each piece, with its number, as it is done.

        Raises what the work raised, and Lost where a process ended before that.
        """
        poll = select.poll()
        for descriptor in self._helpers:
            poll.register(descriptor, select.POLLIN)
        try:
            while self._helpers:
                for descriptor, _ in poll.poll():
                    try:
                        outcome = _received(descriptor)
                    except EOFError:
                        poll.unregister(descriptor)
                        self._part_with(descriptor)
                        continue
                    if isinstance(outcome, BaseException):
                        raise outcome
                    yield outcome
        finally:
            self.dismiss()

    def _part_with(self, descriptor: int) -> None:
        os.close(descriptor)
        _, status = os.waitpid(self._helpers.pop(descriptor), 0)
        if code := os.waitstatus_to_exitcode(status):
            told = f"by signal {-code}" if code < 0 else f"with {code}"
            raise Lost(f"a process that read for this one ended {told}")

    def dismiss(self) -> None:
        """End those that still work, at once, whatever they are reading."""
        while self._helpers:
            descriptor, process = self._helpers.popitem()
            os.close(descriptor)
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)


def _next(baton: tuple[int, int]) -> int:
    """The number of the next piece, which the baton has, before it is handed on with the one after."""
    number = int.from_bytes(os.read(baton[0], NUMBER_BYTES))
    os.write(baton[1], (number + 1).to_bytes(NUMBER_BYTES))
    return number


def _send(descriptor: int, message: object) -> None:
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    left = memoryview(len(data).to_bytes(NUMBER_BYTES) + data)
    while left:
        left = left[os.write(descriptor, left) :]


def _received(descriptor: int) -> Any:
    """The next message. Raises EOFError where there is none, or not all of it."""
    size = int.from_bytes(_exactly(descriptor, NUMBER_BYTES))
    return pickle.loads(_exactly(descriptor, size))  # noqa: S301


def _exactly(descriptor: int, count: int) -> bytearray:
    data = bytearray()
    while len(data) < count:
        more = os.read(descriptor, count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


INTERRUPTS = {signal.SIGINT, signal.SIGTERM}


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Hold interrupts back while processes start, so that none meets one that does not ignore them yet."""
    held = signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


def verify(open_file: fixity.Open, wanted: Iterable[Wanted], jobs: int) -> Iterator[Result]:
    """Read every wanted file through `open_file`; yields those in which something is wrong, in order."""
    files = iter(wanted)
    first = _taken(files, WORTH_FILES, WORTH_BYTES)
    if jobs == 1 or not is_worth(len(first), sum(file.size for file in first)):
        yield from fixity.verify(open_file, chain(first, files))
        return
    team = Team(lambda chunk: list(fixity.verify(open_file, chunk)), _chunks(chain(first, files)), jobs)
    for results in in_order(team.outcomes()):
        yield from results


def is_worth(files: int, size: int) -> bool:
    """Whether there is so much to read that forking saves time."""
    return files >= WORTH_FILES or size >= WORTH_BYTES


def in_order(outcomes: Iterable[tuple[int, Outcome]]) -> Iterator[Outcome]:
    """The outcomes in the order of the pieces that they came of, each as soon as may be."""
    waiting: dict[int, Outcome] = {}
    turn = 0
    for number, outcome in outcomes:
        waiting[number] = outcome
        while turn in waiting:
            yield waiting.pop(turn)
            turn += 1


def _chunks(files: Iterator[Wanted]) -> Iterator[list[Wanted]]:
    while chunk := _taken(files, CHUNK_FILES, CHUNK_BYTES):
        yield chunk


def _taken(files: Iterator[Wanted], most: int, most_bytes: int) -> list[Wanted]:
    """The next files, until there are enough."""
    taken: list[Wanted] = []
    total = 0
    for file in files:
        taken.append(file)
        total += file.size
        if len(taken) >= most or total >= most_bytes:
            break
    return taken
