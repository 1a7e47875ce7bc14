"""Checking: whether the records of a package are what their published schemas ask; no network."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree

from archiver.findings import Finding, Severity
from archiver.records.premis import CONFORMANCE_EVENT, HASHES, PATH_TYPE, PREMIS, SUCCESS

MAX_BYTES = 64 * 1024 * 1024
MOST_FINDINGS = 20

SPACE = {"p": PREMIS}

Fixity = Mapping[str, Mapping[str, str]]
"""For each path in a bag, its digests by algorithm."""


class Kind(NamedTuple):
    """What an XML record is checked against: its root, its schema, and what that is called."""

    root: str
    schema: str
    clause: str


RECORDS = {
    "premis.xml": Kind(f"{{{PREMIS}}}premis", "premis-v3-0.xsd", "PREMIS 3.0"),
    "dublin-core.xml": Kind("qualifieddc", "qualifieddc.xsd", "DCMI qualifieddc.xsd"),
}


def check(folder: Path, fixity: Fixity | None = None) -> tuple[Finding, ...]:
    """What is wrong with the records in `folder` (data/metadata of a bag); none where all is well.

    With the digests of the bag's manifests as `fixity`, those in PREMIS have to agree.
    """
    findings: list[Finding] = []
    for name, kind in RECORDS.items():
        try:
            document = _document(folder / name, kind)
        except ValueError as error:
            findings.append(_finding(name, str(error), kind.clause))
            continue
        wrong = list(_breaches(document, name, kind))
        if name == "premis.xml" and not wrong:
            wrong = list(_disagreements(document, fixity or {}))
        findings += wrong
    return (*findings, *_article(folder / "article.json"))


def recorded_conformance(premis: Path) -> str:
    """What a PREMIS record says was checked of the rendition, and by what; empty if nothing was.

    The record has been checked.
    """
    for event in _document(premis, RECORDS["premis.xml"]).iterfind("p:event", SPACE):
        outcome = event.findtext("p:eventOutcomeInformation/p:eventOutcome", None, SPACE)
        kind = event.findtext("p:eventType", None, SPACE)
        if (kind, outcome) == (CONFORMANCE_EVENT, SUCCESS):
            return event.findtext("p:eventDetailInformation/p:eventDetail", "", SPACE)
    return ""


def _finding(name: str, message: str, clause: str = "") -> Finding:
    where = f"data/metadata/{name}"
    return Finding("records-invalid", Severity.ERROR, message, where, clause)


def _content(path: Path) -> bytes:
    """A record's bytes. Raises ValueError where there is no plain file of a sensible size."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise ValueError("is not a regular file")
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ValueError("is missing") from None
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    if len(content) > MAX_BYTES:
        raise ValueError(f"is larger than {MAX_BYTES:,} bytes")
    return content


# --- XML --------------------------------------------------------------------------------------


class _Local(etree.Resolver):
    """Every schema that another imports, by its file's name, from the folder of this package."""

    def resolve(self, system_url: str | None, public_id: str | None, context: Any) -> Any:
        name = (system_url or "").rsplit("/", 1)[-1]
        return self.resolve_string(_schema_bytes(name), context)


def _schema_bytes(name: str) -> bytes:
    return resources.files("archiver.records").joinpath("schemas", name).read_bytes()


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


@cache
def schema(name: str) -> etree.XMLSchema:
    """A published schema, with all that it imports."""
    parser = _parser()
    parser.resolvers.add(_Local())
    return etree.XMLSchema(etree.fromstring(_schema_bytes(name), parser, base_url=name))


def _document(path: Path, kind: Kind) -> etree._Element:
    """The root of a record. Raises ValueError where it is not well-formed, or another's."""
    try:
        root = etree.fromstring(_content(path), _parser())
    except etree.XMLSyntaxError as error:
        raise ValueError(f"is not well-formed XML: {error.msg}") from None
    if root.getroottree().docinfo.doctype:
        raise ValueError("has a document type declaration, which no record has")
    if root.tag != kind.root:
        raise ValueError(f"has the root {root.tag!r}; expected {kind.root!r}")
    return root


def _breaches(document: etree._Element, name: str, kind: Kind) -> Iterator[Finding]:
    checked = schema(kind.schema)
    if not checked.validate(document):
        for entry in list(checked.error_log)[:MOST_FINDINGS]:
            yield _finding(f"{name}, line {entry.line}", entry.message, kind.clause)


def _disagreements(document: etree._Element, fixity: Fixity) -> Iterator[Finding]:
    """Digests in PREMIS that are not those of the manifests."""
    names = {label: algorithm for algorithm, label in HASHES.items()}
    for item in document.iterfind("p:object", SPACE):
        known = fixity.get(_path_of(item), {})
        for written in item.iterfind("p:objectCharacteristics/p:fixity", SPACE):
            algorithm = names.get(written.findtext("p:messageDigestAlgorithm", "", SPACE), "")
            digest = written.findtext("p:messageDigest", "", SPACE).lower()
            if known.get(algorithm, digest) != digest:
                told = f"has another {algorithm} for {_path_of(item)} than the manifest"
                yield _finding("premis.xml", told, "PREMIS 3.0, 1.5.2 fixity")


def _path_of(item: etree._Element) -> str:
    for identifier in item.iterfind("p:objectIdentifier", SPACE):
        if identifier.findtext("p:objectIdentifierType", "", SPACE) == PATH_TYPE:
            return identifier.findtext("p:objectIdentifierValue", "", SPACE)
    return ""


# --- JSON -------------------------------------------------------------------------------------


def _article(path: Path) -> Iterator[Finding]:
    from pydantic import ValidationError

    from archiver.article import Article

    try:
        Article.model_validate_json(_content(path))
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False)[:MOST_FINDINGS]:
            place = ".".join(map(str, problem["loc"]))
            yield _finding(path.name, f"{place}: {problem['msg']}" if place else problem["msg"])
    except ValueError as error:
        yield _finding(path.name, str(error))
