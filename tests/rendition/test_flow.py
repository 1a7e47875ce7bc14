"""How blocks flow over pages: no heading ends one, no line of a paragraph stands alone on one."""

import re
from collections import Counter
from itertools import groupby, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.rendition.renditions import rendition


def named(kind: str, lengths: st.SearchStrategy[int]) -> st.SearchStrategy[tuple[str, int]]:
    return st.tuples(st.just(kind), lengths)


FILLING = st.lists(named("text", st.sampled_from([1, 2, 40, 70])), max_size=30)
LEADING = st.lists(named("heading", st.sampled_from([1, 1, 1, 30, 60])), min_size=1, max_size=4)
CELLS = st.lists(st.sampled_from([1, 40, 120, 150, 160, 170, 200, 400]), min_size=2, max_size=3)
FOLLOWING = st.one_of(
    st.tuples(st.just("table"), CELLS, st.sampled_from([0, 1, 30, 400])),
    named("figure", st.integers(1, 80)),
    *(named(kind, st.integers(1, 99)) for kind in ("text", "list", "quote", "code", "rule")),
)


def words(word: str, count: int, parting: str = " ") -> str:
    return parting.join([word] * count)


def blocks(filling: list[Any], leading: list[Any], following: Any) -> list[Any]:
    """A body in which every block says a word of its own; those of what leads to another begin with L."""
    body: list[Any] = [words(f"F{n}.", length) for n, (_, length) in enumerate(filling)]
    body += [
        {"type": "heading", "level": 1 + n, "content": words(f"L{n}.", length)}
        for n, (_, length) in enumerate(leading)
    ]
    match following:
        case ("table", cells, caption):
            columns = [[words("T.", cell), "T."] for cell in cells]
            table = {"type": "table", "header": columns[0], "rows": columns[1:]}
            body.append(table | ({"caption": words("L9.", caption)} if caption else {}))
        case ("figure", length):
            body.append({"type": "figure", "src": "tall.png", "caption": words("C1.", length), "alt": "x"})
        case ("list", length):
            body.append({"type": "list", "items": [words("I1.", length), "I2."]})
        case ("quote", length):
            body.append({"type": "quote", "blocks": [words("I1.", length)]})
        case ("code", length):
            body.append({"type": "code", "text": words("I1.", length, "\n")})
        case ("rule", length):
            body += [{"type": "rule"}, words("I1.", length)]
        case (_, length):
            body.append(words("I1.", length))
    return body


def pages_of(pdf: Path) -> list[list[str]]:
    """Of every page the word of each line that is the body's, or its record's."""
    texts = (page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))
    lines = ([line.lstrip("• ").split() for line in text.split("\r\n") if line.strip()] for text in texts)
    return [[words[0] for words in page if words[1:2] != ["page"]] for page in lines]


@settings(max_examples=60)
@given(FILLING, LEADING, FOLLOWING)
def test_no_heading_or_caption_ends_a_page_and_no_line_of_a_paragraph_is_alone_on_one(
    filling: list[Any], leading: list[Any], following: Any
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        Image.new("L", (900, 1800)).save(folder / "tall.png")
        pages = pages_of(rendition(blocks(filling, leading, following), folder / "a.pdf"))
    for page, after in pairwise(pages):
        assert not re.fullmatch(r"L\d\.", page[-1]) or page[-1] == after[0]
        if page[-1] == after[0] and re.fullmatch(r"[FIC]\d+\.", page[-1]):
            assert Counter(page)[page[-1]] > 1
            assert Counter(after)[page[-1]] > 1
    said = [word for page in pages for word in page if word.startswith("F")]
    assert [word for word, _ in groupby(said)] == [f"F{n}." for n in range(len(filling))]


@pytest.mark.parametrize("lines", [25, 30, 35])
def test_a_heading_that_goes_on_over_a_page_keeps_its_bookmark_and_its_end_with_the_table(
    lines: int, tmp_path: Path
) -> None:
    heading = {"type": "heading", "level": 1, "content": words("L0.", 900)}
    table = {"type": "table", "header": ["T.", "T."], "rows": [[words("T.", 300), "T."]]}
    pdf = rendition([*["F0."] * lines, heading, table], tmp_path / "a.pdf")
    with pikepdf.open(pdf) as document, document.open_outline() as outline:
        titles = [entry.title for entry in outline.root[0].children]
    assert titles[0].startswith("L0.")
    assert all(page[-1] != "L0." or after[0] == "L0." for page, after in pairwise(pages_of(pdf)))


def lines_of_record(pdf: Path) -> list[int]:
    """How many lines of its record each page of a rendition shows, the heading not counted."""
    texts = (page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))
    pages = [[line for line in text.split("\r\n") if not re.match(r"1? ?page \d", line)] for text in texts]
    first = next(number for number, page in enumerate(pages) if "Provenance" in page)
    begun = pages[first][pages[first].index("Provenance") + 1 :]
    return [len(page) for page in (begun, *pages[first + 1 :])]


def test_the_record_is_whole_on_one_page(tmp_path: Path) -> None:
    for paragraphs in range(1, 61):
        assert lines_of_record(rendition(["F0."] * paragraphs, tmp_path / "a.pdf")) == [6], paragraphs


@settings(max_examples=40)
@given(st.integers(1, 60), st.integers(1, 3333), st.booleans())
def test_no_line_of_a_record_of_any_length_is_alone_on_a_page(
    paragraphs: int, length: int, has_source: bool
) -> None:
    told = {"rights": words("R.", length)}
    if has_source:
        told["source_url"] = "https://example.org/a"
    with TemporaryDirectory() as name:
        pdf = rendition(["F0."] * paragraphs, Path(name) / "a.pdf", **told)
        assert min(lines_of_record(pdf)) >= 3
