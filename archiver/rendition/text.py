"""Text: paragraphs become shaped words, words become lines.

Words are the stretches between two break opportunities (UAX 14, by ICU); each is shaped once a
process by HarfBuzz and remembered with its operators ready, so that setting a page is mostly
looking up. Lines are ragged and words are never hyphenated: what stands in the source comes
out of the PDF again, letter by letter.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, chain, groupby
from operator import attrgetter
from typing import NamedTuple

from icu4py.breakers import LineBreaker

from archiver.rendition.breaking import HYPHENS, locale, stretches
from archiver.rendition.direction import ISOLATES, RIGHT_TO_LEFT, levels, main_level, visual_order
from archiver.rendition.fonts import Face, Fonts, Typeface
from archiver.rendition.shaping import (
    LEFT_TO_RIGHT_MARK,
    RIGHT_TO_LEFT_MARK,
    Glyphs,
    marks,
    said_leftward,
    said_rightward,
    sayable,
    saying,
    shape,
    shape_once,
    silent,
)
from archiver.scripts import runs_right_to_left, script_runs

INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
"""Soft hyphens, zero-width spaces and the like: they only steer line breaking and are not drawn."""

CLUSTER = re.compile(
    r".(?:[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1-\u05c7\u0610-\u061a\u064b-\u065f"
    r"\u0670\u06d6-\u06ed\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0e31\u0e34-\u0e3a"
    r"\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d\u20d0-\u20ff\u3099\u309a\ufe00-\ufe0f"
    r"\ufe20-\ufe2f\U000e0100-\U000e01ef]|(?<=\u200d).)*",
    re.DOTALL,
)
"""A character with its marks and joiners: what one face must have whole."""

REMEMBERED_WORDS = 200_000
REMEMBERED_LENGTH = 80
"""How many words, up to how long, are remembered by a process before it starts afresh."""

Words = dict[str, "Word"]


class Run(NamedTuple):
    """A part of a paragraph in one typeface. `role` tells its inline element from its neighbours'."""

    text: str
    typeface: Typeface = Typeface()
    role: int = 0
    language: str = ""


class Piece(NamedTuple):
    """Glyphs in their place in a paragraph: whose they are and which way they run.

    On a line, `x` is their distance from its left end, None where they just follow on.
    """

    glyphs: Glyphs
    role: int
    level: int
    x: float | None = None


class Word(NamedTuple):
    """What stands between two break opportunities. `width` is without the space at its end."""

    pieces: tuple[Piece, ...]
    width: float
    space: float
    ends_line: bool


WIDTH = attrgetter("width")


class Line(NamedTuple):
    """One line, its parts in reading order."""

    parts: tuple[Piece, ...]
    width: float


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words ready to be broken into lines; `base` is the paragraph's direction (1: right to left)."""

    words: tuple[Word, ...]
    base: int = 0
    mixed: bool = False
    """Whether any of it may run from right to left."""

    @property
    def widest_word(self) -> float:
        return max((word.width for word in self.words), default=0)

    @property
    def natural_width(self) -> float:
        """The width of the longest line when nothing is broken but where the text demands it."""
        widest = line = 0.0
        for word in self.words:
            widest = max(widest, line + word.width)
            line = 0.0 if word.ends_line else line + word.width + word.space
        return widest


