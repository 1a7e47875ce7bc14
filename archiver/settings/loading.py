"""Loading: settings from a file, the environment and flags, and what is told of a wrong one."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from archiver.errors import SettingsError
from archiver.settings.environment import PREFIX, Environment
from archiver.settings.model import Settings

FILE_NAME = "archiver.toml"

OTHER_VARIABLES = {"ARCHIVER_DEBUG"}
"""What the environment may say to archiver that is no setting."""


def load(file: Path | None = None, **flags: Any) -> Settings:
    """Settings from `file` (else `archiver.toml` in the working directory), environment and flags.

    A flag that is None was not given. Raises SettingsError with the file, the field, what was
    found and what was expected.
    """
    if file is None and os.path.lexists(FILE_NAME):
        file = Path(FILE_NAME)
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        from_file = tomllib.loads(_content(file)) if file else {}
    except OSError as error:
        raise SettingsError(f"cannot be read: {error.strerror}", where=str(file)) from None
    except ValueError as error:
        raise SettingsError(f"is not TOML: {error}", where=str(file)) from None
    if unknown := _unknown_variable():
        raise SettingsError(f"is not a setting; {_nearest(unknown, _variables())}", where=unknown)
    try:
        from_environment = Environment(Settings)()
        return Settings(**{**from_file, **from_environment, **given})
    except ValidationError as error:
        problems = error.errors(include_url=False)
        told = "; ".join(_told(p) for p in problems if p["type"] != "too_short" or not p["input"])
        raise SettingsError(told, where=_place(file, error, from_environment, given)) from None
    except ValueError as error:
        raise SettingsError(str(error), where="environment") from None


def _nearest(name: str, known: Collection[str]) -> str:
    """What may have been meant, or where all names are."""
    from difflib import get_close_matches

    nearest = get_close_matches(name, known, n=1, cutoff=0.8)
    return f"did you mean {nearest[0]}?" if nearest else "`archiver init` writes a file of all there are"


def _content(file: Path) -> str:
    if not stat.S_ISREG(file.stat().st_mode):  # a pipe would be waited for
        raise SettingsError("is not a regular file", where=str(file))
    return file.read_text("utf-8")


FLAGS = {"algorithms": "--algorithm"}

EXPECTED = {
    "missing": "is missing",
    "string_type": "should be text",
    "bool_type": "should be true or false",
    "bool_parsing": "should be true or false",
    "int_type": "should be a whole number",
    "int_parsing": "should be a whole number",
    "float_type": "should be a number",
    "tuple_type": "should be a list",
    "dict_type": "should be a table",
    "model_type": "should be a table",
    "model_attributes_type": "should be a table",
    "path_type": "should be a path",
    "too_short": "should not be empty",
    "greater_than": "should be more than {gt}",
    "greater_than_equal": "should be {ge} or more",
    "less_than": "should be less than {lt}",
    "less_than_equal": "should be {le} or less",
    "literal_error": "should be {expected}",
}
"""What is said of each kind of problem, with what pydantic knows of it."""


def _told(problem: Any) -> str:
    *within, name = (str(part) for part in problem["loc"])
    field = ".".join((*within, name))
    if problem["type"] == "extra_forbidden" and not within:
        return f"{field} is not a setting; {_nearest(name, Settings.model_fields)}"
    if problem["type"] == "extra_forbidden":
        return f"{field} is not a name that is known"
    said = EXPECTED.get(problem["type"], "").format(**problem.get("ctx", {}))
    found = "" if problem["type"] == "missing" else f" (found {problem['input']!r})"
    return f"{field}: {said or problem['msg'].removeprefix('Value error, ')}{found}"


def _place(
    file: Path | None, error: ValidationError, from_environment: dict[str, Any], given: dict[str, Any]
) -> str:
    """Where the first thing that is wrong was set."""
    field = str(error.errors()[0]["loc"][0])
    if field in given:
        return FLAGS.get(field, f"--{field.replace('_', '-')}")
    return f"{PREFIX}{field.upper()}" if field in from_environment or not file else str(file)


def _unknown_variable() -> str | None:
    """A variable of the environment that looks like a setting and is none."""
    known = {*_variables(), *OTHER_VARIABLES}
    named = (name for name in os.environ if name.upper().startswith(PREFIX))
    return next((name for name in sorted(named) if name.upper() not in known), None)


def _variables() -> list[str]:
    return [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
