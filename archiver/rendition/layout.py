"""Layout: an Article becomes a story of blocks, and reportlab's frames make pages of it.

The page is that of a newspaper archive: headline, standfirst, byline and dateline, the body, a record
of provenance, and at each page's foot the identifier and the page's number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path, PurePosixPath
from textwrap import shorten
from typing import Any, NamedTuple

from archiver import article as model
from archiver import pictures
from archiver.errors import MissingGlyph, RenditionError
from archiver.findings import Finding, Severity
from archiver.rendition.bylines import byline, dateline
from archiver.rendition.direction import ISOLATES
from archiver.rendition.flow import (
    KEPT_WHOLE,
    LABEL_GAP,
    MEASURE,
    Block,
    Inline,
    Label,
    PictureBlock,
    Rule,
    Sheet,
    Style,
    TextBlock,
    keep_together,
)
from archiver.rendition.fonts import Fonts, Typeface
from archiver.rendition.pages import Pages, paginate
from archiver.rendition.tables import MAX_COLUMNS, Cell, TableBlock, columns, row
from archiver.rendition.tagging import Element, Structure
from archiver.rendition.text import Paragraph, Run, Typesetter
from archiver.scripts import Passage, passages, runs_right_to_left

REGULAR, BOLD, ITALIC, MONO = (
    Typeface(),
    Typeface(bold=True),
    Typeface(italic=True),
    Typeface(mono=True),
)

MASTHEAD = Style(8.5, 12, after=10, gray=0.3)
TITLE = Style(21, 26, after=5, least=14)
SUBTITLE = Style(13.5, 18, after=5)
ABSTRACT = Style(12, 17, before=2, after=8, gray=0.2)
BYLINE = Style(10, 14, before=2, after=1)
DATELINE = Style(9.5, 14, gray=0.3, after=2)
BODY = Style(10.5, 15.5, after=7.75)
TIGHT = Style(10.5, 15.5, after=3)
QUOTE = Style(10.5, 15.5, after=7.75, gray=0.15)
CODE = Style(8.5, 12, before=2, after=8)
CAPTION = Style(8.8, 12.5, before=3, after=10, gray=0.25)
TABLE = Style(9.2, 12.8, before=4, after=10)
RECORD = Style(8.3, 11.8, after=2)

HEADINGS = {
    2: (BOLD, Style(13.5, 18, before=12, after=5)),
    3: (BOLD, Style(11.5, 16, before=10, after=4)),
    4: (BOLD, Style(10.5, 15.5, before=8, after=3)),
    5: (Typeface(bold=True, italic=True), Style(10.5, 15.5, before=8, after=3)),
    6: (ITALIC, Style(10.5, 15.5, before=8, after=3)),
}

INDENT = 20.0
BAR_INDENT = 16.0
RECORD_LANGUAGE = "en"
"""What archiver itself says in a rendition (the record, the foot) is in English."""


class Recorded(NamedTuple):
    """An entry of the record of provenance: what it is called and says, and the address that ends it."""

    name: str
    value: str
    uri: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block goes: under which element, how far in, beside which quotation bars."""

    element: Element
    start: float = 0
    bars: tuple[float, ...] = ()
    tight: bool = False


