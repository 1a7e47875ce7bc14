"""The text of a rendition comes out of it again: complete, in order, in every script."""

import json
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pikepdf
import pypdfium2
import pytest

from archiver.rendition import provenance, render
from archiver.rendition.flavours import Flavour
from archiver.rendition.fonts import fonts
from archiver.rendition.shaping import sayable
from archiver.rendition.verapdf import Validator
from archiver.settings import Settings
from archiver.sources import SourceRef, read
from tests.rendition.renditions import by_poppler, needs_poppler, plain, rendition

LEFT_TO_RIGHT = {
    "en": "A well-known office, “difficult”: ½ of €20 (in 2011) – naïve, ffi, fl.",
    "ru": "В 1998 году (12 января) слово «мир» значило многое: 25%, не меньше.",
    "el": "Ο δήμος ανακοίνωσε, στις 12/01/2011, τα «εγκαίνια» της βιβλιοθήκης.",
    "hi": "उन्होंने 12 जनवरी 2011 को (पुस्तकालय) खोला, और ट्रैक्टर में कहा: “नमस्ते”।",
    "ja": "市は2011年1月12日、新しい図書館の開館を発表した。",
    "ko": "시는 2011년 1월 12일, 새 도서관 개관을 발표했다.",
}

RIGHT_TO_LEFT = {
    "ar": [
        "قال المدير: «فتحت المكتبة أبوابها في 12 يناير 2011، وحضر 120 زائرًا.» وبقيت مفتوحة.",
        "في عام 1998 (أي قبل 13 سنة) كان العدد 1,250 كتابًا؛ واليوم 25% أكثر! أليس كذلك؟ نعم.",
        "قال عبد الله اليوم: بِسْمِ اللَّهِ، والحمد لله.",
        "كتبت شركة IBM تقريرًا عن PDF/A-2 وعن Adobe Reader، ثم نشرته (Maria Lopez) - في 10:30.",
    ],
    "fa": ["کتابخانه در سال ۱۳۹۰ باز شد؛ «خوب بود»، گفت او. می‌خواهم بدانم (شاید) چرا؟"],
    "he": [
        'הספרייה נפתחה ב-12 בינואר 2011, ובאו 120 מבקרים. "זה היה יפה", אמר דן.',
        "שָׁלוֹם: חברת IBM פרסמה דו״ח (ראו PDF/A-2) על 3.5 שעות; מחיר 20₪ או 5%.",
    ],
    "ur": ["لائبریری 12 جنوری 2011 کو کھلی، اور 120 لوگ آئے۔ «اچھا»، اس نے کہا (شاید)۔"],
    "en": ["The word שלום means peace, and (سلام) as well; he wrote «مرحبا بالعالم» in 2011."],
}
FILLING = {
    "ar": "وكانت المكتبة كبيرة جدا وفيها كتب كثيرة عن البحر والمدينة والناس الذين عاشوا فيها",
    "fa": "کتابخانه بسیار بزرگ بود و کتاب‌های زیادی دربارهٔ دریا و شهر داشت",
    "he": "הספרייה הייתה גדולה מאוד והיו בה ספרים רבים על הים ועל העיר ועל האנשים שחיו בה",
    "ur": "لائبریری بہت بڑی تھی اور اس میں سمندر اور شہر کے بارے میں بہت سی کتابیں تھیں",
    "en": "The library was large and held many books on the sea, the town and its people",
}
"""What makes a page's direction that of its language, as a page of an article has it."""


@pytest.mark.parametrize("language", LEFT_TO_RIGHT)
def test_text_comes_out_complete_and_in_order(language: str, tmp_path: Path) -> None:
    stated = LEFT_TO_RIGHT[language]
    pdf = pypdfium2.PdfDocument(rendition([stated], tmp_path / "article.pdf", language))
    assert stated in plain(pdf[0].get_textpage().get_text_range())


