"""The commands that make something of a source: package and render."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from archiver.cli.flags import PLACE, common, rendering, settings_of
from archiver.cli.telling import leave, print_json, tell_report
from archiver.errors import ExitCode


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option(
    "-o",
    "--output",
    metavar="FOLDER|URL",
    help="Where packages go, such as s3://bucket/prefix; output/ unless set.",
)
@click.option(
    "--serialize",
    type=click.Choice(["tar", "tar.gz", "zip"]),
    help="Serialize every package to one file.",
)
@click.option(
    "--bag-per",
    type=click.Choice(["document", "folder", "batch"]),
    help="One bag for a document (usual), for each folder of them, or for all.",
)
@click.option(
    "--algorithm",
    multiple=True,
    metavar="NAME",
    help="Checksums: sha256 instead of the usual sha512, +sha256 beside it. Repeatable.",
)
@click.option("--replace", is_flag=True, help="Replace a package that is there.")
@click.option("-q", "--quiet", is_flag=True, help="Print failures only.")
@rendering
@common
def package(
    sources: tuple[str, ...],
    output: str | None,
    algorithm: tuple[str, ...],
    replace: bool,
    quiet: bool,
    as_json: bool,
    file: Path | None,
    **flags: Any,
) -> None:
    """Package source documents: files, folders, globs, manifests, or - for standard input.

    A folder is searched for documents; pictures beside them come with those that show them, and a
    folder of page pictures alone is one document, as is a picture that is named itself. A CSV, TSV or
    Excel table that is named is a manifest: the paths of documents, and their metadata.

    \b
    Examples:
      archiver package article.md
      archiver package holdings.csv
      archiver package articles/ more/*.txt -o output/ --algorithm +sha256
      cat article.txt | archiver package -
    """
    from archiver.batch import package_many
    from archiver.discovery import stdin_bytes
    from archiver.reports import outcomes as told

    settings = settings_of(file, output=output, **flags)
    if algorithm:
        chosen = _algorithms(settings.algorithms, algorithm)
        settings = settings_of(file, output=output, algorithms=chosen, **flags)
    stream = sys.stdin.buffer if sys.stdin else None
    stdin = stdin_bytes(stream, settings.max_source_bytes) if "-" in sources else None
    outcomes = []
    with told.progress(enabled=not (as_json or quiet)) as note:
        for outcome in package_many(sources, settings.output, settings, replace=replace, stdin=stdin):
            outcomes.append(outcome)
            with note(len(outcomes)):
                if not as_json and not (quiet and outcome.status != "failed"):
                    told.print_outcome(outcome)
    if as_json:
        print_json(told.outcomes_json(outcomes))
    elif not quiet:
        click.echo(told.summary(outcomes))
    failed = any(outcome.status == "failed" for outcome in outcomes)
    leave(ExitCode.SOME_FAILED if failed else ExitCode.OK)


def _algorithms(of_settings: tuple[str, ...], given: tuple[str, ...]) -> tuple[str, ...]:
    """`+sha256` adds to the algorithms of the settings; a bare name replaces them."""
    added = tuple(name[1:] for name in given if name.startswith("+"))
    named = tuple(name for name in given if not name.startswith("+"))
    return tuple(dict.fromkeys((*(named or of_settings), *added)))


@click.command()
@click.argument("source", type=PLACE)
@click.option("-o", "--output", type=PLACE, help="The PDF to write.")
@click.option("--replace", is_flag=True, help="Replace a file that is there.")
@rendering
@common
def render(
    source: Path, output: Path | None, replace: bool, as_json: bool, file: Path | None, **flags: Any
) -> None:
    """Render a source document as PDF/A, without packaging it.

    The PDF goes to a file of the source's name here, unless -o names another one.

    \b
    Example:
      archiver render article.md -o article.pdf
    """
    from archiver.rendering import render_file

    target = output or Path(f"{source.stem}.pdf")
    report = render_file(source, target, settings_of(file, **flags), replace=replace)
    tell_report(report, as_json)
