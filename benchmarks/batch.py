"""A newspaper's articles, packaged in a batch: archiver beside WeasyPrint with bagit-python.

Most articles are of one to three pages, some of twenty. The peer is what one would write oneself:
a pool of processes, each of which has WeasyPrint write PDF/A-2a and bagit make and validate a bag.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import psutil

if not __package__:
    sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.articles import SENTENCES

PAGE_CHARACTERS = 2800
PAGES = (1, 1, 1, 2, 2, 2, 3, 3, 1, 2, 1, 2, 3, 1, 2, 1, 3, 2, 1, 20)
"""How long one in twenty articles is."""


class Taken(NamedTuple):
    """What a run took: seconds of wall and of processors, and the most that one process held, in MiB."""

    wall: float
    processor: float
    memory: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--dask", action="store_true", help="Dask with as many local workers, too.")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sources = corpus(folder / "articles.jsonl", asked.documents)
        contest(folder, sources, asked.documents, asked.workers, dask=asked.dask)


def corpus(path: Path, count: int) -> Path:
    """Articles as a newspaper has them, one a line of JSON Lines."""
    chosen = random.Random(7)
    with path.open("w") as file:
        for number in range(count):
            left = PAGES[number % len(PAGES)] * PAGE_CHARACTERS
            body = []
            while left > 0:
                body.append(" ".join(chosen.choices(SENTENCES, k=5)))
                left -= len(body[-1])
            article = {"title": f"Article {number}", "identifier": f"article-{number}", "language": "en"}
            article |= {"date": "1921-03-04", "creators": ["A. Writer"]}
            file.write(json.dumps({**article, "body": body}) + "\n")
    return path


def contest(folder: Path, sources: Path, count: int, workers: int, *, dask: bool) -> None:
    jobs = ["--jobs", str(workers)]
    archiver = [sys.executable, "-m", "archiver", "package", str(sources), "--quiet"]
    runs = {
        "WeasyPrint and bagit": [sys.executable, __file__, "--peer", str(sources), str(workers)],
        "archiver": [*archiver, *jobs, "--no-verapdf"],
        "archiver, one worker": [*archiver, "--jobs", "1", "--no-verapdf"],
        "archiver, rendering alone, one worker": [sys.executable, __file__, "--render", str(sources)],
        "archiver with veraPDF": [*archiver, *jobs],
    }
    if dask:
        runs["archiver, Dask"] = [*archiver, *jobs, "--no-verapdf", "--scheduler", "local"]
    print(f"{count} documents, {workers} workers\n")
    print(f"{'':38}{'documents/s':>12}{'CPU ms each':>12}{'MiB':>6}{'end/start':>10}")
    for number, (title, command) in enumerate(runs.items()):
        out, report = folder / f"out{number}", folder / f"run{number}.jsonl"
        told = ["--report", str(report)] if "archiver" in command else []
        taken = measured([*command, "-o", str(out), *told])
        made = sum(1 for _ in out.iterdir())
        if made != count:
            raise SystemExit(f"{title}: {made} of {count} were made")
        grown = f"{growth(report):10.2f}" if told else ""
        each = 1000 * taken.processor / count
        print(f"{title:38}{count / taken.wall:12.1f}{each:12.1f}{taken.memory:6.0f}{grown}", flush=True)
        shutil.rmtree(out)


def measured(command: list[str]) -> Taken:
    """Run a command to its end, looking at it and all that it started five times a second.

    Of each process up to the last fifth of a second is missed.
    """
    begun = time.perf_counter()
    processor: dict[int, float] = {}
    memory = 0.0
    with psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        while run.poll() is None:
            for process in (run, *run.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    times = process.cpu_times()
                    processor[process.pid] = times.user + times.system
                    memory = max(memory, process.memory_info().rss / 2**20)
            with suppress(psutil.TimeoutExpired):
                run.wait(0.2)
    if run.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {run.returncode}")
    return Taken(time.perf_counter() - begun, sum(processor.values()), memory)


def growth(report: Path) -> float:
    """How long the last tenth of a run's documents took, beside the second tenth, by its run report."""
    took = [json.loads(line)["seconds"] for line in report.open()]
    tenth = max(len(took) // 10, 1)
    return sum(took[-tenth:]) / sum(took[tenth : 2 * tenth])


def articles(sources: Path) -> Iterator[dict[str, Any]]:
    with sources.open() as file:
        yield from map(json.loads, file)


# --- the peer -----------------------------------------------------------------------------------


def peer(sources: Path, out: Path, workers: int) -> None:
    out.mkdir()
    with ProcessPoolExecutor(workers) as pool:
        for _ in pool.map(package_by_peer, articles(sources), [out] * 10**7, chunksize=4):
            pass


def package_by_peer(article: dict[str, Any], out: Path) -> None:
    import bagit
    from weasyprint import HTML

    folder = out / article["identifier"]
    folder.mkdir()
    (folder / "original.json").write_text(json.dumps(article))
    text = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in article["body"])
    head = f"<title>{article['title']}</title><style>@page {{ size: A4; margin: 25mm }}</style>"
    page = f"<html lang=en><head>{head}</head><body><h1>{article['title']}</h1>{text}</body></html>"
    HTML(string=page).write_pdf(folder / "rendition.pdf", pdf_variant="pdf/a-2a")
    bag = bagit.make_bag(str(folder), {"External-Identifier": article["identifier"]}, checksums=["sha512"])
    bag.validate()


# --- archiver's rendering alone -------------------------------------------------------------------


def render_alone(sources: Path, out: Path) -> None:
    from archiver.rendition import render
    from archiver.settings import Settings
    from archiver.sources import locate, read

    out.mkdir()
    settings = Settings()
    for number, ref in enumerate(locate(sources)):
        render(read(ref, settings), out / f"{number}.pdf", settings)


if __name__ == "__main__":
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
    match sys.argv[1:]:
        case ["--peer", sources, workers, "-o", out]:
            peer(Path(sources), Path(out), int(workers))
        case ["--render", sources, "-o", out]:
            render_alone(Path(sources), Path(out))
        case _:
            main()
