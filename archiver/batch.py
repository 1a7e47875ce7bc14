"""Batches: find the documents that are meant, and package each in turn."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from archiver.errors import SettingsError, SourceError
from archiver.findings import Finding, Report, Severity
from archiver.pipeline import Job, Outcome, package_one
from archiver.settings import Settings
from archiver.sources import SUFFIXES, SourceRef, locate


def package_many(
    sources: Sequence[str],
    output: Path,
    settings: Settings,
    *,
    replace: bool = False,
    stdin: bytes | None = None,
) -> Iterator[Outcome]:
    """Package every document that `sources` (files, folders, globs, `-`) name, as each is done.

    One that fails does not stop the others.
    """
    made: dict[Path, str] = {}
    for found in discover(sources, output, stdin):
        if isinstance(found, SourceError):
            finding = Finding(found.rule, Severity.ERROR, found.message, found.where)
            yield Outcome(found.where, "failed", Report(found.where, (), (finding,)))
        else:
            outcome = package_one(Job(found, output, settings, replace, made))
            if outcome.bag:
                made[outcome.bag] = outcome.source
            yield outcome


def discover(
    sources: Sequence[str], output: Path, stdin: bytes | None = None
) -> Iterator[SourceRef | SourceError]:
    """Where each document is, in order; an error for what is named but is not there."""
    for source in sources:
        if source == "-":
            yield SourceRef(Path("stdin.txt"), data=stdin or b"")
            continue
        path = Path(source)
        if path.is_dir():
            yield from _in_folder(path, output)
        elif os.path.lexists(path):
            yield from _in_file(path)
        elif matches := sorted(glob.glob(source, recursive=True)):
            yield from discover(matches, output)
        else:
            yield SourceError("is not there", where=source)


def _in_file(path: Path) -> Iterator[SourceRef | SourceError]:
    try:
        yield from locate(path)
    except SourceError as error:
        yield error


def _in_folder(folder: Path, output: Path) -> Iterator[SourceRef | SourceError]:
    """The sources below a folder, by suffix and in order of name; links to folders are not followed."""
    found = False
    kept = output.resolve()
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and Path(parent, name).resolve() != kept
        )
        for name in sorted(names):
            path = Path(parent, name)
            if not name.startswith(".") and path.suffix.lower() in SUFFIXES:
                found = True
                yield from _in_file(path)
    if not found:
        kinds = ", ".join(sorted(SUFFIXES))
        yield SourceError(f"holds no source document ({kinds})", where=str(folder))


def stdin_bytes(stream: object, limit: int) -> bytes:
    """What comes in on a binary stream, up to one byte more than `limit`, so that it is noticed."""
    read = getattr(stream, "read", None)
    if read is None:
        raise SettingsError("there is no standard input to read")
    return bytes(read(limit + 1))
