"""Folder names: one for each identifier, fit for any file system, and the way back."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.bag.naming import MAX_BYTES, folder_name

IDENTIFIERS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(IDENTIFIERS)
def test_a_name_is_portable_and_gives_its_identifier_back(identifier: str) -> None:
    name = folder_name(identifier)
    assert name.isascii()
    assert 0 < len(name) <= MAX_BYTES
    assert not set('/\\:*?"<>|~ ') & set(name)
    assert name[0] not in ".-"
    assert name[-1] != "."
    assert unquote(name) == identifier or "--" in name


@given(st.lists(IDENTIFIERS, min_size=2, max_size=2, unique=True))
def test_two_identifiers_have_two_names(identifiers: list[str]) -> None:
    first, second = map(folder_name, identifiers)
    assert first != second


def test_long_identifiers_that_begin_alike_have_two_names() -> None:
    assert folder_name("x" * 300) != folder_name("x" * 301)


@pytest.mark.parametrize("identifier", ["CON", "nul", "com1", "lpt9.txt", "..", ".", "-rf", "a."])
def test_names_that_mean_something_to_a_system_are_encoded(identifier: str) -> None:
    assert "%" in folder_name(identifier)
