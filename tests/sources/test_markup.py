"""HTML elements as blocks."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from archiver.article import Article
from archiver.sources.markup import Markup, trimmed
from archiver.sources.parts import Noticed

TAGS = ["p", "div", "em", "b", "a", "ul", "ol", "li", "table", "tr", "td", "th", "caption", "br", "h2"]
TAGS += ["figure", "figcaption", "pre", "q", "hr", "blockquote", "dl", "dt", "dd", "span", "script", "img"]


def blocks(markup: str, base: str = "") -> list[dict[str, Any]]:
    body = html.document_fromstring(f"<html><body>{markup}</body></html>").find("body")
    assert body is not None
    reader = Markup(Noticed("page"), lambda src: src if src.endswith(".png") else None, base)
    return reader.blocks(body)


def text(value: object) -> str:
    if isinstance(value, dict):
        return "".join(text(v) for k, v in value.items() if k not in ("type", "src", "href"))
    return "".join(map(text, value)) if isinstance(value, list) else value if isinstance(value, str) else ""


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>One  two\n three</p>", [{"type": "paragraph", "content": [{"text": "One two three"}]}]),
        (
            "loose <em>text</em>",
            [{"type": "paragraph", "content": [{"text": "loose "}, {"text": "text", "emphasis": True}]}],
        ),
        ("<h3>Head</h3>", [{"type": "heading", "level": 3, "content": [{"text": "Head"}]}]),
        ("<pre>  a\n    b\n</pre>", [{"type": "code", "text": "  a\n    b"}]),
        ("<p></p><p> <br> </p>", []),
        (
            "<script>x()</script><p hidden>no</p><p>yes</p>",
            [{"type": "paragraph", "content": [{"text": "yes"}]}],
        ),
        ("<p>He said <q>no</q>.</p>", [{"type": "paragraph", "content": [{"text": "He said “no”."}]}]),
        ("<p>&#147;so&#148; &#1;it is</p>", [{"type": "paragraph", "content": [{"text": "“so” it is"}]}]),
    ],
)
def test_what_elements_become(markup: str, expected: list[dict[str, Any]]) -> None:
    assert blocks(markup) == expected


def test_the_language_of_text_is_kept_where_it_is_not_that_of_the_page() -> None:
    page = html.document_fromstring(
        "<html lang='en'><body>Ferry<div lang='fr'><p>le bac <b>du port</b> <i lang='en'>ferry</i></p>"
        "<table><tr><td>a</td><td lang='de'>b</td></tr></table></div>"
        "<p xml:lang='ar'>عبارة</p><p lang='no language'>x</p><p lang='EN'>y</p></body></html>"
    )
    body = page.find("body")
    assert body is not None
    found = Markup(Noticed("page"), lambda src: None).blocks(body)
    spoken = [(span["text"], span.get("language")) for block in found for span in _spans(block)]
    assert spoken == [
        ("Ferry", None),
        ("le bac ", "fr"),
        ("du port", "fr"),
        (" ", "fr"),
        ("ferry", None),
        ("a", "fr"),
        ("b", "de"),
        ("عبارة", "ar"),
        ("x", None),
        ("y", None),
    ]


def _spans(block: dict[str, Any]) -> list[dict[str, Any]]:
    return block["content"] if "content" in block else [span for cell in block["header"] for span in cell]


def test_an_inline_element_around_blocks_is_no_passage_of_its_own() -> None:
    found = blocks("<a href='https://example.org/'><div>One</div><div>Two</div></a>")
    assert [text(block) for block in found] == ["One", "Two"]


def test_a_list_keeps_its_order_start_and_inner_lists() -> None:
    (found,) = blocks("<ol start='4'><li>Four<ul><li>inner</li></ul></li><li>Five</li></ol>")
    assert (found["ordered"], found["start"], len(found["items"])) == (True, 4, 2)
    assert found["items"][0][1]["type"] == "list"


def test_a_table_is_filled_to_be_rectangular_and_keeps_its_caption() -> None:
    rows = "<tr><th colspan=2>Both</th><th>c</th></tr><tr><td>1</td></tr>"
    (found,) = blocks(f"<table><caption>Sailings</caption>{rows}</table>")
    assert [text(cell) for cell in found["header"]] == ["Both", "", "c"]
    assert [[text(cell) for cell in row] for row in found["rows"]] == [["1", "", ""]]
    assert text(found["caption"]) == "Sailings"


def test_a_table_that_only_lays_out_is_read_as_its_cells() -> None:
    found = blocks("<table role='presentation'><tr><td><p>One</p></td><td><p>Two</p></td></tr></table>")
    assert [block["type"] for block in found] == ["paragraph", "paragraph"]


def test_a_figure_has_its_caption_and_a_missing_picture_leaves_what_it_says() -> None:
    (found,) = blocks(
        "<figure><img src='boat.png' alt='A boat'><figcaption>At the <b>quay</b></figcaption></figure>"
    )
    assert (found["src"], found["alt"], text(found["caption"])) == ("boat.png", "A boat", "At the quay")
    found_without = blocks(
        "<figure><img src='gone.jpg' alt='A boat'><figcaption>At the quay</figcaption></figure>"
    )
    assert [text(block) for block in found_without] == ["A boat", "At the quay"]


def test_links_start_from_the_address_of_the_page() -> None:
    ((found,)) = blocks("<p><a href='../plan'>plan</a></p>", "https://example.org/news/ferry")
    assert found["content"] == [{"text": "plan", "href": "https://example.org/plan"}]


def test_depth_is_bounded() -> None:
    assert text(blocks("<div>" * 250 + "deep" + "</div>" * 250)) == "deep"


def _markup(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    inner = st.lists(children, max_size=4).map("".join)
    return st.builds(
        lambda tag, body: f"<{tag} href=x src=y.png colspan=3>{body}</{tag}>", st.sampled_from(TAGS), inner
    )


@given(st.recursive(st.text(max_size=8).map(lambda t: t.replace("<", "&lt;")), _markup, max_leaves=25))
def test_any_markup_becomes_an_article(markup: str) -> None:
    found = blocks(markup)
    Article.model_validate_json(json.dumps({"title": "t", "body": found}))


@given(
    st.lists(
        st.builds(
            lambda t, e: {"text": t, **({"emphasis": True} if e else {})}, st.text(" a\n"), st.booleans()
        )
    )
)
def test_trimmed_passages_neither_begin_nor_end_with_space(spans: list[dict[str, Any]]) -> None:
    found = trimmed(spans)
    whole = "".join(span["text"] for span in found)
    assert whole == whole.strip()
    assert whole.replace(" ", "").replace("\n", "") == "".join(s["text"] for s in spans).replace(
        " ", ""
    ).replace("\n", "")
    assert all(span["text"] for span in found)


@pytest.mark.parametrize("target", ["../b.html?x=1", "/c", "javascript:go()", "file:///home/a.txt"])
def test_a_target_that_cannot_be_followed_stays_as_text(target: str) -> None:
    body = html.document_fromstring(f"<body><p>See <a href='{target}'>there</a>.</p></body>").find("body")
    assert body is not None
    reader = Markup(Noticed("page"), lambda src: None)
    assert text(reader.blocks(body)) == f"See there ({target})."
    (told,) = reader.left_out()
    assert (told.rule, told.where) == ("source-link-as-text", "page")
    assert reader.added == len(f"({target})")


def test_a_link_to_its_own_text_or_place_has_no_target_beside_it() -> None:
    assert text(blocks("<p><a href='b.html'>b.html</a> <a href='#n1'>1</a></p>")) == "b.html 1"


def test_a_cell_of_several_rows_keeps_its_columns_in_each() -> None:
    (found,) = blocks(
        "<table><tr><th>a<th>b<th>c</tr><tr><td rowspan=2 colspan=2>tall<td>1</tr><tr><td>2</tr>"
        "<tr><td>3<td>4<td>5</tr></table>"
    )
    assert [[text(cell) for cell in row] for row in found["rows"]] == [
        ["tall", "", "1"],
        ["", "", "2"],
        ["3", "4", "5"],
    ]


@pytest.mark.parametrize(
    ("markup", "types", "told"),
    [
        ("<p>Before <img src=a.png> after.</p>", ["paragraph", "figure", "paragraph"], 0),
        ("<h2><img src=a.png></h2>", ["figure"], 0),
        ("<h2>The <img src=a.png> pier</h2>", ["heading", "figure"], 1),
        ("<table><tr><td>a<td><img src=a.png><tr><td>b<td>c</table>", ["table", "figure"], 1),
        ("<table><caption>A <img src=a.png></caption><tr><td>a<td>b</table>", ["table", "figure"], 1),
        ("<figure><img src=b.png><figcaption>A <img src=a.png></figcaption></figure>", ["figure"] * 2, 1),
    ],
)
def test_a_picture_that_is_shown_after_its_place_is_told(markup: str, types: list[str], told: int) -> None:
    body = html.document_fromstring(f"<html><body>{markup}</body></html>").find("body")
    assert body is not None
    reader = Markup(Noticed("page"), lambda src: src)
    assert [block["type"] for block in reader.blocks(body)] == types
    assert [finding.rule for finding in reader.left_out()] == ["source-picture-moved"] * told


def test_a_picture_between_the_items_of_a_list_stays() -> None:
    (found,) = blocks("<ul><li>One</li><img src=a.png></ul>")
    assert [[block["type"] for block in item] for item in found["items"]] == [["paragraph"], ["figure"]]
