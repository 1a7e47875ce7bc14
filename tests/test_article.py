"""The article's schema: strict, and one form on the way in and out."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from archiver.article import Article
from archiver.errors import SourceError
from archiver.settings import Settings
from archiver.sources import locate, read

SCHEMA = Path(__file__).parent.parent / "schemas" / "article-metadata.schema.json"


def test_short_forms_are_written_out_in_full_and_read_again() -> None:
    article = Article(
        title="A  title",
        creators=["A. Writer"],  # type: ignore[arg-type]
        language="en",  # type: ignore[arg-type]
        date="2002-01",  # type: ignore[arg-type]
        body=["One.", {"type": "quote", "blocks": ["Two."]}],  # type: ignore[arg-type]
    )
    assert article.title == "A title"
    assert article.creators[0].name == "A. Writer"
    assert Article.model_validate_json(article.model_dump_json()) == article


@pytest.mark.parametrize(
    "change",
    [
        {"colour": "red"},
        {"title": 3},
        {"title": ""},
        {"language": "not a tag"},
        {"source_url": "javascript:alert(1)"},
        {"date": "12 Jan 2002"},
        {"body": ["a\x01b"]},
        {"body": [{"type": "table", "header": ["a", "b"], "rows": [["1"]]}]},
        {"body": [{"type": "paragraph", "content": [{"text": "x", "href": "javascript:1"}]}]},
    ],
)
def test_what_the_schema_does_not_know_is_refused(change: dict[str, object]) -> None:
    values = {"title": "T", "body": ["x"], **change}
    with pytest.raises(ValidationError):
        Article.model_validate_json(json.dumps(values))


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": " \n"},
        {"publisher": " "},
        {"creators": [" "]},
        {"creators": [{"name": ""}]},
        {"language": ""},
        {"language": []},
        {"language": ["not a tag"]},
        {"places": ["Leith", " "]},
        {"rights": {}},
        {"date": ""},
        {"body": [{"text": "x = 1"}]},
        {"body": [{"content": "Without a type."}]},
        {"body": [{"type": "heading", "content": " "}]},
        {"body": [{"type": "heading", "content": []}]},
        {"body": [{"type": "table", "header": []}]},
        {"body": [{"type": "figure", "src": ""}]},
    ],
)
def test_what_the_model_refuses_the_published_schema_refuses(change: dict[str, object]) -> None:
    values = {"title": "T", "body": ["x"], **change}
    with pytest.raises(ValidationError):
        Article.model_validate_json(json.dumps(values))
    assert not Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).is_valid(values)


@pytest.mark.parametrize("body", ["", " \n"])
def test_a_blank_body_is_refused_by_the_reader_and_by_the_published_schema(
    tmp_path: Path, body: str
) -> None:
    values = {"title": "T", "body": body}
    source = tmp_path / "article.json"
    source.write_text(json.dumps(values), "utf-8")
    with pytest.raises(SourceError, match="has a title but no body"):
        read(next(locate(source)), Settings())
    assert not Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).is_valid(values)


def test_what_the_model_takes_the_published_schema_takes() -> None:
    validator = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    validator.validate(
        {
            "title": "T",
            "creators": ["Ada Marsh", {"name": "Jon Vale", "role": "editor"}],
            "language": ["en", "zh_Hant", "x-own"],
            "date": "1911~",
            "places": "Leith",
            "rights": {"statement": "Free", "uri": None},
            "body": ["One.", {"type": "heading", "content": ["Two ", {"text": "three"}]}, {"type": "rule"}],
        }
    )
    validator.validate({"title": "T", "body": "One."})


def test_quotes_nested_without_end_are_refused() -> None:
    body: object = "x"
    for _ in range(30):
        body = [{"type": "quote", "blocks": body}]
    with pytest.raises(ValidationError, match="nested 30 deep; at most 10 are allowed"):
        Article.model_validate_json(json.dumps({"title": "T", "body": body}))


def test_the_published_schema_is_in_step() -> None:
    """Renew it with: archiver schema > schemas/article-metadata.schema.json."""
    assert json.loads(SCHEMA.read_text("utf-8")) == Article.model_json_schema()
