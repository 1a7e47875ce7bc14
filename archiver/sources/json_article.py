"""JSON: the published schema's own form, one article a file or, in JSON Lines, one a line."""

from __future__ import annotations

import json
import re
from math import isinf
from typing import TYPE_CHECKING, Any

from archiver.errors import SourceError

if TYPE_CHECKING:
    from archiver.sources.refs import SourceRef


SRC = re.compile(r'"src"\s*:\s*("(?:[^"\\]|\\.)*")')


def pictures(text: str) -> dict[str, int]:
    """The line on which each picture is first named, by its name."""
    lines: dict[str, int] = {}
    line, at = 1, 0
    for found in SRC.finditer(text):
        line += text.count("\n", at, found.start(1))
        at = found.start(1)
        lines.setdefault(json.loads(found[1]), line)
    return lines


def parse(text: str, ref: SourceRef) -> dict[str, Any]:
    """The object in a JSON text. Raises SourceError, with the line, where there is none."""
    _refuse_depth(text, ref)
    try:
        value = json.loads(
            text.rstrip(),
            object_pairs_hook=_unique,
            parse_constant=_refused,
            parse_int=_integer,
            parse_float=_finite,
        )
        if SURROGATE.search(text):
            _check(text, ref)
    except json.JSONDecodeError as error:
        raise SourceError(
            f"is not JSON: {error.msg} (column {error.colno})", where=ref.at(error.lineno)
        ) from None
    except _Refused:
        _check(text, ref)
        raise
    if not isinstance(value, dict):
        found = "a list" if isinstance(value, list) else "a single value"
        raise SourceError(f"holds {found}; expected one JSON object, the article", where=ref.label)
    return value


def _refuse_depth(text: str, ref: SourceRef) -> None:
    """Raise SourceError, with its line, where objects and lists are nested more than MOST_DEEP deep."""
    if text.count("[") + text.count("{") <= MOST_DEEP:
        return
    depth = 0
    for token in BRACKETS.finditer(text):
        depth += (token[0] in "[{") - (token[0] in "]}")
        if depth > MOST_DEEP:
            line = text.count("\n", 0, token.start()) + 1
            told = f"has objects and lists nested more than {MOST_DEEP} deep"
            raise SourceError(told, where=ref.at(line))


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


class _Refused(ValueError):
    """Something that JSON's grammar or Python lets pass, and an article may not have."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise _Refused
    return value


def _refused(constant: str) -> None:
    raise _Refused


def _integer(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise _Refused
    return int(digits)


def _finite(number: str) -> float:
    if isinf(value := float(number)):
        raise _Refused
    return value


MOST_DEEP = 100
MOST_DIGITS = 300
BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[][{}]')
SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
TOKENS = re.compile(
    r'"(?P<string>(?:[^"\\]|\\.)*)"(?P<key>\s*:)?|(?P<brace>[{}])|(?P<constant>-?Infinity|NaN)|(?P<number>-?\d+)'
    r"(?P<fraction>(?:\.\d+)?(?:[eE][+-]?\d+)?)"
)


def _check(text: str, ref: SourceRef) -> None:
    """Raise SourceError, with its line, for the first thing that `_Refused` stands for, if any."""
    keys: list[set[str]] = [set()]
    for token in TOKENS.finditer(text):
        told = ""
        if token["brace"] == "{":
            keys.append(set())
        elif token["brace"]:
            keys.pop()
        elif token["constant"]:
            told = f"has {token[0]}, which is not JSON"
        elif token["fraction"]:
            told = "has a number that is too large" if isinf(float(token[0])) else ""
        elif token["number"] and len(token[0]) > MOST_DIGITS:
            told = f"has a number of {len(token[0]):,} digits; at most {MOST_DIGITS} are read"
        elif token["string"]:
            string = json.loads(f'"{token["string"]}"')
            if any("\ud800" <= char <= "\udfff" for char in string):
                told = "has half of a surrogate pair, which is no character"
            elif token["key"] and string in keys[-1]:
                told = f"has the key {string!r} twice in one object"
            elif token["key"]:
                keys[-1].add(string)
        if told:
            line = text.count("\n", 0, token.start()) + 1
            raise SourceError(told, where=ref.at(line))
