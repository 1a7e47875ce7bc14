"""Figures: the pictures beside a source that its article shows, each checked before it is taken."""

from __future__ import annotations

import base64
import mimetypes
import os
from collections.abc import Container, Iterator, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import unquote_to_bytes

from archiver import stores
from archiver.article import Article
from archiver.errors import RenditionError, SourceError
from archiver.settings import Settings
from archiver.sources.refs import SourceRef, opened
from archiver.sources.source import Original
from archiver.stores import Url

PICTURE_SUFFIXES = {".jpg", ".jpeg", ".png", ".gif", ".tif", ".tiff", ".webp"}


def attachments(
    article: Article,
    ref: SourceRef,
    lines: Mapping[str, int],
    settings: Settings,
    held: Container[str] = (),
) -> Iterator[Original]:
    """The pictures of an article, each checked: inside the source's folder, whole, within limits.

    `lines` has the line of each, by its name; those that the source holds itself are `held`.
    """
    seen: set[str] = set()
    for figure in article.figures():
        name = str(PurePosixPath(figure.src))
        if name in seen or name in held:
            continue
        seen.add(name)
        try:
            yield Original(name, "image", checked(figure.src, ref, settings))
        except (SourceError, RenditionError) as error:
            where = ref.at(lines[figure.src]) if figure.src in lines else ref.label
            raise SourceError(error.message, where=f"{where}, figure {figure.src}") from None


def checked(src: str, ref: SourceRef, settings: Settings) -> Path:
    """Where a picture of a document is; one in a store is copied beside the copy of its document.

    Raises SourceError and RenditionError for one that cannot be used, OSError where a store does not
    answer.
    """
    from archiver import pictures

    name, folder = PurePosixPath(src), ref.path.absolute().parent
    if name.is_absolute() or ".." in name.parts or "\\" in src:
        raise SourceError("is not a plain path beside the source")
    path = folder / name
    if ref.url:
        _fetch(ref.url.parent / str(name), path, settings)
    try:
        if not Path(os.path.realpath(path, strict=True)).is_relative_to(folder.resolve()):
            raise SourceError("leads out of the source's folder")
        with opened(path) as file:
            size = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}") from None
    if path.suffix.lower() not in PICTURE_SUFFIXES:
        kinds = ", ".join(sorted(PICTURE_SUFFIXES))
        raise SourceError(f"is no picture of a kind that is known: {kinds}")
    _refuse_size(size, settings)
    pictures.load(path, settings.max_image_pixels)
    return path


def _fetch(url: Url, path: Path, settings: Settings) -> None:
    """Copy a picture from a store, if there is one of a kind that is known, and within the limit."""
    if path.exists() or path.suffix.lower() not in PICTURE_SUFFIXES:
        return
    if stored := stores.at(url):
        _refuse_size(stored.size, settings)
        path.parent.mkdir(parents=True, exist_ok=True)
        stores.fetch(url, path, stored.size)


def _refuse_size(size: int, settings: Settings) -> None:
    if size > settings.max_image_bytes:
        raise SourceError(
            f"has {size:,} bytes, more than the {settings.max_image_bytes:,} that max_image_bytes allows"
        )


DATA = "data:"
DATA_FOLDER = "data-pictures"
"""Where the pictures go that are in the addresses of a page, apart from those that it has beside it."""


class Pictures:
    """The pictures that one document holds itself, each under a name of its own."""

    def __init__(self, settings: Settings, folder: str = "pictures") -> None:
        self.settings, self.folder = settings, folder
        self.found: dict[str, Original] = {}
        self.notes: list[str] = []
        self.named: dict[str, str] = {}
        """What each address that holds a picture is named; empty where that is not shown."""

    def take(self, data: bytes, media_type: str, suffix: str) -> str:
        """The name that a picture gets; empty, with a note, where it cannot be shown."""
        name = f"{self.folder}/picture-{len(self.found) + 1}{PurePosixPath(suffix).suffix or suffix}"
        if len(data) > self.settings.max_image_bytes:
            self.notes.append(f"has a picture ({media_type}) of more bytes than max_image_bytes allows")
            return ""
        from archiver import pictures

        try:
            pictures.of(data, name, self.settings.max_image_pixels)
        except RenditionError as error:
            self.notes.append(f"has a picture ({media_type}) that is not shown: it {error.message}")
            return ""
        self.found[name] = Original(name, media_type, data=data)
        return name

    def show(self, address: str) -> str | None:
        """The name of a picture that its address holds (RFC 2397); None where that is none to be shown."""
        if address not in self.named:
            self.named[address] = self._decoded(address)
        return self.named[address] or None

    def _decoded(self, address: str) -> str:
        stated, comma, content = address.removeprefix(DATA).partition(",")
        media_type = stated.partition(";")[0].strip().lower()
        if not (address.startswith(DATA) and comma and media_type.startswith("image/")):
            return ""
        try:
            data = unquote_to_bytes(content)
            if stated.rstrip().lower().endswith(";base64"):
                data = base64.b64decode(data)
        except ValueError:
            data = b""
        return self.take(data, media_type, mimetypes.guess_extension(media_type) or ".bin")
