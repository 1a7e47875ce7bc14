"""Settings: archiver.toml < environment (`ARCHIVER_...`) < flags, checked before anything runs."""

from __future__ import annotations

import json
import os
import re
import stat
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    Strict,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from archiver import stores
from archiver.article import FieldName, LanguageTag, Line, Rights
from archiver.bag.limits import DEFAULT, Limits
from archiver.errors import SettingsError
from archiver.levels import LEVELS, CaptureLevel

FILE_NAME = "archiver.toml"

PREFIX = "ARCHIVER_"
OTHER_VARIABLES = {"ARCHIVER_DEBUG"}
"""What the environment may say to archiver that is no setting."""

MIB = 1024 * 1024
GIB = 1024 * MIB

LABEL = re.compile(r"[^\s:](?:[^\r\n:]*[^\s:])?")
"""A label of bag-info.txt (RFC 8493 2.2.2)."""

OWN_LABELS = {
    "bag-size",
    "bag-software-agent",
    "bagging-date",
    "bagit-profile-identifier",
    "external-description",
    "external-identifier",
    "payload-oxum",
    "source-organization",
}

Column = Literal["path", FieldName, "rights_statement", "rights_uri", ""]
"""What a column of a manifest may be; one that is left out is empty."""

Algorithm = Literal["md5", "sha1", "sha256", "sha512"]
Held = Annotated[int, Field(gt=0, le=GIB)]
"""A limit of what is held in memory whole, as documents are."""
Most = Annotated[int, Field(gt=0, lt=2**63)]


def _named(path: object) -> object:
    if path == "":
        raise ValueError("is an empty name")
    return path


Place = Annotated[Path, Strict(False), BeforeValidator(_named)]
"""A path that is not empty: that would be the working directory, which nobody meant."""


def _switch(value: object) -> object:
    if isinstance(value, bool | str | Path):
        return _named(value)
    raise ValueError("should be true, false or a path")


Switch = Annotated[bool | Annotated[Path, Strict(False)], BeforeValidator(_switch)]
"""On, off, or on with the program at a path."""


def _output(value: object) -> object:
    return stores.place(value) if isinstance(value, str) and _named(value) else value


Output = Annotated[stores.Place, BeforeValidator(_output)]
"""A folder, or the URL of one in a store."""


