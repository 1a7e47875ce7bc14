"""Pseudonyms: what an article says at its foot of the name it is signed with, for the creator's note."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

WORDS = (
    "pseudonym|pen name|pen-name|nom de plume|псевдоним|псевдонім|тахаллус|pseudoniem|pseudonim|seudónimo"
    "|pseudónimo|pseudônimo|álnév|álneve|salanimi|taxallus|takma ad|mahlas|müstear|ψευδώνυμο|ფსევდონიმი"
    "|اسم مستعار|الاسم المستعار|اسما مستعارا|نام مستعار|قلمی نام|שם עט|שם בדוי|פסבדונים|छद्मनाम|छद्म नाम"
    "|笔名|筆名|化名|ペンネーム|仮名|필명|가명|bút danh"
)
"""What a pseudonym is called, or how its name begins, in the languages of the labels."""

LETTER = "[^\\W\u3040-\uffef]"
"""A letter of scripts that part words with spaces."""

PSEUDONYM = rf"(?<!{LETTER})(?:{WORDS})"
SAID_OF_A_NAME = re.compile(rf"[\s,:–—-]*(?:\w+\s+){{0,2}}?({PSEUDONYM}.*)", re.IGNORECASE)
"""What follows a name: a word or two, as in `is the`, and what is said of it."""

MOST_CHARS = 300
"""A longer paragraph is about more than a name."""


def noted(creators: Sequence[Any], paragraph: str) -> list[Any]:
    """The creators, those whose name a paragraph calls a pseudonym with what it says of it as their note.

    Where it begins with the name, that is what follows `is the`; else the paragraph. A note that is there
    already stays.
    """
    if len(paragraph) > MOST_CHARS or not re.search(PSEUDONYM, paragraph, re.IGNORECASE):
        return list(creators)
    return [_noted(creator, paragraph.strip("*_ ")) for creator in creators]


def _noted(creator: Any, paragraph: str) -> Any:
    if not isinstance(creator, str) or not re.search(
        rf"(?<!{LETTER}){re.escape(creator)}(?!{LETTER})", paragraph
    ):
        return creator
    begins = paragraph.startswith(creator)
    said = SAID_OF_A_NAME.fullmatch(paragraph, len(creator)) if begins else None
    return {"name": creator, "note": (said[1] if said else paragraph).rstrip(".。।")}
