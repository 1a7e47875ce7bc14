"""What an article text says is placed, or it stays in the body with a warning that names its line."""

import re
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.article import Article, Paragraph
from archiver.settings import Settings
from archiver.sources import Source, SourceRef, labels, read
from tests.conftest import Write


def body(article: Article) -> list[str]:
    blocks = [block for block in article.body if isinstance(block, Paragraph)]
    return ["".join(span.text for span in block.content) for block in blocks]


def creators(article: Article) -> list[str]:
    return [creator.name for creator in article.creators]


def warned(source: Source) -> list[str]:
    return [finding.where.rpartition(", ")[2] for finding in source.findings]


def text(article: Write, *paragraphs: str, foot: str = "") -> Source:
    return article(
        "\n\n".join(["Title", *paragraphs, "One here.", "Two here.", "Three here.", foot]), "a.txt"
    )


def test_what_is_no_name_in_a_byline_stays_in_the_body(article: Write) -> None:
    source = text(article, "Author: [Ann Bee](#), special to the Post")
    assert creators(source.article) == ["Ann Bee"]
    assert "Author: Ann Bee, special to the Post" in body(source.article)
    assert warned(source) == ["line 3"]
    assert source.article.abstract == "One here."


def test_the_link_of_a_title_an_author_and_a_standfirst_are_kept(article: Write) -> None:
    source = article(
        "A [title](https://e.org/t)\n\nAuthor: [Bob](https://e.org/b)\n\n"
        "Stand [first](https://e.org/s).\n\nText.\n\nLocation: [Kabul](https://e.org/k)\n",
        "a.txt",
    )
    assert (source.article.title, source.article.abstract) == ("A title", "Stand first.")
    assert creators(source.article) == ["Bob"]
    assert body(source.article) == [
        "title: https://e.org/t",
        "Bob: https://e.org/b",
        "first: https://e.org/s",
        "Text.",
        "Kabul: https://e.org/k",
    ]
    assert warned(source) == ["line 1", "line 3", "line 5", "line 9"]


@pytest.mark.parametrize("line", ["[Ann Bee](#)", "Ann Bee", "**Ann Bee**"])
def test_a_standfirst_right_below_the_author_is_no_author(article: Write, line: str) -> None:
    read_in = text(article, f"Author: {line}\nA short standfirst says what it is about").article
    assert creators(read_in) == ["Ann Bee"]
    assert read_in.abstract == "A short standfirst says what it is about"


def test_several_authors_stand_one_a_line(article: Write) -> None:
    assert creators(text(article, "Author: [Ann Bee](#)\n[Cee Dee](#)\nEff Gee").article) == [
        "Ann Bee",
        "Cee Dee",
        "Eff Gee",
    ]
    assert creators(text(article, "Author: Ann Bee\nAuthor: Cee Dee").article) == ["Ann Bee", "Cee Dee"]
    assert creators(text(article, "**Author:** Ann Bee").article) == ["Ann Bee"]


@pytest.mark.parametrize(
    "first", ["Title: The mill", "# The mill", "**The mill**", "The mill\n========", "Заголовок: The mill"]
)
def test_the_marks_and_the_label_of_a_title_are_no_part_of_it(article: Write, first: str) -> None:
    source = article(f"{first}\n\nAuthor: Ann Bee\n\nOne here.\n\nTwo here.", "a.txt")
    assert (source.article.title, source.article.subtitle) == ("The mill", None)
    assert not source.findings


def test_a_list_goes_on_over_blank_lines_where_links_alone_follow(article: Write) -> None:
    source = text(
        article,
        "Author: [Ann Bee](#)\n\n[Cee Dee](#)",
        foot="Location: [Kabul](#)\n\n[Herat](#)\n[Balkh](#)\n\n[More](https://example.org/)",
    )
    assert creators(source.article) == ["Ann Bee", "Cee Dee"]
    assert source.article.places == ("Kabul", "Herat", "Balkh")
    assert body(source.article)[-1] == "More"


