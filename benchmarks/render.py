"""A two-page article, laid out to a finished PDF/A-2a and PDF/UA-1: archiver beside typst.

Both are warm and take turns, with a new article each time (`new`) and with the same one over and
over (`same`), as both keep things from one document to the next. veraPDF looks at both results.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import pikepdf

if not __package__:
    sys.path.insert(0, str(Path(__file__).parents[1]))

from archiver.rendition.verapdf import find
from benchmarks import articles, measuring
from benchmarks.contestants import Archiver, Contestant, Typst

PARAGRAPHS = 5
CLAIMS = ("2a", "ua1")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=60)
    parser.add_argument("--warm-up", type=int, default=10)
    options = parser.parse_args()
    measuring.machine("typst", "reportlab", "uharfbuzz", "pikepdf")
    with tempfile.TemporaryDirectory() as name:
        compete(Path(name), options.repetitions, options.warm_up)


def compete(folder: Path, repetitions: int, warm_up: int) -> None:
    """Let the contestants take turns, and print what they took and made."""
    contestants: dict[str, Contestant] = {
        "archiver": Archiver(folder),
        "archiver, reading the source too": Archiver(folder, reading=True),
        "typst, one compiler kept": Typst(folder),
        "typst.compile": Typst(folder, kept=False),
    }
    taken: dict[tuple[str, str], list[float]] = {}
    for turn in range(-warm_up, repetitions):
        for kind, serial in (("new", turn + warm_up + 1), ("same", 0)):
            article = articles.article(PARAGRAPHS, serial)
            articles.picture(folder, serial)
            for name, contestant in contestants.items():
                ready = contestant.prepare(article, folder / f"{name}.pdf")
                begun = time.perf_counter()
                ready()
                seconds = time.perf_counter() - begun
                if turn >= 0:
                    taken.setdefault((name, kind), []).append(seconds)
    measuring.table(
        ("layout to PDF, ms: median (quartiles)", "new article", "same article"),
        ((n, *(measuring.median(taken[n, kind]) for kind in ("new", "same"))) for n in contestants),
    )
    measuring.table(
        ("archiver's time, as a share of", "new article", "same article"),
        ((n, *(ratio(taken, n, kind) for kind in ("new", "same"))) for n in list(contestants)[2:]),
    )
    measuring.table(("result", "pages", "KiB", *CLAIMS), (result(folder, n) for n in contestants))


def ratio(taken: dict[tuple[str, str], list[float]], peer: str, kind: str) -> str:
    """The median of archiver over the median of a peer."""
    ours, theirs = (statistics.median(taken[name, kind]) for name in ("archiver", peer))
    return f"{ours / theirs:.2f}"


def result(folder: Path, name: str) -> tuple[object, ...]:
    """What a contestant made: pages, size, and what veraPDF says to each claim."""
    path = folder / f"{name}.pdf"
    with pikepdf.open(path) as pdf:
        pages = len(pdf.pages)
    validator = find(True)
    verdicts = (
        "not checked"
        if validator is None
        else "; ".join(f.clause for f in validator.check(path, (claim,))) or "passed"
        for claim in CLAIMS
    )
    return name, pages, f"{path.stat().st_size / 1024:.0f}", *verdicts


if __name__ == "__main__":
    main()
