"""JSON: the published schema's own form, one article a file or, in JSON Lines, one a line."""

from __future__ import annotations

import json
from typing import Any

from archiver.errors import SourceError


def parse(text: str, name: str) -> dict[str, Any]:
    """The object in a JSON text. Raises SourceError, with the line, where there is none."""
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refused)
    except json.JSONDecodeError as error:
        raise SourceError(
            f"is not JSON: {error.msg} (column {error.colno})", where=f"{name}, line {error.lineno}"
        ) from None
    except ValueError as error:
        raise SourceError(str(error), where=name) from None
    except RecursionError:
        raise SourceError("is nested too deeply to be an article", where=name) from None
    if not isinstance(value, dict):
        raise SourceError("holds no JSON object; expected one article", where=name)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        twice = next(key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1)
        raise ValueError(f"has the key {twice!r} twice in one object")
    return value


def _refused(constant: str) -> None:
    raise ValueError(f"has {constant}, which is not JSON")