def test_keywords_are_subjects(article: Write) -> None:
    assert text(article, foot="Tags: war, peace\nKeywords: salt").article.subjects == (
        "war",
        "peace",
        "salt",
    )


def test_a_line_below_a_byline_with_a_label_is_no_standfirst(article: Write) -> None:
    source = text(article, "Author: Ann Bee\nRole: reporter")
    assert source.article.abstract == "One here."
    assert body(source.article)[0] == "Role: reporter"
    assert warned(source) == ["line 4"]


@pytest.mark.parametrize(
    "byline",
    [
        "Author: Ann Bee\nCee Dee\nand Eff Gee",
        "Author: Ann Bee, Cee Dee and\nEff Gee",
        "Author: Ann Bee,\nCee Dee,\nand Eff Gee",
        "Author: [Ann Bee](#)\n[Cee Dee](#)\nand [Eff Gee](#)",
        "Author:\n- Ann Bee\n- Cee Dee\n- Eff Gee",
        "Author: Ann Bee\n& Cee Dee & Eff Gee",
    ],
)
def test_a_byline_goes_on_over_lines_at_words_for_and(article: Write, byline: str) -> None:
    source = text(article, byline)
    assert creators(source.article) == ["Ann Bee", "Cee Dee", "Eff Gee"]
    assert source.article.abstract == "One here."
    assert not source.findings


def test_a_word_for_and_begins_a_line_of_a_byline_in_its_own_language(article: Write) -> None:
    german = "Die Mühle steht still, und niemand im ganzen Tal weiß, warum sie heute nicht mehr läuft."
    assert creators(text(article, "Autor: Ann Bee\nund Cee Dee", german).article) == ["Ann Bee", "Cee Dee"]


def test_a_sentence_below_places_is_no_place(article: Write) -> None:
    source = text(article, foot="Location: [Kabul](#)\nHerat\nThe war went on for years after.")
    assert source.article.places == ("Kabul", "Herat")
    assert body(source.article)[-1] == "The war went on for years after."
    assert warned(source) == ["line 11"]


def test_a_line_below_the_title_is_the_subtitle(article: Write) -> None:
    source = article("Title\nA [second](https://e.org/s) line\n\nBy: Ann Bee\n\nStand.\n\nText.\n", "a.txt")
    assert (source.article.title, source.article.subtitle) == ("Title", "A second line")
    assert source.article.abstract == "Stand."
    assert body(source.article) == ["second: https://e.org/s", "Text."]
    assert warned(source) == ["line 2"]


def test_fields_below_a_subtitle_are_fields(article: Write) -> None:
    read_in = article("Title\nSecond line\nAuthor: Ann Bee\n\nStand.\n\nText.\n", "a.txt").article
    assert (read_in.subtitle, creators(read_in)) == ("Second line", ["Ann Bee"])


@pytest.mark.parametrize(
    "written",
    ["Title\nText", "Title\nThe war went on for years after.\n\nMore."],
)
def test_text_right_below_the_title_stays_text(article: Write, written: str) -> None:
    read_in = article(written, "a.txt").article
    assert read_in.subtitle is None
    assert body(read_in)[0] == written.split("\n")[1]


def test_a_picture_and_an_empty_link_in_an_article_text_stay_as_written(article: Write) -> None:
    source = text(article, "See ![img](a.png) and [](#) here.")
    assert body(source.article)[0] == "See ![img](a.png) and [](#) here."
    assert warned(source) == ["line 3"]


@pytest.mark.parametrize(
    "paragraph",
    [
        "Places: like this one are rare, he said.",
        "Subject: to change without notice, the plan goes on.",
        "By: the time that he came there it was all over.",
        "Publisher: what a word that was for him, and for all of us.",
    ],
)
@pytest.mark.parametrize("at_foot", [True, False])
def test_a_sentence_that_begins_like_a_field_stays_in_the_body(
    article: Write, paragraph: str, at_foot: bool
) -> None:
    paragraphs = ["One here.", "Two here.", "Three here.", "Four here."]
    paragraphs.insert(4 if at_foot else 2, paragraph)
    source = article("\n\n".join(["Title", *paragraphs]), "a.txt")
    assert paragraph in body(source.article)
    assert (source.article.places, source.article.subjects, source.article.creators) == ((), (), ())
    assert warned(source) == ["line 11" if at_foot else "line 7"]


