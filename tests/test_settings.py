"""Settings: where a value comes from, and what is told of a wrong one."""

import os
from pathlib import Path

import pytest

from archiver.errors import SettingsError
from archiver.settings import load, write_commented


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "archiver.toml"


def test_a_flag_goes_before_the_environment_and_that_before_the_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text('publisher = "file"\nlanguage = "de"\nflavour = "2b"\n')
    monkeypatch.setenv("ARCHIVER_PUBLISHER", "environment")
    monkeypatch.setenv("ARCHIVER_FLAVOUR", "2u")
    settings = load(file, flavour="3a")
    assert (settings.language, settings.publisher, settings.flavour) == ("de", "environment", "3a")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("bag_info = { Payload-Oxum = '1.1' }", "'Payload-Oxum' is written by archiver itself"),
        ("bag_info = { external-identifier = 'x' }", "'external-identifier' is written by archiver itself"),
        ("bag_info = { 'a: b' = 'x' }", "'a: b' is no label"),
        ("algorithms = []", "algorithms"),
        ("algorithms = ['crc32']", "algorithms.0"),
        ("colour = 'red'", "colour is not a setting"),
    ],
)
def test_what_is_wrong_is_told_with_its_file_and_field(file: Path, text: str, told: str) -> None:
    file.write_text(text)
    with pytest.raises(SettingsError) as raised:
        load(file)
    assert str(file) in str(raised.value)
    assert told in str(raised.value)


def test_a_limit_is_bounded(file: Path) -> None:
    file.write_text("max_source_bytes = 99999999999999999999")
    with pytest.raises(SettingsError, match="max_source_bytes: input should be less than or equal to"):
        load(file)


def test_a_pipe_is_no_settings_file_and_is_not_waited_for(file: Path) -> None:
    os.mkfifo(file)
    with pytest.raises(SettingsError, match="is not a regular file"):
        load(file)


def test_settings_are_never_written_over_a_file(file: Path) -> None:
    file.write_text("strict = true")
    with pytest.raises(SettingsError, match=r"is there already \(edit it, or move it away"):
        write_commented(file)
    assert file.read_text() == "strict = true"
