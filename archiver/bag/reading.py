"""Reading: what a folder holds and what its tag files say, as one value that checks work on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from archiver.bag import tag_files
from archiver.bag.contents import File, shown, walk
from archiver.bag.rules import finding
from archiver.bag.tag_files import Declaration, Entry, Unusable
from archiver.findings import Finding

T = TypeVar("T")


@dataclass(slots=True)
class Bag:
    """What was found in a folder that should be a bag."""

    path: Path
    declared: Declaration | None = None
    """What bagit.txt says; None where this is no bag, and nothing more is known."""
    files: dict[str, int] = field(default_factory=dict)
    tags: list[tuple[str, str]] = field(default_factory=list)
    manifests: dict[str, dict[str, str]] = field(default_factory=dict)
    """For each manifest, by its name, the digest of each path."""
    fetched: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def payload(self) -> dict[str, int]:
        """The payload files and their sizes."""
        return {path: size for path, size in self.files.items() if path.startswith("data/")}

    def tag(self, label: str) -> str:
        """The first value of a label of bag-info.txt, whose case does not count."""
        return next((v for name, v in self.tags if name.lower() == label.lower()), "")

    def expected(self) -> dict[str, dict[str, str]]:
        """For each path in a manifest, its digests by hashlib's names of the algorithms."""
        expected: dict[str, dict[str, str]] = {}
        for name, entries in self.manifests.items():
            algorithm = tag_files.ALGORITHMS[tag_files.algorithm_of(name)][0]
            for path, digest in entries.items():
                expected.setdefault(path, {})[algorithm] = digest
        return expected

    def collect(self, kind: type[T], found: Iterator[Finding | T]) -> Iterator[T]:
        """The values that a reader finds; what is wrong goes to the findings."""
        try:
            for item in found:
                if isinstance(item, Finding):
                    self.findings.append(item)
                else:
                    yield item
        except Unusable as unusable:
            self.findings.append(unusable.finding)


def read(path: Path) -> Bag:
    """What a folder holds and what its tag files say; what is wrong there is in the findings."""
    bag = Bag(path)
    with suppress(OSError):
        bag.path = path.resolve(strict=True)
    if not bag.path.is_dir():
        bag.findings.append(finding("bag-unreadable", "is not a folder; expected a bag"))
        return bag
    bag.files = {file.path: file.size for file in bag.collect(File, walk(bag.path))}
    if "bagit.txt" not in bag.files:
        told = "has no bagit.txt; it is no bag"
        bag.findings.append(finding("bagit-2.1.1-declaration", told))
        return bag
    for declared in bag.collect(Declaration, tag_files.declaration(bag.path)):
        bag.declared = declared
        _read_tag_files(bag, declared)
    return bag


def _read_tag_files(bag: Bag, declared: Declaration) -> None:
    info = "bag-info.txt" if declared.version > (0, 95) else "package-info.txt"
    if info in bag.files:
        bag.tags = list(bag.collect(tuple, tag_files.tags(bag.path, info, declared)))
    for name in bag.files:
        if not tag_files.MANIFEST_NAME.fullmatch(name):
            continue
        if not tag_files.algorithm_of(name):
            told = "is of an algorithm that is not known, so that it cannot be checked"
            bag.findings.append(finding("bagit-2.4-algorithm", told, shown(name)))
            continue
        entries = bag.collect(Entry, tag_files.manifest(bag.path, name, declared))
        bag.manifests[name] = {entry.path: entry.value for entry in entries}
    if "fetch.txt" in bag.files:
        entries = bag.collect(Entry, tag_files.fetch(bag.path, declared))
        bag.fetched = {entry.path: entry.value for entry in entries}
