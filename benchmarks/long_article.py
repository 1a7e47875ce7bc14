"""Articles of about 30, 100 and 300 pages, each in a process of its own: time and memory a page.

Linear time is a time a page that does not grow. typst does the same articles beside archiver.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pikepdf

if not __package__:
    sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import articles, measuring
from benchmarks.contestants import Archiver, Contestant, Typst

CONTESTANTS: dict[str, Callable[[Path], Contestant]] = {"archiver": Archiver, "typst": Typst}
PARAGRAPHS_A_PAGE = 5.5
LENGTHS = (30, 100, 300)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, nargs="*", default=LENGTHS)
    parser.add_argument("--only", nargs=2, metavar=("CONTESTANT", "PARAGRAPHS"))
    options = parser.parse_args()
    if options.only:
        print(json.dumps(one(options.only[0], int(options.only[1]))))
        return
    measuring.machine("typst", "reportlab", "uharfbuzz", "pikepdf")
    rows = [
        (name, *apart(name, round(pages * PARAGRAPHS_A_PAGE)))
        for pages in options.pages
        for name in CONTESTANTS
    ]
    measuring.table(("", "pages", "seconds", "ms a page", "most memory, MiB", "PDF, KiB"), rows)


def apart(name: str, paragraphs: int) -> tuple[str, ...]:
    """One contestant and length, in a process of its own."""
    command = [sys.executable, __file__, "--only", name, str(paragraphs)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return (
        str(told["pages"]),
        f"{told['seconds']:.2f}",
        f"{told['seconds'] / told['pages'] * 1000:.1f}",
        f"{told['mib']:.0f}",
        f"{told['bytes'] / 1024:.0f}",
    )


def one(name: str, paragraphs: int) -> dict[str, float]:
    """Lay out one article here, after a short one that warms up; what it took and made."""
    with tempfile.TemporaryDirectory() as folder:
        contestant = CONTESTANTS[name](Path(folder))
        target = Path(folder, "long.pdf")
        for serial, length in ((0, 3), (1, paragraphs)):
            articles.picture(Path(folder), serial)
            ready = contestant.prepare(articles.article(length, serial), target)
            begun = time.perf_counter()
            ready()
            seconds = time.perf_counter() - begun
        memory = measuring.peak_mib()
        with pikepdf.open(target) as pdf:
            pages = len(pdf.pages)
        return {
            "pages": pages,
            "seconds": seconds,
            "mib": memory,
            "bytes": target.stat().st_size,
        }


if __name__ == "__main__":
    main()
