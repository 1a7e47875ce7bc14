"""Direction: which way a paragraph runs, and what is kept apart in it."""

import pytest

from archiver.rendition.direction import ISOLATES, isolated, levels, main_level, visual_order


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


def shown(text: str, base: int) -> str:
    """A text as it stands on a line, from left to right."""
    return ISOLATES.sub("", "".join(visual_order(text, levels(text, base))))


@pytest.mark.parametrize(
    ("base", "text", "expected"),
    [
        (0, f"as “{isolated('12 בינואר 2002')}”)", "as “2002 ראוניב 12”)"),
        (
            0,
            f"{isolated('חיפה')}, {isolated('Haifa')} · {isolated('12 בינואר 2002')}",
            "הפיח, Haifa · 2002 ראוניב 12",
        ),
        (
            1,
            f"{isolated('חיפה')}, {isolated('Haifa')} · {isolated('12 בינואר 2002')}",
            "2002 ראוניב 12 · Haifa ,הפיח",
        ),
        (1, f"{isolated('חיפה')} · {isolated('12 January 2002')}", "12 January 2002 · הפיח"),
        (1, f"{isolated('דן')} ({isolated('x')}; {isolated('y')}), {isolated('Ann')}", "Ann ,)y ;x( ןד"),
        (0, f"{isolated('12')}, {isolated('דן')}, {isolated('דן')}", "12, ןד, ןד"),
        (1, isolated(f"a{isolated('ב')}c"), "aבc"),
    ],
)
def test_what_is_isolated_keeps_its_order_and_leaves_that_of_its_neighbours(
    base: int, text: str, expected: str
) -> None:
    assert shown(text, base) == expected
    assert len(levels(text, base)) == len(text)
