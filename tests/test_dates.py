"""What people write becomes EDTF, and nothing is made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.dates import AmbiguousDate, is_edtf, to_edtf

LANGUAGES = ("ru", "de", "fr", "ar", "hi", "es", "el")


@pytest.mark.parametrize(
    ("stated", "edtf"),
    [
        ("12 Jan 2002", "2002-01-12"),
        ("January 12th, 2002", "2002-01-12"),
        ("Saturday, 12 January 2002", "2002-01-12"),
        ("январь 2002", "2002-01"),
        ("12 января 2002 г.", "2002-01-12"),
        ("12. Januar 2002", "2002-01-12"),
        ("12 de enero de 2002", "2002-01-12"),
        ("12 Ιανουαρίου 2002", "2002-01-12"),
        ("١٢ يناير ٢٠٠٢", "2002-01-12"),
        ("15 अगस्त 2016", "2016-08-15"),
        ("Winter 2001-02", "2001-24"),
        ("Spring 1999", "1999-21"),
        ("circa 1911", "1911~"),
        ("1911?", "1911?"),
        ("1990s", "199X"),
        ("19th century", "18XX"),
        ("between 1911 and 1915", "1911/1915"),
        ("before 1950", "../1950"),
        ("13/02/2002", "2002-02-13"),
        ("02/02/2002", "2002-02-02"),
        ("2004-XX", "2004-XX"),
        ("2002-01-12T10:00:00Z", "2002-01-12T10:00:00Z"),
    ],
)
def test_a_date_as_people_write_it_becomes_edtf(stated: str, edtf: str) -> None:
    assert to_edtf(stated, LANGUAGES) == edtf


@pytest.mark.parametrize(
    "stated", ["", "soon", "31 February 2002", "12 Jan 02", "early 1990s", "2002-02-30", "5"]
)
def test_what_is_not_understood_stays_unknown(stated: str) -> None:
    assert to_edtf(stated, LANGUAGES) is None


def test_day_and_month_that_cannot_be_told_apart_are_an_error_unless_the_order_is_given() -> None:
    with pytest.raises(AmbiguousDate):
        to_edtf("01/02/2002")
    assert to_edtf("01/02/2002", order="dmy") == "2002-02-01"
    assert to_edtf("01/02/2002", order="mdy") == "2002-01-02"


@pytest.mark.parametrize(
    "text", ["2001-21", "1985/..", "../1985", "Y170000002", "-1985", "1984?", "156X", "1985-04-XX"]
)
def test_edtf_of_level_1_is_known(text: str) -> None:
    assert is_edtf(text)


@pytest.mark.parametrize(
    "text",
    ["2002-13", "2001-29", "1900-02-29", "2005/2001", "..", "../..", "20X1", "2002-1", "٢٠٠٢"],
)
def test_what_is_not_edtf_is_refused(text: str) -> None:
    assert not is_edtf(text)


@given(st.text(max_size=60))
def test_any_text_is_understood_or_not_but_never_breaks(text: str) -> None:
    try:
        found = to_edtf(text, LANGUAGES)
    except AmbiguousDate:
        return
    assert found is None or is_edtf(found)
