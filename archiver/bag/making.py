"""Making bags: a folder of payload becomes a bag in place, by bagit, the same bytes each time."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from archiver import __version__
from archiver.bag.package import PROFILE_IDENTIFIER, PROFILE_LABEL
from archiver.bag.tag_files import encoded
from archiver.errors import BagError

DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
"""bagit declares 0.97; what is made here satisfies 1.0 (RFC 8493 2.1.1)."""

UNITS = ("B", "KB", "MB", "GB", "TB", "PB")

logging.getLogger("bagit").addHandler(logging.NullHandler())


def make(
    folder: Path,
    info: Mapping[str, str | list[str]],
    algorithms: Sequence[str],
    when: datetime | None = None,
) -> None:
    """Turn a folder of payload into a bag, in place.

    `info` are labels of bag-info.txt; those that follow from the payload, from `when` (the
    Bagging-Date) and from archiver itself are added. Modes are made 0644 and 0755.

    bagit changes the working directory of the process while it works: a process makes one bag at
    a time, never in threads. Raises BagError where the bag cannot be made, OSError
    where it cannot be written.
    """
    import bagit  # here, because validation does without it and it takes a while

    folder = folder.absolute()
    labels = _bag_info(folder, info, when)
    try:
        bagit.make_bag(str(folder), labels, checksums=sorted(set(algorithms)), processes=1)
        (folder / "bagit.txt").write_text(DECLARATION, "utf-8")
        _encode_names(folder)
        _write_tag_manifests(folder, sorted(set(algorithms)))
        normalise_modes(folder)
    except (bagit.BagError, RuntimeError, ValueError) as error:
        raise BagError(f"its bag cannot be made: {error}") from None


def _bag_info(
    folder: Path, info: Mapping[str, str | list[str]], when: datetime | None
) -> dict[str, str | list[str]]:
    """The labels of bag-info.txt (RFC 8493 2.2.2); bagit adds Payload-Oxum and sorts them."""
    size = sum(path.lstat().st_size for path in payload(folder))
    labels: dict[str, str | list[str]] = {
        "Bag-Software-Agent": f"archiver {__version__}",
        PROFILE_LABEL: PROFILE_IDENTIFIER,
        **({"Bagging-Date": f"{when:%Y-%m-%d}"} if when else {}),
        **info,
        "Bag-Size": human_size(size),
    }
    return {
        label: [" ".join(value.split()) for value in _listed(values)]
        for label, values in labels.items()
        if values
    }


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
    names = [path.relative_to(folder).as_posix() for path in payload(folder / "data")]
    if not any("%" in name for name in names):
        return
    for manifest in folder.glob("manifest-*.txt"):
        digests = [line.partition(" ")[0] for line in manifest.read_text("utf-8").split("\n")[:-1]]
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
        Path(parent).chmod(0o755)
        for name in files:
            Path(parent, name).chmod(0o644)
