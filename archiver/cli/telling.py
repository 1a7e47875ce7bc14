"""Telling: what a command found goes to standard output and to files, and it exits as that says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archiver.errors import ArchiverError, ExitCode
from archiver.reports.forms import Going, allot

if TYPE_CHECKING:
    from archiver.findings import Report


def going_of(
    formats: tuple[str, ...],
    outputs: tuple[Path, ...],
    as_json: bool,
    known: Collection[str],
    *,
    quiet: bool = False,
) -> Going:
    """Which form goes where; text is printed where nothing else is. Each file can be written."""
    from archiver.reports.saving import check_target

    going = allot((*formats, "json") if as_json else formats, outputs, known)
    for path in outputs:
        check_target(path)
    return going if going.printed or quiet else going._replace(printed="text")


Tell = Callable[[str], "Iterator[str]"]
"""Tells what was found in a form, piece by piece."""


def deliver(going: Going, tell: Tell, tell_printed: Tell) -> None:
    """Save each report in its file, and print the one that is printed."""
    from archiver.reports.saving import save

    try:
        for path, form in going.files.items():
            save(path, map(click.unstyle, tell(form)))
    finally:  # what is known is told though a disk be full
        for piece in tell_printed(going.printed) if going.printed else ():
            click.echo(piece if going.printed == "text" else piece.encode(), nl=False)


def tell_report(report: Report, as_json: bool, *facts: str) -> None:
    """Print the report on one thing, with some of its facts, and exit as it says."""
    from archiver.reports import as_json as in_json
    from archiver.reports import text

    if as_json:
        print_json({"reports": [in_json.report_json(report)]})
    else:
        click.echo(text.whole(report))
        for name in facts:
            if name in report.facts:
                click.echo(text.fact(name, report.facts[name]))
    leave(ExitCode.OK if report.valid else ExitCode.FINDINGS)


def print_json(value: Any) -> None:
    """Print one JSON document."""
    import json  # here, because text is what is mostly printed

    click.echo(json.dumps(value, indent=2))


ERROR_FIELDS = ("rule", "message", "where", "hint", "exit_code")


def error_json(stopped: ArchiverError) -> dict[str, Any]:
    """What stopped a command, for machines."""
    return {name: getattr(stopped, name) for name in ERROR_FIELDS}


def leave(code: ExitCode) -> None:
    """End the command with an exit code of the table in README."""
    raise SystemExit(int(code))
