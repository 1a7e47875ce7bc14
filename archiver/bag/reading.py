"""Reading: what a bag holds and what its tag files say, as one value that checks work on."""

from __future__ import annotations

import unicodedata

from archiver.bag import tag_files
from archiver.bag.algorithms import algorithm_of, is_manifest, is_tag_manifest
from archiver.bag.contents import Contents, meant, shown
from archiver.bag.ledger import Ledger
from archiver.bag.limits import DEFAULT, Limits
from archiver.bag.rules import Unusable, finding
from archiver.bag.tag_files import Declaration, TagFiles
from archiver.findings import Finding, Severity

UNLISTED = {"bag-unreadable", "serialized-damaged", "serialized-trailing", "serialized-truncated"}
"""The rules that a folder breaks, or an archive, of which not all could be listed."""

NAME_CHARS = 255
"""The longest name that file systems take, in characters."""


class Bag:
    """What was found in what should be a bag."""

    def __init__(self, contents: Contents, limits: Limits = DEFAULT) -> None:
        self.contents, self.limits = contents, limits
        self.declared: Declaration | None = None
        """What bagit.txt says; None where that cannot be told, and nothing more is known."""
        self.ledger = Ledger()
        self.tags: list[tuple[str, str]] = []
        """The labels and values of bag-info.txt, in order."""
        self.fetched: dict[str, int | None] = {}
        """The lengths that fetch.txt says, by path."""
        self.digests: dict[str, dict[str, bytes]] = {}
        """The digests of the tag files that were read, by the algorithms of the tag manifests."""
        self.unlisted: set[str] = set()
        """The folders that could not be listed, of which nothing is known; an empty path for all of it."""
        self.payload_files = self.payload_bytes = 0
        self.findings: list[Finding] = []
        self.counts: dict[str, int] = {}
        """How often each rule was broken."""
        self.broken = False
        """Whether a rule was broken that makes a bag invalid."""

    @property
    def version(self) -> tuple[int, int]:
        """The version of BagIt that is declared; the current one where none is."""
        return (self.declared or Declaration()).version

    @property
    def info_name(self) -> str:
        """The name of the file of metadata."""
        return (self.declared or Declaration()).info_name

    def tell(self, found: Finding) -> None:
        """Note what is wrong; of one rule no more findings than the limits allow, the rest counted."""
        count = self.counts[found.rule] = self.counts.get(found.rule, 0) + 1
        self.broken |= found.severity is Severity.ERROR
        if count <= self.limits.findings:
            self.findings.append(found)

    def may_hold(self, path: str) -> bool:
        """Whether a path that was not met may be there all the same, in what could not be listed."""
        while path and self.unlisted:
            path = path.rpartition("/")[0]
            if path in self.unlisted:
                return True
        return False

    def uncounted(self) -> list[Finding]:
        """For each rule that was broken more often than is told, a finding that says how often."""
        most = self.limits.findings
        first = {found.rule: found for found in reversed(self.findings)}
        return [
            first[rule]._replace(message=f"and {count - most:,} more, not told one by one", where="")
            for rule, count in self.counts.items()
            if count > most
        ]

    def tag(self, label: str) -> str:
        """The first value of a label of bag-info.txt, whose case does not count."""
        return next(iter(self.tagged(label)), "")

    def tagged(self, label: str) -> list[str]:
        """Every value of a label of bag-info.txt, whose case does not count."""
        wanted = label.lower()
        return [value for name, value in self.tags if name.lower() == wanted]


def read(contents: Contents, limits: Limits = DEFAULT) -> Bag:
    """What a bag holds and what its tag files say; what is wrong there is in its findings."""
    bag = Bag(contents, limits)
    try:
        _list_files(bag)
        if bag.may_hold("bagit.txt") and not bag.ledger.holds("bagit.txt"):
            return bag
        files = TagFiles(contents, limits, bag.tell, _tag_algorithms(bag), bag.digests)
        bag.declared = _declared(bag, files)
    except Unusable as unusable:
        bag.tell(unusable.finding)
        return bag
    for reading in (_read_info, _read_manifests, _read_fetch):
        try:
            reading(bag, files, bag.declared)
        except Unusable as unusable:
            bag.tell(unusable.finding)
    _reconcile(bag)
    return bag


