"""The commented file: every setting with what is said of it, as `archiver init` writes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel

from archiver.errors import SettingsError
from archiver.settings.model import Settings


def write_commented(target: Path) -> None:
    """Write every setting with its description and default, all as comments; never over a file.

    Raises SettingsError where `target` is there already.
    """
    lines = ["# Settings of archiver. Take the # away from a line to change what it sets.", ""]
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        lines += [f"# {field.description}", f"# {name} = {_toml(name, default)}", ""]
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write("\n".join(lines))
    except FileExistsError:
        raise SettingsError(
            "is there already", where=str(target), hint="edit it, or move it away for a new one"
        ) from None
    except OSError as error:
        raise SettingsError(f"cannot be written: {error.strerror}", where=str(target)) from None


EXAMPLES = {
    "source_organization": '"The Town Archive"',
    "bag_info": '{ "Contact-Email" = "archive@example.org" }',
    "publisher": '"The Evening Post"',
    "rights": '{ statement = "In copyright", uri = "https://example.org/rights" }',
    "language": '"en"',
    "date_order": '"dmy"',
    "manifest_columns": '{ "Titel" = "title", "Notiz" = "" }',
    "manifest_folder": '"/srv/scans"',
    "cmyk_profile": '"/srv/profiles/press.icc"',
    "serialize": '"tar"',
    "bag_group": '"urn:example:letters"',
}


def _toml(name: str, value: Any) -> str:
    """A default as TOML; an example where there is none."""
    if value is None or value == {}:
        return EXAMPLES[name]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, BaseModel):
        value = value.model_dump()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(name, item)}" for key, item in value.items()) + " }"
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(name, item) for item in value) + "]"
    return str(value) if isinstance(value, int | float) else f'"{value}"'
