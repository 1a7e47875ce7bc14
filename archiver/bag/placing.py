"""Placing: a bag is built in a locked folder beside its destination and put there whole."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from archiver.bag.renaming import exchange, move
from archiver.bag.validation import validate
from archiver.errors import AlreadyExists, BagError

STAGING_FOLDER = ".archiver-staging"
"""In the output folder, so that what is built there can be renamed to its destination."""

ASIDE = "replaced"


@contextmanager
def staging(output: Path) -> Iterator[Path]:
    """A new folder to build one package in, on the file system of `output`; gone afterwards.

    It is locked (flock) while its process lives, so that other processes may work on the same
    output: what dead ones have left is swept first, and a package that one of them had set aside
    to be replaced is put back.
    """
    try:
        output.mkdir(parents=True, exist_ok=True)
        with _locked(output):
            _sweep(output)
            (output / STAGING_FOLDER).mkdir(exist_ok=True)
            folder = Path(tempfile.mkdtemp(dir=output / STAGING_FOLDER))
            lock = _lock(folder)
    except OSError as error:
        raise _cannot_write(error, output) from None
    try:
        yield folder
    finally:
        with suppress(OSError), _locked(output):
            _discard(folder)
            (output / STAGING_FOLDER).rmdir()
        os.close(lock)


@contextmanager
def _locked(output: Path) -> Iterator[None]:
    """The moment in which staging folders come and go: one process at a time."""
    lock = _lock(output.resolve())
    try:
        yield
    finally:
        os.close(lock)


def _lock(folder: str | Path, *, wait: bool = True) -> int:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _sweep(output: Path) -> None:
    """Take away the staging folders whose processes are dead."""
    with suppress(FileNotFoundError), os.scandir(output / STAGING_FOLDER) as entries:
        for entry in entries:
            with suppress(OSError):
                lock = _lock(entry.path, wait=False)
                try:
                    _discard(Path(entry.path))
                finally:
                    os.close(lock)


def _discard(folder: Path) -> None:
    """Delete a staging folder; a package in it whose place is empty goes back there."""
    output = folder.parent.parent
    with suppress(FileNotFoundError):
        for entry in list(os.scandir(folder / ASIDE)):
            with suppress(FileExistsError):
                move(Path(entry.path), output / entry.name)
    shutil.rmtree(folder, ignore_errors=True)


def place(staged: Path, target: Path, *, replace: bool) -> None:
    """Put a finished bag, built in a staging folder, at its destination: verified, on disk, whole.

    Raises AlreadyExists where something is there already. With `replace` a package that is there
    is replaced in one step; what is no bag is never replaced. Raises BagError where the bag does
    not verify or cannot be written.
    """
    report = validate(staged)
    if not report.valid:
        told = "; ".join(finding.sentence for finding in report.findings)
        raise BagError(f"its bag did not verify: {told}", where=target.name)
    try:
        _flush_all(staged)
        if replace and os.path.lexists(target):
            _check_replaceable(target)
            exchange(staged, target, staged.parent / ASIDE / target.name)
        else:
            move(staged, target)
        _flush(target.parent)
    except FileExistsError:
        raise AlreadyExists(
            "is there already", where=str(target), hint="--replace puts the new one there"
        ) from None
    except OSError as error:
        raise _cannot_write(error, target) from None


def _check_replaceable(target: Path) -> None:
    if target.is_symlink() or not (target / "bagit.txt").is_file():
        raise AlreadyExists(
            "is there already and is no package, so it is not replaced",
            where=str(target),
            hint="move it away",
        )


def _cannot_write(error: OSError, where: Path) -> BagError:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    hint = "free some space" if full else "choose another output folder"
    return BagError(f"cannot be written: {error.strerror}", where=str(where), hint=hint)


def _flush_all(folder: Path) -> None:
    for parent, _, files in os.walk(folder, topdown=False):
        for name in files:
            _flush(Path(parent, name))
        _flush(Path(parent))


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
