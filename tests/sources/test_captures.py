"""Captured web pages: WARC and WACZ."""

import gzip
import json
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import ArchiverError, SourceError
from archiver.settings import Settings
from archiver.sources import SourceRef, locate, read
from tests.conftest import packaged
from tests.sources.pages import ADDRESS, PASSAGES, capture, captured, page, picture, record


@pytest.mark.parametrize("name", ["crawl.warc", "crawl.warc.gz"])
def test_each_page_that_was_there_is_a_document(tmp_path: Path, name: str) -> None:
    path = captured(tmp_path / name)
    (ref,) = locate(path)
    assert (ref.record, ref.label) == (2, f"{path}, record 2")
    source = read(ref, Settings())
    assert PASSAGES[1] in source.article.model_dump_json()
    assert source.article.source_url == ADDRESS
    assert (source.article.identifier or "").startswith("urn:uuid:")
    (shown,) = source.attachments
    assert (shown.name, shown.data) == ("pictures/boat.png", picture())
    assert source.events[0].type == "capture"


def test_the_record_is_kept_whole_and_is_a_capture_by_itself(tmp_path: Path) -> None:
    (ref,) = locate(captured(tmp_path / "crawl.warc.gz"))
    source = read(ref, Settings())
    alone = tmp_path / source.document.name
    assert alone.name == "crawl-record-2.warc.gz"
    alone.write_bytes(source.document.data)
    (again,) = locate(alone)
    assert read(again, Settings()).article.identifier == source.article.identifier


def test_a_wacz_is_read_as_it_lies_and_lists_its_pages(tmp_path: Path) -> None:
    other = ("https://evening.example/frame", "text/html", page().encode(), "200 OK")
    listed = (ADDRESS, "text/html", page().encode(), "200 OK")
    warc = capture(tmp_path / "data.warc.gz", other, listed)
    path = tmp_path / "crawl.wacz"
    with zipfile.ZipFile(path, "w") as package:
        package.write(warc, "archive/data.warc.gz")
        pages = ({"format": "json-pages-1.0"}, {"url": ADDRESS})
        package.writestr("pages/pages.jsonl", "\ufeff" + "\n".join(map(json.dumps, pages)))
    (ref,) = locate(path)
    assert read(ref, Settings()).article.source_url == ADDRESS


def test_a_record_that_is_not_what_was_captured_is_refused(tmp_path: Path) -> None:
    path = captured(tmp_path / "crawl.warc")
    path.write_bytes(path.read_bytes().replace(b"ninety passengers", b"eighty passengers"))
    (ref,) = locate(path)
    with pytest.raises(SourceError, match="not what was captured"):
        read(ref, Settings())


def test_nothing_but_pages_that_were_not_there(tmp_path: Path) -> None:
    path = capture(tmp_path / "c.warc", (ADDRESS, "text/html", b"<html>", "500 Oh"))
    with pytest.raises(SourceError, match="holds no captured web page"):
        list(locate(path))


def test_a_page_over_the_limit_is_refused(tmp_path: Path) -> None:
    body = page(body="<p>" + "word " * 500_000 + "</p>").encode()
    path = capture(tmp_path / "c.warc.gz", (ADDRESS, "text/html", body, "200 OK"))
    (ref,) = locate(path)
    with pytest.raises(SourceError, match="max_source_bytes"):
        read(ref, Settings(max_source_bytes=1_000_000))


@pytest.mark.parametrize("name", ["c.warc", "c.warc.gz", "c.wacz"])
@pytest.mark.parametrize(
    "data", [b"", b"WARC/1.0\r\n", b"\x1f\x8b\x08\0", b"PK\x03\x04", b"no capture at all"]
)
def test_what_is_no_capture_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(SourceError):
        list(locate(path))


