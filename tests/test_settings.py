"""Settings: where a value comes from, and what is told of a wrong one."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.errors import SettingsError
from archiver.settings import load, write_commented
from tests.test_cli import run


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
        ("algorithms = ['crc32']", "algorithms.0"),
        ("colour = 'red'", "colour is not a setting; `archiver init` writes a file of all there are"),
        ("languge = 'en'", "languge is not a setting; did you mean language?"),
        ("capture_level = 'fadgi-9'", "capture_level: is not a level; capture_levels has fadgi-2, fadgi-3"),
        (
            "capture_levels = { a = { pixels_per_inch = 1 } }",
            "capture_level: is not a level; capture_levels has a",
        ),
        ("capture_levels = { a = { dpi = 1 } }", "capture_levels.a.pixels_per_inch: is missing"),
        ("capture_levels = { a = { dpi = 1 } }", "capture_levels.a.dpi is not a name that is known"),
        ("max_source_bytes = 0", "max_source_bytes: should be more than 0 (found 0)"),
        ("flavour = '9z'", "flavour: should be '2a', '2b', '2u', '3a', '3b', '4' or '4f' (found '9z')"),
        ("rights = 'x'", "rights: should be a table (found 'x')"),
        ("verapdf = 3", "verapdf: should be true, false or a path (found 3)"),
        ("bag_info = { '{x}:' = 'y' }", "'{x}:' is no label"),
        ("strict = 'yes'", "strict: should be true or false (found 'yes')"),
        ("strict = 1", "strict: should be true or false (found 1)"),
        ("max_source_bytes = '5'", "max_source_bytes: should be a whole number (found '5')"),
        ("publisher = ''", "publisher: should not be empty (found '')"),
        ("algorithms = []", "algorithms: should not be empty (found [])"),
        ("publisher = 5", "publisher: should be text (found 5)"),
        ("algorithms = 'sha256'", "algorithms: should be a list (found 'sha256')"),
        ("language = 'klingonish-x'", "BCP 47"),
    ],
)
def test_what_is_wrong_is_told_with_its_file_and_field(file: Path, text: str, told: str) -> None:
    file.write_text(text)
    with pytest.raises(SettingsError) as raised:
        load(file)
    assert str(file) in str(raised.value)
    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("strict", "true", True),
        ("strict", "0", False),
        ("verapdf", "false", False),
        ("verapdf", "/opt/verapdf", Path("/opt/verapdf")),
        ("algorithms", "sha256", ("sha256",)),
        ("algorithms", "sha256, sha512", ("sha256", "sha512")),
        ("algorithms", '["sha256"]', ("sha256",)),
        ("fonts", "a,b", (Path("a"), Path("b"))),
        ("max_source_bytes", "1000", 1000),
        ("bag_info", '{"Contact-Email": "a@b.example"}', {"Contact-Email": "a@b.example"}),
        ("language", "en_US", "en-US"),
        ("publisher", "", None),
    ],
)
def test_the_environment_says_it_as_text(
    monkeypatch: pytest.MonkeyPatch, field: str, text: str, value: object
) -> None:
    monkeypatch.setenv(f"ARCHIVER_{field.upper()}", text)
    assert getattr(load(), field) == value


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("algorithms", "sha999", "'md5', 'sha1', 'sha256' or 'sha512' (found 'sha999')"),
        ("strict", "yes", "strict: should be true or false (found 'yes')"),
        ("max_source_bytes", "much", "max_source_bytes: should be a whole number (found 'much')"),
        ("bag_info", "{", "bag_info: should be a table (found '{')"),
        ("nothing_known", "x", "is not a setting; `archiver init` writes a file of all there are"),
    ],
)
def test_what_is_wrong_in_the_environment_is_told(
    monkeypatch: pytest.MonkeyPatch, field: str, text: str, told: str
) -> None:
    monkeypatch.setenv(f"ARCHIVER_{field.upper()}", text)
    with pytest.raises(SettingsError) as raised:
        load()
    assert raised.value.where == f"ARCHIVER_{field.upper()}"
    assert told in str(raised.value)


def test_the_environment_is_told_where_it_goes_before_the_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("flavour = '2a'")
    monkeypatch.setenv("ARCHIVER_FLAVOUR", "9z")
    with pytest.raises(SettingsError) as raised:
        load(file)
    assert raised.value.where == "ARCHIVER_FLAVOUR"


def test_a_debugging_variable_is_no_setting_and_no_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVER_DEBUG", "1")
    assert load().strict is False


def test_a_limit_is_bounded(file: Path) -> None:
    file.write_text("max_source_bytes = 99999999999999999999")
    with pytest.raises(SettingsError, match="max_source_bytes: should be 1073741824 or less"):
        load(file)


def test_a_pipe_is_no_settings_file_and_is_not_waited_for(file: Path) -> None:
    os.mkfifo(file)
    with pytest.raises(SettingsError, match="is not a regular file"):
        load(file)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (Path.mkdir, "is not a regular file"),
        (os.mkfifo, "is not a regular file"),
        (lambda path: path.symlink_to("nowhere"), "cannot be read: No such file or directory"),
        (lambda path: path.symlink_to(path), "cannot be read: Too many levels of symbolic links"),
    ],
)
def test_a_settings_file_that_cannot_be_read_is_not_passed_over(
    make: Callable[[Path], None], told: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(file)
    monkeypatch.chdir(file.parent)
    with pytest.raises(SettingsError, match=rf"archiver\.toml: {told}"):
        load()
    assert run("validate", ".", cwd=file.parent)[0] == 2


def test_settings_are_never_written_over_a_file(file: Path) -> None:
    file.write_text("strict = true")
    with pytest.raises(SettingsError, match=r"is there already \(edit it, or move it away"):
        write_commented(file)
    assert file.read_text() == "strict = true"
