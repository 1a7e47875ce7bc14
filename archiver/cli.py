"""The command line: each command parses its flags, calls one function, prints one report, exits."""

from __future__ import annotations

import errno
import io
import itertools
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archiver import __version__
from archiver.errors import ArchiverError, ExitCode, Interrupted, MissingExtra, ReportLost, WrongUsage
from archiver.reports.forms import FORMS, Going, allot, written

INVENTORY = 50_000
"""Up to how many files a JSON report names those of a bag, unless told otherwise."""

if TYPE_CHECKING:
    from archiver.bag.limits import Limits
    from archiver.bag.profile import Profile
    from archiver.findings import Report
    from archiver.settings import Settings

DEBUG = "ARCHIVER_DEBUG"

EPILOG = """\b
Exit codes:
  0   all well
  1   findings: something that was looked at is not valid, or got worse
  2   usage or settings
  3   some documents failed, or a bag could not be written
  70  an internal error; ARCHIVER_DEBUG=1 prints where
  74  standard output is closed or full
  130 interrupted or terminated"""


class Commands(click.Group):
    """The commands. What cannot be written to standard output stops them."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except OSError as error:
            if error.filename is not None:
                raise
            told = "was closed" if error.errno == errno.EPIPE else f"cannot be written: {error.strerror}"
            raise ReportLost(f"{told}; what is done stays", where="standard output") from None


@click.group(
    cls=Commands,
    epilog=EPILOG,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="archiver")
@click.pass_context
def cli(context: click.Context) -> None:
    """Package source documents as verified archival bags.

    \b
    Examples:
      archiver package articles/ -o output/
      archiver validate output/
    """
    if os.environ.get("NO_COLOR"):
        context.color = False
    elif os.environ.get("FORCE_COLOR"):
        context.color = True


def common(command: Callable[..., None]) -> Callable[..., None]:
    """The flags of every command that has settings."""
    command = click.option("--json", "as_json", is_flag=True, help="One JSON document.")(command)
    return click.option(
        "--settings",
        "file",
        type=click.Path(path_type=Path),
        help="A settings file; it is read instead of archiver.toml.",
    )(command)


def rendering(command: Callable[..., None]) -> Callable[..., None]:
    """The flags of the commands that render."""
    for option in (
        click.option(
            "--flavour",
            type=click.Choice(["2a", "2b", "2u", "3a", "4", "4f"]),
            help="PDF/A part and level; 2a unless set. 3a and 4f embed the source; all but 4 and 4f "
            "are PDF/UA-1 too.",
        ),
        click.option("--strict", is_flag=True, default=None, help="Warnings are errors."),
        click.option("--verapdf", type=click.Path(path_type=Path), help="A veraPDF of your own."),
        click.option("--no-verapdf", is_flag=True, help="Do not check PDF/A conformance."),
    ):
        command = option(command)
    return command


def _settings(
    file: Path | None, no_verapdf: bool = False, verapdf: Path | None = None, **flags: Any
) -> Settings:
    from archiver.settings import load

    return load(file, verapdf=False if no_verapdf else verapdf, **flags)


def _algorithms(of_settings: tuple[str, ...], given: tuple[str, ...]) -> tuple[str, ...]:
    """`+sha256` adds to the algorithms of the settings; a bare name replaces them."""
    added = tuple(name[1:] for name in given if name.startswith("+"))
    named = tuple(name for name in given if not name.startswith("+"))
    return tuple(dict.fromkeys((*(named or of_settings), *added)))


@cli.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("-o", "--output", metavar="FOLDER", help="Where packages go; output/ unless set.")
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
    """Package source documents: files, folders, globs, or - for standard input.

    A folder is searched for documents, and pictures come with the documents that show them; what is
    named itself has to be a document.

    \b
    Examples:
      archiver package article.md
      archiver package articles/ more/*.txt -o output/ --algorithm +sha256
      cat article.txt | archiver package -
    """
    from archiver.batch import package_many, stdin_bytes
    from archiver.reports import outcomes as told

    settings = _settings(file, output=output, **flags)
    if algorithm:
        chosen = _algorithms(settings.algorithms, algorithm)
        settings = _settings(file, output=output, algorithms=chosen, **flags)
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
        _print_json(told.outcomes_json(outcomes))
    elif not quiet:
        click.echo(told.summary(outcomes))
    failed = any(outcome.status == "failed" for outcome in outcomes)
    _exit(ExitCode.SOME_FAILED if failed else ExitCode.OK)


@cli.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The PDF to write.")
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
    report = render_file(source, target, _settings(file, **flags), replace=replace)
    _tell_report(report, as_json)


def reporting(*forms: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The flags of the commands that write reports, in one of these forms."""

    def flagged(command: Callable[..., None]) -> Callable[..., None]:
        for option in (
            click.option(
                "--output",
                "outputs",
                multiple=True,
                type=click.Path(path_type=Path),
                metavar="FILE",
                help="Write a report, in the form that its suffix tells. Repeatable.",
            ),
            click.option(
                "--format",
                "formats",
                multiple=True,
                type=click.Choice(forms),
                help="The form of a report: of a file, else of what is printed. Repeatable.",
            ),
        ):
            command = option(command)
        return command

    return flagged


@cli.command()
@click.argument("bags", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="BAG...")
@click.option("--fast", is_flag=True, help="Compare Payload-Oxum only.")
@click.option("--completeness-only", is_flag=True, help="Look at everything but the checksums.")
@click.option("--check-pdf", is_flag=True, help="Check PDF/A conformance anew, with veraPDF.")
@click.option("--since", metavar="REV", help="Only bags that differ from a revision of their git.")
@click.option(
    "--changed-only",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Only bags that hold a path that FILE lists.",
)
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    metavar="FILE|IDENTIFIER|URL",
    help="A BagIt Profile that each bag is held to. Repeatable.",
)
@click.option("--jobs", type=click.IntRange(1), help="How many processes read; as many as cores.")
@click.option(
    "--inventory",
    type=click.IntRange(0),
    metavar="FILES",
    help="Name each file of a bag of up to so many files, with its digest; 50000 in JSON reports.",
)
@click.option("-v", "--verbose", is_flag=True, help="Print every bag with every check and finding.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing that --format does not ask for.")
@reporting(*FORMS)
@common
def validate(
    bags: tuple[Path, ...],
    fast: bool,
    completeness_only: bool,
    check_pdf: bool,
    since: str | None,
    changed_only: Path | None,
    profiles: tuple[str, ...],
    jobs: int | None,
    inventory: int | None,
    verbose: bool,
    quiet: bool,
    formats: tuple[str, ...],
    outputs: tuple[Path, ...],
    as_json: bool,
    file: Path | None,
) -> None:
    """Validate bags: complete and valid (RFC 8493), and the records in archiver's own packages.

    A folder that is no bag is searched for bags. PDF/A conformance is reported as it was recorded
    when the package was made, unless --check-pdf has veraPDF look again. Without --profile, a bag
    is held to the BagIt Profiles that it names, where archiver knows them; nothing is fetched but
    an address given here.

    \b
    Examples:
      archiver validate output/
      archiver validate output/ --check-pdf
      archiver validate holdings/ --since origin/main
      archiver validate bag/ --profile our-profile.json
      archiver validate holdings/ --output may.json --output may.xml
    """
    from archiver.bag import Asked, Depth
    from archiver.findings import Survey
    from archiver.reports import live, text
    from archiver.survey import survey

    if fast and completeness_only:
        raise click.UsageError("--fast and --completeness-only ask for different things; give one")
    going = _going(formats, outputs, as_json, FORMS, quiet=quiet)
    depth = Depth.FAST if fast else Depth.COMPLETENESS if completeness_only else Depth.FULL
    if inventory is None:
        inventory = INVENTORY if "json" in (going.printed, *going.files.values()) else 0
    asked = Asked(
        depth,
        _limits(file),
        check_pdf=_verapdf(file) if check_pdf else False,
        inventory=inventory,
        profiles=_profiles(profiles),
    )
    began, start = datetime.now(UTC), time.monotonic()
    with live.shown(enabled=not quiet) as show:
        found = _selected(bags, since, changed_only)
        show(found)
        reports = tuple(survey(found, asked, jobs or os.cpu_count() or 1))
    told = Survey(reports, began, round(time.monotonic() - start, 3))

    def tell(form: str) -> Iterator[str]:
        return written(form)(told)

    def tell_briefly(form: str) -> Iterator[str]:
        return text.brief(told) if form == "text" else tell(form)

    _deliver(going, tell, tell if verbose else tell_briefly)
    _exit(ExitCode.OK if told.valid else ExitCode.FINDINGS)


def _limits(file: Path | None) -> Limits:
    """The limits of the settings, which are loaded only where some are set: that takes its time."""
    from archiver.bag.limits import DEFAULT

    named = any(name.upper().startswith("ARCHIVER_") and name != DEBUG for name in os.environ)
    return _settings(file).bag_limits if file or named or Path("archiver.toml").exists() else DEFAULT


def _selected(places: tuple[Path, ...], since: str | None, changed_only: Path | None) -> list[Path]:
    """The bags below the places, or those of them that a change touched."""
    from archiver.survey import find_bags

    if since is None and changed_only is None:
        return find_bags(places)
    from archiver.selection import changed_since, listed_in, touched

    changed = changed_since(since, places) if since is not None else []
    changed += listed_in(changed_only) if changed_only else []
    return touched(changed, places)


def _profiles(places: tuple[str, ...]) -> tuple[Profile, ...]:
    if not places:
        return ()
    from archiver.bag.profile_places import load

    return tuple(load(place) for place in places)


def _verapdf(file: Path | None) -> bool | Path:
    """The setting that names veraPDF. Raises MissingExtra where there is none."""
    from archiver.rendition.verapdf import find

    setting = _settings(file).verapdf
    if find(setting) is None:
        raise MissingExtra(
            "--check-pdf needs veraPDF, and there is none",
            hint="pip install 'archiver[verapdf]', or set verapdf to an installation of your own",
        )
    return setting


@cli.command()
@click.argument("bag_path", metavar="BAG", type=click.Path(path_type=Path))
@common
def inspect(bag_path: Path, as_json: bool, file: Path | None) -> None:
    """Tell what is in a package.

    \b
    Example:
      archiver inspect output/urn%3Aisbn%3A9780000000002
    """
    from archiver.inspection import describe
    from archiver.reports import text

    described = describe(bag_path, _limits(file))
    if as_json:
        _print_json(described)
    else:
        for name, value in described.items():
            click.echo(text.fact(name, value))


@cli.command()
@click.argument("bag_path", metavar="BAG", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["tar", "tar.gz", "zip"]),
    default="tar",
    show_default=True,
    help="What to write.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file; usually beside the bag.")
@click.option("--replace", is_flag=True, help="Replace a file that is there.")
@common
def pack(
    bag_path: Path, form: str, output: Path | None, replace: bool, as_json: bool, file: Path | None
) -> None:
    """Pack a bag into one file, the same bytes each time; it is validated as it is packed.

    \b
    Examples:
      archiver pack output/letters
      archiver pack output/letters --format zip -o letters.zip
    """
    from archiver.bag.serializing import pack as pack_bag

    bag = Path(os.path.abspath(bag_path))
    target = output or bag.with_name(f"{bag.name}.{form}")
    report = pack_bag(bag, target, form, replace=replace, limits=_limits(file))
    _tell_report(report, as_json, "archive")


@cli.command()
@click.argument("archive", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", metavar="FOLDER", type=click.Path(path_type=Path), help="The bag's folder to be."
)
@common
def unpack(archive: Path, output: Path | None, as_json: bool, file: Path | None) -> None:
    """Unpack a serialized bag, if it is valid and has nothing in it that is no part of a bag.

    Without -o it goes to a folder of the bag's own name in the working directory.

    \b
    Example:
      archiver unpack letters.tar.gz -o incoming/letters
    """
    from archiver.bag.serializing import unpack as unpack_bag

    _tell_report(unpack_bag(archive, output, _limits(file)), as_json, "folder")


@cli.command()
@click.argument("what", type=click.Choice(["article", "report"]), default="article")
@click.option("--json", "as_json", is_flag=True, help="The schema is JSON in any case.")
def schema(what: str, as_json: bool) -> None:
    """Print the JSON Schema of an article, or of a report of validate.

    \b
    Example:
      archiver schema > article.schema.json
    """
    from archiver.article import Article
    from archiver.reports.model import report_schema

    found = report_schema() if what == "report" else Article.model_json_schema()
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def init(as_json: bool) -> None:
    """Write a commented archiver.toml here.

    \b
    Example:
      archiver init && "$EDITOR" archiver.toml
    """
    from archiver.settings import FILE_NAME, write_commented

    write_commented(Path(FILE_NAME))
    if as_json:
        _print_json({"written": FILE_NAME})
    else:
        click.echo(f"wrote {FILE_NAME}; every line of it is a comment until you change one")


@cli.command()
@common
def doctor(as_json: bool, file: Path | None) -> None:
    """Tell what is available: versions, fonts and scripts, veraPDF.

    \b
    Examples:
      archiver doctor
      archiver doctor --settings other.toml --json
    """
    from archiver.doctor import examine
    from archiver.reports import text

    found = examine(_settings(file))
    if as_json:
        _print_json(found)
    else:
        for name, value in found.items():
            click.echo(text.fact(name, value))


@cli.command()
@click.argument("old", type=click.Path(path_type=Path), metavar="OLD.json")
@click.argument("new", type=click.Path(path_type=Path), metavar="NEW.json")
@reporting("text", "json")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def compare(
    old: Path, new: Path, formats: tuple[str, ...], outputs: tuple[Path, ...], as_json: bool
) -> None:
    """Tell what changed between two validations of the same holdings, from their JSON reports.

    Ends with 1 where something got worse: a bag newly invalid or gone, a file altered or gone.

    \b
    Example:
      archiver validate holdings/ --output june.json
      archiver compare may.json june.json
    """
    from archiver.comparison import compare as compared
    from archiver.comparison import load
    from archiver.reports.changes import FORMS as TOLD

    going = _going(formats, outputs, as_json, TOLD)
    found = compared(load(old), load(new))

    def tell(form: str) -> Iterator[str]:
        return TOLD[form](found)

    _deliver(going, tell, tell)
    _exit(ExitCode.FINDINGS if found.worse else ExitCode.OK)


def _going(
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


def _deliver(going: Going, tell: Tell, tell_printed: Tell) -> None:
    """Save each report in its file, and print the one that is printed."""
    from archiver.reports.saving import save

    try:
        for path, form in going.files.items():
            save(path, map(click.unstyle, tell(form)))
    finally:  # what is known is told though a disk be full
        for piece in tell_printed(going.printed) if going.printed else ():
            click.echo(piece if going.printed == "text" else piece.encode(), nl=False)


def _tell_report(report: Report, as_json: bool, *facts: str) -> None:
    """Print the report on one thing, with some of its facts, and exit as it says."""
    from archiver.reports import as_json as in_json
    from archiver.reports import text

    if as_json:
        _print_json({"reports": [in_json.report_json(report)]})
    else:
        click.echo(text.whole(report))
        for name in facts:
            if name in report.facts:
                click.echo(text.fact(name, report.facts[name]))
    _exit(ExitCode.OK if report.valid else ExitCode.FINDINGS)


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2))


def _exit(code: ExitCode) -> None:
    raise SystemExit(int(code))


ERROR_FIELDS = ("rule", "message", "where", "hint", "exit_code")


def main() -> None:
    """Run a command; say in one sentence what stopped it, if anything did."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        cli(standalone_mode=False)
    except (Exception, KeyboardInterrupt) as error:
        stopped = _stopped(error)
        if stopped.exit_code is ExitCode.INTERNAL and os.environ.get(DEBUG):
            raise
        _tell(stopped, usage=error.ctx if isinstance(error, click.UsageError) else None)
        _exit(stopped.exit_code)


def _stopped(error: BaseException) -> ArchiverError:
    """What stopped a command, as one of archiver's own errors."""
    match error:
        case ArchiverError():
            return error
        case click.ClickException():
            return WrongUsage(error.format_message())
        case click.Abort() | KeyboardInterrupt():
            return Interrupted("interrupted")
    told = f"internal error ({type(error).__name__}: {error}); please report it"
    return ArchiverError(told, hint="ARCHIVER_DEBUG=1 prints where it happened")


def _tell(stopped: ArchiverError, usage: click.Context | None) -> None:
    from archiver.reports.text import printable

    lost = isinstance(stopped, ReportLost)
    try:
        if not lost and "--json" in itertools.takewhile("--".__ne__, sys.argv[1:]):
            _print_json({"error": {name: getattr(stopped, name) for name in ERROR_FIELDS}})
    except OSError:
        lost = True
    if lost:  # or Python would try to write the rest when it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if usage:
        click.echo(f"{usage.get_usage()}\nTry '{usage.command_path} --help' for help.\n", err=True)
    click.echo(f"archiver: {printable(str(stopped))}", err=True)


if __name__ == "__main__":
    main()
