"""The texts of a scan: what was recognized goes to files beside the rendition, page by page."""

from __future__ import annotations

from pathlib import Path

from archiver.findings import Fact, Finding, Severity, counted
from archiver.rendition.alto import alto
from archiver.rendition.looking import Recognizer
from archiver.rendition.recognition import Recognized
from archiver.sources import ScannedPage

ALTO_FOLDER = "alto"


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
        self._texts: list[str] = []

    def add(self, page: ScannedPage, text: Recognized | None) -> None:
        """Write the text of the next page, where there is one. Raises OSError."""
        number = len(self._texts) + 1
        self._texts.append(f"{text.text}\n" if text else "\n")
        if text is None:
            self.unread.append(number)
            return
        if text.confidence is not None:
            self.confidences[number] = text.confidence
        self.folder.mkdir(exist_ok=True)
        record = self.folder / f"page-{number:04}.xml"
        by = f"Tesseract {self.recognizer.tesseract.version}"
        record.write_bytes(alto(text, page.frame + 1, page.original, by, self.language))
        self.beside[record] = "application/xml"

    def finish(self) -> None:
        """Write the plain text, with a form feed between pages. Raises OSError."""
        self.plain.write_text("\f".join(self._texts), "utf-8")
        self.beside[self.plain] = "text/plain"

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
