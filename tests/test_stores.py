"""Files in stores arrive as they were sent, or it is told in one sentence why not."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver import stores
from archiver.errors import CannotWrite, MissingExtra, SettingsError
from archiver.stores import Url, place
from tests import s3


@pytest.fixture(scope="module")
def server() -> Iterator[s3.Server]:
    with s3.serving() as server:
        yield server


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "FIRST_PAUSE", 0.001)


@pytest.fixture(params=["s3", "memory", "file"])
def folder(request: pytest.FixtureRequest, server: s3.Server, tmp_path: Path) -> Url:
    """A folder of its own in a store of each kind."""
    server.faulty = s3.never
    name = hashlib.sha256(request.node.name.encode()).hexdigest()[:12]
    return Url(
        {"s3": f"s3://{s3.BUCKET}/{name}", "memory": f"memory://{name}"}.get(request.param)
        or f"file://{tmp_path}/store"
    )


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "file"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("size", [0, 1, 5000, 17 * 1024 * 1024])
def test_what_is_put_is_there_and_comes_back(folder: Url, tmp_path: Path, size: int) -> None:
    file = written(tmp_path, os.urandom(size))
    stores.put(file, folder / "a b/c=20.pdf")
    stored = stores.at(folder / "a b/c=20.pdf")
    assert stored is not None
    assert stores.below(folder) == {"a b/c=20.pdf": stored}
    assert stores.holds(folder / "a b/c=20.pdf", stored, file)
    stores.fetch(folder / "a b/c=20.pdf", tmp_path / "copy", stored.size)
    assert (tmp_path / "copy").read_bytes() == file.read_bytes()
    stores.remove(folder / "a b/c=20.pdf")
    assert stores.at(folder / "a b/c=20.pdf") is None
    assert stores.below(folder) == {}


def test_the_md5_of_s3_is_known_beforehand_however_a_file_is_uploaded(
    server: s3.Server, tmp_path: Path
) -> None:
    for size in (3, 17 * 1024 * 1024):
        file = written(tmp_path, os.urandom(size))
        url = Url(f"s3://{s3.BUCKET}/md5/{size}")
        stores.put(file, url)
        server.asked.clear()
        assert stores.holds(url, stores.at(url), file)
        assert server.asked == {"HEAD": 1}


def test_what_is_other_than_it_should_be_is_not_taken_for_it(folder: Url, tmp_path: Path) -> None:
    url = folder / "x"
    stores.put(written(tmp_path, b"there"), url)
    for content in (b"thera", b"ther"):
        assert not stores.holds(url, stores.at(url), written(tmp_path, content))
    assert not stores.holds(folder / "y", stores.at(folder / "y"), written(tmp_path, b""))


def test_a_store_whose_md5_is_another_is_read_back(server: s3.Server, tmp_path: Path) -> None:
    url = Url(f"s3://{s3.BUCKET}/encrypted")
    file = written(tmp_path, b"content")
    stores.put(file, url)
    assert stores.holds(url, stores.Stored(7, "0" * 32), file)
    assert not stores.holds(url, stores.Stored(7, "0" * 32), written(tmp_path, b"CONTENT"))


@pytest.mark.parametrize("fault", s3.FAULTS)
def test_a_fault_that_passes_is_waited_out(server: s3.Server, tmp_path: Path, fault: str) -> None:
    url = Url(f"s3://{s3.BUCKET}/passing") / fault
    for method in ("PUT", "LIST", "HEAD", "GET"):
        server.faulty = s3.once(s3.FAULTS[fault], method)
        stores.put(written(tmp_path, b"content"), url)
        assert fault in stores.below(url.parent)
        assert stores.read(url, 0, 7) == b"content"


def test_parts_of_a_large_upload_are_tried_again_too(server: s3.Server, tmp_path: Path) -> None:
    url = Url(f"s3://{s3.BUCKET}/large")
    server.faulty = s3.one_in(4)
    file = written(tmp_path, os.urandom(20 * 1024 * 1024))
    stores.put(file, url)
    server.faulty = s3.never
    stores.fetch(url, tmp_path / "copy", 20 * 1024 * 1024)
    assert (tmp_path / "copy").read_bytes() == file.read_bytes()


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("slow down", "Please reduce your request rate"),
        ("internal error", "We encountered an internal error"),
        ("reset", "Could not connect|Connection was closed"),
        ("damaged upload", ""),
    ],
)
def test_a_fault_that_stays_ends_in_one_sentence(
    server: s3.Server, tmp_path: Path, fault: str, told: str
) -> None:
    url = Url(f"s3://{s3.BUCKET}/never")
    server.faulty = s3.always(s3.FAULTS[fault], "PUT")
    with pytest.raises(OSError, match=rf"(?:{told}).*\(tried 5 times\)") as refused:
        stores.put(written(tmp_path, b"content"), url)
    assert refused.value.filename == str(url)


def test_what_stays_as_it_is_is_not_tried_again(server: s3.Server, tmp_path: Path) -> None:
    server.faulty = s3.never
    server.asked.clear()
    with pytest.raises(FileNotFoundError, match="bucket does not exist"):
        stores.put(written(tmp_path, b"x"), Url("s3://nowhere/x"))
    assert server.asked == {"PUT": 1}


def test_missing_credentials_are_told_at_once(server: s3.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    server.asked.clear()
    with pytest.raises(PermissionError, match="credentials"):
        stores.below(Url(f"s3://{s3.BUCKET}/x"))
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    assert not server.asked


@pytest.mark.parametrize("text", ["output", "/tmp/x", "a:b", "C:/x", "./s3:/x", "1://x", "https:/x"])
def test_what_is_no_url_is_a_path(text: str) -> None:
    assert place(text) == Path(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [("sftp://me:secret@host/x", "password"), ("s3://", "no place"), ("file:///", "no place")],
)
def test_a_url_that_cannot_be_used_is_refused(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        place(text)


@given(st.text())
def test_any_text_is_a_path_or_a_url_or_refused_in_one_sentence(text: str) -> None:
    try:
        assert str(place(text)) in (text.rstrip("/"), str(Path(text)))
    except ValueError as error:
        assert str(error)


def test_a_store_that_is_not_known_or_not_installed_is_one_sentence() -> None:
    with pytest.raises(SettingsError, match="nothing://x/y: cannot be used: Protocol not known"):
        stores.below(Url("nothing://x/y"))
    with pytest.raises(MissingExtra, match="gs://x/y: needs a library for gs://") as refused:
        stores.below(Url("gs://x/y"))
    assert "gcsfs" in refused.value.hint


def test_a_file_in_the_place_of_scratch_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / f"archiver-{os.getuid()}").symlink_to(tmp_path)
    with pytest.raises(CannotWrite, match="no folder of your own"):
        stores.scratch()
    (tmp_path / f"archiver-{os.getuid()}").unlink()
    assert stores.scratch().stat().st_mode & 0o777 == 0o700
