"""Article: metadata and body blocks, the value every room after `sources/` works on.

The vocabulary is that of Dublin Core (DCMI Metadata Terms) for metadata and of tagged PDF
(ISO 32000-1 14.8.4) for blocks. The JSON Schema of `Article` is the published contract: one
form, read from a JSON source and written to `data/metadata/article.json` alike. Short forms
(a string for a paragraph, a name for a creator) are taken on input and written out in full.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from langcodes import tag_is_valid
from langcodes.tag_parser import parse_tag
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    Strict,
    StringConstraints,
    model_serializer,
    model_validator,
)

from archiver.dates.edtf import is_edtf

SCHEMA_VERSION: Literal["1.0"] = "1.0"

MAX_DEPTH = 10
"""How deep quotations and lists may be nested; each level indents the page."""

MAX_MANY = 100_000
"""Most parts of one kind in one place: blocks in a body, items in a list, rows in a table."""

LINK_SCHEMES = ("http", "https", "ftp", "mailto", "tel", "urn", "doi", "geo")
"""What a link may point at. Anything that runs (`javascript:`) or reads a machine is not here."""

SHAPE_OF_TAG = "^[A-Za-z0-9]{1,8}([-_][A-Za-z0-9]{1,8})*$"
"""What a schema can say of language tags; which of them there are is in a registry (RFC 5646)."""

NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Characters that XML 1.0 and a PDF's text cannot carry: controls, surrogates, noncharacters."""


class Obtained(StrEnum):
    """How a metadata field came to its value."""

    STATED = "stated"
    SIDECAR = "sidecar"
    MANIFEST = "manifest"
    INFERRED = "inferred"
    SETTINGS = "settings"
    UNKNOWN = "unknown"


# --- strings ------------------------------------------------------------------------------


def _text(value: str) -> str:
    if found := NOT_TEXT.search(value):
        raise ValueError(f"has the control character U+{ord(found[0]):04X}; remove it")
    return value


def _language(tag: str) -> str:
    """The tag in its usual form (RFC 5646 2.1.1): en_us is en-US."""
    if not tag_is_valid(tag):
        raise ValueError(f"{tag!r} is not a BCP 47 language tag such as 'en' or 'uz-Cyrl'")
    parts = parse_tag(tag)  # type: ignore[no-untyped-call]
    return "-".join(part for _, part in parts)


def _uri(value: str) -> str:
    scheme = urlsplit(value).scheme.lower()
    if scheme not in LINK_SCHEMES or re.search(r"\s", value):
        raise ValueError(f"{value!r} is not a link of a kind that is kept: {', '.join(LINK_SCHEMES)}")
    return value


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        complete = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        complete = False
    if not complete or re.search(r"[\s<>\"]", value):
        raise ValueError(f"{value!r} is not a complete address such as 'https://example.org/page'")
    return value


def _edtf(value: str) -> str:
    if not is_edtf(value):
        raise ValueError(f"{value!r} is not an EDTF date of level 0 or 1, such as '2002-01' or '1911~'")
    return value


def _one_line(value: object) -> object:
    return " ".join(value.split()) if isinstance(value, str) else value


Text = Annotated[str, AfterValidator(_text)]
NotBlank = Annotated[str, Field(pattern=r"\S")]
Line = Annotated[
    Text,
    BeforeValidator(_one_line, json_schema_input_type=NotBlank),
    StringConstraints(min_length=1, max_length=10_000),
]
LanguageTag = Annotated[str, AfterValidator(_language), Field(json_schema_extra={"pattern": SHAPE_OF_TAG})]
Uri = Annotated[str, AfterValidator(_uri), AfterValidator(_text)]
WebAddress = Annotated[str, AfterValidator(_web_address), AfterValidator(_text)]
Edtf = Annotated[str, AfterValidator(_edtf)]

T = TypeVar("T")
Many = Annotated[tuple[T, ...], Strict(False), Field(max_length=MAX_MANY)]


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _listed(value: object) -> object:
    """One string where a list is meant."""
    return [value] if isinstance(value, str) else value


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


# --- metadata -----------------------------------------------------------------------------


class Creator(_Model):
    """Who made the work; `note` for what a name alone does not tell, such as a pseudonym."""

    name: Line
    role: Line | None = None
    note: Line | None = None


class PublicationDate(_Model):
    """When the work was published: as its source states it, and in EDTF (ISO 8601-2) level 1.

    `edtf` is null where the statement could not be understood.
    """

    stated: Line | None = None
    edtf: Edtf | None = None


