"""Web pages as articles."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import ArchiverError, SourceError
from archiver.settings import Settings
from archiver.sources import Source, SourceRef, read, webpage
from archiver.sources.webpage import Page, declared, is_page, parse
from tests.conftest import Write, packaged
from tests.rendition.renditions import by_poppler
from tests.sources.pages import PASSAGES, page, picture


def said(source: Source) -> str:
    return source.article.model_dump_json()


def rules(source: Source) -> dict[str, str]:
    return {finding.rule: finding.message for finding in source.findings}


def test_the_article_is_taken_and_what_is_around_it_left(article: Write) -> None:
    source = article(page(), "ferry.html")
    for passage in PASSAGES:
        assert passage in said(source)
    assert "Home" not in said(source)
    assert "Cookie settings" not in said(source)
    assert source.document.data == page().encode()


def test_what_the_page_states_is_taken_the_best_first(article: Write) -> None:
    source = article(page(), "ferry.html")
    found = source.article
    assert (found.title, found.publisher, found.language) == (
        "The harbour ferry returns",
        "The Evening Post",
        ("en-GB",),
    )
    assert [creator.name for creator in found.creators] == ["Ada Keller", "Jon Weir"]
    assert found.date is not None
    assert found.date.edtf == "2019-03-04"
    assert found.subjects == ("harbour", "ferry")
    assert found.rights is not None
    assert found.provenance["date"] == "stated"
    told = rules(source)["source-page-metadata"]
    assert "title in schema.org headline" in told
    assert "rights in Dublin Core dc.rights" in told


@pytest.mark.parametrize(
    ("head", "field", "expected"),
    [
        ("<meta name=DC.title content='By Dublin Core'>", "title", "By Dublin Core"),
        ("<meta property=og:title content='By OpenGraph'>", "title", "By OpenGraph"),
        ("", "title", "The harbour ferry returns"),
        ("<meta name=dcterms.language content=de>", "language", ("de",)),
        ("", "language", ("en",)),
        ("<link rel=canonical href=https://example.org/a>", "source_url", "https://example.org/a"),
        ("<link rel=canonical href=/a>", "source_url", None),
        ("<script type=application/ld+json>{broken</script>", "title", "The harbour ferry returns"),
    ],
)
def test_each_vocabulary(article: Write, head: str, field: str, expected: object) -> None:
    assert getattr(article(page(head), "a.html").article, field) == expected


def test_what_is_inferred_is_called_so(article: Write) -> None:
    found = article(
        page("", "<p class='author'>By Ada Keller</p><time datetime='2019-03-04'>4 March</time>"), "a.html"
    )
    assert found.article.date is not None
    assert found.article.provenance["date"] == "inferred"


def test_characters_kept_of_characters_seen(article: Write) -> None:
    told = rules(article(page(), "a.html"))["source-page-kept"]
    seen = int(told.split("of the ")[1].split(" ")[0].replace(",", ""))
    kept = int(told.split(" ")[0].replace(",", ""))
    assert sum(len("".join(passage.split())) for passage in PASSAGES) < kept < seen


@pytest.mark.parametrize("src", ["boat.png", "gone.png"])
def test_what_is_said_of_pictures_and_marks_of_quotation_are_not_counted_as_kept(
    src: str, tmp_path: Path, article: Write
) -> None:
    (tmp_path / "boat.png").write_bytes(picture())
    passages = "".join(f"<p>{passage} <q>Yes</q></p>" for passage in PASSAGES)
    text = f"<html><body>{passages}<img src='{src}' alt='{'A boat at the quay ' * 9}'></body></html>"
    characters = sum(len("".join(passage.split())) + len("Yes") for passage in PASSAGES)
    told = rules(article(text, "a.html"))["source-page-kept"]
    assert told.startswith(f"{characters:,} of the {characters:,} characters")


def test_pictures_beside_the_page_are_shown_and_others_told(tmp_path: Path, article: Write) -> None:
    without = article(page(), "without.html")
    assert without.attachments == ()
    assert "pictures that are not here" in rules(without)["source-page-left-out"]
    assert "At the old quay" in said(without)
    (tmp_path / "boat.png").write_bytes(picture())
    (shown,) = article(page(), "with.html").attachments
    assert (shown.name, shown.path) == ("boat.png", tmp_path / "boat.png")


@pytest.mark.parametrize(
    "src", ["../boat.png", "/etc/boat.png", "http://x.example/boat.png", "file:///boat.png", "//["]
)
def test_a_picture_from_elsewhere_is_never_opened(tmp_path: Path, article: Write, src: str) -> None:
    (tmp_path.parent / "boat.png").write_bytes(picture())
    assert article(page().replace("boat.png", src), "a.html").attachments == ()


def held(data: bytes, media_type: str = "image/png") -> str:
    """The address of a picture that holds it (RFC 2397)."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def test_pictures_that_a_page_holds_itself_are_shown_once_each(article: Write) -> None:
    body = f"<img src='{held(picture())}' alt='Again'>" * 2
    source = article(page("", body).replace("boat.png", held(picture())), "a.html")
    (shown,) = source.attachments
    assert (shown.name, shown.data) == ("data-pictures/picture-1.png", picture())
    assert [figure.src for figure in source.article.figures()] == [shown.name] * 3
    assert "source-page-left-out" not in rules(source)


@pytest.mark.parametrize(
    "address", [held(b"<svg/>", "image/svg+xml"), held(picture()[:40]), "data:image/png;base64,A"]
)
def test_a_held_picture_that_cannot_be_shown_is_told(article: Write, address: str) -> None:
    source = article(page().replace("boat.png", address), "a.html")
    assert source.attachments == ()
    assert "that is not shown" in rules(source)["source-page-left-out"]


