"""Twenty scanned pages in four scripts: archiver beside OCRmyPDF, and beside Tesseract alone.

The pages are set and then distorted here, so that their text is known: they are turned a little,
blurred, made noisy, laid on gray paper that is darker at one side, and written as JPEG.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pypdfium2
from PIL import Image, ImageChops, ImageFilter
from rapidfuzz.distance import Levenshtein

if not __package__:
    sys.path.insert(0, str(Path(__file__).parents[1]))

from archiver.article import Article
from archiver.rendition import render
from archiver.settings import Settings
from archiver.sources import SourceRef, read
from benchmarks import measuring
from benchmarks.articles import SENTENCES

RESOLUTION = 300
BODY_POINTS = 770
"""What of a page is above its foot."""

LANGUAGES = {"en": "eng", "de": "deu", "ru": "rus", "ar": "ara"}
TEXTS: dict[str, Sequence[str]] = {
    "en": SENTENCES,
    "de": (
        "Die Hafenmeisterei verwahrte ihre Bücher in einem Schrank, den seit der Flut keiner geöffnet.",
        "Als sich der Schlüssel endlich fand, las der Schreiber die erste Seite langsam und laut vor.",
        "Jedes Schiff hatte eine Zeile: seinen Führer, seine Ladung, die Stunde der Ankunft.",
        "Manches war verlaufen, und eine spätere Hand hatte die Zahl mit Bleistift darüber geschrieben.",
        "Wer der zweite Schreiber war, wußte keiner, doch die Schlingen ließen an einen Lehrer denken.",
        "Der Preis für Tauwerk hatte sich in einem Winter verdoppelt und war nie wieder gefallen.",
    ),
    "ru": (
        "Портовая контора хранила свои книги в шкафу, который никто не открывал со времени наводнения.",
        "Когда ключ наконец нашёлся, писарь медленно и громко прочитал вслух первую страницу.",
        "У каждого судна была своя строка: шкипер, груз, час прибытия и причитающийся сбор.",
        "Кое-где чернила расплылись, и позднейшая рука надписала цифру сверху карандашом.",
        "Кто был второй писарь, никто не знал, но петли букв заставляли думать об учителе.",
        "Цена на верёвку за одну зиму удвоилась и больше никогда не опускалась.",
    ),
    "ar": (
        "حفظ مكتب الميناء دفاتره في خزانة لم يفتحها أحد منذ الفيضان الكبير.",
        "ولما وجد المفتاح أخيرا قرأ الكاتب الصفحة الأولى بصوت عال وعلى مهل.",
        "كان لكل سفينة سطر فيه اسم ربانها وحمولتها وساعة وصولها والرسم المستحق عليها.",
        "سال الحبر في بعض المواضع وكتبت يد أخرى الرقم من جديد بقلم الرصاص.",
        "لم يعرف أحد من كان الكاتب الثاني لكن شكل الحروف يوحي بأنه معلم.",
        "تضاعف سعر الحبال في شتاء واحد ولم ينخفض بعد ذلك أبدا.",
    ),
}


class Taken(NamedTuple):
    """What something took, in seconds: on the clock, and of all processors."""

    clock: float
    processors: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=5, help="pages in each of the four languages")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--grain", type=float, default=9, help="how noisy the pages are")
    options = parser.parse_args()
    os.environ["OMP_THREAD_LIMIT"] = "1"
    measuring.machine("ocrmypdf", "pikepdf", "pillow")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        truths = {lang: list(_scanned(folder / lang, lang, options)) for lang in LANGUAGES}
        compete(folder, truths, options.repetitions)


# --- pages --------------------------------------------------------------------------------------


def _scanned(folder: Path, language: str, options: argparse.Namespace) -> Iterator[str]:
    """Set pages, distort them, and write them to a folder; the text of each."""
    folder.mkdir()
    for number in range(options.pages):
        draw = random.Random(f"{language} {number}")
        body = [" ".join(draw.choices(TEXTS[language], k=4)) for _ in range(20)]
        values = {"title": "1911", "identifier": "1", "language": language, "body": body}
        source = read(SourceRef(Path("a.json"), data=_json(values)), Settings())
        pdf = folder / "set.pdf"
        render(source, pdf, Settings(verapdf=False))
        picture = pypdfium2.PdfDocument(pdf)[0].render(scale=RESOLUTION / 72).to_pil().convert("L")
        shown = picture.crop((0, 0, picture.width, round(BODY_POINTS * RESOLUTION / 72)))
        page = _distorted(shown, draw.uniform(-0.8, 0.8), options.grain)
        page.save(folder / f"{number:02}.jpg", quality=85, dpi=(RESOLUTION, RESOLUTION))
        yield _text(pdf, "-l", "1", "-x", "0", "-y", "0", "-W", "600", "-H", str(BODY_POINTS))
        pdf.unlink()


def _json(values: dict[str, object]) -> bytes:
    return Article.model_validate(values).model_dump_json().encode()


def _distorted(page: Image.Image, angle: float, grain: float) -> Image.Image:
    """A page as a scanner sees it."""
    turned = page.rotate(angle, Image.Resampling.BICUBIC, fillcolor=255).filter(
        ImageFilter.GaussianBlur(0.8)
    )
    shade = Image.linear_gradient("L").rotate(90).resize(page.size).point(lambda value: 205 + value // 8)
    noise = Image.effect_noise(page.size, grain)
    return ImageChops.add(ImageChops.multiply(turned, shade), noise, offset=-128)


def _text(pdf: Path, *options: str) -> str:
    """What poppler finds, without what only steers its direction, in one line."""
    found = subprocess.run(["pdftotext", *options, str(pdf), "-"], capture_output=True, check=True)
    return " ".join(re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", found.stdout.decode()).split())


# --- contestants --------------------------------------------------------------------------------


def _tesseract(pages: Sequence[Path], language: str, target: Path) -> None:
    for page in pages:
        command = ["tesseract", str(page), "stdout", "-l", LANGUAGES[language], "hocr"]
        subprocess.run(command, capture_output=True, check=True)


def _archiver(workers: int) -> Callable[[Sequence[Path], str, Path], None]:
    def run(pages: Sequence[Path], language: str, target: Path) -> None:
        settings = Settings(verapdf=False, language=language, page_workers=workers)
        source = read(SourceRef(pages[0].parent), settings)
        target.parent.mkdir()
        render(source, target, settings, source.paths())

    return run


def _ocrmypdf(pages: Sequence[Path], language: str, target: Path) -> None:
    """Its least work at the same picture data: no turning, straightening or recompression."""
    target.parent.mkdir()
    together = target.with_name("together.pdf")
    subprocess.run([sys.executable, "-m", "img2pdf", *map(str, pages), "-o", str(together)], check=True)
    options = ("--jobs", "2", "--optimize", "0", "--output-type", "pdfa-2", "-l", LANGUAGES[language])
    subprocess.run(["ocrmypdf", "--quiet", *options, str(together), str(target)], check=True)


CONTESTANTS = {
    "Tesseract alone, a page after the other": _tesseract,
    "archiver, 1 worker": _archiver(1),
    "archiver, 2 workers": _archiver(2),
    "OCRmyPDF, 2 jobs": _ocrmypdf,
}


def compete(folder: Path, truths: dict[str, list[str]], repetitions: int) -> None:
    """Let the contestants take turns, and print what they took and made."""
    taken: dict[str, list[Taken]] = {name: [] for name in CONTESTANTS}
    for turn in range(repetitions):
        for name, run in CONTESTANTS.items():
            seconds = [
                _timed(
                    run,
                    sorted((folder / language).glob("*.jpg")),
                    language,
                    _target(folder, name, language, turn),
                )
                for language in truths
            ]
            taken[name].append(Taken(*map(sum, zip(*seconds, strict=True))))
    pages = sum(map(len, truths.values()))
    measuring.table(
        (f"{pages} pages", "seconds", "processor seconds", "s a page"),
        (
            (name, f"{best.clock:.1f}", f"{best.processors:.1f}", f"{best.clock / pages:.2f}")
            for name, all_taken in taken.items()
            for best in (min(all_taken),)
        ),
    )
    measuring.table(
        ("", "KiB", "beyond the pictures", *(f"errors, {language}" for language in truths)),
        (_result(folder, name, truths) for name in list(CONTESTANTS)[2:]),
    )


def _target(folder: Path, name: str, language: str, turn: int) -> Path:
    return folder / f"{name} {language} {turn}" / "scan.pdf"


def _timed(
    run: Callable[[Sequence[Path], str, Path], None], pages: Sequence[Path], language: str, target: Path
) -> Taken:
    begun, used = time.perf_counter(), _processors()
    run(pages, language, target)
    return Taken(time.perf_counter() - begun, _processors() - used)


def _processors() -> float:
    """What this process and those that it waited for have used of all processors, in seconds."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, kinds))


def _result(folder: Path, name: str, truths: dict[str, list[str]]) -> tuple[object, ...]:
    """Sizes, and the character error rate in each language."""
    made = {language: _target(folder, name, language, 0) for language in truths}
    size = sum(pdf.stat().st_size for pdf in made.values())
    pictures = sum(page.stat().st_size for lang in truths for page in (folder / lang).glob("*.jpg"))
    rates = []
    for language, pdf in made.items():
        wrong = sum(
            Levenshtein.distance(truth, _text(pdf, "-f", str(number), "-l", str(number)))
            for number, truth in enumerate(truths[language], 1)
        )
        rates.append(f"{wrong / sum(map(len, truths[language])):.2%}")
    return name, f"{size / 1024:.0f}", f"{size / pictures - 1:.1%}", *rates


if __name__ == "__main__":
    main()
