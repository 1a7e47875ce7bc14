"""The commands that handle a bag: inspect, pack and unpack."""

from __future__ import annotations

import os
from pathlib import Path

import click

from archiver.cli.flags import PLACE, common, limits_of
from archiver.cli.telling import print_json, tell_report

ENDINGS = {"tar": (".tar",), "tar.gz": (".tar.gz", ".tgz"), "zip": (".zip",)}
"""How the names of what is packed end, by form."""


@click.command()
@click.argument("bag_path", metavar="BAG", type=PLACE)
@common
def inspect(bag_path: Path, as_json: bool, file: Path | None) -> None:
    """Tell what is in a package.

    \b
    Example:
      archiver inspect output/urn%3Aisbn%3A9780000000002
    """
    from archiver.inspection import describe, told
    from archiver.reports import text

    described = describe(bag_path, limits_of(file))
    if as_json:
        print_json(described)
    else:
        for name, value in told(described):
            click.echo(text.fact(name, value))


@click.command()
@click.argument("bag_path", metavar="BAG", type=PLACE)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(ENDINGS)),
    help="What to write; as the name of the file says, else tar.",
)
@click.option("-o", "--output", type=PLACE, help="The file; usually beside the bag.")
@click.option("--replace", is_flag=True, help="Replace a file that is there.")
@common
def pack(
    bag_path: Path, form: str | None, output: Path | None, replace: bool, as_json: bool, file: Path | None
) -> None:
    """Pack a bag into one file, the same bytes each time; it is validated as it is packed.

    \b
    Examples:
      archiver pack output/letters
      archiver pack output/letters --format zip -o letters.zip
    """
    from archiver.bag.serialization.packing import pack as pack_bag

    bag = Path(os.path.abspath(bag_path))
    form = _form(form, output)
    target = output or bag.with_name(f"{bag.name}.{form}")
    report = pack_bag(bag, target, form, replace=replace, limits=limits_of(file))
    tell_report(report, as_json, "archive")


def _form(form: str | None, output: Path | None) -> str:
    """The form to write; that of the file's name, where it tells one."""
    name = output.name.lower() if output else ""
    named = next((form for form, endings in ENDINGS.items() if name.endswith(endings)), None)
    if form and named and form != named:
        raise click.UsageError(f"--format {form} and the name {name!r} say different things; give one")
    return form or named or "tar"


@click.command()
@click.argument("archive", type=PLACE)
@click.option("-o", "--output", metavar="FOLDER", type=PLACE, help="The bag's folder to be.")
@common
def unpack(archive: Path, output: Path | None, as_json: bool, file: Path | None) -> None:
    """Unpack a serialized bag, if it is valid and has nothing in it that is no part of a bag.

    Without -o it goes to a folder of the bag's own name in the working directory.

    \b
    Example:
      archiver unpack letters.tar.gz -o incoming/letters
    """
    from archiver.bag.serialization.packing import unpack as unpack_bag

    tell_report(unpack_bag(archive, output, limits_of(file)), as_json, "folder")
