"""Run reports: what became of each document of a run, in files; and which documents one says failed.

A JSON Lines report has a line a document (`schemas/run.schema.json`), written whole as each is done. An
HTML page is written at the end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from archiver.errors import CannotWrite, SettingsError
from archiver.reports.outcomes import outcome_json
from archiver.reports.saving import check_target, save

if TYPE_CHECKING:
    from archiver.pipeline import Outcome
    from archiver.reports.tally import Tally

LINES, PAGE = ".jsonl", ".html"
FLAG = "--report"

MOST_LINE_BYTES = 16 * 1024 * 1024
"""Longest line of a run report that is read."""

Note = Callable[["Outcome"], None]


def check_targets(targets: Sequence[Path]) -> None:
    """Look whether reports can be written there. Raises SettingsError where not."""
    for target in targets:
        if target.suffix.lower() not in (LINES, PAGE):
            told = f"its suffix tells no form; expected {LINES} or {PAGE}"
            raise SettingsError(told, where=f"{FLAG} {target}")
        check_target(target, FLAG)


@contextmanager
def reported(targets: Sequence[Path], tally: Tally) -> Iterator[Note]:
    """Write the reports of a run; yields what each outcome is to be told to. Raises CannotWrite."""
    with ExitStack() as stack:
        lines = [stack.enter_context(_opened(t)) for t in targets if t.suffix.lower() == LINES]

        def note(outcome: Outcome) -> None:
            tally.add(outcome)
            line = f"{json.dumps(outcome_json(outcome), ensure_ascii=False)}\n"
            for file in lines:
                try:
                    file.write(line.encode("utf-8", "backslashreplace"))
                except OSError as error:
                    raise CannotWrite(error, file.name) from None

        try:
            yield note
        finally:
            for target in targets:
                if target.suffix.lower() == PAGE:
                    from archiver.reports import run_page

                    save(target, run_page.written(tally), FLAG)


def _opened(target: Path) -> BinaryIO:
    try:
        return target.open("wb", buffering=0)
    except OSError as error:
        raise SettingsError(f"cannot be written: {error.strerror}", where=f"{FLAG} {target}") from None


def failed_in(report: Path) -> set[str]:
    """The sources that failed, by a run report in JSON Lines.

    A last line that was not written to its end is passed over. Raises SettingsError for what is no
    such report.
    """
    where = f"--retry-failed {report}"
    failed = set()
    try:
        with report.open("rb") as file:
            for number, line in enumerate(iter(lambda: file.readline(MOST_LINE_BYTES), b""), 1):
                if line.endswith(b"\n"):
                    source, status = _read(line, f"{where}, line {number}")
                    if status == "failed":
                        failed.add(source)
                elif len(line) == MOST_LINE_BYTES:
                    told = f"is longer than {MOST_LINE_BYTES:,} bytes"
                    raise SettingsError(told, where=f"{where}, line {number}")
    except OSError as error:
        raise SettingsError(f"cannot be read: {error.strerror}", where=where) from None
    return failed


def _read(line: bytes, where: str) -> tuple[str, str]:
    """The source and the status in a line of a report."""
    try:
        told = json.loads(line)
        source, status = told["source"], told["status"]
    except (ValueError, TypeError, KeyError, RecursionError):
        source = status = None
    if not (isinstance(source, str) and isinstance(status, str)):
        hint = f"expected what {FLAG} NAME{LINES} has written"
        raise SettingsError("is no line of a run report", where=where, hint=hint)
    return source, status
