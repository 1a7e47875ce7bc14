"""JSON: the published schema's own form, one article a file or, in JSON Lines, one a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from archiver.errors import SourceError

if TYPE_CHECKING:
    from archiver.sources import SourceRef


def parse(text: str, ref: SourceRef) -> dict[str, Any]:
    """The object in a JSON text. Raises SourceError, with the line, where there is none."""
    try:
        value = json.loads(text.rstrip(), object_pairs_hook=_unique, parse_constant=_refused)
    except json.JSONDecodeError as error:
        raise SourceError(
            f"is not JSON: {error.msg} (column {error.colno})", where=ref.at(error.lineno)
        ) from None
    except ValueError as error:
        raise SourceError(str(error), where=ref.label) from None
    except RecursionError:
        raise SourceError("is nested too deeply to be an article", where=ref.label) from None
    if not isinstance(value, dict):
        raise SourceError("holds no JSON object; expected one article", where=ref.label)
    return value


def is_lines(data: bytes) -> bool:
    """Whether bytes are JSON Lines and not one document: a line of them is an object of its own."""
    from archiver.sources.decoding import WIDE_MARKS

    encoding = next((name for mark, name in WIDE_MARKS if data.startswith(mark)), "utf-8-sig")
    text = data.decode(encoding, "replace").lstrip("\ufeff")
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) < 2 or not lines[0].startswith("{"):
        return False
    return any(map(_is_object, lines)) and not _is_object(text)


def _is_object(text: str) -> bool:
    if not text.startswith("{"):
        return False
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        twice = next(key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1)
        raise ValueError(f"has the key {twice!r} twice in one object")
    return value


def _refused(constant: str) -> None:
    raise ValueError(f"has {constant}, which is not JSON")
