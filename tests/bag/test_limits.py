"""Limits are settings, documented, and taken by `archiver validate` from wherever settings come."""

import subprocess
import sys
from pathlib import Path

import pytest

from archiver.bag.limits import DEFAULT, Limits
from archiver.settings import FILE_NAME, Settings
from tests.bag.bags import make

DOCUMENTED = Path(__file__).parents[2] / "docs/validation.md"


@pytest.mark.parametrize("name", Limits._fields)
def test_a_limit_is_a_setting_that_is_documented(name: str) -> None:
    field = Settings.model_fields[f"max_bag_{name}"]
    assert field.default == getattr(DEFAULT, name)
    row = f"| `max_bag_{name}` | {field.default:,} | {field.description} |"
    assert row in DOCUMENTED.read_text("utf-8").splitlines()


def test_settings_become_limits() -> None:
    assert Settings().bag_limits == DEFAULT
    assert Settings(max_bag_entries=7).bag_limits == Limits(entries=7)


def validated(bag: Path, *flags: str, **environment: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "archiver", "validate", str(bag), *flags]
    done = subprocess.run(
        command, cwd=bag.parent, env={"PATH": "", **environment}, capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


def test_validate_takes_limits_from_flag_file_and_environment(tmp_path: Path) -> None:
    bag = make(tmp_path / "bag")
    assert validated(bag)[0] == 0
    assert validated(bag, ARCHIVER_DEBUG="1")[0] == 0
    (tmp_path / "small.toml").write_text("max_bag_entries = 3\n")
    for code, out in (
        validated(bag, "--settings", "small.toml"),
        validated(bag, ARCHIVER_MAX_BAG_ENTRIES="3"),
        validated(bag, archiver_max_bag_entries="3"),
    ):
        assert code == 1
        assert "more than 3 files and folders" in out
    (tmp_path / FILE_NAME).write_text("max_bag_entries = 0\n")
    code, out = validated(bag)
    assert (code, "max_bag_entries" in out) == (2, True)


STARTED = """
import sys
from archiver.cli import cli
cli(["validate", sys.argv[1]], standalone_mode=False)
"""


def test_validate_starts_without_settings_where_there_are_none(tmp_path: Path) -> None:
    bag = make(tmp_path / "bag")
    told = "import atexit, sys; atexit.register(lambda: print('pydantic' in sys.modules))"
    command = [sys.executable, "-c", told + STARTED, str(bag)]
    done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "False"
