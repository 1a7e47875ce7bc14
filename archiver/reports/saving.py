"""Saving: a report is a file that is there whole or not at all, with its SHA-256 in a file beside it."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from archiver.errors import ReportLost, SettingsError

DIGEST_SUFFIX = ".sha256"

FLAG = "--output"


def check_target(target: Path, flag: str = FLAG) -> None:
    """Look whether a report can be written there, before the long work that it tells of.

    `flag` is what named it.

    Raises SettingsError where there is no such folder, where it cannot be written to, and where the
    target is something else than a plain file, which must not be replaced.
    """
    where = f"{flag} {target}"
    if not os.path.isdir(target.parent):
        raise SettingsError(f"there is no folder {target.parent}", where=where, hint="make it first")
    for path in (target, _digest_of(target)):
        if not _is_plain_or_nothing(path, where):
            told = f"{path.name} is not a plain file, and is not replaced by one"
            raise SettingsError(told, where=where)
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise SettingsError(f"the folder {target.parent} cannot be written to", where=where)


def _is_plain_or_nothing(path: Path, where: str) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return True
    except OSError as error:
        raise SettingsError(f"cannot be written: {error.strerror}", where=where) from None


def _digest_of(target: Path) -> Path:
    return Path(f"{target}{DIGEST_SUFFIX}")


def save(target: Path, pieces: Iterable[str], flag: str = FLAG) -> None:
    """Write a report, and `NAME.sha256` beside it as sha256sum does. Raises ReportLost."""
    digest = hashlib.sha256()

    def encoded() -> Iterable[bytes]:
        for piece in pieces:
            data = piece.encode("utf-8", "backslashreplace")
            digest.update(data)
            yield data

    try:
        _replace(target, encoded())
        line = _checksum_line(digest.hexdigest(), target.name)
        _replace(_digest_of(target), [line])
    except OSError as error:
        told = f"cannot be written: {error.strerror or error}"
        raise ReportLost(told, where=f"{flag} {target}") from None


def _replace(target: Path, pieces: Iterable[bytes]) -> None:
    """Write beside the target, then put in its place."""
    import tempfile  # here, because most commands write no report

    with tempfile.TemporaryDirectory(prefix=".archiver-", dir=target.absolute().parent) as made:
        staged = Path(made, target.name)
        with staged.open("xb") as file:
            file.writelines(pieces)
        os.replace(staged, target)


def _checksum_line(digest: str, name: str) -> bytes:
    r"""A line that `sha256sum -c` reads: a name with a line break has a backslash before the digest."""
    escaped = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    mark = "\\" if escaped != name else ""
    return f"{mark}{digest}  ".encode() + os.fsencode(escaped) + b"\n"
