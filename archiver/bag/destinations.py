"""Destinations: where packages go, on this machine or in a store, as folders or serialized.

This is where it is decided by the place what is done: a Path is placed, a Url is uploaded to.
"""

from __future__ import annotations

import os
import shutil
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from archiver.bag import placing
from archiver.bag.contents import Contents
from archiver.bag.folder import Folder
from archiver.bag.naming import folder_name
from archiver.bag.package import Existing, existing
from archiver.bag.reading import read
from archiver.bag.rules import Unusable
from archiver.bag.validation import Asked, Depth, contents_of, judged, unusable_report, validate
from archiver.errors import BagError, CannotWrite
from archiver.findings import Report
from archiver.stores import Place, scratch


def destination(output: Place, identifier: str, form: str = "") -> Place:
    """Where the package with this identifier goes, in a form of `serialization.writing.FORMS` if any."""
    name = folder_name(identifier)
    return output / (f"{name}.{form}" if form else name)


def staging(output: Place) -> AbstractContextManager[Path]:
    """A new folder to build something for `output` in, gone afterwards; for a store it is a local one.

    Raises CannotWrite and BagError as `placing.staging` does.
    """
    if isinstance(output, Path):
        return placing.staging(output)
    return placing.staging(scratch())


def is_there(target: Place, form: str = "") -> bool:
    """Whether something is at a destination. Raises OSError where a store does not answer."""
    if isinstance(target, Path):
        return os.path.lexists(target)
    from archiver.bag import stored

    return stored.is_there(target, form)


class Held(NamedTuple):
    """What is at a destination: a package, None where it is none, and the report on it."""

    package: Existing | None
    report: Report


def held(target: Place) -> Held:
    """What is at a destination, validated; of a bag in a store everything but the payload's checksums,
    unless the store tells that a file is another than was uploaded.

    Raises OSError where a store does not answer.
    """
    try:
        with contents_of(target) as contents:
            bag = read(contents)
            return Held(existing(bag), judged(bag, target, Asked(_depth(target, contents))))
    except Unusable as unusable:
        return Held(None, unusable_report(target, unusable.finding))


def _depth(target: Place, contents: Contents) -> Depth:
    """How closely a bag is looked at that is there already. Raises OSError."""
    if isinstance(target, Path):
        return Depth.FULL
    from archiver.bag.stored import StoredBag

    is_unread = isinstance(contents, StoredBag) and not contents.is_changed()
    return Depth.TAG_FILES if is_unread else Depth.FULL


def finished(staged: Path, target: Place, form: str = "") -> tuple[Path, Report]:
    """See to it that a bag in a staging folder is valid and on disk; with a `form`, serialize it.

    Gives what is to be put at its destination, beside the bag where it is a file, and the report on the
    bag. Raises BagError where it does not verify, OSError where it cannot be written.
    """
    package = staged
    if form:
        from archiver.bag.serialization.packing import packed

        package = staged.with_name(f"{staged.name}.{form}")
        with Folder(staged) as folder:
            report = packed(folder, package, form, target)
        shutil.rmtree(staged)
    else:
        report = validate(staged)
    if not report.valid:
        raise BagError(f"its bag did not verify: {report.sentence}", where=target.name)
    if isinstance(target, Path):
        placing.flush_all(package)
    return package, report


def put(package: Path, target: Place, *, replace: bool = False) -> None:
    """Put a finished package, which is in a staging folder, at its destination, whole.

    Raises AlreadyExists where something is there already. With `replace` a package that is there is
    replaced, on this machine in one step; what is no bag is never replaced. Raises CannotWrite where it
    cannot be written.
    """
    if isinstance(target, Path):
        placing.put(package, target, replace=replace)
        return
    from archiver.bag.stored import upload

    try:
        upload(package, target, replace=replace)
    except OSError as error:
        raise CannotWrite(error, str(target)) from None
