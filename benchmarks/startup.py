"""Whole processes: how long `archiver --version` and `archiver validate` on a small bag take.

Beside them an empty Python, and bagit-python's own validation of the same bag.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

if not __package__:
    sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import articles, measuring

ARCHIVER = [sys.executable, "-m", "archiver"]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=15)
    options = parser.parse_args()
    measuring.machine("bagit", "click", "pydantic", "lxml")
    with tempfile.TemporaryDirectory() as name:
        bag = small_bag(Path(name))
        commands = {
            "`archiver --version`": [*ARCHIVER, "--version"],
            "`archiver validate`, a small bag": [*ARCHIVER, "validate", bag],
            "`bagit.py --validate`, the same bag": [
                sys.executable, "-m", "bagit", "--quiet", "--validate", bag
            ],
            "`python -c pass`": [sys.executable, "-c", "pass"],
        }  # fmt: skip
        compete(commands, options.repetitions)


def small_bag(folder: Path) -> str:
    """A bag with one article of two pages and a picture, unchecked by veraPDF."""
    source = folder / "article.json"
    articles.picture(folder)
    source.write_text(articles.article(5).model_dump_json(), "utf-8")
    command = [*ARCHIVER, "package", "--no-verapdf", str(source)]
    subprocess.run([*command, "-o", str(folder / "bags")], check=True, capture_output=True)
    (bag,) = (folder / "bags").glob("*/bagit.txt")
    return str(bag.parent)


def compete(commands: dict[str, list[str]], repetitions: int) -> None:
    """Let the commands take turns, the first turn uncounted, and print their medians."""
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(repetitions + 1):
        for name, command in commands.items():
            begun = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            if turn:
                taken[name].append(time.perf_counter() - begun)
    measuring.table(
        ("whole process, ms", "median (quartiles)"),
        ((name, measuring.median(seconds)) for name, seconds in taken.items()),
    )


if __name__ == "__main__":
    main()
