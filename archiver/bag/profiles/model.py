"""Profiles: what a BagIt Profile says, read and checked (BagIt Profiles Specification 1.4.0).

A profile is hostile until it is checked: its size, its depth and its lists are bounded. Everything
that is wrong with it is told at once, field by field.
"""

from __future__ import annotations

import fnmatch
import json
import re
import reprlib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError

from archiver.bag.algorithms import normalized
from archiver.bag.contents import shown
from archiver.errors import ProfileError

MAX_BYTES = 1024 * 1024
"""The longest profile that is read."""
MAX_ITEMS = 1000
"""The most that a list of a profile may have."""
MAX_PROBLEMS = 20
"""How many of the things that are wrong with a profile are told."""

VERSION = re.compile(r"1\.[0-4](\.\d+)?")
"""The versions of the specification that are known."""

SINCE = {
    "Tag-Files-Allowed": "1.2.0",
    "Manifests-Allowed": "1.3.0",
    "Tag-Manifests-Allowed": "1.3.0",
    "Fetch.txt-Required": "1.4.0",
    "Data-Empty": "1.4.0",
    "Payload-Files-Required": "1.4.0",
    "Payload-Files-Allowed": "1.4.0",
}
"""The version of the specification that brought a field, where it was not the first."""

WILDCARD = re.compile(r"[*?\[]")

Text = Annotated[str, Field(min_length=1, max_length=4096)]
Texts = Annotated[tuple[Text, ...], Field(max_length=MAX_ITEMS)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Info(_Part):
    """What a profile says of itself."""

    identifier: Text = Field(alias="BagIt-Profile-Identifier")
    organization: Text = Field(alias="Source-Organization")
    description: Text = Field(alias="External-Description")
    version: Text = Field(alias="Version")
    specification: Text = Field("1.1.0", alias="BagIt-Profile-Version")
    """The version of the specification that the profile goes by; before 1.2.0 it was not said."""


class Label(_Part):
    """What a profile asks of one label of a tag file."""

    required: StrictBool = False
    recommended: StrictBool = False
    repeatable: StrictBool = True
    values: Annotated[tuple[str, ...], Field(max_length=MAX_ITEMS)] = ()
    """The values that are accepted; where there are none, any is."""
    description: str = ""


Labels = Annotated[dict[Text, Label], Field(max_length=MAX_ITEMS)]


class Profile(_Part):
    """What a profile asks of a bag. A list of what is allowed that is None allows everything."""

    info: Info = Field(alias="BagIt-Profile-Info")
    bag_info: Labels = Field({}, alias="Bag-Info")
    other_info: Annotated[tuple[dict[Text, Labels], ...], Field(max_length=MAX_ITEMS)] = Field(
        (), alias="Other-Info"
    )
    """What is asked of other tag files, by name; an extension that Fedora's profiles have."""
    manifests_required: Texts = Field((), alias="Manifests-Required")
    manifests_allowed: Texts | None = Field(None, alias="Manifests-Allowed")
    tag_manifests_required: Texts = Field((), alias="Tag-Manifests-Required")
    tag_manifests_allowed: Texts | None = Field(None, alias="Tag-Manifests-Allowed")
    tag_files_required: Texts = Field((), alias="Tag-Files-Required")
    tag_files_allowed: Texts | None = Field(None, alias="Tag-Files-Allowed")
    payload_files_required: Texts = Field((), alias="Payload-Files-Required")
    payload_files_allowed: Texts | None = Field(None, alias="Payload-Files-Allowed")
    allow_fetch: StrictBool = Field(True, alias="Allow-Fetch.txt")
    fetch_required: StrictBool = Field(False, alias="Fetch.txt-Required")
    data_empty: StrictBool = Field(False, alias="Data-Empty")
    serialization: Literal["forbidden", "required", "optional"] = Field("optional", alias="Serialization")
    accept_serialization: Texts = Field((), alias="Accept-Serialization")
    accept_version: Annotated[Texts, Field(min_length=1)] = Field(alias="Accept-BagIt-Version")
    doubts: tuple[str, ...] = Field((), alias="doubts of archiver")
    """What a reader of the profile should know, though it makes nothing invalid."""

    @property
    def identifier(self) -> str:
        """The identifier by which bag-info.txt names the profile."""
        return self.info.identifier


FIELDS = {field.alias: name for name, field in Profile.model_fields.items() if name != "doubts"}

EXPECTED = {
    "bool_type": "true or false",
    "string_type": "a text",
    "tuple_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "string_too_short": "a text that is not empty",
    "string_too_long": "a text of {max_length:,} characters at most",
    "literal_error": "{expected}",
}
"""What is expected in the place of what is wrong, by pydantic's name of the problem."""


def parse(data: bytes, place: str) -> Profile:
    """The profile in a JSON document that came from `place`.

    Raises ProfileError with everything that is wrong with it.
    """
    content = _json(data, place)
    try:
        profile = Profile.model_validate(content)
    except ValidationError as error:
        raise _invalid(place, [_told(problem) for problem in error.errors(include_url=False)]) from None
    if wrong := list(_contradictions(profile)):
        raise _invalid(place, wrong)
    return profile.model_copy(update={"doubts": tuple(_doubts(content, profile))})


def _json(data: bytes, place: str) -> Any:
    if len(data) > MAX_BYTES:
        raise ProfileError(f"is longer than {MAX_BYTES:,} bytes; no BagIt Profile is", where=place)
    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_object)
    except RecursionError:
        raise ProfileError("is nested too deeply to be a BagIt Profile", where=place) from None
    except ValueError as error:
        raise ProfileError(f"is not JSON, which a BagIt Profile is: {error}", where=place) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; one that has a name twice means two things (RFC 8259 4)."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise ValueError(f"an object has '{shown(twice[:80])}' more than once")
    return found


