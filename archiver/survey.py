"""Surveys: many bags, found below the places that are named, validated side by side."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from archiver import stores
from archiver.bag import Asked, validate
from archiver.bag.algorithms import is_manifest
from archiver.bag.contents import shown
from archiver.bag.parallel import Team, in_order
from archiver.bag.progress import finish_bag, list_entries
from archiver.bag.rules import finding
from archiver.bag.serialization.members import is_serialized
from archiver.errors import ArchiverError, CannotWrite
from archiver.findings import COMPLETE, VALID, Check, Finding, Report, Severity, Verdict
from archiver.stores import Place, Url

TAG_FILES = {"bagit.txt", "bag-info.txt", "package-info.txt", "fetch.txt"}

NO_HOLDINGS = {".git", ".archiver-staging"}
"""Folders that hold no bags of anybody's: git's own, and bags that are still being made."""

WORTH_BAGS = 8
"""From how many bags on they are shared out among processes; fewer are each read by all of them."""

CHUNK_BAGS = 32
"""How many bags a process takes at once, at the most."""


class Holdings(NamedTuple):
    """What there is to validate, and what is passed over."""

    bags: Sequence[Place]
    links: list[Path]
    """Links that lead to folders, or to serialized bags: none is followed."""


def find_bags(places: Iterable[Place]) -> Holdings:
    """The bags that are named, and those anywhere below a folder that is none itself.

    A folder that has some of a bag's tag files is a bag, be it a broken one, and so is a file that is
    named as serialized bags are. A place without any bag is among the bags itself, so that it is told
    what it is not. Nothing below a bag is looked for, and no link is followed. In a store a bag is what has
    a bagit.txt. Raises OSError where a store does not answer.
    """
    bags: dict[str, Place] = {}
    links: dict[str, Path] = {}
    for place in places:
        if isinstance(place, Url):
            bags.update((str(url), url) for url in _stored(place))
            continue
        found = find_below(place)
        bags.update((str(path), path) for path in found.bags or [place])
        links.update((str(path), path) for path in found.links)
    return Holdings(list(bags.values()), list(links.values()))


def _stored(place: Url) -> list[Url]:
    """The bags at or below a URL; in order of name, bagit.txt comes before a bag's payload."""
    found: list[Url] = []
    bag = "/"
    for path, _ in stores.listed(place):
        folder, _, name = path.rpartition("/")
        if f"{path}/".startswith(bag):
            continue
        if name == "bagit.txt":
            found.append(place / folder if folder else place)
            bag = f"{folder}/" if folder else ""
        elif is_serialized(name):
            found.append(place / path)
    return found or [place]


class Below(NamedTuple):
    """What is in a folder: bags, and links that lead to more."""

    bags: list[Path]
    links: list[Path]


def find_below(place: Path) -> Below:
    """The bags and links in a folder; the place itself where it is a bag, or cannot be listed."""
    found = Below([], [])
    waiting = [str(place)]
    while waiting:
        at = waiting.pop()
        if is_bag(at):
            found.bags.append(Path(at))
            continue
        try:
            entries = sorted(os.scandir(at), key=lambda entry: entry.name)
        except OSError:
            found.bags.append(Path(at))
            continue
        list_entries(len(entries))
        found.bags.extend(Path(e.path) for e in entries if _is(e.is_file) and is_serialized(e.name))
        found.links.extend(Path(e.path) for e in entries if e.is_symlink() and _leads_to_bags(e))
        waiting += reversed([e.path for e in entries if e.name not in NO_HOLDINGS and _is(e.is_dir)])
    return found


def _is(kind: Callable[..., bool]) -> bool:
    """What an entry of a folder says of its own kind; no, where the system does not tell."""
    try:
        return kind(follow_symlinks=False)
    except OSError:
        return False


def _leads_to_bags(link: os.DirEntry[str]) -> bool:
    return os.path.isdir(link) or (is_serialized(link.name) and os.path.isfile(link))


def is_bag(folder: str | Path) -> bool:
    """Whether a folder is a bag, or what is left of one: it has some of a bag's tag files."""
    if os.path.lexists(os.path.join(folder, "bagit.txt")):
        return True
    try:
        names = os.listdir(folder)
    except OSError:
        return False
    return any(name in TAG_FILES or is_manifest(name) for name in names)


def passed_over(link: Path) -> Report:
    """The report on a link that is not followed: nothing behind it was looked at."""
    told = "is a link, which is not followed; what is behind it is not looked at"
    found = finding("bag-link", told, hint="name it to have it validated")
    return _not_looked_at(link, found, "links are not followed")


def survey(bags: Sequence[Place], asked: Asked, jobs: int) -> Iterator[Report]:
    """The report on each bag, in their order, as it is known."""
    if jobs == 1 or len(bags) < WORTH_BAGS:
        for path in bags:
            yield _one(path, asked, jobs)
        return
    size = max(1, min(CHUNK_BAGS, len(bags) // (4 * jobs)))
    chunks = [bags[at : at + size] for at in range(0, len(bags), size)]
    team = Team(lambda chunk: [_one(path, asked) for path in chunk], chunks, jobs)
    for reports in in_order(team.outcomes()):
        yield from reports


def _one(path: Place, asked: Asked, jobs: int = 1) -> Report:
    """The report on one bag; where archiver itself fails of it, that is told, and the others go on."""
    try:
        report = validate(path, asked, jobs)
    except CannotWrite as error:
        report = _not_looked_at(path, Finding(error.rule, Severity.ERROR, str(error)))
    except ArchiverError:
        raise
    except Exception as error:
        if os.environ.get("ARCHIVER_DEBUG"):
            raise
        told = f"failed inside archiver ({type(error).__name__}: {error}); please report it"
        report = _not_looked_at(path, Finding(ArchiverError.rule, Severity.ERROR, told))
    finish_bag()
    return report


def _not_looked_at(path: Place, found: Finding, note: str = "") -> Report:
    unlooked = (Check(name, Verdict.NOT_CHECKED, note) for name in (COMPLETE, VALID))
    return Report(shown(str(path)), tuple(unlooked), (found,))
