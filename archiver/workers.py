"""Workers: what packages documents side by side, each kind with a concurrent.futures.Executor.

They make packages and stage them; who hands the documents out puts the packages in their places.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from importlib import import_module
from typing import Any, Protocol

from archiver.bag.parallel import interrupts_held

LOADED = "archiver.batch"
"""The module that the process which workers are forked from has loaded, with all that it needs."""

AHEAD = 32
"""How many documents a worker is given before the first of all is done: so long may that one take."""

Errors = tuple[type[Exception], ...]

BROKEN: Errors = (BrokenExecutor, OSError, EOFError)
"""What a pool of processes raises where one of them died, or what they are forked from."""


class Workers(Protocol):
    """Where documents are packaged."""

    ahead: int
    """How many documents are handed out before the first of them is done."""

    lost: Errors
    """What a document's future raises where all workers were lost, with all that they had in hand; or
    where it was cancelled."""

    died: Errors
    """What it raises where its own worker died."""

    def start(self) -> Executor:
        """Start them, or start them again. Raises SettingsError, MissingExtra and WorkersLost."""

    def alone(self) -> contextlib.AbstractContextManager[Executor]:
        """A worker that has nothing else in hand, so that what it dies of is known."""

    def beside(self) -> Executor:
        """As many processes of this machine, for what takes time to put in its place."""

    def begin_no_more(self, futures: Iterable[Future[Any]]) -> None:
        """Cancel what they have not begun, which is among these. They are given nothing more."""

    def are_lost(self) -> bool:
        """Whether they are lost, though no future says so."""

    def stop(self, *, at_once: bool = False) -> None:
        """End them, when what they have in hand is done or at once."""


class Inline(Executor):
    """An executor that makes each call there and then."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Make the call; its future is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class Here:
    """This process, which packages one document after the other."""

    ahead = 1
    lost: Errors = (CancelledError,)
    died: Errors = ()

    def start(self) -> Executor:
        """See Workers."""
        gc.freeze()
        return Inline()

    def alone(self) -> contextlib.AbstractContextManager[Executor]:
        """See Workers."""
        return Inline()

    def beside(self) -> Executor:
        """See Workers."""
        return Inline()

    def begin_no_more(self, futures: Iterable[Future[Any]]) -> None:
        """See Workers."""

    def are_lost(self) -> bool:
        """See Workers."""
        return False

    def stop(self, *, at_once: bool = False) -> None:
        """See Workers."""


class Processes:
    """Processes of this machine.

    Each is forked from one that holds the modules they need and has no other thread and no JVM, which
    no fork survives: it begins to load them here, beside what this process does meanwhile. None is
    interrupted from the terminal; all end with their parent, however it dies.
    """

    lost: Errors = (*BROKEN, CancelledError)
    died: Errors = (BrokenExecutor,)

    def __init__(self, count: int) -> None:
        self.count, self.ahead = count, AHEAD * count
        self._others = multiprocessing.active_children()
        self._pool: ProcessPoolExecutor | None = None
        self._ending: threading.Thread | None = None
        _forking()

    def start(self) -> Executor:
        """See Workers."""
        self.stop()
        self._pool, self._ending = pool_of(self.count), None
        return self._pool

    @contextlib.contextmanager
    def alone(self) -> Iterator[Executor]:
        """See Workers."""
        pool = pool_of(1)
        try:
            yield pool
        except KeyboardInterrupt:
            self._kill()
            raise
        finally:
            pool.shutdown()

    def beside(self) -> Executor:
        """See Workers."""
        return pool_of(self.count)

    def begin_no_more(self, futures: Iterable[Future[Any]]) -> None:
        """See Workers. The pool cancels by itself: it breaks where it finds what was cancelled, and one
        of its processes dies (python/cpython, concurrent/futures/process.py, terminate_broken).
        """
        if self._pool and not self._ending:
            self._ending = threading.Thread(target=self._pool.shutdown, kwargs={"cancel_futures": True})
            self._ending.start()

    def are_lost(self) -> bool:
        """See Workers."""
        return False

    def stop(self, *, at_once: bool = False) -> None:
        """See Workers."""
        if at_once:
            self._kill()
        if self._ending:
            self._ending.join()
        elif self._pool:
            self._pool.shutdown(cancel_futures=True)

    def _kill(self) -> None:
        for worker in multiprocessing.active_children():
            if worker not in self._others:
                worker.kill()


def submitted(executor: Executor, lost: Errors, work: Callable[..., Any], *given: Any) -> Future[Any]:
    """The future of some work; where the executor is lost, as it is by now, that is its error."""
    try:
        return executor.submit(work, *given)
    except lost as error:
        future: Future[Any] = Future()
        future.set_exception(error)
        return future


def pool_of(count: int) -> ProcessPoolExecutor:
    """So many processes of this machine, none of which is started before there is something to do."""
    return ProcessPoolExecutor(count, _forking(), _begin)


def _forking() -> Any:
    """How processes are started: forked from one that loads what they need, which runs from now on."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([LOADED])
    import_module("multiprocessing.resource_tracker").ensure_running()  # which lets interrupts go again
    with interrupts_held():
        import_module("multiprocessing.forkserver").ensure_running()
    return context


def choose(jobs: int | None, scheduler: str | None, *, few: bool) -> Workers:
    """The workers that are asked for; as many processes as there are cores, but none for `few` documents.

    Raises MissingExtra where a scheduler is named and Dask is not installed.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if scheduler:
        from archiver.cluster import Dask

        return Dask(scheduler, jobs or cores)
    count = jobs or (1 if few else cores)
    return Here() if count == 1 else Processes(count)


def _begin() -> None:
    """Begin as a worker: what is loaded stays, and is never looked through for garbage."""
    gc.freeze()
    _end_with_parent()


def _end_with_parent() -> None:
    """Have this process end when its parent does, which leaves it waiting where it was killed."""

    def end() -> None:
        if parent := multiprocessing.parent_process():
            parent.join()
        os._exit(1)

    threading.Thread(target=end, daemon=True).start()
