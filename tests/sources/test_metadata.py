"""What a source states of itself: missing values, wrong ones, and how each was obtained."""

import json

import pytest

from archiver.errors import DocumentError
from archiver.sources import Source
from tests.conftest import Write


def of_json(article: Write, **fields: object) -> Source:
    return article(json.dumps({"title": "T", "body": ["Text."], "language": "en", **fields}), "a.json")


@pytest.mark.parametrize("field", ["nonsense", "provenance", "body"])
def test_a_claim_about_what_is_no_field_is_refused(article: Write, field: str) -> None:
    with pytest.raises(DocumentError, match=rf"provenance\.{field} is not a field that is known"):
        of_json(article, provenance={field: "stated"})


@pytest.mark.parametrize(
    ("provenance", "told"),
    [(5, "provenance should be an object"), ({"title": "guessed"}, "provenance.title should be stated")],
)
def test_a_provenance_of_another_form_is_refused(article: Write, provenance: object, told: str) -> None:
    with pytest.raises(DocumentError, match=told):
        of_json(article, provenance=provenance)


def test_a_source_may_say_that_it_inferred_a_value_and_nothing_else(article: Write) -> None:
    claims = {"title": "settings", "language": "inferred", "date": "stated"}
    read_in = of_json(article, provenance=claims).article
    assert read_in.obtained("title") == "stated"
    assert read_in.obtained("language") == "inferred"
    assert read_in.obtained("date") == "unknown"


@pytest.mark.parametrize("date", [None, "", "  ", {}, {"stated": None}, {"stated": " ", "edtf": None}])
def test_a_date_of_nothing_is_missing(article: Write, date: object) -> None:
    read_in = of_json(article, date=date).article
    assert read_in.date is None
    assert read_in.obtained("date") == "unknown"


@pytest.mark.parametrize("null", ["null", "~", "Null", "NULL", ""])
def test_a_null_in_front_matter_is_missing(article: Write, null: str) -> None:
    text = f"---\ntitle: {null}\ndate: {null}\npublisher: {null}\nlanguage: en\n---\n# Head\n\nText.\n"
    read_in = article(text).article
    assert (read_in.title, read_in.date, read_in.publisher) == ("Head", None, None)
    assert read_in.obtained("publisher") == "unknown"


def test_a_null_in_quotation_marks_is_text(article: Write) -> None:
    assert article('---\ntitle: "null"\nlanguage: en\n---\nText.\n').article.title == "null"


@pytest.mark.parametrize("key", ["provenance", "schema_version", "body"])
def test_front_matter_has_no_key_that_is_not_its_own(article: Write, key: str) -> None:
    with pytest.raises(DocumentError, match=rf"line 3.*{key}"):
        article(f"---\ntitle: T\n{key}:\n  title: stated\n---\nText.\n")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"date": 2002}, r"date should be text or an object \(found 2002\)"),
        ({"creators": [5]}, r"creators\[0\] should be text or an object \(found 5\)"),
        ({"title": 5}, r"title should be text \(found 5\)"),
        ({"title": ["T"]}, r"title should be text \(found a list\)"),
        ({"date": True}, r"date should be text or an object \(found true\)"),
        (
            {"body": [{"type": "heading", "level": 9, "content": "x"}]},
            r"body\[0\].level should be less than or equal to 6 \(found 9\)",
        ),
        (
            {"body": [{"type": "poem"}]},
            r"body\[0\] is a type .* known; the types are code, .* \(found 'poem'\)",
        ),
        ({"language": "klingonish-x"}, "not a BCP 47 language tag"),
    ],
)
def test_a_wrong_value_is_told_with_what_was_found_and_expected(
    article: Write, fields: dict[str, object], told: str
) -> None:
    with pytest.raises(DocumentError, match=told):
        of_json(article, **fields)


@pytest.mark.parametrize("date", ["2002-02-30", "2002-13", "31 Feb 2002"])
def test_a_date_that_is_none_is_kept_as_stated_with_a_warning(article: Write, date: str) -> None:
    source = of_json(article, date=date)
    assert source.article.date is not None
    assert (source.article.date.stated, source.article.date.edtf) == (date, None)
    assert [finding.rule for finding in source.findings] == ["metadata-date-not-understood"]


@pytest.mark.parametrize("date", ["01/02/2002", "01/02/02", "1911–12"])
def test_a_date_of_two_meanings_fails_the_document_and_says_how_to_write_it(
    article: Write, date: str
) -> None:
    with pytest.raises(DocumentError, match="expected one meaning") as raised:
        of_json(article, date=date)
    assert "write " in raised.value.hint


def test_a_short_text_is_dated_in_the_language_of_its_script(article: Write) -> None:
    read_in = article(
        "خطة جديدة\n\nDate: 12 يناير 2004\n\nأعلنت الحكومة اليوم عن خطة جديدة.\n", "a.txt"
    ).article
    assert (read_in.language, read_in.obtained("language")) == (("ar",), "inferred")
    assert read_in.date is not None
    assert read_in.date.edtf == "2004-01-12"


@pytest.mark.parametrize(
    "body",
    [
        [""],
        ["   "],
        [{"type": "rule"}],
        [{"type": "list", "items": []}],
        [{"type": "quote", "blocks": [" "]}],
    ],
)
def test_a_body_that_says_nothing_is_none(article: Write, body: list[object]) -> None:
    with pytest.raises(DocumentError, match="no body"):
        of_json(article, body=body)


def test_a_table_alone_is_a_body(article: Write) -> None:
    assert of_json(article, body=[{"type": "table", "header": ["a"]}]).article.body


