"""Validation: whole processes that validate bags, archiver beside bagit-python and OpenSSL.

The data is made in a folder of its own and deleted again. All contestants take turns; what is shown
is the median. `--quick` makes a tenth of the data.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

if not __package__:
    sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import measuring

ARCHIVER = [sys.executable, "-m", "archiver", "validate"]
BAGIT = [sys.executable, "-m", "bagit", "--quiet", "--validate"]
LAUNCHER = """
import resource, subprocess, sys, time
begun = time.perf_counter()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
seconds = time.perf_counter() - begun
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss)
"""
"""A process begins with the memory of the one that starts it: so that one has to be small."""
LOOP = "import bagit, sys\nfor path in sys.argv[1:]: bagit.Bag(path).validate()"
MIB = 1024 * 1024


WITH_BYTECODE = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""The environment of all contestants: each may keep its modules compiled, as installers leave them."""


class Run(NamedTuple):
    """One run of whole processes: how long it took, by the clock and by the cores that worked on it.

    And the most memory that one process held.
    """

    seconds: float
    cpu: float
    mib: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--folder", type=Path, help="where the data goes; deleted afterwards")
    options = parser.parse_args()
    measuring.machine("bagit", "click")
    part = 10 if options.quick else 1
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        one_file(folder, 1024 // part, options.repetitions)
        many_files(folder, 20_000 // part, options.repetitions)
        many_bags(folder, 1_000 // part, options.repetitions)
        entries(folder, [250_000 // part, 500_000 // part, 1_000_000 // part])


def one_file(folder: Path, mib: int, repetitions: int) -> None:
    """One large file with SHA-256 and SHA-512, beside each hash alone."""
    bag = folder / "one"
    payload = bag / "data" / "large.bin"
    payload.parent.mkdir(parents=True)
    generator = random.Random(mib)
    with payload.open("wb") as file:
        for _ in range(mib):
            file.write(generator.randbytes(MIB))
    close(bag, ("sha256", "sha512"))
    contest(
        f"one file of {mib} MiB, SHA-256 and SHA-512",
        {
            "archiver validate": [[*ARCHIVER, str(bag)]],
            "bagit.py --validate": [[*BAGIT, str(bag)]],
            "openssl dgst -sha512, alone": [["openssl", "dgst", "-sha512", str(payload)]],
            "openssl dgst -sha256, alone": [["openssl", "dgst", "-sha256", str(payload)]],
        },
        repetitions,
    )
    shutil.rmtree(bag)


def many_files(folder: Path, count: int, repetitions: int) -> None:
    """Many small files in one bag."""
    bag = folder / "many"
    fill(bag, count, 8192)
    close(bag, ("sha512",))
    contest(
        f"one bag of {count:,} files of 8 KiB, SHA-512",
        {
            "archiver validate": [[*ARCHIVER, str(bag)]],
            "bagit.py --validate --processes 2": [[*BAGIT, "--processes", "2", str(bag)]],
            "sha512sum -c": [["sh", "-c", f"cd {bag} && sha512sum --quiet -c manifest-sha512.txt"]],
        },
        repetitions,
    )
    shutil.rmtree(bag)


def many_bags(folder: Path, count: int, repetitions: int) -> None:
    """Many small bags."""
    bags = [folder / "bags" / f"bag-{number:05}" for number in range(count)]
    for bag in bags:
        fill(bag, 4, 4096)
        close(bag, ("sha512",))
    names = [str(bag) for bag in bags]
    contest(
        f"{count:,} bags of four files of 4 KiB, SHA-512",
        {
            "archiver validate FOLDER": [[*ARCHIVER, str(folder / "bags")]],
            "one process, bagit.Bag(p).validate()": [[sys.executable, "-c", LOOP, *names]],
            "bagit.py --validate, once a bag": [[*BAGIT, name] for name in names],
        },
        repetitions,
    )
    shutil.rmtree(folder / "bags")


def entries(folder: Path, counts: Sequence[int]) -> None:
    """Bags of very many files: time and memory."""
    rows = []
    for count in counts:
        bag = folder / "entries"
        fill(bag, count, 16)
        close(bag, ("sha512",))
        run = measured([[*ARCHIVER, str(bag)]])
        rows.append(
            (f"{count:,}", f"{run.seconds:.1f}", f"{run.seconds / count * 1e6:.1f}", f"{run.mib:.0f}")
        )
        shutil.rmtree(bag)
    measuring.table(("files of 16 bytes in one bag", "seconds", "µs a file", "MiB, largest process"), rows)


def fill(bag: Path, count: int, size: int) -> None:
    """Give a bag a payload of so many files of so many bytes, a thousand a folder."""
    generator = random.Random(count)
    for number in range(count):
        path = bag / "data" / f"{number // 1000:04}" / f"{number:07}.bin"
        if not number % 1000:
            path.parent.mkdir(parents=True)
        path.write_bytes(generator.randbytes(size))


def close(bag: Path, algorithms: Sequence[str]) -> None:
    """Make a bag of a folder with its payload in place, as any tool would."""
    files = sorted(Path(parent, name) for parent, _, names in os.walk(bag / "data") for name in names)
    (bag / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    oxum = f"{sum(path.stat().st_size for path in files)}.{len(files)}"
    (bag / "bag-info.txt").write_text(f"Payload-Oxum: {oxum}\n")
    for algorithm in algorithms:
        with (bag / f"manifest-{algorithm}.txt").open("w") as manifest:
            for path in files:
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, algorithm).hexdigest()
                manifest.write(f"{digest}  {path.relative_to(bag)}\n")
    for algorithm in algorithms:
        listed = [(path.name, path.read_bytes()) for path in sorted(bag.glob("[bm]*.txt"))]
        lines = [f"{hashlib.new(algorithm, content).hexdigest()}  {name}\n" for name, content in listed]
        (bag / f"tagmanifest-{algorithm}.txt").write_text("".join(lines))


def contest(title: str, contestants: dict[str, list[list[str]]], repetitions: int) -> None:
    """Let the contestants take turns, the first turn uncounted, and print medians and ratios."""
    os.sync()  # or the data is still being written to the disk beside the first of them
    runs: dict[str, list[Run]] = {name: [] for name in contestants}
    for turn in range(repetitions + 1):
        for name, commands in contestants.items():
            if len(commands) > 1 and turn != 1:
                continue
            run = measured(commands)
            if turn:
                runs[name].append(run)
    medians = {name: statistics.median(run.seconds for run in taken) for name, taken in runs.items()}
    ours = next(iter(medians.values()))
    rows = [
        (
            name,
            f"{seconds:.2f}",
            f"{seconds / ours:.2f}",
            f"{min(run.seconds for run in runs[name]):.2f}",
            f"{min(run.cpu for run in runs[name]):.2f}",
            f"{max(run.mib for run in runs[name]):.0f}",
        )
        for name, seconds in medians.items()
    ]
    header = (title, "seconds, median", "times archiver's", "seconds, least", "CPU seconds, least", "MiB")
    measuring.table(header, rows)


def measured(commands: list[list[str]]) -> Run:
    """Run commands one after the other, each below a small process that does nothing else."""
    seconds = most = cpu = 0.0
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-S", "-c", LAUNCHER, *command],
            capture_output=True,
            check=True,
            env=WITH_BYTECODE,
        )
        took, worked, held = map(float, done.stdout.split())
        seconds, cpu = seconds + took, cpu + worked
        most = max(most, held / (1024 if sys.platform == "linux" else MIB))
    return Run(seconds, cpu, most)


if __name__ == "__main__":
    main()
