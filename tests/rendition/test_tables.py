"""Tables: nothing in them is too long, too many or too narrow for a page."""

from pathlib import Path
from random import Random

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import RenditionError
from archiver.rendition.flow import COLUMN, MEASURE, PAGE_HEIGHT, PAGE_WIDTH, Sheet
from archiver.rendition.fonts import fonts
from archiver.rendition.layout import TABLE
from archiver.rendition.tables import Cell, Columns, Row, TableBlock, columns
from archiver.rendition.tagging import Structure
from archiver.rendition.text import Line, Paragraph, Run, Typesetter
from archiver.rendition.verapdf import Validator
from tests.rendition.renditions import by_poppler, needs_poppler, plain, rendition


def text_of(pdf: Path) -> str:
    return " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def test_a_header_that_is_taller_than_a_page_goes_on_over_the_next(
    tmp_path: Path, verapdf: Validator
) -> None:
    long = " ".join(f"word{number}" for number in range(1200))
    table = {"type": "table", "header": [long, "b"], "rows": [["cell", "d"]] * 3}
    pdf = rendition(["Before.", table], tmp_path / "a.pdf")
    found = plain(text_of(pdf))
    assert all(f"word{number}" in found for number in range(1200))
    assert found.count("cell") == 3
    assert verapdf.check(pdf, ("2a", "ua1")) == ()


GRAINS = ("Year", "Wheat", "Barley", "Oats", "Rye", "Maize", "Potatoes", "Beets", "Flax", "Sunflower")


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (GRAINS, ["1998", *["1,234,567"] * 9]),
        ([f"Head {n}" for n in range(14)], [f"word{n}" for n in range(14)]),
        (["When", "What"], ["12 March 1998", "A long account of it. " * 40]),
    ],
)
def test_columns_shrink_before_a_word_or_a_number_is_broken(
    header: list[str], row: list[str], tmp_path: Path
) -> None:
    table = {"type": "table", "header": list(header), "rows": [row] * 3}
    lines = text_of(rendition([table], tmp_path / "a.pdf"))
    whole = [cell for cell in (*header, *row) if len(cell) < 20 and not cell.startswith("Head")]
    assert [cell for cell in whole if cell not in lines] == []
    assert lines.count("Head") == sum(cell.startswith("Head") for cell in header)


WORDS = {"en": "Measurement", "he": "מדידותיהם", "de": "Silbergroschen"}


@needs_poppler
@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("count", [16, 40])
def test_a_table_that_has_no_room_makes_its_pages_wider_rather_than_break_its_words(
    language: str, count: int, tmp_path: Path, verapdf: Validator
) -> None:
    header = [f"{WORDS[language]} {number}" for number in range(count)]
    rows = [[f"{100_000 * (line + 3) + number}" for number in range(count)] for line in range(40)]
    table = {"type": "table", "header": header, "rows": rows}
    pdf = rendition(["Before.", table, *["After. " * 100] * 6], tmp_path / "a.pdf", language)
    found = [plain(word) for word in by_poppler(pdf).split()]
    said = [cell for row in rows for cell in row]
    assert [word for word in found if word in set(said)] == said
    assert found.count(WORDS[language]) >= count
    with pypdfium2.PdfDocument(pdf) as document:
        boxes = [page.get_mediabox() for page in document]
    first, last = boxes[0], boxes[-1]
    assert last == pytest.approx((0, 0, PAGE_WIDTH, PAGE_HEIGHT), abs=0.01)
    assert first[2] - first[0] > PAGE_WIDTH + 10
    assert (first[0] < 0) == (language == "he")
    assert verapdf.check(pdf, ("2a", "ua1")) == ()


def test_an_address_in_a_table_does_not_make_its_type_small() -> None:
    words = Typesetter(fonts(), "en").paragraph([Run("https://example.org/" + "a" * 90)])
    cells = [Cell(words, (), "start"), Cell(words, (), "start")]
    assert columns([cells], TABLE, MEASURE).style.size == TABLE.size