class Typesetter:
    """Shapes the text of one document: its fonts, its main language, its memory of words."""

    def __init__(self, fonts: Fonts, language: str, right_to_left: bool = False) -> None:
        self.fonts = fonts
        self.language = language
        self.fallback_level = int(right_to_left)

    def paragraph(self, runs: Sequence[Run], base: int | None = None) -> Paragraph:
        """Shape the runs of one paragraph. Raises MissingGlyph for a character that no font has.

        Its direction is `base`, or else the document's, unless it is all in a language that runs
        the other way, or most of it does.
        """
        runs = [Run(_visible(text), face, role, language) for text, face, role, language in runs]
        text = "".join([run.text for run in runs])
        if not text:
            return Paragraph(())
        at = None
        if self.fallback_level or (not text.isascii() and RIGHT_TO_LEFT.search(text)):
            base = self._base(runs, text) if base is None else base
            at = levels(text, base)
        if ISOLATES.search(text):
            at = at and [level for level, char in zip(at, text, strict=True) if not ISOLATES.match(char)]
            runs = [run._replace(text=ISOLATES.sub("", run.text)) for run in runs]
            text = ISOLATES.sub("", text)
        base = base or 0
        if at is None and len(runs) == 1:
            return Paragraph(tuple(self._plain_words(runs[0], text, base)), base)
        return Paragraph(tuple(self._words(runs, text, at, base)), base, at is not None)

    def _base(self, runs: Sequence[Run], text: str) -> int:
        languages = {run.language for run in runs if not run.text.isspace()}
        if len(languages) == 1 and (language := languages.pop()):
            return int(runs_right_to_left(language))
        return main_level(text, self.fallback_level)

    def _plain_words(self, run: Run, text: str, base: int) -> list[Word]:
        known = self._known(run)
        words = stretches(text, self.language, base)
        return [known.get(word) or self._learnt(word, run, known) for word in words]

    def _words(self, runs: Sequence[Run], text: str, at: list[int] | None, base: int) -> Iterator[Word]:
        known: Words = {}
        edges = _edges(runs)
        run_at = -1
        start = edge = 0
        for word in stretches(text, self.language, base):
            end = start + len(word)
            while edge <= start:
                run_at += 1
                edge = edges[run_at + 1]
                known = self._known(runs[run_at])
            if at is None and end <= edge:
                yield known.get(word) or self._learnt(word, runs[run_at], known)
            else:
                parts = list(_parts(runs, edges, run_at, start, end, at))
                yield self._assembled(text, parts, word)
            start = end

    def _known(self, run: Run) -> Words:
        """The words of runs like this one that were shaped before."""
        return _memory.words[self.fonts, run.typeface, run.language or self.language, run.role]

    def _learnt(self, word: str, run: Run, known: Words) -> Word:
        """A word of one run that reads from left to right, as most are: shaped once a process."""
        shaped = self._assembled(word, [(0, len(word), run, 0)], word)
        if len(word) <= REMEMBERED_LENGTH:
            _memory.make_room()
            known[word] = shaped
        return shaped

    def _assembled(self, text: str, parts: Iterable[tuple[int, int, Run, int]], word: str) -> Word:
        pieces: list[Piece] = []
        visible = word.rstrip()
        stop = typeface = None
        for start, end, run, level in parts:
            if stop is None:
                stop = start + len(visible)
            for cut, ink in ((min(end, stop), True), (end, False)):
                if cut > start:
                    shown = text[start:cut] if ink else " " * (cut - start)
                    follows = not ink and run.typeface == typeface
                    before = pieces[-1].glyphs.face if follows else None
                    shaped = self.shaped(shown, run, level, before)
                    pieces += (Piece(glyphs, run.role, level) for glyphs in shaped)
                    start, typeface = max(start, cut), run.typeface
        width = space = 0.0
        for piece in pieces:
            if piece.glyphs.space == piece.glyphs.width:
                space += piece.glyphs.width
            else:
                width += piece.glyphs.width + space
                space = 0.0
        if len(pieces) == 2 and not pieces[0].level:
            pieces = [*_joined(*pieces)]
        return Word(tuple(pieces), width, space, word[-1] in "\n\r\x0b\x0c\x85\u2028\u2029")

    def shaped(self, text: str, run: Run, level: int = 0, before: Face | None = None) -> Sequence[Glyphs]:
        """The glyphs of a text in one direction, in reading order, split where face or script changes.

        What belongs to no script stays in the face `before` it, if that has it.
        """
        make = _shaped_once if len(text) <= REMEMBERED_LENGTH else _shaped
        return make(text, self.fonts, run.typeface, run.language or self.language, level % 2, before)

    def break_word(self, word: Word, limit: float) -> Iterator[Word]:
        """A word that no line can hold, in stretches (UAX 14); cut between clusters where it must be."""
        broken: list[Word] = []
        for pieces in self._stretches(word):
            space = sum(piece.glyphs.space for piece in pieces)
            width = sum(piece.glyphs.width for piece in pieces) - space
            if width <= limit:
                broken.append(Word(pieces, width, space, False))
            else:
                broken += (chunk for piece in pieces for chunk in self._cut(piece, limit))
        yield from broken[:-1]
        yield broken[-1]._replace(ends_line=word.ends_line)

    def _stretches(self, word: Word) -> Iterator[tuple[Piece, ...]]:
        text = "".join(piece.glyphs.text for piece in word.pieces)
        edges = set(accumulate(map(len, LineBreaker(text, locale(self.language)))))
        pieces: list[Piece] = []
        at = 0
        for piece in word.pieces:
            within = piece.glyphs.text
            start = 0
            for stop in range(1, len(within) + 1):
                if at + stop not in edges and stop < len(within):
                    continue
                whole = stop - start == len(within)
                pieces.append(piece if whole else self._chunk([within[start:stop]], piece).pieces[0])
                start = stop
                if at + stop in edges:
                    yield tuple(pieces)
                    pieces = []
            at += len(within)

    def _cut(self, piece: Piece, limit: float) -> Iterator[Word]:
        chunk: list[str] = []
        width = 0.0
        for cluster in CLUSTER.findall(piece.glyphs.text):
            glyphs = shape_once(cluster, piece.glyphs.face, piece.level % 2, self.language, "")
            if chunk and width + glyphs.width > limit:
                yield self._chunk(chunk, piece)
                chunk, width = [], 0.0
            chunk.append(cluster)
            width += glyphs.width
        if chunk:
            yield self._chunk(chunk, piece)

    def _chunk(self, clusters: list[str], piece: Piece) -> Word:
        glyphs = shape("".join(clusters), piece.glyphs.face, piece.level % 2, self.language, "")
        return Word((piece._replace(glyphs=glyphs),), glyphs.width - glyphs.space, glyphs.space, False)

    def lines(self, paragraph: Paragraph, width: float, size: float) -> list[Line]:
        """Break a paragraph into lines no wider than `width` points at a font size of `size` points."""
        limit = width * 1000 / size
        lines: list[Line] = []
        words: list[Word] = []
        used = 0.0
        for word in self._fitting(paragraph.words, limit):
            _, wide, space, ends_line = word
            if words and used + wide > limit:
                lines.append(self._line(words, paragraph))
                words, used = [], 0.0
            words.append(word)
            used += wide + space
            if ends_line:
                lines.append(self._line(words, paragraph))
                words, used = [], 0.0
        if words:
            lines.append(self._line(words, paragraph))
        return lines

    def blank_line(self, width: float) -> Line:
        """A line that shows nothing, in thousandths of the font size, and says a direction mark.

        Poppler reads a table row by row only where it finds something in every cell.
        """
        mark = RIGHT_TO_LEFT_MARK if self.fallback_level else LEFT_TO_RIGHT_MARK
        said = saying(mark, self.fonts.first(Typeface()), width)
        return Line((Piece(said, 0, self.fallback_level),), width)

    def _line(self, words: Sequence[Word], paragraph: Paragraph) -> Line:
        """Words as one line. A mark keeps readers from taking away a hyphen at its right end.

        Poppler takes a line whose words are all of one character for one word with its letters apart.
        A mark, or from left to right a word that says its space too, makes one of them longer.
        """
        base, article = paragraph.base, self.fallback_level
        lone = _is_lone_letters(words)
        spaced = _spaced(words) if lone and not base else []
        words = spaced or words
        line = _mixed_line(words, base, article) if paragraph.mixed else _line(words)
        leftward = base and article
        rightmost = words[0] if leftward else words[-1]
        text = "".join([piece.glyphs.text for piece in rightmost.pieces]).rstrip()
        hyphened = text.startswith(HYPHENS) if leftward else text.endswith(HYPHENS)
        if base >= article and not hyphened and (spaced or not lone):
            return line
        mark = _direction_mark(rightmost.pieces[0 if leftward else -1], base, line.width)
        return line._replace(parts=(*line.parts, mark))

    def _fitting(self, words: Sequence[Word], limit: float) -> Iterable[Word]:
        """The words, those that no line can hold broken."""
        if max(map(WIDTH, words), default=0) <= limit:
            return words
        return chain.from_iterable(
            self.break_word(word, limit) if word.width > limit else (word,) for word in words
        )


