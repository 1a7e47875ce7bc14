"""The doctor: what this installation can do, and what to install for what it cannot."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import Any

from archiver import __version__, likeness
from archiver.rendition import ghostscript
from archiver.rendition.fonts import coverage
from archiver.rendition.verapdf import find
from archiver.settings import Settings

LIBRARIES = ("reportlab", "pikepdf", "bagit", "uharfbuzz", "pydantic", "lxml")


def examine(settings: Settings) -> dict[str, Any]:
    """Versions, veraPDF, and for each script the font that sets it."""
    validator = find(settings.verapdf)
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
        **{found.script: found.face or f"no font: {found.hint}" for found in coverage(settings.fonts)},
    }