def row_of(lines: int) -> Row:
    return Row((Cell(Paragraph(()), (), "start"),), ((Line((), 0.0),) * lines,))


depths = st.one_of(st.integers(1, 5), st.integers(20, 70))


@given(depths, st.lists(depths, max_size=4), st.floats(0, COLUMN - 50), st.integers(-30, 700))
def test_what_a_table_says_it_begins_with_is_what_it_can_begin_with_below_any_lead_in(
    header: int, rows: list[int], lead_in: float, more: int
) -> None:
    set_as = Columns((100.0,), 0.0, TABLE)
    table = TableBlock(Sheet(Structure("en")), row_of(header), [row_of(depth) for depth in rows], set_as)
    table.lead_in(lead_in)
    least = table.head_height()
    assert lead_in + least <= COLUMN
    for room in (least, least - 0.1, least + more):
        parts = table.split(MEASURE, room)
        assert (room >= table.height or bool(parts)) == (room >= least)
        for part in parts:
            assert isinstance(part, TableBlock)
            whole = TableBlock(part.sheet, part.header, part.rows, set_as)
            assert part.height == pytest.approx(whole.height)


@pytest.mark.parametrize("lines", range(19, 26))
def test_a_heading_is_not_left_at_the_foot_of_a_page_before_a_table(lines: int, tmp_path: Path) -> None:
    heading = {"type": "heading", "level": 2, "content": "QUERY"}
    table = {
        "type": "table",
        "header": ["XX", "b"],
        "rows": [["lengthyword " * 13, "lengthyword " * 8]] * 5,
    }
    pdf = pypdfium2.PdfDocument(rendition([*["line"] * lines, heading, table], tmp_path / "a.pdf"))
    for page in pdf:
        found = page.get_textpage().get_text_range()
        assert "QUERY" not in found or "lengthyword" in found


WORDED = {
    "en": ("the", "of", "river", "mill", "stone", "ledger", "archive", "parchment", "copper", "harbour"),
    "ru": ("река", "мельница", "камень", "книга", "печать", "зима"),
    "hi": ("नदी", "चक्की", "पत्थर", "किताब", "मुहर", "सर्दी"),
}


@needs_poppler
@pytest.mark.parametrize("language", WORDED)
@pytest.mark.parametrize("count", [5, 8, 11, 17, 30])
def test_a_table_of_many_columns_comes_out_of_poppler_row_by_row(
    language: str, count: int, tmp_path: Path
) -> None:
    chance = Random(count)
    header = [f"{chance.choice(WORDED[language])}{number}" for number in range(count)]
    words = [" ".join(chance.choices(WORDED[language], k=chance.randint(1, 4))) for _ in range(6 * count)]
    cells = [chance.choice((word, str(chance.randrange(100_000)))) for word in words]
    rows = [cells[at : at + count] for at in range(0, len(cells), count)]
    table = {"type": "table", "header": header, "rows": rows}
    pdf = rendition(["Before.", table, "After."], tmp_path / "a.pdf", language)
    stated = " ".join(["Before.", *header, *cells, "After."])
    assert stated in plain(by_poppler(pdf))


@needs_poppler
@pytest.mark.parametrize("align", ["right", "center"])
def test_aligned_columns_of_chinese_come_out_of_poppler_row_by_row(
    align: str, tmp_path: Path, verapdf: Validator
) -> None:
    header = ["磨坊", "江河", "档案馆"]
    rows = [["59283", "档案馆印", "江河石冬天"], ["石", "7403", "档案"], ["冬天江河", "1", "印"]]
    table = {"type": "table", "header": header, "rows": rows, "align": [align] * 3}
    pdf = rendition([table], tmp_path / "a.pdf", "zh")
    assert " ".join(cell for row in [header, *rows] for cell in row) in plain(by_poppler(pdf))
    assert verapdf.check(pdf, ("2a", "ua1")) == ()


