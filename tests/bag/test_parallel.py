"""Parallel reading: each piece is done once, by whoever is free, and nobody is left behind."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from archiver.bag.parallel import Lost, Team, in_order


def doubled(piece: int) -> tuple[int, int]:
    return os.getpid(), 2 * piece


def test_each_piece_is_done_once_and_its_outcome_comes_in_order() -> None:
    outcomes = list(in_order(Team(doubled, range(500), 3).outcomes()))
    assert [outcome for _, outcome in outcomes] == [2 * piece for piece in range(500)]
    assert os.getpid() not in {process for process, _ in outcomes}


def test_pieces_may_come_of_a_generator_and_outcomes_be_large() -> None:
    pieces = (bytes([number]) * 300_000 for number in range(20))
    outcomes = in_order(Team(lambda piece: piece + b"!", pieces, 2).outcomes())
    assert [outcome[-2:] for outcome in outcomes] == [bytes([number]) + b"!" for number in range(20)]


def test_what_the_work_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        list(Team(lambda piece: 1 // (5 - piece), range(10), 2).outcomes())
    assert_no_children()


def killed_at_five(piece: int) -> int:
    if piece == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return piece


def test_a_process_that_is_killed_is_told_and_the_others_are_ended() -> None:
    with pytest.raises(Lost, match="ended by signal 9"):
        list(Team(killed_at_five, count(), 2).outcomes())
    assert_no_children()


def test_a_process_that_is_killed_amid_an_outcome_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write

    def breaking_off(descriptor: int, data: bytes) -> int:
        if len(data) > 1000:
            write(descriptor, data[:500])
            os.kill(os.getpid(), signal.SIGKILL)
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", breaking_off)
    with pytest.raises(Lost):
        list(Team(bytes, [10_000], 1).outcomes())


def test_where_the_system_starts_no_more_processes_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    fork, started = os.fork, 0

    def one() -> int:
        nonlocal started
        started += 1
        if started > 1:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return fork()

    monkeypatch.setattr(os, "fork", one)
    with pytest.raises(Lost, match=os.strerror(errno.EAGAIN)):
        Team(time.sleep, [60], 2)
    assert_no_children()


def test_those_that_are_dismissed_end_at_once() -> None:
    team = Team(time.sleep, [60, 60], 2)
    began = time.monotonic()
    team.dismiss()
    assert time.monotonic() - began < 10
    assert_no_children()


def assert_no_children() -> None:
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


ENDLESS = """
import os, time
from itertools import repeat
from archiver.bag.parallel import Team
team = Team(time.sleep, repeat(0.01), 2)
print(*team._helpers.values(), flush=True)
list(team.outcomes())
"""


def running(processes: list[int]) -> Iterator[int]:
    for process in processes:
        with suppress(ProcessLookupError, FileNotFoundError):
            os.kill(process, 0)
            if "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text():
                yield process


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_they_end_where_their_parent_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", ENDLESS], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        helpers = [int(process) for process in parent.stdout.readline().split()]
        assert list(running(helpers)) == helpers
        parent.kill()
    deadline = time.monotonic() + 20
    while list(running(helpers)):
        assert time.monotonic() < deadline
        time.sleep(0.02)
