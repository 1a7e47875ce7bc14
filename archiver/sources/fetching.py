"""Fetching: documents in stores are found by URL, and read from local copies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from archiver import stores
from archiver.errors import SourceError
from archiver.settings import Settings
from archiver.sources import manifests, refs
from archiver.sources.refs import LINES_SUFFIXES, SourceRef
from archiver.sources.sidecars import document_of, is_sidecar
from archiver.stores import Stored, Url

MAGIC = re.compile(r"[*?[]")

OF_BAGS = re.compile(r"bagit\.txt|bag-info\.txt|(?:tag)?manifest-\w+\.txt|fetch\.txt")
"""Files of bags that have the suffix of documents."""


def locate(url: Url, suffixes: tuple[str, ...], settings: Settings) -> Iterator[SourceRef | SourceError]:
    """The documents that a URL names: a file, a folder with files of these suffixes, or a pattern.

    A pattern is one of `glob`; what is in bags is not taken for a source. Raises SourceError where there
    is none, OSError where the store does not answer.
    """
    found = False
    for file, stored in _meant(url, suffixes):
        found = True
        yield from _in_file(file, stored, settings)
    if not found:
        raise SourceError("is not there, or holds no source document", where=str(url))


def _meant(url: Url, suffixes: tuple[str, ...]) -> Iterator[tuple[Url, Stored]]:
    if stored := stores.at(url):
        yield url, stored
    elif MAGIC.search(url.text):
        yield from _matching(url)
    else:
        yield from _in_folder(url, suffixes)


def _matching(pattern: Url) -> Iterator[tuple[Url, Stored]]:
    from fsspec.utils import glob_translate

    folder = Url(MAGIC.split(pattern.text)[0].rpartition("/")[0])
    below = pattern.text.removeprefix(f"{folder}/")
    matches = re.compile(glob_translate(below)).match
    for path, stored in stores.listed(folder, MAGIC.split(below)[0]):
        if matches(path) and manifests.is_meant(path, below):
            yield folder / path, stored


def _in_folder(folder: Url, suffixes: tuple[str, ...]) -> Iterator[tuple[Url, Stored]]:
    """The documents below a folder. In order of name, bagit.txt comes before a bag's payload."""
    bag = "/"
    for path, stored in stores.listed(folder):
        name = path.rpartition("/")[2]
        if name == "bagit.txt":
            bag = path.removesuffix(name)
        elif not path.startswith(bag) and _is_document(path, suffixes):
            yield folder / path, stored


def _is_document(path: str, suffixes: tuple[str, ...]) -> bool:
    name = path.rpartition("/")[2]
    hidden = any(part.startswith(".") for part in path.split("/"))
    return not (hidden or OF_BAGS.fullmatch(name) or is_sidecar(name)) and name.lower().endswith(suffixes)


def _in_file(url: Url, stored: Stored, settings: Settings) -> Iterator[SourceRef | SourceError]:
    """The documents in a file: one for each line of JSON Lines, page of a capture or row of a manifest."""
    from archiver.sources import captures

    path = Path(url.name)
    if captures.is_capture(path):
        yield from captures.locate(url)
        return
    if manifests.is_manifest(url.name):
        yield from manifests.locate(url, settings)
        return
    if path.suffix.lower() not in LINES_SUFFIXES:
        yield SourceRef(path, url=url)
        return
    with stores.opened(url, stored.size) as file:
        for ref in refs.lines(path, file):
            yield replace(ref, url=url)


def fetch(ref: SourceRef, room: Path, settings: Settings) -> SourceRef:
    """A document of a store as a local copy in an empty folder, its sidecars beside it.

    Of a file of many documents there is only the one, in its place; a capture is read where it is, as the
    pictures of a page may be anywhere in it. Other pictures follow as they are asked
    for. Raises SourceError where it cannot be read, or is too large.
    """
    if ref.url is None:
        return ref
    name, stem = ref.url.name, Path(ref.url.name).stem
    if name in ("", ".", "..") or "\0" in name:
        raise SourceError("has a name that no file can have", where=ref.label)
    try:
        files = {path: stored for path, stored in stores.listed(ref.url.parent, stem) if "/" not in path}
        if name not in files:
            raise SourceError("is not there", where=ref.label)
        if not ref.record:
            _copy(ref.url, ref.offset, ref.length or files[name].size, room / name, settings)
        for path, stored in files.items():
            if is_sidecar(path) and document_of(path) in (name, stem):
                _copy(ref.url.parent / path, 0, stored.size, room / path, settings)
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", where=ref.label) from None
    return replace(ref, path=room / name)


def _copy(url: Url, start: int, length: int, file: Path, settings: Settings) -> None:
    """Copy a part of a file to where it is in that. Raises SourceError where it is too large; OSError."""
    if length > settings.max_source_bytes:
        told = f"is larger than the {settings.max_source_bytes:,} bytes that max_source_bytes allows"
        raise SourceError(told, where=str(url))
    with file.open("xb") as out:
        if length:
            out.seek(start)
            out.write(stores.read(url, start, start + length))
