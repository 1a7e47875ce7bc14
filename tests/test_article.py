"""The article's schema: strict, and one form on the way in and out."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from archiver.article import Article

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


def test_quotes_nested_without_end_are_refused() -> None:
    body: object = "x"
    for _ in range(30):
        body = [{"type": "quote", "blocks": body}]
    with pytest.raises(ValidationError, match="nested 30 deep; at most 10 are allowed"):
        Article.model_validate_json(json.dumps({"title": "T", "body": body}))


def test_the_published_schema_is_in_step() -> None:
    """Renew it with: archiver schema > schemas/article-metadata.schema.json."""
    assert json.loads(SCHEMA.read_text("utf-8")) == Article.model_json_schema()
