"""Batches come to the same bags on however many workers, whoever dies, and whenever it is stopped."""

import errno
import hashlib
import itertools
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from archiver.bag.placing import STAGING_FOLDER
from archiver.batch import package_many
from archiver.cli import running
from archiver.cli.running import Asked
from archiver.cluster import Dask
from archiver.errors import OutOfSpace, SettingsError, WorkersLost
from archiver.line import MOST_DEATHS, TICK
from archiver.settings import Settings
from archiver.sources import SourceRef
from archiver.stores import Url
from archiver.workers import AHEAD, Here, Inline, Processes, choose
from tests import s3
from tests.conftest import EXAMPLES
from tests.test_cli import run

COMMAND = [sys.executable, "-m", "archiver", "package"]
DATED = {**os.environ, "SOURCE_DATE_EPOCH": "1000000000"}
PLAIN = Settings(verapdf=False)


def documents(folder: Path, count: int) -> Path:
    """So many small documents, among them a long one at the beginning and two with one identifier."""
    folder.mkdir()
    for number in range(count):
        paragraphs = 400 if number == 0 else 1 + number % 3
        text = f"A paragraph of document {number}.\n\n" * paragraphs
        (folder / f"{number:03}.txt").write_text(f"Title {number}\n\n{text}")
    for number, text in ((1, "first\n\n" * 300), (2, "second")):
        (folder / f"001-{number}.md").write_text(f"---\nidentifier: twice\n---\n# Same\n\nThe {text}\n")
    return folder


def tree(output: Path) -> dict[str, str]:
    """Everything in an output, files with their digests."""
    return {
        path.relative_to(output).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "folder"
        for path in output.rglob("*")
    }


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A folder of documents, and the bags of an undisturbed run of one process."""
    root = tmp_path_factory.mktemp("quiet")
    documents(root / "in", 30)
    code, out, err = run("package", "in", "--no-verapdf", "--jobs", "1", "-q", cwd=root, env=DATED)
    assert (code, err) == (3, ""), err
    assert "has the identifier twice, and output/twice holds the package that this run made of" in out
    assert (root / "output/twice/data/original/001-1.md").is_file()
    bags = tree(root / "output")
    assert sum(name.endswith("/bagit.txt") for name in bags) == 31
    return root / "in", bags


def start(*arguments: str, cwd: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [*COMMAND, "--no-verapdf", *arguments],
        cwd=cwd,
        env={**os.environ, "SOURCE_DATE_EPOCH": DATED["SOURCE_DATE_EPOCH"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def killed_if_worker(process: int) -> bool:
    """Kill a process that packages, unless it has ended by itself."""
    try:
        if b"forkserver" not in Path(f"/proc/{process}/cmdline").read_bytes():
            return False
        os.kill(process, signal.SIGKILL)
    except (FileNotFoundError, ProcessLookupError):
        return False
    return True


def workers_of(parent: int) -> list[int]:
    """The processes below a process, by /proc, that are workers."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    return [pid for pid, above in parents.items() if parents.get(above) == parent]


