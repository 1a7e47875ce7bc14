"""Selection: the bags that a change touched, so that a check need not look at all holdings."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from archiver.bag.serialization.members import is_serialized
from archiver.errors import SettingsError
from archiver.survey import find_below, is_bag

MAX_BYTES = 256 * 1024 * 1024
"""How long a list of changed paths may be."""


def changed_since(revision: str, places: Sequence[Path]) -> list[Path]:
    """The paths below `places` that differ from a revision of their git repositories.

    What is not committed, and what git does not track yet, has changed too. Raises SettingsError
    where there is no git, no repository or no such revision.
    """
    changed: list[Path] = []
    for place in places:
        folder = place if place.is_dir() else place.parent
        top = Path(os.fsdecode(_git(folder, "rev-parse", "--show-toplevel").removesuffix(b"\n")))
        commit = _git(folder, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
        differing = _git(
            folder, "diff", "--name-only", "--no-renames", "-z", commit.decode().strip(), "--", "."
        )
        new = _git(folder, "ls-files", "--others", "--exclude-standard", "--full-name", "-z", "--", ".")
        changed += [top / os.fsdecode(name) for name in (differing + new).split(b"\0") if name]
    return changed


def _git(folder: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    except OSError as error:
        told = f"needs git, which cannot be run: {error.strerror}"
        raise SettingsError(told, where="--since", hint="use --changed-only FILE") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise SettingsError(f"git says: {said}", where="--since") from None
    return done.stdout


def listed_in(file: Path) -> list[Path]:
    """The paths that a file lists, one a line or each ended by NUL; `-` is standard input.

    Raises SettingsError where it cannot be read.
    """
    try:
        with open(0 if str(file) == "-" else file, "rb", closefd=str(file) != "-") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        told = f"cannot be read: {error.strerror}"
        raise SettingsError(told, where=f"--changed-only {file}") from None
    if len(content) > MAX_BYTES:
        raise SettingsError(f"is longer than {MAX_BYTES:,} bytes", where=f"--changed-only {file}")
    names = content.split(b"\0" if b"\0" in content else b"\n")
    return [Path(os.fsdecode(stripped)) for name in names if (stripped := name.rstrip(b"\r"))]


def touched(changed: Iterable[Path], places: Sequence[Path]) -> list[Path]:
    """The bags below `places` that hold a changed path, or lie below one, each once, in order of path.

    A bag that is gone as a whole is among them, so that its loss is told.
    """
    roots = [Path(os.path.abspath(place)) for place in places]
    found: dict[Path, Path] = {}
    for path in changed:
        absolute = Path(os.path.abspath(path))
        for root, place in zip(roots, places, strict=True):
            for bag in _touched_below(root, absolute):
                found.setdefault(bag, place / bag.relative_to(root))
    return [found[bag] for bag in sorted(found)]


def _touched_below(root: Path, path: Path) -> Iterator[Path]:
    """The bag below `root` that a path is in, else all those that are in the path."""
    if path.is_relative_to(root):
        bag = next(_bags_above(path, root), None)
        yield from [bag] if bag else _bags_in(path)
    elif root.is_relative_to(path):
        yield from _bags_in(root)


def _bags_in(path: Path) -> list[Path]:
    return find_below(path).bags if path.is_dir() else []


def _bags_above(path: Path, root: Path) -> Iterator[Path]:
    """The outermost bag that a path is in, or was in."""
    inside = [path, *path.parents]
    for candidate in reversed(inside[: inside.index(root) + 1]):
        if is_bag(candidate) or _is_or_was_archive(candidate):
            yield candidate
    if path.name == "bagit.txt" and not path.exists():
        yield path.parent


def _is_or_was_archive(path: Path) -> bool:
    """Whether a path is that of a serialized bag; of one that is gone, its folder is still there."""
    return is_serialized(path.name) and not path.is_dir() and path.parent.is_dir()
