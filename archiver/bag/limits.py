"""Limits: how much of a bag is taken in before it is refused, so that memory and time stay bounded."""

from __future__ import annotations

from typing import NamedTuple

MIB = 1024 * 1024
GIB = 1024 * MIB


class Limits(NamedTuple):
    """The most that a bag may ask of its validator; what is beyond is a finding of `bag-limit`.

    Each is a setting, `max_bag_...`.
    """

    entries: int = 5_000_000
    """Files and folders in a bag, and lines in each of its manifests."""
    missing: int = 1_000_000
    """Files that are listed in manifests but not in the bag, and lines in fetch.txt."""
    path_bytes: int = GIB
    """What the paths of a bag take up in memory."""
    manifests: int = 32
    tag_file_bytes: int = 2 * GIB
    """Manifests and fetch.txt, each."""
    info_bytes: int = 4 * MIB
    """bagit.txt and bag-info.txt, each."""
    line_chars: int = 65_536
    """The longest line of a tag file, in characters. File systems end a path at 4,096 bytes."""
    hole_bytes: int = 16 * GIB
    """How much longer a file may claim to be than what is stored for it (a sparse file)."""
    findings: int = 1_000
    """Findings of one rule that are told one by one; the rest are counted."""
    expansion: int = 200
    """How many times its own size a serialized bag may come to when it is unpacked (with a floor)."""
    expansion_floor: int = 256 * MIB
    """What a serialized bag may come to whatever its size."""


DEFAULT = Limits()
