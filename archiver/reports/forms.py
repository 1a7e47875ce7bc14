"""Forms: in which a survey can be told, which of them a file takes, and which goes to standard output."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from archiver.errors import SettingsError
from archiver.findings import Survey
from archiver.reports.saving import DIGEST_SUFFIX

FORMS = {
    "text": "text",
    "json": "as_json",
    "junit": "junit",
    "sarif": "sarif",
    "github": "github",
    "html": "html",
}
"""The module of each form, beside this one, whose `written` tells a survey in it."""

SUFFIXES = {
    ".json": ("json", "sarif"),
    ".sarif": ("sarif",),
    ".xml": ("junit",),
    ".txt": ("text", "github"),
    ".html": ("html",),
}
"""The forms that a file of a suffix can hold, the usual one first; any other holds the one it is given."""


class Going(NamedTuple):
    """Which form goes where: to files, and to standard output (none there: an empty name)."""

    files: dict[Path, str]
    printed: str


def written(form: str) -> Callable[[Survey], Iterator[str]]:
    """The function that tells a survey in a form, piece by piece; its module is loaded only now."""
    module = import_module(f"archiver.reports.{FORMS[form]}")
    told: Callable[[Survey], Iterator[str]] = module.written
    return told


def allot(formats: Sequence[str], outputs: Sequence[Path], known: Collection[str] = tuple(FORMS)) -> Going:
    """Which form each file is written in, and which is printed.

    A file takes the first of `formats` that its suffix allows, rather one that no file has taken yet;
    else what its suffix means. What no file took is printed. Raises SettingsError where a file's form
    cannot be told, where it, or the file of its digest, is named twice, and where two forms would be
    printed.
    """
    files: dict[Path, str] = {}
    taken: set[str] = set()
    for path in outputs:
        name = os.path.abspath(path)
        both = {name, f"{name}{DIGEST_SUFFIX}"}
        if both & taken:
            told = f"is named twice; beside each report, its digest is in NAME{DIGEST_SUFFIX}"
            raise SettingsError(told, where=f"--output {path}")
        taken |= both
        files[path] = _form(path, formats, files.values(), known)
    printed = [form for form in dict.fromkeys(formats) if form not in files.values()]
    if len(printed) > 1:
        told = f"{' and '.join(printed)} would both be printed; standard output takes one"
        raise SettingsError(told, where="--format", hint="give --output for the other")
    return Going(files, printed[0] if printed else "")


def _form(path: Path, formats: Sequence[str], taken: Collection[str], known: Collection[str]) -> str:
    suffix = path.suffix.lower()
    can = [form for form in SUFFIXES.get(suffix, known) if form in known]
    wanted = [form for form in formats if form in can]
    wanted.sort(key=lambda form: form in taken)
    if wanted:
        return wanted[0]
    if suffix in SUFFIXES and can:
        return can[0]
    where = f"--output {path}"
    if formats and suffix not in SUFFIXES:
        raise SettingsError(f"no --format is left for it; expected one of {', '.join(known)}", where=where)
    told = f"its suffix {suffix!r} tells no form" if suffix else "it has no suffix that tells a form"
    means = ", ".join(s for s, forms in SUFFIXES.items() if set(forms) & set(known))
    raise SettingsError(f"{told}; expected {means}, or --format ({', '.join(known)})", where=where)
