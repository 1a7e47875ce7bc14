"""Folders: a bag that lies open in a folder, listed and read without ever leaving it.

Each folder and file is opened by its name in the folder before (openat), and no link is followed:
whatever is put in the way while the bag is read, nothing outside is reached (RFC 8493 5.1).
"""

from __future__ import annotations

import os
import stat
from array import array
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from operator import attrgetter, itemgetter
from pathlib import Path

from archiver.bag import fixity, parallel
from archiver.bag.ahead import Ahead
from archiver.bag.contents import Changed, File, Readable, Result, shown
from archiver.bag.ledger import NOTHING_HASHED, Hashed, Wanted
from archiver.bag.limits import DEFAULT, Limits
from archiver.bag.progress import list_entries
from archiver.bag.rules import Unusable, finding
from archiver.findings import Finding

KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a device",
    stat.S_IFCHR: "a device",
}

STORED_BLOCK = 512
"""The unit of `st_blocks`, in bytes, whatever the file system."""

MARKS_OF_CHANGE = attrgetter("st_size", "st_mtime_ns", "st_ctime_ns")
"""What of a file's status tells a change. Whoever writes can set the time of the last one back, but not
that of the status."""

AS_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
AS_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Folder:
    """The contents of the bag in a folder.

    Where there is much of it, it is hashed by `jobs` processes, if more than one, once it is listed.
    Raises OSError where the folder cannot be opened.
    """

    form = ""

    def __init__(self, path: Path, limits: Limits = DEFAULT, jobs: int = 1) -> None:
        self.path, self.limits, self.jobs = path, limits, jobs
        self._root = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._below, self._at = "", self._root
        self._refused: set[str] = set()
        self._paths: list[str] = []
        self._sizes = array("q")
        self._ahead: Ahead | None = None

    def __enter__(self) -> Folder:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._ahead:
            self._ahead.dismiss()
        self._leave()
        os.close(self._root)

    def _leave(self) -> None:
        if self._at != self._root:
            os.close(self._at)
        self._below, self._at = "", self._root

    def _enter(self, below: str) -> int:
        """A descriptor of the folder at a path; the last one but the bag's own is kept open."""
        if not below:
            return self._root
        if below == self._below:
            return self._at
        if below.startswith(f"{self._below}/"):
            names = below[len(self._below) + 1 :].split("/")
        else:
            self._leave()
            names = below.split("/")
        try:
            for name in names:
                at = os.open(name, AS_FOLDER, dir_fd=self._at)
                if self._at != self._root:
                    os.close(self._at)
                self._at = at
        except OSError:
            self._leave()
            raise
        self._below = below
        return self._at

    def walk(self) -> Iterator[Finding | File]:
        """Every regular file, and a finding for everything that is no file or folder.

        Raises Unusable where there are more files and folders than the limits allow.
        """
        waiting, met, path_bytes = [""], 0, 0
        links = _Links()
        while waiting:
            below = waiting.pop()
            try:
                entries = self._listed(below)
            except OSError as error:
                told = f"cannot be read: {error.strerror}"
                yield finding("bag-unreadable", told, shown(below))
                continue
            met += len(entries)
            path_bytes += len(entries) * below.__sizeof__()
            if met > self.limits.entries:
                told = f"has more than {self.limits.entries:,} files and folders"
                raise Unusable(finding("bag-limit", told))
            if path_bytes > self.limits.path_bytes:
                told = f"has paths of more than {self.limits.path_bytes:,} bytes"
                raise Unusable(finding("bag-limit", told))
            folders = []
            before = f"{below}/" if below else ""
            for name, kind, size, odd in entries:
                path = before + name
                if kind == stat.S_IFREG:
                    if odd:
                        links.meet(path, odd)
                        yield from self._hole(path, odd)
                    if self.jobs > 1:
                        self._paths.append(path)
                        self._sizes.append(size)
                    yield File(path, size)
                elif kind == stat.S_IFDIR and len(path) > self.limits.line_chars:
                    told = f"is more than {self.limits.line_chars:,} characters deep"
                    yield finding("bag-limit", told, shown(path[:80]))
                elif kind == stat.S_IFDIR:
                    folders.append(path)
                else:
                    told = f"is {KINDS.get(kind, 'of a kind that is not known')}, not a file or a folder"
                    yield finding("bagit-5.1-special", told, shown(path))
            waiting += reversed(folders)
        yield from links.leading_out()
        if parallel.is_worth(len(self._paths), sum(self._sizes)) and "bagit.txt" in self._paths:
            self._ahead = Ahead(self.open, self._paths, self._sizes, self._refused, self.jobs)

    @property
    def hashed(self) -> Mapping[str, Hashed]:
        """What was hashed since the files were listed, in rows in their order, by hashlib's names."""
        return self._ahead.hashed if self._ahead else NOTHING_HASHED

    def _listed(self, below: str) -> list[tuple[str, int, int, os.stat_result | None]]:
        """The names in a folder, in order, with kind and size, and the status only where it is odd.

        A status takes up as much memory as the rest four times over. What is gone before it is
        looked at is not there.
        """
        found: list[tuple[str, int, int, os.stat_result | None]] = []
        least = self.limits.hole_bytes
        with os.scandir(self._enter(below)) as entries:
            for entry in islice(entries, self.limits.entries + 1):
                if entry.is_dir(follow_symlinks=False):
                    found.append((entry.name, stat.S_IFDIR, 0, None))
                    continue
                try:
                    status = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                kind, size = stat.S_IFMT(status.st_mode), status.st_size
                odd = kind == stat.S_IFREG and (status.st_nlink > 1 or size > least)
                found.append((entry.name, kind, size, status if odd else None))
        found.sort(key=itemgetter(0))
        list_entries(len(found))
        return found

    def _hole(self, path: str, status: os.stat_result) -> Iterator[Finding]:
        hole = status.st_size - status.st_blocks * STORED_BLOCK
        if hole > self.limits.hole_bytes:
            told = (
                f"claims {status.st_size:,} bytes where {status.st_blocks * STORED_BLOCK:,} are stored; "
                f"a hole of more than {self.limits.hole_bytes:,} bytes is not read"
            )
            yield finding("bag-limit", told, shown(path))
            self._refused.add(path)

    def has_payload_folder(self) -> bool:
        """Whether there is a folder data/, be it empty."""
        try:
            return stat.S_ISDIR(os.stat("data", dir_fd=self._root, follow_symlinks=False).st_mode)
        except OSError:
            return False

    def open(self, path: str) -> Readable:
        """A file, to be read from its beginning. Raises OSError where there is no regular file.

        Leaving its context raises `Changed` where the file was changed meanwhile.
        """
        below, _, name = path.rpartition("/")
        return _Regular(os.open(name, AS_FILE, dir_fd=self._enter(below)))

    def verify(self, wanted: Iterable[Wanted]) -> Iterator[Result]:
        """Read every wanted file once; yields those in which something is wrong, in order."""
        if self._refused:
            wanted = (file for file in wanted if file.path not in self._refused)
        return self._ahead.verify(wanted) if self._ahead else fixity.verify(self.open, wanted)


