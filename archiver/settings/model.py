"""The model: every setting, what it may be, its default and what is said of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, Strict, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from archiver import stores
from archiver.article import FieldName, LanguageTag, Line, Rights
from archiver.bag.limits import DEFAULT, Limits
from archiver.levels import LEVELS, CaptureLevel
from archiver.settings.environment import PREFIX, Environment

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
        return init_settings, Environment(settings_cls)

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
