"""Packages: what archiver's own bags say of themselves beyond RFC 8493."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archiver.bag.fixity import unreadable
from archiver.bag.naming import folder_name
from archiver.bag.reading import Bag
from archiver.bag.rules import finding
from archiver.findings import Check, Finding, Severity, Verdict

if TYPE_CHECKING:
    from archiver.article import Article
    from archiver.records import Checked
    from archiver.rendition.verapdf import Validator

PROFILE_IDENTIFIER = "urn:uuid:0b6e6f0e-4b0e-5a43-9a39-1d6d9f0a7c55"
"""Names archiver's own BagIt Profile, `profiles/archiver.json`, which is at no address."""
COLLECTION_PROFILE_IDENTIFIER = "urn:uuid:0ba7e23e-c4fe-4ae2-a4ff-a54c746060c5"
"""Names the profile of bags with several articles, `profiles/archiver-collection.json`."""
PROFILE_LABEL = "BagIt-Profile-Identifier"

RECORDS, PDF, CONFORMANCE = "metadata", "rendition", "PDF/A conformance"
UNRENDERED = "there is no rendition"
PDF_SUFFIX = ".pdf"
PDF_HEADER, PDF_TRAILER = b"%PDF-", b"%%EOF"
TRAILER_BYTES = 1024
BLOCK = 1024 * 1024

ROOT = "data/"
ORIGINAL = f"{ROOT}original/"


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
    """What is known of a package without reading its payload; None where what was read is no bag.

    Of one with several articles no rendition is known, and no article.
    """
    if not bag.ledger.columns:
        return None
    from archiver.records import recorded_article, recorded_format

    originals = {path: found for path, found in _payload(bag) if _is_original(bag, path)}
    algorithms = sorted({name for digests in originals.values() for name in digests})
    if is_collection(bag):
        return Existing(originals, tuple(algorithms))
    rendition = next((path for path, _ in _payload(bag) if is_rendition(path)), "")
    flavour = recorded_format(bag.contents.open, rendition) if rendition else ""
    article = recorded_article(bag.contents.open)
    return Existing(originals, tuple(algorithms), rendition, flavour, article)


def _is_original(bag: Bag, path: str) -> bool:
    return path.startswith(f"{_root(path)}original/" if is_collection(bag) else ORIGINAL)


def _payload(bag: Bag) -> Iterator[tuple[str, dict[str, str]]]:
    """The payload files in order of name, each with what the manifests say of it."""
    ledger = bag.ledger
    for path in sorted(path for path, _ in ledger.files() if path.startswith(ROOT)):
        yield path, {algorithm: digest.hex() for algorithm, digest in ledger.listed(path)}


def is_rendition(path: str) -> bool:
    """Whether a payload file is a rendition, and not what was made beside one."""
    folder, _, name = path.rpartition("/")
    return path.startswith(ROOT) and folder.endswith("/rendition") and name.endswith(PDF_SUFFIX)


def is_own(bag: Bag) -> bool:
    """Whether a bag says that it is a package of archiver's."""
    return PROFILE_IDENTIFIER in bag.tagged(PROFILE_LABEL) or is_collection(bag)


def is_collection(bag: Bag) -> bool:
    """Whether a bag says that it is a package of archiver's with several articles."""
    return COLLECTION_PROFILE_IDENTIFIER in bag.tagged(PROFILE_LABEL)


def member_name(identifier: str) -> str:
    """The folder in data/ of an article among several: as `folder_name` has it, without percent signs.

    An equals sign is encoded itself, so that the two never meet.
    """
    return folder_name(identifier).replace("%", "=")


def _root(path: str) -> str:
    """The folder in data/ that a path is in."""
    return "/".join(path.split("/", 2)[:2]) + "/"


def roots(bag: Bag) -> list[str]:
    """Where the articles of a package with several are, each in a folder of data/, in order of name."""
    return list(dict.fromkeys(_root(path) for path, _ in _payload(bag)))


def _articles(bag: Bag) -> Iterator[tuple[str, dict[str, dict[str, str]]]]:
    """The articles of a package: where the files of each are, and these with what the manifests say."""
    found = False
    for root, files in groupby(_payload(bag), lambda file: _root(file[0]) if is_collection(bag) else ROOT):
        found = True
        yield root, dict(files)
    if not found:
        yield ROOT, {}