def is_deaf(process: int, to: signal.Signals) -> bool:
    """Whether a process holds a signal back, or ignores it, or is gone."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return True
    masks = dict(line.split(":\t") for line in status.splitlines() if line.startswith(("SigBlk", "SigIgn")))
    return any(int(mask, 16) >> (to - 1) & 1 for mask in masks.values())


DASK_PORT = 8787
"""Where a scheduler of Dask serves what it shows of itself, unless that is taken."""


def bags_in(output: Path) -> int:
    return len(list(output.glob("*/bagit.txt")))


def renditions_in(output: Path) -> int:
    return sum(name.endswith(".pdf") for _, _, names in os.walk(output) for name in names)


@pytest.mark.parametrize("how", [["--jobs", "3"], ["--scheduler", "local", "--jobs", "2"]])
def test_many_workers_make_the_same_bags_as_one(
    how: list[str], quiet: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    source, bags = quiet
    (tmp_path / "in").symlink_to(source)
    code, out, err = run("package", "in/", "--no-verapdf", "-q", *how, cwd=tmp_path, env=DATED)
    assert (code, err) == (3, "")
    assert "holds the package that this run made of in/001-1.md" in out
    assert tree(tmp_path / "output") == bags


def test_a_cluster_of_this_machine_is_started_beside_another_without_a_word(tmp_path: Path) -> None:
    with socket.socket() as other:
        with suppress(OSError):  # another one is there
            other.bind(("", DASK_PORT))
            other.listen()
        command = ["package", str(EXAMPLES / "harbour-ferry.txt"), "--no-verapdf", "-q"]
        code, _, err = run(*command, "--scheduler", "local", "--jobs", "1", cwd=tmp_path)
    assert (code, err) == (0, "")


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("replace", [False, True])
def test_of_documents_with_one_identifier_the_first_that_was_named_is_packaged(
    tmp_path: Path, jobs: int, replace: bool
) -> None:
    texts = {"slow": "Long. " * 5_000, "quick": "Short.", "slow again": "Long. " * 5_000}
    for name, text in texts.items():
        source = {"title": "T", "identifier": "same", "language": "en", "body": text.split(". ")}
        (tmp_path / f"{name}.json").write_text(json.dumps(source))
    found = [SourceRef(tmp_path / f"{name}.json") for name in texts]
    if replace:
        list(package_many(found[1:2], tmp_path / "out", PLAIN, Here()))
    workers = choose(jobs, None, PLAIN, few=False)
    outcomes = list(package_many(found, tmp_path / "out", PLAIN, workers, replace=replace))
    assert [outcome.status for outcome in outcomes] == [
        "packaged",
        "failed",
        "already packaged",
    ]
    assert f"made of {tmp_path}/slow.json" in outcomes[1].report.findings[0].message
    assert [p.name for p in (tmp_path / "out/same/data/original").iterdir()] == ["slow.json"]
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["same"]


def test_documents_are_taken_as_they_are_needed_and_outcomes_come_in_their_order(tmp_path: Path) -> None:
    taken = 0

    def endless() -> Iterator[SourceRef]:
        nonlocal taken
        for taken in itertools.count(1):
            yield SourceRef(tmp_path / f"{taken}.txt", data=f"Title {taken}\n\nText.".encode())

    batch = package_many(endless(), tmp_path / "out", PLAIN, Processes(2, PLAIN))
    sources = [Path(outcome.source).stem for outcome in itertools.islice(batch, 20)]
    assert sources == [str(number) for number in range(1, 21)]
    assert taken <= 20 + 2 * AHEAD
    batch.close()
    assert bags_in(tmp_path / "out") == 20
    assert len(list((tmp_path / "out").iterdir())) == 20


def test_no_thread_of_the_workers_is_left_when_a_run_is_over(tmp_path: Path) -> None:
    """Python tells at length of one that ends while the process does."""
    found = [SourceRef(tmp_path / f"{n}.txt", data=f"Title {n}\n\nText.".encode()) for n in range(4)]
    before = {*threading.enumerate()}
    assert len(list(package_many(found, tmp_path / "out", PLAIN, Processes(2, PLAIN)))) == 4
    assert {*threading.enumerate()} <= before


def test_workers_that_are_killed_at_random_change_nothing(
    quiet: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    source, bags = quiet
    (tmp_path / "in").symlink_to(source)
    process = start("in/", "--jobs", "2", "-q", cwd=tmp_path)
    killed, chance = 0, random.Random(4)
    until = time.monotonic() + 120
    while process.poll() is None and killed < 4 and time.monotonic() < until:
        done = bags_in(tmp_path / "output")
        while process.poll() is None and bags_in(tmp_path / "output") < done + 2:
            time.sleep(0.01)
        workers = workers_of(process.pid)
        if workers and process.poll() is None:
            victim = chance.choice(workers)
            killed += killed_if_worker(victim)
    _, err = process.communicate()
    assert killed
    assert (process.returncode, err) == (3, b"")
    assert tree(tmp_path / "output") == bags


KILLER = """#!/bin/sh
case "$*" in
*--version*) echo veraPDF 1.28.1 ;;
*) for last; do :; done
   case "$(readlink "$last")" in *deadly*)
       [ "$(wc -l < "$DEATHS")" -lt "$MOST" ] && echo x >> "$DEATHS" && kill -9 $PPID && sleep 5 ;; esac
   echo '{"report": {"jobs": [{"validationResult": [{"compliant": true, "jobEndStatus": "normal",
          "details": {"ruleSummaries": []}}]}]}}' ;;
