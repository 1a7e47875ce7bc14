"""What a page looks like: where glyphs stand, and in which face."""

import re
from itertools import pairwise
from pathlib import Path

import pikepdf
import pymupdf_fonts
import pypdfium2
import pytest

from archiver.rendition.fonts import Fonts, Typeface, fonts
from archiver.rendition.shaping import shape
from archiver.rendition.text import Run, Typesetter
from archiver.rendition.verapdf import Validator
from tests.rendition.renditions import rendition

Box = tuple[float, float, float, float]


def boxes(pdf: Path, page: int, characters: str) -> list[Box]:
    """Where a page shows certain characters (left, bottom, right, top), from its head down."""
    text = pypdfium2.PdfDocument(pdf)[page].get_textpage()
    found = [at for at in range(text.count_chars()) if text.get_text_range(at, 1) in set(characters)]
    return sorted((text.get_charbox(at) for at in found), key=lambda box: -box[1])


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_the_written_marks_of_a_name_are_its_only_ones() -> None:
    face = fonts().find("ا", Typeface())
    for name in ("الله", "اللَّهِ"):
        shown = shape(name, face, 1, "ar", "Arab")
        assert [text for glyph, text in shown.pairs if text in "اله" and glyph < 0x8000] == list("هللا")


def test_a_right_to_left_number_does_not_stand_on_its_full_stop(tmp_path: Path) -> None:
    body = [{"type": "list", "ordered": True, "start": 7, "items": ["و"]}]
    label = boxes(rendition(body, tmp_path / "a.pdf", "ar"), 0, "7.")[:2]
    assert not overlap(*label)


def test_a_right_to_left_header_that_is_repeated_is_set_as_the_first_time(tmp_path: Path) -> None:
    table = {"type": "table", "header": ["العدد (780) كتاب", "ب"], "rows": [["أ", "ب"]] * 60}
    pdf = rendition([table], tmp_path / "a.pdf", "ar")
    first, again = (sorted(box[0] for box in boxes(pdf, page, "ك78()")[:5]) for page in (0, 1))
    assert again == pytest.approx(first)


@pytest.mark.parametrize(
    ("language", "stated", "leftward"),
    [
        ("ar", "MBI تعلن عن نتائج عام 2011!", True),
        ("ar", "Maria Lopez wrote this!", False),
        ("he", "MBI הודיעה!", True),
        ("en", "שלום is the Hebrew word for peace!", False),
        ("en", "שלום", True),
        ("he", "https://example.org/a/long/address כאן!", True),
    ],
)
def test_a_paragraph_runs_as_its_article_does_unless_most_of_it_is_of_the_other_direction(
    language: str, stated: str, leftward: bool, tmp_path: Path
) -> None:
    pdf = rendition([stated], tmp_path / "a.pdf", language)
    first, last = (boxes(pdf, 0, character)[0] for character in (stated[0], stated[-1]))
    assert (first[0] > last[0]) == leftward
    line = [box for box in boxes(pdf, 0, stated) if abs(box[1] - first[1]) < 9]
    if leftward:
        assert max(box[2] for box in line) == pytest.approx(513, abs=1)
    else:
        assert min(box[0] for box in line) == pytest.approx(82, abs=1)


@pytest.mark.parametrize(
    "block",
    [
        "An English paragraph, with עברית in it, and (parentheses)!",
        {"type": "code", "text": "M = ['שלום', (1)]  # שלום."},
    ],
    ids=["paragraph", "code"],
)
def test_what_runs_to_the_right_looks_the_same_in_a_hebrew_article_as_in_an_english_one(
    block: object, tmp_path: Path
) -> None:
    def line(language: str) -> bytes:
        pdf = rendition([block, block], tmp_path / "a.pdf", language)
        page = pypdfium2.PdfDocument(pdf)[0].render(scale=2, grayscale=True).to_pil()
        return bytes(page.crop((160, 216, 1100, 284)).tobytes())

    assert min(line("he")) < 99
    assert line("he") == line("en")