def test_a_second_author_line_stays_in_the_body_and_is_no_standfirst(article: Write) -> None:
    source = text(article, "Author: Ann Bee", "Author: Cee Dee")
    assert creators(source.article) == ["Ann Bee"]
    assert "Author: Cee Dee" in body(source.article)
    assert source.article.abstract == "One here."
    assert warned(source) == ["line 5"]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("https://example.org/x archived", "Source URL: https://example.org/x archived"),
        ("[here](https://example.org/x) and more words", "Source URL: here and more words"),
        ("[here](https://example.org/x)", "Source URL: here"),
    ],
)
def test_words_beside_a_source_address_stay_in_the_body(article: Write, value: str, kept: str) -> None:
    source = text(article, foot=f"Source URL: {value}")
    assert source.article.source_url == "https://example.org/x"
    assert kept in body(source.article)
    assert warned(source) == ["line 9"]


@pytest.mark.parametrize("value", ["ftp://example.org/x", "https://", "http://[::1", "somewhere"])
def test_a_source_address_that_is_none_stays_in_the_body(article: Write, value: str) -> None:
    source = text(article, foot=f"Source URL: {value}")
    assert source.article.source_url is None
    assert f"Source URL: {value}" in body(source.article)
    assert warned(source) == ["line 9"]


@pytest.mark.parametrize(
    "value",
    ["https://example.org/x", "<https://example.org/x>", "[https://example.org/x](https://example.org/x)"],
)
def test_a_source_address_alone_is_taken(article: Write, value: str) -> None:
    source = text(article, foot=f"Source URL: {value}")
    assert source.article.source_url == "https://example.org/x"
    assert source.findings == ()


def test_words_for_and_are_those_of_the_language_that_is_stated(article: Write) -> None:
    paragraphs = ["Author: Ana Ruiz y Per Holm", "Language: {}"]
    for language, number in (("es", 2), ("de", 1)):
        written = [paragraph.format(language) for paragraph in paragraphs]
        assert len(text(article, *written).article.creators) == number


def test_rights_may_be_a_link(article: Write) -> None:
    rights = text(
        article, foot="Rights: [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/)"
    ).article.rights
    assert rights is not None
    assert (rights.statement, rights.uri) == ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/")


LABELS = ["Author", "By", "Date", "Location", "Places", "Source URL", "Publisher", "Subjects", "Rights"]
WORDS = st.lists(
    st.sampled_from(
        [
            "Alpha",
            "beta",
            "[Gamma](#)",
            "[delta](https://e.org/epsilon)",
            ",",
            "and",
            "zeta.",
            "https://e.org/eta",
        ]
    ),
    min_size=1,
    max_size=6,
).map(" ".join)
LINES = st.one_of(WORDS, st.builds("{}: {}".format, st.sampled_from(LABELS), WORDS))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(LINES, st.sampled_from(["\n", "\n\n"])), min_size=1, max_size=8))
def test_no_word_and_no_link_of_an_article_text_is_dropped(lines: list[tuple[str, str]]) -> None:
    written = "".join(line + end for line, end in lines)
    data = f"Headline\n\nSome text here\n\n{written}".encode()
    source = read(SourceRef(Path("a.txt"), data=data), Settings(language="en"))
    kept = source.article.model_dump_json().casefold()
    for word in re.findall(
        r"[a-z]+", re.sub("|".join(f"^{x}:" for x in LABELS), "", written, flags=re.M).casefold()
    ):
        assert word in kept or word == "and"


