"""Checks: the questions that RFC 8493 asks of a bag before its payload is read, a function each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from archiver.bag.algorithms import (
    UNREGISTERED,
    WEAK,
    is_manifest,
    is_tag_manifest,
    named_algorithm,
    normalized,
)
from archiver.bag.contents import cut, shown
from archiver.bag.ledger import Column
from archiver.bag.reading import Bag, composed
from archiver.bag.rules import finding
from archiver.findings import Finding, counted

Check = Callable[[Bag], Iterator[Finding]]

LITTER = frozenset(
    (
        ".ds_store",
        ".spotlight-v100",
        ".trashes",
        ".fseventsd",
        "__macosx",
        "thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
        "$recycle.bin",
    )
)
"""What macOS and Windows leave in folders that they show, in lower case."""

FOR_WINDOWS = re.compile(
    r"(?!(?i:con|prn|aux|nul|(?:com|lpt)[1-9])(?:\.|\Z))[^<>:\"|?*\\\x00-\x1f]*(?<![ .])\Z"
)
"""Names that Windows can store, and does not keep for a device (RFC 8493 6.1.2)."""
WINDOWS_PATH = 255

OXUM = re.compile(r"(?P<bytes>[0-9]{1,20})\.(?P<files>[0-9]{1,20})")
BAG_COUNT = re.compile(r"(?P<number>[0-9]{1,9}) of (?P<total>[0-9]{1,9}|\?)")
BAGGING_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

ONCE = ("Bagging-Date", "Bag-Size", "Bag-Group-Identifier", "Bag-Count")
"""Labels that RFC 8493 2.2.2 does not want repeated."""


def _payload_folder(bag: Bag) -> Iterator[Finding]:
    if not (bag.payload_files or bag.contents.has_payload_folder() or bag.may_hold("data")):
        yield finding("bagit-2.1.2-payload-missing", "has no payload folder data/")


def _algorithms(bag: Bag) -> Iterator[Finding]:
    """Manifests of algorithms that are named, registered and strong (RFC 8493 2.4)."""
    for name in bag.ledger.columns:
        algorithm = named_algorithm(name)
        if normalized(algorithm) != algorithm:
            rule = "bagit-2.4-name" if bag.version >= (1, 0) else "bagit-0.97-name"
            told = f"names its algorithm '{shown(algorithm)}'; expected {normalized(algorithm)!r}"
            yield finding(rule, told, shown(name))
        if normalized(algorithm) in UNREGISTERED:
            told = "is of an algorithm that is not registered with IANA"
            yield finding("bagit-2.4-registered", told, name)
    used = {column.algorithm for column in bag.ledger.payload_columns().values()}
    if used and used <= WEAK:
        told = f"has no manifest that is stronger than {' and '.join(sorted(used))}"
        yield finding("bagit-2.4-weak", told, hint="add a manifest of SHA-512")


def _manifest_names(bag: Bag) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for name in bag.ledger.columns:
        other = seen.setdefault(_folded(name), name)
        if other != name:
            told = f"differs from '{shown(other)}' in the case or form of its name only"
            yield finding("bagit-6.1.1.3-manifests", told, shown(name))


def _payload_manifests(bag: Bag) -> Iterator[Finding]:
    """Every payload file is in every payload manifest (before BagIt 1.0: in one of them).

    What a manifest does not list that could not be read to its end is not known.
    """
    ledger = bag.ledger
    columns = ledger.payload_columns()
    if not columns:
        names = [name for name, _ in ledger.files() if is_manifest(name) and not is_tag_manifest(name)]
        if not names and not bag.may_hold("manifest"):
            yield finding("bagit-2.1.3-manifest-missing", "has no payload manifest")
        return
    groups: list[tuple[str, tuple[Column, ...]]] = [(name, (c,)) for name, c in columns.items()]
    if bag.version < (1, 0):
        groups = [("any payload manifest", tuple(columns.values()))]
    for name, group in groups:
        if not all(column.whole for column in group):
            continue
        for path in ledger.unlisted(group):
            if path.startswith("data/"):
                hint = "delete it: a system left it behind" if _in_litter(path) else ""
                yield finding("bagit-2.1.3-manifest-incomplete", f"is not in {name}", shown(path), hint)


def _listed_files(bag: Bag) -> Iterator[Finding]:
    """Every file that a manifest lists is there."""
    ledger = bag.ledger
    columns = ledger.columns.items()
    parents: set[str] | None = None
    for path, row in ledger.missing():
        where = [name for name, column in columns if column.lists(row)]
        if not where or path in bag.fetched or bag.may_hold(path):
            continue
        if parents is None:
            parents = folders(bag)
        if path in parents:
            yield finding("bagit-2.1.3-directory", f"is a folder, listed in {where[0]}", shown(path))
            continue
        rule = "bagit-3-file-missing" if path.startswith("data/") else "bagit-3-tag-file-missing"
        yield finding(rule, f"is in {', '.join(where)} but not in the bag", shown(path))


def folders(bag: Bag) -> set[str]:
    """Every folder that a file of the bag is in."""
    parents: set[str] = set()
    for path, _ in bag.ledger.files():
        below = path.rpartition("/")[0]
        while below and below not in parents:
            parents.add(below)
            below = below.rpartition("/")[0]
    return parents


def _fetch(bag: Bag) -> Iterator[Finding]:
    """What fetch.txt lists is in every payload manifest, and, once fetched, as long as is said."""
    ledger = bag.ledger
    columns = ledger.payload_columns()
    for path, length in bag.fetched.items():
        row = ledger.rows.get(path, len(ledger.sizes))
        unlisted = [name for name, column in columns.items() if column.whole and not column.lists(row)]
        if bag.version < (1, 0):
            if len(unlisted) == len(columns):
                told = "is in fetch.txt but in no payload manifest"
                yield finding("bagit-0.97-fetch", told, shown(path))
        elif unlisted:
            told = f"is in fetch.txt but not in {', '.join(unlisted)}"
            yield finding("bagit-2.2.3-unlisted", told, shown(path))
        if not ledger.holds(path):
            listed = any(column.lists(row) for column in ledger.columns.values())
            if listed and not bag.may_hold(path):
                told = "is a hole: it is in fetch.txt but not in the bag, and has to be fetched first"
                yield finding("bagit-2.2.3-hole", told, shown(path))
        elif length is not None and length != ledger.sizes[row]:
            told = f"is {ledger.sizes[row]:,} bytes long; fetch.txt says {length:,}"
            yield finding("bagit-2.2.3-length", told, shown(path))


def _untagged(bag: Bag) -> Iterator[Finding]:
    """Every tag file is in a tag manifest, where there are any: worth knowing before BagIt 1.0 too."""
    ledger = bag.ledger
    columns = ledger.tag_columns().values()
    if not columns or not all(column.whole for column in columns):
        return
    required = ledger.payload_columns() if bag.version >= (1, 0) else ()
    for path in ledger.unlisted(columns):
        if path.startswith("data/") or path in required or is_tag_manifest(path) or _in_litter(path):
            continue
        told = "is in no tag manifest, so that nothing would show a change"
        yield finding("bagit-2.2.1-unlisted", told, shown(path))


def _tag_manifests(bag: Bag) -> Iterator[Finding]:
    """What each tag manifest lists (RFC 8493 2.2.1); before BagIt 1.0 each could list what it would."""
    ledger = bag.ledger
    columns = ledger.tag_columns()
    if not columns or bag.version < (1, 0) or not all(column.whole for column in columns.values()):
        return
    manifests = ledger.payload_columns()
    for manifest in manifests:
        row = ledger.rows[manifest]
        for name, column in columns.items():
            if not column.lists(row):
                told = f"does not list {shown(manifest)}"
                yield finding("bagit-2.2.1-manifest-unlisted", told, shown(name))
    for path, row in ledger.rows.items() if len(columns) > 1 else ():
        listing = [name for name, column in columns.items() if column.lists(row)]
        if listing and len(listing) < len(columns) and path not in manifests:
            told = f"is in {', '.join(listing)} but not in every tag manifest"
            yield finding("bagit-2.2.1-different-sets", told, shown(path))
    used = {column.algorithm for column in columns.values()}
    wanted = {column.algorithm for column in manifests.values()}
    if wanted and used != wanted:
        told = f"has tag manifests of {_told(used)} and payload manifests of {_told(wanted)}"
        yield finding("bagit-2.2.1-algorithms", told)


def _told(algorithms: set[str]) -> str:
    return ", ".join(sorted(algorithms))


def _oxum(bag: Bag) -> Iterator[Finding]:
    """Payload-Oxum is what the payload comes to, where all of it is known; one with holes comes to less."""
    name = bag.info_name
    unlisted = any(f"{folder}/".startswith(("/", "data/")) for folder in bag.unlisted)
    stated = [value for label, value in bag.tags if label.lower() == "payload-oxum"]
    if len(stated) > 1:
        yield finding("bagit-2.2.2-oxum-repeated", "has more than one Payload-Oxum", name)
    for value in dict.fromkeys(stated):
        found = OXUM.fullmatch(value)
        if not found:
            told = f"has the Payload-Oxum '{cut(value)}'; expected two numbers, bytes.files"
            yield finding("bagit-2.2.2-oxum-form", told, name)
            continue
        oxum = int(found["bytes"]), int(found["files"])
        if oxum != (bag.payload_bytes, bag.payload_files) and not unlisted:
            told = (
                f"says that the payload is {counted(oxum[0], 'byte')} in {counted(oxum[1], 'file')}; "
                f"it is {counted(bag.payload_bytes, 'byte')} in {counted(bag.payload_files, 'file')}"
            )
            yield finding("bagit-2.2.2-oxum", told, name)


def _info(bag: Bag) -> Iterator[Finding]:
    """The reserved labels that have a form (RFC 8493 2.2.2)."""
    name = bag.info_name
    labels = [label.lower() for label, _ in bag.tags]
    for label in ONCE if bag.version >= (1, 0) else ():
        if (times := labels.count(label.lower())) > 1:
            yield finding("bagit-2.2.2-repeated", f"has {label} {times} times", name)
    if bag.version >= (1, 0) and "bag-count" in labels and "bag-group-identifier" not in labels:
        yield finding("bagit-2.2.2-bag-group", "has a Bag-Count but no Bag-Group-Identifier", name)
    for label, value in bag.tags:
        if label.lower() == "bagging-date" and not _is_date(value):
            told = f"has the Bagging-Date '{cut(value)}'; expected YYYY-MM-DD"
            yield finding("bagit-2.2.2-bagging-date", told, name)
        elif label.lower() == "bag-count" and not _is_count(value):
            told = f"has the Bag-Count '{cut(value)}'; expected N of T, or N of ?"
            yield finding("bagit-2.2.2-bag-count", told, name)


def _is_date(value: str) -> bool:
    try:
        return BAGGING_DATE.fullmatch(value) is not None and date.fromisoformat(value) is not None
    except ValueError:
        return False


def _is_count(value: str) -> bool:
    found = BAG_COUNT.fullmatch(value)
    if not found:
        return False
    number, total = int(found["number"]), found["total"]
    return number >= 1 and (total == "?" or number <= int(total))


def _names(bag: Bag) -> Iterator[Finding]:
    """Names that other systems cannot store, or take for one another (RFC 8493 6.1), and litter."""
    beside: dict[str, dict[str, str]] = {}
    for path in sorted(folders(bag)):
        below, _, name = path.rpartition("/")
        other = beside.setdefault(below, {}).setdefault(_folded(name), path)
        if other != path:
            yield _alike(path, other)
        if is_manifest(path) or path in (bag.info_name, "fetch.txt"):
            told = "is a folder that has the name of a tag file; it is not read as one"
            yield finding("bag-folder-name", told, shown(path))
    names = beside.pop("", {})
    folder, litter, odd = "", False, False
    for path, _ in bag.ledger.files():
        below, _, name = path.rpartition("/")
        if below != folder:
            folder, names = below, beside.pop(below, {})
            litter, odd = _in_litter(below), not all(map(FOR_WINDOWS.match, below.split("/")))
        if litter or _is_litter(name):
            told = "was left behind by a system and is no document"
            yield finding("bag-litter", told, shown(path), hint="delete it, if no manifest lists it")
        elif odd or not FOR_WINDOWS.match(name) or len(path) > WINDOWS_PATH:
            yield finding("bagit-6.1.2-name", "is a name that Windows cannot store", shown(path))
        other = names.setdefault(_folded(name), path)
        if other != path:
            yield _alike(path, other)


def _in_litter(path: str) -> bool:
    return any(map(_is_litter, path.split("/")))


def _is_litter(name: str) -> bool:
    """Whether a name is one of litter; `._x` is what macOS puts beside x where it cannot in it."""
    return name.lower() in LITTER or (name[:2] == "._" and name != "._")


def _folded(name: str) -> str:
    """What names have in common that differ in case or Unicode form only."""
    return (name if name.isascii() else composed(name)).casefold()


def _alike(path: str, other: str) -> Finding:
    same = composed(other) == composed(path)
    rule = "bagit-6.1.1.2-form" if same else "bagit-6.1.1.1-case"
    told = f"differs from '{shown(other)}' in {'Unicode form' if same else 'case'} only"
    return finding(rule, told, shown(path))


COMPLETENESS: tuple[Check, ...] = (
    _payload_folder,
    _algorithms,
    _manifest_names,
    _payload_manifests,
    _listed_files,
    _fetch,
    _untagged,
    _tag_manifests,
    _oxum,
    _info,
    _names,
)
"""What is asked of a bag without reading its payload."""

FAST: tuple[Check, ...] = (_payload_folder, _oxum)
"""What Payload-Oxum alone can tell."""
