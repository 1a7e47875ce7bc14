"""Packages: what archiver's own bags say of themselves beyond RFC 8493."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.bag.checks import COMPLETENESS
from archiver.bag.making import PROFILE_IDENTIFIER
from archiver.bag.reading import Bag, read
from archiver.bag.rules import finding
from archiver.findings import Check, Finding, Severity, Verdict

if TYPE_CHECKING:
    from archiver.rendition.verapdf import Validator

RECORDS, PDF, CONFORMANCE = "metadata", "rendition", "PDF/A conformance"
PDF_HEADER, PDF_TRAILER = b"%PDF-", b"%%EOF"
TRAILER_BYTES = 1024

ORIGINAL = "data/original/"


@dataclass(frozen=True, slots=True)
class Existing:
    """A package that is there: its identifier, its originals' digests, and if it is complete."""

    identifier: str
    originals: dict[str, dict[str, str]]
    complete: bool

    @property
    def algorithms(self) -> tuple[str, ...]:
        """What the originals are digested with, by hashlib's names."""
        return tuple(sorted({name for digests in self.originals.values() for name in digests}))


def existing(path: Path) -> Existing | None:
    """What is known of a package without reading its payload; None where the folder is no bag."""
    bag = read(path)
    if not bag.manifests:
        return None
    originals = {name: found for name, found in bag.expected().items() if name.startswith(ORIGINAL)}
    wrong = [*bag.findings, *(f for check in COMPLETENESS for f in check(bag))]
    complete = not any(found.severity is Severity.ERROR for found in wrong)
    return Existing(bag.tag("External-Identifier"), originals, complete)


def check_package(bag: Bag, *, broken: bool, validator: Validator | None) -> list[Check]:
    """The checks of a package's records and rendition; what is wrong goes to the bag's findings.

    Conformance is checked anew where there is a `validator`, else told as it was recorded.
    """
    own = any(
        label.lower() == "bagit-profile-identifier" and value == PROFILE_IDENTIFIER
        for label, value in bag.tags
    )
    if broken or not own:
        note = "the bag is not valid" if broken else "not a package of archiver's"
        return [Check(name, Verdict.NOT_CHECKED, note) for name in (RECORDS, PDF, CONFORMANCE)]
    from archiver import records

    wrong = records.check(bag.path / "data" / "metadata", bag.expected())
    unopened = list(_renditions(bag))
    bag.findings.extend((*wrong, *unopened))
    conformance = _recorded(bag.path, broken=bool(wrong or unopened))
    if validator and not unopened:
        conformance = _checked(bag, validator)
    return [
        Check(RECORDS, Verdict.FAILED if wrong else Verdict.PASSED),
        Check(PDF, Verdict.FAILED if unopened else Verdict.PASSED),
        conformance,
    ]


def _rendition_paths(bag: Bag) -> list[str]:
    return sorted(path for path in bag.payload if path.startswith("data/rendition/"))


def _renditions(bag: Bag) -> Iterator[Finding]:
    """Each rendition begins and ends as a PDF does (ISO 32000-1 7.5.2, 7.5.5)."""
    paths = _rendition_paths(bag)
    if not paths:
        yield finding("package-pdf", "has no rendition", "data/rendition")
    for path in paths:
        with (bag.path / path).open("rb") as file:
            header = file.read(len(PDF_HEADER))
            file.seek(-min(TRAILER_BYTES, bag.files[path]), 2)
            if header != PDF_HEADER or PDF_TRAILER not in file.read():
                yield finding("package-pdf", "is not a whole PDF", path)


def _checked(bag: Bag, validator: Validator) -> Check:
    """What veraPDF says now of every conformance level that the renditions claim."""
    from archiver.errors import RenditionError
    from archiver.rendition.xmp import claims

    wrong: list[Finding] = []
    told: list[str] = []
    for path in _rendition_paths(bag):
        try:
            claimed = claims(bag.path / path)
            wrong += validator.check(bag.path / path, claimed)
            told.append(" and ".join(claimed))
        except RenditionError as error:
            wrong.append(finding("package-pdf", error.message, path))
    bag.findings.extend(wrong)
    note = ", ".join([*told, f"now, by {validator.name} {validator.version}"])
    return Check(CONFORMANCE, Verdict.FAILED if wrong else Verdict.PASSED, note)


def _recorded(path: Path, *, broken: bool) -> Check:
    """What the records say of the rendition; veraPDF is not run again."""
    if broken:
        return Check(CONFORMANCE, Verdict.NOT_CHECKED, "the records or the rendition are not valid")
    from archiver.records import recorded_conformance

    told = recorded_conformance(path / "data" / "metadata" / "premis.xml")
    if told:
        return Check(CONFORMANCE, Verdict.PASSED, f"recorded when it was packaged: {told}")
    return Check(CONFORMANCE, Verdict.NOT_CHECKED, "no check was recorded when it was packaged")
