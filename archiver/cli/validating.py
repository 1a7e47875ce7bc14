"""The commands that prove that nothing changed: validate and compare."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archiver.cli.flags import NAMED, PLACE, common, limits_of, reporting, settings_of
from archiver.cli.telling import deliver, going_of, leave
from archiver.errors import ExitCode, MissingExtra, SettingsError
from archiver.reports.forms import FORMS, written
from archiver.stores import Place, place

if TYPE_CHECKING:
    from archiver.bag.profiles.model import Profile
    from archiver.survey import Holdings

INVENTORY = 50_000
"""Up to how many files a JSON report names those of a bag, unless told otherwise."""


@click.command()
@click.argument("bags", nargs=-1, required=True, type=NAMED, metavar="BAG...")
@click.option("--fast", is_flag=True, help="Compare Payload-Oxum only.")
@click.option("--completeness-only", is_flag=True, help="Look at everything but the checksums.")
@click.option("--check-pdf", is_flag=True, help="Check PDF/A conformance anew, with veraPDF.")
@click.option("--since", metavar="REV", help="Only bags that differ from a revision of their git.")
@click.option(
    "--changed-only",
    type=PLACE,
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
    bags: tuple[str, ...],
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
      archiver validate s3://bucket/prefix
      archiver validate holdings/ --since origin/main
      archiver validate bag/ --profile our-profile.json
      archiver validate holdings/ --output may.json --output may.xml
    """
    from archiver.bag import Asked, Depth
    from archiver.findings import Survey
    from archiver.reports import live, text
    from archiver.survey import passed_over, survey

    if fast and completeness_only:
        raise click.UsageError("--fast and --completeness-only ask for different things; give one")
    going = going_of(formats, outputs, as_json, FORMS, quiet=quiet)
    depth = Depth.FAST if fast else Depth.COMPLETENESS if completeness_only else Depth.FULL
    if inventory is None:
        inventory = INVENTORY if "json" in (going.printed, *going.files.values()) else 0
    asked = Asked(
        depth,
        limits_of(file),
        check_pdf=_verapdf(file) if check_pdf else False,
        inventory=inventory,
        profiles=_profiles(profiles),
    )
    began, start = datetime.now(UTC), time.monotonic()
    with live.shown(enabled=not quiet) as show:
        found = _selected([_place(bag) for bag in bags], since, changed_only)
        _check_outside(going.files, found.bags)
        gc.freeze()  # all that is there stays to the end: no process looks it through for garbage
        show([bag for bag in found.bags if isinstance(bag, Path)])
        reports = (
            *survey(found.bags, asked, jobs or os.cpu_count() or 1),
            *map(passed_over, found.links),
        )
    told = Survey(reports, began, round(time.monotonic() - start, 3))

    def tell(form: str) -> Iterator[str]:
        return written(form)(told)

    def tell_briefly(form: str) -> Iterator[str]:
        return text.brief(told) if form == "text" else tell(form)

    deliver(going, tell, tell if verbose else tell_briefly)
    leave(ExitCode.OK if told.valid else ExitCode.FINDINGS)


def _check_outside(targets: Collection[Path], bags: Iterable[Place]) -> None:
    """Raise SettingsError for a report that would be written into a bag, and so change it."""
    from archiver.survey import is_bag

    known = {os.path.realpath(bag) for bag in bags if isinstance(bag, Path)} if targets else set()
    for target in targets:
        for folder in Path(os.path.realpath(target)).parents:
            if str(folder) in known and is_bag(folder):
                told = f"is in the bag {folder.name}, which it would change"
                raise SettingsError(told, where=f"--output {target}", hint="name a file outside of it")


def _place(text: str) -> Place:
    try:
        return place(text)
    except ValueError as error:
        raise click.UsageError(f"{text}: {error}") from None


def _selected(places: Sequence[Place], since: str | None, changed_only: Path | None) -> Holdings:
    """The bags below the places, or those of them that a change touched."""
    from archiver.survey import Holdings, find_bags

    if since is None and changed_only is None:
        try:
            return find_bags(places)
        except OSError as error:
            told = f"cannot be listed: {error.strerror}"
            raise SettingsError(told, where=error.filename or "", hint="try again later") from None
    from archiver.selection import changed_since, listed_in, touched

    here = [place for place in places if isinstance(place, Path)]
    if len(here) < len(places):
        raise click.UsageError("--since and --changed-only select folders of this machine, and no URLs")
    changed = changed_since(since, here) if since is not None else []
    listed = listed_in(changed_only) if changed_only else []
    bags = touched([*changed, *listed], here)
    _tell_of_strays(listed, bags, f"--changed-only {changed_only}")
    return Holdings(bags, [])


def _tell_of_strays(listed: Sequence[Path], bags: Sequence[Path], where: str) -> None:
    """Warn of listed paths that select nothing. Raises SettingsError where none of them is there."""
    from archiver.bag.contents import cut
    from archiver.findings import counted
    from archiver.selection import nowhere

    if strays := nowhere(listed, bags):
        told = (
            "lists what is not there, neither from the working directory nor from the top of its git "
            f"repository: {counted(len(strays), 'path')}, the first of which is {cut(str(strays[0]))}"
        )
        if len(strays) == len(listed):
            hint = "list paths relative to one of these, or absolute ones; --since REV asks git itself"
            raise SettingsError(f"{told}; nothing else is listed", where=where, hint=hint)
        click.echo(f"archiver: {where}: {told}", err=True)
    elif listed and not bags:
        told = f"none of {counted(len(listed), 'path')} is in a bag below the places that are named"
        click.echo(f"archiver: {where}: {told}", err=True)


def _profiles(places: tuple[str, ...]) -> tuple[Profile, ...]:
    if not places:
        return ()
    from archiver.bag.profiles.places import load

    return tuple(load(place) for place in places)


def _verapdf(file: Path | None) -> bool | Path:
    """The setting that names veraPDF. Raises MissingExtra where there is none."""
    from archiver.rendition.verapdf import find

    setting = settings_of(file).verapdf
    if find(setting) is None:
        raise MissingExtra(
            "--check-pdf needs veraPDF, and there is none",
            hint="pip install 'archiver[verapdf]', or set verapdf to an installation of your own",
        )
    return setting


@click.command()
@click.argument("old", type=PLACE, metavar="OLD.json")
@click.argument("new", type=PLACE, metavar="NEW.json")
@reporting("text", "json")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def compare(
    old: Path, new: Path, formats: tuple[str, ...], outputs: tuple[Path, ...], as_json: bool
) -> None:
    """Tell what changed between two validations of the same holdings, from their JSON reports.

    Ends with 1 where something got worse, a bag newly invalid or gone, a file altered or gone, and where
    payload cannot be compared.

    \b
    Example:
      archiver validate holdings/ --output june.json
      archiver compare may.json june.json
    """
    from archiver.comparison import compare as compared
    from archiver.comparison import load
    from archiver.reports.changes import FORMS as TOLD

    going = going_of(formats, outputs, as_json, TOLD)
    found = compared(load(old), load(new))

    def tell(form: str) -> Iterator[str]:
        return TOLD[form](found)

    deliver(going, tell, tell)
    leave(ExitCode.FINDINGS if found.worse else ExitCode.OK)