def test_a_byline_begins_where_its_article_does(tmp_path: Path) -> None:
    pdf = rendition(["نعم"], tmp_path / "a.pdf", "ar", creators=["Maria Lopez"])
    assert boxes(pdf, 0, "z")[0][2] == pytest.approx(513, abs=1)


def test_the_day_stands_before_its_month_in_a_dateline_of_the_other_direction(tmp_path: Path) -> None:
    pdf = rendition(["כן"], tmp_path / "a.pdf", "he", places=["חיפה"], date="12 June 2002")
    month = boxes(pdf, 0, "J")[0]
    numbers = [box for box in boxes(pdf, 0, "12") if abs(box[1] - month[1]) < 9]
    assert [box[0] < month[0] for box in sorted(numbers)] == [True, True, False, False]


def test_the_quotation_of_a_chinese_date_closes_in_the_face_it_opened_in(tmp_path: Path) -> None:
    pdf = rendition(["正文。"], tmp_path / "a.pdf", "zh", date="2002年1月12日")
    closing = boxes(pdf, 0, "”")[0]
    bracket = next(
        box for box in boxes(pdf, 0, ")") if box[0] > closing[0] and abs(box[1] - closing[1]) < 9
    )
    assert bracket[0] - closing[0] < 5


@pytest.mark.parametrize(("language", "word"), [("ar", "«كتاب»"), ("zh", "“书”"), ("hi", "(किताब)")])
def test_what_opens_before_a_word_is_in_the_face_of_what_closes_after_it(language: str, word: str) -> None:
    shaped = Typesetter(fonts(), language).paragraph([Run(word)]).words
    faces = {piece.glyphs.face for each in shaped for piece in each.pieces}
    assert len(faces) == 1


@pytest.mark.parametrize("identifier", ["0" * 480, "sheet-of-the-ferry " * 20 + "7", "كتاب" * 120])
def test_an_identifier_that_the_foot_cannot_hold_ends_in_an_ellipsis(
    identifier: str, tmp_path: Path
) -> None:
    pdf = rendition(["1"], tmp_path / "a.pdf", identifier=identifier)
    ellipsis = min(boxes(pdf, 0, "…"), key=lambda box: box[1])
    number = min(boxes(pdf, 0, "p"), key=lambda box: box[1])
    shown = [
        box for box in boxes(pdf, 0, identifier[:4]) if box[2] < number[0] and abs(box[1] - number[1]) < 9
    ]
    assert min(box[0] for box in shown) < 90
    assert number[0] - 48 < ellipsis[2] < number[0] - 20


@pytest.mark.parametrize("bold", [False, True])
def test_the_space_behind_code_is_of_the_text_around_it(bold: bool) -> None:
    text, code = Typeface(bold), Typeface(bold, mono=True)
    runs = [Run("A ", text), Run("codex", code, 1), Run(" is", text)]
    before, behind, _ = Typesetter(fonts(), "en").paragraph(runs).words
    assert behind.space == before.space


@pytest.mark.parametrize(
    ("language", "member"),
    [
        ("ja", "jp"),
        ("ja-JP", "jp"),
        ("ko-KR", "kr"),
        ("zh", "sc"),
        ("zh-CN", "sc"),
        ("zh-Hans-SG", "sc"),
        ("zh-Hant", "tc"),
        ("zh-TW", "tc"),
        ("zh-Hant-TW", "tc"),
        ("zh-HK", "hk"),
        ("en", "sc"),
    ],
)
def test_han_characters_have_the_forms_of_their_language_and_region(language: str, member: str) -> None:
    assert fonts().find("直", Typeface(), language).name == f"NotoSansCJK{member}-Regular"


