"""CI does what the README tells people to do."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
RUN = ROOT / ".ci" / "run"

pytestmark = pytest.mark.skipif(not RUN.exists(), reason="CI's set-up is in the checkout only")


def test_ci_ends_with_the_command_that_the_readme_gives_for_the_tests() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    (block,) = re.findall(r"```sh\n(.*?)```", readme, re.DOTALL)[:1]
    assert RUN.read_text("utf-8").splitlines()[-1] == block.splitlines()[-1]


@pytest.mark.parametrize("ci", ["true", ""])
def test_ci_goes_on_where_no_browser_can_be_installed_and_says_so(ci: str, tmp_path: Path) -> None:
    script = RUN.read_text("utf-8").splitlines()[:-1]
    commands = {"dirname": f"echo {shlex.quote(str(tmp_path))}", "apt-get": "exit 100", "id": "echo 0"}
    for name, does in commands.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", "-c", "\n".join(script)],
        env={"PATH": str(tmp_path), "CI": ci},
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert ("will be skipped" in done.stderr) == bool(ci)