def _tag_algorithms(bag: Bag) -> frozenset[str]:
    """Those of the tag manifests; where there are none, SHA-512, by which reports can be compared."""
    names = filter(is_tag_manifest, bag.ledger.rows)
    return frozenset(filter(None, map(algorithm_of, names))) or frozenset({"sha512"})


def _list_files(bag: Bag) -> None:
    for found in bag.contents.walk():
        if isinstance(found, Finding):
            bag.tell(found)
            if found.rule in UNLISTED:
                bag.unlisted.add(meant(found.where))
            continue
        path, size = found
        bag.ledger.hold(path, size)
        if path.startswith("data/"):
            bag.payload_files += 1
            bag.payload_bytes += size
    bag.ledger.close()


def _declared(bag: Bag, files: TagFiles) -> Declaration:
    if not bag.ledger.holds("bagit.txt"):
        raise Unusable(finding("bagit-2.1.1-missing", "has no bagit.txt; it is no bag"))
    return tag_files.declaration(files)


def _read_info(bag: Bag, files: TagFiles, declared: Declaration) -> None:
    name = declared.info_name
    if bag.ledger.holds(name):
        lines = files.lines(name, declared, bag.limits.info_bytes)
        bag.tags.extend(tag_files.tags(lines, name, declared, bag.tell))


def _read_manifests(bag: Bag, files: TagFiles, declared: Declaration) -> None:
    names = [name for name, _ in bag.ledger.files() if "/" not in name and is_manifest(name)]
    if len(names) > bag.limits.manifests:
        told = f"has {len(names):,} manifests; no more than {bag.limits.manifests:,} are read"
        bag.tell(finding("bag-limit", told))
    for name in names[: bag.limits.manifests]:
        if not algorithm_of(name):
            told = "is of an algorithm that is not known, so that it cannot be verified"
            bag.tell(finding("bagit-2.4-algorithm", told, shown(name)))
            continue
        listing = tag_files.Listing(name, bag.ledger, declared, bag.tell)
        try:
            listing.read(files.lines(name, declared, bag.limits.tag_file_bytes), bag.limits)
        except Unusable as unusable:
            listing.column.whole = False
            bag.tell(unusable.finding)


def _read_fetch(bag: Bag, files: TagFiles, declared: Declaration) -> None:
    if not bag.ledger.holds("fetch.txt"):
        return
    lines = files.lines("fetch.txt", declared, bag.limits.tag_file_bytes)
    for remote in tag_files.fetch(lines, declared, bag.limits, bag.tell):
        if remote.path in bag.fetched:
            told = f"lists '{shown(remote.path)}' twice"
            bag.tell(finding("bagit-2.2.3-duplicate", told, "fetch.txt"))
        bag.fetched[remote.path] = remote.length


def _reconcile(bag: Bag) -> None:
    """Match what is listed under another Unicode form of its name (RFC 8493 6.1.1.3)."""
    ledger = bag.ledger
    absent = [path for path, _ in ledger.missing()]
    if not absent:
        return
    held = {composed(path): path for path, _ in ledger.files() if not path.isascii()}
    for path in absent:
        other = held.get(composed(path))
        if other:
            told = f"is listed in another Unicode form than that of its name, '{shown(other)}'"
            bag.tell(finding("bagit-6.1.1.3-other-form", told, shown(path)))
            _rename(bag, path, other)


def _rename(bag: Bag, listed: str, held: str) -> None:
    """Count what is listed under one name as listed under another, which the file has."""
    old, new = bag.ledger.rows[listed], bag.ledger.rows[held]
    for name, column in bag.ledger.columns.items():
        if not column.lists(old):
            continue
        if not column.lists(new):
            column.put(new, column.digest(old))
        elif bag.version >= (1, 0) or column.digest(new) != column.digest(old):
            told = f"lists '{shown(held)}' again, in another Unicode form"
            bag.tell(finding("bagit-2.1.3-duplicate", told, name))
        column.listed[old] = 0
    if listed in bag.fetched:
        bag.fetched[held] = bag.fetched.pop(listed)


def composed(path: str) -> str:
    """A path in Unicode's composed form (NFC), but for names that are longer than file systems take.

    Many marks over one letter take time by the square of their number.
    """
    if path.isascii():
        return path
    names = path.split("/")
    return "/".join(
        unicodedata.normalize("NFC", name) if len(name) <= NAME_CHARS else name for name in names
    )
