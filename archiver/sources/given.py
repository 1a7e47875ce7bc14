"""Given metadata: what a sidecar or a manifest says of a source goes before what it says itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel

from archiver.article import NOT_TEXT, Article, Creator, Obtained, Overridden, PublicationDate, Rights
from archiver.findings import Finding

MOST_KEPT = 10_000
"""Characters of an overridden value, as many as a valid one may have; the source has them all."""


PARTS: Mapping[str, type[BaseModel]] = {"creators": Creator, "date": PublicationDate, "rights": Rights}
"""The fields that have fields of their own."""


class Given(NamedTuple):
    """Metadata that is given beside a source: by what kind of thing, its name, the fields.

    `places` tells where each field stands, and `findings` what was noticed.
    """

    by: Obtained
    name: str
    fields: Mapping[str, Any]
    places: Mapping[str, str]
    findings: Sequence[Finding] = ()


def override(values: dict[str, Any], provenance: dict[str, Obtained], given: Given) -> list[Overridden]:
    """Put what is given in the place of `values`; what was there and was something else."""
    overridden = []
    for field, value in given.fields.items():
        if is_missing(field, value):
            continue
        if field in provenance and _as_text(values[field]) != _as_text(value):
            overridden.append(
                Overridden.model_validate(
                    {"field": field, "value": _as_text(values[field]), "obtained": provenance[field]}
                )
            )
        values[field] = value
        provenance[field] = given.by
    return overridden


def is_missing(field: str, value: object) -> bool:
    """Whether a field is left out: its value is nothing, blank text, an empty list, or an object of such.

    One that is not known, or has parts that are not, is never left out: it is to be refused.
    """
    parts = value if isinstance(value, dict) else {}
    if field not in Article.model_fields or (field in PARTS and parts.keys() - PARTS[field].model_fields):
        return False
    values = value.values() if isinstance(value, dict) else (value,)
    return all(
        part is None or part == [] or (isinstance(part, str) and not part.strip()) for part in values
    )


def _as_text(value: object) -> str:
    """A value as one text: what a list has is parted by semicolons, objects are JSON."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "; ".join(map(_as_text, value))
    text = value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", text)
    return text if len(text) <= MOST_KEPT else f"{text[:MOST_KEPT]}…"