@given(data=st.data())
def test_any_damage_is_an_error_or_a_page(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("damage")
    path = captured(folder / data.draw(st.sampled_from(["c.warc", "c.warc.gz"])))
    whole = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(whole[: data.draw(st.integers(1, len(whole)))])
    with suppress(ArchiverError):
        for ref in locate(path):
            read(ref, Settings())


def test_damage_beyond_a_page_is_told_when_its_pictures_are_looked_for(tmp_path: Path) -> None:
    path = captured(tmp_path / "c.warc")
    (ref,) = locate(path)
    before, name, after = path.read_bytes().rpartition(b"WARC-Target-URI")
    path.write_bytes(before + name[::-1] + after)
    with pytest.raises(SourceError, match=r"c\.warc, record 2: cannot be read as a web capture"):
        read(ref, Settings())


def test_a_package_of_a_capture(tmp_path: Path) -> None:
    path = captured(tmp_path / "crawl.warc.gz")
    (ref,) = locate(path)
    outcome = packaged(ref, tmp_path / "out", verapdf=True)
    assert outcome.status == "packaged", outcome.report
    assert isinstance(outcome.bag, Path)
    premis = (outcome.bag / "data/metadata/premis.xml").read_text()
    assert f"{ADDRESS} at" in premis


def coded(path: Path, coding: str, body: bytes) -> Path:
    """A WARC file of one page whose content is coded."""
    return capture(path, (ADDRESS, f"text/html\r\nContent-Encoding: {coding}", body, "200 OK"))


@pytest.mark.parametrize(
    ("coding", "encode"), [("br", brotli.compress), ("gzip", gzip.compress), ("deflate", zlib.compress)]
)
def test_content_codings_are_undone(coding: str, encode: Callable[[bytes], bytes], tmp_path: Path) -> None:
    (ref,) = locate(coded(tmp_path / "a.warc", coding, encode(page().encode())))
    assert PASSAGES[0] in read(ref, Settings()).article.model_dump_json()


def test_a_content_coding_that_is_not_known_is_told(tmp_path: Path) -> None:
    (ref,) = locate(coded(tmp_path / "a.warc", "zstd", b"\x28\xb5\x2f\xfd"))
    with pytest.raises(SourceError, match="coded as 'zstd'; expected gzip, deflate or br"):
        read(ref, Settings())


def test_brotli_is_not_unpacked_beyond_the_limit(tmp_path: Path) -> None:
    (ref,) = locate(coded(tmp_path / "a.warc", "br", brotli.compress(bytes(64 * 1024 * 1024))))
    with pytest.raises(SourceError, match="max_source_bytes"):
        read(ref, Settings(max_source_bytes=100_000))


def test_a_record_that_is_cut_off_is_told_and_those_before_it_are_read(tmp_path: Path) -> None:
    whole = capture(
        tmp_path / "a.warc",
        (ADDRESS, "text/html", page().encode(), "200 OK"),
        (f"{ADDRESS}2", "text/html", page().encode(), "200 OK"),
    )
    whole.write_bytes(whole.read_bytes()[:-104])
    first, second = locate(whole)
    assert read(first, Settings()).article.title
    with pytest.raises(SourceError, match="is cut off: the last 100 bytes"):
        read(second, Settings())


@pytest.mark.parametrize(
    ("name", "told", "hint"),
    [
        ("a.arc.gz", "is an ARC file", "warcio recompress"),
        ("a.warc.zst", "is compressed by Zstandard", "zstd --decompress"),
    ],
)
def test_what_is_no_warc_is_refused_with_what_to_do(
    name: str, told: str, hint: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(b"anything")
    with pytest.raises(SourceError, match=told) as refused:
        list(locate(tmp_path / name))
    assert hint in refused.value.hint


def test_every_list_of_a_wacz_has_pages_whatever_their_fragments(tmp_path: Path) -> None:
    warc = capture(
        tmp_path / "a.warc",
        *((f"{ADDRESS}{name}", "text/html", page().encode(), "200 OK") for name in "abc"),
    )
    with zipfile.ZipFile(tmp_path / "a.wacz", "w") as package:
        package.write(warc, "archive/a.warc")
        for name, letter in (("pages", "a"), ("extraPages", "b")):
            listed = {"url": f"{ADDRESS}{letter}#top", "title": "Night\u2028boats"}
            package.writestr(f"pages/{name}.jsonl", json.dumps(listed, ensure_ascii=False))
    assert len(list(locate(tmp_path / "a.wacz"))) == 2


def test_pages_that_a_wacz_lists_and_does_not_hold_are_told(tmp_path: Path) -> None:
    warc = capture(tmp_path / "a.warc", (ADDRESS, "text/html", page().encode(), "200 OK"))
    with zipfile.ZipFile(tmp_path / "a.wacz", "w") as package:
        package.write(warc, "archive/a.warc")
        lines = [json.dumps({"url": f"{ADDRESS}{name}"}) for name in ("", "a", "b", "c", "d")]
        package.writestr("pages/pages.jsonl", "\n".join(lines))
    (ref,) = locate(tmp_path / "a.wacz")
    (told,) = (each for each in read(ref, Settings()).findings if each.rule == "source-capture-missing")
    assert told.message == (
        f"lists 4 pages that it does not hold: {ADDRESS}a, {ADDRESS}b, {ADDRESS}c and 1 more"
    )


def revisited(path: Path, address: str) -> Path:
    """A WARC file with a record more, which says that a page was as before."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    path.write_bytes(path.read_bytes() + record("revisit", "application/http", address, head, b""))
    return path


def again(path: Path, address: str, *fields: str, media_type: str = "text/html") -> Path:
    """A WARC file with a record more: a revisit with these fields, cut off as those of Wget are."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\n\r\n".encode()
    made = record("revisit", "application/http", address, head, b"")
    lines = [line for line in made.split(b"\r\n") if not line.startswith(b"WARC-Payload-Digest")]
    added = [field.encode() for field in (*fields, "WARC-Truncated: length")]
    made = b"\r\n".join([lines[0], *added, *lines[1:]])
    path.write_bytes(path.read_bytes() + (gzip.compress(made) if path.suffix == ".gz" else made))
    return path


def named(path: Path, name: str, of: str = ADDRESS) -> str:
    """A field of the record of an address in a file."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    (one,) = (
        each for each in content.split(b"WARC/1.1\r\n") if f"WARC-Target-URI: {of}\r\n".encode() in each
    )
    return next(line for line in one.decode("latin-1").split("\r\n") if line.startswith(name)).partition(
        ": "
    )[2]


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
@pytest.mark.parametrize("by", ["record", "date", "digest"])
def test_a_revisit_has_the_page_of_the_record_that_it_names(by: str, name: str, tmp_path: Path) -> None:
    path = captured(tmp_path / name)
    fields = {
        "record": [f"WARC-Refers-To: {named(path, 'WARC-Record-ID')}"],
        "date": [f"WARC-Refers-To-Target-URI: {ADDRESS}", "WARC-Refers-To-Date: 2024-05-06T07:08:09Z"],
        "digest": [f"WARC-Payload-Digest: {named(path, 'WARC-Payload-Digest')}"],
    }
    other = "https://evening.example/other"
    first, second = locate(again(path, other, *fields[by]))
    page_of_first, page_of_second = read(first, Settings()), read(second, Settings())
    assert page_of_second.article.source_url == other
    assert page_of_second.article.body == page_of_first.article.body
    assert page_of_second.article.identifier != page_of_first.article.identifier
    record_of_first, *pictures = page_of_second.attachments
    assert record_of_first == page_of_first.document
    assert [each.data for each in pictures] == [picture()]
    assert "when it was as " + ADDRESS in page_of_second.events[0].detail
    rules = {each.rule for each in page_of_second.findings}
    assert not rules & {"source-capture-truncated", "source-capture-revisit"}


def test_a_picture_that_is_a_revisit_is_shown(tmp_path: Path) -> None:
    path = capture(
        tmp_path / "a.warc",
        (ADDRESS, "text/html", page().encode(), "200 OK"),
        ("https://mirror.example/boat.png", "image/png", picture(), "200 OK"),
    )
    digest = named(path, "WARC-Payload-Digest", "https://mirror.example/boat.png")
    again(
        path, "https://evening.example/boat.png", f"WARC-Payload-Digest: {digest}", media_type="image/png"
    )
    (ref,) = locate(path)
    assert [each.data for each in read(ref, Settings()).attachments] == [picture()]


def test_a_package_of_a_revisit_holds_both_records(tmp_path: Path) -> None:
    path = captured(tmp_path / "a.warc")
    _, ref = locate(
        again(path, "https://evening.example/other", f"WARC-Refers-To: {named(path, 'WARC-Record-ID')}")
    )
    outcome = packaged(ref, tmp_path / "out", verapdf=True)
    assert outcome.status == "packaged", outcome.report
    assert isinstance(outcome.bag, Path)
    kept = sorted(each.name for each in (outcome.bag / "data/original").glob("*.warc"))
    assert kept == ["a-record-2.warc", "a-record-5.warc"]
    assert packaged(ref, tmp_path / "out", verapdf=True).status == "already packaged"


def test_revisits_of_what_is_elsewhere_are_told_and_are_no_documents(tmp_path: Path) -> None:
    first, second = locate(
        revisited(
            capture(
                tmp_path / "a.warc",
                (ADDRESS, "text/html", page().encode(), "200 OK"),
                (f"{ADDRESS}2", "text/html", page().encode(), "200 OK"),
            ),
            f"{ADDRESS}3",
        )
    )
    assert first.told == ()
    (told,) = (each for each in read(second, Settings()).findings if each.rule == "source-capture-revisit")
    assert told.message.endswith(f"are no documents: {ADDRESS}3")
    with pytest.raises(
        SourceError, match=f"no captured web page: it has revisit records alone, of {ADDRESS}"
    ):
        list(locate(revisited(capture(tmp_path / "b.warc"), ADDRESS)))


@pytest.mark.parametrize("member", ["", "archive/a.warc.gz"])
def test_a_capture_that_is_compressed_as_a_whole_is_read(member: str, tmp_path: Path) -> None:
    plain = captured(tmp_path / "a.warc")
    path = tmp_path / ("a.wacz" if member else "a.warc.gz")
    path.write_bytes(gzip.compress(plain.read_bytes()))
    if member:
        whole = path.read_bytes()
        with zipfile.ZipFile(path, "w") as package:
            package.writestr(member, whole)
    source = read(next(locate(path)), Settings())
    expected = read(next(locate(plain)), Settings())
    assert source.article.body == expected.article.body
    assert source.document.name == "a-record-2.warc"
    assert source.document.data == expected.document.data
    assert [shown.data for shown in source.attachments] == [picture()]


def test_a_record_of_an_uncompressed_capture_in_a_wacz_is_named_so(tmp_path: Path) -> None:
    plain = captured(tmp_path / "a.warc")
    with zipfile.ZipFile(tmp_path / "a.wacz", "w") as package:
        package.write(plain, "archive/a.warc")
    source = read(next(locate(tmp_path / "a.wacz")), Settings())
    assert source.document.name == "a-record-2.warc"


def test_pages_that_their_server_did_not_give_are_told(tmp_path: Path) -> None:
    pages = [("", "200 OK"), ("b", "203 Non-Authoritative Information"), ("c", "404 Not Found")]
    pages += [("d", "404 Not Found"), ("e", "206 Partial Content"), ("f", "200 OK")]
    path = capture(
        tmp_path / "a.warc",
        *((f"{ADDRESS}{name}", "text/html", page().encode(), status) for name, status in pages[:-1]),
        (f"{ADDRESS}f", "text/html\r\nContent-Encoding: zstd", b"?", "200 OK"),
    )
    *others, last = locate(path)
    assert [ref.record for ref in others] == [2, 3]
    outcome = packaged(last, tmp_path / "out")
    assert outcome.status == "failed"
    (told,) = (each for each in outcome.report.findings if each.rule == "source-capture-status")
    assert told.message == (
        "has 3 pages with other answers than 200 (206: 1, 404: 2), which are no documents"
    )
    alone = capture(tmp_path / "b.warc", (ADDRESS, "text/html", page().encode(), "404 Not Found"))
    with pytest.raises(SourceError, match=r"no captured web page; it has 1 page .* \(404: 1\)"):
        list(locate(alone))


def test_a_page_without_a_media_type_is_told_by_its_content(tmp_path: Path) -> None:
    path = capture(
        tmp_path / "a.warc",
        (ADDRESS, "\r\nX-Type: none", page().encode(), "200 OK"),
        (f"{ADDRESS}2", "\r\nX-Type: none", picture(), "200 OK"),
    )
    (ref,) = locate(path)
    assert PASSAGES[0] in read(ref, Settings()).article.model_dump_json()


@pytest.mark.parametrize("name", ["crawl.warc", "crawl.warc.gz"])
def test_a_capture_is_one_whatever_its_name(name: str, tmp_path: Path) -> None:
    path = captured(tmp_path / name).rename(tmp_path / "page.html")
    (ref,) = locate(path)
    assert read(ref, Settings()).article.source_url == ADDRESS
    assert read(SourceRef(path), Settings()).article.source_url == ADDRESS


def test_nothing_is_printed_of_a_record_of_another_length(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = captured(tmp_path / "a.warc")
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n"))
    with pytest.raises(SourceError, match="cannot be read as a web capture"):
        list(locate(path))
    assert capfd.readouterr().err == ""


def with_field(path: Path, field: str) -> Path:
    """A capture whose records but for the first have a field more."""
    first, *others = path.read_bytes().split(b"WARC/1.1\r\n")[1:]
    added = (f"WARC/1.1\r\n{field}\r\n".encode() + each for each in others)
    path.write_bytes(b"WARC/1.1\r\n" + first + b"".join(added))
    return path


def test_a_segment_of_a_record_is_no_page(tmp_path: Path) -> None:
    (ref,) = locate(with_field(captured(tmp_path / "a.warc"), "WARC-Segment-Number: 1"))
    with pytest.raises(SourceError, match="is the first segment of a record"):
        read(ref, Settings())


def test_that_a_page_was_not_captured_whole_is_told(tmp_path: Path) -> None:
    (ref,) = locate(with_field(captured(tmp_path / "a.warc"), "WARC-Truncated: length"))
    (told,) = (each for each in read(ref, Settings()).findings if each.rule == "source-capture-truncated")
    assert "was not captured whole (WARC-Truncated: length)" in told.message