# --- words ----------------------------------------------------------------------------------


class _Memory:
    """The words that this process has shaped, by their text, for all runs of a kind."""

    def __init__(self) -> None:
        self.words: defaultdict[tuple[Fonts, Typeface, str, int], Words] = defaultdict(dict)
        self.count = 0

    def make_room(self) -> None:
        """Count one more word; where that is too many, forget all."""
        self.count += 1
        if self.count > REMEMBERED_WORDS:
            self.words.clear()
            self.count = 1


_memory = _Memory()


def _shaped(
    text: str, fonts: Fonts, typeface: Typeface, language: str, right_to_left: int, before: Face | None
) -> tuple[Glyphs, ...]:
    return tuple(
        shape(part, face, right_to_left, language, script)
        for start, end, script in script_runs(text)
        for face, part in _faces(text[start:end], fonts, typeface, language, before)
    )


_shaped_once = lru_cache(maxsize=4096)(_shaped)


def _faces(
    text: str, fonts: Fonts, typeface: Typeface, language: str, before: Face | None
) -> Iterator[tuple[Face, str]]:
    """The stretches of a text that are set in one face, each with it."""
    first = before or fonts.first(typeface)
    if first.has(text):
        yield first, text
        return
    clusters = _clusters(text, fonts, typeface, language)
    for face, group in groupby(clusters, key=lambda pair: pair[0]):
        yield face, "".join(cluster for _, cluster in group)


