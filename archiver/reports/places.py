"""Places: the file and line that a finding is about, as CI systems that show the files want them."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from archiver.bag.contents import meant
from archiver.findings import Finding, Report
from archiver.reports.text import printable

WHERE = re.compile(r"(?P<path>.*?)(?:, line (?P<line>\d{1,9}))?", re.DOTALL)


class Place(NamedTuple):
    """A file, or the bag itself, and a line in it, 0 where that is not known.

    The path is not escaped, whatever is in it. It goes from the root of the checkout (GITHUB_WORKSPACE,
    else the working directory); one that leads out of it is absolute.
    """

    path: str
    line: int = 0


def place(report: Report, finding: Finding) -> Place:
    """Where in the checkout a finding is."""
    found = WHERE.fullmatch(finding.where)
    path, line = (found["path"], int(found["line"] or 0)) if found else (finding.where, 0)
    parts = _below_root(_meant(report.subject)), _meant(path)
    return Place("/".join(filter(None, parts)) or ".", line)


def _meant(text: str) -> str:
    return meant(printable(text))


def _below_root(subject: str) -> str:
    root = os.path.abspath(os.environ.get("GITHUB_WORKSPACE") or ".")
    path = os.path.abspath(subject)
    return path.removeprefix(f"{root}/") if path != root else ""
