"""JPEG: what its frame says of how it is coded (ISO 10918-1, annex B)."""

from __future__ import annotations

from typing import IO

FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
LOSSLESS = {0xC3, 0xC7, 0xCB, 0xCF}
"""The markers of frames, and of those without loss (B.1.1.3)."""

STANDALONE = {0x01, *range(0xD0, 0xD9)}
"""Markers without a length (B.1.1.3)."""


def frame(file: IO[bytes]) -> int:
    """The marker of a file's frame (B.2.2), which tells its process; 0 where there is none."""
    at = 2
    while True:
        file.seek(at)
        begin = file.read(4)
        if len(begin) < 4 or begin[0] != 0xFF:
            return 0
        marker = begin[1]
        if marker in FRAMES:
            return marker
        if marker == 0xFF:
            at += 1
        else:
            at += 2 if marker in STANDALONE else 2 + int.from_bytes(begin[2:], "big")
