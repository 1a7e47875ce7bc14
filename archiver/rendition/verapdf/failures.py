"""A rule that a PDF breaks, in the same words whichever way veraPDF was run."""

from __future__ import annotations

import re
from typing import NamedTuple

from archiver.findings import Finding, Severity

NAME = "veraPDF"

SECONDS = 600
"""How long a check of one file may take."""


class Failure(NamedTuple):
    """A rule of a profile that a file breaks, where it does so first, and how often it does.

    `standard` is written as veraPDF's reports have it, such as `ISO 19005-2:2011`.
    """

    standard: str
    clause: str
    test: int
    requirement: str
    error: str
    where: str
    times: int

    def finding(self) -> Finding:
        """The failure in archiver's own currency."""
        standard = self.standard.partition(":")[0]
        often = f" ({self.times} times)" if self.times > 1 else ""
        error = f"{_sentence(self.error)}{often}. Required: " if self.error else ""
        return Finding(
            f"verapdf-{re.sub('[ -]', '_', standard)}-{self.clause}-{self.test}",
            Severity.ERROR,
            f"{error}{_sentence(self.requirement)}.",
            where=self.where,
            clause=f"{standard} {self.clause} test {self.test}",
        )


def _sentence(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