@needs_poppler
@pytest.mark.parametrize(
    ("language", "stated"), [(lang, text) for lang, texts in RIGHT_TO_LEFT.items() for text in texts]
)
def test_right_to_left_text_comes_out_of_poppler_in_order(
    language: str, stated: str, tmp_path: Path
) -> None:
    long = " ".join([stated] * 4)
    pdf = rendition([stated, long, *[FILLING[language]] * 8], tmp_path / "article.pdf", language)
    found = by_poppler(pdf)
    assert stated in plain(found)
    assert long in plain(found)


@needs_poppler
@pytest.mark.parametrize("language", ["ar", "fa", "he", "ur"])
def test_a_short_article_does_not_lose_its_direction_to_its_record(language: str, tmp_path: Path) -> None:
    stated = RIGHT_TO_LEFT[language][0]
    pdf = rendition([stated], tmp_path / "article.pdf", language)
    found = by_poppler(pdf)
    assert stated in plain(found)


@needs_poppler
@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "A presence - a pre- and post-war one, well-known - of nineteen thousand."),
        ("ar", "تحدثت ماريا عن الميناء - بعد ثلاث ساعات - في القاعة."),
        ("en", "تحدثت ماريا عن الميناء - بعد ثلاث ساعات - في القاعة."),
    ],
)
def test_no_hyphen_stands_where_poppler_would_take_it_away(
    language: str, sentence: str, tmp_path: Path
) -> None:
    stated = " ".join([sentence] * 9)
    pdf = rendition([stated, *[FILLING[language]] * 9], tmp_path / "article.pdf", language)
    found = by_poppler(pdf)
    assert plain(stated) in plain(found)


@pytest.mark.parametrize(
    ("language", "stated"),
    [("ar", "بِسْمِ اللَّهِ"), ("fa", "کتابخانهٔ محله"), ("ur", "تقریباً لوگ"), ("he", "שָׁלוֹם בַּבַּיִת")],
)
def test_pages_of_pointed_text_hold_only_operators_that_every_reader_reads_alike(
    language: str, stated: str, tmp_path: Path
) -> None:
    with pikepdf.open(rendition([stated, f"{stated} {stated}"], tmp_path / "a.pdf", language)) as pdf:
        shown = [i for i in pikepdf.parse_content_stream(pdf.pages[0]) if str(i.operator) == "TJ"]
    assert shown


@pytest.mark.parametrize(
    ("stated", "ends"),
    [
        ("See " + "American—word—" * 12, "—"),
        ("At https://example.org/" + "spaces/but/must/" * 9, "/"),
    ],
)
def test_a_word_longer_than_a_line_is_broken_where_it_may_be(
    stated: str, ends: str, tmp_path: Path
) -> None:
    pdf = pypdfium2.PdfDocument(rendition([stated], tmp_path / "a.pdf"))
    lines = pdf[0].get_textpage().get_text_range().split("\r\n")[1:4]
    assert "".join(lines) == stated
    assert all(line.endswith(ends) for line in lines)


@needs_poppler
def test_a_compound_longer_than_a_line_keeps_its_letters_together_and_its_hyphens(tmp_path: Path) -> None:
    stated = "Verwaltungs-gerichts-" * 8 + "akte"
    lines = plain(by_poppler(rendition([stated], tmp_path / "a.pdf", "de"))).split(" ")[1:4]
    assert "".join(lines[:3]) == stated
    assert all(line.endswith("s-") for line in lines[:2])


def test_korean_is_broken_between_words_only(tmp_path: Path) -> None:
    stated = " ".join(["우리는 漢字도 읽는다"] * 12)
    pdf = pypdfium2.PdfDocument(rendition([stated], tmp_path / "a.pdf", "ko"))
    assert stated in plain(pdf[0].get_textpage().get_text_range())