def _clusters(text: str, fonts: Fonts, typeface: Typeface, language: str) -> Iterator[tuple[Face, str]]:
    """Each cluster with the face that has it; what belongs to no script stays with the face before.

    What begins a text goes with its first letter, so that what opens is in the face of what closes.
    """
    clusters = CLUSTER.findall(text)
    letter = next(filter(str.isalpha, clusters), "")
    face = fonts.find(letter, typeface, language) if letter else None
    for cluster in clusters:
        if face is None or cluster.isalpha() or not face.has(cluster):
            face = fonts.find(cluster, typeface, language)
        yield face, cluster


def _visible(text: str) -> str:
    """A text without what is not drawn, its tabs as spaces."""
    text = text.replace("\t", " ")
    return text if text.isascii() else INVISIBLE.sub("", text)


def _edges(runs: Sequence[Run]) -> list[int]:
    edges = [0]
    for run in runs:
        edges.append(edges[-1] + len(run.text))
    return edges


def _parts(
    runs: Sequence[Run],
    edges: Sequence[int],
    run_at: int,
    start: int,
    end: int,
    at: list[int] | None,
) -> Iterator[tuple[int, int, Run, int]]:
    """A word cut where its run or its level changes: (start, end, run, level)."""
    while start < end:
        while edges[run_at + 1] <= start:
            run_at += 1
        stop = min(end, edges[run_at + 1])
        level = at[start] if at else 0
        if at:
            stop = next((i for i in range(start, stop) if at[i] != level), stop)
        yield start, stop, runs[run_at], level
        start = stop


def _line(words: Sequence[Word]) -> Line:
    width = sum([word.width + word.space for word in words]) - words[-1].space
    return Line(tuple([piece for word in words for piece in word.pieces]), width)


def _is_lone_letters(words: Sequence[Word]) -> bool:
    """Whether words are several, parted by spaces, and each of one character."""
    letters = "".join([piece.glyphs.text for word in words for piece in word.pieces]).split()
    return len(letters) > 1 and max(map(len, letters)) == 1


def _spaced(words: Sequence[Word]) -> list[Word]:
    """Words of which the first that can says its space together with its character (14.9.4).

    None, where all their spaces are pieces of their own.
    """
    for at, word in enumerate(words):
        if len(word.pieces) == 1 and len(word.pieces[0].glyphs.text) > 1:
            piece = word.pieces[0]
            told = piece._replace(glyphs=replace(piece.glyphs, exact=False))
            return [*words[:at], word._replace(pieces=(told,)), *words[at + 1 :]]
    return []


