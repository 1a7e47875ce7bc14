"""Rehearsal: a small article is made before any document is, so that what takes long to load is loaded."""

from __future__ import annotations

import tempfile
from pathlib import Path

from archiver.payload import make_payload
from archiver.pipeline import at_hand, moment
from archiver.rendition.verapdf import find
from archiver.settings import Settings
from archiver.sources import SourceRef

ARTICLE = (
    b"Rehearsal\n\nThese are a few words in English, so that their language is looked for and found.\n"
)


def rehearse(settings: Settings) -> None:
    """Make original, rendition and records of a small article, in a folder that is gone afterwards."""
    ref = SourceRef(Path("rehearsal.txt"), data=ARTICLE)
    with tempfile.TemporaryDirectory() as folder, at_hand(ref, settings) as source:
        make_payload(source, Path(folder, "article"), settings, find(settings.verapdf), moment())
