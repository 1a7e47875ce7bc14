"""The doctor: what this installation can do, and what to install for what it cannot."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import Any

from archiver import __version__, likeness
from archiver.errors import RenditionError
from archiver.rendition import ghostscript
from archiver.rendition.fonts import coverage
from archiver.rendition.tesseract import find as find_tesseract
from archiver.rendition.verapdf import find
from archiver.settings import Settings

ORIENTATION = "osd"
"""Tesseract's data for orientation and script, which are no language."""

LIBRARIES = ("reportlab", "pikepdf", "bagit", "uharfbuzz", "pydantic", "lxml")


def examine(settings: Settings) -> dict[str, Any]:
    """Versions, veraPDF, Tesseract and its languages, and for each script the font that sets it."""
    validator = find(settings.verapdf)
    try:
        tesseract = find_tesseract(settings.tesseract)
        recognition = (
            f"{tesseract.version}, in {', '.join(sorted(tesseract.languages - {ORIENTATION}))}"
            if tesseract
            else "turned off by the settings"
        )
    except RenditionError:
        recognition = "not found: apt-get install tesseract-ocr, and a package for each language"
    missing = (
        "not found: pip install 'archiver[verapdf]'" if settings.verapdf else "turned off by the settings"
    )
    return {
        "archiver": __version__,
        "Python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
        "veraPDF": f"{validator.version}, from {validator.origin}" if validator else missing,
        "Ghostscript": ghostscript.version() or "not found: apt install ghostscript",
        "PDFium": version("pypdfium2") if likeness.available() else likeness.MISSING,
        "Tesseract": recognition,
        **{found.script: found.face or f"no font: {found.hint}" for found in coverage(settings.fonts)},
    }
