"""Scans: pages that are pictures, in one file or in a folder, read as one document."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from natsort import natsorted, ns
from PIL import Image, ImageFile, TiffImagePlugin, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from archiver import __version__, pictures, tiff
from archiver.article import Article, Obtained
from archiver.capture import Noticed, capture, findings, missing_numbers, shortfalls
from archiver.errors import SourceError
from archiver.events import Agent, Event
from archiver.findings import Finding, Severity, counted
from archiver.settings import Settings
from archiver.sources import metadata
from archiver.sources.languages import UNKNOWN
from archiver.sources.refs import SourceRef, opened
from archiver.sources.source import Original, Scan, ScannedPage, Source

FORMATS = ("TIFF", "JPEG", "PNG", "JPEG2000", "WEBP")

MAGIC = (
    *(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    *(b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"),
)
"""How TIFF, BigTIFF, JPEG, PNG and JPEG 2000 begin. WebP has its size before its name."""

PAGE_SUFFIXES = {".tif", ".tiff", ".jpg", ".jpeg", ".png", ".jp2", ".j2k", ".jpx", ".webp"}
"""What is taken for a page when a folder is searched."""

ORDER_FILE = "order.txt"
"""Names the pages of a folder in their order, one a line."""

MAX_ORDER_BYTES = 16 * 1024 * 1024

ENDS = re.compile(r"\r\n?|\n")
"""What ends a line of an order file: no other character, as names may have any."""

PASSED_OVER = {"thumbs.db", "desktop.ini"}
"""Files that a system leaves in folders of pictures."""


def begins_as_picture(data: bytes) -> bool:
    """Whether bytes begin as a picture of a kind that pages come as."""
    return data.startswith(MAGIC) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def is_page(name: str) -> bool:
    """Whether a file of this name is taken for a page when a folder is searched."""
    return os.path.splitext(name)[1].lower() in PAGE_SUFFIXES and not name.startswith(".")


def holds_pages(names: Sequence[str]) -> bool:
    """Whether a folder of these files is one document: pages, an order file, and nothing else."""
    shown = [name for name in names if not name.startswith(".") and name.lower() not in PASSED_OVER]
    return any(map(is_page, shown)) and all(name == ORDER_FILE or is_page(name) for name in shown)


def read(ref: SourceRef, settings: Settings) -> Source:
    """Read pages as a document; their samples are not decoded. Raises SourceError and InvalidArticle."""
    files, others = _files(ref)
    originals: list[Original] = []
    pages: list[ScannedPage] = []
    for file in files:
        frames = _frames(file, ref, settings)
        pages += frames
        captures = tuple(frame.capture for frame in frames)
        originals.append(file._replace(media_type=captures[0].media_type, captures=captures))
        if len(pages) > settings.max_scan_pages:
            told = f"has more pages than the {settings.max_scan_pages:,} that max_scan_pages allows"
            raise SourceError(told, where=ref.label)
    title = ref.path.name if ref.path.is_dir() else ref.path.stem
    fields = {"title": _printable(title), "provenance": {"title": Obtained.INFERRED}}
    seed = "".join(original.digest("sha512") for original in originals).encode()
    article, noticed = metadata.build(fields, [], seed, ref, settings)
    if article.obtained("language") is Obtained.INFERRED:  # from a name, which is no text
        unknown = {**article.provenance, "language": Obtained.UNKNOWN}
        article = article.model_copy(update={"language": (UNKNOWN,), "provenance": unknown})
    noticed = [*noticed, *_unstated(ref, article), *_shortfalls(ref, pages, settings)]
    noticed += _left_out(ref, pages)
    if len(files) > 1:
        noticed += _missing(ref, files)
    return Source(
        ref,
        (*originals, *others),
        article,
        Scan(tuple(pages)),
        tuple(noticed),
        (_review(originals, settings),),
    )


def _printable(name: str) -> str:
    """A name as text that metadata may hold."""
    return "".join(c if c.isprintable() else "\ufffd" for c in name)


# --- the files -----------------------------------------------------------------------------------


def _files(ref: SourceRef) -> tuple[list[Original], list[Original]]:
    """The files of a document: its pages in order, and what belongs to them."""
    if ref.data is not None:
        return [Original(ref.name, "", data=ref.data)], []
    if not ref.path.is_dir():
        return [Original(ref.name, "", ref.path)], []
    try:
        names = [entry.name for entry in os.scandir(ref.path) if not entry.is_dir()]
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", where=ref.label) from None
    pages = natsorted(sorted(filter(is_page, names)), alg=ns.IGNORECASE)
    hint = "name one document in it, or take all of them by archiver package"
    if not pages:
        kinds = ", ".join(sorted(PAGE_SUFFIXES))
        raise SourceError(f"is a folder without page pictures ({kinds})", where=ref.label, hint=hint)
    if not holds_pages(names):
        other = next(name for name in natsorted(names) if not holds_pages([*pages, name]))
        told = f"holds {counted(len(pages), 'page picture')} and other files, such as {other!r}"
        raise SourceError(f"{told}; one document is pages and nothing else", where=ref.label, hint=hint)
    others = []
    if ORDER_FILE in names:
        order = ref.path / ORDER_FILE
        pages = _ordered(order, pages)
        others.append(Original(ORDER_FILE, "text/plain", order))
    return [Original(name, "", ref.path / name) for name in pages], others


def _ordered(order: Path, pages: Sequence[str]) -> list[str]:
    """The pages as an order file has them, each once. Raises SourceError where it has others."""
    try:
        with opened(order) as file:
            content = file.read(MAX_ORDER_BYTES + 1)
        if len(content) > MAX_ORDER_BYTES:
            raise SourceError(f"is larger than {MAX_ORDER_BYTES:,} bytes", where=str(order))
        listed = [line.strip(" \t") for line in ENDS.split(content.decode("utf-8-sig"))]
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", where=str(order)) from None
    except UnicodeDecodeError:
        raise SourceError("is not UTF-8", where=str(order)) from None
    known, seen = set(pages), set[str]()
    for number, name in enumerate(listed, 1):
        if not name:
            continue
        if name not in known or name in seen:
            told = "has been listed before" if name in seen else "is no page of this folder"
            raise SourceError(f"{name!r} {told}", where=f"{order}, line {number}")
        seen.add(name)
    if left_out := [name for name in pages if name not in seen]:
        told = f"leaves out {left_out[0]!r}" + (f" and {len(left_out) - 1} more" if left_out[1:] else "")
        hint = "list every page of the folder, or take the file away"
        raise SourceError(told, where=str(order), hint=hint)
    return [name for name in listed if name]


# --- the frames of a file --------------------------------------------------------------------


def _frames(file: Original, ref: SourceRef, settings: Settings) -> Sequence[ScannedPage]:
    """The pages in a file: in a TIFF all pictures but copies and masks of others, if it has more.

    Raises SourceError where it is no picture, or too large.
    """
    where = f"{ref.label}, {file.name}" if file.path != ref.path and ref.data is None else ref.label
    try:
        if file.size > settings.max_scan_bytes:
            told = f"has {file.size:,} bytes, more than the {settings.max_scan_bytes:,} that max_scan_bytes"
            raise SourceError(f"{told} allows", where=where)
        with (
            opened(file.path) if file.path else file.open() as content,
            pictures.undisturbed() as warned,
            Image.open(content, formats=FORMATS) as image,
        ):
            if image.format != "TIFF" and file.size > settings.max_image_bytes:
                told = f"has {file.size:,} bytes, more than the {settings.max_image_bytes:,}"
                raise SourceError(f"{told} that max_image_bytes allows", where=where)
            found: list[ScannedPage] = []
            copies: list[ScannedPage] = []
            for frame in _shown(image):
                pictures.refuse_cut_off(image, warned)
                _check(image, file.size, where, settings)
                page = ScannedPage(file.name, frame, capture(image))
                if isinstance(image, TiffImageFile):
                    page = page._replace(directory=tiff.directory_of(image))
                    (copies if tiff.is_copy(image) else found).append(page)
                else:
                    found.append(page._replace(left_out=pictures.left_out_of(image)))
                if frame + 1 > settings.max_scan_pages:
                    break
            if found and copies:
                left_out = f"{len(copies):,} smaller copies or masks of its pages"
                found[-1] = found[-1]._replace(left_out=left_out)
            return found or copies
    except UnidentifiedImageError as error:
        with file.open() as content:
            raise SourceError(pictures.why_unread(error, content), where=where) from None
    except (OSError, EOFError, SyntaxError, ValueError, KeyError, TypeError, ZeroDivisionError) as error:
        raise SourceError(f"is not a picture that can be read: {error}", where=where) from None


def _shown(image: ImageFile.ImageFile) -> Iterator[int]:
    """Go to each frame that is a page: all of a TIFF, of other files the first."""
    yield 0
    if isinstance(image, TiffImageFile):
        frame = 1
        while _goes_to(image, frame):
            yield frame
            frame += 1


def _goes_to(image: ImageFile.ImageFile, frame: int) -> bool:
    try:
        image.seek(frame)
    except EOFError:
        return False
    return True


def _check(image: ImageFile.ImageFile, size: int, where: str, settings: Settings) -> None:
    """Raise SourceError for a frame that is too large, or for a TIFF that lacks some of its samples."""
    if image.width * image.height > settings.max_image_pixels:
        told = f"has {image.width:,} by {image.height:,} pixels"
        raise SourceError(
            f"{told}, more than the {settings.max_image_pixels:,} that max_image_pixels allows", where=where
        )
    if isinstance(image, TiffImageFile):
        for offsets, counts in TIFF_DATA:
            if offsets in image.tag_v2:
                ends = map(sum, zip(image.tag_v2[offsets], image.tag_v2.get(counts, ()), strict=False))
                if max(ends, default=0) > size:
                    raise OSError("it is damaged: a part of it is missing")


TIFF_DATA = (
    (TiffImagePlugin.STRIPOFFSETS, TiffImagePlugin.STRIPBYTECOUNTS),
    (TiffImagePlugin.TILEOFFSETS, TiffImagePlugin.TILEBYTECOUNTS),
)
"""Where the samples of a TIFF are, in strips or tiles, and how many bytes each has."""


# --- what is told ------------------------------------------------------------------------------


def _unstated(ref: SourceRef, article: Article) -> Iterator[Finding]:
    if article.obtained("title") is Obtained.INFERRED:
        told, hint = "has no title; its name stands in for one", "give it one in a sidecar or a manifest"
        yield Finding("metadata-title-inferred", Severity.WARNING, told, ref.label, hint=hint)
    if article.obtained("language") is Obtained.UNKNOWN:
        told = "has no language; its text is recognized as English"
        hint = "give it one in a sidecar, a manifest or the settings"
        yield Finding("metadata-language-unknown", Severity.WARNING, told, ref.label, hint=hint)


def _shortfalls(ref: SourceRef, pages: Sequence[ScannedPage], settings: Settings) -> Iterator[Finding]:
    level, name = settings.capture_levels[settings.capture_level], settings.capture_level
    noticed: list[Noticed] = []
    for number, page in enumerate(pages, 1):
        noticed += shortfalls(number, page.capture, level, name)
    return findings(ref.label, noticed)


def _left_out(ref: SourceRef, pages: Sequence[ScannedPage]) -> Iterator[Finding]:
    for number, page in enumerate(pages, 1):
        if page.left_out:
            told = f"of {page.original}, page {number} is shown; only the original has {page.left_out}"
            yield Finding("capture-frames", Severity.WARNING, told, ref.label)


def _review(originals: Sequence[Original], settings: Settings) -> Event:
    named = tuple(f"data/original/{original.stored}" for original in originals)
    agent = Agent("archiver", "software", __version__)
    return Event("quality review", f"capture checked against {settings.capture_level}", agent, named)


def _missing(ref: SourceRef, files: Sequence[Original]) -> Iterator[Finding]:
    if missing := missing_numbers([file.name for file in files]):
        told = f"leaves out numbers in the sequence of its pages: {', '.join(missing)}"
        yield Finding("capture-sequence", Severity.WARNING, told, ref.label)
