"""Placing: a bag is built in a locked folder beside its destination and put there whole."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.bag.folder import AS_FOLDER
from archiver.bag.renaming import exchange, move
from archiver.errors import AlreadyExists, BagError, CannotWrite

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

FLUSHED_AT_ONCE = 8

STAGING_FOLDER = ".archiver-staging"
"""In the output folder, so that what is built there can be renamed to its destination."""

ASIDE = "replaced"


@contextmanager
def staging(output: Path) -> Iterator[Path]:
    """A new folder to build something in, on the file system of `output`; gone afterwards, as is an
    `output` that was not there before and has nothing in it then.

    It is locked (flock) while its process lives, so that other processes may work on the same
    output: what dead ones have left is swept first, and a package that one of them had set aside
    to be replaced is put back. No link there is followed. Raises CannotWrite for what cannot be
    written, be it by whoever uses the folder, and BagError where there is a link in its place.
    """
    new = [folder for folder in (output, *output.parents) if not os.path.lexists(folder)]
    with _empty_ones_gone(new), writing(output):
        try:
            folder, lock = _room(output)
        except FileNotFoundError:  # another process took the output away, which was empty
            folder, lock = _room(output)
        try:
            yield folder
        finally:
            with suppress(OSError, BagError), _locked(output), _root(output) as root:
                _discard(output, folder.name, root)
                (output / STAGING_FOLDER).rmdir()
            os.close(lock)


def _room(output: Path) -> tuple[Path, int]:
    """A new staging folder, and the descriptor that locks it. Raises OSError and BagError."""
    output.mkdir(parents=True, exist_ok=True)
    with _locked(output), _root(output) as root:
        _sweep(output, root)
        folder = Path(tempfile.mkdtemp(dir=output / STAGING_FOLDER))
        return folder, _lock(folder.name, root)


@contextmanager
def _empty_ones_gone(folders: Sequence[Path]) -> Iterator[None]:
    """Take away those of some folders that are empty in the end, the innermost first."""
    try:
        yield
    finally:
        with suppress(OSError):
            for folder in folders:
                folder.rmdir()


@contextmanager
def writing(where: str | Path) -> Iterator[None]:
    """What the system refuses while something is written is a CannotWrite that says where."""
    try:
        yield
    except OSError as error:
        raise CannotWrite(error, where) from None


@contextmanager
def _locked(output: Path) -> Iterator[None]:
    """The moment in which staging folders come and go: one process at a time."""
    lock = _lock(output.resolve())
    try:
        yield
    finally:
        os.close(lock)


def _lock(folder: str | Path, within: int | None = None, *, wait: bool = True) -> int:
    """A locked descriptor of a folder, which is no link."""
    descriptor = os.open(folder, AS_FOLDER, dir_fd=within)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


@contextmanager
def _root(output: Path) -> Iterator[int]:
    """A descriptor of the folder that staging folders are in. Raises BagError where it is a link."""
    path = output / STAGING_FOLDER
    with suppress(FileExistsError):
        path.mkdir()
    try:
        descriptor = os.open(path, AS_FOLDER)
    except OSError:
        raise BagError(
            "is a link or a file; expected a folder of archiver's own", where=str(path), hint="move it away"
        ) from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _sweep(output: Path, root: int) -> None:
    """Take away the staging folders whose processes are dead."""
    for name in os.listdir(root):
        with suppress(OSError):
            lock = _lock(name, root, wait=False)
            try:
                _discard(output, name, root)
            finally:
                os.close(lock)


def _discard(output: Path, name: str, root: int) -> None:
    """Delete a staging folder; a package in it whose place is empty goes back there."""
    aside = Path(STAGING_FOLDER, name, ASIDE)
    if not (output / aside).is_symlink():
        with suppress(FileNotFoundError):
            for held in os.listdir(output / aside):
                with suppress(FileExistsError):
                    move(output / aside / held, output / held)
    shutil.rmtree(name, ignore_errors=True, dir_fd=root)


def put(staged: Path, target: Path, *, replace: bool = False) -> None:
    """Put what is in a staging folder, a folder or a file on disk, at its destination, whole.

    Raises AlreadyExists where something is there already. With `replace` a package that is there
    is replaced in one step; what is no bag is never replaced. Raises CannotWrite where it cannot be
    written.
    """
    try:
        if replace and os.path.lexists(target):
            _check_replaceable(target, by_file=staged.is_file())
            exchange(staged, target, _own_folder(staged) / ASIDE / target.name)
        else:
            move(staged, target)
        flush(target.parent)
    except FileExistsError:
        raise AlreadyExists(
            "is there already", where=str(target), hint="--replace puts the new one there"
        ) from None
    except OSError as error:
        raise CannotWrite(error, target) from None


def _own_folder(staged: Path) -> Path:
    """The staging folder that something is in, however deep."""
    return next((f for f in staged.parents if f.parent.name == STAGING_FOLDER), staged.parent)


def _check_replaceable(target: Path, *, by_file: bool) -> None:
    """Raises AlreadyExists where there is no package; a serialized one is a file."""
    package = target if by_file else target / "bagit.txt"
    if target.is_symlink() or not package.is_file():
        raise AlreadyExists(
            "is there already and is no package, so it is not replaced",
            where=str(target),
            hint="move it away",
        )


def flush_all(staged: Path) -> None:
    """See to it that a file, or a folder and all that is in it, is on disk. Raises OSError.

    Several are flushed at once, as a file system then writes for all what it would write for each.
    """
    paths = _with_all_in(staged)
    while some := list(islice(paths, 16 * FLUSHED_AT_ONCE)):
        shares = [some[number::FLUSHED_AT_ONCE] for number in range(min(len(some), FLUSHED_AT_ONCE))]
        list(_flushing().map(_flush_each, shares))


def _with_all_in(staged: Path) -> Iterator[str]:
    for parent, _, files in os.walk(staged):
        yield from (os.path.join(parent, name) for name in files)
        yield parent
    if staged.is_file():
        yield str(staged)


def _flush_each(paths: Sequence[str]) -> None:
    for path in paths:
        flush(path)


@cache
def _flushing() -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(FLUSHED_AT_ONCE, "flush")


os.register_at_fork(after_in_child=_flushing.cache_clear)


def flush(path: str | Path) -> None:
    """See to it that a file or a folder is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
