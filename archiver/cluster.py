"""A Dask cluster as workers: one that is running, or one that is started on this machine for the run."""

from __future__ import annotations

import logging
import re
import socket
import time
from collections.abc import Iterable
from concurrent.futures import CancelledError, Executor, Future
from importlib import import_module
from typing import Any

from archiver.bag.parallel import interrupts_held
from archiver.errors import ArchiverError, MissingExtra, SettingsError, WorkersLost
from archiver.workers import AHEAD, Errors, pool_of

LOCAL = "local"
"""Names the cluster that is started for the run."""

ADDRESS = re.compile(r"(?P<protocol>[a-z]+)://(?P<host>[^\s/]+):(?P<port>\d{1,5})")

EXTRA = "archiver[dask]"

TALKATIVE = ("distributed", "distributed.client", "tornado", "tornado.application")
"""Loggers that tell of each broken connection at length."""

FIRST_PATIENCE, PATIENCE, PAUSE = 5.0, 60.0, 1.0
"""Seconds that a scheduler is waited for, and one that was lost, and between two tries."""


class Dask:
    """The workers of a cluster, which find the same files by the same names as this process.

    What a lost scheduler had in hand is handed out again to the one that answers next at its address.
    """

    def __init__(self, scheduler: str, count: int) -> None:
        """Name a scheduler (`tcp://host:port`), or `local` for so many workers of this machine's own.

        Raises SettingsError where it is neither, MissingExtra where Dask is not installed.
        """
        where = f"--scheduler {scheduler}"
        address = ADDRESS.fullmatch(scheduler)
        if scheduler != LOCAL and not (address and int(address["port"]) < 2**16):
            told = f"is no address of a Dask scheduler; expected tcp://HOST:PORT or {LOCAL}"
            raise SettingsError(told, where=where)
        try:
            self._distributed = import_module("distributed")
        except ImportError:
            told = "needs Dask, which is not installed"
            raise MissingExtra(told, where=where, hint=f"pip install '{EXTRA}'") from None
        for name in TALKATIVE:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        client = import_module("distributed.client")
        self.lost: Errors = (
            CancelledError,
            client.ClosedClientError,
            import_module("distributed.comm").CommClosedError,
        )
        self.died: Errors = (import_module("distributed.scheduler").KilledWorker,)
        self.scheduler, self.count, self.ahead = scheduler, count, AHEAD
        self._patience = FIRST_PATIENCE
        self._cluster: Any = None
        self._client: Any = None
        self._comm: Any = None

    def start(self) -> Executor:
        """See Workers. A scheduler that has answered once is waited for longer."""
        self._leave()
        until = time.monotonic() + self._patience
        while True:
            try:
                executor = self._connected()
            except OSError as error:
                self._leave()
                if time.monotonic() > until:
                    raise self._away(error) from None
                time.sleep(PAUSE)
            else:
                self._patience = PATIENCE
                return executor

    def _away(self, error: OSError) -> ArchiverError:
        """What is told where nobody answers, or nobody does any more."""
        told = f"no Dask scheduler with a worker answers there: {error.strerror or error}"
        where = f"--scheduler {self.scheduler}"
        if self._comm:
            return WorkersLost(told, where=where, hint="what is done stays; the same command goes on")
        return SettingsError(told, where=where)

    def _connected(self) -> Executor:
        self._knock()
        with interrupts_held():  # what is started keeps it so
            if self.scheduler == LOCAL and not self._cluster:
                self._cluster = self._local()
            self._client = self._distributed.Client(
                self._cluster or self.scheduler, timeout=PATIENCE / 4, set_as_default=False
            )
        try:
            self._client.wait_for_workers(1, timeout=PATIENCE / 2)
        except TimeoutError:
            raise TimeoutError("it has none") from None
        self._comm = self._client.scheduler_comm
        self.ahead = AHEAD * len(self._client.scheduler_info()["workers"])
        executor: Executor = self._client.get_executor(pure=False)
        return executor

    def _knock(self) -> None:
        """Raises OSError where nothing listens: Dask would try again for as long as it may take."""
        found = ADDRESS.fullmatch(self.scheduler)
        if found and found["protocol"] in ("tcp", "tls"):
            address = found["host"].strip("[]"), int(found["port"])
            socket.create_connection(address, PATIENCE / 4).close()

    def _local(self) -> Any:
        """A cluster of this machine, which tries nothing again by itself that a worker died of."""
        with import_module("dask").config.set({"distributed.scheduler.allowed-failures": 0}):
            return self._distributed.LocalCluster(
                n_workers=self.count,
                threads_per_worker=1,
                dashboard_address=None,
                scheduler_kwargs={"dashboard_address": ":0"},  # else one that is taken is told
                silence_logs=logging.CRITICAL,
            )

    def beside(self) -> Executor:
        """See Workers."""
        return pool_of(self.count)

    def begin_no_more(self, futures: Iterable[Future[Any]]) -> None:
        """See Workers."""
        for future in futures:
            future.cancel()

    def are_lost(self) -> bool:
        """See Workers: a scheduler that is away, or came back, tells no more of what it had in hand."""
        return self._client.status != "running" or self._client.scheduler_comm is not self._comm

    def stop(self, *, at_once: bool = False) -> None:
        """See Workers. What somebody else's workers have in hand is given up."""
        self._leave()
        if self._cluster:
            self._cluster.close()

    def _leave(self) -> None:
        if self._client:
            self._client.close()
            self._client = None