def _invalid(place: str, problems: list[str]) -> ProfileError:
    told = problems[:MAX_PROBLEMS]
    if len(problems) > MAX_PROBLEMS:
        told.append(f"and {len(problems) - MAX_PROBLEMS:,} more")
    return ProfileError(f"is no valid BagIt Profile: {'; '.join(told)}", where=place)


def _told(problem: Any) -> str:
    """A field, what was found there, and what was expected."""
    kind, context = problem["type"], problem.get("ctx", {})
    field = shown(".".join(str(part)[:80] for part in problem["loc"])) or "the whole"
    if kind == "missing":
        return f"{field} is missing"
    if kind in ("too_long", "too_short"):
        expected = (
            "at least one item" if kind == "too_short" else f"{context['max_length']:,} items at most"
        )
        return f"{field} is too {kind.removeprefix('too_')}; expected {expected}"
    expected = EXPECTED[kind].format_map(context) if kind in EXPECTED else problem["msg"]
    return f"{field} is {reprlib.repr(problem['input'])}; expected {expected}"


def _contradictions(profile: Profile) -> Iterator[str]:
    """What each field alone may say, and the profile as a whole may not."""
    if not VERSION.fullmatch(profile.info.specification):
        told = reprlib.repr(profile.info.specification)
        yield f"BagIt-Profile-Info.BagIt-Profile-Version is {told}; expected one of 1.1.0 to 1.4.0"
    for kind, required, allowed in (
        ("Manifests", profile.manifests_required, profile.manifests_allowed),
        ("Tag-Manifests", profile.tag_manifests_required, profile.tag_manifests_allowed),
    ):
        accepted = {normalized(name) for name in (required if allowed is None else allowed)}
        for name in required:
            if normalized(name) not in accepted:
                yield f"{kind}-Required has '{shown(name)}', which {kind}-Allowed has not"
    for kind, required, allowed in (
        ("Tag-Files", profile.tag_files_required, profile.tag_files_allowed),
        ("Payload-Files", profile.payload_files_required, profile.payload_files_allowed),
    ):
        for path in required:
            if not _covered(path, allowed):
                yield f"{kind}-Required has '{shown(path)}', which {kind}-Allowed does not allow"
    for path in profile.payload_files_required:
        if not path.startswith("data/"):
            yield f"Payload-Files-Required has '{shown(path)}'; expected a path that begins with data/"
    if profile.fetch_required and not profile.allow_fetch:
        yield "Fetch.txt-Required is true, and Allow-Fetch.txt is false"
    stated = "serialization" in profile.model_fields_set and profile.serialization != "forbidden"
    if stated and not profile.accept_serialization:
        told = f"as Serialization is {profile.serialization}"
        yield f"Accept-Serialization has no items; expected at least one MIME type, {told}"
    labels = Counter(label.lower() for label in profile.bag_info)
    for label, count in labels.items():
        if count > 1:
            yield f"Bag-Info has '{shown(label)}' more than once, as the case of labels does not count"


def _covered(path: str, allowed: tuple[str, ...] | None) -> bool:
    """Whether what is required is allowed; of a folder, some file in it."""
    if allowed is None or matcher(allowed)(path):
        return True
    return path.endswith("/") and any(pattern.startswith(path) for pattern in allowed)


def _doubts(content: dict[str, Any], profile: Profile) -> Iterator[str]:
    """Fields that the specification does not know, or did not in the version that is said."""
    for name in list(content)[:MAX_ITEMS]:
        if name not in FIELDS:
            yield f"has the field '{shown(name[:80])}', which is not known and is not checked"
    version = profile.info.specification
    for name, since in SINCE.items():
        if FIELDS[name] in profile.model_fields_set and version[:3] < since[:3]:
            yield f"goes by {version} and has {name}, which is of {since}; it is checked all the same"


@lru_cache(maxsize=64)
def matcher(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether a path matches one of the patterns, in which * ? and [...] mean what shells mean.

    A `*` goes over slashes as well: by default `*` allows every tag file, whichever folder it is in.
    No pattern takes more time than its length times that of the path.
    """
    plain = frozenset(pattern for pattern in patterns if not WILDCARD.search(pattern))
    globs = [fnmatch.translate(pattern) for pattern in patterns if WILDCARD.search(pattern)]
    matches = re.compile("|".join(globs)).match if globs else lambda path: None
    return lambda path: path in plain or matches(path) is not None
