"""Figures: the pictures beside a source that its article shows, each checked before it is taken."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from archiver import stores
from archiver.article import Article
from archiver.errors import RenditionError, SourceError
from archiver.settings import Settings
from archiver.sources.refs import SourceRef, opened
from archiver.sources.source import Original
from archiver.stores import Url

PICTURE_SUFFIXES = {".jpg", ".jpeg", ".png", ".gif", ".tif", ".tiff", ".webp"}


def attachments(
    article: Article, ref: SourceRef, lines: Mapping[str, int], settings: Settings
) -> Iterator[Original]:
    """The pictures of an article, each checked: inside the source's folder, whole, within limits.

    `lines` has the line of each, by its name.
    """
    seen: set[str] = set()
    for figure in article.figures():
        name = str(PurePosixPath(figure.src))
        if name in seen:
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
