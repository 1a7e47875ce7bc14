"""Sidecars: files beside a source that say its metadata, such as `article.meta.yaml`."""

from __future__ import annotations

import os
from typing import NamedTuple

from archiver.article import Obtained
from archiver.errors import SourceError
from archiver.settings import Settings
from archiver.sources.given import Given
from archiver.sources.refs import SourceRef, data_of
from archiver.sources.source import Original

SUFFIXES = (".meta.yaml", ".meta.yml", ".meta.json")
INSTEAD_OF_BODY = "the body is that of the document"


class Sidecar(NamedTuple):
    """A sidecar that was read: the file, and the metadata that it gives."""

    original: Original
    given: Given


def is_sidecar(name: str) -> bool:
    """Whether a file is by its name the sidecar of another; one in a folder of a package is not."""
    return name.endswith(SUFFIXES) and "/" not in name


def document_of(name: str) -> str:
    """What a sidecar is for: the file of this name, or any that has it before its suffix."""
    return next(name.removesuffix(suffix) for suffix in SUFFIXES if name.endswith(suffix))


def beside(ref: SourceRef, settings: Settings) -> list[Sidecar]:
    """The sidecar of a document, if it has one: `a.md.meta.yaml` for `a.md`, `a.meta.yaml` for any `a`.

    Raises SourceError for two of them, and for one that cannot be read.
    """
    if ref.data is not None:
        return []
    folder, names = ref.path.parent, dict.fromkeys((ref.path.name, ref.path.stem))
    there = [
        path for name in names for suffix in SUFFIXES if os.path.lexists(path := folder / f"{name}{suffix}")
    ]
    if len(there) > 1:
        found = " and ".join(path.name for path in there)
        raise SourceError(f"has more than one sidecar: {found}; expected one", where=ref.label)
    return [_read(SourceRef(path), settings) for path in there]


def _read(ref: SourceRef, settings: Settings) -> Sidecar:
    from archiver.sources import decoding, json_article, yaml_fields

    data = data_of(ref, settings)
    if not data.strip():
        raise SourceError("is empty; expected metadata", where=ref.label)
    text = decoding.decode_lines(data, ref, settings)
    if ref.path.suffix == ".json":
        media_type, values = "application/json", json_article.parse(text.text, ref)
        places = dict.fromkeys(values, ref.label)
    else:
        media_type = "application/yaml"
        values, places = yaml_fields.parse(text.text, ref.label, "sidecar", 1)
    yaml_fields.refuse(places, {"body": INSTEAD_OF_BODY}, "sidecar")
    given = Given(Obtained.SIDECAR, ref.original_name, values, places, text.findings)
    return Sidecar(Original(ref.name, media_type, data=data), given)
