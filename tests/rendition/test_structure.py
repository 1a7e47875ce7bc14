"""What assistive technology meets: the structure tree in the order of the text, links on their words."""

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pikepdf
import pytest

from archiver.rendition import render
from archiver.rendition.verapdf import Validator
from archiver.settings import Settings
from tests.conftest import Write
from tests.rendition.renditions import by_structure, needs_poppler, rendition


def kids(element: pikepdf.Object) -> list[pikepdf.Object]:
    return list(element.K) if isinstance(element.K, pikepdf.Array) else [element.K]


def below(element: pikepdf.Object) -> list[pikepdf.Object]:
    found = []
    for kid in kids(element):
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            found += [kid, *below(kid)]
    return found


def order(element: pikepdf.Object) -> list[str]:
    """The tags of an element's own elements, and `text` for content between them."""
    return [str(kid.S)[1:] if isinstance(kid, pikepdf.Dictionary) else "text" for kid in kids(element)]


@pytest.mark.parametrize(
    ("language", "content", "expected"),
    [
        (
            "ru",
            ["Компания Google купила Fitbit в 2019 году, а Microsoft купила LinkedIn за деньги."],
            ["text", "Span"] * 4 + ["text"],
        ),
        (
            "en",
            ["Say ", {"text": "one", "code": True}, ", then ", {"text": "two", "code": True}, "."],
            ["text", "Code"] * 2 + ["text"],
        ),
        (
            "en",
            [
                "Read ",
                {"text": "this", "href": "https://example.org/"},
                " and again ",
                {"text": "that", "href": "https://example.org/"},
                ".",
            ],
            ["text", "Link"] * 2 + ["text"],
        ),
    ],
)
def test_what_comes_again_in_a_paragraph_has_its_own_place_in_the_tree(
    language: str, content: list[object], expected: list[str], tmp_path: Path
) -> None:
    body = [{"type": "paragraph", "content": content}]
    with pikepdf.open(rendition(body, tmp_path / "a.pdf", language)) as pdf:
        document = pdf.Root.StructTreeRoot.K[0]
        paragraph = next(found for found in below(document) if str(found.S) == "/P")
        assert order(paragraph) == expected


def test_two_links_to_one_address_do_not_cover_the_words_between(tmp_path: Path) -> None:
    link = {"text": "page", "href": "https://example.org/"}
    body: list[object] = [{"type": "paragraph", "content": [link, " and a good many words, ", link]}]
    with pikepdf.open(rendition(body, tmp_path / "a.pdf")) as pdf:
        rectangles = [[float(value) for value in a.Rect] for a in pdf.pages[0].Annots]
    assert len(rectangles) == 2
    assert rectangles[0][2] < rectangles[1][0]


def test_the_addresses_of_the_record_are_links(tmp_path: Path, verapdf: Validator) -> None:
    source, terms = "https://example.org/ferry", "https://creativecommons.org/licenses/by/4.0/"
    for rights in ({"statement": "Some rights reserved", "uri": terms}, {"uri": terms}):
        pdf = rendition(["1"], tmp_path / "a.pdf", source_url=source, rights=rights)
        with pikepdf.open(pdf) as document:
            assert [str(link.A.URI) for link in document.pages[0].Annots] == [source, terms]
        assert verapdf.check(pdf, ("2a", "ua1")) == ()


def test_one_link_in_two_styles_stays_one_link(article: Write, tmp_path: Path) -> None:
    source = article("---\ntitle: T\nlanguage: en\n---\n\nSee [the **whole** page](https://example.org/).")
    render(source, tmp_path / "a.pdf", Settings())
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        assert len(pdf.pages[0].Annots) == 1


def test_an_empty_item_of_a_list_has_a_body_all_the_same(tmp_path: Path, verapdf: Validator) -> None:
    pdf = rendition([{"type": "list", "items": ["one", [], "three"]}], tmp_path / "a.pdf")
    with pikepdf.open(pdf) as document:
        tree = below(document.Root.StructTreeRoot.K[0])
        assert [order(found) for found in tree if str(found.S) == "/LI"] == [["Lbl", "LBody"]] * 3
    assert verapdf.check(pdf, ("2a", "ua1")) == ()


