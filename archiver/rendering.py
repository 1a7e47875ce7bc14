"""Rendering alone: one source to one PDF at a path of the user's, checked but not packaged."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from archiver.errors import RenditionError
from archiver.findings import Check, Report, Verdict
from archiver.pipeline import conform
from archiver.rendition import render
from archiver.rendition.verapdf import find
from archiver.settings import Settings
from archiver.sources import SourceRef, read, refuse_warnings


def render_file(path: Path, target: Path, settings: Settings) -> Report:
    """Render the source at `path` to `target`, which is there whole or not at all.

    Raises SourceError, InvalidArticle, RenditionError, NotConformant and SettingsError.
    """
    source = read(SourceRef(path), settings)
    validator = find(settings.verapdf)
    try:
        with tempfile.TemporaryDirectory(prefix=".archiver-", dir=target.absolute().parent) as made:
            staged = Path(made, target.name)
            rendition = render(source, staged, settings, base=path.absolute().parent)
            refuse_warnings(rendition.findings, settings)
            conformance, _ = conform(rendition, validator)
            os.replace(staged, target)
    except OSError as error:
        raise RenditionError(f"cannot be written: {error.strerror}", where=str(target)) from None
    return Report(
        str(target),
        (Check("metadata", Verdict.PASSED), conformance),
        (*source.findings, *rendition.findings),
        {"pages": rendition.pages},
    )
