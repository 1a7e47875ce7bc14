"""Recognized text: whatever Tesseract answers becomes words in their places, or one sentence."""

import subprocess
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from pikepdf import Dictionary
from PIL import Image

from archiver.article import Article
from archiver.errors import RenditionError, SettingsError
from archiver.records.checking import schema
from archiver.rendition.alto import alto
from archiver.rendition.fonts import fonts
from archiver.rendition.hocr import parse
from archiver.rendition.recognition import Box, Matrix, Recognized
from archiver.rendition.scan_pages import PageBook, PagePicture
from archiver.rendition.scan_pictures import Drawn
from archiver.rendition.spool import Spool
from archiver.rendition.tesseract import Calls, Segmentation, find, name_of, package_of
from archiver.rendition.text_layer import _rightward
from archiver.settings import Settings
from tests.rendition.renditions import by_poppler, needs_poppler
from tests.scanned import needs_tesseract, page

HEAD = '<html xmlns="http://www.w3.org/1999/xhtml"><body><div class="ocr_page">'
FOOT = "</div></body></html>"
NUMBERS = st.floats(-1e4, 1e4)
MATRICES = st.builds(Matrix, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)


def hocr(line: str, words: str) -> bytes:
    element = f'<span class="ocr_line" id="line_1_1" title="{line}">{words}</span>'
    return f'{HEAD}<p class="ocr_par" lang="eng">{element}</p>{FOOT}'.encode()


def word(text: str, title: str) -> str:
    return f'<span class="ocrx_word" title="{title}">{text}</span>'


def test_a_word_is_where_its_line_has_its_baseline() -> None:
    line = "bbox 100 200 500 240; baseline 0.01 -8; x_size 40; x_descenders 8; x_ascenders 10"
    found = parse(hocr(line, word("harbour", "bbox 200 205 300 238; x_wconf 91")), 600, 400, Matrix())
    (harbour,) = found.words()
    assert harbour.box == Box(200, 205, 300, 238)
    assert harbour.start == pytest.approx((200, 240 - 8 + 0.01 * 100))
    assert harbour.along == pytest.approx((100, 1))
    assert harbour.confidence == pytest.approx(0.91)
    assert found.text == "harbour"


@pytest.mark.parametrize(("angle", "turned"), [(0, 0), (90, 270), (180, 180), (270, 90)])
def test_a_word_on_a_turned_page_runs_as_one_reads_it(angle: int, turned: int) -> None:
    line = f"bbox 100 200 140 500; textangle {angle}; x_size 40; x_descenders 8"
    found = parse(hocr(line, word("x", "bbox 100 300 140 400; x_wconf 50")), 600, 600, Matrix())
    (along,) = (each.along for each in found.words())
    assert found.turned == turned
    assert along == pytest.approx({0: (40, 0), 90: (0, -100), 180: (-40, 0), 270: (0, 100)}[angle])


CHINESE = (
    ("渡轮", 344, 459),
    ("早上", 458, 515),
    ("七", 532, 571),
    ("点", 580, 620),
    (",", 625, 640),
    ("OCR", 660, 760),
    ("船上", 793, 892),
    ("40", 905, 1015),
    ("名", 1029, 1048),
    ("。", 1050, 1070),
)
"""Words of a line as Tesseract has them, and from where to where each is."""


def chinese() -> Recognized:
    line = "bbox 344 63 1694 108; baseline 0 -5; x_size 53.3; x_descenders 13.3"
    words = (word(text, f"bbox {left} 63 {right} 104; x_wconf 96") for text, left, right in CHINESE)
    return parse(hocr(line, "".join(words)), 2475, 260, Matrix())


def test_no_spaces_part_words_of_a_script_without_them() -> None:
    found = chinese()
    assert found.text == "渡轮早上七点, OCR 船上 40 名。"
    record = etree.fromstring(alto(found, 1, "a.tif", "Tesseract 5", "zh"))
    schema("alto-4-3.xsd").assertValid(record)
    namespace = {"a": "http://www.loc.gov/standards/alto/ns-v4#"}
    assert [each.get("CONTENT") for each in record.iterfind(".//a:String", namespace)] == [
        text for text, _, _ in CHINESE
    ]
    assert len(record.findall(".//a:SP", namespace)) == 4


