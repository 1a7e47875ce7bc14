"""Stores: files in any place that fsspec reaches by a URL, such as s3://bucket/prefix.

The one place that knows fsspec, which is imported when a URL is first used: local paths do without it.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from archiver.errors import CannotWrite, MissingExtra, SettingsError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

ATTEMPTS = 5
"""How often something is tried that a store refuses for a reason that may pass."""
FIRST_PAUSE = 0.5
"""Seconds before the second attempt; each further pause is twice as long, or up to a half less."""

BLOCK = 8 * 1024 * 1024
"""What is held of a file at once, and the least that a part of an upload has."""
MOST_PARTS = 10_000
"""Of an upload to S3 (its quota)."""

URL = re.compile(r"(?P<protocol>[a-z][a-z0-9+.-]+)://(?P<rest>.*)", re.DOTALL)
PASSWORD = re.compile(r"[^/@]*:[^/@]*@")

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, order=True)
class Url:
    """The address of a file or folder in a store."""

    text: str

    def __str__(self) -> str:
        return self.text

    def __truediv__(self, name: str) -> Url:
        return Url(f"{self.text.rstrip('/')}/{name}")

    @property
    def protocol(self) -> str:
        """The part before the colon."""
        return self.text.partition(":")[0]

    @property
    def name(self) -> str:
        """The last part."""
        return self.text.rpartition("/")[2]

    @property
    def parent(self) -> Url:
        """The folder that it is in."""
        return Url(self.text.rpartition("/")[0])


Place = Path | Url
"""Where a file or a folder is: on this machine, or in a store."""


def place(text: str) -> Place:
    """The place that a text names. Raises ValueError for a URL that cannot be used as it is."""
    found = URL.fullmatch(text)
    if not found:
        return Path(text)
    if PASSWORD.match(found["rest"]):
        raise ValueError("has a password in it, which reports would show; expected it in the environment")
    if not found["rest"].strip("/"):
        raise ValueError("names no place; expected a URL such as s3://bucket/prefix")
    return Url(text.rstrip("/"))


def scratch() -> Path:
    """The folder of this user's own for copies of what comes from stores or goes there.

    Raises CannotWrite where something else has its name.
    """
    import tempfile  # here, because most commands read and write no store

    folder = Path(tempfile.gettempdir(), f"archiver-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
        told = "is there, and is no folder of your own alone; set TMPDIR to another"
        raise CannotWrite(OSError(errno.EPERM, told), folder)
    return folder


class Stored(NamedTuple):
    """A file in a store: its size, and the MD5 that the store computed of it, if it tells one.

    What was uploaded in parts has the MD5 of their MD5s, a hyphen and how many they were.
    """

    size: int
    md5: str = ""


class Kind(NamedTuple):
    """How the stores of a protocol are used."""

    options: Mapping[str, Any]
    whole: bool = False
    """Whether an upload is there as a whole or not at all."""


S3 = Kind({"use_listings_cache": False}, whole=True)
KINDS = {
    "s3": S3,
    "s3a": S3,
    "memory": Kind({}, whole=True),
    "file": Kind({"auto_mkdir": True}),
    "local": Kind({"auto_mkdir": True}),
}
OTHER = Kind({"use_listings_cache": False})

NOTE = "archiver"
"""What a note is called in the metadata that S3 keeps of a file."""

PARTIAL = ".partial"
"""How the name of an upload ends that is not there as a whole yet."""


def _store(url: Url) -> tuple[Any, str]:
    """The file system of fsspec that a URL is on, and the path there.

    Raises MissingExtra and SettingsError where this installation has none.
    """
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        told = "is a URL, which fsspec would reach; it is not installed"
        raise MissingExtra(told, where=str(url), hint="pip install 'archiver[s3]'") from None
    try:
        fs, path = url_to_fs(str(url), **_kind(url).options)
    except ImportError as error:
        hint = "pip install 'archiver[s3]'" if _kind(url) is S3 else f"{error}"
        told = f"needs a library for {url.protocol}:// that is not installed"
        raise MissingExtra(told, where=str(url), hint=hint) from None
    except ValueError as error:
        raise SettingsError(f"cannot be used: {error}", where=str(url)) from None
    if hasattr(fs, "retries"):
        fs.retries = 1  # of s3fs, around those of botocore, which are enough within ours
    return fs, path


def _kind(url: Url) -> Kind:
    return KINDS.get(url.protocol, OTHER)


LASTING = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)
"""Errors that another attempt does not help."""


def _passes(error: Exception) -> bool:
    """Whether an error may pass by itself: the network's, or that of a store with too much to do."""
    if isinstance(error, OSError):
        return not isinstance(error, LASTING)
    return type(error).__module__.startswith(("aiohttp.", "botocore.")) and not _is_of_credentials(error)


