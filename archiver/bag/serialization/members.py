"""Members: what a serialized bag lists, each looked at before anything is done with it (BagIt 0.97 4).

What would be written outside the bag, or is neither file nor folder, is told and left out.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from archiver.bag.contents import Damaged, File, shown
from archiver.bag.limits import Limits
from archiver.bag.progress import list_entries
from archiver.bag.rules import Unusable, finding
from archiver.bag.tag_files import LEAVING
from archiver.findings import Finding

SUFFIXES = (
    ".tar",
    ".tar.gz",
    ".tgz",
    ".tar.bz2",
    ".tbz2",
    ".tar.xz",
    ".txz",
    ".zip",
    ".7z",
    ".rar",
    ".tar.zst",
    ".tar.lz",
)
"""How the names of serialized bags end, those too that are told to be of a form that is not read."""

PATH_CHARS = 4096
"""The longest path that a file system takes."""
PATH_FOLDERS = 255

FOLDER = -1
"""What stands for the size of a folder."""

TOPS_TOLD = 4

Members = Iterable["Member | Finding"]


class Member(NamedTuple):
    """One entry of an archive: its name as it stands there, its size, and where its content is."""

    name: str
    size: int
    at: int
    folder: bool = False
    refused: Finding | None = None
    """Why it is neither file nor folder, if it is none."""


def is_serialized(name: str) -> bool:
    """Whether a file's name is one of serialized bags."""
    return name.lower().endswith(SUFFIXES)


def stem(name: str) -> str:
    """The name of an archive without what says its format."""
    suffix = max((s for s in SUFFIXES if name.lower().endswith(s)), key=len, default=Path(name).suffix)
    return name[: len(name) - len(suffix)]


def plain(name: str) -> str:
    """A member's name without «./», doubled slashes and the one at its end."""
    return "/".join(part for part in name.split("/") if part not in ("", "."))


def failure(error: OSError, where: str = "") -> Finding:
    """What is wrong with an archive that could not be read on."""
    if isinstance(error, Damaged):
        return finding(error.rule, str(error), where)
    return finding("bag-unreadable", f"cannot be read: {error.strerror or error}", where)