def _mixed_line(words: Sequence[Word], base: int, article: int) -> Line:
    """A line whose words run in both directions, or to the left; `article` is its article's direction."""
    line = _line(words)
    pieces = line.parts
    if not base and not any(piece.level % 2 for piece in pieces):
        return line
    item_levels = [piece.level for piece in pieces]
    for i in range(len(pieces) - 1, -1, -1):
        if not pieces[i].glyphs.text.isspace():
            break
        item_levels[i] = base
    places = [0.0] * len(pieces)
    x = -words[-1].space if base else 0.0
    for i in visual_order(range(len(pieces)), item_levels):
        places[i] = x
        x += pieces[i].glyphs.width
    if base != article:
        run = [piece._replace(x=x) for piece, x in zip(pieces, places, strict=True)]
        return line._replace(parts=tuple(_against(run, article) if base else _leftward(run)))
    parts: list[Piece] = []
    for against, members in groupby(range(len(pieces)), key=lambda i: item_levels[i] > base):
        run = [pieces[i]._replace(x=places[i]) for i in members]
        parts += _against(run, base) if against else run
    return line._replace(parts=tuple(parts))


def _against(run: list[Piece], base: int) -> Iterator[Piece]:
    """A run against the direction of what it is in, and marks that keep what is beside it apart.

    Readers put the parts of one from right to left in another order: so where it is of several, it
    is drawn in silence, and blanks in its place say it in the order that they put right.
    """
    left = min(piece.x or 0.0 for piece in run)
    right = max((piece.x or 0.0) + piece.glyphs.width for piece in run)
    text = "".join(piece.glyphs.text for piece in run)
    single = (
        len(run) == 1 and run[0].glyphs.exact and said_rightward(text) == text[::-1] + LEFT_TO_RIGHT_MARK
    )
    if base or single or not sayable(text):
        yield from run
        yield _direction_mark(run[-1], base, left - 10 if base else right)
        if base and not text[-1].isalnum():
            yield _direction_mark(run[-1], 0, right)
        return
    parts = [list(members) for _, members in groupby(run, key=lambda piece: piece.role)]
    told = [said_rightward("".join(piece.glyphs.text for piece in part)) for part in parts]
    step = (right - left) / max(len("".join(told)), 1)
    for part, order in zip(parts, told, strict=True):
        yield from (piece._replace(glyphs=silent(piece.glyphs)) for piece in part)
        if order:
            yield part[0]._replace(glyphs=saying(order, part[0].glyphs.face, step * len(order)), x=left)
        left += step * len(order)


def _leftward(run: list[Piece]) -> Iterator[Piece]:
    """A line from left to right that holds words from right to left, on a page from right to left.

    It is drawn in silence, and blanks in its place say it in the order that readers put right.
    """
    if not all(sayable(piece.glyphs.text) for piece in run):
        yield from run
        return
    left = min(piece.x or 0.0 for piece in run)
    right = max((piece.x or 0.0) + piece.glyphs.width for piece in run)
    parts = [list(members) for _, members in groupby(run, key=lambda piece: piece.role)]
    told = [list(said_leftward("".join(piece.glyphs.text for piece in part))) for part in parts]
    step = (right - left) / len("".join(chain.from_iterable(told)))
    for part, said in zip(parts, told, strict=True):
        yield from (piece._replace(glyphs=silent(piece.glyphs)) for piece in part)
        for stretch in said:
            width = step * len(stretch)
            right -= width
            yield part[0]._replace(glyphs=saying(stretch, part[0].glyphs.face, width), x=right)


def _joined(ink: Piece, blank: Piece) -> Iterator[Piece]:
    """A word and the space after it as one piece, where they are in one face and of one element."""
    first, second = ink.glyphs, blank.glyphs
    if not second.space or first.space or ink.role != blank.role or first.face is not second.face:
        yield from (ink, blank)
        return
    if not (first.exact and second.exact):
        yield from (ink, blank)
        return
    yield ink._replace(
        glyphs=Glyphs(
            first.face,
            first.text + second.text,
            first.width + second.width,
            (first.operands + second.operands).replace("><", ""),
            first.pairs + second.pairs,
            True,
            second.width,
        )
    )


def _direction_mark(piece: Piece, base: int, x: float) -> Piece:
    """A mark that is only said (U+200E, U+200F), where a run against a line's direction ends.

    It keeps what follows, for readers that order text by where it stands, from being taken for a
    part of the run.
    """
    mark = RIGHT_TO_LEFT_MARK if base else LEFT_TO_RIGHT_MARK
    return piece._replace(glyphs=marks(piece.glyphs.face, mark), x=x)
