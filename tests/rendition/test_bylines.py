"""The byline and the dateline are lists as people write them in the article's language."""

import re

import pytest

from archiver.article import Creator, PublicationDate
from archiver.rendition.bylines import byline, dateline


def plain(text: str) -> str:
    return re.sub("[\u2068\u2069]", "", text)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Ann Bee, Cid Dee (photographer; a pseudonym)"),
        ("zh-Latn", "Ann Bee, Cid Dee (photographer; a pseudonym)"),
        ("und", "Ann Bee, Cid Dee (photographer; a pseudonym)"),
        ("ko", "Ann Bee, Cid Dee (photographer; a pseudonym)"),
        ("zh-Hant", "Ann Bee、Cid Dee (photographer；a pseudonym)"),
        ("ja", "Ann Bee、Cid Dee (photographer；a pseudonym)"),
        ("fa", "Ann Bee، Cid Dee (photographer؛ a pseudonym)"),
    ],
)
def test_names_are_parted_by_the_comma_of_the_language(language: str, told: str) -> None:
    creators = [Creator(name="Ann Bee"), Creator(name="Cid Dee", role="photographer", note="a pseudonym")]
    assert plain(byline(creators, language)) == told


@pytest.mark.parametrize(
    ("places", "language", "told"),
    [
        (["Kraków", "Huế"], "pl", "Kraków, Huế · 12 Jan 2002"),
        (["Hebden Bridge, England", "Huế"], "en", "Hebden Bridge, England; Huế · 12 Jan 2002"),
        (["تهران، ایران", "قم"], "fa", "تهران، ایران؛ قم · 12 Jan 2002"),
        ([], "en", "12 Jan 2002"),
    ],
)
def test_places_that_have_commas_are_parted_by_semicolons(
    places: list[str], language: str, told: str
) -> None:
    assert plain(dateline(places, PublicationDate(stated="12 Jan 2002"), language)) == told


def test_what_is_not_known_is_not_on_the_line() -> None:
    assert plain(dateline(["Huế"], None, "vi")) == "Huế"
    assert dateline([], None, "vi") == ""
