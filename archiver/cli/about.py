"""The commands that tell of archiver itself: schema, init and doctor."""

from __future__ import annotations

import json
from pathlib import Path

import click

from archiver.cli.flags import common, settings_of
from archiver.cli.telling import print_json


@click.command()
@click.argument("what", type=click.Choice(["article", "report", "run"]), default="article")
@click.option("--json", "as_json", is_flag=True, help="The schema is JSON in any case.")
def schema(what: str, as_json: bool) -> None:
    """Print the JSON Schema of an article, of a report of validate, or of a line of a run report.

    \b
    Example:
      archiver schema > article.schema.json
    """
    from archiver.article import Article
    from archiver.reports.model import report_schema, run_schema

    schemas = {"article": Article.model_json_schema, "report": report_schema, "run": run_schema}
    found = schemas[what]()
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))


@click.command()
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
        print_json({"written": FILE_NAME})
    else:
        click.echo(f"wrote {FILE_NAME}; every line of it is a comment until you change one")


@click.command()
@common
def doctor(as_json: bool, file: Path | None) -> None:
    """Tell what is available: versions, fonts and scripts, veraPDF, Tesseract.

    \b
    Examples:
      archiver doctor
      archiver doctor --settings other.toml --json
    """
    from archiver.doctor import examine
    from archiver.reports import text

    found = examine(settings_of(file))
    if as_json:
        print_json(found)
    else:
        for name, value in found.items():
            click.echo(text.fact(name, value))
