"""Scans: pages that are pictures become a rendition that can be searched and read aloud."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from archiver import pictures
from archiver.capture import Capture, Noticed, findings
from archiver.errors import RenditionError
from archiver.events import Agent, Event
from archiver.findings import Fact, Finding, Severity
from archiver.paging import page_done
from archiver.rendition.alto import alto
from archiver.rendition.catalog import Embeddable
from archiver.rendition.flavours import Flavour, told
from archiver.rendition.fonts import fonts
from archiver.rendition.looking import Recognizer, Seen, look, resolution_of
from archiver.rendition.recognition import Recognized
from archiver.rendition.rendered import Rendition
from archiver.rendition.scan_pages import PageBook, PagePicture
from archiver.rendition.spool import Spool
from archiver.rendition.tesseract import find
from archiver.scripts import runs_right_to_left
from archiver.settings import Settings
from archiver.sources import Scan, ScannedPage, Source

USUAL_RESOLUTION = 300.0
"""Pixels per inch, where a file states none that a page can have."""

POINTS_PER_INCH = 72
SHORTEST, LONGEST = 3.0, 14_400.0
"""How long the sides of a page may be, in points (ISO 19005-2 6.1.13)."""

AHEAD = 2
"""How many pages are looked at or wait for those before them, for each worker."""

ALTO_FOLDER = "alto"


def render_scan(
    source: Source, scan: Scan, target: Path, settings: Settings, originals: Mapping[str, Path]
) -> Rendition:
    """Write the rendition of page pictures to `target`, their text beside it as ALTO and plain text.

    Raises RenditionError for a picture that cannot be decoded and for languages that cannot be
    recognized, SettingsError for a Tesseract that is none, OSError where something cannot be written.
    """
    language, label = source.article.language[0], source.ref.label
    recognizer = _recognizer(source, settings)
    workers = settings.page_workers or _usual_workers()
    texts: list[Recognized | None] = []
    noticed: list[Noticed] = []

    def seen_of(page: ScannedPage) -> Seen:
        return look(originals[page.original], page.frame, page.capture, recognizer)

    with Spool(target.with_name(f"{target.name}.spool")) as spool, pictures.undisturbed():
        book = PageBook(spool, language, fonts(settings.fonts))
        try:
            for number, seen in enumerate(_in_order(seen_of, scan.pages, workers), 1):
                book.add(_page(scan.pages[number - 1].capture, seen, number))
                texts.append(seen.text)
                noticed += _noticed(number, seen, settings)
                page_done(number, len(scan.pages))
        except RenditionError as error:
            error.where = ", ".join(filter(None, (label, error.where, f"page {len(texts) + 1}")))
            raise
        flavour = Flavour(settings.flavour)
        read = all(texts) and any(text.paragraphs for text in texts if text)
        claims = flavour.claims if read else flavour.unread
        embedded = _embeddable(source, originals) if flavour.embeds_source else []
        book.save(target, source.article, claims, embedded, right_to_left=runs_right_to_left(language))
    beside = _write_texts(target, scan.pages, texts, recognizer, language) if recognizer else {}
    unread = [] if read else [_unread(label, claims, recognizer)]
    return Rendition(
        target,
        len(texts),
        claims,
        (*unread, *findings(label, noticed)),
        beside,
        tuple(_events(source, target, recognizer, tuple(beside))),
        _facts(texts),
    )


def _recognizer(source: Source, settings: Settings) -> Recognizer | None:
    """What recognizes the text of a source, where the settings want it to be."""
    try:
        tesseract = find(settings.tesseract)
        if tesseract is None:
            return None
        return Recognizer(tesseract, tesseract.names(source.article.language), settings.max_page_seconds)
    except RenditionError as error:
        error.where = source.ref.label
        raise


def _usual_workers() -> int:
    """One a processor; but one alone in a process that is itself one of several workers."""
    if multiprocessing.parent_process():
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


Item = TypeVar("Item")
Result = TypeVar("Result")


def _in_order(function: Callable[[Item], Result], items: Iterable[Item], workers: int) -> Iterator[Result]:
    """What a function makes of items, in their order, by so many workers.

    A few are made ahead; none is begun any more once somebody stops taking them.
    """
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) >= AHEAD * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


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
            return size
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
        yield Noticed(number, "rendition-picture-changed", seen.picture.changed)
    if seen.text is None:
        return
    if seen.text.turned:
        yield Noticed(number, "capture-turned", f"is turned by {seen.text.turned} degrees", Severity.INFO)
    confidence = seen.text.confidence
    if confidence is not None and round(confidence * 100) < settings.min_word_confidence:
        told_words = f"has words that were recognized with a confidence of {confidence:.0%} in the mean"
        asked = f"{settings.min_word_confidence}% are asked for"
        yield Noticed(number, "rendition-text-uncertain", f"{told_words}; {asked}")


# --- what is beside the pages, and what is told --------------------------------------------------


def _write_texts(
    target: Path,
    pages: Sequence[ScannedPage],
    texts: Sequence[Recognized | None],
    recognizer: Recognizer,
    language: str,
) -> dict[Path, str]:
    """Write the text of each page as ALTO, and all of it as plain text with form feeds between pages."""
    folder = target.with_name(ALTO_FOLDER)
    folder.mkdir()
    written: dict[Path, str] = {}
    by = f"Tesseract {recognizer.tesseract.version}"
    for number, (page, text) in enumerate(zip(pages, texts, strict=True), 1):
        if text:
            record = folder / f"page-{number:04}.xml"
            record.write_bytes(alto(text, page.frame + 1, page.original, by, language))
            written[record] = "application/xml"
    plain = target.with_suffix(".txt")
    plain.write_text("\f".join(text.text + "\n" if text else "\n" for text in texts), "utf-8")
    return {**written, plain: "text/plain"}


def _embeddable(source: Source, originals: Mapping[str, Path]) -> list[Embeddable]:
    """The files of a source, for a flavour that holds them."""
    return [
        Embeddable(each.name, originals[each.name].read_bytes(), each.media_type)
        for each in source.originals
    ]


def _unread(label: str, claims: Sequence[str], recognizer: Recognizer | None) -> Finding:
    """That the text of a document was not recognized, or not of each page."""
    why = "no text was recognized" if recognizer else "its text was not to be recognized"
    told_claims = f"{why}: the rendition is {told(claims)} alone, and tells nothing to who cannot see it"
    return Finding("rendition-text-unrecognized", Severity.WARNING, told_claims, label)


def _events(
    source: Source, target: Path, recognizer: Recognizer | None, beside: Sequence[Path]
) -> Iterator[Event]:
    """What was done beside rendering: recognition."""
    if recognizer:
        agent = Agent("Tesseract", "software", recognizer.tesseract.version)
        made = tuple(f"data/rendition/{path.relative_to(target.parent).as_posix()}" for path in beside)
        named = tuple(f"data/original/{each.stored}" for each in source.originals)
        yield Event("extraction", f"text recognized in {recognizer.names}", agent, named, made)


def _facts(texts: Sequence[Recognized | None]) -> dict[str, Fact]:
    """The mean confidence of the words of each page that has any."""
    found = {str(n): text.confidence for n, text in enumerate(texts, 1) if text}
    told_pages = {n: f"{confidence:.1%}" for n, confidence in found.items() if confidence is not None}
    return {"word confidence by page": told_pages} if told_pages else {}