def test_the_target_of_a_link_that_cannot_be_kept_stays_in_the_body(article: Write) -> None:
    source = article(
        "[The title](../a.html)\n\nAuthor: [Ann Lee](javascript:run(1))\n\nSee [this](b.html) now.\n",
        "a.txt",
    )
    assert creators(source.article) == ["Ann Lee"]
    assert body(source.article) == [
        "The title: ../a.html",
        "Ann Lee: javascript:run(1)",
        "See this (b.html) now.",
    ]
    assert warned(source) == ["line 1", "line 3", "line 5"]


def test_a_link_that_no_comma_parts_from_the_one_before_leaves_the_next_its_name(article: Write) -> None:
    text = "Title\n\nAuthor: [Ann Lee](#) with [Bo Ray](#), [Cy Dow](#)\n\nStandfirst.\n\nText.\n"
    source = article(text, "a.txt")
    assert [creator.name for creator in source.article.creators] == ["Ann Lee", "Cy Dow"]
    (told,) = source.findings
    assert "'with Bo Ray'" in told.message


@pytest.mark.parametrize("white", ["\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_lines_are_counted_as_editors_count_them(article: Write, white: str) -> None:
    source = article(f"T\n\nBoats{white}sail.\r\n\rNext.\n\nDate: sometime soon\n", "a.txt")
    assert [finding.where.rpartition(", ")[2] for finding in source.findings] == ["line 7"]
    assert body(source.article) == ["Boats sail.", "Next."]


@pytest.mark.parametrize(
    ("lines", "places"),
    [
        ("[Paris, France](#)", ("Paris, France",)),
        ("Paris, France\nOsh, Kyrgyzstan", ("Paris, France", "Osh, Kyrgyzstan")),
        ("[Osh](#), Kyrgyzstan", ("Osh, Kyrgyzstan",)),
        ("[Osh](#), [Paris, France](#)\n[Kabul](#)", ("Osh", "Paris, France", "Kabul")),
    ],
)
def test_a_line_is_one_place_unless_it_has_several_links(
    article: Write, lines: str, places: tuple[str, ...]
) -> None:
    source = text(article, foot=f"Location: {lines}")
    assert source.article.places == places
    assert source.findings == ()


@pytest.mark.parametrize(
    ("written", "names", "date", "places", "address"),
    [
        (
            "Закат над Памиром\n\nАвтор: [Иван Петров](#) и [Мария О'Коннор](#)\n\nО последствиях.\n\n"
            "Влияние России в регионе может ослабнуть.\n\nДругой абзац.\n\nДата: январь 2002\n\n"
            "Место: [Душанбе](#)\n[Москва](#)\n\nИсточник: <https://example.org/ru>",
            ["Иван Петров", "Мария О'Коннор"],
            "2002-01",
            ("Душанбе", "Москва"),
            "https://example.org/ru",
        ),
        (
            "Die Mühle, die nicht stillsteht\n\nAutorin: Hanne Lorenz\n\nEin Bericht aus dem Tal.\n\n"
            "Das Rad dreht sich seit dem frühen Morgen.\n\nUnd noch ein Absatz steht hier darunter.\n\n"
            "DATUM: 12. Januar 2002\nOrt: Hamburg\nQuelle: https://example.org/de",
            ["Hanne Lorenz"],
            "2002-01-12",
            ("Hamburg",),
            "https://example.org/de",
        ),
        (
            "El molino\n\nAutores: [María Gómez](#) y [José Pérez](#)\n\nUn sumario.\n\nUno.\n\nDos.\n\n"
            "Fecha: 12 de enero de 2002\nLugar: [Madrid](#)\nFuente: <https://example.org/es>",
            ["María Gómez", "José Pérez"],
            "2002-01-12",
            ("Madrid",),
            "https://example.org/es",
        ),
        (
            "不停转的水磨\n\n作者：王小明、李华\n\n导语在此。\n\n第一段。\n\n第二段。\n\n"
            "日期：2002年1月12日\n地点：北京\n来源：https://example.org/zh",
            ["王小明", "李华"],
            "2002-01-12",
            ("北京",),
            "https://example.org/zh",
        ),
    ],
)
def test_fields_are_known_by_their_labels_in_the_language_of_the_text(
    article: Write, written: str, names: list[str], date: str, places: tuple[str, ...], address: str
) -> None:
    source = article(written, "a.txt")
    assert creators(source.article) == names
    assert source.article.date
    assert source.article.date.edtf == date
    assert source.article.places == places
    assert source.article.source_url == address
    assert source.article.abstract
    assert not source.findings


def test_a_label_of_another_language_stays_in_the_body(article: Write) -> None:
    written = "The mill has stopped, and nobody in the whole valley knows why it did so this morning."
    source = text(article, written, foot="Data: 12 January 2002")
    assert source.article.language == ("en",)
    assert source.article.date is None
    assert "Data: 12 January 2002" in body(source.article)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Translator: Jim Doe", "'Translator' is not a field that is known"),
        ("Photos: [Jim Doe](#)", "'Photos' is not a field that is known"),
        ("Issue: 14", "'Issue' is not a field that is known"),
        ("Перевод: Иван Петров", "'Перевод' is not a field that is known"),
        ("译者: [张三](#)", "'译者' is not a field that is known"),
        ("By Jim Doe", "'By' begins a byline only with a colon"),
    ],
)
@pytest.mark.parametrize(
    "form",
    [
        "Title\n\nAuthor: Jane Roe\n{}\n\nOne here.\n\nTwo here.\n\nThree here.",
        "Title\n\nAuthor: Jane Roe\n\n{}\n\nOne here.\n\nTwo here.\n\nThree here.",
        "Title\n\nAuthor: Jane Roe\n\nOne here.\n\nTwo here.\n\nThree here.\n\n{}\nLocation: Leith",
        "Title\n\nAuthor: Jane Roe\n\nOne here.\n\nTwo here.\n\nThree here.\n\nLocation: Leith\n\n{}",
    ],
)
def test_a_field_that_is_not_known_stays_in_the_body_and_is_told(
    article: Write, form: str, line: str, told: str
) -> None:
    written = form.format(line)
    source = article(written, "a.txt")
    number = written.split("\n").index(line) + 1
    assert creators(source.article) == ["Jane Roe"]
    assert source.article.abstract == "One here."
    assert re.sub(r"[][]|\(#\)", "", line) in body(source.article)
    assert [finding.message for finding in source.findings] == [f"{told}; it stays in the body"]
    assert warned(source) == [f"line {number}"]
    assert bool(source.article.places) == ("Location" in written)


