"""Forms: a file's suffix and --format say what it holds, and what is left is printed."""

from pathlib import Path

import pytest

from archiver.errors import SettingsError
from archiver.findings import Survey
from archiver.reports.forms import FORMS, SUFFIXES, allot, written


@pytest.mark.parametrize(
    ("formats", "outputs", "files", "printed"),
    [
        ("", "", "", ""),
        ("json", "", "", "json"),
        ("", "a.json a.sarif a.xml a.txt a.html", "json sarif junit text html", ""),
        ("", "A.JSON", "json", ""),
        ("sarif", "a.json", "sarif", ""),
        ("github", "a.txt", "github", ""),
        ("github", "a.json", "json", "github"),
        ("json sarif", "a.json b.json", "json sarif", ""),
        ("sarif json", "a.json b.json", "sarif json", ""),
        ("json", "a.json b.json", "json json", ""),
        ("sarif json", "a.json b.sarif", "sarif sarif", "json"),
        ("junit", "report", "junit", ""),
        ("text", "a.log b.json", "text json", ""),
        ("json json", "", "", "json"),
    ],
)
def test_each_form_goes_where_it_can(formats: str, outputs: str, files: str, printed: str) -> None:
    going = allot(formats.split(), [Path(name) for name in outputs.split()])
    assert [*going.files] == [Path(name) for name in outputs.split()]
    assert [*going.files.values()] == files.split()
    assert going.printed == printed


@pytest.mark.parametrize(
    ("formats", "outputs", "told"),
    [
        ("", "a.log", "'.log' tells no form"),
        ("", "report", "no suffix"),
        ("json github", "", "json and github would both be printed"),
        ("json text github", "a.json", "text and github would both be printed"),
        ("json", "a.json a.json", "named twice"),
        ("json", "a.json b/../a.json", "named twice"),
        ("json json", "t.json t.json.sha256", "named twice"),
        ("json json", "t.json.sha256 t.json", "named twice"),
    ],
)
def test_what_cannot_be_meant_is_refused(formats: str, outputs: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told) as refused:
        allot(formats.split(), [Path(name) for name in outputs.split()])
    assert refused.value.exit_code == 2


def test_a_command_with_fewer_forms_takes_no_other() -> None:
    assert allot((), [Path("a.json")], ("text", "json")).files == {Path("a.json"): "json"}
    with pytest.raises(SettingsError, match=r"'\.xml' tells no form"):
        allot((), [Path("a.xml")], ("text", "json"))


def test_every_form_of_the_tables_can_be_written(survey: Survey) -> None:
    assert {form for forms in SUFFIXES.values() for form in forms} <= FORMS.keys()
    assert all("".join(written(form)(survey)) for form in FORMS)
