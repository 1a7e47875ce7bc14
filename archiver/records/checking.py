"""Checking: whether the records of a package are what their published schemas ask; no network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

from lxml import etree

from archiver.events import CONFORMANCE_EVENT, FAIL, NORMALIZATION_EVENT, SUCCESS
from archiver.findings import Finding, Severity
from archiver.records.premis import HASHES, PATH_TYPE, PREMIS

MAX_BYTES = 64 * 1024 * 1024
MOST_FINDINGS = 20

if TYPE_CHECKING:
    from archiver.article import Article
    from archiver.bag.contents import Readable

SPACE = {"p": PREMIS}

ROOT = "data/"
"""Where the files of an article are in a bag, unless that has several."""

Open = Callable[[str], "Readable"]
"""Opens a file of a bag by its path there. Raises OSError where there is none."""

Fixity = Mapping[str, Mapping[str, str]]
"""For each payload file of a bag, its digests by algorithm."""


class Kind(NamedTuple):
    """What an XML record is checked against: its root, its schema, and what that is called."""

    root: str
    schema: str
    clause: str


PREMIS_PATH, ARTICLE_PATH = "metadata/premis.xml", "metadata/article.json"
"""Where records are among the files of an article."""

RECORDS = {
    PREMIS_PATH: Kind(f"{{{PREMIS}}}premis", "premis-v3-0.xsd", "PREMIS 3.0"),
    "metadata/dublin-core.xml": Kind("qualifieddc", "qualifieddc.xsd", "DCMI qualifieddc.xsd"),
}

ALTO = "http://www.loc.gov/standards/alto/ns-v4#"
ALTO_FOLDER = "rendition/alto/"
ALTO_RECORD = Kind(f"{{{ALTO}}}alto", "alto-4-3.xsd", "ALTO 4.3")


class Checked(NamedTuple):
    """What is wrong with the records of an article, and what they say of it where that can be read."""

    findings: tuple[Finding, ...]
    article: Article | None
    conformance: str
    """What was checked of the rendition, and by what; empty if nothing was."""
    obstacle: str
    """Why there is no rendition; empty if that is not said."""


def check(open_file: Open, payload: Fixity, identifier: str | None, root: str = ROOT) -> Checked:
    """Look at the records of an article, whose files are in `root`.

    PREMIS has to tell of every file of the `payload` but itself, with the digests that the manifests
    say, and the article has to have the `identifier` of bag-info.txt, unless that is of several.
    Recognized text is checked as ALTO.
    """
    wrong: list[Finding] = []
    told: dict[tuple[str, str], str] = {}
    names = (path.removeprefix(root) for path in sorted(payload))
    texts = {name: ALTO_RECORD for name in names if name.startswith(ALTO_FOLDER)}
    for name, kind in {**RECORDS, **texts}.items():
        try:
            document = _document(open_file, root, name, kind)
        except ValueError as error:
            wrong.append(_finding(name, str(error), kind.clause))
            continue
        breaches = list(_breaches(document, name, kind))
        wrong += breaches
        if name == PREMIS_PATH and not breaches:
            wrong += _disagreements(document, payload)
            wrong += _unaccounted(document, payload.keys() - {f"{root}{name}"})
            told = _told(document)
    article, misstated = _article(open_file, root, identifier)
    findings = [found._replace(where=f"{root}{found.where}") for found in (*wrong, *misstated)]
    conformance = told.get((CONFORMANCE_EVENT, SUCCESS), "")
    return Checked(tuple(findings), article, conformance, told.get((NORMALIZATION_EVENT, FAIL), ""))


def _told(document: etree._Element) -> dict[tuple[str, str], str]:
    """The detail of the first event in PREMIS of each type and outcome."""
    told: dict[tuple[str, str], str] = {}
    for event in document.iterfind("p:event", SPACE):
        kind = event.findtext("p:eventType", "", SPACE)
        outcome = event.findtext("p:eventOutcomeInformation/p:eventOutcome", "", SPACE)
        detail = event.findtext("p:eventDetailInformation/p:eventDetail", "", SPACE)
        told.setdefault((kind, outcome), detail)
    return told


def recorded_article(open_file: Open, root: str = ROOT) -> Article | None:
    """The article whose files are in `root`; None where its record cannot be read as one."""
    from archiver.article import Article

    try:
        return Article.model_validate_json(_content(open_file, root, ARTICLE_PATH))
    except ValueError:
        return None


def recorded_format(open_file: Open, path: str, root: str = ROOT) -> str:
    """What PREMIS calls the format of a file; empty where it cannot be read, or does not tell."""
    try:
        document = _document(open_file, root, PREMIS_PATH, RECORDS[PREMIS_PATH])
    except ValueError:
        return ""
    name = "p:objectCharacteristics/p:format/p:formatDesignation/p:formatName"
    objects = (item for item in document.iterfind("p:object", SPACE) if _path_of(item) == path)
    return next((item.findtext(name, "", SPACE) for item in objects), "")


def _finding(name: str, message: str, clause: str = "") -> Finding:
    return Finding("records-invalid", Severity.ERROR, message, name, clause)


def _content(open_file: Open, root: str, name: str) -> bytes:
    """A record's bytes. Raises ValueError where there is no plain file of a sensible size."""
    try:
        with open_file(f"{root}{name}") as file:
            content = b""
            while len(content) <= MAX_BYTES and (block := file.read(MAX_BYTES + 1)):
                content += block
    except FileNotFoundError:
        raise ValueError("is missing") from None
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror or error}") from None
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