@needs_poppler
def test_words_without_spaces_between_them_come_out_of_readers_as_they_are(tmp_path: Path) -> None:
    with Spool(tmp_path / "spool") as spool:
        book = PageBook(spool, "zh", fonts(Settings().fonts))
        drawn = Drawn(Dictionary(Width=1, Height=1, BitsPerComponent=8), b"\xff", 1)
        book.add(PagePicture(drawn, 594, 62.4, text=chinese()))
        article = Article.model_validate({"title": "1", "identifier": "1", "language": ["zh"], "body": []})
        book.save(tmp_path / "a.pdf", article, ("2a", "ua1"), [], right_to_left=False)
    with pypdfium2.PdfDocument(tmp_path / "a.pdf") as pdf:
        assert pdf[0].get_textpage().get_text_bounded().strip() == chinese().text
    assert by_poppler(tmp_path / "a.pdf").strip() == chinese().text


@given(st.binary(max_size=300))
def test_any_answer_is_read_or_refused(data: bytes) -> None:
    for answer in (data, HEAD.encode() + data + FOOT.encode()):
        try:
            parse(answer, 10, 10, Matrix())
        except RenditionError as error:
            assert "is no hOCR" in error.message


@given(st.text(max_size=20), st.lists(st.integers(-(10**6), 10**6), max_size=5))
def test_any_text_makes_a_valid_record(text: str, numbers: list[int]) -> None:
    title = f"bbox {' '.join(map(str, numbers))}; x_wconf {numbers[0] if numbers else 'x'}"
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    found = parse(hocr(title, word(escaped, title)), 10, 10, Matrix())
    schema("alto-4-3.xsd").assertValid(etree.fromstring(alto(found, 1, "a.tif", "Tesseract 5", "und")))


@given(MATRICES, MATRICES, NUMBERS, NUMBERS)
def test_one_map_and_then_another_are_one_map(one: Matrix, other: Matrix, x: float, y: float) -> None:
    assert one.then(other).place(x, y) == pytest.approx(other.place(*one.place(x, y)), rel=1e-6, abs=1)


@pytest.mark.parametrize(
    ("logical", "shown"),
    [
        ("سلام", "مالس"),
        ("1911.", ".\u200f1911"),
        ("(1911)", ")\u200f1911("),
        ("12:30", "12:30"),
        ("في2020", "2020يف"),
        ("word", "word"),
    ],
)
def test_a_word_from_right_to_left_is_written_from_left_to_right(logical: str, shown: str) -> None:
    assert _rightward(logical) == shown


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("de", "deu"),
        ("en-GB", "eng"),
        ("sr-Latn", "srp_latn"),
        ("sr", "srp"),
        ("zh-TW", "chi_tra"),
        ("zh", "chi_sim"),
        ("nb", "nor"),
        ("fa", "fas"),
        ("und", "eng"),
    ],
)
def test_languages_have_the_names_that_tesseract_gives_them(language: str, name: str) -> None:
    assert name_of(language) == name


def test_packages_have_the_names_that_debian_gives_them() -> None:
    assert package_of("chi_sim") == "tesseract-ocr-chi-sim"


def test_what_is_no_tesseract_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is no Tesseract that can be run"):
        find(tmp_path / "tesseract")


@needs_tesseract
def test_a_tesseract_that_fails_is_told_with_what_it_said(tmp_path: Path) -> None:
    failing = tmp_path / "failing"
    failing.write_text(
        '#!/bin/sh\nif [ "$2" = stdout ]; then echo broken >&2; exit 3; fi\nexec tesseract "$@"\n'
    )
    failing.chmod(0o755)
    tesseract = find(failing)
    assert tesseract is not None
    with pytest.raises(RenditionError, match="Tesseract ended with 3: broken"):
        tesseract.recognize(Image.new("L", (9, 9)), "eng", Segmentation.TOP_UP, None, 60, Calls())


@needs_tesseract
def test_recognition_is_what_the_program_itself_says(tmp_path: Path) -> None:
    page().save(tmp_path / "a.png", dpi=(300, 300))
    command = ["tesseract", str(tmp_path / "a.png"), "stdout", "-l", "eng"]
    own = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    tesseract = find(True)
    assert tesseract is not None
    answer = tesseract.recognize(page(), "eng", Segmentation.TOP_UP, 300, 60, Calls())
    assert parse(answer, *page().size, Matrix()).text.split() == own.split()
