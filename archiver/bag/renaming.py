"""Renaming a folder so that a kill at any moment leaves the old state or the new one, whole."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from functools import cache
from pathlib import Path

UNSUPPORTED = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}

LINUX_NOREPLACE, LINUX_EXCHANGE = 1, 2
MACOS_SWAP, MACOS_EXCL = 2, 4
AT_FDCWD = -100


def move(folder: Path, target: Path) -> None:
    """Rename `folder` to `target`. Raises FileExistsError where something is there, even if empty."""
    if _rename(folder, target, LINUX_NOREPLACE, MACOS_EXCL):
        return
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    folder.rename(target)


def exchange(folder: Path, target: Path, aside: Path) -> None:
    """Put `folder` in the place of `target`, which ends up at `folder` or, failing that, `aside`.

    Where the system cannot swap the two in one step, `target` is away for a moment: a kill then
    leaves the old one at `aside`, for the next start to put back.
    """
    if not _rename(folder, target, LINUX_EXCHANGE, MACOS_SWAP):
        aside.parent.mkdir(exist_ok=True)
        target.rename(aside)
        folder.rename(target)


def _rename(source: Path, target: Path, linux: int, macos: int) -> bool:
    """Rename with a flag that POSIX does not have. False where the system cannot."""
    names = os.fsencode(source), os.fsencode(target)
    try:
        if sys.platform == "darwin":
            failed = _library().renamex_np(*names, ctypes.c_uint(macos))
        else:
            failed = _library().renameat2(AT_FDCWD, names[0], AT_FDCWD, names[1], ctypes.c_uint(linux))
    except AttributeError:
        return False
    if not failed:
        return True
    code = ctypes.get_errno()
    if code in UNSUPPORTED:
        return False
    raise OSError(code, os.strerror(code), str(source), None, str(target))


@cache
def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