@pytest.mark.parametrize(
    "attributes",
    ["src='data:image/gif;base64,R0lGOD' data-src='boat.png'", "srcset='boat.png 1x, big.png 2x'"],
)
def test_a_picture_that_is_loaded_late_or_in_several_sizes_is_found(
    attributes: str, tmp_path: Path, article: Write
) -> None:
    (tmp_path / "boat.png").write_bytes(picture())
    (shown,) = article(page().replace("src='boat.png'", attributes), "a.html").attachments
    assert shown.name == "boat.png"


@pytest.mark.parametrize("depth", [300, 1900])
def test_what_follows_elements_nested_deeply_is_kept(article: Write, depth: int) -> None:
    nested = "<div>" * depth + "<p>Within them all</p>" + "</div>" * depth
    kept = said(article(page("", nested + "<p>And after them</p>"), "a.html"))
    assert "Within them all" in kept
    assert "And after them" in kept


def test_elements_nested_more_deeply_than_can_be_read_are_refused(article: Write) -> None:
    with pytest.raises(SourceError, match="nested too deeply to be read to its end"):
        article(page("", "<div>" * 5000), "a.html")


@pytest.mark.parametrize("separator", ["=1 ", " ", "/", "='>' ", '=">" '])
@pytest.mark.parametrize("tag", ["p", "script", "style"])
def test_a_tag_of_a_thousand_attributes_is_refused(article: Write, separator: str, tag: str) -> None:
    attributes = "".join(f"a{number}{separator}" for number in range(1001))
    with pytest.raises(SourceError, match=f"has a tag <{tag}> with more than 1,000 attributes"):
        article(page("", f"<{tag} {attributes}>"), "a.html")


@pytest.mark.parametrize(
    "body",
    [
        "<script>for (i = 0; i<n; i++) " + "a b; " * 1000 + "</script>",
        "<!-- <p " + "a b " * 1000 + "-->",
        "<p it's class='a'>" + "word " * 1000 + "<b>it's</b></p>",
    ],
)
def test_what_is_no_attribute_is_not_counted_as_one(article: Write, body: str) -> None:
    assert PASSAGES[1] in said(article(page("", body), "a.html"))


def test_a_page_may_be_one_line_and_formulas_are_text(article: Write) -> None:
    formula = (
        "<math><semantics><mi>E</mi><mo>=</mo><mi>m</mi><annotation>E=m</annotation></semantics></math>"
    )
    body = f"<!--{'x' * 1_000_001}--><p>The harbour master wrote that {formula} holds at the quay.</p>"
    assert "wrote that E=m holds at the quay." in said(article(page("", body), "a.html"))


@pytest.mark.parametrize("encoding", ["windows-1251", "shift_jis", "utf-16", "iso-8859-1"])
def test_a_page_is_read_in_the_encoding_that_it_declares(article: Write, encoding: str) -> None:
    word = {
        "windows-1251": "Пристань",
        "shift_jis": "波止場",
        "utf-16": "Ελλάδα",
        "iso-8859-1": "“Quay” für",
    }[encoding]
    text = page("", f"<p>{word}: a passage that is long enough to be one of an article.</p>").replace(
        "utf-8", encoding
    )
    data = text.encode("cp1252" if encoding == "iso-8859-1" else encoding)
    assert word in said(article(data, "a.html"))


def test_of_a_page_with_too_many_elements_all_is_taken(
    article: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webpage, "MOST_ELEMENTS", 20)
    source = article(page(), "a.html")
    assert "Cookie settings" in said(source)
    told = rules(source)["source-page-kept"]
    assert told.startswith("has more than 20 elements, so that no article was looked for in it: ")


def test_a_page_without_an_article_is_taken_whole(article: Write) -> None:
    source = article("<html><title>Short</title><body><p>Two words</p></body></html>", "a.html")
    assert "Two words" in said(source)
    assert source.article.title == "Short"


@pytest.mark.parametrize(
    "text", ["<html><body></body></html>", "<html>", "<html><body><script>x</script></body></html>"]
)
def test_a_page_without_text_is_refused(article: Write, text: str) -> None:
    with pytest.raises(SourceError, match="no text"):
        article(text, "a.html")


def test_a_page_is_told_by_its_content() -> None:
    assert is_page(b"\xef\xbb\xbf <!-- saved --><!doctype HTML><html>")
    assert is_page(b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'>")
    assert not is_page(b"A title\n\n<html> is a format\n")
    assert declared(b"<meta http-equiv=Content-Type content='text/html; charset=koi8-r'>") == "koi8-r"
    assert declared(b"<?xml version='1.0' encoding='iso-8859-2'?><html>") == "iso-8859-2"


@given(st.text(alphabet="<>/= \"'apdivtrimgs!-&;#1x\n"))
def test_any_text_is_a_page_or_refused(text: str) -> None:
    try:
        parts = parse(Page(f"<html>{text}", "a.html", "", lambda src: None))
    except ArchiverError:
        return
    assert parts.body


def test_a_package_of_a_page(tmp_path: Path) -> None:
    path = tmp_path / "ferry.html"
    path.write_text(page())
    (tmp_path / "boat.png").write_bytes(picture())
    outcome = packaged(path, tmp_path / "out", verapdf=True)
    assert outcome.status == "packaged", outcome.report
    assert isinstance(outcome.bag, Path)
    text = " ".join(by_poppler(next(outcome.bag.glob("data/rendition/*.pdf"))).split())
    assert all(passage in text for passage in PASSAGES)
    assert (outcome.bag / "data/original/ferry.html").read_text() == page()


def test_strict_refuses_what_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(page())
    with pytest.raises(ArchiverError):
        read(SourceRef(path), Settings(strict=True))