def _is_of_credentials(error: Exception) -> bool:
    return "Credentials" in type(error).__name__


def patiently(url: Url, call: Callable[[], Result]) -> Result:
    """What a call gives, which is tried again where it fails for a reason that may pass.

    Raises OSError, with the reason, where it does not, and after ATTEMPTS.
    """
    for attempt in range(ATTEMPTS):
        if attempt:
            import random  # here, because it is seldom needed

            time.sleep(FIRST_PAUSE * 2 ** (attempt - 1) * random.uniform(0.5, 1))  # noqa: S311
        try:
            return call()
        except Exception as error:
            if _is_of_credentials(error):
                raise PermissionError(errno.EACCES, str(error), str(url)) from None
            if isinstance(error, LASTING):
                raise type(error)(error.errno or errno.EIO, _reason(error), str(url)) from None
            if not _passes(error):
                raise
            reason = _reason(error)
    raise OSError(errno.ECONNABORTED, f"{reason} (tried {ATTEMPTS} times)", str(url))


def _reason(error: Exception) -> str:
    """What an error says, in one line."""
    told = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(told.split()).removesuffix(".") or type(error).__name__


def below(folder: Url) -> dict[str, Stored]:
    """The files below a folder, by their paths there; none where there is no such folder.

    Raises OSError where the store does not answer.
    """
    return dict(listed(folder))


def listed(folder: Url, beginning: str = "") -> Iterator[tuple[str, Stored]]:
    """The files below a folder whose paths there begin so, in order; of S3 a page is held at a time.

    Raises OSError where the store does not answer.
    """
    fs, path = _store(folder)
    root = f"{str(path).rstrip('/')}/"
    found = _in_pages if _kind(folder) is S3 else _at_once
    for name, info in found(fs, folder, root + beginning):
        if name.startswith(root + beginning) and not name.endswith("/"):
            yield name.removeprefix(root), _stored(info)


