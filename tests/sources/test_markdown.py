"""What Markdown says is kept: links, their titles, cells without a column; warnings name their line."""

import re
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from archiver.article import Article, Figure, Heading, Paragraph, Span
from archiver.errors import DocumentError, InvalidArticle
from archiver.rendition import render
from archiver.settings import Settings
from archiver.sources import Source, SourceRef, read
from tests.conftest import Write


def body(article: Article) -> list[str]:
    blocks = [block for block in article.body if isinstance(block, Paragraph)]
    return ["".join(span.text for span in block.content) for block in blocks]


def spans(article: Article) -> list[Span]:
    return [span for block in article.body if isinstance(block, Paragraph) for span in block.content]


def warned(source: Source) -> list[tuple[str, str]]:
    return [(finding.rule, finding.where.rpartition(", ")[2]) for finding in source.findings]


def test_the_link_of_the_title_is_kept(article: Write) -> None:
    source = article("\n# Title [x](https://e.org/t)\n\nText.\n")
    assert source.article.title == "Title x"
    assert body(source.article) == ["x: https://e.org/t", "Text."]
    assert warned(source) == [("source-link-moved", "line 2")]


def test_footnotes_stay_where_they_are_written_behind_their_marks(article: Write) -> None:
    source = article(
        "# T\n\nOne[^1] and `[^1]` and two[^src], no [^other].\n\n[^1]: Word.\n"
        "[^src]: https://example.org/x\n\n    More of it.\n\n[^unused]: Nobody *asks*.\n\nEnd.\n"
    )
    assert body(source.article) == [
        "One[1] and [^1] and two[src], no [^other].",
        "[1] Word.",
        "[src] https://example.org/x",
        "More of it.",
        "[unused] Nobody asks.",
        "End.",
    ]
    assert source.findings == ()


def test_a_footnote_that_begins_with_a_list_has_its_mark_before_it(article: Write) -> None:
    source = article("# T\n\nOne[^1].\n\n[^1]:\n    - a\n    - b\n")
    assert body(source.article) == ["One[1].", "[1]"]
    assert source.article.body[2].type == "list"


def test_footnotes_within_footnotes_without_end_are_refused(article: Write) -> None:
    with pytest.raises(DocumentError, match="nested more than 10 deep"):
        article("# T\n\n" + "[^a]: " * 50 + "x\n")


def test_cells_beyond_the_columns_follow_the_table(article: Write) -> None:
    source = article("# T\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 | five | six\\|6 |\n\nEnd.\n")
    assert body(source.article) == ["five | six|6", "End."]
    assert warned(source) == [("source-table-cells", "line 6")]


def test_a_warning_about_a_cell_names_its_row(article: Write) -> None:
    source = article("---\ntitle: T\n---\n| a |\n|---|\n| x |\n| <b>y</b> |\n| [z](javascript:1) |\n")
    assert warned(source) == [
        ("source-html", "line 7"),
        ("source-link-as-text", "line 8"),
    ]


def test_a_picture_keeps_the_link_that_it_is_in(article: Write, tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (4, 4)).save(tmp_path / "pic.png")
    source = article('# T\n\n[![al](pic.png "Cap")](https://e.org/l)\n')
    figure = source.article.body[0]
    assert isinstance(figure, Figure)
    assert [(span.text, span.href) for span in figure.caption] == [
        ("Cap", None),
        (" ", None),
        ("https://e.org/l", "https://e.org/l"),
    ]
    assert source.findings == ()


def test_a_link_without_text_is_kept_as_its_address(article: Write) -> None:
    read_in = article("# T\n\nSee [](https://e.org/l).\n").article
    assert [(span.text, span.href) for span in spans(read_in)][1] == ("https://e.org/l", "https://e.org/l")


def test_the_title_of_a_link_follows_it(article: Write) -> None:
    read_in = article(
        '# T\n\nSee [this](https://e.org/l "What it is") now, and [that][d].\n\n[d]: /x "D"\n'
    ).article
    assert body(read_in) == ["See this (What it is) now, and that (/x) (D)."]


def test_definitions_that_nothing_uses_are_kept(article: Write) -> None:
    source = article(
        "# T\n\n[used] and [Also Used][].\n\n[used]: https://e.org/u\n[also  used]: https://e.org/a\n"
        '[Spare]: https://e.org/s "Spare"\n[used]: https://e.org/twice\n'
    )
    assert body(source.article) == [
        "used and Also Used.",
        "[Spare]: https://e.org/s (Spare)",
        "[used]: https://e.org/twice",
    ]
    assert warned(source) == [
        ("source-definition-unused", "line 7"),
        ("source-definition-unused", "line 8"),
    ]