def _document(open_file: Open, root: str, name: str, kind: Kind) -> etree._Element:
    """The root of a record. Raises ValueError where it is not well-formed, or another's."""
    try:
        document = etree.fromstring(_content(open_file, root, name), _parser())
    except etree.XMLSyntaxError as error:
        raise ValueError(f"is not well-formed XML: {error.msg}") from None
    if document.getroottree().docinfo.doctype:
        raise ValueError("has a document type declaration, which no record has")
    if document.tag != kind.root:
        raise ValueError(f"has the root {document.tag!r}; expected {kind.root!r}")
    return document


def _breaches(document: etree._Element, name: str, kind: Kind) -> Iterator[Finding]:
    checked = schema(kind.schema)
    if not checked.validate(document):
        for entry in list(checked.error_log)[:MOST_FINDINGS]:
            yield _finding(f"{name}, line {entry.line}", entry.message, kind.clause)


def _disagreements(document: etree._Element, payload: Fixity) -> Iterator[Finding]:
    """Digests in PREMIS that are not those of the manifests."""
    names = {label: algorithm for algorithm, label in HASHES.items()}
    for item in document.iterfind("p:object", SPACE):
        known = payload.get(_path_of(item), {})
        for written in item.iterfind("p:objectCharacteristics/p:fixity", SPACE):
            algorithm = names.get(written.findtext("p:messageDigestAlgorithm", "", SPACE), "")
            digest = written.findtext("p:messageDigest", "", SPACE).lower()
            if known.get(algorithm, digest) != digest:
                told = f"has another {algorithm} for {_path_of(item)} than the manifest"
                yield _finding(PREMIS_PATH, told, "PREMIS 3.0, 1.5.2 fixity")


def _unaccounted(document: etree._Element, files: Set[str]) -> Iterator[Finding]:
    """Files that PREMIS knows and the payload has not, and the other way round."""
    told = {path for item in document.iterfind("p:object", SPACE) if (path := _path_of(item))}
    for path in sorted(told - files):
        yield _finding(PREMIS_PATH, f"tells of {path}, which is not in the package", "PREMIS 3.0, 1.1")
    for path in sorted(files - told):
        yield _finding(PREMIS_PATH, f"does not tell of {path}", "PREMIS 3.0, 1.1")


def _path_of(item: etree._Element) -> str:
    for identifier in item.iterfind("p:objectIdentifier", SPACE):
        if identifier.findtext("p:objectIdentifierType", "", SPACE) == PATH_TYPE:
            return identifier.findtext("p:objectIdentifierValue", "", SPACE)
    return ""


# --- JSON -------------------------------------------------------------------------------------


def _article(open_file: Open, root: str, identifier: str | None) -> tuple[Article | None, list[Finding]]:
    from pydantic import ValidationError

    from archiver.article import Article

    name = ARTICLE_PATH
    try:
        article = Article.model_validate_json(_content(open_file, root, name))
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)[:MOST_FINDINGS]
        places = [".".join(map(str, problem["loc"])) for problem in problems]
        return None, [
            _finding(name, f"{place}: {problem['msg']}" if place else problem["msg"])
            for place, problem in zip(places, problems, strict=True)
        ]
    except ValueError as error:
        return None, [_finding(name, str(error))]
    if identifier is None or article.identifier == identifier:
        return article, []
    told = f"has the identifier {article.identifier!r}; bag-info.txt says {identifier!r}"
    return article, [_finding(name, told)]
