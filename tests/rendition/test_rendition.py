"""Renditions conform, read in order, and are the same each time; veraPDF and pikepdf say so."""

import json
import re
import struct
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import uharfbuzz as hb
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import MissingGlyph
from archiver.rendition import Flavour, render
from archiver.rendition.breaking import by_icu, stretches
from archiver.rendition.direction import base_level, levels, visual_order
from archiver.rendition.fonts import Typeface, fonts
from archiver.rendition.shaping import Glyphs, _operands, saying, silent
from archiver.rendition.verapdf import Validator, find
from archiver.scripts import passages
from archiver.settings import Settings
from archiver.sources import SourceRef, read
from tests.conftest import EXAMPLES, Write
from tests.rendition.renditions import plain, rendition

RICH = {
    "title": "Everything at once",
    "identifier": "everything",
    "language": ["en", "ru"],
    "creators": ["A. Writer"],
    "body": [
        {"type": "heading", "level": 4, "content": "A heading that skips levels"},
        ["See ", {"text": "the page", "href": "https://example.org/ä"}, " and мир and 平和."],
        {"type": "quote", "blocks": ["Quoted.", {"type": "list", "items": ["one", "two"]}]},
        {"type": "list", "ordered": True, "start": 9, "items": ["nine", ["ten", "more"]]},
        {
            "type": "table",
            "header": ["a", "b"],
            "rows": [[f"row {n}", "words " * (n % 9)] for n in range(60)],
            "caption": "A long table",
        },
        {"type": "code", "text": "if x:\n    y()\n"},
        {"type": "rule"},
        "A closing paragraph. " * 40,
    ],
}
RICH["body"][1] = {"type": "paragraph", "content": RICH["body"][1]}  # type: ignore[index]

SCRIPTS = {
    "en": "A well-known office—naïve, “difficult”, ½ € x² H₂O.",
    "ru": "Администрация объявила вчера об открытии библиотеки.",
    "el": "Ο δήμος ανακοίνωσε χθες τα εγκαίνια της βιβλιοθήκης.",
    "ar": "أعلنت البلدية أمس (الأحد) عن افتتاح المكتبة في عام 2023، جدًّا.",
    "fa": "کتابخانهٔ ملی می‌خواهد نسخه‌های خطی را (۱۴۰۲) نگه دارد.",
    "he": "העירייה הודיעה אתמול על פתיחת הספרייה. שָׁלוֹם World Bank.",
    "hi": "क्षत्रिय श्री कृष्ण ने कहा हिन्दी में समाचार र्क।",
    "ja": "市は昨日、新しい図書館の開館を発表した。",
    "zh": "市政府昨日宣布新图书馆开馆。",
    "ko": "시는 어제 새 도서관 개관을 발표했다.",
}


def rendered(values: object, target: Path, **settings: object) -> Path:
    ref = SourceRef(Path("article.json"), data=json.dumps(values).encode())
    chosen = Settings(**settings)  # type: ignore[arg-type]
    render(read(ref, chosen), target, chosen)
    return target


@pytest.mark.parametrize("flavour", list(Flavour))
def test_a_rendition_passes_verapdf_in_every_flavour(
    flavour: Flavour, tmp_path: Path, verapdf: Validator
) -> None:
    pdf = rendered(RICH, tmp_path / "a.pdf", flavour=flavour.value)
    assert verapdf.check(pdf, flavour.claims) == ()


@pytest.mark.parametrize("language", SCRIPTS)
def test_a_rendition_passes_verapdf_in_every_script(
    language: str, tmp_path: Path, verapdf: Validator
) -> None:
    values = {"title": SCRIPTS[language], "language": language, "body": [SCRIPTS[language] * 3]}
    pdf = rendered(values, tmp_path / "a.pdf")
    assert verapdf.check(pdf, ("2a", "ua1")) == ()


def test_verapdf_names_the_clause_that_is_broken(tmp_path: Path, verapdf: Validator) -> None:
    pdf = rendered(RICH, tmp_path / "a.pdf")
    with pikepdf.open(pdf, allow_overwriting_input=True) as document:
        del document.Root.OutputIntents
        del document.Root.Lang
        document.save(pdf)
    clauses = {finding.clause for finding in verapdf.check(pdf, ("2a", "ua1"))}
    assert any(clause.startswith("ISO 19005-2 6.2.4.3") for clause in clauses)
    assert any(clause.startswith("ISO 14289-1 7.2") for clause in clauses)


def test_verapdf_that_is_switched_off_is_none() -> None:
    assert find(False) is None


def test_the_same_source_gives_the_same_bytes(tmp_path: Path) -> None:
    one = rendered(RICH, tmp_path / "one.pdf").read_bytes()
    rendered({"title": "Other", "language": "el", "body": ["Άλλο"]}, tmp_path / "other.pdf")
    assert rendered(RICH, tmp_path / "two.pdf").read_bytes() == one


