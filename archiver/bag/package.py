"""Packages: what archiver's own bags say of themselves beyond RFC 8493."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archiver.bag.fixity import unreadable
from archiver.bag.reading import Bag
from archiver.bag.rules import finding
from archiver.findings import Check, Finding, Verdict

if TYPE_CHECKING:
    from archiver.article import Article
    from archiver.rendition.verapdf import Validator

PROFILE_IDENTIFIER = "urn:uuid:0b6e6f0e-4b0e-5a43-9a39-1d6d9f0a7c55"
"""Names archiver's own BagIt Profile, `profiles/archiver.json`, which is at no address."""
PROFILE_LABEL = "BagIt-Profile-Identifier"

RECORDS, PDF, CONFORMANCE = "metadata", "rendition", "PDF/A conformance"
PDF_SUFFIX = ".pdf"
PDF_HEADER, PDF_TRAILER = b"%PDF-", b"%%EOF"
TRAILER_BYTES = 1024
BLOCK = 1024 * 1024

ORIGINAL, RENDITION = "data/original/", "data/rendition/"


class Existing(NamedTuple):
    """What a package that is there holds by its manifests: originals with their digests, a rendition.

    `article` is the one of its records, where they can be read; `flavour` is what PREMIS calls the
    rendition's format, such as PDF/A-2a.
    """

    originals: dict[str, dict[str, str]]
    algorithms: tuple[str, ...]
    rendition: str = ""
    flavour: str = ""
    article: Article | None = None


def existing(bag: Bag) -> Existing | None:
    """What is known of a package without reading its payload; None where what was read is no bag."""
    if not bag.ledger.columns:
        return None
    from archiver.records import recorded_article, recorded_format

    payload = _payload(bag)
    originals = {name: digests for name, digests in payload.items() if name.startswith(ORIGINAL)}
    algorithms = sorted({name for digests in originals.values() for name in digests})
    rendition = next(filter(is_rendition, payload), "")
    flavour = recorded_format(bag.contents.open, rendition) if rendition else ""
    article = recorded_article(bag.contents.open)
    return Existing(originals, tuple(algorithms), rendition, flavour, article)


def _payload(bag: Bag) -> dict[str, dict[str, str]]:
    """The payload files, each with what the manifests say of it."""
    ledger = bag.ledger
    return {
        path: {algorithm: digest.hex() for algorithm, digest in ledger.listed(path)}
        for path, _ in ledger.files()
        if path.startswith("data/")
    }


def is_rendition(path: str) -> bool:
    """Whether a payload file is a rendition, and not what was made beside one."""
    return path.startswith(RENDITION) and path.endswith(PDF_SUFFIX)


def is_own(bag: Bag) -> bool:
    """Whether a bag says that it is a package of archiver's."""
    return PROFILE_IDENTIFIER in bag.tagged(PROFILE_LABEL)


def check_package(bag: Bag, verapdf: bool | Path) -> list[Check]:
    """The checks of a package's records and rendition; what is wrong goes to the bag's findings.

    A bag that is no package of archiver's is asked nothing.

    Conformance is told as it was recorded, or, where `verapdf` names one, checked anew. Raises
    SettingsError where it names none that is there.
    """
    if not is_own(bag):
        return []
    if bag.broken:
        note = "the bag is not valid"
        return [Check(name, Verdict.NOT_CHECKED, note) for name in (RECORDS, PDF, CONFORMANCE)]
    from archiver import records

    payload = _payload(bag)
    wrong = records.check(bag.contents.open, payload, bag.tag("External-Identifier"))
    unopened = list(_renditions(bag, payload))
    for found in (*wrong, *unopened):
        bag.tell(found)
    conformance = _recorded(bag, broken=bool(wrong or unopened))
    if verapdf and not unopened:
        conformance = _checked(bag, payload, verapdf)
    return [
        Check(RECORDS, Verdict.FAILED if wrong else Verdict.PASSED),
        Check(PDF, Verdict.FAILED if unopened else Verdict.PASSED),
        conformance,
    ]


def _renditions(bag: Bag, payload: dict[str, dict[str, str]]) -> Iterator[Finding]:
    """Each rendition begins and ends as a PDF does (ISO 32000-1 7.5.2, 7.5.5)."""
    paths = [path for path in payload if is_rendition(path)]
    if not paths:
        yield finding("package-pdf", "has no rendition", RENDITION)
    for path in paths:
        try:
            with bag.contents.open(path) as file:
                head = end = file.read(BLOCK)
                while block := file.read(BLOCK):
                    end = end[-TRAILER_BYTES:] + block
        except OSError as error:
            yield unreadable(path, error)
            continue
        if not head.startswith(PDF_HEADER) or PDF_TRAILER not in end[-TRAILER_BYTES:]:
            yield finding("package-pdf", "is not a whole PDF", path)


def _checked(bag: Bag, payload: dict[str, dict[str, str]], verapdf: bool | Path) -> Check:
    """What veraPDF says now of every conformance level that the renditions claim."""
    from archiver.rendition.verapdf import find

    validator = find(verapdf)
    if validator is None:
        return Check(CONFORMANCE, Verdict.NOT_CHECKED, "there is no veraPDF")
    wrong: list[Finding] = []
    told: list[str] = []
    for path in payload:
        if is_rendition(path):
            claimed, failures = _asked_of_verapdf(bag, path, validator)
            told.append(" and ".join(claimed))
            wrong += failures
    for found in wrong:
        bag.tell(found)
    note = ", ".join([*filter(None, told), f"now, by {validator.name} {validator.version}"])
    return Check(CONFORMANCE, Verdict.FAILED if wrong else Verdict.PASSED, note)


def _asked_of_verapdf(
    bag: Bag, path: str, validator: Validator
) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """What a rendition claims, and what veraPDF finds wrong with that, in a copy of its own."""
    import tempfile

    from archiver.errors import RenditionError
    from archiver.rendition.xmp import claims

    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "rendition.pdf")
        with bag.contents.open(path) as file, copy.open("wb") as out:
            while block := file.read(BLOCK):
                out.write(block)
        try:
            claimed = claims(copy)
            return claimed, validator.check(copy, claimed)
        except RenditionError as error:
            return (), (finding("package-pdf", error.message, path),)


def _recorded(bag: Bag, *, broken: bool) -> Check:
    """What the records say of the rendition; veraPDF is not run again."""
    if broken:
        return Check(CONFORMANCE, Verdict.NOT_CHECKED, "the records or the rendition are not valid")
    from archiver.records import recorded_conformance

    try:
        told = recorded_conformance(bag.contents.open)
    except ValueError as error:
        bag.tell(finding("bag-unreadable", f"the record of preservation, read again, {error}"))
        return Check(CONFORMANCE, Verdict.NOT_CHECKED, "the records cannot be read")
    if told:
        return Check(CONFORMANCE, Verdict.PASSED, f"recorded when it was packaged: {told}")
    return Check(CONFORMANCE, Verdict.NOT_CHECKED, "no check was recorded when it was packaged")