esac
"""


@pytest.mark.parametrize(("most", "status"), [(2, "packaged"), (9, "failed")])
def test_a_document_that_kills_its_worker_is_tried_alone_and_named_and_the_others_go_on(
    tmp_path: Path, most: int, status: str
) -> None:
    """What kills once with others in hand and once alone may be innocent: workers are killed at random."""
    (tmp_path / "in").mkdir()
    for number in range(12):
        name = f"{number:02}-deadly" if number == 5 else f"{number:02}"
        (tmp_path / "in" / f"{name}.txt").write_text(f"Title {number}\n\nText.\n")
    program = tmp_path / "verapdf"
    program.write_text(KILLER)
    program.chmod(0o755)
    arguments = ["in", "--verapdf", "./verapdf", "--jobs", "2", "--report", "run.jsonl", "-q"]
    (tmp_path / "deaths").touch()
    environment = {**DATED, "DEATHS": str(tmp_path / "deaths"), "MOST": str(most)}
    code, out, err = run("package", *arguments, cwd=tmp_path, env=environment)
    assert err == ""
    lines = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    assert {line["source"]: line["status"] for line in lines} == {
        f"in/{path.name}": status if "deadly" in path.name else "packaged"
        for path in (tmp_path / "in").iterdir()
    }
    told = "05-deadly.txt: the process that packaged it died, and died again"
    assert (code, told in out) == ((3, True) if status == "failed" else (0, False))
    assert (tmp_path / "deaths").read_text() == "x\n" * min(most, MOST_DEATHS)
    assert not (tmp_path / "output" / STAGING_FOLDER).exists()


UNREADY = """#!/bin/sh
case "$*" in
*--version*) echo veraPDF 1.28.1 ;;
*) if ! grep -qx $PPID "$SEEN"; then
       echo $PPID >> "$SEEN"
       [ "$(wc -l < "$SEEN")" -le 5 ] && kill -9 $PPID && sleep 5
   fi
   echo '{"report": {"jobs": [{"validationResult": [{"compliant": true, "jobEndStatus": "normal",
          "details": {"ruleSummaries": []}}]}]}}' ;;
