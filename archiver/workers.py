"""Workers: what packages documents side by side, each kind with a concurrent.futures.Executor.

They make packages and stage them; who hands the documents out puts the packages in their places.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from functools import partial
from importlib import import_module
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import TYPE_CHECKING, Any, Protocol

from archiver.bag.parallel import INTERRUPTS, interrupts_held

if TYPE_CHECKING:
    from archiver.settings import Settings

LOADED = "archiver.forked"
"""The module that the process which workers are forked from has loaded, with all that they need."""

AHEAD = 32
"""How many documents a worker is given before the first of all is done: so long may that one take."""

GIVEN = 2
"""How much a process is given at once: what it has in hand, and what it takes next without waiting."""

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
    """What it raises where its own worker died, whether it was begun there or not."""

    def start(self) -> Executor:
        """Start them, or start them again. Raises SettingsError, MissingExtra and WorkersLost."""

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

    lost: Errors = (CancelledError,)
    died: Errors = (BrokenExecutor,)

    def __init__(self, count: int, settings: Settings) -> None:
        self.count, self.ahead = count, AHEAD * count
        self._ready = partial(_rehearsed, settings)
        self._others = multiprocessing.active_children()
        self._each: Each | None = None
        _forking()

    def start(self) -> Executor:
        """See Workers."""
        self.stop()
        self._each = Each(self.count, self._ready)
        return self._each

    def beside(self) -> Executor:
        """See Workers."""
        return pool_of(self.count)

    def begin_no_more(self, futures: Iterable[Future[Any]]) -> None:
        """See Workers."""
        for future in futures:
            future.cancel()

    def are_lost(self) -> bool:
        """See Workers."""
        return False

    def stop(self, *, at_once: bool = False) -> None:
        """See Workers."""
        if at_once:
            for worker in multiprocessing.active_children():
                if worker not in self._others:
                    worker.kill()
        if self._each:
            self._each.shutdown(cancel_futures=True)


class Each(ThreadPoolExecutor):
    """Processes that are a pool each, so that one that dies takes along only what it was given.

    A thread waits for each piece of work that a process was given, of which it has one in hand.
    """

    def __init__(self, count: int, ready: Callable[[], None]) -> None:
        self._processes = [_Process(ready) for _ in range(count)]
        self._own = threading.local()
        super().__init__(GIVEN * count, "worker", self._bind, (iter(self._processes * GIVEN),))

    def _bind(self, processes: Iterator[_Process]) -> None:
        self._own.process = next(processes)

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a process make a call. The future raises BrokenExecutor where that dies."""
        return super().submit(self._called, partial(fn, *args, **kwargs))

    def _called(self, work: Callable[[], Any]) -> Any:
        return self._own.process.call(work)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes, when they have done what they were given."""
        super().shutdown(wait, cancel_futures=cancel_futures)
        for process in self._processes:
            process.end()


class _Process:
    """One process at a time, which is started when it is first needed, and when the one before died."""

    def __init__(self, ready: Callable[[], None]) -> None:
        self._ready, self._lock = ready, threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def call(self, work: Callable[[], Any]) -> Any:
        """What comes of some work. Raises what that raises, and BrokenExecutor where the process dies."""
        pool = self._started()
        try:
            return _given(pool, work).result()
        except BrokenExecutor:
            self._end(pool)
            raise

    def _end(self, pool: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is pool:
                self._pool = None
                pool.shutdown()  # once, as it closes pipes whose numbers others may have by then

    def _started(self) -> ProcessPoolExecutor:
        with self._lock:
            self._pool = self._pool or pool_of(1, self._ready)
            return self._pool

    def end(self) -> None:
        """End the process, when it has done what it was given."""
        if self._pool:
            self._end(self._pool)


def submitted(executor: Executor, lost: Errors, work: Callable[..., Any], *given: Any) -> Future[Any]:
    """The future of some work; where the executor is lost, as it is by now, that is its error."""
    try:
        return executor.submit(work, *given)
    except lost as error:
        future: Future[Any] = Future()
        future.set_exception(error)
        return future


def _given(pool: ProcessPoolExecutor, work: Callable[[], Any]) -> Future[Any]:
    """The future of some work. Raises BrokenExecutor also where no process can be started for it."""
    try:
        return pool.submit(work)
    except BROKEN as error:
        raise BrokenExecutor(str(error)) from None


def _end_with_parent() -> None:
    """Have this process end when its parent does, which leaves it waiting where it was killed."""

    def end() -> None:
        if parent := multiprocessing.parent_process():
            parent.join()
        os._exit(1)

    threading.Thread(target=end, daemon=True).start()


def _begin() -> None:
    """Begin as a worker: what is loaded stays, and is never looked through for garbage."""
    gc.freeze()
    _end_with_parent()


def _rehearsed(settings: Settings) -> None:
    """Begin as a worker that has loaded what documents with these settings need."""
    from archiver.rehearsal import rehearse  # here, because it needs what workers alone need

    _end_with_parent()
    with contextlib.suppress(Exception):  # which documents meet themselves
        rehearse(settings)
    gc.freeze()


class _Pool(ProcessPoolExecutor):
    """Processes that are all known, so that none is left over when they are killed.

    An interrupt that comes as one is started is put off until that is done: in between nobody would know
    the process, and it would tell with a traceback that what its parent had made for it is gone.
    """

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """See Executor."""
        with _interrupts_put_off():
            return super().submit(fn, *args, **kwargs)


@contextlib.contextmanager
def _interrupts_put_off() -> Iterator[None]:
    """Have interrupts come afterwards, in the thread that they come in.

    To mask them is not enough: any other thread is handed them then, on behalf of that one.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.signal(number, lambda number, _: came.append(number)) for number in INTERRUPTS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for each in came:
            signal.raise_signal(each)


def pool_of(count: int, ready: Callable[[], None] = _begin) -> ProcessPoolExecutor:
    """So many processes of this machine, none of which is started before there is something to do; each
    is made ready first.
    """
    return _Pool(count, _forking(), ready)


class _Worker(ForkServerProcess):
    """A process that a broken pool can end: it waits for ever on a lock that a dead one of them had."""

    def terminate(self) -> None:
        """Kill it, as it is deaf to SIGTERM."""
        self.kill()


class _Forking(ForkServerContext):
    """How multiprocessing starts workers."""

    Process = _Worker


def _forking() -> ForkServerContext:
    """How processes are started: forked from one that loads what they need, which runs from now on."""
    context = _Forking()
    context.set_forkserver_preload([LOADED])
    import_module("multiprocessing.resource_tracker").ensure_running()  # which lets interrupts go again
    with interrupts_held():
        import_module("multiprocessing.forkserver").ensure_running()
    return context


def choose(jobs: int | None, scheduler: str | None, settings: Settings, *, few: bool) -> Workers:
    """The workers that are asked for; as many processes as there are cores, but none for `few` documents.

    Raises MissingExtra where a scheduler is named and Dask is not installed.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if scheduler:
        from archiver.cluster import Dask

        return Dask(scheduler, jobs or cores)
    count = jobs or (1 if few else cores)
    return Here() if count == 1 else Processes(count, settings)
