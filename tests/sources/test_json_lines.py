"""JSON Lines: a document each line, from a file or standard input, each error told by its line."""

import io
import json
import tracemalloc
from pathlib import Path

import pytest

from archiver.discovery import discover
from archiver.errors import SourceError
from archiver.settings import Settings
from archiver.sources import SourceRef, locate, read
from archiver.sources.standard_input import taken

GOOD = json.dumps({"title": "Tïtle", "body": ["x"], "language": "en"}, ensure_ascii=False)


def from_stdin(text: str, encoding: str = "utf-8") -> list[SourceRef | SourceError]:
    with taken(io.BytesIO(text.encode(encoding)), 10_000) as stdin:
        return list(discover(["-"], Path("output"), Settings(), stdin))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_each_line_is_a_document_in_any_unicode_encoding(tmp_path: Path, encoding: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    path = tmp_path / "many.jsonl"
    path.write_bytes(f"{mark}{GOOD}\n\n{GOOD}\r\n{GOOD}".encode(encoding))
    refs = list(locate(path))
    assert [ref.line for ref in refs] == [1, 3, 4]
    assert [read(ref, Settings()).article.title for ref in refs] == ["Tïtle"] * 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_json_lines_come_in_on_standard_input_too(encoding: str) -> None:
    refs = from_stdin(f"{GOOD}\n{GOOD}\n", encoding)
    assert [ref.line for ref in refs if isinstance(ref, SourceRef)] == [1, 2]
    assert [read(ref, Settings()).article.title for ref in refs if isinstance(ref, SourceRef)] == [
        "Tïtle"
    ] * 2


def test_json_lines_on_standard_input_are_of_any_size_and_gone_through_side_by_side() -> None:
    long = json.dumps({"title": "T", "body": ["x" * 3_000], "language": "en"})
    sent = io.BytesIO(f"{GOOD}\n{long}\n{GOOD}\n".encode() * 300)
    with taken(sent, 1_000) as documents:
        pairs = list(zip(documents(), documents(), strict=True))
    assert all((once.line, once.data) == (again.line, again.data) for once, again in pairs)
    refs = [once for once, _ in pairs]
    assert [ref.line for ref in refs] == list(range(1, 901))
    assert max(len(ref.data or b"") for ref in refs) == 1_001
    settings = Settings(max_source_bytes=1_000)
    assert read(refs[-1], settings).article.title == "Tïtle"
    with pytest.raises(SourceError, match=r"stdin\.jsonl:2: is larger than the 1,000 bytes"):
        read(refs[1], settings)


@pytest.mark.parametrize(
    "text", [json.dumps(json.loads(GOOD), indent=2), GOOD, 'Title\n\n{"a": 1}\n\n{"b": 2}\n', ""]
)
def test_one_document_on_standard_input_is_one(text: str) -> None:
    assert [ref.line for ref in from_stdin(text) if isinstance(ref, SourceRef)] == [None]


@pytest.mark.parametrize("text", ["", "\n\n  \n"])
def test_json_lines_without_a_line_are_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "empty.jsonl"
    path.write_text(text)
    found = list(discover([str(path)], tmp_path / "output", Settings()))
    assert [str(error) for error in found] == [f"{path}: is empty; expected an article on each line"]


@pytest.mark.parametrize("bad", ["{", "not json", '{"title": "T", "title": "U"}', "[1]", '{"title": "T"}'])
def test_an_error_names_its_line_once(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(f"{GOOD}\n{bad}\n{bad}\n{GOOD}\n")
    for ref in list(locate(path))[1:3]:
        with pytest.raises(SourceError) as raised:
            read(ref, Settings())
        assert raised.value.where == f"{path}:{ref.line}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_no_line_is_held_whole_to_find_where_it_is(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "long.jsonl"
    with path.open("w", encoding=encoding) as file:
        file.write(f"{GOOD}\n")
        for _ in range(40):
            file.write("x" * 1_000_000)
        file.write(f"\n{GOOD}\n")
    tracemalloc.start()
    try:
        refs = list(locate(path))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [ref.line for ref in refs] == [1, 2, 3]
    assert peak < 15_000_000
    assert read(refs[2], Settings()).article.title == "Tïtle"
    with pytest.raises(SourceError, match="is larger than the 16,777,216 bytes"):
        read(refs[1], Settings())