@pytest.mark.parametrize("typeface", [Typeface(b, i) for b in (False, True) for i in (False, True)])
def test_no_devanagari_vowel_sign_falls_on_the_word_before(typeface: Typeface) -> None:
    """Each is drawn above the headline; where a face has bad anchors it is moved below the baseline."""
    retroflex = [before + c + "्र" + mark for before in ("", "स्", "न्") for c in "छटठडढ" for mark in "ेैं"]
    for syllable in [*retroflex, "थ्नँ", "थ्नॅ"]:
        face = fonts().find(syllable[0], typeface)
        operands = shape(syllable, face, 0, "hi", "Deva").operands
        assert all(float(rise) > -0.1 for rise in re.findall(r"(\S+) Ts", operands)), syllable


@pytest.mark.parametrize(
    ("typeface", "name"),
    [
        (Typeface(), "FiraGO-Regular"),
        (Typeface(bold=True), "FiraGO-Bold"),
        (Typeface(italic=True), "FiraGO-Italic"),
        (Typeface(bold=True, italic=True), "FiraGO-BoldItalic"),
    ],
)
def test_a_font_that_was_found_is_taken_by_its_style_and_not_by_its_files_name(
    typeface: Typeface, name: str, tmp_path: Path
) -> None:
    for number, code in enumerate(("figbi", "figbo", "figit", "figo")):
        (tmp_path / f"{number}.ttf").write_bytes(pymupdf_fonts.myfont(code))
    found = list(Fonts((tmp_path,))._candidates("ʕ", typeface, ""))
    assert found[2].name == name


def test_the_signs_of_arabic_print_have_a_font() -> None:
    for sign in "﷼ﷺﷻ﷽":
        assert fonts().find(sign, Typeface()).name == "NotoSansArabic-Regular"
        assert fonts().find(sign, Typeface(bold=True)).name == "NotoSansArabic-Bold"


def rectangles(pdf: Path, page: int, width: float) -> list[Box]:
    """What a page is filled with that is so wide: left, bottom, width, height."""
    with pikepdf.open(pdf) as document:
        drawn = pikepdf.parse_content_stream(document.pages[page], "re")
    found = [tuple(float(number) for number in step.operands) for step in drawn if step.operands]
    return [(x, y, across, up) for x, y, across, up in found if across == width]


def test_the_bar_beside_a_quotation_passes_its_pictures_tables_and_lists(tmp_path: Path) -> None:
    table = {"type": "table", "header": ["a", "b"], "rows": [["1", "2"]] * 70}
    blocks = ["Before.", table, {"type": "rule"}, {"type": "list", "items": ["one"]}, "After."]
    pdf = rendition([{"type": "quote", "blocks": blocks}], tmp_path / "a.pdf")
    for page in (0, 1):
        bars = sorted(rectangles(pdf, page, 1.5), key=lambda bar: -bar[1])
        assert sum(bar[3] for bar in bars) > 200
        assert all(below[1] + below[3] >= bar[1] - 0.1 for bar, below in pairwise(bars))


def test_the_bar_beside_a_quotation_ends_with_its_last_line(tmp_path: Path) -> None:
    inner = {"type": "quote", "blocks": ["one", "two"]}
    pdf = rendition([{"type": "quote", "blocks": [inner, inner]}, "After."], tmp_path / "a.pdf")
    bars = rectangles(pdf, 0, 1.5)
    left = min(bar[0] for bar in bars)
    outer, inside = ([bar for bar in bars if (bar[0] == left) == is_outer] for is_outer in (True, False))
    assert [bar[3] for bar in outer] == [23.25, 23.25, 23.25, 15.5]
    assert [bar[3] for bar in inside] == [23.25, 15.5, 23.25, 15.5]


def test_a_number_stands_clear_of_the_bar_of_a_quotation_that_begins_its_item(tmp_path: Path) -> None:
    item = [{"type": "quote", "blocks": ["said"]}]
    pdf = rendition([{"type": "list", "ordered": True, "start": 7, "items": [item]}], tmp_path / "a.pdf")
    bar = rectangles(pdf, 0, 1.5)[0]
    assert boxes(pdf, 0, "7")[0][2] < bar[0]


