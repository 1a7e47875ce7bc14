"""Sources of every form become articles; what is wrong is told in one sentence, by line or field."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.article import Figure, Paragraph
from archiver.errors import DocumentError, InvalidArticle, SourceError
from archiver.settings import Settings
from archiver.sources import SourceRef, locate, read
from tests.conftest import Write

TEXT = """

The Bridge Reopens

Author: [Ana Ruiz](#) and [Per Holm](#)

A short standfirst says what it is about.

The first paragraph has a [link](https://example.org/x) and a [name](#).

The second paragraph.

Date: 3 May 2001

Location: [Riverside](#)
[Hillford](#)
Saltmarsh

Source URL: <https://example.org/bridge>
"""


def test_article_text_is_read_by_its_form(article: Write) -> None:
    read_in = article(TEXT, "bridge.txt").article
    assert read_in.title == "The Bridge Reopens"
    assert [creator.name for creator in read_in.creators] == ["Ana Ruiz", "Per Holm"]
    assert read_in.abstract == "A short standfirst says what it is about."
    assert read_in.date is not None
    assert read_in.date.edtf == "2001-05-03"
    assert read_in.places == ("Riverside", "Hillford", "Saltmarsh")
    assert read_in.source_url == "https://example.org/bridge"
    assert len(read_in.body) == 2
    assert isinstance(read_in.body[0], Paragraph)
    assert [span.href for span in read_in.body[0].content] == [
        None,
        "https://example.org/x",
        None,
    ]


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_endings_and_a_byte_order_mark_change_nothing(article: Write, ending: str) -> None:
    plain = article(TEXT, "a.txt").article
    other = article(b"\xef\xbb\xbf" + TEXT.replace("\n", ending).encode(), "b.txt").article
    assert other.body == plain.body
    assert other.places == plain.places


def test_windows_1252_is_read_with_a_warning(article: Write) -> None:
    text = "Un café\n\nAuthor: [Zoé](#)\n\nElle dit « voilà » — puis s’en va très tôt, à l’été.\n"
    source = article(text.encode("cp1252"), "cafe.txt")
    assert "s’en va très tôt" in source.article.body[0].model_dump_json()
    assert [finding.rule for finding in source.findings] == ["source-encoding"]


def test_one_paragraph_is_the_body_not_the_standfirst(article: Write) -> None:
    read_in = article("Title\n\nAuthor: [A](#)\n\nOnly paragraph.\n", "a.txt").article
    assert read_in.abstract is None
    assert len(read_in.body) == 1


def test_a_source_address_that_is_none_stays_in_the_body_with_a_warning(article: Write) -> None:
    source = article("Title\n\nText.\n\nSource URL: somewhere\n", "a.txt")
    assert "somewhere" in source.article.model_dump_json()
    assert any("line 5" in finding.where for finding in source.findings)


def test_a_missing_date_is_unknown_never_invented(article: Write) -> None:
    read_in = article("Title\n\nText.\n", "a.txt").article
    assert read_in.date is None
    assert read_in.obtained("date") == "unknown"


def test_markdown_keeps_its_structure(article: Write, tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (4, 4)).save(tmp_path / "p.png")
    source = article(
        "---\ntitle: T\nlanguage: no\n---\n## H\n\n*a* **b** `c`\n\n> q\n\n1. x\n2. y\n\n"
        "| a | b |\n|---|--:|\n| 1 | 2 |\n\n```py\ncode\n```\n\n![alt](p.png)\n"
    )
    kinds = [block.type for block in source.article.body]
    assert kinds == ["heading", "paragraph", "quote", "list", "table", "code", "figure"]
    assert source.article.language == ("no",)
    assert [a.name for a in source.attachments] == ["p.png"]
    figure = source.article.body[-1]
    assert isinstance(figure, Figure)
    assert figure.alt == "alt"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("---\ntitle: T\ncolour: red\n---\nx", "line 3: colour is not a field"),
        ("---\ntitle: [T\n---\nx", "line 2"),
        ("---\ntitle: T\ntitle: U\n---\nx", "front matter has the key 'title' twice"),
        ("---\na: &a [x]\nb: *a\n---\nx", "alias"),
        ("---\ntitle: T\ndate: 01/02/2002\n---\nx", "line 3"),
        ("---\ntitle: T\nlanguage: klingonish-x\n---\nx", "language"),
        ("", "is empty"),
        ("---\ntitle: T\n---\n", "no body"),
        ("![x](gone.png)\n\n# T\n", "figure gone.png"),
        ("# T\n\n![x](gone.png)\n", "gone.png"),
        ("# T\n\n![x](../../etc/passwd.png)\n", "not a plain path"),
    ],
)
def test_what_is_wrong_with_markdown_is_told(article: Write, text: str, told: str) -> None:
    with pytest.raises(DocumentError) as failed:
        article(text)
    assert told in str(failed.value)
    assert "\n" not in str(failed.value)


def test_the_target_of_a_javascript_link_stays_as_text(article: Write) -> None:
    source = article("# T\n\n[press](javascript:alert(1)) here\n")
    paragraph = source.article.body[0]
    assert isinstance(paragraph, Paragraph)
    assert "".join(span.text for span in paragraph.content) == "press (javascript:alert(1)) here"
    assert {span.href for span in paragraph.content} == {None}
    assert [finding.rule for finding in source.findings] == ["source-link-as-text"]


def test_a_damaged_picture_is_an_error(article: Write, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\nnot a picture")
    with pytest.raises(SourceError, match=r"bad\.png"):
        article("# T\n\n![x](bad.png)\n")


def test_a_picture_of_too_many_pixels_is_an_error(article: Write, tmp_path: Path) -> None:
    from PIL import Image

    Image.new("1", (200, 200)).save(tmp_path / "big.png")
    with pytest.raises(SourceError, match="max_image_pixels"):
        article("# T\n\n![x](big.png)\n", max_image_pixels=10_000)


def test_a_picture_that_a_link_takes_out_of_the_folder_is_an_error(article: Write, tmp_path: Path) -> None:
    (tmp_path / "out.png").symlink_to("/etc/hostname")
    with pytest.raises(SourceError, match="out of the source's folder"):
        article("# T\n\n![x](out.png)\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"title": "T", "body": ["x"}', "line 1"),
        ('{"title": "T", "title": "U", "body": ["x"]}', "twice"),
        ('{"title": "T", "body": [{"type": "poem"}]}', "body[0]"),
        ('{"title": "T", "creators": [{"nom": "x"}], "body": ["x"]}', "creators[0].name"),
        ("[" * 100_000, "line 1: has objects and lists nested more than 100 deep"),
        ('{"title": "T", "body": [NaN]}', "NaN"),
    ],
)
def test_what_is_wrong_with_json_is_told(article: Write, text: str, told: str) -> None:
    with pytest.raises(DocumentError) as failed:
        article(text, "a.json")
    assert told in str(failed.value)


def test_each_line_of_json_lines_is_a_document(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    good = json.dumps({"title": "T", "body": ["x"], "language": "en"})
    path.write_text(f"{good}\n\nnot json\n{good}\n")
    refs = list(locate(path))
    assert [ref.line for ref in refs] == [1, 3, 4]
    assert read(refs[2], Settings()).article.title == "T"
    with pytest.raises(SourceError):
        read(refs[1], Settings())


@pytest.mark.parametrize("magic", [b"\x89PNG\r\n", b"text\0text"])
def test_a_binary_file_is_refused(article: Write, magic: bytes) -> None:
    with pytest.raises(SourceError, match=r"is (a PNG|binary)"):
        article(magic, "a.txt")


def test_a_source_beyond_the_limits_is_refused(article: Write) -> None:
    with pytest.raises(SourceError, match="max_source_bytes"):
        article("T\n\n" + "x" * 2000, "a.txt", max_source_bytes=1000)
    with pytest.raises(SourceError, match="max_line_chars"):
        article("T\n\n" + "x" * 2000, "a.txt", max_line_chars=1000)


def test_control_characters_are_left_out_with_a_warning(article: Write) -> None:
    source = article("T\n\na\x07b\n", "a.txt")
    assert '"ab"' in source.article.model_dump_json()
    assert [finding.where.rpartition(", ")[2] for finding in source.findings] == ["line 3"]


def test_strict_makes_warnings_errors(article: Write) -> None:
    with pytest.raises(InvalidArticle):
        article("T\n\na\x07b\n", "a.txt", strict=True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300), suffix=st.sampled_from([".txt", ".md", ".json"]))
def test_any_bytes_are_read_or_refused(data: bytes, suffix: str) -> None:
    try:
        read(SourceRef(Path(f"any{suffix}"), data=data), Settings(language="en"))
    except DocumentError as error:
        assert str(error)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("abcdefg :.[]()#*-", min_size=1, max_size=30), min_size=1, max_size=8))
def test_no_word_of_an_article_text_is_dropped(lines: list[str]) -> None:
    text = "Headline\n\nAuthor: [Zed](#)\n\nbody text here\n\n" + "\n\n".join(lines)
    source = read(SourceRef(Path("a.txt"), data=text.encode()), Settings(language="en"))
    kept = source.article.model_dump_json()
    for word in {w for line in lines for w in "".join(c if c.isalpha() else " " for c in line).split()}:
        assert word in kept


def test_a_file_of_json_lines_is_read_whole_only_where_it_holds_one_article(tmp_path: Path) -> None:
    line = '{"title": "T", "body": ["x"]}\n'
    path = tmp_path / "a.jsonl"
    path.write_text(f"\n{line}")
    assert read(SourceRef(path), Settings()).article.title == "T"
    path.write_text(line * 3)
    with pytest.raises(SourceError, match="holds several documents; expected one"):
        read(SourceRef(path), Settings())


@pytest.mark.parametrize(
    ("text", "title", "media_type"),
    [
        ("# S\n\n**b**\n", "S", "text/markdown"),
        ("\nS\n===\n\n**b**\n", "S", "text/markdown"),
        ("---\ntitle: S\n---\n\nb\n", "S", "text/markdown"),
        ("#1 of its kind\n\nb\n", "#1 of its kind", "text/plain"),
        ("S\n\nA line\n===\n", "S", "text/plain"),
        ('{"title": "S", "body": ["b"]}', "S", "application/json"),
    ],
)
def test_the_form_of_standard_input_is_seen_from_its_beginning(
    text: str, title: str, media_type: str
) -> None:
    source = read(SourceRef(Path("stdin.txt"), data=text.encode()), Settings())
    assert (source.article.title, source.document.media_type) == (title, media_type)
