"""archiver and typst, each warm in this process, each from the same article to a PDF on disk."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from archiver.article import Article
from archiver.rendition import render
from archiver.settings import Settings
from archiver.sources import Source, SourceRef, read
from benchmarks.articles import typst_markup

Ready = Callable[[], object]
"""A call that writes one PDF; what it needs was made before."""

STANDARDS = ["a-2a", "ua-1"]


class Contestant(Protocol):
    """What makes a PDF of an article."""

    def prepare(self, article: Article, target: Path) -> Ready:
        """Make all that is not measured, and give the call that is."""


class Archiver:
    """Article to PDF/A-2a and PDF/UA-1; reading the source was done before, or is part of it."""

    def __init__(self, folder: Path, *, reading: bool = False) -> None:
        self.folder, self.reading, self.settings = folder, reading, Settings(verapdf=False)

    def prepare(self, article: Article, target: Path) -> Ready:
        """Write the article as its source, and read it unless reading is to be measured."""
        path = self.folder / f"{target.stem}.json"
        path.write_text(article.model_dump_json(), "utf-8")
        source = None if self.reading else self._read(path)

        def ready() -> object:
            read = source or self._read(path)
            return render(read, target, self.settings, {each.name: each.path for each in read.attachments})

        return ready

    def _read(self, path: Path) -> Source:
        return read(SourceRef(path), self.settings)


class Typst:
    """typst from markup in memory: its best mode, one compiler with its own fonts, or `compile()`.

    A compiler that is kept has its fonts at hand; typst.compile looks for fonts anew each time.
    """

    def __init__(self, folder: Path, *, kept: bool = True) -> None:
        import typst

        compiler = typst.Compiler(root=folder, ignore_system_fonts=True)
        self.compile: Any = compiler.compile if kept else partial(typst.compile, root=folder)

    def prepare(self, article: Article, target: Path) -> Ready:
        """Write the article in typst's markup, in memory."""
        markup = typst_markup(article)
        return lambda: self.compile(input=markup, output=target, format="pdf", pdf_standards=STANDARDS)