def test_a_word_that_is_too_long_for_the_title_is_set_smaller_and_not_broken(tmp_path: Path) -> None:
    word = "Rindfleischetikettierungsüberwachungsaufgabengesetz"
    pdf = rendition(["1"], tmp_path / "a.pdf", "de", title=f"Das {word} gilt nicht mehr")
    lines = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range().split("\r\n")
    assert word in [line.strip() for line in lines]


def test_a_list_of_single_lines_in_a_list_is_as_close_as_the_lines_around_it(tmp_path: Path) -> None:
    inner = {"type": "list", "ordered": False, "items": ["c", "d"]}
    outer = {"type": "list", "ordered": False, "items": ["a", ["b", inner], "e"]}
    bullets = boxes(rendition([outer], tmp_path / "a.pdf"), 0, "•")
    assert len(bullets) == 5
    assert len({round(above[1] - below[1]) for above, below in pairwise(bullets)}) == 1


def test_a_heading_before_a_rule_is_not_left_at_the_foot_of_a_page(tmp_path: Path) -> None:
    for lines in range(26, 40):
        body = [*["line"] * lines, {"type": "heading", "level": 2, "content": "Q"}, {"type": "rule"}, "z"]
        pdf = rendition(body, tmp_path / "a.pdf")
        headings, texts = ([len(boxes(pdf, page, letter)) for page in (0, 1)] for letter in "Qz")
        assert headings == texts


def test_the_rule_above_the_record_stays_with_it(tmp_path: Path) -> None:
    for lines in range(20, 32):
        pdf = rendition(["line"] * lines, tmp_path / "a.pdf")
        for number, page in enumerate(pypdfium2.PdfDocument(pdf)):
            rules = [rule for rule in rectangles(pdf, number, 431.28) if rule[3] == 0.5]
            has_record = "Provenance" in page.get_textpage().get_text_range()
            assert len(rules) == (number == 0) + has_record


@pytest.mark.parametrize("selector", ["\ufe0f", "\U000e0100", "\U000e01ef"])
def test_a_variation_that_no_font_has_is_set_in_the_usual_form(selector: str, tmp_path: Path) -> None:
    pdf = rendition([f"辻{selector}さん"], tmp_path / "a.pdf", "ja")
    text = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()
    assert "辻さん" in text.replace(selector, "")


@pytest.mark.parametrize(("language", "stated"), [("ko", "굵게"), ("ja", "太字"), ("zh", "粗体")])
def test_bold_is_bolder_where_there_is_no_bold_face(
    language: str, stated: str, tmp_path: Path, verapdf: Validator
) -> None:
    def ink(strong: bool) -> int:
        content = {"text": stated, "strong": strong}
        pdf = rendition([{"type": "paragraph", "content": content}], tmp_path / "a.pdf", language)
        assert verapdf.check(pdf, ("2a", "ua1")) == ()
        assert stated in pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()
        page = pypdfium2.PdfDocument(pdf)[0].render(scale=4, grayscale=True).to_pil()
        word = page.crop((4 * 82, 4 * 110, 4 * 104, 4 * 140))
        return sum(255 - value for value in word.tobytes())

    assert ink(True) > 1.2 * ink(False)


def test_a_regular_face_that_does_for_a_bold_one_is_embedded_once(tmp_path: Path) -> None:
    content = ["보통 ", {"text": "굵게", "strong": True}]
    pdf = rendition([{"type": "paragraph", "content": content}], tmp_path / "a.pdf", "ko")
    with pikepdf.open(pdf) as document:
        names = [str(font.BaseFont) for font in document.pages[0].Resources.Font.values()]
    assert sum("NotoSansCJK" in name for name in names) == 1
