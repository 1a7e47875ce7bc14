"""What is checked of archiver's own packages, beyond that they are bags."""

import errno
import os
from pathlib import Path

import pytest

from archiver.bag import PROFILE_IDENTIFIER, validate
from tests.bag.bags import PAYLOAD, info, make, told
from tests.conftest import packaged

CLAIM = info(f"BagIt-Profile-Identifier: {PROFILE_IDENTIFIER}", "External-Identifier: one")
PDF = "data/rendition/one.pdf"


@pytest.mark.parametrize("content", [b"no PDF", b"%PDF-1.7\n1 0 obj", b""])
def test_a_rendition_that_is_no_whole_pdf_is_told(content: bytes, tmp_path: Path) -> None:
    bag = make(tmp_path / "bag", CLAIM, files={**PAYLOAD, PDF: content})
    report = validate(bag)
    assert not report.valid
    assert [found.where for found in report.findings if found.rule == "package-pdf"] == [PDF]


def test_a_package_without_a_rendition_is_told(tmp_path: Path) -> None:
    assert "package-pdf" in told(validate(make(tmp_path / "bag", CLAIM)))


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = tmp_path_factory.mktemp("sources") / "a.json"
    source.write_text('{"title": "T", "identifier": "one", "language": "en", "body": ["x"]}')
    outcome = packaged(source, tmp_path_factory.mktemp("output"))
    assert isinstance(outcome.bag, Path)
    return outcome.bag


def test_a_fault_of_the_disk_while_a_package_is_looked_at_ends_in_a_report(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, calls, failing = os.read, 0, 0

    def faulty(descriptor: int, count: int) -> bytes:
        nonlocal calls
        calls += 1
        if calls == failing:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return read(descriptor, count)

    monkeypatch.setattr(os, "read", faulty)
    assert validate(package).valid
    every = calls
    for failing in range(1, every + 1):  # noqa: B007 (each call reads it)
        calls = 0
        assert not validate(package).valid