esac
"""


def test_a_worker_that_is_killed_while_it_gets_ready_fails_no_document(tmp_path: Path) -> None:
    """The first five processes that check a PDF die of it: two workers, then those with nothing else."""
    (tmp_path / "in").mkdir()
    for number in range(8):
        (tmp_path / f"in/{number}.txt").write_text(f"Title {number}\n\nText.\n")
    program = tmp_path / "verapdf"
    program.write_text(UNREADY)
    program.chmod(0o755)
    (tmp_path / "seen").touch()
    environment = {**DATED, "SEEN": str(tmp_path / "seen")}
    arguments = ["in", "--verapdf", "./verapdf", "--jobs", "2", "-q"]
    assert run("package", *arguments, cwd=tmp_path, env=environment) == (0, "", "")
    assert len((tmp_path / "seen").read_text().splitlines()) > 5
    assert bags_in(tmp_path / "output") == 8


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_run_that_is_killed_again_and_again_comes_to_the_same_bags_and_leaves_no_process(
    quiet: tuple[Path, dict[str, str]], tmp_path: Path, jobs: str
) -> None:
    source, bags = quiet
    (tmp_path / "in").symlink_to(source)
    for _ in range(3):
        process = start("in/", "--jobs", jobs, "-q", cwd=tmp_path)
        done = bags_in(tmp_path / "output")
        while process.poll() is None and bags_in(tmp_path / "output") < done + 5:
            time.sleep(0.005)
        workers = workers_of(process.pid)
        process.kill()
        process.communicate()
        assert all((bag / "bagit.txt").is_file() for bag in (tmp_path / "output").glob("[!.]*"))
        until = time.monotonic() + 20
        while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < until:
            time.sleep(0.05)
        assert not any(Path(f"/proc/{pid}").exists() for pid in workers)
    run("package", "in/", "--no-verapdf", "-q", "--jobs", jobs, cwd=tmp_path, env=DATED)
    assert tree(tmp_path / "output") == bags


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A folder of documents, and the one bag that an undisturbed run of one process makes of them."""
    root = tmp_path_factory.mktemp("gathered")
    (documents(root / "in", 40) / "001-2.md").unlink()
    arguments = ["in", "--no-verapdf", "--jobs", "1", "-q", "--bag-per", "batch"]
    assert run("package", *arguments, cwd=root, env=DATED) == (0, "", "")
    bags = tree(root / "output")
    assert sum(name.endswith(".pdf") for name in bags) == 41
    return root / "in", bags


@pytest.mark.parametrize("whom", ["workers", "run"])
def test_a_bag_of_many_is_made_by_many_workers_whoever_is_killed(
    gathered: tuple[Path, dict[str, str]], tmp_path: Path, whom: str
) -> None:
    source, bags = gathered
    (tmp_path / "in").symlink_to(source)
    arguments = ["in/", "--jobs", "2", "-q", "--bag-per", "batch"]
    process = start(*arguments, cwd=tmp_path)
    while renditions_in(tmp_path / "output") < 5:
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    workers = workers_of(process.pid)
    if whom == "run":
        process.kill()
    else:
        assert sum(killed_if_worker(worker) for worker in workers)
    _, err = process.communicate()
    if whom == "workers":
        assert (process.returncode, err) == (0, b"")
    else:
        assert not list((tmp_path / "output").glob("[!.]*"))
        assert run("package", *arguments, "--no-verapdf", cwd=tmp_path, env=DATED) == (0, "", "")
    assert tree(tmp_path / "output") == bags


@pytest.mark.parametrize(
    ("how", "sent"),
    [
        (["--jobs", "1"], signal.SIGINT),
        (["--jobs", "2"], signal.SIGINT),
        (["--jobs", "2"], signal.SIGTERM),
        (["--scheduler", "local", "--jobs", "2"], signal.SIGINT),
    ],
)
def test_a_run_that_is_told_to_stop_finishes_what_is_in_hand_and_the_same_command_goes_on(
    quiet: tuple[Path, dict[str, str]], tmp_path: Path, how: list[str], sent: signal.Signals
) -> None:
    source, bags = quiet
    (tmp_path / "in").symlink_to(source)
    process = start("in/", *how, "--json", cwd=tmp_path)
    while bags_in(tmp_path / "output") < 2:
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    process.send_signal(sent)
    out, err = process.communicate()
    assert process.returncode == 130, err
    told = json.loads(out)
    done = len(told["documents"])
    assert told["error"]["rule"] == "interrupted"
    assert f"interrupted: {done} documents done, {32 - done} left" in told["error"]["message"]
    assert sorted(p.name for p in (tmp_path / "output").iterdir()) == sorted(
        Path(d["bag"]).name for d in told["documents"] if d["bag"]
    )
    run("package", "in/", "--no-verapdf", "-q", "--jobs", "2", cwd=tmp_path, env=DATED)
    assert tree(tmp_path / "output") == bags