class Rights(_Model):
    """What may be done with the work: a statement for people, a URI for machines, or both."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    statement: Line | None = None
    uri: Uri | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Rights:
        if self.statement is None and self.uri is None:
            raise ValueError("needs a statement, a uri or both")
        return self


def _creators(value: object) -> object:
    if isinstance(value, (str, dict)):
        value = [value]
    if isinstance(value, (list, tuple)):
        return [{"name": v} if isinstance(v, str) else v for v in value]
    return value


def _date(value: object) -> object:
    return {"stated": value, "edtf": value} if isinstance(value, str) else value


def _rights(value: object) -> object:
    if not isinstance(value, str):
        return value
    return {"uri": value} if re.fullmatch(r"https?://\S+", value) else {"statement": value}


FieldName = Literal[
    "title",
    "identifier",
    "subtitle",
    "abstract",
    "creators",
    "publisher",
    "date",
    "language",
    "places",
    "subjects",
    "source_url",
    "rights",
]


class Overridden(_Model):
    """A value that another went before: of which field, as text, and how it was obtained."""

    field: FieldName
    value: Text
    obtained: Obtained


class Metadata(_Model):
    """What is known about a work, and how each part of it was obtained (`provenance`).

    `overridden` has what the source or its sidecar says where something else goes before it.
    """

    title: Line
    identifier: Annotated[Line, StringConstraints(max_length=500)] | None = None
    subtitle: Line | None = None
    abstract: Line | None = None
    creators: Annotated[
        Many[Creator],
        BeforeValidator(_creators, json_schema_input_type=Line | Many[Line | Creator]),
    ] = ()
    publisher: Line | None = None
    date: Annotated[
        PublicationDate | None,
        BeforeValidator(_date, json_schema_input_type=Line | PublicationDate | None),
    ] = None
    language: Annotated[
        Many[LanguageTag],
        BeforeValidator(
            _listed, json_schema_input_type=LanguageTag | Annotated[Many[LanguageTag], Field(min_length=1)]
        ),
        AfterValidator(_distinct),
        Field(min_length=1),
    ] = ("und",)
    places: Annotated[Many[Line], BeforeValidator(_listed, json_schema_input_type=Line | Many[Line])] = ()
    subjects: Annotated[Many[Line], BeforeValidator(_listed, json_schema_input_type=Line | Many[Line])] = ()
    source_url: WebAddress | None = None
    rights: Annotated[
        Rights | None, BeforeValidator(_rights, json_schema_input_type=Line | Rights | None)
    ] = None
    provenance: dict[FieldName, Obtained] = Field(default_factory=dict)
    overridden: Many[Overridden] = ()

    def obtained(self, field: FieldName) -> Obtained:
        """How the value of `field` was obtained; unknown where there is none."""
        if field in self.provenance:
            return self.provenance[field]
        return Obtained.STATED if field in self.model_fields_set else Obtained.UNKNOWN


# --- body ---------------------------------------------------------------------------------


class Span(_Model):
    """A run of text with one style. `language` is a BCP 47 tag where it differs from the block's."""

    text: Text
    emphasis: bool = False
    strong: bool = False
    code: bool = False
    href: Uri | None = None
    language: LanguageTag | None = None

    @model_serializer(mode="wrap")
    def _only_what_is_set(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in serialize(self).items() if value or name == "text"}


def _inlines(value: object) -> object:
    if isinstance(value, (str, dict)):
        value = [value]
    if isinstance(value, (list, tuple)):
        return [{"text": v} if isinstance(v, str) else v for v in value]
    return value


Inlines = Annotated[Many[Span], BeforeValidator(_inlines, json_schema_input_type=str | Many[str | Span])]
Words = Annotated[
    Many[Span],
    BeforeValidator(
        _inlines, json_schema_input_type=NotBlank | Annotated[Many[str | Span], Field(min_length=1)]
    ),
]


def _says_its_type(schema: dict[str, Any]) -> None:
    schema["required"] = ["type", *schema.get("required", [])]


class _Block(_Model):
    model_config = ConfigDict(json_schema_extra=_says_its_type)


class Heading(_Block):
    """A section's heading; the title of the article is not one of them."""

    type: Literal["heading"] = "heading"
    level: Annotated[int, Field(ge=1, le=6)] = 1
    content: Words

    @model_validator(mode="after")
    def _has_words(self) -> Heading:
        if not _has_text(self.content):
            raise ValueError("is a heading without words; give it some, or take it away")
        return self


class Paragraph(_Block):
    type: Literal["paragraph"] = "paragraph"
    content: Inlines


class Quote(_Block):
    type: Literal["quote"] = "quote"
    blocks: Blocks


class List(_Block):
    """`start` counts an ordered list, `delimiter` follows its numbers; each item is a list of blocks."""

    type: Literal["list"] = "list"
    ordered: bool = False
    start: Annotated[int, Field(ge=0, le=999_999_999)] = 1
    delimiter: Literal[".", ")"] = "."
    items: Many[Blocks]


