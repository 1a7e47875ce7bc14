"""Shaping: a text in one face and one direction becomes glyphs, as operands of the TJ operator.

Beside what is drawn stands what it says: which characters each glyph stands for, and carriers,
which draw nothing, for those that no glyph can say in the order that readers expect.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import uharfbuzz as hb

from archiver.errors import MissingGlyph
from archiver.rendition.fonts import CARRIER, Face, ignorable

LEFT_TO_RIGHT_MARK, RIGHT_TO_LEFT_MARK = "\u200e\u200f"

ALLAH = re.compile("(?:[\u0627\u0671][\u064b-\u0655\u0670]*)?(?:\u0644[\u064b-\u0655\u0670]*){2}\u0647")
"""Many fonts have one glyph for this name, with marks of its own beside those that are written."""


@dataclass(frozen=True, slots=True, eq=False)
class Glyphs:
    """A word or a part of one in one face, shaped; measures are in thousandths of the font size.

    `operands` is what stands between the brackets of a TJ operator. `pairs` says which glyph
    stands for which characters, and `exact` whether that alone gives the text back. `space` is
    the width of the blanks that end it.
    """

    face: Face
    text: str
    width: float
    operands: str
    pairs: tuple[tuple[int, str], ...]
    exact: bool
    space: float = 0.0


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
        raise MissingGlyph(f"{face.name} has no glyph for a part of {text!r}")
    clusters = [info.cluster for info in infos]
    told = _told_from_right(text, clusters, face) if right_to_left else None
    if told:
        told = list(_gathered(told, [bool(p.x_offset or p.y_offset) for p in positions]))
    codes = told or _told(text, clusters)
    pairs = [(info.codepoint, code.own) for info, code in zip(infos, codes, strict=True)]
    pairs += [
        (CARRIER | ord(char), char) for code in codes for char in code.leading + code.left + code.right
    ]
    offset = any(position.x_offset or position.y_offset for position in positions)
    exact = told is not None or (_is_exact(text, clusters, codes) and not offset)
    ends_short = not exact and bool(infos) and face.blank is not None
    if ends_short:
        pairs.append((CARRIER | 0x200C, "\u200c"))
    operands = _operands(face, infos, positions, codes, ends_short)
    width = sum(position.x_advance for position in positions) * face.scale
    return Glyphs(face, text, width, operands, tuple(pairs), exact, width if text.isspace() else 0.0)


@lru_cache(maxsize=4096)
def shape_once(text: str, face: Face, right_to_left: int, language: str, script: str) -> Glyphs:
    """The same, remembered; for texts that come again."""
    return shape(text, face, right_to_left, language, script)


class Told(NamedTuple):
    """What a glyph stands for, and the characters that carriers beside it stand for.

    A `silent` glyph leaves its own character to a carrier too: readers would take a mark that is off
    the baseline for a line of its own.
    """

    own: str
    left: str = ""
    right: str = ""
    leading: str = ""
    silent: bool = False


def _clusters(text: str, clusters: Sequence[int]) -> dict[int, str]:
    starts = sorted({*clusters, 0})
    ends = [*starts[1:], len(text)]
    return {start: text[start:end] for start, end in zip(starts, ends, strict=True)}


def _told(text: str, clusters: Sequence[int]) -> list[Told]:
    """Each glyph with its cluster's letters; the further glyphs of a cluster with its last one."""
    whole = _clusters(text, clusters)
    told = []
    seen: set[int] = set()
    for cluster in clusters:
        letters = _letters(whole[cluster])
        told.append(Told(letters[-1] if cluster in seen else letters))
        seen.add(cluster)
    return told


def _letters(text: str) -> str:
    return "".join(c for c in text if not ignorable(c)).replace("\u00a0", " ") or text


def _is_exact(text: str, clusters: Sequence[int], told: Sequence[Told]) -> bool:
    """Whether the glyphs, one after the other, give the text back."""
    single = len(set(clusters)) == len(clusters)
    return single and "".join(t.own for t in told) == text.replace("\u00a0", " ")


def _told_from_right(text: str, clusters: Sequence[int], face: Face) -> list[Told] | None:
    """The same for glyphs from right to left, where each may stand for one character only.

    Readers reverse what they find from left to right, and with it the letters of a ligature:
    so the ligature stands for its first letter, and carriers at its left for the others. None
    where that cannot be: more glyphs than characters, or a character that no carrier can name.
    """
    whole = _clusters(text, clusters)
    if face.blank is None or any(ord(char) >= CARRIER for char in text):
        return None
    told: list[Told] = []
    for at, cluster in enumerate(clusters):
        letters = whole[cluster]
        after = sum(other == cluster for other in clusters[at + 1 :])
        before = sum(other == cluster for other in clusters[:at])
        if after + before >= len(letters):
            return None
        rest = letters[after:] if not before else letters[after]
        first = next((i for i, char in enumerate(rest) if not ignorable(char)), 0)
        own = rest[first].replace("\u00a0", " ")
        following = text[cluster + len(letters) : cluster + len(letters) + 1]
        mark = RIGHT_TO_LEFT_MARK if _is_weak(letters[-1]) and not _is_strong(following) else ""
        told.append(Told(own, mark + rest[first + 1 :][::-1], rest[:first][::-1]))
    return told


