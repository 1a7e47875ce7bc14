"""Tables: nothing in them is too long, too many or too narrow for a page."""

from pathlib import Path

import pypdfium2

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
