"""The commands that make something of a source: package and render."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archiver.cli.flags import PLACE, common, rendering, settings_of
from archiver.cli.telling import leave, tell_report
from archiver.errors import SettingsError, SourceError

if TYPE_CHECKING:
    from archiver.settings import Settings
    from archiver.sources import SourceRef
    from archiver.sources.standard_input import Documents


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
@click.option(
    "--jobs",
    type=click.IntRange(1),
    help="How many processes package; as many as cores, where there are more than a few documents.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Package on the workers of a Dask cluster: tcp://HOST:PORT, or local, which starts one.",
)
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=PLACE,
    metavar="FILE",
    help="Write a run report: .jsonl, a line a document as each is done, or .html, at the end. Repeatable.",
)
@click.option(
    "--retry-failed",
    type=PLACE,
    metavar="FILE",
    help="Take only the documents, or bags of many, that failed, by a run report (.jsonl).",
)
@click.option("--fail-fast", is_flag=True, help="Stop at the first document that fails.")
@click.option(
    "--max-failures", type=click.IntRange(1), metavar="N", help="Stop when so many documents have failed."
)
@click.option("-q", "--quiet", is_flag=True, help="Print failures only.")
@rendering
@common
def package(
    sources: tuple[str, ...],
    output: str | None,
    algorithm: tuple[str, ...],
    replace: bool,
    jobs: int | None,
    scheduler: str | None,
    reports: tuple[Path, ...],
    retry_failed: Path | None,
    fail_fast: bool,
    max_failures: int | None,
    quiet: bool,
    as_json: bool,
    file: Path | None,
    **flags: Any,
) -> None:
    """Package source documents: files, folders, globs, manifests, or - for standard input.

    A folder is searched for documents; pictures beside them come with those that show them, and a
    folder of page pictures alone is one document, as is a picture that is named itself. A CSV, TSV or
    Excel table that is named is a manifest: the paths of documents, and their metadata.
    What is packaged already is passed over, so that the same command goes on where it was stopped: by
    Ctrl-C once, what is in hand is finished first.

    \b
    Examples:
      archiver package article.md
      archiver package holdings.csv
      archiver package articles/ more/*.txt -o output/ --algorithm +sha256
      archiver package articles/ --report run.jsonl --report run.html
      archiver package articles/ --retry-failed run.jsonl --report again.jsonl
      cat article.txt | archiver package -
    """
    from archiver.cli.running import Asked, run
    from archiver.discovery import discover
    from archiver.reports.runs import check_targets, failed_in
    from archiver.workers import choose

    settings = settings_of(file, output=output, **flags)
    if algorithm:
        chosen = _algorithms(settings.algorithms, algorithm)
        settings = settings_of(file, output=output, algorithms=chosen, **flags)
    check_targets(reports)
    failed = failed_in(retry_failed) if retry_failed else None
    only = failed if settings.bag_per == "document" else None

    with _stdin(settings) if "-" in sources else nullcontext(lambda: iter(())) as stdin:

        def find() -> Iterator[SourceRef | SourceError]:
            for found in discover(sources, settings.output, settings, stdin):
                if only is None or (found.where if isinstance(found, SourceError) else found.label) in only:
                    yield found

        asked = Asked(replace, failed, 1 if fail_fast else max_failures, reports, quiet, as_json)
        leave(run(find, settings, lambda few: choose(jobs, scheduler, settings, few=few), asked))


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
    """Render a source document, or - for standard input, as PDF/A, without packaging it.

    The PDF goes to a file of the source's name here, unless -o names another one.

    \b
    Examples:
      archiver render article.md -o article.pdf
      cat article.txt | archiver render - -o article.pdf
    """
    from archiver.rendering import render_file
    from archiver.sources import named

    if output == Path("-"):
        raise SettingsError("is no name of a file; expected one", where="--output -")
    settings = settings_of(file, **flags)
    ref = _document(source, settings)
    target = output or Path(f"{named(ref.path).stem}.pdf")
    tell_report(render_file(ref, target, settings, replace=replace), as_json)


def _document(source: Path, settings: Settings) -> SourceRef:
    """The one document that is named, or that comes on standard input."""
    from archiver.sources import SourceRef

    if source != Path("-"):
        return SourceRef(source)
    with _stdin(settings) as documents:
        first, *others = islice(documents(), 2)
    if others:
        told, hint = "holds several documents; expected one", "archiver package takes them all"
        raise SourceError(told, where="standard input", hint=hint)
    return first


def _stdin(settings: Settings) -> AbstractContextManager[Documents]:
    from archiver.sources import standard_input

    return standard_input.taken(sys.stdin.buffer if sys.stdin else None, settings.max_source_bytes)
