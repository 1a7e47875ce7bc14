"""Metadata: what a reader found becomes a valid Article, with how each field was obtained."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from archiver.article import Article, Metadata, Obtained, PublicationDate
from archiver.dates.edtf import is_within
from archiver.dates.reading import AmbiguousDate, DateOrder, is_on_another_weekday, to_edtf
from archiver.errors import InvalidArticle
from archiver.findings import Finding, Severity, by_line
from archiver.settings import Settings
from archiver.sources.given import PARTS, is_missing, override
from archiver.sources.languages import UNKNOWN, inferred
from archiver.sources.refs import SourceRef

SOURCE_NAMESPACE = uuid.UUID("5b1c66a5-5d0d-5e0b-9a5c-0d5a4f0c7a11")
"""The namespace of identifiers that are derived from the bytes of a source (RFC 9562, UUIDv5)."""

FIELDS = tuple(name for name in Metadata.model_fields if name not in ("provenance", "overridden"))

DATE_ORDER_RULE = "metadata-date-order"

EXPECTED = {
    "missing": "is missing",
    "extra_forbidden": "is not a field that is known",
    "string_type": "should be text",
    "int_type": "should be a whole number",
    "bool_type": "should be true or false",
    "too_short": "is empty",
    "string_too_short": "is empty",
    "too_long": "has {found:,} {parts}; at most {max_length:,} are allowed",
    "tuple_type": "should be a list",
    "model_attributes_type": "should be text or an object",
    "model_type": "should be text or an object",
    "enum": f"should be {', '.join(Obtained)}",
    "dict_type": "should be an object",
    "union_tag_invalid": "is a type of block that is not known; the types are {types}",
    "union_tag_not_found": "has no type; the types are {types}",
}
"""What is said of each kind of problem, with what pydantic knows of it, how long what was found is, and
the types of blocks."""

SAID_WHOLE = {"missing", "json_invalid", "too_long", "union_tag_not_found"}
"""The kinds of which what was found is no part, or said already."""

OWN_WORDS = "Value error, "
"""What pydantic puts before the sentences of the model's own validators, which say what was found."""


MOST_PROBLEMS = 10
"""How many problems of one article are told; the others are counted."""


def build(
    fields: Mapping[str, Any],
    body: Sequence[Any],
    data: bytes,
    ref: SourceRef,
    settings: Settings,
    places: Mapping[str, str] | None = None,
) -> tuple[Article, list[Finding]]:
    """The article that `fields` and `body` describe, completed from the settings.

    `places` tells where in the source a field stands. What is given beside it goes before what it
    says, and what is given later before what is given earlier. Raises InvalidArticle with a finding for
    each thing that is wrong.
    """
    values = {key: value for key, value in fields.items() if not is_missing(key, value)}
    name, places = ref.label, dict(places or {})
    findings: list[Finding] = []
    claims = values.pop("provenance", {})
    provenance = {field: _stated(field, claims) for field in values.keys() & set(FIELDS)}
    overridden = []
    for each in ref.given:
        overridden += override(values, provenance, each)
        places.update(each.places)
    for field, value in _defaults(settings).items():
        if field not in values:
            values[field] = value
            provenance[field] = Obtained.SETTINGS
    if "language" not in values:
        values["language"] = [inferred("\n".join([str(values.get("title", "")), *texts(body)]))]
        known = values["language"] != [UNKNOWN]
        provenance["language"] = Obtained.INFERRED if known else Obtained.UNKNOWN
    findings += _dated(values, name, settings, places)
    provenance.setdefault("date", Obtained.UNKNOWN)
    if "identifier" not in values:
        values["identifier"] = _derived_identifier(values.get("source_url"), data)
        provenance["identifier"] = Obtained.INFERRED
    values["provenance"] = claims
    values["body"] = body
    try:
        claimed = Article.model_validate_json(json.dumps(values, allow_nan=False))
    except (ValidationError, ValueError, RecursionError) as error:
        raise InvalidArticle(by_line([*findings, *explain(error, name, places)])) from None
    obtained = {"provenance": dict(sorted(provenance.items())), "overridden": tuple(overridden)}
    return claimed.model_copy(update=obtained), findings


def _stated(field: str, claims: object) -> Obtained:
    """How a field of a source was obtained: it may say that it had inferred it, and nothing else."""
    inferred_once = isinstance(claims, dict) and claims.get(field) == Obtained.INFERRED
    return Obtained.INFERRED if inferred_once else Obtained.STATED


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
    """Put the EDTF of a stated date beside it; say where it could not be understood, or contradicts the
    one that is given, and where the settings decided."""
    date = values.get("date")
    date = date if isinstance(date, dict) else {"stated": date}
    stated, given = date.get("stated"), date.get("edtf")
    if not isinstance(stated, str) or date.keys() - PublicationDate.model_fields:
        return []
    language = values.get("language") or ()
    languages = [language] if isinstance(language, str) else [x for x in language if isinstance(x, str)]
    where = places.get("date", f"{name}, date")
    if given:
        return _contradicting(stated, given, languages, where)
    try:
        edtf, decided = _read_date(stated, languages, settings.date_order)
    except AmbiguousDate as error:
        told = f"{error}; expected one meaning"
        found = Finding("metadata-date-ambiguous", Severity.ERROR, told, where=where, hint=error.hint)
        raise InvalidArticle([found], hint=error.hint) from None
    values["date"] = {"stated": stated, "edtf": edtf}
    if edtf and is_on_another_weekday(stated, edtf, languages):
        told = f"{stated!r} is not on the weekday that it names; it is read as {edtf}"
        return [Finding("metadata-date-weekday", Severity.WARNING, told, where=where)]
    if decided:
        return [Finding(DATE_ORDER_RULE, Severity.INFO, decided, where=where)]
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


