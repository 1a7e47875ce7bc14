"""Rendering alone: one source to one PDF at a path of the user's, checked but not packaged."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from archiver.bag import staging
from archiver.bag.renaming import move
from archiver.errors import AlreadyExists, RenditionError
from archiver.findings import VALID, Check, Report, Verdict
from archiver.payload import conform
from archiver.rendition import render
from archiver.rendition.verapdf import find
from archiver.settings import Settings
from archiver.sources import SourceRef, read, refuse_warnings


def render_file(ref: SourceRef, target: Path, settings: Settings, *, replace: bool = False) -> Report:
    """Render a source to `target`, which is there whole or not at all.

    With `replace` it takes the place of a file that is there, but never of the source. Raises
    AlreadyExists, CannotWrite, SourceError, InvalidArticle, RenditionError, NotConformant and
    SettingsError.
    """
    _check_target(ref, target, replace=replace)
    source = read(ref, settings)
    validator = find(settings.verapdf)
    with staging(target.absolute().parent) as folder:
        staged = folder / target.name
        rendition = render(source, staged, settings, source.paths(), validator)
        refuse_warnings(rendition.findings, settings)
        if rendition.path is None:
            raise RenditionError(f"has no rendition: {rendition.made.detail}", where=source.ref.label)
        conformance, _ = conform(rendition, validator, settings)
        (os.replace if replace else move)(staged, target)
    return Report(
        str(target),
        (Check("metadata", Verdict.PASSED), conformance, Check(VALID, conformance.verdict)),
        (*source.findings, *rendition.findings),
        {"pages": rendition.pages},
    )


def _check_target(ref: SourceRef, target: Path, *, replace: bool) -> None:
    is_file = ref.data is None and os.path.exists(ref.path)
    if is_file and os.path.exists(target) and os.path.samefile(ref.path, target):
        raise AlreadyExists("is the source itself", where=str(target), hint="name another file by -o")
    if os.path.lexists(target) and not stat.S_ISREG(os.lstat(target).st_mode):
        hint = "name a regular file by -o"
        raise AlreadyExists("is there already, and is no regular file", where=str(target), hint=hint)
    if os.path.lexists(target) and not replace:
        raise AlreadyExists(
            "is there already", where=str(target), hint="name another file by -o, or --replace this one"
        )
