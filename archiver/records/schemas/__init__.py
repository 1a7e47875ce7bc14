"""Checking the records of a bag against their published schemas, without a network."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from lxml import etree

from archiver.findings import Finding, Severity

MAX_RECORD_BYTES = 64 * 1024 * 1024

RECORDS = {"premis.xml": "premis-v3-0.xsd", "dublin-core.xml": "qualifieddc.xsd"}
"""The XML records of a bag and the schema that each has to satisfy."""


class _Local(etree.Resolver):
    """Every schema that another imports, by its file's name, from this folder."""

    def resolve(self, system_url: str | None, public_id: str | None, context: Any) -> Any:
        name = (system_url or "").rsplit("/", 1)[-1]
        file = resources.files(__name__).joinpath(name)
        content = file.read_bytes() if file.is_file() else b"<none/>"
        return self.resolve_string(content, context)


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


@cache
def schema(name: str) -> etree.XMLSchema:
    """A schema of this folder, with all that it imports."""
    parser = _parser()
    parser.resolvers.add(_Local())
    content = resources.files(__name__).joinpath(name).read_bytes()
    return etree.XMLSchema(etree.fromstring(content, parser, base_url=name))


def check(folder: Path) -> tuple[Finding, ...]:
    """What is wrong with the records in `folder` (data/metadata of a bag); none where all is well."""
    findings: list[Finding] = []
    for name, xsd in RECORDS.items():
        findings += _xml(folder / name, xsd)
    findings += _article(folder / "article.json")
    return tuple(findings)


def _error(path: Path, message: str) -> Finding:
    return Finding("records-invalid", Severity.ERROR, message, where=f"data/metadata/{path.name}")


def _content(path: Path) -> bytes:
    if path.is_symlink() or not path.is_file():
        raise ValueError("is missing")
    if path.stat().st_size > MAX_RECORD_BYTES:
        raise ValueError(f"is larger than {MAX_RECORD_BYTES:,} bytes")
    return path.read_bytes()


def _xml(path: Path, xsd: str) -> list[Finding]:
    try:
        document = etree.fromstring(_content(path), _parser())
    except (ValueError, OSError, etree.XMLSyntaxError) as error:
        return [_error(path, str(error))]
    if document.getroottree().docinfo.doctype:
        return [_error(path, "has a document type declaration, which a record has not")]
    found = schema(xsd)
    if found.validate(document):
        return []
    return [_error(path, f"line {entry.line}: {entry.message}") for entry in list(found.error_log)[:20]]


def _article(path: Path) -> list[Finding]:
    from pydantic import ValidationError

    from archiver.article import Article

    try:
        Article.model_validate_json(_content(path))
    except ValidationError as error:
        return [_error(path, f"{'.'.join(map(str, e['loc']))}: {e['msg']}") for e in error.errors()[:20]]
    except (ValueError, OSError, RecursionError) as error:
        return [_error(path, str(error))]
    return []
