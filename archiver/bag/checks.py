"""Checks: the questions that RFC 8493 section 3 asks of a bag, one function each."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

from archiver.bag.contents import digests, shown
from archiver.bag.reading import Bag
from archiver.bag.rules import finding
from archiver.findings import Finding

BagCheck = Callable[[Bag], Iterator[Finding]]

ABSENT = {
    False: "is in a manifest but not in the bag",
    True: "is in fetch.txt but not in the bag; it has to be fetched first",
}
"""What is told of a missing file, by whether fetch.txt lists it."""


def _payload_folder(bag: Bag) -> Iterator[Finding]:
    if not (bag.path / "data").is_dir() or (bag.path / "data").is_symlink():
        yield finding("bagit-2.1.2-payload", "has no payload folder data/")


def _payload_manifests(bag: Bag) -> Iterator[Finding]:
    """Every payload file is in every payload manifest (before BagIt 1.0: in one of them)."""
    manifests = {n: entries for n, entries in bag.manifests.items() if n.startswith("manifest-")}
    if not any(name.startswith("manifest-") for name in bag.files):
        yield finding("bagit-2.1.3-manifest", "has no payload manifest")
        return
    if bag.declared and bag.declared.version < (1, 0):
        everything = {path for entries in manifests.values() for path in entries}
        manifests = {"any payload manifest": dict.fromkeys(everything, "")}
    known = {**bag.payload, **bag.fetched}
    for name, entries in manifests.items():
        for path in sorted(known.keys() - entries.keys()):
            yield finding("bagit-2.1.3-incomplete", f"is not in {name}", shown(path))


def _listed_files(bag: Bag) -> Iterator[Finding]:
    """Every file that a manifest or fetch.txt lists is there, under its name."""
    listed = {path for entries in bag.manifests.values() for path in entries}
    missing = sorted((listed | bag.fetched.keys()) - bag.files.keys())
    other_forms = {_composed(path): path for path in bag.payload if path not in listed}
    for path in missing:
        told = ABSENT[path in bag.fetched]
        if other := other_forms.get(_composed(path)):
            told += f"; {shown(other)!r}, which is there, is the same name in another Unicode form"
        yield finding("bagit-2.1.3-incomplete", told, shown(path))


def _unlisted_tag_files(bag: Bag) -> Iterator[Finding]:
    listing = [entries for name, entries in bag.manifests.items() if name.startswith("tag")]
    listed = {path for entries in listing for path in entries}
    for path in sorted(bag.files.keys() - bag.payload.keys() - listed) if listing else ():
        if not path.startswith("tagmanifest-"):
            told = "is in no tag manifest, so that nothing would show a change"
            yield finding("bagit-2.2.1-unlisted", told, shown(path))


def _oxum(bag: Bag) -> Iterator[Finding]:
    stated = [value for label, value in bag.tags if label.lower() == "payload-oxum"]
    found = f"{sum(bag.payload.values())}.{len(bag.payload)}"
    if len(stated) > 1:
        yield finding("bagit-2.2.2-oxum", "has more than one Payload-Oxum", "bag-info.txt")
    for value in stated[:1]:
        if value != found:
            told = f"says {shown(value)} where the payload is {found} (bytes.files)"
            yield finding("bagit-2.2.2-oxum", told, "bag-info.txt")


def _names(bag: Bag) -> Iterator[Finding]:
    """Names that some file systems take for one (RFC 8493 6.1)."""
    seen: dict[str, str] = {}
    for path in bag.files:
        other = seen.setdefault(_composed(path).casefold(), path)
        if other != path:
            told = f"differs from {shown(other)!r} only in case or Unicode form"
            yield finding("bagit-6.1-names", told, shown(path))


def _composed(path: str) -> str:
    return unicodedata.normalize("NFC", path)


# --- valid ------------------------------------------------------------------------------------


def _checksums(bag: Bag) -> Iterator[Finding]:
    for path, expected in sorted(bag.expected().items()):
        if path not in bag.files:
            continue
        try:
            found = digests(bag.path / path, expected)
        except OSError as error:
            yield finding("bag-unreadable", f"cannot be read: {error.strerror}", shown(path))
            continue
        for algorithm, digest in expected.items():
            if found[algorithm] != digest:
                told = f"has not the {algorithm} that its manifest says"
                yield finding("bagit-3-checksum", told, shown(path))


COMPLETENESS: tuple[BagCheck, ...] = (
    _payload_folder,
    _payload_manifests,
    _listed_files,
    _unlisted_tag_files,
    _oxum,
    _names,
)
"""What is asked of a bag without reading its payload."""

VALIDITY: tuple[BagCheck, ...] = (_checksums,)
"""What takes reading it all."""
