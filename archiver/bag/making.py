"""Making bags: staged in a hidden folder beside the destination, verified, flushed, renamed."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import bagit

from archiver.errors import AlreadyExists, BagError

PROFILE_IDENTIFIER = "urn:uuid:0b6e6f0e-4b0e-5a43-9a39-1d6d9f0a7c55"
"""Names archiver's own BagIt Profile, `schemas/bagit-profile.json`."""

DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
"""bagit declares 0.97; what it makes satisfies 1.0 (RFC 8493 2.1.1) as well."""

STAGING_PREFIX = ".archiver-staging-"
REPLACED_PREFIX = ".archiver-replaced-"
NAME_BYTES = 200


def folder_name(identifier: str) -> str:
    """The folder of the package with this identifier: percent-encoded, and cut where it is long.

    A cut name ends in a digest of the whole, so that two identifiers never share one.
    """
    name = quote(identifier, safe="")
    if name.startswith((".", "~")):
        name = f"%{ord(name[0]):02X}{name[1:]}"
    if len(name) <= NAME_BYTES:
        return name
    digest = hashlib.sha256(identifier.encode()).hexdigest()[:32]
    return f"{name[: NAME_BYTES - 33].rstrip('%')}-{digest}"


def destination(output: Path, identifier: str) -> Path:
    """Where the package with this identifier goes."""
    return output / folder_name(identifier)


@contextmanager
def staging(output: Path) -> Iterator[Path]:
    """A new folder to build one package in, on the filesystem of `output`; gone afterwards.

    It is locked while its process lives. What processes that died have left is swept first.
    """
    try:
        output.mkdir(parents=True, exist_ok=True)
        _sweep(output)
        folder = Path(tempfile.mkdtemp(prefix=STAGING_PREFIX, dir=output))
    except OSError as error:
        raise BagError(
            f"cannot be written to: {error.strerror}", where=str(output), hint="choose another -o"
        ) from None
    lock = os.open(folder, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _sweep(output: Path) -> None:
    for entry in os.scandir(output):
        if entry.name.startswith(REPLACED_PREFIX):
            _restore(output, entry)
        elif entry.name.startswith(STAGING_PREFIX) and entry.is_dir(follow_symlinks=False):
            with suppress(OSError):
                lock = os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW)
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    if not _fresh(entry):
                        shutil.rmtree(entry.path, ignore_errors=True)
                finally:
                    os.close(lock)


def _fresh(entry: os.DirEntry[str]) -> bool:
    """Whether a folder was made so recently that its maker may not have locked it yet."""
    import time

    return not any(os.scandir(entry.path)) and time.time() - entry.stat().st_mtime < 2


def _restore(output: Path, entry: os.DirEntry[str]) -> None:
    """A package that was set aside to be replaced: back in its place, or gone where it was."""
    place = output / entry.name.removeprefix(REPLACED_PREFIX)
    if place.exists():
        shutil.rmtree(entry.path, ignore_errors=True)
    else:
        with suppress(OSError):
            os.rename(entry.path, place)


def make(folder: Path, info: Mapping[str, str], algorithms: Sequence[str]) -> None:
    """Turn a folder of payload into a bag, in place, by bagit.

    bagit changes the working directory of the process while it works, so a process makes one bag
    at a time. It is changed back.
    """
    before = os.getcwd()
    try:
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        info = {**info, "Bag-Size": human_size(size)}
        made = bagit.make_bag(str(folder), info, checksums=sorted(algorithms), processes=1)
        (folder / "bagit.txt").write_text(DECLARATION, "utf-8")
        made.save()
    except (OSError, bagit.BagError) as error:
        raise BagError(f"could not be made: {error}", where="bag") from None
    finally:
        os.chdir(before)
    os.chmod(folder, 0o755)  # noqa: S103
    for parent, folders, files in os.walk(folder):
        for name in folders:
            os.chmod(os.path.join(parent, name), 0o755)  # noqa: S103
        for name in files:
            os.chmod(os.path.join(parent, name), 0o644)


def human_size(size: int) -> str:
    """A size in bytes as Bag-Size has it (RFC 8493 2.2.2)."""
    value = float(size)
    for unit in ("B", "KB", "MB", "GB"):
        if value < 1000:
            return f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:.3g} TB"


def place(staged: Path, target: Path, *, replace: bool) -> None:
    """Put a finished bag at its destination: whole, on disk, and never over another unasked.

    Raises AlreadyExists where something is there already, unless `replace`.
    """
    try:
        for parent, _, files in os.walk(staged):
            for name in files:
                _flush(os.path.join(parent, name))
            _flush(parent)
        aside = target.parent / f"{REPLACED_PREFIX}{target.name}"
        if os.path.lexists(target):
            if not replace:
                raise AlreadyExists(
                    "is there already", where=str(target), hint="--replace puts the new one there"
                )
            os.rename(target, aside)
        os.rename(staged, target)
        _flush(target.parent)
        if aside.is_dir():
            shutil.rmtree(aside)
    except OSError as error:
        if error.errno in (errno.EEXIST, errno.ENOTEMPTY):
            raise AlreadyExists("is there already", where=str(target)) from None
        raise BagError(f"cannot be written: {error.strerror}", where=str(target)) from None


def _flush(path: str | Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def original_digests(bag: Path) -> dict[str, set[str]]:
    """The digests of what is in data/original, for each algorithm; empty where this is no bag."""
    found: dict[str, set[str]] = {}
    if not (bag / "bagit.txt").is_file():
        return found
    for manifest in sorted(bag.glob("manifest-*.txt")):
        algorithm = manifest.stem.removeprefix("manifest-")
        with suppress(OSError, UnicodeDecodeError):
            for line in manifest.read_text("utf-8").splitlines():
                digest, _, path = line.partition(" ")
                if path.strip().startswith("data/original/"):
                    found.setdefault(algorithm, set()).add(digest)
    return found
