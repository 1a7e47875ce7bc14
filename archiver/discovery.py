"""Discovery: find the documents that are meant, in order."""

from __future__ import annotations

import errno
import glob
import os
import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from urllib.parse import unquote_to_bytes

from natsort import natsorted

from archiver import stores
from archiver.errors import MissingExtra, SourceError
from archiver.settings import Settings
from archiver.sources import (
    PICTURE_SUFFIXES,
    SUFFIXES,
    SourceRef,
    fetching,
    is_sidecar,
    locate,
    manifests,
    scans,
)
from archiver.sources.refs import opened
from archiver.sources.sidecars import document_of
from archiver.sources.standard_input import Documents
from archiver.stores import Place


def discover(
    sources: Sequence[str], output: Place, settings: Settings, stdin: Documents = lambda: iter(())
) -> Iterator[SourceRef | SourceError]:
    """Where each document is, in order; an error for what is named but is not there.

    What is named `-` is what came in on standard input.
    """
    for source in sources:
        if source == "-":
            yield from stdin()
            continue
        if not source:
            yield SourceError("is an empty name; expected a file, a folder or -", where='""')
            continue
        try:
            place = stores.place(source)
            if isinstance(place, stores.Url):
                yield from fetching.locate(place, SUFFIXES, settings)
            else:
                yield from _named(source, output, settings)
        except ValueError as error:
            yield SourceError(str(error), where=source)
        except SourceError as error:
            yield error
        except MissingExtra as error:
            yield SourceError(error.message, where=source, hint=error.hint)
        except OSError as error:
            yield _unreadable(error, source)


def _named(source: str, output: Place, settings: Settings) -> Iterator[SourceRef | SourceError]:
    """The documents of one argument; a name that is there comes before the pattern that it may be.

    A picture is a document where it is named, or where a pattern matches pictures alone.
    """
    if os.path.isdir(source):
        yield from _in_folder(Path(source), output, settings)
    elif _is_there(source):
        if manifests.is_manifest(source):
            yield from manifests.locate(Path(source), settings)
        else:
            yield from locate(Path(source))
    elif matches := [
        match for match in sorted(set(_matching(source))) if manifests.is_meant(match, source)
    ]:
        shown = [match for match in matches if not _is_picture(match)]
        yield from discover(shown or natsorted(matches), output, settings)
    else:
        told = "matches nothing that can be read" if glob.has_magic(source) else "is not there"
        yield SourceError(told, where=source)


def _matching(pattern: str) -> Iterator[str]:
    """What a pattern matches, as `glob.glob` has it; but its `**` does not follow links to folders."""
    parts = DEEP.split(pattern, maxsplit=1)
    if len(parts) == 1:
        yield from glob.glob(pattern)
        return
    above, below = parts
    for top in glob.glob(above) if above else [""]:
        for parent, folders, _ in os.walk(top or "."):
            folders[:] = [name for name in folders if not name.startswith(".")]
            inside = parent if top else parent.removeprefix(".").removeprefix("/")
            yield from _matching(os.path.join(glob.escape(inside), below or "*"))


def _is_picture(path: str) -> bool:
    return os.path.splitext(path)[1].lower() in PICTURE_SUFFIXES | scans.PAGE_SUFFIXES


