"""The page of a run: its sums, and the first of the documents that failed or have warnings, for people."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from archiver import __version__
from archiver.findings import counted
from archiver.reports.html import FEW_FINDINGS, PIECES, part, policy, template
from archiver.reports.tally import Tally


def written(tally: Tally) -> Iterator[str]:
    """The page, part by part; as large as a tally keeps documents to be shown."""
    style = part("page.css")
    parts = template("run.html").stream(
        archiver=__version__,
        policy=policy(style, ""),
        style=Markup(style),  # noqa: S704 (ours, as it lies beside this module)
        tally=tally,
        verdict=verdict(tally),
        few_findings=FEW_FINDINGS,
    )
    parts.enable_buffering(PIECES)
    return parts


def verdict(tally: Tally) -> str:
    """What came of a run, in a sentence that says what is left."""
    if tally.failures:
        told = f"{tally.failures:,} of {counted(tally.done, 'document')} failed"
    else:
        told = f"{counted(tally.done, 'document')} packaged, none failed"
    return told + (f", {tally.left:,} left" if tally.left else "")
