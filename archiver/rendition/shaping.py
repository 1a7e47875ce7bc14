"""Shaping: a text in one face and one direction becomes glyphs, as operands of the TJ operator.

Beside what is drawn stands what it says: which characters each glyph stands for, and blanks, which
draw nothing, for those that no glyph can say in the order that readers expect.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import uharfbuzz as hb

from archiver.errors import MissingGlyph
from archiver.rendition.fonts import CARRIER, SAYABLE, SILENT, WIDE, Face

SMALLEST_MOVE = 0.01
"""A move between glyphs that is less, in thousandths of the font size, is left out."""

LEFT_TO_RIGHT_MARK, RIGHT_TO_LEFT_MARK = "\u200e\u200f"
ZERO_WIDTH_SPACE = "\u200b"

SILENCE = "/ActualText <FEFF>"
"""What says that content stands for nothing."""

ALLAH = re.compile("(?:[\u0627\u0671][\u064b-\u0655\u0670]*)?(?:\u0644[\u064b-\u0655\u0670]*){2}\u0647")
"""Many fonts have one glyph for this name, with marks of its own beside those that are written."""


@dataclass(frozen=True, slots=True, eq=False)
class Glyphs:
    """A word or a part of one in one face, shaped; measures are in thousandths of the font size.

    `operands` is what stands between the brackets of a TJ operator. `pairs` says which glyph
    stands for which characters, and `exact` whether that alone gives the text back; where it does
    not, blanks may say what is `said`, from left to right. `space` is the width of the blanks that
    end it.
    """

    face: Face
    text: str
    width: float
    operands: str
    pairs: tuple[tuple[int, str], ...]
    exact: bool
    space: float = 0.0
    said: str = ""


def shape(text: str, face: Face, right_to_left: int, language: str, script: str) -> Glyphs:
    """The glyphs of a text of one script that `face` has. Raises MissingGlyph where it lacks one.

    `right_to_left` is 1 or 0; `language` (BCP 47) and `script` (ISO 15924) may be empty.
    """
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.cluster_level = hb.BufferClusterLevel.MONOTONE_CHARACTERS
    buffer.flags = hb.BufferFlags.REMOVE_DEFAULT_IGNORABLES
    buffer.direction = "rtl" if right_to_left else "ltr"
    if script:
        buffer.script = script
    if language:
        buffer.language = language
    buffer.guess_segment_properties()
    apart = [(*name.span(), False) for name in ALLAH.finditer(text)] if right_to_left else []
    hb.shape(face.font, buffer, {"rlig": apart} if apart else None)
    infos, positions = buffer.glyph_infos, buffer.glyph_positions
    if any(not info.codepoint for info in infos):
        raise MissingGlyph(f"{face.name} has no glyph for a part of {text!r}", text)
    clusters = [info.cluster for info in infos]
    moved = any(position.x_offset or position.y_offset for position in positions)
    if not right_to_left and not moved and clusters == list(range(len(text))):
        return _one_by_one(text, face, infos, positions)
    told = _told(text, clusters, right_to_left)
    pairs = tuple(zip((info.codepoint for info in infos), told, strict=True))
    exact = _is_exact(text, clusters, told, right_to_left) and not any(
        position.y_offset or (position.x_offset and not right_to_left) for position in positions
    )
    operands = _operands(face, infos, positions)
    width = sum(position.x_advance for position in positions) * face.scale
    space = width if text.isspace() else 0.0
    if right_to_left:
        if face.blank is not None and text and _needs_mark(text, len(text) - 1):
            operands = f"10<{CARRIER | ord(RIGHT_TO_LEFT_MARK):04x}>-10 {operands}"
            pairs = ((CARRIER | ord(RIGHT_TO_LEFT_MARK), RIGHT_TO_LEFT_MARK), *pairs)
        exact = exact and not any(_needs_mark(text, at) for at in range(len(text) - 1))
        return Glyphs(face, text, width, operands, pairs, exact, space, _said(text, face))
    if not exact and infos and face.blank is not None:
        operands += f"<{CARRIER | 0x200C:04x}>"
        pairs += ((CARRIER | 0x200C, "\u200c"),)
    return Glyphs(face, text, width, operands, pairs, exact, space)


def _one_by_one(
    text: str, face: Face, infos: Sequence[hb.GlyphInfo], positions: Sequence[hb.GlyphPosition]
) -> Glyphs:
    """Glyphs that stand for one character each, from left to right and on the baseline, as most do."""
    said = text.replace("\u00a0", " ")
    codes = [info.codepoint for info in infos]
    advances = [position.x_advance * face.scale for position in positions]
    out = ["<"]
    for code, advance in zip(codes, advances, strict=True):
        out.append(f"{code:04x}")
        move = face.advance(code) - advance
        if abs(move) >= SMALLEST_MOVE:
            out.append(f">{number(move)} <")
    operands = "".join([*out, ">"]).replace("<>", "")
    width = sum(advances)
    pairs = tuple(zip(codes, said, strict=True))
    return Glyphs(face, text, width, operands, pairs, True, width if text.isspace() else 0.0)


@lru_cache(maxsize=4096)
def shape_once(text: str, face: Face, right_to_left: int, language: str, script: str) -> Glyphs:
    """The same, remembered; for texts that come again."""
    return shape(text, face, right_to_left, language, script)


def _told(text: str, clusters: Sequence[int], right_to_left: int) -> list[str]:
    """What each glyph stands for: its share of the letters of its cluster, the last glyph for the rest.

    A glyph more than there are letters stands for next to nothing.
    """
    starts, counts = sorted({*clusters, 0}), Counter(clusters)
    told: dict[int, list[str]] = {}
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        letters, count = text[start:end].replace("\u00a0", " "), counts[start]
        shares = [*letters[: count - 1], letters[count - 1 :] or ZERO_WIDTH_SPACE]
        shares += [ZERO_WIDTH_SPACE] * (count - len(shares))
        told[start] = shares if right_to_left else shares[::-1]
    return [told[cluster].pop() for cluster in clusters]


def _is_exact(text: str, clusters: Sequence[int], told: Sequence[str], right_to_left: int) -> bool:
    """Whether the glyphs, one after the other, give the text back.

    From right to left each must stand for one character, and none for a mark: readers reverse what
    they find, the letters of a ligature too, and marks do not stand where their order would have them.
    """
    if right_to_left:
        single = len(set(clusters)) == len(clusters) == len(text)
        return single and not any(map(unicodedata.combining, text))
    return "".join(told) == text.replace("\u00a0", " ")


def sayable(text: str) -> bool:
    """Whether there are blanks for all characters of a text."""
    return SAYABLE.fullmatch(text) is not None


def _said(text: str, face: Face) -> str:
    """What blanks are to say for a text from right to left; nothing where the face has none for it."""
    if face.blank is None or not sayable(text):
        return ""
    marked = (char + RIGHT_TO_LEFT_MARK * _needs_mark(text, at) for at, char in enumerate(text))
    return "".join(marked).replace("\u00a0", " ")[::-1]


def said_rightward(text: str) -> str:
    """What blanks are to say for a text from right to left in a line from left to right.

    Readers reverse each stretch of such letters, and end it where a number or a mark is.
    """
    kinds = "".join(
        KINDS.get(unicodedata.bidirectional(char), " " if char == " " else "-") for char in text
    )
    said, at = "", 0
    for found in re.finditer("R[RM]*(?: R[RM]*)*", kinds):
        ends_in_mark = RIGHT_TO_LEFT_MARK * (found[0][-1] == "M")
        stretch = text[found.start() : found.end()][::-1]
        said += text[at : found.start()] + ends_in_mark + stretch + LEFT_TO_RIGHT_MARK
        at = found.end()
    return (said + text[at:]).replace("\u00a0", " ")


KINDS = {"R": "R", "AL": "R", "NSM": "M"}


def said_leftward(text: str) -> Iterator[str]:
    """What blanks are to say for a line from left to right on a page from right to left.

    That is its stretches, of which the first is to stand rightmost: those of letters from right to
    left reversed, as readers reverse them again, the others between marks, where readers part them.
    """
    text = text.replace("\u00a0", " ")
    kinds = "".join(SIDES.get(unicodedata.bidirectional(char), "-") for char in text)
    at = 0
    for found in re.finditer("L(?:[^R]*L)?M*|$", kinds):
        if between := text[at : found.start()]:
            yield between[::-1] + RIGHT_TO_LEFT_MARK * (at == 0)
        at = found.end()
        if found[0]:
            mark = LEFT_TO_RIGHT_MARK * (unicodedata.bidirectional(text[at - 1]) not in ("L", "EN"))
            yield f"{RIGHT_TO_LEFT_MARK}{text[found.start() : at]}{mark}"


SIDES = {**dict.fromkeys(("L", "EN", "AN", "CS", "ES", "ET"), "L"), "R": "R", "AL": "R", "NSM": "M"}
"""For readers a number, and what may be in one, is a part of a stretch from left to right."""


def _needs_mark(text: str, at: int) -> bool:
    """Whether readers would take a character for a part of a number, unless a mark follows it."""
    weak = unicodedata.bidirectional(text[at]) in ("CS", "ES", "ET")
    return weak and unicodedata.bidirectional(text[at + 1 : at + 2] or " ") not in ("R", "AL")


def shown_by(glyphs: Glyphs, codes: Iterable[int]) -> str:
    """The operands of glyphs with other codes that show them."""
    following = iter(codes)

    def other(shown: re.Match[str]) -> str:
        return "".join(f"{next(following):04x}" for _ in range(0, len(shown[0]), 4))

    return re.sub("(?<=<)[0-9a-f]+", other, glyphs.operands)


def silent(glyphs: Glyphs) -> Glyphs:
    """Glyphs that are drawn and say nothing (ISO 32000-1 14.9.4).

    To readers that do not know that, they say next to nothing where their face has codes for it.
    """
    if glyphs.face.blank is None:
        operands = f"]TJ /Span <<{SILENCE}>> BDC[{glyphs.operands}]TJ EMC["
        return replace(glyphs, text="", operands=operands, exact=True)

    drawn = shown_by(glyphs, (code | SILENT if code < SILENT else code for code, _ in glyphs.pairs))
    operands = f"]TJ /Span <<{SILENCE}>> BDC[{drawn}]TJ EMC["
    said = tuple(
        (SILENT | code, ZERO_WIDTH_SPACE) if code < SILENT else (code, text) for code, text in glyphs.pairs
    )
    return replace(glyphs, text="", operands=operands, pairs=said, exact=True)


def saying(text: str, face: Face, width: float) -> Glyphs:
    """Blanks that say a text, side by side over a width (horizontal scaling, 9.3.4).

    Readers order characters by where they stand, take those in one place for one that is shown
    twice, and those that are apart for words: blanks of a width of their own avoid all that.
    """
    face = face.speaker
    codes = tuple((WIDE | ord(char), char) for char in text)
    scale = 100 * max(width, 1.0) / (len(text) * face.advance(face.glyph(WIDE)))
    shown = "".join(f"{code:04x}" for code, _ in codes)
    return Glyphs(face, "", width, f"]TJ {scale:.2f} Tz[<{shown}>]TJ 100 Tz[", codes, True, width)


def after_blank(blank: Glyphs, glyphs: Glyphs) -> Glyphs:
    """Glyphs after a blank of their face, which together say what they say (14.9.4)."""
    return replace(
        glyphs,
        width=blank.width + glyphs.width,
        operands=blank.operands + glyphs.operands,
        pairs=blank.pairs + glyphs.pairs,
        exact=False,
    )


def marks(face: Face, mark: str, count: int = 1) -> Glyphs:
    """A direction mark (U+200E, U+200F) that is only said; more of them each a little to the left."""
    code, face = CARRIER | ord(mark), face.speaker
    operands = "150".join([f"<{code:04x}>"] * count)
    return Glyphs(face, mark * count, 0.0, operands, ((code, mark),), True)


def _operands(face: Face, infos: Sequence[hb.GlyphInfo], positions: Sequence[hb.GlyphPosition]) -> str:
    """Codes in hexadecimal, with the moves between them (ISO 32000-1 9.4.3, TJ).

    A glyph off the baseline is shown with a text rise (Ts), which ends the array and begins
    another. A blank follows a last move, lest its number and the next one be read as one.
    """
    out: list[str] = []
    pending = 0.0
    open_string = False
    for info, position in zip(infos, positions, strict=True):
        before = pending - position.x_offset * face.scale
        rise = position.y_offset * face.scale / 1000
        if before or rise:
            if open_string:
                out.append(">")
            if before:
                out.append(number(before))
            if rise:
                out.append(f"]TJ {number(rise)} Ts[")
            open_string = False
        if not open_string:
            out.append("<")
            open_string = True
        out.append(f"{info.codepoint:04x}")
        if rise:
            out.append(">]TJ 0 Ts[")
            open_string = False
        drawn = face.advance(info.codepoint)
        pending = drawn - (position.x_advance - position.x_offset) * face.scale
        if abs(pending) < SMALLEST_MOVE:
            pending = 0.0
    if open_string:
        out.append(">")
    if pending:
        out.append(f"{number(pending)} ")
    return "".join(out)


@lru_cache(maxsize=4096)
def number(value: float) -> str:
    """A number as a PDF holds it, to three places."""
    return f"{value:.3f}".rstrip("0").rstrip(".")