def _at_once(fs: Any, folder: Url, prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from sorted(patiently(folder, partial(fs.find, prefix.rpartition("/")[0], detail=True)).items())


def _in_pages(fs: Any, folder: Url, prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    bucket, _, key = prefix.partition("/")
    asked = {"Bucket": bucket, "Prefix": key}
    while True:
        page = patiently(folder, partial(fs.call_s3, "list_objects_v2", **asked))
        for item in page.get("Contents", ()):
            yield f"{bucket}/{item['Key']}", {"size": item["Size"], "ETag": item["ETag"]}
        if not page.get("NextContinuationToken"):
            return
        asked["ContinuationToken"] = page["NextContinuationToken"]


def at(url: Url) -> Stored | None:
    """The file at a URL; None where there is none. Raises OSError where the store does not answer."""
    fs, path = _store(url)
    try:
        info = patiently(url, lambda: fs.info(path))
    except FileNotFoundError:
        return None
    return _stored(info) if info["type"] == "file" else None


def _stored(info: Mapping[str, Any]) -> Stored:
    return Stored(int(info["size"]), str(info.get("ETag", "")).strip('"'))


# --- reading ----------------------------------------------------------------------------------


def read(url: Url, start: int, end: int) -> bytes:
    """The bytes of a file from `start` up to `end`, or to the file's end. Raises OSError."""
    fs, path = _store(url)
    return patiently(url, lambda: bytes(fs.cat_file(path, start=start, end=end)))


class _Raw(io.RawIOBase):
    """A file of a store, each read of which is a request of its own."""

    def __init__(self, url: Url, size: int) -> None:
        self._url, self._size, self._at = url, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        self._at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer)
        end = min(self._at + len(view), self._size)
        if end <= self._at:
            return 0
        data = read(self._url, self._at, end)
        if len(data) != end - self._at:
            raise OSError(errno.EIO, f"ends after {self._at + len(data):,} bytes, not {self._size:,}")
        view[: len(data)] = data
        self._at = end
        return len(data)


def opened(url: Url, size: int) -> io.BufferedReader:
    """A file of `size` bytes, read block by block. Reading it raises OSError."""
    return io.BufferedReader(_Raw(url, size), max(1, min(size, BLOCK)))


def fetch(url: Url, file: Path, size: int) -> None:
    """Copy a file of `size` bytes to a local one, which is not there yet. Raises OSError."""
    with opened(url, size) as content, file.open("xb") as out:
        while block := content.read(BLOCK):
            out.write(block)


# --- writing ----------------------------------------------------------------------------------


def put(file: Path, url: Url, noted: str = "") -> None:
    """Upload a file, as a whole, and see to it that it arrived. Raises OSError where it does not.

    What is `noted` of it is kept beside it by S3, for `note`; other stores keep no notes.
    """
    for _ in range(ATTEMPTS):
        send(file, url, noted)
        if holds(url, at(url), file):
            return
    raise damaged(url)


def damaged(url: Url) -> OSError:
    """The error of an upload that never arrives as it was sent."""
    told = f"what arrived is not what was sent (tried {ATTEMPTS} times)"
    return OSError(errno.ECONNABORTED, told, str(url))


def send(file: Path, url: Url, noted: str = "") -> None:
    """Upload a file, as a whole, as `put` does. Raises OSError.

    To S3 it goes with a checksum (a CRC of botocore's), against which the store checks what it gets.
    """
    fs, path = _store(url)
    if _kind(url) is S3:
        size = _part(file.stat().st_size)
        kept = {"Metadata": {NOTE: noted}} if noted else {}
        patiently(url, lambda: fs.put_file(str(file), path, chunksize=size, max_concurrency=2, **kept))
    elif _kind(url).whole:
        patiently(url, lambda: fs.put_file(str(file), path))
    else:
        patiently(url, lambda: fs.put_file(str(file), path + PARTIAL))
        patiently(url, lambda: fs.mv(path + PARTIAL, path))


def note(url: Url) -> str:
    """What was noted of a file when it was put; empty where nothing was. Raises OSError."""
    if _kind(url) is not S3:
        return ""
    fs, path = _store(url)
    return str(patiently(url, lambda: fs.metadata(path)).get(NOTE, ""))


def remove(url: Url) -> None:
    """Delete a file. Raises OSError."""
    fs, path = _store(url)
    patiently(url, lambda: fs.rm_file(path))


def holds(url: Url, stored: Stored | None, file: Path) -> bool:
    """Whether what is `stored` at a URL is what is in a file.

    The store's own MD5 says so; where it tells none, or another one, as with encryption under keys of
    one's own, the file is read back; what cannot be is not what was sent. Raises OSError where the local
    file cannot be read.
    """
    if stored is None or stored.size != file.stat().st_size:
        return False
    if stored.md5 and stored.md5 in _md5s(file):
        return True
    with file.open("rb") as here:
        sent = hashlib.file_digest(here, "sha256").digest()
    try:
        with opened(url, stored.size) as there:
            return _digest(there) == sent
    except ConnectionAbortedError:
        return False


def _digest(file: io.BufferedReader) -> bytes:
    digest = hashlib.sha256()
    while block := file.read(BLOCK):
        digest.update(block)
    return digest.digest()


def _part(size: int) -> int:
    """The size of the parts that a file of this size is uploaded in."""
    return max(BLOCK, -(-size // MOST_PARTS))


def _md5s(file: Path) -> Iterator[str]:
    """The MD5 of a file, and that of its parts' MD5s, as S3 has them."""
    part = _part(file.stat().st_size)
    whole, parts = hashlib.md5(usedforsecurity=False), []
    with file.open("rb") as content:
        while block := content.read(part):
            whole.update(block)
            parts.append(hashlib.md5(block, usedforsecurity=False).digest())
    yield whole.hexdigest()
    yield f"{hashlib.md5(b''.join(parts), usedforsecurity=False).hexdigest()}-{len(parts)}"
