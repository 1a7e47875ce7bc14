"""Flags that commands share, and what is made of them: settings, limits."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archiver.errors import SettingsError

if TYPE_CHECKING:
    from archiver.bag.limits import Limits
    from archiver.settings import Settings

DEBUG = "ARCHIVER_DEBUG"
"""The variable that has tracebacks printed."""


class Place(click.Path):
    """A path that is named, be there something or not; an empty name would be the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("an empty name; expected a path", param, ctx)
        return super().convert(value, param, ctx)


PLACE = Place(readable=False, path_type=Path)
NAMED = Place(readable=False)
"""A path or a URL, as it is given."""


def common(command: Callable[..., None]) -> Callable[..., None]:
    """The flags of every command that has settings."""
    command = click.option("--json", "as_json", is_flag=True, help="One JSON document.")(command)
    return click.option(
        "--settings",
        "file",
        type=PLACE,
        help="A settings file; it is read instead of archiver.toml.",
    )(command)


def rendering(command: Callable[..., None]) -> Callable[..., None]:
    """The flags of the commands that render."""
    for option in (
        click.option(
            "--flavour",
            type=click.Choice(["2a", "2b", "2u", "3a", "3b", "4", "4f"]),
            help="PDF/A part and level; 2a unless set. 3a, 3b and 4f embed the source; all but 4 and 4f "
            "are PDF/UA-1 too.",
        ),
        click.option("--strict", is_flag=True, default=None, help="Warnings are errors."),
        click.option(
            "--optimize",
            is_flag=True,
            default=None,
            help="Recompress pages of scans, where that is smaller.",
        ),
        click.option("--verapdf", type=PLACE, help="A veraPDF of your own."),
        click.option("--no-verapdf", is_flag=True, help="Do not check PDF/A conformance."),
        click.option(
            "--require-pdfa",
            is_flag=True,
            default=None,
            help="Refuse what is not shown to be PDF/A, and what has no rendition.",
        ),
    ):
        command = option(command)
    return command


def reporting(*forms: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The flags of the commands that write reports, in one of these forms."""

    def flagged(command: Callable[..., None]) -> Callable[..., None]:
        for option in (
            click.option(
                "--output",
                "outputs",
                multiple=True,
                type=PLACE,
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


def settings_of(
    file: Path | None, no_verapdf: bool = False, verapdf: Path | None = None, **flags: Any
) -> Settings:
    """The settings that a file, the environment and flags make. Raises SettingsError."""
    from archiver.settings import load

    if no_verapdf and verapdf:
        raise SettingsError("is given with --no-verapdf; expected one of them", where="--verapdf")
    return load(file, verapdf=False if no_verapdf else verapdf, **flags)


def limits_of(file: Path | None) -> Limits:
    """The limits of the settings, which are loaded only where some are set: that takes its time."""
    from archiver.bag.limits import DEFAULT

    named = any(name.upper().startswith("ARCHIVER_") and name != DEBUG for name in os.environ)
    return settings_of(file).bag_limits if file or named or os.path.lexists("archiver.toml") else DEFAULT
