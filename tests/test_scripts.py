"""Passages in another script than their document's have the language that is written so."""

import pytest

from archiver.scripts import passages


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("He said: Я живу в Москве и работаю в школе. Then left.", ["Я живу в Москве и работаю в школе"]),
        ("«Я и ты», he said", ["Я и ты"]),
        ("и а мир", ["и а мир"]),
        ("Let α, β and γ be angles", []),
        ("angle α, word λόγος", ["λόγος"]),
        ("α = 5, λόγος", ["λόγος"]),
        ("мир 5 мир", ["мир 5 мир"]),
        ("Я, he said, мир", ["мир"]),
        ("the sign 水 for water", ["水"]),
        ("", []),
    ],
)
def test_a_single_letter_belongs_to_the_foreign_passage_beside_it(text: str, foreign: list[str]) -> None:
    found = passages(text, "en", ("en", "ru", "el"))
    assert [text[start:end] for start, end, language in found if language] == foreign
    assert "".join(text[start:end] for start, end, _ in found) == text
