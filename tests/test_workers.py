import multiprocessing
import os
import signal
from multiprocessing import forkserver

import pytest

from archiver.workers import pool_of


def test_a_process_is_known_before_an_interrupt_that_comes_as_it_is_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    awaited = forkserver.read_signed

    def interrupted(descriptor: int) -> int:
        os.kill(os.getpid(), signal.SIGINT)
        monkeypatch.undo()
        number: int = awaited(descriptor)
        return number

    monkeypatch.setattr(forkserver, "read_signed", interrupted)
    before = multiprocessing.active_children()
    pool = pool_of(1)
    with pytest.raises(KeyboardInterrupt):
        pool.submit(int)
    (started,) = (child for child in multiprocessing.active_children() if child not in before)
    pool.shutdown()
    assert not started.is_alive()


def test_a_process_ends_when_its_broken_pool_ends_it() -> None:
    before = multiprocessing.active_children()
    with pool_of(1) as pool:
        assert pool.submit(int).result() == 0
        (started,) = (child for child in multiprocessing.active_children() if child not in before)
        started.terminate()
        started.join(5)
        assert not started.is_alive()