WITHIN_ENGLISH = [
    *("كتاب 12", "ספר 12", "كتاب ٣", "٣ كتاب", "كتاب (12)", "(كتاب 12)", "كتاب-12", "ה-12", "كتاب: 12"),
    *("كتاب، 12", "كتاب 3.5", "كتاب 12/03/2011", "كتاب 12%", "كتاب 12 باب", "كتاب، باب", "ספר, פרק"),
    *("كتاب (باب)", "كتاب - باب", "كتاب.باب", "كتاب جديد", "12 كتاب", "«كتاب»", "كتاب!", "٣٤", "٢٥٪"),
    *("צה״ל", "كتاب Ford باب", "بِسْمِ اللَّهِ", "בְּרֵאשִׁית בָּרָא, 1:1", "كتاب ﷺ (12)"),
]
WITHIN_ARABIC = ["Ford", "Ford 12", "IBM, Ford", "Ford (12)", "World War II (1939–1945)", "C++ (v2)"]
POINTED = {
    "ar": ["مَٰن", "هَٰا", "ذِٰك", "لِٰن", "لَٰه", "أَْذ", "أَِي", "اللَّهِ", "جدًّا", "الرَّحْمَٰنِ الرَّحِيمِ"],
    "he": [
        *("שָּׁה", "שָּׂא", "שֵּׁם", "שֵׁשׁ", "מֶשׁ", "צִֹר", "שִַם", "שּׁוּב", "שַׁבָּת", "הַשָּׁמַיִם", "אִשָּׁה", "פֿ"),
        *("בְּרֵאשִׁ֖ית", "וַיְהִי־אוֹר (א, ג)"),
    ],
}
SENTENCES = [
    *(("en", f"See {passage} here.") for passage in WITHIN_ENGLISH),
    *(("ar", f"قال {passage} أمس.") for passage in WITHIN_ARABIC),
    *((language, f"{word} {word}, {word}.") for language, words in POINTED.items() for word in words),
]


@needs_poppler
@pytest.mark.parametrize("language", ["en", "ar", "he"])
def test_passages_against_their_line_and_pointed_words_come_out_of_poppler_in_order(
    language: str, tmp_path: Path, verapdf: Validator
) -> None:
    stated = [sentence for lang, sentence in SENTENCES if lang == language]
    pdf = rendition([*stated, *[FILLING[language]] * 40], tmp_path / "a.pdf", language)
    found = plain(by_poppler(pdf))
    assert [sentence for sentence in stated if sentence not in found] == []
    assert verapdf.check(pdf, ("2a", "ua1")) == ()


def test_blanks_say_only_what_has_a_code_of_its_own() -> None:
    assert sayable("كتاب ﷺ (12)")
    assert not sayable("كتاب 😀")
    assert not sayable("كتاب 㶺")


@pytest.mark.parametrize("language", ["ar", "he"])
def test_pointed_words_come_out_of_pdfium_whole(language: str, tmp_path: Path) -> None:
    stated = [word for word in POINTED[language] if " " not in word and word != "لَٰه"]
    pdf = pypdfium2.PdfDocument(
        rendition([*stated, *[FILLING[language]] * 9], tmp_path / "a.pdf", language)
    )
    found = plain(pdf[0].get_textpage().get_text_range().replace("\u200b", ""))
    assert [word for word in stated if normalize("NFC", word) not in normalize("NFC", found)] == []


@needs_poppler
@pytest.mark.parametrize(
    "stated", [text for language in ("ar", "fa", "he", "ur") for text in RIGHT_TO_LEFT[language]]
)
def test_a_right_to_left_paragraph_in_an_english_article_comes_out_of_poppler_in_order(
    stated: str, tmp_path: Path
) -> None:
    long = " ".join([stated] * 3)
    found = plain(by_poppler(rendition([FILLING["en"], stated, long, FILLING["en"]], tmp_path / "a.pdf")))
    assert stated in found
    assert long in found


@needs_poppler
def test_what_comes_from_the_source_keeps_its_order_in_mixed_lines(tmp_path: Path) -> None:
    credit = {"name": "דוד כהן", "role": "author", "note": "pseudonym"}
    given: dict[str, Any] = {
        "places": ["חיפה", "Haifa"],
        "date": "12 בינואר 2002",
        "creators": [credit, "Ann Lee"],
    }
    found = plain(by_poppler(rendition([FILLING["en"]], tmp_path / "a.pdf", **given)))
    assert "דוד כהן (author; pseudonym), Ann Lee" in found
    assert "חיפה, Haifa · 12 בינואר 2002" in found
    assert "“12 בינואר 2002” (" in found
    found = plain(by_poppler(rendition([FILLING["he"]] * 9, tmp_path / "b.pdf", "he", **given)))
    assert "דוד כהן (author; pseudonym), Ann Lee" in found