class _Links:
    """Files with several names (hard links), some of which may be outside the bag."""

    def __init__(self) -> None:
        self.outside: dict[tuple[int, int], int] = {}
        self.first: dict[tuple[int, int], str] = {}

    def meet(self, path: str, status: os.stat_result) -> None:
        """Count a name of a file."""
        if status.st_nlink > 1:
            key = status.st_dev, status.st_ino
            self.outside[key] = self.outside.get(key, status.st_nlink) - 1
            self.first.setdefault(key, path)

    def leading_out(self) -> Iterator[Finding]:
        """A finding for each file that has more names than the bag has shown."""
        for key, missing in self.outside.items():
            if missing > 0:
                told = "has another name outside the bag (a hard link), through which it can be changed"
                yield finding("bagit-5.1-hard-link", told, shown(self.first[key]))


class _Regular:
    """A regular file that notices, when it is left, whether it was changed meanwhile."""

    __slots__ = ("_before", "_descriptor")

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        try:
            self._before = os.fstat(descriptor)
        except OSError:
            os.close(descriptor)
            raise

    def __enter__(self) -> _Regular:
        if not stat.S_ISREG(self._before.st_mode):
            os.close(self._descriptor)
            raise Changed("was a file when the bag was listed, and is none any more")
        return self

    def __exit__(self, *exception: object) -> None:
        try:
            after = os.fstat(self._descriptor)
        finally:
            os.close(self._descriptor)
        if MARKS_OF_CHANGE(self._before) != MARKS_OF_CHANGE(after):
            raise Changed("was changed while it was read")

    def read(self, count: int, /) -> bytes:
        room = self._before.st_size + 1  # more would take its memory, though nothing comes
        return os.read(self._descriptor, min(count, room))

    def readinto(self, buffer: memoryview, /) -> int:
        return os.readv(self._descriptor, [buffer])
