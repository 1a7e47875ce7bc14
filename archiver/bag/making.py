"""Making bags: a folder of payload becomes a bag in place, with bagit, the same bytes each time."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from archiver import __version__
from archiver.bag.package import PROFILE_IDENTIFIER, PROFILE_LABEL
from archiver.bag.tag_files import encoded
from archiver.errors import BagError

DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
"""What bagit.txt says of every bag that is made here (RFC 8493 2.1.1)."""

UNITS = ("B", "KB", "MB", "GB", "TB", "PB")


def make(
    folder: Path,
    info: Mapping[str, str | list[str]],
    algorithms: Sequence[str],
    when: datetime,
) -> None:
    """Turn a folder of payload into a bag, in place.

    `info` are labels of bag-info.txt; those that follow from the payload, from `when` (the
    Bagging-Date) and from archiver itself are added. Modes are made 0644 and 0755.

    bagit reads the payload in the working directory of the process, which is changed meanwhile: a
    process makes one bag at a time, never in threads. Raises BagError where the bag cannot be made,
    OSError where it cannot be written.
    """
    import bagit  # here, because validation does without it and it takes a while

    folder = folder.absolute()
    chosen = sorted(set(algorithms))
    try:
        _move_down(folder)
        with contextlib.chdir(folder):
            size, count = bagit.make_manifests("data", 1, chosen)
        labels = _bag_info(info, when, size, count)
        (folder / "bag-info.txt").write_text(_tag_lines(labels), "utf-8", newline="")
        (folder / "bagit.txt").write_text(DECLARATION, "utf-8")
        _encode_names(folder)
        _write_tag_manifests(folder, chosen)
        normalise_modes(folder)
    except ValueError as error:
        raise BagError(f"its bag cannot be made: {error}") from None


def _move_down(folder: Path) -> None:
    """Make what is in a folder its data/."""
    bag = Path(tempfile.mkdtemp(dir=folder.parent))
    folder.rename(bag / "data")
    bag.rename(folder)


def _bag_info(
    info: Mapping[str, str | list[str]], when: datetime, size: int, count: int
) -> dict[str, str | list[str]]:
    """The labels of bag-info.txt (RFC 8493 2.2.2), for a payload of so many bytes in so many files."""
    return {
        "Bag-Software-Agent": f"archiver {__version__}",
        PROFILE_LABEL: PROFILE_IDENTIFIER,
        "Bagging-Date": f"{when:%Y-%m-%d}",
        **info,
        "Bag-Size": human_size(size),
        "Payload-Oxum": f"{size}.{count}",
    }


def _tag_lines(labels: Mapping[str, str | list[str]]) -> str:
    """A tag file of labels in order of name, each value on a line of its own (RFC 8493 2.2.2)."""
    return "".join(
        f"{label}: {' '.join(value.split())}\n"
        for label in sorted(labels)
        for value in _listed(labels[label])
        if value
    )


def _listed(values: str | list[str]) -> list[str]:
    return [values] if isinstance(values, str) else values


def human_size(size: int) -> str:
    """A size in bytes as Bag-Size has it (RFC 8493 2.2.2)."""
    value, unit = float(size), 0
    while value >= 999.5 and unit < len(UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.3g} {UNITS[unit]}"


def payload(folder: Path) -> Iterator[Path]:
    """The files under `folder` in the order that bagit lists them in."""
    for parent, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            yield Path(parent, name)


def _encode_names(folder: Path) -> None:
    """Write the names in the manifests as RFC 8493 2.1.3 has them, which bagit does not for `%`."""
    for manifest in folder.glob("manifest-*.txt"):
        text = manifest.read_text("utf-8")
        if "%" not in text:
            return
        names = [path.relative_to(folder).as_posix() for path in payload(folder / "data")]
        digests = [line.partition(" ")[0] for line in text.split("\n")[:-1]]
        lines = [f"{digest}  {encoded(name)}\n" for digest, name in zip(digests, names, strict=True)]
        manifest.write_text("".join(lines), "utf-8", newline="")


def _write_tag_manifests(folder: Path, algorithms: Sequence[str]) -> None:
    """List the tag files sorted, where bagit has them in the order of the file system."""
    contents = {
        path.name: path.read_bytes()
        for path in sorted(folder.glob("*.txt"))
        if not path.name.startswith("tagmanifest-")
    }
    for algorithm in algorithms:
        lines = [
            f"{hashlib.new(algorithm, content).hexdigest()}  {name}\n" for name, content in contents.items()
        ]
        (folder / f"tagmanifest-{algorithm}.txt").write_text("".join(lines), "utf-8", newline="")


def normalise_modes(folder: Path) -> None:
    """Make the modes of everything in a folder 0644 and 0755."""
    for parent, _, files in os.walk(folder):
        os.chmod(parent, 0o755)  # noqa: S103
        for name in files:
            os.chmod(os.path.join(parent, name), 0o644)
