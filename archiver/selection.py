"""Selection: the bags that a change touched, so that a check need not look at all holdings."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from archiver.bag.serialization.members import is_serialized
from archiver.errors import SettingsError
from archiver.survey import find_below, is_bag

MAX_BYTES = 256 * 1024 * 1024
"""How long a list of changed paths may be."""

ESCAPE = re.compile(rb"\\([abfnrtv\\\"]|[0-3][0-7]{2})")
QUOTED = re.compile(rb"\"(?:[^\\\"]|" + ESCAPE.pattern + rb")+\"")
ESCAPED = dict(zip(b'abfnrtv\\"', b'\a\b\f\n\r\t\v\\"', strict=True))
"""What a letter behind a backslash stands for, by their codes."""


def changed_since(revision: str, places: Sequence[Path]) -> list[Path]:
    """The paths below `places` that differ from a revision of their git repositories.

    What is not committed, and what git does not track yet, has changed too. In a submodule, so has
    what its superproject has another commit of. Before the first commit, everything differs from HEAD.
    Raises SettingsError where there is no git, no repository or no such revision.
    """
    changed: list[Path] = []
    for place in map(_real, places):
        folder, below = place if os.path.isdir(place) else place.parent, "."
        while True:
            top = Path(_told(folder, "--show-toplevel"))
            changed += [top / name for name in _differing(folder, below, revision)]
            if not _told(folder, "--show-superproject-working-tree"):
                break
            folder, below = top.parent, top.name
    return changed


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _told(folder: Path, asked: str) -> str:
    """A folder that git names."""
    return os.fsdecode(_git(folder, "rev-parse", asked).removesuffix(b"\n"))


def _differing(folder: Path, below: str, revision: str) -> list[str]:
    """What differs from a revision below a path in a folder, by its path in the repository."""
    options = ["--name-only", "--no-renames", "--ignore-submodules=none", "-z"]
    differing = _git(folder, "diff", *options, _tree(folder, revision), "--", below)
    listing = ["--others", "--exclude-standard", "--full-name", "-z"]
    new = _git(folder, "ls-files", *listing, "--", below)
    return [os.fsdecode(name) for name in (differing + new).split(b"\0") if name]


def _tree(folder: Path, revision: str) -> str:
    """The commit that a revision means; the empty tree for HEAD before there is a commit."""
    try:
        wanted = ("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
        return _git(folder, *wanted).decode().strip()
    except SettingsError:
        if revision != "HEAD":
            raise
        return _git(folder, "hash-object", "-t", "tree", os.devnull).decode().strip()


def _git(folder: Path, *arguments: str) -> bytes:
    command = ["git", "--literal-pathspecs", "-C", str(folder), *arguments]
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

    A line may be quoted as git quotes names. A path that is relative is so to the working directory,
    or, if more of it is there, to the top of the git repository around that. Raises SettingsError
    where the file cannot be read.
    """
    try:
        with open(0 if str(file) == "-" else file, "rb", closefd=str(file) != "-") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        told = f"cannot be read: {error.strerror}"
        raise SettingsError(told, where=f"--changed-only {file}") from None
    if len(content) > MAX_BYTES:
        raise SettingsError(f"is longer than {MAX_BYTES:,} bytes", where=f"--changed-only {file}")
    if b"\0" in content:
        names = content.split(b"\0")
    else:
        names = [_unquoted(line.removesuffix(b"\r")) for line in content.split(b"\n")]
    bases = _bases()
    paths = map(os.fsdecode, filter(None, names))
    return [min((base / path for base in bases), key=_lacking) for path in paths]


def _unquoted(line: bytes) -> bytes:
    """The name that a line means: git puts unusual ones in quotes, as C has them (core.quotePath)."""
    if not QUOTED.fullmatch(line):
        return line
    return ESCAPE.sub(_unescaped, line[1:-1])


def _unescaped(escape: re.Match[bytes]) -> bytes:
    code = escape[1]
    return bytes([int(code, 8) if code.isdigit() else ESCAPED[ord(code)]])


def _bases() -> list[Path]:
    """What a path may be relative to: the working directory, and the top of the repository around it."""
    here = Path.cwd()
    try:
        return [here, Path(_told(here, "--show-toplevel"))]
    except SettingsError:
        return [here]


def _lacking(path: Path) -> int:
    """How many names of a path, from its end, are not there."""
    if os.path.lexists(path):
        return 0
    return 1 + next(n for n, above in enumerate(path.parents) if os.path.exists(above))


def touched(changed: Iterable[Path], places: Sequence[Path]) -> list[Path]:
    """The bags below `places` that hold a changed path, or lie below one, each once, in order of path.

    Both sides may be spelled through links. A bag that is gone as a whole is among them, so that its
    loss is told.
    """
    roots = list(map(_real, places))
    found: dict[Path, Path] = {}
    for path in changed:
        itself = Path(os.path.normpath(_real(path.parent) / path.name))
        for root, place in zip(roots, places, strict=True):
            for bag in list(_touched_below(root, itself)) or _touched_below(root, _real(path)):
                found.setdefault(bag, place / bag.relative_to(root))
    return [found[bag] for bag in sorted(found)]


def nowhere(listed: Iterable[Path], bags: Iterable[Path]) -> list[Path]:
    """The paths that are not there, and that none of the bags lost."""
    known = set(map(_real, bags))
    return [
        path
        for path in listed
        if not os.path.lexists(path) and known.isdisjoint((_real(path), *_real(path).parents))
    ]


def _touched_below(root: Path, path: Path) -> Iterator[Path]:
    """The bag below `root` that a path is in, else all those that are in the path."""
    if path.is_relative_to(root):
        bag = next(_bags_above(path, root), None)
        yield from [bag] if bag else _bags_in(path)
    elif root.is_relative_to(path):
        yield from _bags_in(root)


def _bags_in(path: Path) -> list[Path]:
    return find_below(path).bags if os.path.isdir(path) else []


def _bags_above(path: Path, root: Path) -> Iterator[Path]:
    """The outermost bag that a path is in, or was in."""
    inside = [path, *path.parents]
    if os.path.isfile(root):
        yield root
    for candidate in reversed(inside[: inside.index(root) + 1]):
        if is_bag(candidate) or _is_or_was_archive(candidate):
            yield candidate
    if path.name == "bagit.txt" and not os.path.exists(path):
        yield path.parent


def _is_or_was_archive(path: Path) -> bool:
    """Whether a path is that of a serialized bag; of one that is gone, its folder is still there."""
    return is_serialized(path.name) and not os.path.isdir(path) and os.path.isdir(path.parent)