class Index:
    """The files and folders of one archive by their plain names, and where each is.

    Once all of them are met the names are those in the bag, below its base directory; what is outside of
    it is told and left out. `most` is what they may come to together, in bytes.
    """

    def __init__(self, archive: Path, limits: Limits, most: int) -> None:
        self.archive, self.limits, self.most = archive, limits, most
        self.rows: dict[str, int] = {}
        self.sizes = array("q")
        self.at = array("q")
        self.base = ""
        """The base directory with its slash, or nothing where the bag lies at the top."""
        self._members = self._path_bytes = self._bytes = 0
        self._folder = ""

    def walk(
        self, members: Members, read: Callable[[int, Member], None] = lambda row, member: None
    ) -> Iterator[Finding | File]:
        """Take in every member: what `Contents.walk` yields.

        Each file is given to `read` with its row when it is met. Raises Unusable beyond the limits.
        """
        try:
            for member in members:
                refused = member if isinstance(member, Finding) else self._take(member)
                if refused:
                    yield refused
                elif isinstance(member, Member) and not member.folder:
                    read(len(self.sizes) - 1, member)
        except OSError as error:
            yield failure(error)
        yield from self._conflicts()
        yield from self._settle()
        self._enter()
        yield from self.files()

    def _take(self, member: Member) -> Finding | None:
        """Give a member a row, or tell why it gets none."""
        self._count(member)
        name = plain(member.name)
        if member.refused:
            return member.refused
        if len(name) > PATH_CHARS or name.count("/") > PATH_FOLDERS:
            told = f"is a path of more than {PATH_CHARS:,} characters or {PATH_FOLDERS} folders"
            return finding("bag-limit", told, shown(name[:80]))
        if not name and member.folder and not member.name.startswith("/"):
            return None
        if member.name.startswith("/") or LEAVING.search(name):
            told = "would be unpacked outside the bag; it is not looked at"
            return finding("serialized-outside", told, shown(member.name[:PATH_CHARS]))
        row = self.rows.setdefault(name, len(self.sizes))
        if row == len(self.sizes):
            self.sizes.append(FOLDER if member.folder else member.size)
            self.at.append(member.at)
        elif not (member.folder and self.sizes[row] == FOLDER):
            return finding("serialized-duplicate", "is there more than once", shown(name))
        return None

    def _count(self, member: Member) -> None:
        folder = member.name.rpartition("/")[0]
        above = 0 if folder == self._folder else member.name.count("/")
        self._folder = folder
        self._members += 1
        self._path_bytes += member.name.__sizeof__() + above * len(member.name)
        self._bytes += member.size
        list_entries(1)
        if self._members > self.limits.entries:
            told = f"has more than {self.limits.entries:,} files and folders"
        elif self._path_bytes > self.limits.path_bytes:
            told = f"has paths of more than {self.limits.path_bytes:,} bytes, with the folders in them"
        elif self._bytes > self.most:
            told = f"says that it comes to more than {self.most:,} bytes when it is unpacked"
            raise Unusable(finding("serialized-bomb", f"{told}; it is not read any further"))
        else:
            return
        raise Unusable(finding("bag-limit", told))

    def _settle(self) -> Iterator[Finding]:
        """Choose the base directory: one folder at the top, named as the archive is."""
        tops = list(dict.fromkeys(name.partition("/")[0] for name in self.rows))
        if "bagit.txt" in self.rows:
            told = "has a bag's files at its top; expected one folder there, with the bag in it"
            yield finding("serialized-top-level", told)
            return
        base = next((top for top in tops if f"{top}/bagit.txt" in self.rows), tops[0] if tops else "")
        self.base = f"{base}/" if base else ""
        if len(tops) > 1 or (tops and self.rows.get(base, -1) >= 0 and self._is_file(base)):
            named = ", ".join(f"'{shown(top)}'" for top in tops[:TOPS_TOLD])
            more = f" and {len(tops) - TOPS_TOLD:,} more" if len(tops) > TOPS_TOLD else ""
            told = f"has at its top {named}{more}; expected one folder, and nothing beside it"
            yield finding("serialized-top-level", told)
        if base and base != stem(self.archive.name):
            told = f"holds the bag '{shown(base)}', which is not the archive's own name"
            yield finding("serialized-name", told)

    def _enter(self) -> None:
        """Name everything by its path in the bag; each name goes as the other comes, to save memory."""
        below: dict[str, int] = {}
        while self.rows:
            name, row = self.rows.popitem()
            if name.startswith(self.base):
                below[name.removeprefix(self.base)] = row
        self.rows = dict(reversed(below.items()))

    def _is_file(self, name: str) -> bool:
        row = self.rows.get(name)
        return row is not None and self.sizes[row] != FOLDER

    def _conflicts(self) -> Iterator[Finding]:
        """A finding for each file that is said to be a folder, too."""
        folders: set[str] = set()
        for name in self.rows:
            folder = name.rpartition("/")[0]
            while folder and folder not in folders:
                folders.add(folder)
                if self._is_file(folder):
                    yield finding("serialized-duplicate", "is a file and a folder, both", shown(folder))
                folder = folder.rpartition("/")[0]

    def files(self) -> Iterator[File]:
        """The files of the bag, folder by folder, as they first come."""
        folders: dict[str, int] = {}
        names = list(filter(self._is_file, self.rows))
        names.sort(key=lambda name: folders.setdefault(name.rpartition("/")[0], len(folders)))
        return (File(name, self.sizes[self.rows[name]]) for name in names)

    def folders(self) -> Iterator[str]:
        """The folders of the bag that are members themselves."""
        return (name for name in self.rows if not self._is_file(name))

    def row(self, path: str) -> int:
        """The row of a file of the bag. Raises FileNotFoundError where there is none."""
        if not self._is_file(path):
            raise FileNotFoundError(2, "is not in the archive")
        return self.rows[path]

    def has_payload_folder(self) -> bool:
        """Whether there is a folder data/."""
        row = self.rows.get("data")
        return row is not None and self.sizes[row] == FOLDER
