"""The texts of a document: what was recognized goes to files beside the rendition, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from archiver.capture import Noticed, listed
from archiver.events import Agent, Event
from archiver.findings import Fact, Finding, Severity, counted
from archiver.rendition.alto import alto
from archiver.rendition.flavours import told
from archiver.rendition.looking import Recognizer
from archiver.rendition.recognition import Recognized
from archiver.settings import Settings

ALTO_FOLDER = "alto"

UNRECOGNIZED = "rendition-text-unrecognized"


class ScanTexts:
    """The texts of one document's pages as they come: each as ALTO, all of them as one plain text."""

    def __init__(self, target: Path, recognizer: Recognizer, language: str) -> None:
        self.folder, self.plain = target.with_name(ALTO_FOLDER), target.with_suffix(".txt")
        self.recognizer, self.language = recognizer, language
        self.beside: dict[Path, str] = {}
        self.confidences: dict[int, float] = {}
        """Of the pages that have words: their mean confidence, from 0 to 1, by page number."""
        self.unread: list[int] = []
        """The pages that could not be recognized."""
        self._texts: dict[int, str] = {}

    def add(self, number: int, file_name: str, picture: int, text: Recognized | None) -> None:
        """Write the text of a page of the document, where there is one: the picture of this number in a
        file, both from 1. Raises OSError.
        """
        self._texts[number] = f"{text.text}\n" if text else "\n"
        if text is None:
            self.unread.append(number)
            return
        if text.confidence is not None:
            self.confidences[number] = text.confidence
        self.folder.mkdir(exist_ok=True)
        record = self.folder / f"page-{number:04}.xml"
        by = f"Tesseract {self.recognizer.tesseract.version}"
        record.write_bytes(alto(text, picture, file_name, by, self.language))
        self.beside[record] = "application/xml"

    def finish(self) -> None:
        """Write the plain text, with a form feed between pages. Raises OSError."""
        pages = range(1, max(self._texts) + 1)
        self.plain.write_text("\f".join(self._texts.get(number, "\n") for number in pages), "utf-8")
        self.beside[self.plain] = "text/plain"

    def place(self, folder: Path) -> dict[Path, str]:
        """Move the files to a folder of the same disk; where they are then, and their media types."""
        placed = {}
        for path, kind in self.beside.items():
            there = folder / path.relative_to(self.plain.parent)
            there.parent.mkdir(exist_ok=True)
            placed[path.rename(there)] = kind
        return placed

    @property
    def read(self) -> bool:
        """Whether every page was recognized, and there is text on one."""
        return bool(self.confidences) and not self.unread

    def finding(self, label: str) -> Finding | None:
        """How sure words were recognized, in the mean of all pages and at the least; None without words."""
        if not self.confidences:
            return None
        least = min(self.confidences, key=lambda number: self.confidences[number])
        mean = sum(self.confidences.values()) / len(self.confidences)
        message = (
            f"has text on {counted(len(self.confidences), 'page')}, recognized in {self.recognizer.names} "
            f"with a mean word confidence of {mean:.0%}, at the least {self.confidences[least]:.0%} on "
            f"page {least}"
        )
        return Finding("rendition-text-recognized", Severity.INFO, message, label)

    def facts(self) -> dict[str, Fact]:
        """The mean confidence of the words of each page that has any."""
        told = {str(number): f"{confidence:.1%}" for number, confidence in self.confidences.items()}
        return {"word confidence by page": told} if told else {}

    def event(self, originals: Sequence[str]) -> Event:
        """That text was recognized in files at these paths, for PREMIS."""
        agent = Agent("Tesseract", "software", self.recognizer.tesseract.version)
        made = tuple(
            f"data/rendition/{path.relative_to(self.plain.parent).as_posix()}" for path in self.beside
        )
        detail = f"text recognized in {self.recognizer.names}"
        return Event("extraction", detail, agent, tuple(originals), made)


def uncertain(number: int, text: Recognized, settings: Settings) -> Iterator[Noticed]:
    """That the words of a page were recognized with less confidence than the settings ask for."""
    if text.confidence is not None and round(text.confidence * 100) < settings.min_word_confidence:
        told_words = (
            f"has words that were recognized with a confidence of {text.confidence:.0%} in the mean"
        )
        asked = f"{settings.min_word_confidence}% are asked for"
        yield Noticed(number, "rendition-text-uncertain", f"{told_words}; {asked}")


def unread(label: str, claims: Sequence[str], texts: ScanTexts | None) -> Finding | None:
    """That the text of a document was not recognized, or not of each page; None where it was."""
    if texts and texts.read:
        return None
    why = "its text was not to be recognized"
    if texts:
        missing = f"the text of {listed(texts.unread)} was not recognized" if texts.unread else ""
        why = missing or "no text was recognized on any page"
    message = f"{why}: the rendition is {told(claims)} alone, and tells nothing to who cannot see it"
    return Finding(UNRECOGNIZED, Severity.WARNING, message, label)