@pytest.mark.parametrize("blank", [0, 1, 3])
def test_lines_are_counted_from_the_first_of_the_file(article: Write, blank: int) -> None:
    before = "\n" * blank
    with pytest.raises(DocumentError, match=f"line {3 + blank}: colour is not a field"):
        article(f"{before}---\ntitle: T\ncolour: red\n---\nText.\n")
    with pytest.raises(DocumentError, match=f"line {3 + blank}: front matter"):
        article(f"{before}---\ntitle: T\nx: [\n---\nText.\n")
    source = article(f"{before}---\ntitle: T\nlanguage: en\n---\nText <b>here</b>.\n")
    assert {line for _, line in warned(source)} == {f"line {5 + blank}"}


def test_a_long_address_of_a_picture_elsewhere_is_kept_whole(article: Write) -> None:
    address = f"https://e.org/{'x' * 300}.png"
    assert body(article(f"# T\n\n![alt]({address})\n").article) == [f"alt ({address})"]


PIECES = st.lists(
    st.sampled_from(
        [
            *("alpha", "[beta](https://e.org/gamma)", '[delta](https://e.org/epsilon "zeta")', "*eta*"),
            *(
                "[theta]: https://e.org/iota 'kappa'",
                "| lambda | mu | nu |",
                "|---|---|",
                "> xi",
                "- omicron",
            ),
            *(
                "[pi][theta]",
                "# rho",
                "",
                "`sigma`",
                "<tau>",
                "[](https://e.org/upsilon)",
                "    phi",
                "chi:",
            ),
        ]
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=300, deadline=None)
@given(PIECES)
def test_no_word_and_no_link_of_markdown_is_dropped(lines: list[str]) -> None:
    data = "\n".join(["---", "title: Head", "---", "Some text.", "", *lines]).encode()
    source = read(SourceRef(Path("a.md"), data=data), Settings(language="en"))
    kept = source.article.model_dump_json().casefold()
    for word in set(re.findall("[a-z]{2,}", "\n".join(lines))) - {"theta"}:  # a label is a sign alone
        assert word in kept


@pytest.mark.parametrize(
    ("link", "told", "warnings"),
    [
        ("[a **bold** `c`\n<b>line</b>](../x.html)", "a bold c <b>line</b> (../x.html)", 1),
        ("[a](x.html)[b](y.html)", "a (x.html)b (y.html)", 2),
        ("<javascript:alert(1)>", "javascript:alert(1)", 1),
        ("[](x.html)", "x.html", 1),
        ("[a](<../a b/ά.html>)", "a (../a b/ά.html)", 1),
        ("[placeholder](#)", "placeholder", 0),
    ],
)
def test_the_target_of_a_link_that_cannot_be_kept_stands_once_behind_its_text(
    link: str, told: str, warnings: int, article: Write
) -> None:
    source = article(f"# T\n\nSee\n{link} now.\n")
    assert body(source.article) == [f"See {told} now."]
    assert not any(span.href for span in spans(source.article))
    lines = [line for rule, line in warned(source) if rule == "source-link-as-text"]
    assert lines == ["line 4"] * warnings


def test_the_target_of_a_link_in_the_title_stays_in_the_body(article: Write) -> None:
    source = article("# [The title](../index.html)\n\nText.\n")
    assert source.article.title == "The title"
    assert body(source.article) == ["The title: ../index.html", "Text."]
    assert warned(source) == [("source-link-as-text", "line 1")]


def test_warnings_are_in_the_order_of_their_lines_and_each_is_told_once(article: Write) -> None:
    text = "# T\n\nOne <b>two</b> [x](a.md)\n\n[unused]: https://e.org/\n\n<i>six</i>\n"
    assert warned(article(text)) == [
        ("source-html", "line 3"),
        ("source-link-as-text", "line 3"),
        ("source-definition-unused", "line 5"),
        ("source-html", "line 7"),
    ]


def test_errors_are_in_the_order_of_their_lines(article: Write) -> None:
    with pytest.raises(InvalidArticle) as refused:
        article("---\ntitle: T\nfoo: 1\npublisher: [1]\nbar: 3\nabstract: [2]\n---\nText.\n")
    lines = [finding.where.rpartition(", ")[2] for finding in refused.value.findings]
    assert lines == ["line 3", "line 4", "line 5", "line 6"]


@pytest.mark.parametrize("delimiter", [".", ")"])
def test_the_numbers_of_a_list_keep_their_delimiter(delimiter: str, article: Write, tmp_path: Path) -> None:
    source = article(f"# T\n\n7{delimiter} one\n8{delimiter} two\n")
    render(source, tmp_path / "a.pdf", Settings())
    with pypdfium2.PdfDocument(tmp_path / "a.pdf") as pdf:
        text = pdf[0].get_textpage().get_text_bounded()
    assert re.findall(r"\b[78](\S) (?:one|two)", text) == [delimiter, delimiter]


PIC = "![p](pic.png)"


@pytest.mark.parametrize(
    ("text", "kept", "places"),
    [
        (f"Before {PIC} after.", ["Before after."], {"line 3": "paragraph"}),
        (f"Before\n*words* {PIC}\nafter.", ["Before words after."], {"line 4": "paragraph"}),
        (f"a {PIC} {PIC} b", ["a b"], {"line 3": "paragraph"}),
        (f"{PIC}\\\nThe pier.", ["The pier."], {"line 3": "paragraph"}),
        (f"The pier: {PIC}", ["The pier:"], {"line 3": "paragraph"}),
        (f"- one {PIC} two", ["one two"], {"line 3": "paragraph"}),
        (f"## See {PIC} now", ["See now"], {"line 3": "heading"}),
        (f"| a | b |\n|---|---|\n| {PIC} | x |", ["a", "b", "x"], {"line 5": "table"}),
        (f"{PIC}\n{PIC}", [], {}),
    ],
)
def test_a_picture_within_text_is_shown_after_it_with_a_warning(
    text: str, kept: list[str], places: dict[str, str], article: Write, tmp_path: Path
) -> None:
    Image.new("L", (9, 9)).save(tmp_path / "pic.png")
    source = article(f"# T\n\n{text}\n\nEnd.\n")
    assert passages(source.article.model_dump()["body"]) == [*kept, "End."]
    assert sum(1 for _ in source.article.figures()) == text.count(PIC)
    assert {finding.where.rpartition(", ")[2]: finding.message for finding in source.findings} == {
        line: f"has the picture 'pic.png', which is shown after the {place} that it is in"
        for line, place in places.items()
    }


def test_a_picture_in_the_title_begins_the_body_with_a_warning(article: Write, tmp_path: Path) -> None:
    Image.new("L", (9, 9)).save(tmp_path / "pic.png")
    source = article(f"# The {PIC} pier\n\nText.\n")
    assert source.article.title == "The pier"
    assert warned(source) == [("source-picture-moved", "line 1")]


def test_a_heading_that_is_a_picture_is_that_picture(article: Write, tmp_path: Path) -> None:
    Image.new("L", (9, 9)).save(tmp_path / "pic.png")
    source = article(f"# T\n\n## {PIC}\n\nText.\n")
    assert [block.type for block in source.article.body] == ["figure", "paragraph"]
    assert warned(source) == [("source-picture-moved", "line 3")]


def passages(value: object) -> list[str]:
    """The text of each passage in blocks, in order; that of figures is none."""
    if isinstance(value, dict):
        return [] if value.get("type") == "figure" else [t for v in value.values() for t in passages(v)]
    if isinstance(value, (list, tuple)):
        if value and all(isinstance(each, dict) and "text" in each for each in value):
            return ["".join(each["text"] for each in value)]
        return [text for each in value for text in passages(each)]
    return []


@pytest.mark.parametrize("white", ["\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_lines_are_counted_as_editors_count_them(article: Write, white: str) -> None:
    source = article(f"---\ntitle: a{white}b\n---\n\nBoats{white}sail.\n\n<hr>\n")
    assert source.article.title == "a b"
    assert body(source.article)[0] == "Boats sail."
    assert warned(source) == [("source-html", "line 7")]


def test_the_first_heading_of_level_1_is_the_title_wherever_it_is(article: Write) -> None:
    source = article("## Part\n\nFirst.\n\n# The [title](https://e.org/t)\n\nText.\n\n# More\n\nEnd.\n")
    assert source.article.title == "The title"
    assert body(source.article) == ["First.", "title: https://e.org/t", "Text.", "End."]
    assert [block.type for block in source.article.body if isinstance(block, Heading)] == ["heading"] * 2


def test_a_heading_within_a_quotation_is_not_the_title(article: Write) -> None:
    with pytest.raises(
        DocumentError, match="has no title; expected `title:` in front matter, or a heading of level 1"
    ):
        article("> # Quoted\n\nText.\n")


@pytest.mark.parametrize("front", ["---\n---\n", "---\n\n---\n", "---\n...\n"])
def test_front_matter_may_be_empty(article: Write, front: str) -> None:
    assert article(f"{front}\n# T\n\nText.\n").article.title == "T"


def test_a_first_heading_without_words_is_refused_with_its_line(article: Write) -> None:
    with pytest.raises(
        DocumentError, match=r"line 3: has a heading of level 1 without words; expected the title"
    ):
        article("Text.\n\n# \n\n# T\n\nText.\n")


def test_a_heading_without_words_is_left_out_with_a_warning(article: Write) -> None:
    source = article("# T\n\nText.\n\n##\n\nMore.\n")
    assert [type(block) for block in source.article.body] == [Paragraph, Paragraph]
    assert warned(source) == [("source-heading-empty", "line 5")]


def test_lines_of_one_style_are_one_span(article: Write) -> None:
    (paragraph,) = article("# T\n\nOne line\nanother *line\nand* one\\\nmore\n").article.body
    assert isinstance(paragraph, Paragraph)
    assert [(span.text, span.emphasis) for span in paragraph.content] == [
        ("One line another ", False),
        ("line and", True),
        (" one\nmore", False),
    ]
