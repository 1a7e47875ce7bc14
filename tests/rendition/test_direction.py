"""Direction: which way a paragraph runs, and what is kept apart in it."""

import pytest

from archiver.rendition.direction import main_level


@pytest.mark.parametrize(
    ("document", "text", "level"),
    [
        (0, 'הוא אמר ל-Microsoft: "שלום"; ואז הלך הביתה, ב-12 במאי 2002.', 1),
        (0, "שלום is the Hebrew word for peace and much else", 0),
        (0, "Half of it, חצי ממנו כאן", 0),
        (0, "12 – 13", 0),
        (1, "An English paragraph, with עברית in it, and (parentheses).", 0),
        (1, "IBM تعلن عن نتائج عام 2011", 1),
        (1, "https://example.org/a/long/address כאן", 1),
        (1, "Internationalization Foundation הודיעה אתמול", 1),
        (1, "12 – 13", 1),
    ],
)
def test_a_paragraph_runs_as_the_clear_majority_of_its_letters_and_words(
    document: int, text: str, level: int
) -> None:
    assert main_level(text, document) == level
