"""Fields in YAML: front matter and sidecars, of which every scalar is text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import yaml

from archiver.article import Article
from archiver.errors import SourceError

NULLS = {"", "~", "null", "Null", "NULL"}
"""How YAML writes that there is no value (YAML 1.2, 10.3.2)."""

YAML_TAG = "tag:yaml.org,2002:"
TAGS = {None, "!", *(YAML_TAG + kind for kind in ("str", "seq", "map"))}
"""The tags that say of a value what it is anyway."""

MOST_DEEP = 50

MOST_CHARS = 1 << 18
"""Longest text that is read: one of so many small values takes seconds."""

ITS_OWN = dict.fromkeys(("provenance", "overridden", "schema_version"), "archiver writes it")
"""Keys of an article that nobody else writes."""


class Fields(NamedTuple):
    """Fields by their keys, and where each stands; known ones without a value are left out."""

    values: dict[str, Any]
    places: dict[str, str]


class _Refused(yaml.MarkedYAMLError):
    """Something that is YAML, and may not be among fields."""


class _Loader(yaml.BaseLoader):
    """Every scalar is text; no alias, no tag, no key twice: nothing to blow up or to guess."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if self.check_event(yaml.AliasEvent):
            told = "has an alias, which is not allowed; write it out"
            raise _Refused(problem=told, problem_mark=event.start_mark)
        if event.tag not in TAGS:
            told = f"has the tag {event.tag.replace(YAML_TAG, '!!')}, which is not allowed; leave it out"
            raise _Refused(problem=told, problem_mark=event.start_mark)
        return super().compose_node(parent, index)

    def construct_scalar(self, node: Any) -> Any:
        if any("\ud800" <= char <= "\udfff" for char in node.value):
            told = "has half of a surrogate pair, which is no character"
            raise _Refused(problem=told, problem_mark=node.start_mark)
        return None if node.style is None and node.value in NULLS else super().construct_scalar(node)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        keys = set[str]()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or (key.style is None and key.value in NULLS):
                raise _Refused(problem="has a key that is no text", problem_mark=key.start_mark)
            if key.value in keys:
                raise _Refused(problem=f"has the key {key.value!r} twice", problem_mark=key.start_mark)
            keys.add(key.value)
        return super().construct_mapping(node, deep=True)


def parse(text: str, name: str, what: str, first: int) -> Fields:
    """The fields of a YAML text, which is `what` and begins on line `first` of `name`.

    Raises SourceError, with the line, for what is no list of fields, or longer than MOST_CHARS.
    """
    if len(text) > MOST_CHARS:
        told = f"{what} has {len(text):,} characters; at most {MOST_CHARS:,} are read"
        raise SourceError(told, where=f"{name}, line {first}")
    try:
        node = yaml.compose(text, Loader=_Loader)
        fields = yaml.load(text, Loader=_Loader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = name + (f", line {mark.line + first}" if mark else "")
        if isinstance(error, _Refused):
            raise SourceError(f"{what} {error.problem}", where=where) from None
        told = f"{what} is not YAML: {error.problem}"
        raise SourceError(
            told, where=where, hint="put a value that has signs in quotes, and indent by spaces"
        ) from None
    except RecursionError:
        line = _too_deep(text) + first
        told = f"{what} is nested more than {MOST_DEEP} deep"
        raise SourceError(told, where=f"{name}, line {line}") from None
    except yaml.YAMLError as error:
        raise SourceError(f"{what} is not YAML: {error}", where=name) from None
    if fields is not None and not isinstance(fields, dict):
        found = "a list" if isinstance(fields, list) else "plain text"
        told = f"{what} is {found}; expected fields such as `title: The Night Ferry`"
        raise SourceError(told, where=f"{name}, line {first}")
    places = (
        {key.value: f"{name}, line {key.start_mark.line + first}" for key, _ in node.value}
        if isinstance(node, yaml.MappingNode)
        else {}
    )
    said = {
        key: value
        for key, value in (fields or {}).items()
        if value is not None or key not in Article.model_fields
    }
    return Fields(said, places)


def _too_deep(text: str) -> int:
    """The line of a YAML text, counted from 0, on which it is nested more than MOST_DEEP deep."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEEP and event.start_mark:
            return int(event.start_mark.line)
    return 0


def refuse(places: Mapping[str, str], reasons: Mapping[str, str], what: str) -> None:
    """Raise SourceError for a key of fields that stands in one of `places` and may not."""
    for key, why in {**reasons, **ITS_OWN}.items():
        if key in places:
            raise SourceError(f"{what} has the key {key}; {why}", where=places[key])
