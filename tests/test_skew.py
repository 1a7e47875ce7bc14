"""The slant of a page's lines is found to a tenth of a degree, and a blank page is known."""

import pytest
from PIL import Image

from archiver.skew import is_blank, slant
from tests.scanned import page


def whole() -> Image.Image:
    """A page with four paragraphs."""
    shown = Image.new("L", (page().width, 4 * page().height), 255)
    for number in range(4):
        shown.paste(page(), (0, number * page().height))
    return shown


@pytest.mark.parametrize("angle", [-9.0, -2.5, -0.4, 0.0, 0.3, 1.0, 7.0])
@pytest.mark.parametrize("quarter", [0, 90])
def test_the_slant_of_lines_is_found(angle: float, quarter: int) -> None:
    turned = whole().rotate(angle + quarter, Image.Resampling.BILINEAR, expand=True, fillcolor=255)
    found = slant(turned)
    assert found is not None
    assert found.angle == pytest.approx(angle, abs=0.15)
    assert found.upright == bool(quarter)


@pytest.mark.parametrize("paper", [255, 190, 20])
def test_a_page_without_lines_has_no_slant_and_is_blank(paper: int) -> None:
    blank = Image.new("L", (1200, 1700), paper)
    assert slant(blank) is None
    assert is_blank(blank)


def test_noise_and_dark_edges_are_nothing_on_a_page_and_a_line_is() -> None:
    scan = Image.effect_noise((1200, 1700), 12)
    scan.paste(0, (0, 0, 1200, 40))
    assert is_blank(scan)
    assert not is_blank(page())
