"""Figures: the pictures beside a source that its article shows, each checked before it is taken."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from archiver.article import Article
from archiver.errors import RenditionError, SourceError
from archiver.settings import Settings
from archiver.sources.refs import SourceRef, opened
from archiver.sources.source import Original

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
            yield Original(name, "image", checked(figure.src, ref.path.absolute().parent, settings))
        except (SourceError, RenditionError) as error:
            where = ref.at(lines[figure.src]) if figure.src in lines else ref.label
            raise SourceError(error.message, where=f"{where}, figure {figure.src}") from None


def checked(src: str, folder: Path, settings: Settings) -> Path:
    """Where a picture is. Raises SourceError and RenditionError for one that cannot be used."""
    from archiver import pictures

    name = PurePosixPath(src)
    if name.is_absolute() or ".." in name.parts or "\\" in src:
        raise SourceError("is not a plain path beside the source")
    path = folder / name
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
    if size > settings.max_image_bytes:
        raise SourceError(
            f"has {size:,} bytes, more than the {settings.max_image_bytes:,} that max_image_bytes allows"
        )
    pictures.load(path, settings.max_image_pixels)
    return path
