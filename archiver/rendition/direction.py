"""The direction of text: embedding levels by the Unicode Bidirectional Algorithm (UAX 9).

python-bidi resolves the levels. Two rules that it does not have are here: paired brackets (N0),
and isolates; those that hold others are read as embeddings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice, pairwise
from typing import Any, TypeVar

from bidi import algorithm as uba

RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\u200f\u202b\u202e\u2067\ufb1d-\ufdff\ufe70-\ufefc"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""What makes the algorithm necessary; a text without it runs from left to right throughout."""

ISOLATES = re.compile("[\u2066-\u2069]")
ISOLATE = re.compile("([\u2066-\u2068])([^\u2066-\u2069]*)\u2069")
"""An isolate with none in it."""

ISOLATING = {"\u2066": 0, "\u2067": 1}
OBJECT = "\ufffc"
"""What an isolate is for the text around it: something without a direction (X5a to X6a)."""

EMBEDDINGS = str.maketrans({"\u2066": "\u202a", "\u2067": "\u202b", "\u2069": "\u202c"})

OPENING = (
    "([{\u2045\u207d\u208d\u2308\u230a\u2329\u27e6\u27e8\u27ea"
    "\u2e28\u3008\u300a\u300c\u300e\u3010\uff08\uff3b\uff5b"
)
CLOSING = (
    ")]}\u2046\u207e\u208e\u2309\u230b\u232a\u27e7\u27e9\u27eb"
    "\u2e29\u3009\u300b\u300d\u300f\u3011\uff09\uff3d\uff5d"
)
CLOSES = dict(zip(CLOSING, OPENING, strict=True))

MAX_OPEN_BRACKETS = 63
"""UAX 9, BD16: with more open at once, the brackets of the run are left as neutrals."""

UNDECIDED = -1
"""The level of a text that has no letters."""

T = TypeVar("T")


def base_level(text: str, fallback: int = 0) -> int:
    """The level of a text's first strong character (P2, P3), else `fallback`."""
    for char in text:
        kind = uba.bidirectional(char)
        if kind in ("R", "AL"):
            return 1
        if kind == "L":
            return 0
    return fallback


def main_level(text: str, document: int) -> int:
    """The document's level (HL1), but where a clear majority of a text runs the other way.

    That is more than two thirds of its letters, and of its words, each of which runs as it begins.
    """
    strong = [level for char in text if (level := base_level(char, UNDECIDED)) != UNDECIDED]
    words = [base_level(word, UNDECIDED) for word in text.split()]
    own = (strong.count(document), words.count(document))
    other = (strong.count(1 - document), words.count(1 - document))
    outweighs = all(theirs > 2 * ours for theirs, ours in zip(other, own, strict=True))
    return 1 - document if outweighs else document


def isolated(text: str) -> str:
    """A text that what is beside it does not change the order of, and the other way round (FSI, PDI)."""
    return f"\u2068{text}\u2069"


def levels(text: str, base: int) -> list[int]:
    """The embedding level of every character of a paragraph; even runs to the right, odd to the left.

    What is isolated is no deeper than its direction needs: the order is the same as with the deeper
    levels of UAX 9 (X5a to X5c), and numbers in it are treated as those around it are.
    """
    around = iter(_levels(ISOLATE.sub(OBJECT, text), base))
    found: list[int] = []
    for isolate in ISOLATE.finditer(text):
        found += islice(around, isolate.start() - len(found))
        level = next(around)
        inner = ISOLATING.get(isolate[1], base_level(isolate[2]))
        deeper = level + (level + inner) % 2 - inner
        found += [level, *(each + deeper for each in _levels(isolate[2], inner)), level]
    return [*found, *around]


def _levels(text: str, base: int) -> list[int]:
    storage: dict[str, Any] = uba.get_empty_storage()
    storage["base_level"], storage["base_dir"] = base, "LR"[base]
    uba.get_embedding_levels(_embedded(text), storage)
    for index, char in enumerate(storage["chars"]):
        char["index"] = index
    uba.explicit_embed_and_overrides(storage)
    uba.resolve_weak_types(storage)
    for run in storage["runs"]:
        chars = storage["chars"][run["start"] : run["start"] + run["length"]]
        _resolve_brackets(chars, run["sor"])
    uba.resolve_neutral_types(storage, False)
    uba.resolve_implicit_levels(storage, False)
    found = {char["index"]: char["level"] for char in storage["chars"]}
    result: list[int] = []
    for index in range(len(text)):
        result.append(found.get(index, result[-1] if result else base))
    return result


def visual_order(items: Sequence[T], item_levels: Sequence[int]) -> list[T]:
    """The items of one line from left to right (L2: runs reversed, from the highest level down)."""
    order = list(range(len(items)))
    for level in range(max(item_levels, default=0), 0, -1):
        edges = [-1, *(i for i, at in enumerate(order) if item_levels[at] < level), len(order)]
        for before, after in pairwise(edges):
            order[before + 1 : after] = reversed(order[before + 1 : after])
    return [items[at] for at in order]


def _embedded(text: str) -> str:
    """Isolates as embeddings; one whose direction is left to its content (FSI) looks at it."""
    while "\u2068" in text:
        head, _, tail = text.partition("\u2068")
        text = head + ("\u202b" if base_level(tail.partition("\u2069")[0]) else "\u202a") + tail
    return text.translate(EMBEDDINGS)


def _resolve_brackets(chars: list[dict[str, Any]], start_type: str) -> None:
    """N0: a pair of brackets takes the direction of what it holds, or of what stands before it."""
    for opened, closed in sorted(_pairs(chars)):
        embedding = "LR"[chars[opened]["level"] % 2]
        inside = {_strong(char) for char in chars[opened + 1 : closed]}
        if embedding in inside:
            direction = embedding
        elif inside - {""}:
            before = [s for char in chars[:opened] if (s := _strong(char))]
            direction = before[-1] if before else start_type
        else:
            continue
        chars[opened]["type"] = chars[closed]["type"] = direction


def _pairs(chars: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """BD16: the bracket pairs of a run."""
    pairs: list[tuple[int, int]] = []
    opened: list[tuple[str, int]] = []
    for index, char in enumerate(chars):
        if char["type"] != "ON":
            continue
        if char["ch"] in OPENING:
            if len(opened) == MAX_OPEN_BRACKETS:
                return []
            opened.append((char["ch"], index))
        elif opening := CLOSES.get(char["ch"]):
            for depth in range(len(opened) - 1, -1, -1):
                if opened[depth][0] == opening:
                    pairs.append((opened[depth][1], index))
                    del opened[depth:]
                    break
    return pairs


def _strong(char: dict[str, Any]) -> str:
    """L or R; numbers count as R here; nothing for the rest."""
    return {"L": "L", "R": "R", "EN": "R", "AN": "R"}.get(char["type"], "")
