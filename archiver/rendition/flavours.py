"""Flavours of rendition: what each PDF/A part and level asks for, in one table."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple


class _Traits(NamedTuple):
    part: int
    level: str
    version: str
    accessible: bool
    embeds_source: bool


class Flavour(StrEnum):
    """A conformance level that a rendition can claim; 2a is the default and PDF/UA-1 as well."""

    A2A = "2a"
    A2B = "2b"
    A2U = "2u"
    A3A = "3a"
    A3B = "3b"
    A4 = "4"
    A4F = "4f"

    @property
    def part(self) -> int:
        """The part of ISO 19005."""
        return TRAITS[self].part

    @property
    def level(self) -> str:
        """The conformance level in the part, as `pdfaid:conformance` has it; PDF/A-4 has none."""
        return TRAITS[self].level

    @property
    def pdf_version(self) -> str:
        """The version of PDF that the part builds on."""
        return TRAITS[self].version

    @property
    def accessible(self) -> bool:
        """Whether the rendition claims PDF/UA-1 (ISO 14289-1) too, which builds on PDF 1.7."""
        return TRAITS[self].accessible

    @property
    def embeds_source(self) -> bool:
        """Whether the source document is embedded as an associated file."""
        return TRAITS[self].embeds_source

    @property
    def label(self) -> str:
        """The name for people, such as `PDF/A-2a`."""
        return f"PDF/A-{self.value}"

    @property
    def claims(self) -> tuple[str, ...]:
        """The names of the veraPDF profiles that the rendition has to pass."""
        return (self.value, "ua1") if self.accessible else (self.value,)

    @property
    def unread(self) -> tuple[str, ...]:
        """The same of a rendition whose text nobody has recognized: its appearance is kept, no more."""
        return (UNREAD.get(self, self).value,)


TRAITS = {
    Flavour.A2A: _Traits(2, "A", "1.7", True, False),
    Flavour.A2B: _Traits(2, "B", "1.7", True, False),
    Flavour.A2U: _Traits(2, "U", "1.7", True, False),
    Flavour.A3A: _Traits(3, "A", "1.7", True, True),
    Flavour.A3B: _Traits(3, "B", "1.7", True, True),
    Flavour.A4: _Traits(4, "", "2.0", False, False),
    Flavour.A4F: _Traits(4, "F", "2.0", False, True),
}


UNREAD = {Flavour.A2A: Flavour.A2B, Flavour.A2U: Flavour.A2B, Flavour.A3A: Flavour.A3B}
"""The level of the same part that asks nothing of text."""


def told(claims: Sequence[str]) -> str:
    """The conformance that names of veraPDF profiles claim, for people: `PDF/A-2a and PDF/UA-1`."""
    return " and ".join("PDF/UA-1" if claim == "ua1" else f"PDF/A-{claim}" for claim in claims)
