"""Names in bylines are told apart only where they are surely several; nothing of a byline is lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.sources.lists import items, names


@pytest.mark.parametrize(
    ("language", "byline", "found"),
    [
        ("en", "[Ann Bee](#), Cee Dee and [Eff Gee](#)", ["Ann Bee", "Cee Dee", "Eff Gee"]),
        ("en", "[Ann Bee](#) & [Cee Dee](#)", ["Ann Bee", "Cee Dee"]),
        ("en", "[Ann Bee](#)[Cee Dee](#)", ["Ann Bee", "Cee Dee"]),
        ("en", "[Ann Bee](#) y [Cee Dee](#)", ["Ann Bee", "Cee Dee"]),
        ("en", "[Smith and Sons](#)", ["Smith and Sons"]),
        ("en", "Ann Bee, Cee Dee, and Eff Gee", ["Ann Bee", "Cee Dee", "Eff Gee"]),
        ("en", "Ann Bee and Cee Dee", ["Ann Bee", "Cee Dee"]),
        ("en", "Ana and Per", ["Ana", "Per"]),
        ("en", "Ann Bee & Cee Dee", ["Ann Bee", "Cee Dee"]),
        ("en", "Smith & Co", ["Smith & Co"]),
        ("en", "Department of Trade and Industry", ["Department of Trade and Industry"]),
        ("en", "Martin King, Jr. and Ann Bee", ["Martin King, Jr.", "Ann Bee"]),
        ("en", "Ruiz, Ana; Holm, Per", ["Ruiz, Ana", "Holm, Per"]),
        ("en", "staff reporter", ["staff reporter"]),
        ("en", "**Ann Bee**", ["Ann Bee"]),
        ("en", "**[Ann Bee](#)**", ["Ann Bee"]),
        ("en", "[Ann Bee](#) (pseudonym)", [{"name": "Ann Bee", "note": "pseudonym"}]),
        ("en", "Ann Bee (pseudonym)", [{"name": "Ann Bee", "note": "pseudonym"}]),
        ("es", "Léon de la Cruz y Martínez", ["Léon de la Cruz y Martínez"]),
        ("es", "Ana Ruiz y Per Holm", ["Ana Ruiz", "Per Holm"]),
        ("en", "Ana Ruiz y Per Holm", ["Ana Ruiz y Per Holm"]),
        ("pt", "Maria e Silva", ["Maria e Silva"]),
        ("de", "Ann Bee und Cee Dee", ["Ann Bee", "Cee Dee"]),
        ("ru", "Анна Иванова и Пётр Петров", ["Анна Иванова", "Пётр Петров"]),
        ("ar", "علي حسن و عمر خالد", ["علي حسن", "عمر خالد"]),
        ("zh", "张三、李四", ["张三", "李四"]),
        ("ko", "김민서, 박준호", ["김민서", "박준호"]),
        ("en", "Ann Bee | Cee Dee", ["Ann Bee", "Cee Dee"]),
        ("zh", "张三（笔名）、李四", [{"name": "张三", "note": "笔名"}, "李四"]),
        ("en", "Roe, J., Doe, J. K.", ["Roe, J.", "Doe, J. K."]),
        ("en", "Roe, J. and Doe, J. K.", ["Roe, J.", "Doe, J. K."]),
        ("en", "Roe, Jane, and Doe, John", ["Roe, Jane", "Doe, John"]),
        ("de", "Roe, J. und Doe, K.", ["Roe, J.", "Doe, K."]),
        ("en", "Ann Bee (a pseudonym; editor)", [{"name": "Ann Bee", "note": "a pseudonym; editor"}]),
        (
            "en",
            "Ann Bee (writer and editor), Cee Dee",
            [{"name": "Ann Bee", "note": "writer and editor"}, "Cee Dee"],
        ),
    ],
)
def test_a_byline_has_these_names(language: str, byline: str, found: list[object]) -> None:
    assert names(byline, language) == (found, [])


@pytest.mark.parametrize(
    ("byline", "rest"),
    [
        ("[Ann Bee](#), special to the Post", ["special to the Post"]),
        ("Ann Bee, special to the Post", ["special to the Post"]),
        ("[Ann Bee](#) in Kabul", ["in Kabul"]),
        ("Ann Bee, Translator: Cee Dee", ["Translator: Cee Dee"]),
    ],
)
def test_what_is_no_name_is_given_back(byline: str, rest: list[str]) -> None:
    assert names(byline) == (["Ann Bee"], rest)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Kabul and [Central Asia](#)", ["Kabul", "Central Asia"]),
        ("[China](#) (western part)", ["China (western part)"]),
        ("Bosnia and Herzegovina", ["Bosnia and Herzegovina"]),
        ("Riverside, Ohio; Saltmarsh", ["Riverside, Ohio", "Saltmarsh"]),
        ("[Riverside](#), [Hillford, Kent](#)", ["Riverside", "Hillford, Kent"]),
    ],
)
def test_places_are_parted_at_semicolons_and_beside_links(text: str, found: list[str]) -> None:
    assert items(text, places=True) == (found, [])


PIECES = st.sampled_from(
    ["[Ann Bee](#)", "Cee Dee", ", ", " and ", " & ", "; ", " y ", "special to ", "(x)", "**", "Jr."]
)


@given(st.lists(PIECES, max_size=8).map("".join), st.sampled_from(["en", "es"]))
def test_no_word_of_a_list_is_lost(text: str, language: str) -> None:
    for found in (names(text, language), items(text, places=True)):
        kept = str(found)
        for word in set(re.findall(r"Ann Bee|Cee|Dee|special|Jr|x", text)):
            assert word in kept