def _is_there(path: str) -> bool:
    """Whether something has this name, be it a broken link. Raises OSError where that is hidden."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _unreadable(error: OSError, place: str) -> SourceError:
    return SourceError(f"cannot be read: {error.strerror}", where=error.filename or place)


def _in_folder(folder: Path, output: Place, settings: Settings) -> Iterator[SourceRef | SourceError]:
    """The sources below a folder, by suffix and in order of name.

    Links to folders are not followed, and bags, hidden folders and the output are not looked into. A link
    that leads back to itself is an error, as a folder is that cannot be read.
    A sidecar without anything that it could be for is an error. A folder of page pictures alone is one
    document, unless a document above it shows one of them; a picture with a sidecar is one too.
    """
    found = False
    above: set[str] = set()
    shown: dict[str, set[bytes]] = {}
    kept = os.path.realpath(str(output))
    unread: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=unread.append):
        if "bagit.txt" in names:
            folders.clear()
            continue
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and os.path.realpath(os.path.join(parent, name)) != kept
        )
        if scans.holds_pages(names):
            for over in map(str, Path(parent).parents):
                if over in above and over not in shown:
                    shown[over] = set(_folders_shown(over))
            if not any(os.fsencode(parent) in folders for folders in shown.values()):
                found = True
                yield SourceRef(Path(parent))
            continue
        if any(map(_shows, names)):
            above.add(parent)
        described = {document_of(name) for name in names if is_sidecar(name)}
        known = {part for name in chain(folders, names) for part in _parts(name) if part in described}
        own = _with_own(names, described)
        names.sort()
        for name in names:
            path = Path(parent, name)
            if name.startswith("."):
                continue
            if is_sidecar(name):
                if document_of(name) not in known:
                    yield SourceError("is the sidecar of no document that is here", where=str(path))
            elif name.lower().endswith(SUFFIXES) or name in own:
                found = True
                yield from discover([str(path)], output, settings)
            elif ring := _ring(path):
                unread.append(ring)
    yield from (_unreadable(error, str(folder)) for error in unread)
    if not found and not unread:
        kinds = ", ".join(sorted(SUFFIXES))
        yield SourceError(
            f"holds no source document ({kinds}, or page pictures and nothing else); what is in bags is "
            "not taken for one",
            where=str(folder),
        )


def _ring(path: Path) -> OSError | None:
    """What the system says of a link that leads back to itself; None of anything else."""
    try:
        if os.path.islink(path):
            os.stat(path)
    except OSError as error:
        return error if error.errno == errno.ELOOP else None
    return None


def _parts(name: str) -> tuple[str, str]:
    """What a sidecar may call a file or a folder."""
    return name, Path(name).stem


def _with_own(names: Sequence[str], described: set[str]) -> set[str]:
    """The pictures among files that have a sidecar which is for no document of their name."""
    pictures = [name for name in names if scans.is_page(name) and not described.isdisjoint(_parts(name))]
    stems = {Path(name).stem.lower() for name in pictures}
    documents = {
        stem
        for name in map(str.lower, names)
        for suffix in SUFFIXES
        if name.endswith(suffix) and (stem := name.removesuffix(suffix)) in stems
    }
    return {name for name in pictures if name in described or Path(name).stem.lower() not in documents}


def _folders_shown(folder: str) -> Iterator[bytes]:
    """The folders of the pictures that the documents in a folder show, as it is written there.

    Whatever in their text is the path of a picture is taken for one that is shown.
    """
    for name in filter(_shows, os.listdir(folder)):
        try:
            with opened(Path(folder, name)) as file:
                for part in filter(PICTURE.search, iter(partial(file.readline, LONGEST_PART), b"")):
                    for written in {*QUOTED.split(part), *BARE.split(part)}:
                        if written.lower().endswith(PICTURES):
                            path = os.path.join(os.fsencode(folder), unquote_to_bytes(written.strip()))
                            yield os.path.normpath(os.path.dirname(path))
        except (OSError, SourceError):  # which is told where it is read
            continue


def _shows(name: str) -> bool:
    return name.lower().endswith(SHOWING)


SHOWING = (".md", ".markdown", ".html", ".htm", ".xhtml", ".json", ".jsonl", ".ndjson")
"""Documents that show pictures which are files of their own."""

PICTURES = tuple(suffix.encode() for suffix in scans.PAGE_SUFFIXES)
PICTURE = re.compile(b"|".join(map(re.escape, PICTURES)), re.IGNORECASE)
"""How paths of pictures end; most lines have none."""

LONGEST_PART = 1 << 20
"""How much of a line is searched for pictures at once, in bytes."""

DEEP = re.compile(r"(?:(?<=/)|^)\*\*(?:/+|$)")
"""The part of a pattern that is any number of folders."""

QUOTED, BARE = re.compile(rb"[\"'()<>\n]"), re.compile(rb"[\"'()<>\s=]")
"""What is around the path of a picture in Markdown, HTML and JSON, with spaces in it or without."""