@dataclass
class Composer:
    """Turns the parts of one article into blocks, in reading order."""

    article: model.Article
    record: Sequence[Recorded]
    fonts: Fonts
    places: Mapping[str, Path]
    max_pixels: int
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.languages = tuple(self.article.language)
        self.language = self.languages[0]
        right_to_left = runs_right_to_left(self.language)
        self.sheet = Sheet(Structure(self.language), right_to_left=right_to_left)
        self.root = self.sheet.structure.root
        self.typesetter = Typesetter(self.fonts, self.language, right_to_left)
        self.headings: list[int] = []

    def story(self) -> list[Block]:
        """All blocks of the document, each tied to what must begin on the same page."""
        record = list(self._record())
        keep_together(record)
        blocks = [*self._head(), *self._body(self.article.body, Place(self.root)), *record]
        keeps, before = False, 0.0
        for block, following in pairwise(blocks):
            keeps = block.keeps or (keeps and isinstance(block, Rule))
            if not keeps:
                before = 0.0
                continue
            before += min(block.height, KEPT_WHOLE) + max(block.after, following.before)
            block.follower = following
            following.lead_in(before)
        return blocks

    # --- the parts of the page ------------------------------------------------------------

    def _head(self) -> Iterator[Block]:
        article = self.article
        if article.publisher:
            yield self._line("publisher", article.publisher, "P", MASTHEAD)
        title = self._line("title", article.title, "H1", TITLE, BOLD)
        title.bookmark = (1, article.title)
        title.keeps = True
        yield title
        if article.subtitle:
            yield self._line("subtitle", article.subtitle, "P", SUBTITLE)
        if article.abstract:
            yield self._line("abstract", article.abstract, "P", ABSTRACT)
        if article.creators:
            yield self._line("creators", byline(article.creators, self.language), "P", BYLINE, BOLD)
        if where_and_when := dateline(article.places, article.date, self.language):
            yield self._line("places or date", where_and_when, "P", DATELINE)
        yield Rule(6, 14)

    def _line(
        self, part: str, text: str, tag: str, style: Style, typeface: Typeface = REGULAR
    ) -> TextBlock:
        with _in_part(part):
            return self._text([model.Span(text=text)], Element(tag, self.root), style, typeface)

    def _record(self) -> Iterator[Block]:
        language = "" if self.language.partition("-")[0] == RECORD_LANGUAGE else RECORD_LANGUAGE
        yield Rule(16, 6)
        heading = Element("H2", self.root)
        span = model.Span(text="Provenance", language=language or None)
        block = self._text([span], heading, Style(10, 14, after=4), BOLD, base=0, own_side=True)
        block.bookmark = (2, "Provenance")
        yield block
        for name, value, uri in self.record:
            element = Element("P", self.root)
            gap = " " if value and uri else ""
            spans = [
                model.Span(text=f"{name}: ", strong=True, language=language or None),
                *self._recorded(f"{value}{gap}"),
            ]
            if uri:
                spans.append(model.Span(text=uri, href=uri))
            with _in_part(f"the record, {name}"):
                line = self._text(spans, element, RECORD, base=0, own_side=True)
            yield line

    def _recorded(self, value: str) -> list[model.Span]:
        """A value of the record: in its language, but for what it has from the source in another."""
        return [
            model.Span(text=value[start:end], language=language or RECORD_LANGUAGE)
            for start, end, language in passages(value, RECORD_LANGUAGE, self.languages)
        ]

    # --- the body -------------------------------------------------------------------------

    def _body(self, blocks: Sequence[Any], place: Place) -> Iterator[Block]:
        for block in blocks:
            for shown in self._block(block, place):
                shown.bars = shown.bars or place.bars
                yield shown

    def _block(self, block: Any, place: Place) -> Iterator[Block]:
        match block:
            case model.Heading():
                yield self._heading(block, place)
            case model.Paragraph():
                style = TIGHT if place.tight else QUOTE if place.bars else BODY
                if any(span.text.strip() for span in block.content):
                    element = Element("P", place.element)
                    own_side = place.element.tag != "LBody"
                    yield self._placed(block.content, element, style, place, own_side=own_side)
            case model.Quote():
                quote = Element("BlockQuote", place.element)
                inner = Place(quote, place.start + BAR_INDENT, (*place.bars, place.start))
                quoted = list(self._body(block.blocks, inner))
                if quoted:
                    quoted[-1].ending += 1
                yield from quoted
            case model.List():
                yield from self._list(block, place)
            case model.Table():
                yield from self._table(block, place)
            case model.Figure():
                yield from self._figure(block, place)
            case model.Code():
                yield self._code(block, place)
            case model.Rule():
                yield Rule(6, 14, base=self._base, start=place.start)

    def _heading(self, block: model.Heading, place: Place) -> Block:
        """A heading of the level that leaves none out: H1 is the title, each other one below it."""
        while self.headings and self.headings[-1] >= block.level:
            self.headings.pop()
        self.headings.append(block.level)
        level = min(1 + len(self.headings), 6)
        typeface, style = HEADINGS[level]
        element = Element(f"H{level}", place.element)
        heading = self._placed(block.content, element, style, place, typeface)
        heading.bookmark = (level, "".join(span.text for span in block.content))
        heading.keeps = True
        return heading

    def _list(self, block: model.List, place: Place) -> Iterator[Block]:
        numbering = "Decimal" if block.ordered else "Disc"
        element = Element("L", place.element, numbering=numbering)
        labels = [
            f"{number}{block.delimiter}" if block.ordered else "•"
            for number, _ in enumerate(block.items, block.start)
        ]
        shaped = [self.typesetter.paragraph([Run(label)]) for label in labels]
        widest = max((p.natural_width for p in shaped), default=0) * BODY.size / 1000
        tight = all(isinstance(further, model.List) for item in block.items for further in item[1:])
        for item, label in zip(block.items, shaped, strict=True):
            entry = Element("LI", element)
            start = place.start + max(INDENT, widest + LABEL_GAP + 2)
            line = self.typesetter.lines(label, MEASURE, BODY.size)[0]
            mark = Label(line, BODY.size, Element("Lbl", entry), start)
            inner = Place(Element("LBody", entry), start, place.bars, tight)
            blocks = list(self._body(item, inner))
            if not (blocks and isinstance(blocks[0], TextBlock) and blocks[0].label is None):
                body = (Inline(inner.element),)
                carrier = TextBlock(self.sheet, [], TIGHT, body, base=self._base, start=start)
                carrier.height = TIGHT.leading
                carrier.keeps = bool(blocks)
                blocks.insert(0, carrier)
            blocks[0].label = mark  # type: ignore[attr-defined]
            if item is block.items[-1] and not place.tight:
                blocks[-1].after = max(blocks[-1].after, BODY.after)
            yield from blocks

    def _figure(self, block: model.Figure, place: Place) -> Iterator[Block]:
        file = self.places.get(str(PurePosixPath(block.src)))
        if file is None:
            raise RenditionError("its file is not at hand", where=f"figure {block.src}")
        picture = pictures.load(file, self.max_pixels)
        caption = "".join(span.text for span in block.caption).strip()
        alternative = block.alt.strip() or caption
        if not alternative:
            alternative = f"Picture without a description: {Path(block.src).name}"
            self.findings.append(
                Finding(
                    "rendition-figure-undescribed",
                    Severity.WARNING,
                    "has no alternative text; its file's name stands in for it",
                    where=f"figure {block.src}",
                    clause="ISO 14289-1 7.3",
                    hint="say what the picture shows, for those who cannot see it",
                )
            )
        if picture.left_out:
            self.findings.append(
                Finding(
                    "rendition-figure-frames",
                    Severity.WARNING,
                    f"shows its first picture only; {picture.left_out} are not shown",
                    where=f"figure {block.src}",
                    hint="save each as a picture of its own, and show those",
                )
            )
        element = Element("Figure", place.element, alternative=alternative)
        shown = PictureBlock(self.sheet, picture, element, place.start, self._base)
        yield shown
        if caption:
            with _in_part("caption"):
                below = self._placed(block.caption, Element("Caption", element), CAPTION, place)
            shown.follower = below
            shown.after = 0
            yield below

    def _code(self, block: model.Code, place: Place) -> Block:
        text = block.text.expandtabs(4).rstrip("\n")
        paragraph = Element("P", place.element)
        span = model.Span(text=text, code=True)
        return self._placed([span], paragraph, CODE, place, base=0, own_side=True)

    def _table(self, block: model.Table, place: Place) -> Iterator[Block]:
        if len(block.header) > MAX_COLUMNS:
            begins = _begins(" ".join(span.text for cell in block.header for span in cell))
            raise RenditionError(
                f"has {len(block.header)} columns, more than the {MAX_COLUMNS} a page can show",
                where=f"the table that begins {begins}",
            )
        element = Element("Table", place.element)
        if any(span.text.strip() for span in block.caption):
            caption = Element("Caption", element)
            with _in_part("caption"):
                above = self._placed(block.caption, caption, CAPTION._replace(after=4), place)
            above.keeps = True
            yield above
        aligned = block.align or ("start",) * len(block.header)
        rows = []
        for number, cells in enumerate((block.header, *block.rows)):
            line = Element("TR", element)
            kind = "TD" if number else "TH"
            typeface = REGULAR if number else BOLD
            rows.append(
                [
                    self._cell(cell, Element(kind, line, scope="" if number else "Column"), a, typeface)
                    for cell, a in zip(cells, aligned, strict=True)
                ]
            )
        set_as = columns(rows, TABLE, MEASURE - place.start)
        header, *body = (row(self.typesetter, cells, set_as) for cells in rows)
        yield TableBlock(self.sheet, header, body, set_as, base=self._base, start=place.start)

    def _cell(
        self, content: Sequence[model.Span], element: Element, align: str, typeface: Typeface
    ) -> Cell:
        paragraph, roles = self._paragraph(content, element, typeface)
        return Cell(paragraph, roles, align)

    # --- text -----------------------------------------------------------------------------

    @property
    def _base(self) -> int:
        return self.typesetter.fallback_level

    def _placed(
        self,
        spans: Sequence[model.Span],
        element: Element,
        style: Style,
        place: Place,
        typeface: Typeface = REGULAR,
        *,
        base: int | None = None,
        own_side: bool = False,
    ) -> TextBlock:
        return self._text(spans, element, style, typeface, place.start, base=base, own_side=own_side)

    def _text(
        self,
        spans: Sequence[model.Span],
        element: Element,
        style: Style,
        typeface: Typeface = REGULAR,
        start: float = 0,
        *,
        base: int | None = None,
        own_side: bool = False,
    ) -> TextBlock:
        """A block whose direction is `base`, if given, flush with its `own_side` or the article's."""
        paragraph, roles = self._paragraph(spans, element, typeface, base)
        if style.least:
            style = style.fitted(paragraph.widest_word, MEASURE - start)
        lines = self.typesetter.lines(paragraph, MEASURE - start, style.size)
        side = paragraph.base if own_side else self._base
        return TextBlock(self.sheet, lines, style, roles, base=self._base, side=side, start=start)

    def _paragraph(
        self,
        spans: Sequence[model.Span],
        element: Element,
        typeface: Typeface,
        base: int | None = None,
    ) -> tuple[Paragraph, list[Inline]]:
        """Shape spans. Links, code and foreign passages become elements of their own under `element`.

        One that comes again later is another element: its place in the tree is its place in the text.
        """
        roles = [Inline(element)]
        plain = current = ("", False, "")
        runs = []
        for span in spans:
            face = Typeface(
                typeface.bold or span.strong,
                typeface.italic or span.emphasis,
                typeface.mono or span.code,
            )
            for start, end, language in self._passages(span):
                key = (span.href or "", span.code, language)
                if key not in (current, plain):
                    tag = "Link" if span.href else "Code" if span.code else "Span"
                    inline = Element(tag, element, language=language)
                    roles.append(Inline(inline, span.href or ""))
                current = key
                role = 0 if key == plain else len(roles) - 1
                runs.append(Run(span.text[start:end], face, role, language))
        try:
            return self.typesetter.paragraph(runs, base), roles
        except MissingGlyph as missing:
            missing.where = f"the passage {_begins(''.join(span.text for span in spans))}"
            raise

    def _passages(self, span: model.Span) -> list[Passage]:
        if span.language and span.language != self.language:
            return [Passage(0, len(span.text), span.language)]
        return passages(span.text, self.language, self.languages)


def _begins(text: str) -> str:
    """How a text begins, in quotation marks."""
    return f"“{shorten(ISOLATES.sub('', text), 50, placeholder='…')}”"


@contextmanager
def _in_part(part: str) -> Iterator[None]:
    """Have a character that no font has told with the part of the article that it is in."""
    try:
        yield
    except MissingGlyph as missing:
        missing.part = part
        raise


def lay_out(
    article: model.Article,
    record: Sequence[Recorded],
    fonts: Fonts,
    places: Mapping[str, Path],
    max_pixels: int,
) -> tuple[Pages, list[Finding]]:
    """Lay out an article with its record of provenance.

    Pictures are read where `places` says, by their names in the article. Raises MissingGlyph and
    RenditionError.
    """
    composer = Composer(article, record, fonts, places, max_pixels)
    story = composer.story()
    foot = Typesetter(fonts, RECORD_LANGUAGE)
    pages = paginate(story, composer.sheet, foot, article.identifier or "")
    return pages, composer.findings