def _gathered(told: Sequence[Told], moved: Sequence[bool]) -> Iterator[Told]:
    """Marks that were moved leave their characters to carriers: those that begin, to the first letter."""
    waiting: str | None = ""
    for at, (code, off) in enumerate(zip(told, moved, strict=True), 1):
        silent = off and unicodedata.category(code.own) == "Mn"
        if silent and waiting is not None and at < len(told):
            waiting += code.left + code.own + code.right
            yield Told(code.own, silent=True)
        elif silent:
            yield Told(code.own, code.left + code.own + code.right, leading=waiting or "", silent=True)
        else:
            yield code._replace(leading=waiting or "")
            waiting = None


def _is_weak(char: str) -> bool:
    """Whether it is of the characters that numbers hold: readers take it for a part of one."""
    return unicodedata.bidirectional(char) in ("CS", "ES", "ET")


def _is_strong(following: str) -> bool:
    return bool(following) and unicodedata.bidirectional(following) in ("R", "AL")


def marks(face: Face, mark: str, count: int = 1) -> Glyphs:
    """A direction mark (U+200E, U+200F) that is only said; more of them each a little to the left."""
    code = CARRIER | ord(mark)
    operands = "150".join([f"<{code:04x}>"] * count)
    return Glyphs(face, mark * count, 0.0, operands, ((code, mark),), True)


def _operands(
    face: Face,
    infos: Sequence[hb.GlyphInfo],
    positions: Sequence[hb.GlyphPosition],
    told: Sequence[Told],
    ends_short: bool,
) -> str:
    """Codes in hexadecimal, with the moves between them (ISO 32000-1 9.4.3, TJ).

    A glyph off the baseline is shown with a text rise (Ts), which ends the array and begins
    another. `ends_short` puts a carrier at the very end, for readers that measure a text by the
    place of its last glyph. Wherever two moves may meet, a blank keeps their numbers apart.
    """
    out: list[str] = []
    pending = 0.0
    open_string = False
    for info, position, code in zip(infos, positions, told, strict=True):
        before = pending - position.x_offset * face.scale
        rise = position.y_offset * face.scale / 1000
        if code.silent and code.left:
            out.append(f"{'' if open_string else '<'}{_leading(code.leading)}{_carriers(code.left)}")
            open_string = True
        if before or rise or code.silent:
            if open_string:
                out.append(">")
            if code.silent:
                out.append("]TJ /Span <</ActualText <FEFF>>> BDC[")
            if before:
                out.append(_number(before))
            if rise:
                out.append(f"]TJ {_number(rise)} Ts[")
            open_string = False
        if not open_string:
            out.append("<")
            open_string = True
        if code.silent:
            out.append(f"{info.codepoint:04x}>]TJ {'0 Ts ' if rise else ''}EMC[")
            open_string = False
        else:
            out.append(_leading(code.leading) + _carriers(code.left))
            out.append(f"{info.codepoint:04x}" + _carriers(code.right))
        if rise and not code.silent:
            out.append(">]TJ 0 Ts[")
            open_string = False
        drawn = face.advance(info.codepoint)
        pending = drawn - (position.x_advance - position.x_offset) * face.scale
        if abs(pending) < 0.01:
            pending = 0.0
    if open_string:
        out.append(">")
    if pending:
        out.append(f"{_number(pending)} ")
    if ends_short:
        out.append(f"<{CARRIER | 0x200C:04x}>")
    return "".join(out).replace("<>", " ")


def _carriers(text: str) -> str:
    """Carriers within a string, direction marks and every second character a little to the left.

    Readers take characters that stand in one place for one that is shown twice, or exchange them.
    """
    out = []
    for at, char in enumerate(text):
        step = 10 if char == RIGHT_TO_LEFT_MARK else 90 * (at % 2)
        code = f"{CARRIER | ord(char):04x}"
        out.append(f">{step}<{code}>{-step}<" if step else code)
    return "".join(out)


def _leading(text: str) -> str:
    """Carriers that begin a word: each stands a little to the right of the next, the last of the letter."""
    step = 120
    codes = [f"{CARRIER | ord(char):04x}>{step}<" for char in text]
    return f">{-step * len(codes)}<{''.join(codes)}" if codes else ""


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
