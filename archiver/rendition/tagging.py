"""Logical structure: the tree of elements and the marked content that belongs to them.

ISO 32000-1 14.6 to 14.8. Layout asks for the operators that open and close a piece of content;
what was marked where is kept here until `finishing` writes the structure tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(eq=False)
class Element:
    """A structure element. `kids` are elements, pieces of marked content and annotations, in order;
    `home` is the page of the first piece.

    An element joins its parent when its first content is drawn, so that the order of the tree
    is the order of the content, and what has no content is not in the tree.
    """

    tag: str
    parent: Element | None = None
    kids: list[Element | Mark | Target] = field(default_factory=list)
    language: str = ""
    alternative: str = ""
    scope: str = ""
    numbering: str = ""
    bounds: tuple[float, float, float, float] | None = None
    home: int | None = None
    joined: bool = False

    def join(self) -> None:
        """Take this element's place in the tree, after all that was drawn before it."""
        if not self.joined and self.parent is not None:
            self.joined = True
            self.parent.join()
            self.parent.kids.append(self)

    def walk(self) -> Iterator[Element]:
        """This element and all below it, in reading order."""
        yield self
        for kid in self.kids:
            if isinstance(kid, Element):
                yield from kid.walk()


class Mark(NamedTuple):
    """A piece of marked content: the `mcid`-th of a page (counted from 0)."""

    page: int
    mcid: int


class Target(NamedTuple):
    """A link annotation: the `number`-th of the document."""

    number: int


@dataclass(frozen=True, slots=True)
class Link:
    """Where a link is on a page, in points from its lower left corner, and where it leads."""

    page: int
    bounds: tuple[float, float, float, float]
    uri: str
    element: Element


class Structure:
    """The structure of one document while it is laid out."""

    def __init__(self, language: str) -> None:
        self.root = Element("Document", language=language)
        self.parents: list[list[Element]] = []
        self.links: list[Link] = []

    def open(self, element: Element, page: int, actual: str = "") -> str:
        """The operator that begins content of `element` on a page (counted from 0).

        `actual` is an /ActualText that says what the content stands for (ISO 32000-1 14.9.4), if any.
        """
        while len(self.parents) <= page:
            self.parents.append([])
        mcid = len(self.parents[page])
        self.parents[page].append(element)
        element.join()
        element.kids.append(Mark(page, mcid))
        if element.home is None:
            element.home = page
        if actual:
            return f"/Span <</MCID {mcid} {actual}>> BDC"
        return f"/{element.tag} <</MCID {mcid}>> BDC"

    def link(
        self, element: Element, page: int, bounds: tuple[float, float, float, float], uri: str
    ) -> None:
        """Note that content of `element` at `bounds` leads to `uri`."""
        element.kids.append(Target(len(self.links)))
        self.links.append(Link(page, bounds, uri, element))


ARTIFACT = "/Artifact <</Type /Layout>> BDC"
FOOTER = "/Artifact <</Type /Pagination /Subtype /Footer>> BDC"
REPEATED = "/Artifact <</Type /Pagination>> BDC"
CLOSE = "EMC"