def check_package(bag: Bag, verapdf: bool | Path) -> list[Check]:
    """The checks of a package's records and renditions; what is wrong goes to the bag's findings.

    A bag that is no package of archiver's is asked nothing.

    Conformance is told as it was recorded, or, where `verapdf` names one, checked anew. Raises
    SettingsError where it names none that is there.
    """
    if not is_own(bag):
        return []
    if bag.broken:
        note = "the bag is not valid"
        return [Check(name, Verdict.NOT_CHECKED, note) for name in (RECORDS, PDF, CONFORMANCE)]
    wrong = unopened = False
    conformance: Counter[Check] = Counter()
    renditions: list[str] = []
    for root, payload in _articles(bag):
        records = _records(bag, root, payload)
        wrong |= bool(records.findings)
        rendered = list(filter(is_rendition, payload))
        if records.obstacle and not (rendered or records.findings):
            told = f"is not there: {records.obstacle}"
            bag.tell(finding("package-no-rendition", told, f"{root}rendition/"))
            conformance[Check(CONFORMANCE, Verdict.NOT_CHECKED, UNRENDERED)] += 1
            continue
        of_renditions = list(_renditions(bag, root, rendered))
        for found in (*records.findings, *of_renditions):
            bag.tell(found)
        unopened |= bool(of_renditions)
        conformance[_recorded(records, broken=bool(records.findings or of_renditions))] += 1
        renditions += rendered
    opened = Check(PDF, Verdict.FAILED if unopened else Verdict.PASSED)
    if not renditions and not unopened:
        opened = Check(PDF, Verdict.NOT_CHECKED, UNRENDERED)
    return [
        Check(RECORDS, Verdict.FAILED if wrong else Verdict.PASSED),
        opened,
        _checked(bag, renditions, verapdf)
        if verapdf and renditions and not unopened
        else summed(conformance),
    ]


def _records(bag: Bag, root: str, payload: dict[str, dict[str, str]]) -> Checked:
    """The records of an article, looked at; among several it is in a folder of its own name."""
    from archiver.records import check

    identifier = None if is_collection(bag) else bag.tag("External-Identifier")
    checked = check(bag.contents.open, payload, identifier, root)
    article = checked.article
    if (
        identifier is None
        and article
        and not checked.findings
        and f"{ROOT}{member_name(article.identifier or '')}/" != root
    ):
        told = f"has the identifier {article.identifier!r}, which is not that of its folder"
        misplaced = Finding("records-invalid", Severity.ERROR, told, f"{root}metadata/article.json")
        return checked._replace(findings=(misplaced,))
    return checked


def summed(conformance: Counter[Check]) -> Check:
    """What was recorded of all articles; where that differs, how many each of it is of."""
    if len(conformance) == 1:
        return next(iter(conformance))
    verdicts = {check.verdict for check in conformance}
    told = "; ".join(f"{check.note} ({count} articles)" for check, count in conformance.items())
    return Check(CONFORMANCE, verdicts.pop() if len(verdicts) == 1 else Verdict.NOT_CHECKED, told)


def _renditions(bag: Bag, root: str, paths: list[str]) -> Iterator[Finding]:
    """Each rendition begins and ends as a PDF does (ISO 32000-1 7.5.2, 7.5.5)."""
    if not paths:
        yield finding("package-pdf", "has no rendition", f"{root}rendition/")
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


def _checked(bag: Bag, renditions: list[str], verapdf: bool | Path) -> Check:
    """What veraPDF says now of every conformance level that the renditions claim."""
    from archiver.rendition.verapdf import find

    validator = find(verapdf)
    if validator is None:
        return Check(CONFORMANCE, Verdict.NOT_CHECKED, "there is no veraPDF")
    is_wrong = False
    told: dict[str, None] = {}
    for path in renditions:
        claimed, failures = _asked_of_verapdf(bag, path, validator)
        told[" and ".join(claimed)] = None
        for found in failures:
            bag.tell(found)
        is_wrong |= bool(failures)
    note = ", ".join([*filter(None, told), f"now, by {validator.name} {validator.version}"])
    return Check(CONFORMANCE, Verdict.FAILED if is_wrong else Verdict.PASSED, note)


def _asked_of_verapdf(
    bag: Bag, path: str, validator: Validator
) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """What a rendition claims, and what veraPDF finds wrong with that, in a copy of its own."""
    from archiver.errors import RenditionError
    from archiver.rendition.xmp import claims

    with _copied(bag, path) as copy:
        try:
            claimed = claims(copy)
            return claimed, validator.check(copy, claimed)
        except RenditionError as error:
            return (), (finding("package-pdf", error.message, path),)


@contextmanager
def _copied(bag: Bag, path: str) -> Iterator[Path]:
    """A temporary copy of a file of a bag. Raises OSError where that cannot be read, and CannotWrite
    where its copy cannot be written, which says nothing of the bag.
    """
    import tempfile

    from archiver.bag.placing import writing
    from archiver.errors import TEMPORARY

    with ExitStack() as copying:
        with writing(TEMPORARY):
            copy = Path(copying.enter_context(tempfile.TemporaryDirectory()), "rendition.pdf")
            out = copying.enter_context(copy.open("wb"))
        with bag.contents.open(path) as file:
            while block := file.read(BLOCK):
                with writing(TEMPORARY):
                    out.write(block)
                    out.flush()
        yield copy


def _recorded(records: Checked, *, broken: bool) -> Check:
    """What the records say of the rendition; veraPDF is not run again."""
    if broken:
        return Check(CONFORMANCE, Verdict.NOT_CHECKED, "the records or the rendition are not valid")
    if told := records.conformance:
        return Check(CONFORMANCE, Verdict.PASSED, f"recorded when it was packaged: {told}")
    return Check(CONFORMANCE, Verdict.NOT_CHECKED, "no check was recorded when it was packaged")
