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
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

if not __package__:
    sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.articles import SENTENCES

PAGE_CHARACTERS = 2800
PAGES = (1, 1, 1, 2, 2, 2, 3, 3, 1, 2, 1, 2, 3, 1, 2, 1, 3, 2, 1, 20)
"""How long one in twenty articles is."""


class Taken(NamedTuple):
    """What a run took, in seconds, and the most memory that one of its processes had, in MiB."""

    wall: float
    processor: float
    memory: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=400)
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
    archiver = [sys.executable, "-m", "archiver", "package", str(sources), "--quiet"]
    runs: dict[str, Callable[[Path], list[str]]] = {
        f"WeasyPrint and bagit, {workers} processes": lambda out: [
            sys.executable,
            __file__,
            "--peer",
            str(sources),
            str(out),
            str(workers),
        ],
        f"archiver, {workers} workers": lambda out: [
            *archiver,
            "-o",
            str(out),
            "--jobs",
            str(workers),
            "--no-verapdf",
        ],
        "archiver, one worker": lambda out: [*archiver, "-o", str(out), "--jobs", "1", "--no-verapdf"],
        "archiver, rendering alone": lambda out: [
            sys.executable,
            __file__,
            "--render",
            str(sources),
            str(out),
        ],
        f"archiver with veraPDF, {workers} workers": lambda out: [
            *archiver,
            "-o",
            str(out),
            "--jobs",
            str(workers),
        ],
    }
    if dask:
        runs[f"archiver, Dask, {workers} local workers"] = lambda out: [
            *archiver,
            "-o",
            str(out),
            "--jobs",
            str(workers),
            "--scheduler",
            "local",
            "--no-verapdf",
        ]
    print(f"{count} documents\n{'':44}{'documents/s':>12}{'CPU ms each':>12}{'MiB':>8}")
    for number, (title, command) in enumerate(runs.items()):
        out = folder / f"out{number}"
        taken = measured(command(out))
        made = sum(1 for _ in out.iterdir())
        if made != count:
            raise SystemExit(f"{title}: {made} of {count} were made")
        each = f"{1000 * taken.processor / count:.1f}" if "workers" not in title else "-"
        print(f"{title:44}{count / taken.wall:12.1f}{each:>12}{taken.memory:8.0f}", flush=True)
        shutil.rmtree(out)


def measured(command: list[str]) -> Taken:
    """Run a command to its end, in a small process whose children are counted alone.

    The processor time of archiver's workers is not among it: they are no children that it waits for.
    """
    told = subprocess.run(
        [sys.executable, __file__, "--measure", *command], check=True, stdout=subprocess.PIPE, text=True
    )
    return Taken(*json.loads(told.stdout.splitlines()[-1]))


def measure(command: list[str]) -> None:
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall = time.perf_counter() - begun
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps([wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))


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
        case ["--measure", *command]:
            measure(command)
        case ["--peer", sources, out, workers]:
            peer(Path(sources), Path(out), int(workers))
        case ["--render", sources, out]:
            render_alone(Path(sources), Path(out))
        case _:
            main()
