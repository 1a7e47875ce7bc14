"""Tables: nothing in them is too long, too many or too narrow for a page."""

from pathlib import Path

import pypdfium2
import pytest

from archiver.rendition.flow import MEASURE
from archiver.rendition.fonts import fonts
from archiver.rendition.layout import TABLE
from archiver.rendition.tables import Cell, columns
from archiver.rendition.text import Run, Typesetter
from archiver.rendition.verapdf import Validator
from tests.rendition.renditions import plain, rendition


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


def test_an_address_in_a_table_does_not_make_its_type_small() -> None:
    words = Typesetter(fonts(), "en").paragraph([Run("https://example.org/" + "a" * 90)])
    cells = [Cell(words, (), "start"), Cell(words, (), "start")]
    assert columns([cells], TABLE, MEASURE).style.size == TABLE.size
