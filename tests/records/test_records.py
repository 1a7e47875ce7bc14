"""Records are valid against the published schemas, whatever an article holds."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from lxml import etree
from pydantic import ValidationError

from archiver.article import Article
from archiver.events import CONFORMANCE_EVENT, Agent, Event
from archiver.formats import known
from archiver.records import StoredFile, article_json, dublin_core, premis
from archiver.records.checking import schema

TERMS = "{http://purl.org/dc/terms/}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

FULL = {
    "title": "The ferry & the <harbour>",
    "identifier": "urn:example:ferry",
    "subtitle": "A crossing",
    "abstract": "What a town saw.",
    "creators": [{"name": "Ada Marsh", "role": "reporter", "note": "a pseudonym"}, "Jon Vale"],
    "publisher": "The Quay",
    "date": "2001-21",
    "language": ["en", "sr-Latn"],
    "places": ["Harbour Street"],
    "subjects": ["ferries"],
    "source_url": "https://example.org/ferry?a=1&b=ü",
    "rights": {"statement": "In copyright", "uri": "https://example.org/rights"},
    "body": ["Text."],
}

LINES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)


def article(**changes: object) -> Article:
    return Article.model_validate({**FULL, **changes})


def elements(record: bytes, name: str) -> list[tuple[str | None, str | None]]:
    root = etree.fromstring(record)
    return [(found.text, found.get(XSI_TYPE)) for found in root.iterfind(f"{TERMS}{name}")]


def premis_of(value: Article) -> bytes:
    digests = {"sha512": "0" * 128}
    stored = "data/original/ferry.md"
    made = "data/rendition/ferry.pdf"
    files = [
        StoredFile(stored, 9, digests, known("text/markdown"), "ferry.md"),
        StoredFile(made, 99, digests, known("PDF/A-2a"), "ferry.pdf"),
    ]
    events = [
        Event("creation", "rendered", Agent("archiver", "software", "1"), (stored,), (made,)),
        Event(CONFORMANCE_EVENT, "PDF/A-2a", Agent("veraPDF", "software", "1"), (made,)),
    ]
    return premis(value, files, events, {made: stored}, datetime(2002, 1, 12, tzinfo=UTC))


def valid(record: bytes, name: str) -> bool:
    checked = schema(name)
    return checked.validate(etree.fromstring(record)) or pytest.fail(str(checked.error_log))


def test_dublin_core_has_every_term_with_its_encoding_scheme() -> None:
    record = dublin_core(article())
    assert valid(record, "qualifieddc.xsd")
    assert elements(record, "title") == [("The ferry & the <harbour>", None)]
    assert [text for text, _ in elements(record, "creator")] == ["Ada Marsh", "Jon Vale"]
    assert elements(record, "description") == [("Ada Marsh: reporter; a pseudonym", None)]
    assert [text for text, _ in elements(record, "language")] == ["en", "sr-Latn"]


@pytest.mark.parametrize(
    ("date", "written", "scheme"),
    [
        ("2002-01-12", "2002-01-12", "dcterms:W3CDTF"),
        ("2001-21", "2001-21", None),
        ("1911~", "1911~", None),
        (None, None, None),
    ],
)
def test_a_date_is_called_w3cdtf_only_where_it_is(
    date: str | None, written: str | None, scheme: str | None
) -> None:
    record = dublin_core(article(date=date))
    assert valid(record, "qualifieddc.xsd")
    assert elements(record, "issued") == ([(written, scheme)] if written else [])


@given(title=LINES, name=LINES, place=LINES, identifier=LINES)
def test_records_are_valid_whatever_an_article_holds(
    title: str, name: str, place: str, identifier: str
) -> None:
    try:
        value = article(title=title, creators=[name], places=[place], identifier=identifier)
    except ValidationError:
        reject()
    record = dublin_core(value)
    assert valid(record, "qualifieddc.xsd")
    assert elements(record, "title") == [(value.title, None)]
    assert valid(premis_of(value), "premis-v3-0.xsd")


def test_premis_is_the_same_for_the_same_package() -> None:
    assert premis_of(article()) == premis_of(article())
    assert valid(premis_of(article()), "premis-v3-0.xsd")


def test_the_article_comes_back_from_its_json() -> None:
    assert Article.model_validate_json(article_json(article())) == article()


def test_a_date_that_is_none_is_written_as_it_was_stated_and_is_not_called_w3cdtf() -> None:
    record = dublin_core(article(date={"stated": "2002-02-30", "edtf": None}))
    schema("qualifieddc.xsd").assertValid(etree.fromstring(record))
    assert elements(record, "issued") == [("2002-02-30", None)]