OF_THE_RECORD = {
    "ar": ("12 يناير 2002", "جميع الحقوق محفوظة، 2002", "مقال (1).json"),
    "fa": ("۱۲ ژانویهٔ ۲۰۰۲", "همهٔ حقوق محفوظ است: ۲۰۰۲", "مقالهٔ ۱.json"),
    "he": ("12 בינואר 2002", "כל הזכויות שמורות, 2002", "מאמר על הספרייה.json"),
    "ur": ("12 جنوری 2002", "جملہ حقوق محفوظ ہیں 2002", "مضمون 3.json"),
}


@needs_poppler
@pytest.mark.parametrize("paragraphs", [1, 20])
@pytest.mark.parametrize("language", OF_THE_RECORD)
def test_every_line_of_a_right_to_left_articles_record_comes_out_of_poppler_in_order(
    language: str, paragraphs: int, tmp_path: Path, verapdf: Validator
) -> None:
    date, statement, name = OF_THE_RECORD[language]
    path = tmp_path / name
    rights = {"statement": statement, "uri": "https://creativecommons.org/licenses/by/4.0/"}
    article = {"title": "1", "language": language, "date": date, "rights": rights}
    path.write_text(json.dumps({**article, "body": [FILLING[language]] * paragraphs}))
    source = read(SourceRef(path), Settings())
    made = render(source, tmp_path / "a.pdf", Settings())
    assert made.path is not None
    found = plain(by_poppler(made.path))
    entries = provenance(source, Flavour("2a"), fonts())
    record = [plain(f"{entry.name}: {entry.value} {entry.uri}") for entry in entries]
    assert [line for line in record if line not in found] == []
    assert verapdf.check(made.path, made.claims) == ()


@needs_poppler
@pytest.mark.parametrize("language", OF_THE_RECORD)
def test_what_begins_with_a_number_in_a_right_to_left_byline_comes_out_of_poppler_in_order(
    language: str, tmp_path: Path
) -> None:
    date, statement, _ = OF_THE_RECORD[language]
    within = f"{FILLING[language]} \u2068{date}\u2069 {FILLING[language]}"
    made = rendition([within], tmp_path / "a.pdf", language, date=date, places=[f"15 {statement}"])
    found = by_poppler(made)
    assert plain(f"15 {statement} · {date}") in plain(found).partition("Provenance")[0]
    assert plain(within) in plain(" ".join(found.split()))


WITHIN_ENGLISH_LINES = {
    "ar": ["(word) is كتاب (باب)، and 12% of it; كتاب 12/03", "“مدينة؟” said Ford, in 2011 (in السوق)."],
    "fa": [
        "See here, مقالهٔ ۱.json and ۱۲۳۴ of them, x۱۲۳۴ (کتاب)!",
        "- The year ۱۳۹۰, 2011: کتاب, کتاب.",
    ],
    "he": ["“said” (חיפה) (word) and so on: naïve - ספר", "עיר, the town: ספר (word) דן: 3.5% of $5 - and"],
}


@needs_poppler
@pytest.mark.parametrize("language", WITHIN_ENGLISH_LINES)
@pytest.mark.parametrize("linked", [False, True])
def test_an_english_paragraph_in_a_right_to_left_article_comes_out_of_poppler_in_order(
    language: str, linked: bool, tmp_path: Path, verapdf: Validator
) -> None:
    stated = [f"{text} {FILLING['en']}." for text in WITHIN_ENGLISH_LINES[language]]
    link = {"href": "https://example.org"} if linked else {}
    body = [
        {"type": "paragraph", "content": [{"text": text[:14], **link}, {"text": text[14:]}]}
        for text in stated
    ]
    pdf = rendition([*body, *[FILLING[language]] * 20], tmp_path / "a.pdf", language)
    found = plain(by_poppler(pdf))
    assert [text for text in stated if text not in found] == []
    assert verapdf.check(pdf, ("2a", "ua1")) == ()