def _read_date(stated: str, languages: Sequence[str], order: DateOrder | None) -> tuple[str | None, str]:
    """The EDTF of a stated date, and that the order in the settings decided, where it did.

    Raises AmbiguousDate.
    """
    try:
        return to_edtf(stated, languages), ""
    except AmbiguousDate as error:
        edtf = to_edtf(stated, languages, order)
        return edtf, f"{error}; date_order of the settings ({order}) decided"


def date_decisions(findings: Sequence[Finding]) -> list[str]:
    """What findings tell of a date whose day and month the settings told apart."""
    return [finding.message for finding in findings if finding.rule == DATE_ORDER_RULE]


def _contradicting(stated: str, given: object, languages: Sequence[str], where: str) -> list[Finding]:
    """What is told of a date whose EDTF is given, and is not what its statement is understood as.

    It may say more than that: a time of day, or which years the early 1990s are.
    """
    try:
        read = to_edtf(stated, languages)
    except AmbiguousDate:
        return []
    if read is None or is_within(str(given), read):
        return []
    told = f"{stated!r} is understood as {read}, and the EDTF beside it is {given!r}, which is kept"
    return [
        Finding(
            "metadata-date-contradicts", Severity.WARNING, told, where=where, hint="correct one of them"
        )
    ]


def _derived_identifier(source_url: object, data: bytes) -> str:
    """A name that the same source always gets: from its address, else from its bytes."""
    if isinstance(source_url, str):
        return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, source_url.strip())}"
    import hashlib

    return identifier_of(hashlib.sha512(data).hexdigest())


def identifier_of(sha512: str) -> str:
    """The identifier of a source that has none but its bytes, by their SHA-512 in hexadecimal digits."""
    return f"urn:uuid:{uuid.uuid5(SOURCE_NAMESPACE, sha512)}"


NO_TEXT = ("type", "src", "href", "delimiter")
"""The fields of blocks and spans that are not read."""


def texts(value: object) -> list[str]:
    """The texts in blocks, in reading order."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [t for k, v in value.items() if k not in NO_TEXT for t in texts(v)]
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in texts(item)]
    return []


def explain(error: Exception, name: str, places: Mapping[str, str]) -> list[Finding]:
    """What pydantic refused, in the words of whoever wrote the source."""
    if not isinstance(error, ValidationError):
        return [Finding("metadata-invalid", Severity.ERROR, f"cannot be read: {error}", where=name)]
    findings: list[Finding] = []
    listed = set[str]()
    for problem in error.errors(include_url=False)[:MOST_PROBLEMS]:
        if is_key := problem["loc"][-1:] == ("[key]",):
            problem["loc"], problem["type"] = problem["loc"][:-1], "extra_forbidden"
        path = _dotted(problem["loc"])
        top = str(problem["loc"][0]) if problem["loc"] else ""
        message = _expected(problem) or problem["msg"]
        if problem["type"] == "json_invalid":  # of what archiver itself wrote for pydantic to read
            deep = "recursion" in problem["msg"]
            message = (
                "is nested too deeply; at most 10 quotes and lists may be in each other"
                if deep
                else "has half of a surrogate pair, which is no character"
            )
        part = "" if len(problem["loc"]) == 1 else top
        if problem["type"] == "extra_forbidden" and (part in PARTS or not part) and part not in listed:
            known = PARTS[part].model_fields if part else (*FIELDS, "body")
            message += f"; the fields are {', '.join(known)}"
            listed.add(part)
        if not (is_key or problem["type"] in SAID_WHOLE or message.startswith(OWN_WORDS)):
            message += _found(_tag(problem) or problem["input"])
        message = message.removeprefix(OWN_WORDS).removeprefix("Input ")
        where = places.get(top, name)
        findings.append(Finding("metadata-invalid", Severity.ERROR, f"{path} {message}", where=where))
    if (more := error.error_count() - MOST_PROBLEMS) > 0:
        findings.append(Finding("metadata-invalid", Severity.ERROR, f"and {more:,} more", where=name))
    return findings


def _expected(problem: Mapping[str, Any]) -> str:
    """What is said of a problem; empty where pydantic's own words are."""
    value = problem["input"]
    found = len(value) if isinstance(value, (str, list)) else 0
    parts = "characters" if isinstance(value, str) else "parts"
    said = EXPECTED.get(problem["type"], "")
    return said.format(
        found=found, parts=parts, types=", ".join(sorted(BLOCK_TYPES)), **problem.get("ctx", {})
    )


def _tag(problem: Mapping[str, Any]) -> object:
    """The type that a block gives itself, where that is what is wrong."""
    return problem["input"].get("type") if problem["type"] == "union_tag_invalid" else None


def _found(value: object) -> str:
    """What stands where something else was expected."""
    if value in ("", [], ()):
        return ""
    if isinstance(value, (list, tuple, dict)):
        return f" (found {'an object' if isinstance(value, dict) else 'a list'})"
    return f" (found {value[:80]!r})" if isinstance(value, str) else f" (found {json.dumps(value)})"


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
