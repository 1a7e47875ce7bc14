"""Live: progress on a terminal and nowhere else; an interrupt ends everything at once."""

import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from archiver.reports.live import _stated_bytes, expected
from archiver.survey import WORTH_BAGS
from tests.reports.conftest import MakeBag

MIB = 1024 * 1024


def large(bag: Path, size: int) -> Path:
    """Make the payload so long (with holes), that reading it takes a while."""
    os.truncate(bag / "data/one", size)
    return bag


def on_terminal(arguments: Sequence[str]) -> tuple[int, str]:
    """The exit code of a command and what it showed on a terminal of 100 columns."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": "100", "TERM": "xterm"}
    command = subprocess.Popen(
        [sys.executable, "-m", "archiver", *arguments],
        stdout=subprocess.DEVNULL, stderr=theirs, env=environment,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    try:
        while data := os.read(ours, 65_536):
            shown += data
    except OSError:
        pass
    os.close(ours)
    return command.wait(), re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())


def test_a_terminal_is_shown_bags_bytes_rate_and_time(make_bag: MakeBag) -> None:
    code, shown = on_terminal(["validate", str(large(make_bag("a"), 400 * MIB)), str(make_bag("b"))])
    assert code == 1
    assert re.search(r"\d of 2 bags, \d+ listed", shown)
    assert re.search(r"/419\.4 MB", shown)
    assert re.search(r"MB/s", shown)


def test_nothing_is_shown_when_quiet(make_bag: MakeBag) -> None:
    assert on_terminal(["validate", "--quiet", str(large(make_bag("a"), 200 * MIB))]) == (1, "")


def busy(pid: int) -> bool:
    """Whether a process, or one that it started, has a payload open."""
    for process in (str(pid), *Path(f"/proc/{pid}/task/{pid}/children").read_text().split()):
        with suppress(FileNotFoundError):
            opened = [os.readlink(link) for link in Path(f"/proc/{process}/fd").iterdir()]
            if any(path.endswith("/data/one") for path in opened):
                return True
    return False


@contextmanager
def reading(paths: Sequence[str], jobs: str) -> Iterator[subprocess.Popen[str]]:
    """A command, in a process group of its own, that is busy with bags when it is handed over."""
    command = subprocess.Popen(
        [sys.executable, "-m", "archiver", "validate", "--jobs", jobs, *paths],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 20
        while not busy(command.pid):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield command
    finally:
        with suppress(ProcessLookupError):
            os.killpg(command.pid, signal.SIGKILL)
        command.wait()


@pytest.mark.parametrize("bags", [1, WORTH_BAGS + 1], ids=["one large bag", "many bags"])
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("send", [os.killpg, os.kill], ids=["interrupt all", "terminate the first"])
def test_an_interrupt_ends_everything_at_once_without_a_trace(
    bags: int, jobs: str, send: Callable[[int, int], None], make_bag: MakeBag
) -> None:
    paths = [str(large(make_bag(f"bag{number}"), 8192 * MIB)) for number in range(bags)]
    with reading(paths, jobs) as command:
        began = time.monotonic()
        send(command.pid, signal.SIGINT if send is os.killpg else signal.SIGTERM)
        out, err = command.communicate(timeout=5)
        assert (command.returncode, out, err.strip()) == (130, "", "archiver: interrupted")
        assert time.monotonic() - began < 2
        with pytest.raises(ProcessLookupError):
            os.killpg(command.pid, 0)


@pytest.mark.parametrize(
    ("walked", "bags", "stated", "total"),
    [
        (0, 3, [10], 0),
        (10, 3, [10, 20, 30], 60),
        (10, 4, [10, 20], 60),
        (70, 4, [10, 20], 70),
        (5, 1, [], 5),
    ],
)
def test_what_bags_state_is_expected_of_the_others_too(
    walked: int, bags: int, stated: list[int], total: int
) -> None:
    assert expected(walked, bags, stated) == total


def test_a_payload_oxum_is_read_from_files_only(make_bag: MakeBag) -> None:
    bag = make_bag("a")
    assert _stated_bytes(bag) == 2
    (bag / "bag-info.txt").unlink()
    assert _stated_bytes(bag) is None
    os.mkfifo(bag / "bag-info.txt")
    assert _stated_bytes(bag) is None
    assert _stated_bytes(Path("gone")) is None