def test_the_structure_tree_is_in_reading_order_and_skips_no_level(tmp_path: Path) -> None:
    with pikepdf.open(rendered(RICH, tmp_path / "a.pdf")) as document:
        tags = list(_tags(document.Root.StructTreeRoot.K[0]))
        assert document.Root.Lang == "en"
        assert document.Root.MarkInfo.Marked
    assert tags[0] == "Document"
    assert [tag for tag in tags if re.fullmatch("H[1-6]", tag)] == ["H1", "H2", "H2"]
    for tag in ("P", "Link", "Span", "BlockQuote", "L", "LI", "Lbl", "LBody", "Code", "Caption"):
        assert tag in tags
    assert tags.count("TR") == 61
    assert tags.count("TH") == 2


def _tags(element: pikepdf.Object) -> list[str]:
    found = [str(element.S)[1:]]
    for kid in element.K if isinstance(element.K, pikepdf.Array) else [element.K]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            found += _tags(kid)
    return found


def test_a_character_that_no_font_has_is_an_error_that_names_it(tmp_path: Path) -> None:
    values = {"title": "T", "language": "en", "body": ["a \U00012345 b"]}
    with pytest.raises(MissingGlyph, match=r"U\+12345 CUNEIFORM SIGN") as raised:
        rendered(values, tmp_path / "a.pdf")
    assert raised.value.where == "article.json, the passage “a \U00012345 b”"
    assert "Noto Sans Cuneiform" in raised.value.hint


def test_the_source_is_an_associated_file_where_the_flavour_asks(tmp_path: Path) -> None:
    with pikepdf.open(rendered(RICH, tmp_path / "a.pdf", flavour="3a")) as document:
        file = document.Root.AF[0]
        assert file.AFRelationship == "/Source"
        assert json.loads(file.EF.F.read_bytes())["title"] == RICH["title"]


def test_no_paragraph_leaves_a_line_alone_and_no_heading_ends_a_page(tmp_path: Path) -> None:
    body: list[object] = []
    for number in range(60):
        body.append({"type": "heading", "level": 2, "content": f"Heading {number}"})
        body.append("words " * (30 + 13 * (number % 7)))
    pdf = rendered({"title": "T", "language": "en", "body": body}, tmp_path / "a.pdf")
    with pikepdf.open(pdf) as document:
        assert len(document.pages) > 5
        for page in document.pages[:-1]:
            content = page.Contents.read_bytes().decode("ascii")
            last = re.findall(r"/(\w+) <</MCID \d+>> BDC", content)[-1]
            assert last == "P"
            first = content.split("EMC")[0]
            assert first.count(" Tm") >= 2 or "/H" in first


@pytest.mark.parametrize("name", sorted(p.name for p in EXAMPLES.iterdir() if p.suffix == ".md"))
def test_the_markdown_examples_render(name: str, tmp_path: Path, verapdf: Validator) -> None:
    source = read(SourceRef(EXAMPLES / name), Settings())
    made = render(source, tmp_path / "a.pdf", Settings(), {"jars.png": EXAMPLES / "jars.png"})
    assert made.path
    assert verapdf.check(made.path, ("2a", "ua1")) == ()


def test_brackets_take_the_direction_of_what_they_hold() -> None:
    text = "אבג (abc) דהו"
    assert base_level(text) == 1
    assert "".join(visual_order(text, levels(text, 1))) == "והד )abc( גבא"


@given(
    st.lists(st.text("aZ9яЁΩé.,;:!?()%'\"“”‘’…–—-/&", min_size=1, max_size=3), min_size=1).map(" ".join),
    st.sampled_from(("en", "fr", "el", "ru", "sv", "ja", "ko", "ar")),
    st.sampled_from((0, 1)),
)
def test_plain_text_breaks_where_icu_breaks_it(text: str, language: str, base: int) -> None:
    assert stretches(text, language, base) == list(by_icu(text, language, base))


@pytest.mark.parametrize("language", ["ja", "ja-JP", "en", ""])
def test_no_line_of_japanese_begins_with_a_small_kana_or_a_long_vowel(language: str) -> None:
    broken = ["コー", "ヒー", "ちょっ", "と", "ファ", "ン"]
    assert stretches("".join(broken), language, 0) == broken


def test_passages_in_a_foreign_script_have_their_language() -> None:
    assert [p.language for p in passages("The word мир is", "en", ("en", "ru"))] == ["", "ru", ""]
    assert [p.language for p in passages("Он сказал hello", "ru", ("ru",))] == ["", "und-Latn"]


class _Moved:
    """Where a shaper says that a glyph stands, in font units."""

    def __init__(self, x_advance: int = 0, x_offset: int = 0, y_offset: int = 0) -> None:
        self.x_advance, self.x_offset, self.y_offset = x_advance, x_offset, y_offset


class _Glyph:
    codepoint = 5


