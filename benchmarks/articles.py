"""One article for every contestant: the value that archiver takes, and the same in typst's markup.

`serial` goes into every paragraph and into the picture, so that two articles of different serials
share nothing long that somebody could have kept from the last time.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from PIL import Image

from archiver.article import (
    Article,
    Figure,
    Heading,
    List,
    Paragraph,
    Quote,
    Span,
    Table,
)

SENTENCES = (
    "The harbour office kept its ledgers in a cupboard that nobody had opened since the flood.",
    "When the key was found at last, the clerk read the first page aloud, slowly, as if it were news.",
    "Every vessel had a line: its master, its cargo, the hour of its arrival and what it owed.",
    "Some of the ink had run, and where it had, a later hand had written the figure again in pencil.",
    "No one could say who the second writer was, though the loops of the letters suggested a teacher.",
    "It is easy to think of an archive as a place where things end, and that is a mistake.",
    "What is kept is kept for somebody, and the somebody is usually not yet born.",
    "A town that had forgotten its own bridges could, from those pages, draw all eleven of them.",
    "The engineer who came to look measured nothing; he sat down, turned the leaves, and took notes.",
    "By evening there was a list of questions, most of which the ledgers themselves could answer.",
    "The price of rope, for example, had doubled in one winter and never come down afterwards.",
    "Grain went out and salt came in, and in the ninth year, without explanation, it was reversed.",
    "She photographed each opening twice, once for the colour of the paper and once for the words.",
    "Copies were sent to three cities, and the address of each was written inside the cover.",
    "Nothing in the cupboard was rare, she said, except that all of it was still together.",
    "The flood had reached the second shelf, which is why the story begins on the third.",
)

QUOTATION = "We did not know what it was worth, so we kept all of it, and kept it in order."


def article(paragraphs: int, serial: int = 0) -> Article:
    """An article with headings, links, a list, a quotation, a table and a figure."""
    prose, third = _prose(serial), paragraphs // 3
    body = [
        *_section("What the cupboard held", itertools.islice(prose, third)),
        {"type": "list", "ordered": True, "items": [[item] for item in _items(serial)]},
        {"type": "quote", "blocks": [QUOTATION]},
        *_section("The figures", itertools.islice(prose, third)),
        {
            "type": "table",
            "header": ["Year", "Vessels", "Rope, a fathom"],
            "rows": [[str(1880 + n), str(212 + 7 * n), f"{3 + n} pence"] for n in range(5)],
            "align": ["left", "right", "right"],
            "caption": "What the ledgers say",
        },
        {
            "type": "figure",
            "src": picture_name(serial),
            "alt": "The harbour in grey light",
            "caption": "The harbour, from the office",
        },
        *_section("What was done", itertools.islice(prose, paragraphs - 2 * third)),
    ]
    return Article.model_validate(
        {
            "title": "The ledgers of the harbour office",
            "identifier": f"urn:example:ledgers:{serial}",
            "creators": ["Ada Marsh", "Jon Vale"],
            "publisher": "The Quay",
            "date": "2002-01-12",
            "language": "en",
            "places": ["Harbour Street"],
            "source_url": "https://example.org/ledgers",
            "rights": "Free to read and to keep",
            "abstract": "A cupboard that was opened again, and what a town read in it.",
            "body": body,
        }
    )


Block = dict[str, object]


def _section(title: str, paragraphs: Iterable[Block]) -> Iterator[Block]:
    """Paragraphs under headings: one for the section, one more for every eight of them."""
    yield {"type": "heading", "level": 1, "content": title}
    for number, paragraph in enumerate(paragraphs):
        if number and number % 8 == 0:
            yield {"type": "heading", "level": 2, "content": f"{title}, leaf {number // 8}"}
        yield paragraph


def _prose(serial: int) -> Iterator[Block]:
    """Paragraphs without end: a link in every third, emphasis in every fourth."""
    for number in itertools.count():
        order = [SENTENCES[(number * 5 + step * 3) % len(SENTENCES)] for step in range(5)]
        spans: list[Block] = [{"text": f"On leaf {serial}-{number}: {' '.join(order[:2])} "}]
        if number % 3 == 0:
            address = f"https://example.org/leaf/{serial}/{number}"
            spans += [{"text": "The leaf is online", "href": address}, {"text": ". "}]
        spans += [
            {"text": order[2], "emphasis": number % 4 == 1},
            {"text": f" {' '.join(order[3:])}"},
        ]
        yield {"type": "paragraph", "content": spans}


def _items(serial: int) -> Iterator[str]:
    return (f"Volume {serial}-{n}, {SENTENCES[n][4:60].rstrip(' ,.')}" for n in range(4))


def picture_name(serial: int) -> str:
    """The file of the article's picture."""
    return f"harbour-{serial}.png"


def picture(folder: Path, serial: int = 0) -> None:
    """Write the article's picture into a folder."""
    gradient = Image.linear_gradient("L").rotate(serial).resize((600, 360))
    bands = (gradient, gradient.rotate(180), gradient)
    Image.merge("RGB", bands).save(folder / picture_name(serial))


# --- in typst's markup ----------------------------------------------------------------------

PREAMBLE = """\
#set document(title: "{title}", author: ({authors}))
#set text(lang: "en", size: 10.5pt)
#set page(paper: "a4", margin: (x: 82pt, top: 72pt, bottom: 82pt), numbering: "1 of 1")
#set par(leading: 0.65em, spacing: 1.2em)
#title()
_{abstract}_

{byline}

"""


def typst_markup(source: Article) -> bytes:
    """The same article for typst, on a page of the same size and margins."""
    names = [creator.name for creator in source.creators]
    head = PREAMBLE.format(
        title=source.title,
        authors="".join(f'"{name}", ' for name in names),
        abstract=_escaped(source.abstract or ""),
        byline=_escaped(f"By {' and '.join(names)}. {source.publisher}, 12 January 2002."),
    )
    return (head + "\n\n".join(map(_markup, source.body))).encode()


def _markup(block: object) -> str:
    match block:
        case Heading():
            return f"{'=' * block.level} {_inline(block.content)}"
        case Paragraph():
            return _inline(block.content)
        case Quote():
            return f"#quote(block: true)[{' '.join(map(_markup, block.blocks))}]"
        case List():
            return "\n".join(f"+ {' '.join(map(_markup, item))}" for item in block.items)
        case Table():
            cells = "".join(f"{_cells(row)}, " for row in block.rows)
            align = ", ".join(block.align)
            return (
                f"#figure(caption: [{_inline(block.caption)}], table(columns: {len(block.header)}, "
                f"align: ({align}), table.header({_cells(block.header)}), {cells}))"
            )
        case Figure():
            return (
                f'#figure(caption: [{_inline(block.caption)}], image("{block.src}", '
                f'alt: "{block.alt}", width: 100%))'
            )
    raise TypeError(block)


def _cells(cells: Iterable[Sequence[Span]]) -> str:
    return ", ".join(f"[{_inline(cell)}]" for cell in cells)


def _inline(spans: Sequence[Span]) -> str:
    return "".join(map(_span, spans))


def _span(span: Span) -> str:
    text = _escaped(span.text)
    if span.href:
        return f'#link("{span.href}")[{text}]'
    return f"#emph[{text}]" if span.emphasis else text


def _escaped(text: str) -> str:
    return re.sub(r"([^\w\s.,;:()])", r"\\\1", text)
