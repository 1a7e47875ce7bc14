"""Hostile sources take no longer than honest ones, and what is told of them is short and true."""

import json
import time
from pathlib import Path

import pytest

from archiver.errors import InvalidArticle, SourceError
from tests.conftest import Write, packaged

MANY = 40_000
SECONDS = 10
"""Far more than it takes, far less than what is quadratic takes."""


def test_a_key_that_comes_twice_among_very_many_is_found_in_linear_time(article: Write) -> None:
    keys = [f'"k{n}": 1' for n in range(MANY)]
    begun = time.process_time()
    with pytest.raises(SourceError, match=rf"a\.json, line {MANY + 2}: has the key 'k0' twice"):
        article("{\n" + ",\n".join([*keys, keys[0]]) + "}", "a.json")
    assert time.process_time() - begun < SECONDS


def test_very_many_unknown_fields_are_told_in_a_few_lines(article: Write) -> None:
    text = "---\ntitle: T\n" + "".join(f"k{n}: x\n" for n in range(1_000)) + "---\n\nText.\n"
    with pytest.raises(InvalidArticle) as refused:
        article(text)
    told = [finding.message for finding in refused.value.findings]
    assert len(told) == 11
    assert sum("the fields are" in message for message in told) == 1
    assert told[-1] == "and 990 more"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.json", '{"title": "T",\n"x": {"a": 1,\n"\\u0061": 2}}', "line 3: has the key 'a' twice"),
        ("a.json", '{"title": "NaN",\n"body": [\nNaN]}', "line 3: has NaN, which is not JSON"),
        ("a.json", '{"title": "T",\n"body": ["\\ud800"]}', "line 2: has half of a surrogate pair"),
        ("a.json", '{"title": "T",\n"x": ' + "1" * 6000 + "}", "line 2: has a number of 6,000 digits"),
        ("a.json", '{"title": "T",\n"x": [-1.5e999]}', "line 2: has a number that is too large"),
        (
            "a.json",
            '{"title": "T",\n"x": 1.5, "body": [\n1e999]}',
            "line 3: has a number that is too large",
        ),
        (
            "a.md",
            '---\nplaces: [x]\ntitle: "T\\ud800"\n---\n\nText.\n',
            "line 3: front matter has half of a surrogate pair",
        ),
        ("a.md", "---\ntitle: T\nplaces: x\ntitle: U\n---\nText.\n", "line 4: front matter has the key"),
        ("a.md", "# T\n\nText.\n\n![alt]()\n", "line 5: has a picture at ''; expected the path of a file"),
        ("a.md", "# T\n\nText\n![alt](a%00.png)\n", "line 4: has a picture at 'a\\x00.png'; expected the"),
        (
            "a.md",
            "# T\n\n" + ">" * 150 + " deep\n",
            "line 3: has quotes and lists nested more than 10 deep",
        ),
        (
            "a.md",
            "---\nx: " + "[" * 5000 + "\n---\n\nText.\n",
            "line 2: front matter is nested more than 50 deep",
        ),
        ("a.md", "# T\n\n" + "- " * 11 + "deep\n", "line 3: has quotes and lists nested more than 10 deep"),
        (
            "a.json",
            '{"title": "T",\n"body": ' + "[" * 300 + "]" * 300 + "}",
            "line 2: has objects and lists",
        ),
        (
            "a.md",
            "---\ntitle: T\nsubjects:\n" + "- s\n" * 66_000 + "---\n\nText.\n",
            "line 2: front matter has 264,018 characters; at most 262,144 are read",
        ),
        ("a.md", "---\ntitle: a: b\n---\n\nText.\n", "line 2: front matter is not YAML: mapping values"),
        ("a.md", "---\n- a\n---\n\nText.\n", "line 2: front matter is a list; expected fields such as"),
        ("a.json", "[1]", "holds a list; expected one JSON object"),
        (
            "a.md",
            "# T\n\n" + "- x\n" * 200_000,
            "a.md: has 200,003 lines, more than the 200,000 that max_lines",
        ),
        (
            "a.md",
            "# T\n\n" + "- x\n" * 100_001,
            "body[0].items has 100,001 parts; at most 100,000 are allowed",
        ),
        (
            "a.json",
            '{"title": "T", "body": [' + '"x", ' * 100_000 + '"x"]}',
            "body has 100,001 parts; at most 100,000 are allowed",
        ),
        ("a.json", '{"title": "T", "body": [{"x": 1}]}', "body[0] has no type; the types are code, figure"),
        (
            "a.json",
            '{"title": "T", "creators": [{"name": "A", "age": 3}], "body": ["x"]}',
            "creators[0].age is not a field that is known; the fields are name, role, note",
        ),
        (
            "a.md",
            "---\ntitle: T\n\nText.\n",
            "line 1: front matter is not closed; expected a line with ---",
        ),
    ],
)
def test_what_is_wrong_is_told_in_the_words_of_the_source(
    article: Write, name: str, text: str, told: str
) -> None:
    with pytest.raises((SourceError, InvalidArticle)) as refused:
        article(text, name)
    assert told in str(refused.value)


def test_what_is_quoted_at_length_is_cut_in_the_middle(article: Write, tmp_path: Path) -> None:
    (told,) = article("# T\n\n![alt](data:image/png;base64," + "A" * 100_000 + ")\n").findings
    assert len(told.message) == 1000
    assert told.message.startswith("has a picture at 'data:image/png;base64,AAA")
    assert told.message.endswith("AAA', which is not fetched; its text stays")
    (tmp_path / "a.md").write_text("# T\n\n![alt](" + "a" * 9_000 + ".png)\n")
    (told,) = packaged(tmp_path / "a.md", tmp_path / "out").report.findings
    assert len(told.where) == 1000
    assert told.message == "cannot be read: File name too long"


def test_a_pair_of_surrogates_is_one_character(article: Write) -> None:
    text = json.dumps({"title": "\U0001d11e clef", "body": ["x"]})
    assert "\\ud834" in text
    assert article(text, "a.json").article.title == "\U0001d11e clef"


def test_an_identifier_that_is_too_long_is_told_as_text(article: Write) -> None:
    text = json.dumps({"title": "T", "identifier": "i" * 5000, "body": ["x"]})
    with pytest.raises(InvalidArticle, match="identifier has 5,000 characters; at most 500 are") as refused:
        article(text, "a.json")
    assert len(str(refused.value)) < 300