def test_the_terminal_interrupts_the_run_and_not_its_workers(
    quiet: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    (tmp_path / "in").symlink_to(quiet[0])
    process = subprocess.Popen(
        [*COMMAND, "in/", "--no-verapdf", "--jobs", "2", "--json"],
        cwd=tmp_path,
        env=DATED,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    while bags_in(tmp_path / "output") < 2:
        time.sleep(0.005)
    assert [pid for pid in workers_of(process.pid) if not is_deaf(pid, signal.SIGINT)] == []
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate()
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert all(document["status"] != "failed" for document in json.loads(out)["documents"][:2])


@pytest.mark.parametrize(
    ("quiet", "report", "times"), [(True, "run.jsonl", 1), (True, "run.html", 2), (False, "run.jsonl", 2)]
)
def test_documents_are_counted_where_somebody_sees_how_many_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quiet: bool, report: str, times: int
) -> None:
    failing(tmp_path / "in")
    looked = 0

    def find() -> Iterator[SourceRef]:
        nonlocal looked
        looked += 1
        yield from (SourceRef(path) for path in sorted((tmp_path / "in").iterdir()))

    settings = Settings(verapdf=False, output=tmp_path / "out")
    asked = Asked(False, None, None, (tmp_path / report,), quiet, False)
    running.run(find, settings, lambda few: Here(), asked)
    assert looked == times


def test_a_quiet_run_that_is_stopped_tells_what_is_left(
    quiet: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    (tmp_path / "in").symlink_to(quiet[0])
    process = start("in/", "--jobs", "1", "-q", cwd=tmp_path)
    while bags_in(tmp_path / "output") < 2:
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    done = bags_in(tmp_path / "output") + out.count(b"has the identifier twice")
    assert err.startswith(b"archiver: interrupted: %d documents done, %d left" % (done, 32 - done))


class Cut(Inline):
    """Cannot start a process, as what they are forked from died: the pipe to it is broken."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")


class CutOnce(Here):
    """Workers whose first pool beside them cannot start a process."""

    def __init__(self) -> None:
        self.places = [Inline(), Cut()]

    def beside(self) -> Executor:
        return self.places.pop()


def test_a_pool_that_cannot_start_a_process_is_started_again(tmp_path: Path) -> None:
    found = [SourceRef(tmp_path / "a.txt", data=b"Title\n\nText.")]
    (outcome,) = package_many(found, Url(f"memory://{tmp_path.name}"), PLAIN, CutOnce())
    assert outcome.status == "packaged"


def test_what_workers_are_forked_from_has_all_loaded_and_no_thread_but_the_first(tmp_path: Path) -> None:
    looked = (
        "import archiver.forked, os, sys; from archiver.sources import languages; "
        "print(len(os.listdir('/proc/self/task')), languages._classifier.cache_info().currsize, "
        "'archiver.rendition.finishing' in sys.modules, 'jpype' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", looked], cwd=tmp_path, capture_output=True, check=True, env=DATED
    )
    assert done.stdout == b"1 1 True False\n"
    assert not list(tmp_path.iterdir())


def test_a_worker_that_cannot_be_started_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pools: list[Executor] = [Inline(), Cut()]
    monkeypatch.setattr("archiver.workers.pool_of", lambda *_: pools.pop())
    found = [SourceRef(tmp_path / "a.txt", data=b"Title\n\nText.")]
    (outcome,) = package_many(found, tmp_path / "out", PLAIN, Processes(1, PLAIN))
    assert (outcome.status, pools) == ("packaged", [])


SLEEPER = """#!/bin/sh
case "$*" in
*--version*) echo veraPDF 1.28.1 ;;
*) echo x >> "$BEGUN"; sleep 2
   echo '{"report": {"jobs": [{"validationResult": [{"compliant": true, "jobEndStatus": "normal",
          "details": {"ruleSummaries": []}}]}]}}' ;;
