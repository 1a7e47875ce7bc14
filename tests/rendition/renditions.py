"""Renditions of a few blocks, and what readers make of them."""

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from archiver.rendition import render
from archiver.settings import Settings
from archiver.sources import SourceRef, read

DIRECTION_CONTROLS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")

needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")


def rendition(body: Sequence[object], target: Path, language: str = "en", **metadata: object) -> Path:
    """Render a body under a title that has no letters; its pictures are beside `target`."""
    values = {"title": "1", "identifier": "1", "language": language, **metadata, "body": body}
    path = target.with_name("article.json")
    path.write_text(json.dumps(values))
    source = read(SourceRef(path), Settings())
    render(source, target, Settings(), source.paths())
    return target


def plain(text: str) -> str:
    """The text in one line, without what only steers its direction."""
    return " ".join(DIRECTION_CONTROLS.sub("", text).split())


def by_poppler(pdf: Path, *options: str) -> str:
    """The text that poppler finds."""
    command = ["pdftotext", *options, str(pdf), "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()


def by_structure(pdf: Path) -> str:
    """The text that poppler finds in the structure tree, from element to element."""
    found = subprocess.run(["pdfinfo", "-struct-text", str(pdf)], capture_output=True, check=True)
    return "".join(re.findall(r'^ *"(.*?)"$', found.stdout.decode(), re.MULTILINE | re.DOTALL))