class Table(_Block):
    """Rows of cells under one row of column headers; every row has as many cells as there are columns."""

    type: Literal["table"] = "table"
    header: Annotated[Many[Inlines], Field(min_length=1)]
    rows: Many[Many[Inlines]] = ()
    align: Many[Literal["left", "right", "center"]] = ()
    caption: Inlines = ()

    @model_validator(mode="after")
    def _is_rectangular(self) -> Table:
        columns = len(self.header)
        for number, row in enumerate(self.rows, 1):
            if len(row) != columns:
                raise ValueError(f"row {number} has {len(row)} cells where the header has {columns}")
        if self.align and len(self.align) != columns:
            raise ValueError(f"align has {len(self.align)} entries where the header has {columns}")
        return self


class Figure(_Block):
    """A picture in a file beside the source (`src`, a relative path); `alt` says what it shows."""

    type: Literal["figure"] = "figure"
    src: Annotated[Text, StringConstraints(min_length=1, max_length=10_000)]
    alt: Text = ""
    caption: Inlines = ()


class Code(_Block):
    """Lines kept as they are; `syntax` names the programming language, if any."""

    type: Literal["code"] = "code"
    text: Text
    syntax: Line | None = None


class Rule(_Block):
    """A break between two passages of one section."""

    type: Literal["rule"] = "rule"


AnyBlock = Annotated[
    Heading | Paragraph | Quote | List | Table | Figure | Code | Rule, Field(discriminator="type")
]


def _blocks(value: object) -> object:
    if isinstance(value, str):
        value = [value]
    if isinstance(value, (list, tuple)):
        return [{"type": "paragraph", "content": v} if isinstance(v, str) else v for v in value]
    return value


Blocks = Annotated[
    Many[AnyBlock], BeforeValidator(_blocks, json_schema_input_type=str | Many[str | AnyBlock])
]
Body = Annotated[
    Many[AnyBlock],
    BeforeValidator(_blocks, json_schema_input_type=NotBlank | Many[str | AnyBlock]),
    Field(
        description="The text. An article in JSON needs some, or a figure; only what archiver writes of "
        "scans and PDFs, whose text is in their pages, has an empty list."
    ),
]


class Article(Metadata):
    """One work: its metadata and its body, in reading order."""

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    body: Body

    @model_validator(mode="after")
    def _is_shallow(self) -> Article:
        if (found := _depth(self.body)) > MAX_DEPTH:
            raise ValueError(f"has quotes and lists nested {found} deep; at most {MAX_DEPTH} are allowed")
        return self

    def says_something(self) -> bool:
        """Whether the body has a figure or text that is not white space."""
        return any(isinstance(block, Figure) or _has_text(block) for block in walk(self.body))

    def unshown(self) -> Iterator[str]:
        """What has no text and is not shown: `body[2].items[1] is an item`, `body[3] is a paragraph`."""
        return _unshown(self.body, "body")

    def figures(self) -> Iterator[Figure]:
        """Every figure of the body, in reading order."""
        return (block for block in walk(self.body) if isinstance(block, Figure))


def children(block: BaseModel) -> Iterator[tuple[BaseModel, ...]]:
    """The sequences of blocks that `block` contains."""
    if isinstance(block, Quote):
        yield block.blocks
    elif isinstance(block, List):
        yield from block.items


def walk(blocks: tuple[BaseModel, ...]) -> Iterator[BaseModel]:
    """Every block, each before those inside it, in reading order."""
    for block in blocks:
        yield block
        for inner in children(block):
            yield from walk(inner)


def _unshown(blocks: tuple[BaseModel, ...], path: str) -> Iterator[str]:
    for number, block in enumerate(blocks):
        place = f"{path}[{number}]"
        if isinstance(block, Paragraph) and not _has_text(block):
            yield f"{place} is a paragraph"
        elif isinstance(block, Quote):
            yield from _unshown(block.blocks, f"{place}.blocks")
        elif isinstance(block, List):
            for index, item in enumerate(block.items):
                if all(isinstance(each, Paragraph) and not _has_text(each) for each in item):
                    yield f"{place}.items[{index}] is an item"
                else:
                    yield from _unshown(item, f"{place}.items[{index}]")


def _has_text(value: object) -> bool:
    if isinstance(value, tuple):
        return any(map(_has_text, value))
    if isinstance(value, Table):
        return _has_text((value.header, value.rows, value.caption))
    text = value.text if isinstance(value, (Span, Code)) else ""
    return bool(text.strip()) or _has_text(getattr(value, "content", ()))


def _depth(blocks: tuple[BaseModel, ...]) -> int:
    """How deep quotes and lists are nested in some blocks."""
    return max((1 + _depth(inner) for block in blocks for inner in children(block)), default=0)
