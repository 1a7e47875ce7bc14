"""PREMIS 3: the objects of a package, what was done to them, and by whom."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from archiver.records.mix import mix

if TYPE_CHECKING:
    from archiver.article import Article
    from archiver.capture import Capture
    from archiver.events import Agent, Event
    from archiver.formats import Format

PREMIS = "http://www.loc.gov/premis/v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
NAMESPACE = uuid.UUID("8d6cf5a8-4a0c-5f0e-8b7f-3a1c8b8f1d52")

PATH_TYPE = "path in the bag"
"""The type of the identifiers that are paths, such as `data/original/article.md`."""

HASHES = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "sha512": "SHA-512"}


class StoredFile(NamedTuple):
    """A file of the payload: its path in the bag, size in bytes, digests, format, and name as it came.

    `captures` says of page pictures how each in the file was captured.
    """

    path: str
    size: int
    digests: Mapping[str, str]
    format: Format
    original_name: str
    captures: tuple[Capture, ...] = ()


def premis(
    article: Article,
    files: Sequence[StoredFile],
    events: Sequence[Event],
    derived: Mapping[str, str],
    when: datetime,
) -> bytes:
    """The record, valid against premis-v3-0.xsd.

    `derived` maps a file's path to that of the one it was made from. Identifiers of events are
    drawn from what they say (UUIDv5), so that the same package has the same record.
    """
    root = etree.Element(_name("premis"), nsmap={None: PREMIS, "xsi": XSI}, version="3.0")
    _object(root, "intellectualEntity", article.identifier or "")
    for file in files:
        written = _object(root, "file", file.path)
        _characteristics(written, file)
        _add(written, "originalName", file.original_name)
        if source := derived.get(file.path):
            _related(written, "derivation", "has source", source)
        _related(written, "structural", "is included in", article.identifier or "")
    moment = when.strftime("%Y-%m-%dT%H:%M:%SZ")
    for number, event in enumerate(events):
        _event(root, event, f"{article.identifier} {number}", moment)
    for agent in dict.fromkeys(event.agent for event in events):
        _agent(root, agent)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _name(tag: str) -> str:
    return f"{{{PREMIS}}}{tag}"


def _add(parent: etree._Element, tag: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, _name(tag))
    element.text = text
    return element


def _identifier(parent: etree._Element, tag: str, kind: str, value: str) -> etree._Element:
    element = _add(parent, tag)
    _add(element, f"{tag}Type", kind)
    _add(element, f"{tag}Value", value)
    return element


def _object(root: etree._Element, kind: str, value: str) -> etree._Element:
    element = _add(root, "object")
    element.set(f"{{{XSI}}}type", kind)
    _identifier(element, "objectIdentifier", _kind(value), value)
    return element


def _kind(value: str) -> str:
    return PATH_TYPE if value.startswith("data/") else "identifier"


def _characteristics(parent: etree._Element, file: StoredFile) -> None:
    element = _add(parent, "objectCharacteristics")
    for algorithm, digest in file.digests.items():
        fixity = _add(element, "fixity")
        _add(fixity, "messageDigestAlgorithm", HASHES[algorithm])
        _add(fixity, "messageDigest", digest)
    _add(element, "size", str(file.size))
    form = _add(element, "format")
    designation = _add(form, "formatDesignation")
    _add(designation, "formatName", file.format.name)
    if file.format.version:
        _add(designation, "formatVersion", file.format.version)
    if file.format.puid:
        registry = _add(form, "formatRegistry")
        _add(registry, "formatRegistryName", "PRONOM")
        _add(registry, "formatRegistryKey", file.format.puid)
    if file.format.note:
        _add(form, "formatNote", file.format.note)
    for found in file.captures:
        _add(element, "objectCharacteristicsExtension").append(mix(found))


def _related(parent: etree._Element, kind: str, how: str, value: str) -> None:
    element = _add(parent, "relationship")
    _add(element, "relationshipType", kind)
    _add(element, "relationshipSubType", how)
    _identifier(element, "relatedObjectIdentifier", _kind(value), value)


def _event(root: etree._Element, event: Event, seed: str, moment: str) -> None:
    element = _add(root, "event")
    identity = uuid.uuid5(NAMESPACE, f"{seed} {event.type} {moment}")
    _identifier(element, "eventIdentifier", "UUID", str(identity))
    _add(element, "eventType", event.type)
    _add(element, "eventDateTime", moment)
    _add(_add(element, "eventDetailInformation"), "eventDetail", event.detail)
    outcome = _add(element, "eventOutcomeInformation")
    _add(outcome, "eventOutcome", event.outcome)
    if event.note:
        _add(_add(outcome, "eventOutcomeDetail"), "eventOutcomeDetailNote", event.note)
    agent = _identifier(element, "linkingAgentIdentifier", "name", _label(event.agent))
    _add(agent, "linkingAgentRole", "executing program")
    for role, paths in (("source", event.sources), ("outcome", event.outcomes)):
        for path in paths:
            linked = _identifier(element, "linkingObjectIdentifier", _kind(path), path)
            _add(linked, "linkingObjectRole", role)


def _label(agent: Agent) -> str:
    return f"{agent.name} {agent.version}".strip()


def _agent(root: etree._Element, agent: Agent) -> None:
    element = _add(root, "agent")
    _identifier(element, "agentIdentifier", "name", _label(agent))
    _add(element, "agentName", agent.name)
    _add(element, "agentType", agent.type)
    if agent.version:
        _add(element, "agentVersion", agent.version)