@given(
    st.lists(
        st.tuples(st.integers(-300, 600), st.integers(-300, 600), st.integers(-300, 300)),
        min_size=1,
    )
)
def test_operands_close_what_they_open(measures: list[tuple[int, int, int]]) -> None:
    face = fonts().find("ש", Typeface())
    written = _operands(face, [_Glyph()] * len(measures), [_Moved(*each) for each in measures])
    glyphs = Glyphs(face, "ש", 1.0, written, ((_Glyph.codepoint, "ש"),) * len(measures), False)
    for operands in (written, silent(glyphs).operands + saying("ש", face, 500).operands):
        operators = re.findall(r"BDC|EMC|\]TJ|\[|<(?!<)(?!/)|Ts", f"[{operands}]TJ")
        assert operators.count("[") == operators.count("]TJ")
        assert operators.count("BDC") == operators.count("EMC")
        words = re.sub(r"/Span \S+ \S+ BDC|<[0-9a-f]*>|[][]", " ", f"[{operands}{operands}]TJ")
        for number in re.findall(r"\S*\d\S*", words):
            assert re.fullmatch(r"-?\d+(\.\d+)?", number)


def test_a_character_without_a_font_is_told_with_its_source_and_line(
    article: Write, tmp_path: Path
) -> None:
    source = article("# Title\n\nText of it.\n\nA sign: \U00012345\n", "a.md")
    with pytest.raises(MissingGlyph, match=r"a\.md, line 5: .*U\+12345"):
        render(source, tmp_path / "a.pdf", Settings())


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"title": "T \U00012345"}, "title"),
        ({"creators": {"name": "N", "note": "\U00012345"}}, "creators"),
        ({"places": "\U00012345"}, "places or date"),
        ({"rights": "\U00012345"}, "the record, Rights"),
        ({"body": [{"type": "table", "header": ["a"], "caption": "\U00012345"}]}, "caption"),
    ],
)
def test_a_character_without_a_font_is_told_with_the_part_of_the_article_that_it_is_in(
    values: dict[str, object], part: str, tmp_path: Path
) -> None:
    with pytest.raises(MissingGlyph) as raised:
        rendered({"title": "T", "body": ["b"], **values}, tmp_path / "a.pdf")
    assert raised.value.where.startswith(f"article.json, {part}, the passage “")


def test_a_files_name_is_told_whatever_characters_it_has(article: Write, tmp_path: Path) -> None:
    source = article("# Title\n\nText of it.\n", "a \U00012345.md")
    render(source, tmp_path / "a.pdf", Settings())
    text = pypdfium2.PdfDocument(tmp_path / "a.pdf")[0].get_textpage().get_text_range()
    assert "Original: a \\U00012345.md, " in text


def test_a_value_that_was_overridden_is_shown_where_a_font_has_it(tmp_path: Path) -> None:
    stated = {"title": "\ue000 bad", "subtitle": "s " * 400, "body": ["x"]}
    (tmp_path / "a.json").write_text(json.dumps(stated))
    (tmp_path / "a.meta.yaml").write_text("title: Good\nsubtitle: Short\n")
    render(read(SourceRef(tmp_path / "a.json"), Settings()), tmp_path / "a.pdf", Settings())
    text = plain(pypdfium2.PdfDocument(tmp_path / "a.pdf")[0].get_textpage().get_text_range())
    assert "Overridden title: a value in characters that no font has (stated in the source)" in text
    assert "Overridden subtitle: “s s s" in text
    assert "s…” (stated in the source)" in text


def test_an_embedded_font_has_the_glyphs_that_are_shown_and_no_more(tmp_path: Path) -> None:
    """Whatever numbers they have in the typeface; each is as wide as the PDF says."""
    path = rendition(["Plain words, fficult Ω and Ж."], tmp_path / "article.pdf")
    with pikepdf.open(path) as pdf:
        fonts = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/W" in item]
        assert fonts
        for font in fonts:
            face = hb.Face(font.FontDescriptor.FontFile2.read_bytes())
            glyphs = [number for (number,) in struct.iter_unpack(">H", font.CIDToGIDMap.read_bytes())]
            numbers = {code: number for code, number in enumerate(glyphs) if number}
            assert set(numbers.values()) <= set(range(1, face.glyph_count))
            assert len(numbers) < face.glyph_count < 1.5 * len(numbers) + 2
            drawn = hb.Font(face)
            for code, width in widths(font.W).items():
                advance = drawn.get_glyph_h_advance(numbers.get(code, 0)) * 1000 / face.upem
                assert abs(advance - width) < 0.01


def widths(runs: pikepdf.Object) -> dict[int, float]:
    """The widths by code of a W array (ISO 32000-1 9.7.4.3)."""
    numbers = [int(start) for start in list(runs)[::2]]
    return {
        start + offset: float(width)
        for start, run in zip(numbers, list(runs)[1::2], strict=True)
        for offset, width in enumerate(run)
    }
