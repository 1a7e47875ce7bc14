"""Settings: where a value comes from, and what is told of a wrong one."""

from pathlib import Path

import pytest

from archiver.errors import SettingsError
from archiver.settings import load


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