def test_pages_of_a_right_to_left_article_turn_that_way(tmp_path: Path) -> None:
    for language, direction in (("ar", "/R2L"), ("en", None)):
        with pikepdf.open(rendition(["1"], tmp_path / "a.pdf", language)) as document:
            assert document.Root.ViewerPreferences.get("/Direction") == direction


@pytest.mark.parametrize("language", ["de", "ar", "el", "ja"])
def test_the_heading_of_the_record_is_english_in_an_article_of_any_language(
    language: str, tmp_path: Path
) -> None:
    with pikepdf.open(rendition(["1"], tmp_path / "a.pdf", language)) as document:
        tree = below(document.Root.StructTreeRoot.K[0])
        heading = next(found for found in tree if str(found.S) == "/H2")
        assert [str(found.Lang) for found in (heading, *below(heading)) if "/Lang" in found] == ["en"]


POINTED = "בְּרֵאשִׁית בָּרָא אֱלֹהִים אֵת הַשָּׁמַיִם"
HEBREW = "דוד הלך לספרייה בחיפה וקרא ספר על הים."
ARABIC = "ذهب أحمد إلى المكتبة لا غير وقرأ كتابًا عن البحر."


def letters(text: str) -> Counter[str]:
    """How often each character is in a text, but for blanks and what only steers direction."""
    return Counter(char for char in text if unicodedata.category(char)[0] not in "CZ")


@needs_poppler
@pytest.mark.parametrize(
    ("language", "stated"),
    [
        ("en", "The offices of Fjord, ﬁne ﬂags; x̌ and q̃ in a non‑breaking 5 €, “naïve” efforts."),
        ("hi", "हिन्दी में किताब, क्षेत्र और विद्यार्थी: अनुच्छेद, रू ट्रैक्टर र्कि “नमस्ते”।"),
        ("th", "ห้องสมุดเปิดแล้ว น้ำที่นี่ใสมาก"),
        ("ja", "市は2011年1月12日、新しい図書館‑の開館。"),
        ("he", POINTED),
        ("he", f"{HEBREW} The naïve (English) office, x̌. {HEBREW} {ARABIC} {HEBREW}"),
        ("ar", f"{ARABIC} In English, 12/03. {HEBREW} {ARABIC}"),
        ("und", f"{HEBREW} {ARABIC} {HEBREW} English, and {POINTED}."),
        ("en", f"English words, {HEBREW} and {ARABIC} in the office, {POINTED} हिन्दी too."),
    ],
)
def test_by_structure_no_letter_is_lost_and_none_comes_twice(
    language: str, stated: str, tmp_path: Path, verapdf: Validator
) -> None:
    linked = {"text": stated, "href": "https://example.org/"}
    item = {"type": "list", "items": [stated]}
    body = [stated, {"type": "paragraph", "content": [f"{stated} ", linked, f" {stated}"]}, item]
    pdf = rendition(body, tmp_path / "a.pdf", language)
    found = by_structure(pdf).partition("Provenance")[0]
    expected = letters(f"1 {stated * 5} •")
    assert letters(found) == expected
    assert verapdf.check(pdf, ("2a", "ua1")) == ()


@pytest.mark.parametrize("link", [{}, {"href": "https://example.org/"}])
def test_no_marked_content_of_an_element_is_within_other(link: dict[str, str], tmp_path: Path) -> None:
    """Poppler takes the end of the inner for that of the outer. One glyph draws U+4E00 and U+2F00."""
    marked = {"text": "radical ⼀ and the word שלום in x̌ English, ", **link}
    body = [f"一 {POINTED}", {"type": "paragraph", "content": ["One ", marked, "once more."]}] * 2
    with pikepdf.open(rendition(body, tmp_path / "a.pdf", "he")) as pdf:
        operators = [str(each.operator) for each in pikepdf.parse_content_stream(pdf.pages[0])]
    marks = [name for name in operators if name in ("BT", "BDC", "BMC", "EMC", "ET")]
    footer = marks.index("BT", len(marks) - 4)
    assert re.fullmatch("(BT (BDC EMC )*ET |BDC EMC )*", " ".join(marks[: footer - 1]) + " ")
    assert marks[footer - 1 :] == ["BDC", "BT", "ET", "EMC"]