@pytest.mark.parametrize("lines", range(12, 26))
@pytest.mark.parametrize("rows", [2, 5, 20])
def test_a_short_table_stays_whole_and_no_last_row_stands_alone(
    lines: int, rows: int, tmp_path: Path
) -> None:
    table = {"type": "table", "header": ["XX", "b"], "rows": [[f"row{n}", "b"] for n in range(rows)]}
    pdf = pypdfium2.PdfDocument(rendition([*["line"] * lines, table], tmp_path / "a.pdf"))
    counts = [page.get_textpage().get_text_range().count("row") for page in pdf]
    shown = [count for count in counts if count]
    assert sum(shown) == rows
    assert shown[-1] > 1
    assert rows > 5 or len(shown) == 1


def test_a_table_of_too_many_columns_is_told_by_how_it_begins(tmp_path: Path) -> None:
    table = {"type": "table", "header": ["Year", *["x"] * 100], "rows": []}
    with pytest.raises(RenditionError, match="the table that begins “Year x x") as raised:
        rendition([table], tmp_path / "a.pdf")
    assert raised.value.message == "has 101 columns, more than the 100 a page can show"


WITH_GAPS = [
    (
        "en",
        ["Year", "Ship", "Tons"],
        [["1901", "Aurora", "412"], ["1902", "Boreas", ""], ["1903", "Cygnus", "388"], ["1904", "", "401"]],
    ),
    ("en", ["Name", "Role", "Year"], [["Jane", "", "1901"], ["", "clerk", ""], ["Ada", "mate", ""]]),
    ("en", ["", "1901", "1902"], [["Births", "1", "2"], ["", "", ""], ["Deaths", "", "4"]]),
    ("ru", ["Год", "Уровень", "Мука"], [["1907", "112", ""], ["1908", "", "рожь"], ["1911", "98", "нет"]]),
    (
        "he",
        ["שנה", "אירוע", "מקור"],
        [["1969", "השעון נעצר", ""], ["1975", "", "פרוטוקול"], ["1994", "הצעה", ""]],
    ),
    ("zh", ["年份", "水位", "天气"], [["1962", "", "晴"], ["1975", "九尺", ""], ["2001", "二尺", "大雾"]]),
]


@needs_poppler
@pytest.mark.parametrize(("language", "header", "rows"), WITH_GAPS)
def test_a_table_with_empty_cells_comes_out_of_poppler_row_by_row(
    language: str, header: list[str], rows: list[list[str]], tmp_path: Path, verapdf: Validator
) -> None:
    table = {"type": "table", "header": header, "rows": rows}
    pdf = rendition([table], tmp_path / "a.pdf", language)
    stated = plain(" ".join(cell for row in [header, *rows] for cell in row))
    assert stated in plain(by_poppler(pdf))
    assert verapdf.check(pdf, ("2a", "ua1")) == ()


ALIGNED = [
    (["Ward", "1998", "2001"], [["North", "1,200", "12"], ["South", "9", ""], ["East", "8", "10,016"]]),
    (["A", "B", "C"], [["a", "b", "c"], ["aaa aaa", "b", "cc"], ["a", "bbb bb b", "c"]]),
    (
        ["12", "", "", "that", "that", ""],
        [
            ["happened", "", "", "", "what", "of"],
            ["1", "%", "", "", "", "year"],
            ["", "A", "a 19", "", "— —", "19"],
        ],
    ),
]


@needs_poppler
@pytest.mark.parametrize("first", ["left", "center"])
@pytest.mark.parametrize("rest", ["right", "center"])
@pytest.mark.parametrize(("header", "rows"), ALIGNED)
def test_an_aligned_table_comes_out_of_readers_row_by_row(
    header: list[str], rows: list[list[str]], rest: str, first: str, tmp_path: Path, verapdf: Validator
) -> None:
    align = [first, *[rest] * (len(header) - 1)]
    pdf = rendition([{"type": "table", "header": header, "rows": rows, "align": align}], tmp_path / "a.pdf")
    stated = plain(" ".join(cell for row in [header, *rows] for cell in row))
    assert stated in plain(by_poppler(pdf))
    assert stated in plain(text_of(pdf))
    assert verapdf.check(pdf, ("2a", "ua1")) == ()
