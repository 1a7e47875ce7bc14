"""Serializing: a bag becomes one file, the same bytes each time, and comes out of one again (BagIt 0.97 4).

Both go by way of a staging folder beside the destination, which is there whole or not at all.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from archiver.bag import fixity
from archiver.bag.contents import Damaged, File, Readable, Result, shown
from archiver.bag.folder import Folder
from archiver.bag.ledger import NOTHING_HASHED, Wanted
from archiver.bag.limits import DEFAULT, Limits
from archiver.bag.placing import flush_all, put, staging, writing
from archiver.bag.reading import Bag
from archiver.bag.rules import Unusable, finding
from archiver.bag.serialization.members import stem
from archiver.bag.serialization.opening import Archive, serialized
from archiver.bag.serialization.streams import BUFFER, Copying, Kept
from archiver.bag.serialization.writing import FORMS, Writer
from archiver.bag.tag_files import LEAVING
from archiver.bag.validation import Asked, validated
from archiver.errors import AlreadyExists, BagError, CannotWrite, NotABag
from archiver.findings import COMPLETE, VALID, Check, Finding, Report, Severity, Verdict
from archiver.stores import Place


def pack(bag: Path, target: Path, form: str, *, replace: bool = False, limits: Limits = DEFAULT) -> Report:
    """Write the bag in a folder to one file, `target`, in a form of FORMS.

    Returns the report on the bag, which is validated as it is packed, every file read once; where it
    is not valid, nothing is written. Raises NotABag where there is no folder, AlreadyExists where the
    target is there and is not to be replaced, CannotWrite where it cannot be written, BagError where
    this form has no room for the names of the bag.
    """
    bag, target = Path(os.path.abspath(bag)), Path(os.path.abspath(target))
    if target.is_relative_to(bag):
        raise BagError("is in the bag that is to be packed", where=str(target), hint="name a place outside")
    if LEAVING.search(bag.name):
        raise BagError(
            "has a name that means something else in an archive", where=str(bag), hint="rename it"
        )
    if os.path.lexists(target) and not (replace and target.is_file() and not target.is_symlink()):
        raise AlreadyExists(
            "is there already", where=str(target), hint="--replace replaces a regular file, and no link"
        )
    try:
        folder = Folder(bag, limits)
    except OSError as error:
        raise NotABag(f"cannot be opened as a folder: {error.strerror}", where=str(bag)) from None
    with folder, staging(target.parent) as room:
        partial = room / target.name
        try:
            report = packed(folder, partial, form, target)
        except OSError as error:
            raise CannotWrite(error, target) from None
        if report.valid:
            put(partial, target, replace=replace)
            report = report.also(archive=shown(str(target)))
    return report


def packed(folder: Folder, partial: Path, form: str, target: Place) -> Report:
    """The report on a bag that was written to a file, which is complete where the bag is valid.

    Raises OSError where it cannot be written, or CannotWrite with the `target` that it will have.
    """
    try:
        with (
            partial.open("xb") as file,
            closing(FORMS[form](file, folder.path.name)) as writer,
            closing(Kept()) as kept,
        ):
            report = validated(
                folder.path, _Packing(folder, kept, writer, target), Asked(limits=folder.limits)
            )
            if report.valid:
                writer.finish()
                file.flush()
                os.fsync(file.fileno())
            return report
    except Unusable as unusable:
        return _refusal(folder.path, (unusable.finding,))


class _Packing:
    """The contents of a folder, each file of which is written to an archive as it is verified.

    Tag files that were parsed before that are kept: what was parsed is what is written.
    """

    hashed = NOTHING_HASHED

    def __init__(self, folder: Folder, kept: Kept, writer: Writer, target: Place) -> None:
        self._folder, self._kept, self._writer, self._target = folder, kept, writer, target
        self._files: list[File] = []
        self._broken = False
        self.form = writer.form
        self.has_payload_folder = folder.has_payload_folder

    def walk(self) -> Iterator[Finding | File]:
        """What the folder has, tag files first: this is the order in which files are written."""
        payload: list[File] = []
        for found in self._folder.walk():
            if isinstance(found, Finding):
                self._broken |= found.severity is Severity.ERROR
                yield found
            else:
                (payload if found.path.startswith("data/") else self._files).append(found)
        self._files += payload
        yield from self._files

    def open(self, path: str) -> Readable:
        """A file; a tag file is kept as it is read."""
        file = self._folder.open(path)
        return file if path.startswith("data/") else self._kept.copying(path, file)

    def verify(self, wanted: Iterable[Wanted]) -> Iterator[Result]:
        """Read every file once, wanted or not, and write it, unless errors were met as they were listed."""
        if self._broken:
            yield from self._folder.verify(wanted)
            return
        for file in self._all(iter(wanted)):
            self._writer.begin(file.path, file.size)
            yield from fixity.verify(self._copying, [file])
            self._writer.end()

    def _all(self, wanted: Iterator[Wanted]) -> Iterator[Wanted]:
        """Every file, in order; the wanted ones, which are in the same order, with their digests."""
        following = next(wanted, None)
        for path, size in self._files:
            if following and following.path == path:
                yield following
                following = next(wanted, None)
            else:
                yield Wanted(path, size, ())

    def _copying(self, path: str) -> Readable:
        return Copying(self._kept.open(path) or self._folder.open(path), self._write)

    def _write(self, data: bytes | memoryview) -> None:
        try:
            self._writer.write(data)
        except OSError as error:  # else it would be told of the file that is read
            raise CannotWrite(error, str(self._target)) from None


def unpack(archive: Path, folder: Path | None = None, limits: Limits = DEFAULT) -> Report:
    """Unpack a serialized bag to `folder`, else to one of the bag's name in the working directory.

    Returns the report on the bag, with the folder among its facts; where the archive has what is no part
    of a bag, or the bag is not valid, there is no folder. Modes are as the umask has them. Raises
    AlreadyExists where the folder is there, CannotWrite where it cannot be written.
    """
    try:
        with serialized(archive, limits, hashing=False) as contents:
            listed = Bag(contents, limits)
            for found in contents.walk():
                if isinstance(found, Finding):
                    listed.tell(found)
            told = (*listed.findings, *listed.uncounted())
            if listed.broken:
                return _refusal(archive, told)
            target = Path(os.path.abspath(folder or contents.index.base or stem(archive.name)))
            if os.path.lexists(target):
                raise AlreadyExists("is there already", where=str(target), hint="name another folder")
            report = _unpacked(contents, target, limits)
    except Unusable as unusable:
        return _refusal(archive, (unusable.finding,))
    return report._replace(subject=shown(str(archive)), findings=(*told, *report.findings))


def _unpacked(contents: Archive, target: Path, limits: Limits) -> Report:
    """The report on what was unpacked, which is at its destination where it is valid."""
    with staging(target.parent) as room:
        staged = room / target.name
        try:
            _write(contents, staged)
        except Damaged as error:
            return _refusal(target, (finding(error.rule, str(error)),))
        except OSError as error:
            raise CannotWrite(error, target) from None
        with Folder(staged, limits) as folder:
            folder.form = contents.form
            report = validated(staged, folder, Asked(limits=limits))
        if report.valid:
            with writing(target):
                flush_all(staged)
            put(staged, target)
            report = report.also(folder=shown(str(target)))
        return report


def _write(contents: Archive, staged: Path) -> None:
    """Write every folder and file of a bag, whose paths were looked at before."""
    for name in ("", *contents.index.folders()):
        (staged / name).mkdir(parents=True, exist_ok=True)
    for path, content in contents.each():
        file = staged / path
        file.parent.mkdir(parents=True, exist_ok=True)
        with content, file.open("xb") as out:
            while data := content.read(BUFFER):
                out.write(data)


def _refusal(subject: Path, told: tuple[Finding, ...]) -> Report:
    failed = (Check(COMPLETE, Verdict.FAILED), Check(VALID, Verdict.FAILED))
    return Report(shown(str(subject)), failed, told)