@pytest.mark.parametrize(
    "line",
    ["Revealed: how the mill was lost.", "By now nobody came", "Анна: да, это так"],
)
def test_a_text_with_a_colon_is_no_field(article: Write, line: str) -> None:
    source = article(f"Title\n\nAuthor: Jane Roe\n\n{line}\n\nTwo here.\n\nThree here.", "a.txt")
    assert source.article.abstract == line
    assert not source.findings


def test_no_label_names_two_fields() -> None:
    rows = [dict(zip(labels.FIELDS, row, strict=True)) for row in labels.LABELS.values()]
    fields: dict[str, set[str]] = {}
    for field, words in chain(labels.ENGLISH.items(), *(row.items() for row in rows)):
        for word in words.split("|"):
            assert word == word.lower()
            fields.setdefault(word, set()).add(field)
    assert {word: found for word, found in fields.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        ("- bread\n- salt\n- tea", "- bread\n- salt\n- tea"),
        ("— Да.\n— Нет.", "— Да.\n— Нет."),
        ("• bread\n• [salt](https://example.org/)", "• bread\n• salt"),
        ("He said it\n— loudly — and left.", "He said it — loudly — and left."),
        ("- bread\nand salt", "- bread and salt"),
    ],
)
def test_lines_that_all_begin_with_a_mark_stay_lines(article: Write, lines: str, kept: str) -> None:
    assert kept in body(text(article, "Author: [Ann Bee](#)", "First.", lines).article)


def test_a_standfirst_of_such_lines_is_one_line(article: Write) -> None:
    assert text(article, "Author: [Ann Bee](#)", "- Bread\n- Salt").article.abstract == "- Bread - Salt"