@pytest.mark.parametrize("empty", ["", "  ", [], None, {}])
def test_a_field_that_is_not_known_is_refused_where_it_is_empty(article: Write, empty: object) -> None:
    with pytest.raises(DocumentError, match="authour is not a field that is known"):
        of_json(article, authour=empty)


@pytest.mark.parametrize(("field", "part"), [("date", "edft"), ("rights", "url")])
def test_a_part_of_a_field_that_is_not_known_is_refused_where_it_is_empty(
    article: Write, field: str, part: str
) -> None:
    with pytest.raises(DocumentError, match=rf"{field}\.{part} is not a field that is known"):
        of_json(article, **{field: {part: ""}})


@pytest.mark.parametrize("line", ["authour:", "authour: ~", 'authour: ""', "authour: []"])
def test_front_matter_has_no_field_that_is_not_known_and_empty(article: Write, line: str) -> None:
    with pytest.raises(DocumentError, match=r"a\.md, line 3: authour is not a field that is known"):
        article(f"---\ntitle: T\n{line}\n---\n\nText.\n", "a.md")


def test_a_known_field_that_is_empty_is_not_given(article: Write) -> None:
    source = of_json(article, creators=[], publisher="", places=None, rights={"statement": ""})
    assert (source.article.creators, source.article.publisher, source.article.rights) == ((), None, None)


@pytest.mark.parametrize(
    ("stated", "edtf"), [("early 1990s", "1989/1993"), ("1968", "196X"), ("1990s", "1990/..")]
)
def test_an_edtf_that_says_less_or_other_than_the_date_as_stated_is_told(
    article: Write, stated: str, edtf: str
) -> None:
    [told] = of_json(article, date={"stated": stated, "edtf": edtf}).findings
    assert told.rule == "metadata-date-contradicts"


def test_rights_that_are_an_address_are_their_uri(article: Write) -> None:
    licence = "https://creativecommons.org/licenses/by/4.0/"
    found = of_json(article, rights=licence).article.rights
    assert found is not None
    assert (found.statement, found.uri) == (None, licence)


def test_an_edtf_that_contradicts_the_date_as_stated_is_told(article: Write) -> None:
    source = of_json(article, date={"stated": "12 Jan 2002", "edtf": "1999-01-01"})
    assert source.article.date is not None
    assert source.article.date.edtf == "1999-01-01"
    [told] = source.findings
    assert (told.rule, told.severity) == ("metadata-date-contradicts", "warning")
    assert "'12 Jan 2002'" in told.message
    assert "2002-01-12" in told.message
    assert "1999-01-01" in told.message


@pytest.mark.parametrize(
    ("stated", "edtf"),
    [
        ("12 Jan 2002", "2002-01-12"),
        ("12 Jan 2002, 10:30", "2002-01-12T10:30:00Z"),
        ("01/02/2002", "2002-02-01"),
        ("a day in spring", "2002-21"),
        ("early 1990s", "1990/1993"),
        ("19th century", "1871?"),
        ("May 1968", "1968-05-03"),
    ],
)
def test_an_edtf_that_says_more_than_the_date_as_stated_is_taken(
    article: Write, stated: str, edtf: str
) -> None:
    source = of_json(article, date={"stated": stated, "edtf": edtf})
    assert source.article.date is not None
    assert source.article.date.edtf == edtf
    assert source.findings == ()


def test_that_the_settings_told_day_and_month_apart_is_told(article: Write) -> None:
    source = article("T\n\nText.\n\nDate: 01/02/2002\n", "a.txt", date_order="dmy")
    assert source.article.date is not None
    assert source.article.date.edtf == "2002-02-01"
    [told] = source.findings
    assert (told.rule, told.severity) == ("metadata-date-order", "info")
    assert (
        told.message
        == "'01/02/2002' may have the day or the month first; date_order of the settings (dmy) decided"
    )
    assert article("T\n\nText.\n\nDate: 13/02/2002\n", "b.txt", date_order="dmy").findings == ()


@pytest.mark.parametrize("content", ["", "  ", [], ["", " "]])
def test_a_heading_without_words_is_refused(article: Write, content: object) -> None:
    with pytest.raises(DocumentError, match=r"body\[1\] is a heading without words"):
        of_json(article, body=["Text.", {"type": "heading", "content": content}])


def test_paragraphs_and_items_that_say_nothing_are_told(article: Write) -> None:
    listed = {"type": "list", "items": ["x", "", [], [{"type": "rule"}]]}
    source = of_json(article, body=["Text.", "  ", listed, {"type": "quote", "blocks": ["y", ""]}])
    assert [(finding.rule, finding.severity, finding.message) for finding in source.findings] == [
        ("source-block-empty", "warning", told)
        for told in (
            "body[1] is a paragraph without text, which is not shown",
            "body[2].items[1] is an item without text, which is not shown",
            "body[2].items[2] is an item without text, which is not shown",
            "body[3].blocks[1] is a paragraph without text, which is not shown",
        )
    ]


def test_a_date_on_another_weekday_is_kept_with_a_warning(article: Write) -> None:
    source = of_json(article, date="Friday 12 January 2002")
    assert source.article.date is not None
    assert source.article.date.edtf == "2002-01-12"
    assert [(finding.rule, finding.message) for finding in source.findings] == [
        (
            "metadata-date-weekday",
            "'Friday 12 January 2002' is not on the weekday that it names; it is read as 2002-01-12",
        )
    ]


def test_a_tag_that_says_of_a_value_what_it_is_may_be_there(article: Write) -> None:
    source = article("---\ntitle: !!str 2002\nplaces: !!seq [! Huế]\nlanguage: vi\n---\nText.\n")
    assert (source.article.title, source.article.places) == ("2002", ("Huế",))
