"""Scans: pages that are pictures become a rendition that can be searched and read aloud."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from archiver import __version__, pictures
from archiver.capture import Capture, Noticed, findings, listed
from archiver.errors import RenditionError
from archiver.events import Agent, Event
from archiver.findings import Severity
from archiver.paging import page_done
from archiver.rendition import cmyk
from archiver.rendition.ahead import in_order, usual_workers
from archiver.rendition.catalog import Embeddable
from archiver.rendition.flavours import Flavour
from archiver.rendition.fonts import fonts
from archiver.rendition.looking import Seen, look, recognizer_of, resolution_of
from archiver.rendition.rendered import Rendition
from archiver.rendition.scan_pages import HAIR, PageBook, PagePicture
from archiver.rendition.scan_pictures import QUALITY
from archiver.rendition.scan_texts import ScanTexts, uncertain, unread
from archiver.rendition.spool import Spool
from archiver.rendition.tesseract import Calls
from archiver.scripts import runs_right_to_left
from archiver.settings import Settings
from archiver.sources import Scan, ScannedPage, Source

USUAL_RESOLUTION = 300.0
"""Pixels per inch, where a file states none that a page can have."""

POINTS_PER_INCH = 72
SHORTEST, LONGEST = 3.0, 14_400.0
"""How long the sides of a page may be, in points (ISO 19005-2 6.1.13)."""


def render_scan(
    source: Source, scan: Scan, target: Path, settings: Settings, originals: Mapping[str, Path]
) -> Rendition:
    """Write the rendition of page pictures to `target`, their text beside it as ALTO and plain text.

    Raises RenditionError for a picture that cannot be decoded and for languages that cannot be
    recognized, SettingsError for a Tesseract that is none, OSError where something cannot be written.
    """
    language, label = source.article.language[0], source.ref.label
    recognizer = recognizer_of(source, settings)
    texts = ScanTexts(target, recognizer, language) if recognizer else None
    has_cmyk = any(page.capture.colour == "CMYK" for page in scan.pages)
    assumed = cmyk.profile(settings) if has_cmyk else b""
    workers = settings.page_workers or usual_workers()
    end = recognizer.calls.end if recognizer else Calls().end
    noticed: list[Noticed] = []
    recompressed: list[int] = []

    def seen_of(page: ScannedPage) -> Seen:
        path = originals[page.original]
        return look(path, page.directory, page.capture, recognizer, assumed, recompress=settings.optimize)

    with (
        Spool(target.with_name(f"{target.name}.spool")) as spool,
        pictures.undisturbed(),
        closing(in_order(seen_of, scan.pages, workers, end)) as pages,
    ):
        book = PageBook(spool, language, fonts(settings.fonts))
        try:
            for number, seen in enumerate(pages, 1):
                page = scan.pages[number - 1]
                book.add(_page(page.capture, seen, number))
                if texts:
                    texts.add(number, page.original, page.frame + 1, seen.text)
                recompressed += [number] * seen.picture.recompressed
                noticed += _noticed(number, seen, settings)
                page_done(number, len(scan.pages))
        except RenditionError as error:
            error.where = ", ".join(filter(None, (label, error.where, f"page {len(book.pages) + 1}")))
            raise
        flavour = Flavour(settings.flavour)
        claims = flavour.claims if texts and texts.read else flavour.unread
        embedded = _embeddable(source, originals) if flavour.embeds_source else []
        book.save(target, source.article, claims, embedded, right_to_left=runs_right_to_left(language))
    if texts:
        texts.finish()
    told_text = (unread(label, claims, texts), texts.finding(label) if texts else None)
    return Rendition(
        target,
        len(book.pages),
        claims,
        (*filter(None, told_text), *findings(label, noticed)),
        texts.beside if texts else {},
        tuple(_events(source, target, texts, recompressed)),
        texts.facts() if texts else {},
    )


# --- a page -------------------------------------------------------------------------------------


def _page(captured: Capture, seen: Seen, number: int) -> PagePicture:
    width, height = page_size(captured)
    worded = seen.text is not None and bool(seen.text.paragraphs)
    alternative = "" if worded or seen.blank else f"Page {number}, a picture without recognized text"
    return PagePicture(seen.picture, width, height, seen.orientation, seen.text, alternative)


def page_size(captured: Capture) -> tuple[float, float]:
    """The size of a page in points: that at its resolution, where a page can have it."""
    pixels = (captured.width, captured.height)
    across, down = pixels[::-1] if captured.turned else pixels
    for x, y in filter(None, (resolution_of(captured), (USUAL_RESOLUTION, USUAL_RESOLUTION))):
        size = across * POINTS_PER_INCH / x, down * POINTS_PER_INCH / y
        if min(size) >= SHORTEST and max(size) <= LONGEST:
            return max(SHORTEST, size[0] - HAIR), max(SHORTEST, size[1] - HAIR)
    stretch = min(LONGEST / max(size), max(1.0, SHORTEST / min(size)))
    return max(SHORTEST, size[0] * stretch), max(SHORTEST, size[1] * stretch)


def _noticed(number: int, seen: Seen, settings: Settings) -> Iterator[Noticed]:
    """What is noticed of a page that was looked at."""
    level, name = settings.capture_levels[settings.capture_level], settings.capture_level
    worded = seen.text is not None and bool(seen.text.paragraphs)
    if seen.problem:
        yield Noticed(number, "rendition-text-unread", seen.problem)
    if seen.blank and not worded:
        yield Noticed(number, "capture-blank", "is blank", Severity.INFO)
    elif seen.skew is not None and abs(seen.skew) > level.skew:
        told_skew = f"is skewed by {abs(seen.skew)} degrees; {name} asks for {level.skew:g} at most"
        yield Noticed(number, "capture-skew", told_skew)
    if seen.picture.changed:
        severity = Severity.INFO if seen.picture.recompressed else Severity.WARNING
        yield Noticed(number, "rendition-picture-changed", seen.picture.changed, severity)
    if seen.text is None:
        return
    if seen.text.turned:
        yield Noticed(number, "capture-turned", f"is turned by {seen.text.turned} degrees", Severity.INFO)
    yield from uncertain(number, seen.text, settings)


# --- what is told -------------------------------------------------------------------------------


def _embeddable(source: Source, originals: Mapping[str, Path]) -> list[Embeddable]:
    """The files of a source, for a flavour that holds them."""
    return [
        Embeddable(each.name, originals[each.name].read_bytes(), each.media_type)
        for each in source.originals
    ]


def _events(
    source: Source, target: Path, texts: ScanTexts | None, recompressed: Sequence[int]
) -> Iterator[Event]:
    """What was done beside rendering: recompression of pages, and recognition."""
    named = tuple(f"data/original/{each.stored}" for each in source.originals)
    if recompressed:
        agent = Agent("archiver", "software", __version__)
        done = f"pictures recompressed as JPEG of quality {QUALITY}: {listed(recompressed)}"
        yield Event("compression", done, agent, named, (f"data/rendition/{target.name}",))
    if texts:
        yield texts.event(named)
