"""Metadata: what a reader found becomes a valid Article, with how each field was obtained."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from archiver.article import Article, Metadata, Obtained
from archiver.dates import AmbiguousDate, to_edtf
from archiver.errors import InvalidArticle
from archiver.findings import Finding, Severity
from archiver.scripts import script_runs
from archiver.settings import Settings

SOURCE_NAMESPACE = uuid.UUID("5b1c66a5-5d0d-5e0b-9a5c-0d5a4f0c7a11")
"""The namespace of identifiers that are derived from the bytes of a source (RFC 9562, UUIDv5)."""

FIELDS = tuple(name for name in Metadata.model_fields if name != "provenance")

EXPECTED = {
    "missing": "is missing",
    "extra_forbidden": "is not a field that is known",
    "string_type": "should be text",
    "int_type": "should be a whole number",
    "bool_type": "should be true or false",
    "too_short": "is empty",
    "string_too_short": "is empty",
    "string_too_long": "is too long",
    "too_long": "is too long",
    "tuple_type": "should be a list",
    "model_attributes_type": "should be an object",
    "model_type": "should be an object",
    "dict_type": "should be an object",
    "union_tag_invalid": "is a type of block that is not known",
    "union_tag_not_found": "has no type",
}

ONE_SCRIPT_LANGUAGES = {
    "Hebr": "he",
    "Grek": "el",
    "Hang": "ko",
    "Hira": "ja",
    "Kana": "ja",
    "Thai": "th",
    "Geor": "ka",
    "Armn": "hy",
}
"""Scripts that one living language is written in, near enough; the others ask for a closer look."""

SURE = 0.9
LEAST_LETTERS = 40


MOST_PROBLEMS = 10
"""How many problems of one article are told; the others are counted."""


def build(
    fields: Mapping[str, Any],
    body: Sequence[Any],
    data: bytes,
    name: str,
    settings: Settings,
    places: Mapping[str, str] | None = None,
) -> tuple[Article, list[Finding]]:
    """The article that `fields` and `body` describe, completed from the settings.

    `places` tells where in the source a field stands. Raises InvalidArticle with a finding for
    each thing that is wrong.
    """
    values = {key: value for key, value in fields.items() if value not in (None, "", [])}
    places = places or {}
    findings: list[Finding] = []
    provenance = {**dict.fromkeys(values.keys() & set(FIELDS), Obtained.STATED)}
    provenance |= _given(values.pop("provenance", None))
    for field, value in _defaults(settings).items():
        if field not in values:
            values[field] = value
            provenance[field] = Obtained.SETTINGS
    if "language" not in values:
        values["language"] = [_inferred_language(values, body)]
        known = values["language"] != ["und"]
        provenance["language"] = Obtained.INFERRED if known else Obtained.UNKNOWN
    findings += _dated(values, name, settings, places)
    provenance.setdefault("date", Obtained.UNKNOWN)
    if "identifier" not in values:
        values["identifier"] = _derived_identifier(values.get("source_url"), data)
        provenance["identifier"] = Obtained.INFERRED
    values["provenance"] = {k: str(v) for k, v in sorted(provenance.items())}
    values["body"] = body
    try:
        article = Article.model_validate_json(json.dumps(values, allow_nan=False))
    except (ValidationError, ValueError, RecursionError) as error:
        raise InvalidArticle([*findings, *explain(error, name, places)]) from None
    return article, findings


def _given(provenance: object) -> dict[str, Any]:
    return dict(provenance) if isinstance(provenance, dict) else {}


def _defaults(settings: Settings) -> dict[str, Any]:
    given = {
        "publisher": settings.publisher,
        "rights": settings.rights.model_dump() if settings.rights else None,
        "language": settings.language,
    }
    return {field: value for field, value in given.items() if value is not None}


def _dated(
    values: dict[str, Any], name: str, settings: Settings, places: Mapping[str, str]
) -> list[Finding]:
    """Put the EDTF of a stated date beside it; say where it could not be understood."""
    stated = values.get("date")
    if isinstance(stated, dict) and set(stated) == {"stated"}:
        stated = stated["stated"]
    if not isinstance(stated, str):
        return []
    language = values.get("language") or ()
    languages = [language] if isinstance(language, str) else [x for x in language if isinstance(x, str)]
    where = places.get("date", f"{name}, date")
    try:
        edtf = to_edtf(stated, languages, settings.date_order)
    except AmbiguousDate:
        raise InvalidArticle(
            [
                Finding(
                    "metadata-date-ambiguous",
                    Severity.ERROR,
                    f"{stated!r} may have the day or the month first; expected one meaning",
                    where=where,
                    hint="write 2002-02-01, or set date_order to dmy or mdy",
                )
            ],
            hint="write it as 2002-02-01, or set date_order to dmy or mdy",
        ) from None
    values["date"] = {"stated": stated, "edtf": edtf}
    if edtf is not None:
        return []
    return [
        Finding(
            "metadata-date-not-understood",
            Severity.WARNING,
            f"{stated!r} is not a date that is understood; it is kept as stated, unknown in EDTF",
            where=where,
            hint="write it in EDTF, such as 2002-02 or 1911~",
        )
    ]


def _derived_identifier(source_url: object, data: bytes) -> str:
    """A name that the same source always gets: from its address, else from its bytes."""
    if isinstance(source_url, str):
        return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, source_url.strip())}"
    import hashlib

    return f"urn:uuid:{uuid.uuid5(SOURCE_NAMESPACE, hashlib.sha512(data).hexdigest())}"


def _inferred_language(values: Mapping[str, Any], body: Sequence[Any]) -> str:
    """The language that the text seems to be in, `und` where that is not sure."""
    text = "\n".join([str(values.get("title", "")), *_texts(body)])[:20_000]
    counts: dict[str, int] = {}
    for start, end, script in script_runs(text):
        counts[script] = counts.get(script, 0) + sum(map(str.isalpha, text[start:end]))
    if "Hira" in counts or "Kana" in counts:
        return "ja"
    script = max(counts, key=lambda key: counts[key], default="")
    if script in ONE_SCRIPT_LANGUAGES:
        return ONE_SCRIPT_LANGUAGES[script]
    if script == "Hani":
        return "zh"
    if counts.get(script, 0) < LEAST_LETTERS:
        return "und"
    return _classified(text)


def _classified(text: str) -> str:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    global _identifier
    if _identifier is None:
        _identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    language, probability = _identifier.classify(text)
    return str(language) if probability >= SURE else "und"


_identifier: Any = None


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [t for k, v in value.items() if k not in ("type", "src", "href") for t in _texts(v)]
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in _texts(item)]
    return []


def explain(error: Exception, name: str, places: Mapping[str, str]) -> list[Finding]:
    """What pydantic refused, in the words of whoever wrote the source."""
    if not isinstance(error, ValidationError):
        return [Finding("metadata-invalid", Severity.ERROR, f"cannot be read: {error}", where=name)]
    findings: list[Finding] = []
    listed = False
    for problem in error.errors(include_url=False, include_context=False)[:MOST_PROBLEMS]:
        path = _dotted(problem["loc"])
        top = str(problem["loc"][0]) if problem["loc"] else ""
        message = EXPECTED.get(problem["type"]) or problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "json_invalid":  # of what archiver itself wrote for pydantic to read
            deep = "recursion" in problem["msg"]
            message = (
                "is nested too deeply" if deep else "has half of a surrogate pair, which is no character"
            )
        if problem["type"] == "extra_forbidden" and len(problem["loc"]) == 1 and not listed:
            message += f"; the fields are {', '.join((*FIELDS, 'body'))}"
            listed = True
        found = problem.get("input")
        if isinstance(found, (str, int, float, bool)) and problem["type"] in EXPECTED and found != "":
            message += f" (found {str(found)[:80]!r})"
        where = places.get(top, name)
        findings.append(Finding("metadata-invalid", Severity.ERROR, f"{path} {message}", where=where))
    if (more := error.error_count() - MOST_PROBLEMS) > 0:
        findings.append(Finding("metadata-invalid", Severity.ERROR, f"and {more:,} more", where=name))
    return findings


def _dotted(location: Sequence[str | int]) -> str:
    """`creators[1].name`, counting from 0 as JSON does; the tags of unions are left out."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        elif not (path and re.search(r"\]$", path) and part in BLOCK_TYPES):
            path += f".{part}" if path else part
    return path or "the article"


BLOCK_TYPES = {"heading", "paragraph", "quote", "list", "table", "figure", "code", "rule"}