class Settings(BaseSettings):
    """Everything that a user can set. The comments that `archiver init` writes are these descriptions."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, strict=True, env_ignore_empty=True
    )

    output: Output = Field(
        Path("output"), description="Where packages go: a folder, or a URL such as s3://bucket/prefix."
    )
    bag_per: Literal["document", "folder", "batch"] = Field(
        "document", description="What a bag is made of: a document, a folder of them, or all of a batch."
    )
    bag_group: Line | None = Field(
        None, description="Bag-Group-Identifier in bag-info.txt: the collection that these bags belong to."
    )
    serialize: Literal["tar", "tar.gz", "zip"] | None = Field(
        None, description="Serialize every package to one file of this form."
    )
    source_organization: Line | None = Field(
        None, description="Source-Organization in bag-info.txt: who makes these packages."
    )
    bag_info: dict[str, Line] = Field(
        default_factory=dict,
        description="Further labels for bag-info.txt, such as Contact-Email.",
    )
    publisher: Line | None = Field(None, description="Publisher, where a source states none.")
    rights: Rights | None = Field(None, description="Rights (statement, uri), where a source states none.")
    language: LanguageTag | None = Field(
        None, description="Language (BCP 47), where a source states none; else it is inferred."
    )
    date_order: Literal["dmy", "mdy", "ymd"] | None = Field(
        None, description="How to read 01/02/2002. Unset, such a date is an error."
    )
    strict: bool = Field(False, description="Make every warning an error.")
    manifest_columns: dict[str, Column] = Field(
        default_factory=dict,
        description='What a manifest\'s columns are, by their titles; "" leaves a column out.',
    )
    manifest_folder: Output | None = Field(
        None,
        description="Folder, or URL, that the paths in a manifest begin at; the manifest's own unless set.",
    )
    flavour: Literal["2a", "2b", "2u", "3a", "3b", "4", "4f"] = Field(
        "2a", description="PDF/A flavour of the rendition. 2a is PDF/UA-1 as well."
    )
    algorithms: Annotated[tuple[Algorithm, ...], Strict(False)] = Field(
        ("sha512",), min_length=1, description="Checksum algorithms of the manifests."
    )
    fonts: Annotated[tuple[Place, ...], Strict(False)] = Field(
        (),
        description="Font files or folders to look in before archiver's own and the machine's.",
    )
    verapdf: Switch = Field(
        True,
        description="Check every rendition with veraPDF when it is available (true), never "
        "(false), or with the installation at this path.",
    )
    tesseract: Switch = Field(
        True,
        description="Recognize the text of scans with Tesseract (true), with the program at this path, "
        "or not at all (false).",
    )
    optimize: bool = Field(
        False,
        description="Recompress pages that are compressed without loss as JPEG in the rendition, where "
        "that is smaller.",
    )
    min_word_confidence: int = Field(
        70, ge=0, le=100, description="Warn of pages whose words are recognized with less, in percent."
    )
    capture_levels: dict[str, CaptureLevel] = Field(
        LEVELS, description="The levels of capture quality there are: what each asks of a page."
    )
    capture_level: str = Field(
        "fadgi-2", validate_default=True, description="The level that scans are checked against."
    )
    cmyk_profile: Place | None = Field(
        None,
        description="ICC profile that colours in CMYK without one are taken to be of; else Ghostscript's, "
        "where that is installed.",
    )
    page_workers: int = Field(
        0,
        ge=0,
        le=1024,
        description="Pages of a scan that are looked at at once; 0 is one a processor, or one alone in "
        "a process that is one of several workers.",
    )
    max_page_seconds: Held = Field(300, description="Longest time for a page in Tesseract, in seconds.")
    max_scan_bytes: Most = Field(4 * GIB, description="Largest file of page scans, in bytes.")
    max_scan_pages: Held = Field(10_000, description="Most pages of one document of scans.")
    max_source_bytes: Held = Field(16 * MIB, description="Largest source document, in bytes.")
    max_pdf_bytes: Most = Field(2 * GIB, description="Largest source that is a PDF, in bytes.")
    max_pdf_pages: Most = Field(
        20_000,
        description="Most pages of a PDF that is looked into; of one with more only the original is kept.",
    )
    max_pdf_seconds: Most = Field(
        600,
        description="How long Ghostscript, and the comparison of pages, may take for a PDF, in seconds.",
    )
    max_compared_pages: Most = Field(
        200,
        description="Most pages of a PDF that are compared with its rendition as pictures, spread over it.",
    )
    require_pdfa: bool = Field(
        False,
        description="Refuse a document whose rendition is not shown to be PDF/A, or that has none.",
    )
    max_lines: Held = Field(200_000, description="Most lines of a text source.")
    max_line_chars: Held = Field(1_000_000, description="Longest line of a text source, in characters.")
    max_image_bytes: Held = Field(64 * MIB, description="Largest image file, in bytes.")
    max_image_pixels: Held = Field(
        100_000_000, description="Largest image, in pixels (a decompression bomb is larger)."
    )
    min_free_bytes: Annotated[int, Field(ge=0, lt=2**63)] = Field(
        8 * MIB, description="What a batch leaves free on the disk of the output, in bytes."
    )
    max_bag_entries: Most = Field(
        DEFAULT.entries,
        description="Most files and folders in a bag, and most lines in each of its manifests.",
    )
    max_bag_missing: Most = Field(
        DEFAULT.missing,
        description="Most files that manifests list and the bag has not, and most lines in fetch.txt.",
    )
    max_bag_path_bytes: Most = Field(
        DEFAULT.path_bytes, description="What the paths of a bag may take up in memory, in bytes."
    )
    max_bag_manifests: Most = Field(DEFAULT.manifests, description="Most manifests of a bag that are read.")
    max_bag_tag_file_bytes: Most = Field(
        DEFAULT.tag_file_bytes, description="Largest manifest, and largest fetch.txt, in bytes."
    )
    max_bag_info_bytes: Most = Field(
        DEFAULT.info_bytes, description="Largest bagit.txt, and largest bag-info.txt, in bytes."
    )
    max_bag_line_chars: Most = Field(
        DEFAULT.line_chars,
        description="Longest line of a tag file, and longest path of a folder, in characters.",
    )
    max_bag_hole_bytes: Most = Field(
        DEFAULT.hole_bytes,
        description="How much longer than what is stored for it a file may be (a sparse file), in bytes.",
    )
    max_bag_findings: Most = Field(
        DEFAULT.findings,
        description="Most findings of one rule that are told of a bag one by one; the rest are counted.",
    )
    max_bag_expansion: Most = Field(
        DEFAULT.expansion,
        description="How many times its own size a serialized bag may come to when it is unpacked.",
    )
    max_bag_expansion_floor: Most = Field(
        DEFAULT.expansion_floor,
        description="What a serialized bag may come to whatever its size, in bytes.",
    )

    @property
    def form(self) -> str:
        """What packages are serialized to; empty where they are not."""
        return self.serialize or ""

    @property
    def bag_limits(self) -> Limits:
        """The most that a bag may ask of its validator."""
        return Limits._make(getattr(self, f"max_bag_{limit}") for limit in Limits._fields)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given, then the environment; archiver.toml is given by `load`."""
        return init_settings, _Environment(settings_cls)

    @field_validator("capture_level")
    @classmethod
    def _has_its_level(cls, level: str, info: ValidationInfo) -> str:
        levels = info.data.get("capture_levels", {level: None})
        if level not in levels:
            raise ValueError(f"is not a level; capture_levels has {', '.join(levels) or 'none'}")
        return level

    @field_validator("bag_info")
    @classmethod
    def _labels(cls, labels: dict[str, str]) -> dict[str, str]:
        for label in labels:
            if not LABEL.fullmatch(label):
                raise ValueError(
                    f"{label!r} is no label; expected text without a colon or line break, and no "
                    "space at its ends"
                )
            if label.lower() in OWN_LABELS:
                raise ValueError(f"{label!r} is written by archiver itself; expected another label")
        return labels


class _Environment(EnvSettingsSource):
    """The environment, where every value is text: true, 1, a list with commas, an object as JSON."""

    def prepare_field_value(
        self, field_name: str, field: FieldInfo, value: Any, value_is_complex: bool
    ) -> Any:
        return None if value is None else _from_text(field.annotation, value)


BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def _from_text(kind: Any, text: str) -> Any:
    """A value of the kind that a field has; the text itself where it is none, to be told of."""
    if bool in (kind, *get_args(kind)):
        return BOOLEANS.get(text.lower(), text)
    if kind is int:
        return int(text) if re.fullmatch(r"-?\d{1,18}", text) else text
    if get_origin(kind) is tuple and not text.startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    if text[:1] in ("[", "{"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _unknown_variable() -> str | None:
    """A variable of the environment that looks like a setting and is none."""
    known = {*_variables(), *OTHER_VARIABLES}
    named = (name for name in os.environ if name.upper().startswith(PREFIX))
    return next((name for name in sorted(named) if name.upper() not in known), None)


def _variables() -> list[str]:
    return [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]


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
        from_environment = _Environment(Settings)()
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
    "too_short": "should have at least one item",
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