@needs_poppler
@pytest.mark.parametrize("language", ["ar", "he"])
def test_the_dash_that_begins_a_right_to_left_paragraph_is_not_taken_away(
    language: str, tmp_path: Path
) -> None:
    stated = f"- {FILLING[language]}"
    pdf = rendition([stated, *[FILLING[language]] * 5], tmp_path / "a.pdf", language)
    assert stated in plain(by_poppler(pdf))


@pytest.mark.parametrize(("article", "paragraph"), [("en", "he"), ("he", "en")])
def test_a_link_in_a_paragraph_against_its_article_is_where_its_words_are(
    article: str, paragraph: str, tmp_path: Path
) -> None:
    words = f"{FILLING[paragraph]} {'Ford' if paragraph == 'he' else 'דן'}"[-60:].split()
    link = {"text": words[2], "href": "https://example.org"}
    content = [f"{words[0]} {words[1]} ", link, " " + " ".join(words[3:])]
    body = [{"type": "paragraph", "content": content}]
    with pikepdf.open(rendition(body, tmp_path / "a.pdf", article)) as pdf:
        left, _, right, _ = (float(side) for side in pdf.pages[0].Annots[0].Rect)
    assert right - left < 60
    assert (left > 297) == (paragraph == "he")


@needs_poppler
@pytest.mark.parametrize("language", ["ar", "fa", "he", "ur"])
def test_code_in_a_right_to_left_article_comes_out_of_poppler_in_order(
    language: str, tmp_path: Path, verapdf: Validator
) -> None:
    within = ["ספר " if language == "he" else "كتاب ", {"text": "print(x[1])", "code": True}, " ."]
    mixed = f"x['{FILLING[language][:12]}'] = f(1)  # {FILLING[language][:20]}."
    code = [{"type": "code", "text": text} for text in ("print('hello')", mixed)]
    body = [*code, {"type": "paragraph", "content": within}]
    pdf = rendition([*body, *[FILLING[language]] * 9], tmp_path / "a.pdf", language)
    found = plain(by_poppler(pdf))
    assert "print('hello')" in found
    assert plain(mixed) in found
    assert f"{within[0]}print(x[1]) ." in found
    assert verapdf.check(pdf, ("2a", "ua1")) == ()


LONE = {
    "en": ["Q & A", "x = 1", "5 %", "€ 5", "y = x + z", "- a", "a -", "A\u00a0B", "é ñ", "א = 1", "年 月"],
    "he": ["א ב ג", "א ב", "x = y"],
    "ar": ["ا و ب", "A B"],
}


@needs_poppler
@pytest.mark.parametrize(("language", "stated"), [(lang, text) for lang in LONE for text in LONE[lang]])
def test_words_of_one_character_come_out_of_poppler_apart(
    language: str, stated: str, tmp_path: Path, verapdf: Validator
) -> None:
    link = [{"text": stated[0], "href": "https://example.org"}, stated[1:]]
    body = [
        {"type": "heading", "level": 2, "content": stated},
        {"type": "paragraph", "content": link},
        {"type": "list", "items": [[stated]]},
        {"type": "table", "header": [stated, FILLING[language]], "rows": [[stated, FILLING[language]]]},
    ]
    pdf = rendition([*body, *[FILLING[language]] * 9], tmp_path / "a.pdf", language, title=stated)
    assert plain(by_poppler(pdf)).count(plain(stated)) == 6
    assert verapdf.check(pdf, ("2a", "ua1")) == ()


@pytest.mark.parametrize("stated", ["Q & A", "x = 1", "- a", "é ñ", "年 月"])
def test_words_of_one_character_come_out_of_pdfium_apart_and_once(stated: str, tmp_path: Path) -> None:
    pdf = pypdfium2.PdfDocument(rendition(["Before.", stated, "After."], tmp_path / "a.pdf"))
    assert f"Before. {stated} After." in plain(pdf[0].get_textpage().get_text_range())


def test_a_line_with_a_longer_word_says_its_letters_by_its_glyphs_alone(tmp_path: Path) -> None:
    with pikepdf.open(rendition(["I am a b c", "x"], tmp_path / "a.pdf")) as pdf:
        assert b"/ActualText" not in pdf.pages[0].Contents.read_bytes()