esac
"""


def test_workers_that_die_while_a_run_is_told_to_stop_do_not_keep_it(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(12):
        (tmp_path / f"in/{number:02}.txt").write_text(f"Title {number}\n\nText.\n")
    program, begun = tmp_path / "verapdf", tmp_path / "begun"
    program.write_text(SLEEPER)
    program.chmod(0o755)
    command = [*COMMAND, "in", "--verapdf", "./verapdf", "--jobs", "2", "-q"]
    environment = {**DATED, "BEGUN": str(begun)}
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE)
    while not begun.exists() or begun.read_text().count("x") < 2:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    time.sleep(2.5 * TICK)
    assert sum(killed_if_worker(worker) for worker in workers_of(process.pid))
    try:
        _, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert err.decode().startswith("archiver: interrupted: ")
    assert process.returncode == 130


def failing(folder: Path) -> None:
    folder.mkdir()
    for number in range(12):
        text = "" if number in (3, 6, 9) else f"Title {number}\n\nText.\n"
        (folder / f"{number:02}.txt").write_text(text)


@pytest.mark.parametrize(
    ("flags", "done"), [(["--fail-fast"], 4), (["--max-failures", "2"], 7), (["--max-failures", "9"], 12)]
)
def test_a_run_stops_when_enough_documents_have_failed(tmp_path: Path, flags: list[str], done: int) -> None:
    failing(tmp_path / "in")
    arguments = ["in", "--no-verapdf", "--jobs", "2", "--report", "run.jsonl", *flags]
    code, out, _ = run("package", *arguments, cwd=tmp_path)
    assert code == 3
    lines = (tmp_path / "run.jsonl").read_text().splitlines()
    assert [Path(json.loads(line)["source"]).stem for line in lines] == [f"{n:02}" for n in range(done)]
    assert bags_in(tmp_path / "output") == sum('"status": "packaged"' in line for line in lines)
    assert (f"; {12 - done} left" in out) is (done < 12)


def test_what_failed_is_tried_again_by_its_report(tmp_path: Path) -> None:
    failing(tmp_path / "in")
    run("package", "in", "gone.txt", "--no-verapdf", "--report", "run.jsonl", cwd=tmp_path)
    (tmp_path / "in/06.txt").write_text("Title\n\nText at last.\n")
    again = ["--retry-failed", "run.jsonl", "--report", "run.jsonl", "--report", "run.html"]
    code, _, err = run("package", "in", "gone.txt", "--no-verapdf", *again, cwd=tmp_path)
    assert code == 3, err
    lines = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    assert {line["source"]: line["status"] for line in lines} == {
        "in/03.txt": "failed",
        "in/06.txt": "packaged",
        "in/09.txt": "failed",
        "gone.txt": "failed",
    }
    page = (tmp_path / "run.html").read_text()
    assert "3 of 4 documents failed" in page
    assert "gone.txt" in page


@pytest.mark.parametrize("per", ["document", "batch"])
def test_a_report_that_names_none_of_the_documents_is_told(tmp_path: Path, per: str) -> None:
    failing(tmp_path / "in")
    (tmp_path / "run.jsonl").write_text('{"source": "elsewhere/03.txt", "status": "failed"}\n')
    arguments = ["in", "--no-verapdf", "--retry-failed", "run.jsonl", "--bag-per", per]
    told = "archiver: --retry-failed: none of what failed is among the documents (name them as in"
    code, out, err = run("package", *arguments, cwd=tmp_path)
    assert (code, out, err[: len(told)]) == (2, "", told)


def test_a_bag_of_many_that_failed_is_tried_again_with_all_its_documents(tmp_path: Path) -> None:
    for name in ("a/1", "a/2", "b/1", "b/2"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / f"in/{name}.txt").write_text(f"Title {name}\n\nText.\n")
    (tmp_path / "in/b/2.txt").write_text("")
    environment = {**DATED, "ARCHIVER_BAG_GROUP": "letters"}
    arguments = ["in", "--no-verapdf", "--bag-per", "folder", "--report", "run.jsonl"]
    assert run("package", *arguments, cwd=tmp_path, env=environment)[0] == 3
    (tmp_path / "in/b/2.txt").write_text("Title at last\n\nText.\n")
    again = [*arguments, "--retry-failed", "run.jsonl", "--json"]
    code, out, err = run("package", *again, cwd=tmp_path, env=environment)
    assert code == 0, err
    assert [(d["source"], d["status"]) for d in json.loads(out)["documents"]] == [("in/b", "packaged")]
    run("package", *arguments, "-o", "at-once", cwd=tmp_path, env=environment)
    assert tree(tmp_path / "output") == tree(tmp_path / "at-once")


def test_a_disk_with_too_little_space_stops_a_run_before_it_begins(tmp_path: Path) -> None:
    enough = shutil.disk_usage(tmp_path).free * 2
    found = [SourceRef(tmp_path / "a.txt", data=b"Title\n\nText.")]
    settings = Settings(verapdf=False, min_free_bytes=enough)
    with pytest.raises(OutOfSpace, match=f"less than the {enough:,} that min_free_bytes keeps free"):
        list(package_many(found, tmp_path / "out", settings, Here()))
    assert not (tmp_path / "out").exists()


@pytest.fixture
def small_disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A disk of 3 MiB, or with the limit that is asked for."""
    place = tmp_path / "disk"
    place.mkdir()
    limit = getattr(request, "param", "size=3m")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", limit, "none", str(place)], check=False)
    if mounted.returncode:
        pytest.skip("only a superuser can mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("small_disk", ["nr_inodes=200"], indirect=True)
@pytest.mark.parametrize(("jobs", "kept"), [("1", "20"), ("2", "1,280")])
def test_a_disk_that_can_have_no_more_files_stops_a_run_and_the_same_command_goes_on(
    quiet: tuple[Path, dict[str, str]], small_disk: Path, tmp_path: Path, jobs: str, kept: str
) -> None:
    source, bags = quiet
    (tmp_path / "in").symlink_to(source)
    arguments = ["in/", "--no-verapdf", "-q", "-o", str(small_disk / "out"), "--jobs", jobs]
    code, _, err = run("package", *arguments, cwd=tmp_path, env=DATED)
    assert code == 3
    assert f"more files, fewer than the {kept} in hand at once (take some files away" in err
    subprocess.run(["mount", "-o", "remount,nr_inodes=9000", str(small_disk)], check=True)
    code, _, err = run("package", *arguments, cwd=tmp_path, env=DATED)
    assert (code, err) == (3, "")
    assert tree(small_disk / "out") == bags


@pytest.mark.parametrize("kept", ["0", "1000000"])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_full_disk_stops_a_run_with_what_is_needed(
    quiet: tuple[Path, dict[str, str]], small_disk: Path, tmp_path: Path, jobs: str, kept: str
) -> None:
    source, _ = quiet
    (tmp_path / "in").mkdir()
    for number in range(5):
        for path in source.iterdir():
            (tmp_path / "in" / f"{number}-{path.name}").write_bytes(path.read_bytes() + b"%d" % number)
    environment = {**DATED, "ARCHIVER_MIN_FREE_BYTES": kept}
    arguments = ["in", "--no-verapdf", "-o", str(small_disk / "out"), "--jobs", jobs, "--json"]
    code, out, err = run("package", *arguments, cwd=tmp_path, env=environment)
    assert code == 3, err
    told: dict[str, Any] = json.loads(out)
    assert told["error"]["rule"] in ("output-full", "output-unwritable")
    assert "free some space" in told["error"]["hint"]
    assert "documents left, which need about" in told["error"]["hint"]
    assert {d["status"] for d in told["documents"] if "twice" not in d["identifier"]} == {"packaged"}
    assert err.splitlines()[-1].startswith(f"archiver: {small_disk}/out: ")
    done = {Path(d["bag"]).name for d in told["documents"] if d["bag"]}
    assert {p.name for p in (small_disk / "out").iterdir()} == done
    assert done
    assert len(told["documents"]) < 160


@pytest.mark.parametrize("address", ["nowhere", "tcp://127.0.0.1:70000", "127.0.0.1:8786"])
def test_a_scheduler_whose_address_is_none_is_one_sentence(tmp_path: Path, address: str) -> None:
    (tmp_path / "a.txt").write_text("Title\n\nText.\n")
    code, _, err = run("package", "a.txt", "--scheduler", address, cwd=tmp_path)
    assert code == 2
    assert err.startswith(
        f"archiver: --scheduler {address}: is no address of a Dask scheduler; expected tcp://"
    )
    assert err.count("\n") == 1


def test_an_address_at_which_nobody_listens_is_told_as_the_system_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("archiver.cluster.FIRST_PATIENCE", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    told = f"--scheduler {address}: no Dask scheduler with a worker answers there: Connection refused"
    with pytest.raises(SettingsError) as caught:
        Dask(address, 1).start()
    assert str(caught.value) == told


def test_a_scheduler_that_stays_away_leaves_what_is_done(
    quiet: tuple[Path, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, _ = quiet
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    cluster = a_cluster(port)
    try:
        found = [SourceRef(path) for path in sorted(source.iterdir())]
        workers = Dask(f"tcp://127.0.0.1:{port}", 1)
        outcomes = package_many(found, tmp_path / "out", PLAIN, workers)
        assert next(outcomes).status == "packaged"
        for each in cluster:
            each.kill()
        monkeypatch.setattr(workers, "_patience", 0.0)
        with pytest.raises(WorkersLost, match=r"answers there: .*\(what is done stays; the same command"):
            list(outcomes)
    finally:
        for each in cluster:
            each.kill()
            each.wait()
    assert bags_in(tmp_path / "out") > 0


def a_cluster(port: int) -> "list[subprocess.Popen[bytes]]":
    """A Dask scheduler at a port, and a worker of its own."""
    address = f"tcp://127.0.0.1:{port}"
    commands = (
        ["dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"],
        ["dask_worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny"],
    )
    return [
        subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{command}", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for command, *arguments in commands
    ]


def test_a_scheduler_without_a_worker_is_told_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.cluster.PATIENCE", 2.0)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    scheduler, worker = a_cluster(port)
    worker.kill()
    worker.wait()
    workers = Dask(f"tcp://127.0.0.1:{port}", 1)
    try:
        with pytest.raises(
            SettingsError, match=r"no Dask scheduler with a worker answers there: it has none$"
        ):
            workers.start()
    finally:
        workers.stop()
        scheduler.kill()
        scheduler.wait()


def test_a_scheduler_that_is_restarted_is_given_again_what_the_one_before_had_in_hand(
    quiet: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    source, bags = quiet
    (tmp_path / "in").symlink_to(source)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    cluster = a_cluster(port)
    try:
        process = start("in/", "-q", "--scheduler", f"tcp://127.0.0.1:{port}", cwd=tmp_path)
        while bags_in(tmp_path / "output") < 3:
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        for each in cluster:
            each.kill()
        cluster += a_cluster(port)
        _, err = process.communicate(timeout=120)
        assert (process.returncode, err) == (3, b"")
    finally:
        for each in cluster:
            each.kill()
            each.wait()
    assert tree(tmp_path / "output") == bags


def test_a_store_has_the_same_bags_from_many_workers_whoever_of_them_dies(
    quiet: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    source, bags = quiet
    (tmp_path / "in").symlink_to(source)
    with s3.serving() as server:
        server.faulty = s3.one_in(10, 1)
        process = start("in/", "--jobs", "2", "-q", "-o", f"s3://{s3.BUCKET}/{tmp_path.name}", cwd=tmp_path)
        while process.poll() is None and server.asked["PUT"] < 30:
            time.sleep(0.05)
        for worker in workers_of(process.pid):
            killed_if_worker(worker)
        out, err = process.communicate()
        server.faulty = s3.never
        stored = s3.objects(tmp_path.name)
    assert (process.returncode, err) == (3, b""), err
    assert b"holds the package that this run made of in/001-1.md" in out
    digests = {path: hashlib.sha256(data).hexdigest() for path, data in stored.items()}
    assert digests == {path: digest for path, digest in bags.items() if digest != "folder"}
