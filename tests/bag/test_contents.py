"""How paths are shown: each its own way, so that no two files are one in a report."""

import os

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archiver.bag.contents import meant, shown

NAMES = st.lists(
    st.sampled_from([b"\\", b"x", b"u", b"0", b"1", b"a", b"\x01", b"\xff", b"\xc2\x85", "é".encode()])
)


@given(st.one_of(st.binary(), NAMES.map(b"".join)).map(os.fsdecode))
@example("data/a\x01")
@example(r"data/a\x01")
@example(r"data/a\\x01")
@example("a\U000e0001")
def test_every_name_is_shown_printable_and_is_known_by_that(name: str) -> None:
    assert shown(name).isprintable()
    assert meant(shown(name)) == name


@pytest.mark.parametrize("name", ["data/a", "data/é☃", "back\\slash", "\\"])
def test_a_name_without_anything_odd_stays_as_it_is(name: str) -> None:
    assert shown(name) == name


@given(st.text(st.characters(codec=None)))
def test_what_no_name_is_shown_as_means_something_all_the_same(text: str) -> None:
    os.fsencode(meant(shown(text)) if text.isprintable() else "")
