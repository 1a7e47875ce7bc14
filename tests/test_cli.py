"""The commands, as their users meet them: exit codes, one clear sentence, JSON for machines."""

import json
import os
import pty
import re
import resource
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import bagit
import click
import pytest

from archiver.bag.placing import STAGING_FOLDER
from archiver.cli import ROOMS, cli
from archiver.findings import Report
from archiver.settings import load, write_commented
from tests.bag.bags import make
from tests.bag.serialization.archives import bag_files, tarred, write_folder
from tests.conftest import EXAMPLES

ROOT = EXAMPLES.parent


def run(*arguments: str, cwd: Path, stdin: bytes = b"", **how: Any) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "archiver", *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        check=False,
        **how,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_the_examples_package_and_validate(tmp_path: Path) -> None:
    code, out, err = run("package", str(EXAMPLES), "--json", cwd=tmp_path)
    told = json.loads(out)
    assert code == 0, err
    assert told["summary"] == {"packaged": 9}
    for document in told["documents"]:
        checks = {check["name"]: check["verdict"] for check in document["checks"]}
        assert checks["PDF/A conformance"] == "passed"
    bags = [document["bag"] for document in told["documents"]]
    code, out, _ = run("validate", "--json", *bags, cwd=tmp_path)
    assert code == 0
    assert all(report["valid"] for report in json.loads(out)["reports"])
    code, out, _ = run("package", str(EXAMPLES), "--json", cwd=tmp_path)
    assert json.loads(out)["summary"] == {"already packaged": 9}


def test_one_bad_document_does_not_stop_the_others(tmp_path: Path) -> None:
    sources = tmp_path / "in"
    sources.mkdir()
    (sources / "a bad\nname.txt").write_bytes(b"")
    (sources / "good.txt").write_text("Title\n\nText of it.\n")
    (sources / "loop").symlink_to(sources)
    code, out, err = run("package", "in", "gone.txt", "--no-verapdf", cwd=tmp_path)
    assert code == 3
    assert "PDF/A conformance: not checked" in out
    assert "is empty" in out
    assert "gone.txt: is not there" in out
    assert "Traceback" not in out + err
    assert len(list((tmp_path / "output").iterdir())) == 1


def test_standard_input_is_a_source(tmp_path: Path) -> None:
    code, out, _ = run("package", "-", "--no-verapdf", cwd=tmp_path, stdin=b"Title\n\nText.\n")
    assert code == 0, out
    assert list((tmp_path / "output").glob("*/data/original/stdin.txt"))


def test_algorithms_are_added_or_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Title\n\nText.\n")
    for given, expected in (("sha256", {"sha256"}), ("+md5", {"sha512", "md5"})):
        run("package", "a.txt", "--no-verapdf", "-o", given, "--algorithm", given, cwd=tmp_path)
        manifests = (tmp_path / given).glob("*/manifest-*.txt")
        assert {path.stem.removeprefix("manifest-") for path in manifests} == expected


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["package"], 2, "Missing argument"),
        (["package", "a.txt", "--algorithm", "crc32"], 2, "algorithms"),
        (["package", "a.txt", "--settings", "gone.toml"], 2, "gone.toml"),
        (["package", "a.txt", "--verapdf", "/nowhere"], 2, "holds no veraPDF"),
        (["package", "a.txt", "--verapdf", "/nowhere", "--no-verapdf"], 2, "expected one of them"),
        (["render", "gone.md"], 3, "gone.md"),
        (["inspect", "."], 1, "it is no bag"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_an_exit_code(
    tmp_path: Path, arguments: list[str], code: int, told: str
) -> None:
    (tmp_path / "a.txt").write_text("Title\n\nText.\n")
    found, _, err = run(*arguments, cwd=tmp_path)
    assert found == code
    assert told in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "code", "rule"),
    [
        (["render", "gone.md"], 3, "source-unreadable"),
        (["render", "a.txt", "-o", "a.txt"], 3, "output-exists"),
        (["inspect", "."], 1, "bag-missing"),
        (["init"], 2, "settings-invalid"),
        (["doctor", "--settings", "nope.toml"], 2, "settings-invalid"),
        (["package", "a.txt", "--verapdf", "/nowhere"], 2, "settings-invalid"),
        (["package", "a.txt", "--algorithm", "foo"], 2, "settings-invalid"),
        (["package", "--colour"], 2, "usage-wrong"),
        (["package", "-"], 2, "settings-invalid"),
    ],
)
def test_what_stops_a_command_is_one_json_document_where_that_is_asked(
    tmp_path: Path, arguments: list[str], code: int, rule: str
) -> None:
    (tmp_path / "a.txt").write_text("Title\n\nText.\n")
    if arguments == ["init"]:
        (tmp_path / "archiver.toml").write_text("")
    environment = {**os.environ, **({"SOURCE_DATE_EPOCH": "soon"} if arguments[-1] == "-" else {})}
    found, out, err = run(*arguments, "--json", cwd=tmp_path, stdin=b"T\n\nx\n", env=environment)
    error = json.loads(out)["error"]
    assert (found, error["exit_code"], error["rule"]) == (code, code, rule)
    assert error["message"] in err
    assert set(error) == {"rule", "message", "where", "hint", "exit_code"}
    text_code, text_out, _ = run(*arguments, cwd=tmp_path, stdin=b"T\n\nx\n", env=environment)
    assert (text_code, text_out) == (code, "")


def test_a_name_cannot_drive_the_terminal_by_way_of_an_error(tmp_path: Path) -> None:
    for arguments in (["render", "no\n\x1b[31mvalid.txt"], ["schema", "no\n\x1b[31mvalid"]):
        _, _, err = run(*arguments, cwd=tmp_path)
        assert "no\\n\\x1b[31mvalid" in err
        assert "\x1b" not in err


@pytest.mark.parametrize(
    "command", [["schema"], ["--help"], ["--version"], ["package", str(EXAMPLES), "--no-verapdf"]]
)
def test_a_report_that_nobody_can_read_stops_the_command(tmp_path: Path, command: list[str]) -> None:
    for stream, told in (("/dev/full", "cannot be written: No space left"), ("closed", "was closed")):
        reader, pipe = os.pipe()
        os.close(reader)
        out = pipe if stream == "closed" else os.open(stream, os.O_WRONLY)
        done = subprocess.run(
            [sys.executable, "-m", "archiver", *command],
            cwd=tmp_path,
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        assert done.returncode == 74
        assert done.stderr.startswith(f"archiver: standard output: {told}")
        assert done.stderr.count("\n") == 1
    assert not list(tmp_path.rglob(".archiver-*"))


CLOSED = 'exec "$@" {}'
"""What a shell runs a command by that has a standard stream closed."""


@pytest.mark.parametrize(
    "command",
    [["schema"], ["--help"], ["schema", "--json"], ["validate", "."], ["package", "a.txt", "--no-verapdf"]],
)
def test_a_closed_standard_output_is_a_report_that_nobody_can_read(
    tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "a.txt").write_text("Title\n\nText.\n")
    make(tmp_path / "bag")
    for closed in (">&-", "<&- >&-"):
        shell = ["sh", "-c", CLOSED.format(closed), "sh", sys.executable, "-m", "archiver", *command]
        done = subprocess.run(shell, cwd=tmp_path, stderr=subprocess.PIPE, text=True, check=False)
        assert done.returncode == 74
        assert done.stderr.splitlines()[-1].startswith("archiver: standard output: was closed")


@pytest.mark.parametrize("command", [["validate", "."], ["package", "no.txt"], ["package"]])
def test_nothing_is_told_on_a_closed_standard_error(tmp_path: Path, command: list[str]) -> None:
    make(tmp_path / "bag")
    code, out, _ = run(*command, cwd=tmp_path)
    shell = ["sh", "-c", CLOSED.format("2>&-"), "sh", sys.executable, "-m", "archiver", *command]
    done = subprocess.run(shell, cwd=tmp_path, stdout=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, bool(done.stdout)) == (code, bool(out))


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["bogus"], 2),
        (["inspect", "no"], 1),
        (["package", "a.txt", "--settings", "no"], 2),
        (["schema"], 0),
    ],
)
def test_a_full_standard_error_does_not_change_the_exit_code(
    tmp_path: Path, command: list[str], code: int
) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "archiver", *command], cwd=tmp_path, stderr=full, check=False
        )
    assert done.returncode == code


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_process_that_is_told_twice_to_stop_takes_away_what_it_had_begun(
    tmp_path: Path, sent: signal.Signals
) -> None:
    (tmp_path / "long.txt").write_text("Title\n\n" + "One paragraph of it all.\n\n" * 20_000)
    command = [sys.executable, "-m", "archiver", "package", "long.txt", "--no-verapdf", "--json"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not list((tmp_path / "output" / STAGING_FOLDER).glob("*/*/*/rendition")):
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(sent)
    assert process.stderr is not None
    assert b"finishing what is in hand" in process.stderr.readline()
    process.send_signal(sent)
    out, err = process.communicate()
    assert process.returncode == 130, err
    assert json.loads(out)["error"]["exit_code"] == 130
    assert [path.name for path in tmp_path.iterdir()] == ["long.txt"]


def test_an_interrupt_while_modules_are_loaded_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text(
        "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(9)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    assert run("doctor", cwd=tmp_path, env=environment) == (130, "", "archiver: interrupted\n")


def test_what_the_system_refuses_is_not_told_of_standard_output(tmp_path: Path) -> None:
    code, out, err = run(
        *("package", str(EXAMPLES), "--no-verapdf", "--jobs", "2"), cwd=tmp_path, preexec_fn=_open_few
    )
    assert (code in (3, 70), out) == (True, ""), err
    assert "Too many open files" in err
    assert "standard output" not in err
    assert not list(tmp_path.iterdir())


def test_an_interrupt_as_a_command_ends_changes_neither_what_it_tells_nor_its_code(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import atexit, os, signal\natexit.register(os.kill, os.getpid(), signal.SIGINT)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    code, _, err = run("inspect", "nothing", cwd=tmp_path, env=environment)
    assert (code, err) == (1, "archiver: nothing: cannot be opened: No such file or directory\n")


def test_a_folder_that_is_no_bag_is_a_finding(tmp_path: Path) -> None:
    code, out, _ = run("validate", ".", cwd=tmp_path)
    assert code == 1
    assert "it is no bag" in out


def bag(folder: Path) -> Path:
    folder.mkdir()
    (folder / "a.txt").write_text("a")
    bagit.make_bag(str(folder), checksums=["sha512"])
    return folder


def test_a_survey_goes_to_files_and_the_terminal_at_once(tmp_path: Path) -> None:
    bag(tmp_path / "good")
    files = [word for name in ("a.json", "a.xml", "a.sarif") for word in ("--output", name)]
    code, out, err = run("validate", "good", "gone", "--format", "github", *files, cwd=tmp_path)
    assert (code, err) == (1, "")
    assert out.startswith("::error file=gone,title=bag-missing::")
    names = {path.name for path in tmp_path.iterdir()} - {"good"}
    assert names == {name + end for name in files[1::2] for end in ("", ".sha256")}
    report = json.loads((tmp_path / "a.json").read_text())
    assert [(r["subject"], r["valid"]) for r in report["reports"]] == [("good", True), ("gone", False)]
    assert "data/a.txt" in report["reports"][0]["facts"]["inventory"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--output", "a.log"], "'.log' tells no form"),
        (["--output", "gone/a.json"], "there is no folder gone"),
        (["--output", "good", "--format", "json"], "good is not a plain file"),
        (["--format", "json", "--format", "sarif"], "standard output takes one"),
        (["--fast", "--completeness-only"], "give one"),
        (["--format", "pdf"], "'pdf'"),
    ],
)
def test_what_validate_cannot_do_is_said_before_it_begins(
    arguments: list[str], told: str, tmp_path: Path
) -> None:
    bag(tmp_path / "good")
    code, out, err = run("validate", "good", *arguments, cwd=tmp_path)
    assert (code, out) == (2, "")
    assert told in err


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colours_are_for_terminals_and_as_the_environment_says(
    environment: dict[str, str], coloured: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    _, out, _ = run("validate", "gone", "--output", "a.txt", cwd=tmp_path)
    assert ("\x1b[31minvalid" in out) is coloured
    assert "\x1b" not in (tmp_path / "a.txt").read_text()


@pytest.mark.parametrize(("terminal", "coloured"), [("xterm", True), ("dumb", False)])
def test_a_terminal_is_told_in_colours_unless_it_has_none(
    terminal: str, coloured: bool, tmp_path: Path
) -> None:
    environment = {"PATH": os.environ["PATH"], "TERM": terminal}
    shown, out = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "archiver", "validate", "gone"],
        cwd=tmp_path,
        env=environment,
        stdout=out,
        check=False,
    )
    assert (b"\x1b[31m" in os.read(shown, 4096)) is coloured
    os.close(shown)
    os.close(out)


def test_quiet_prints_nothing_and_verbose_everything(tmp_path: Path) -> None:
    bag(tmp_path / "good")
    assert run("validate", "good", "--quiet", cwd=tmp_path) == (0, "", "")
    assert "  complete: passed\n" in run("validate", "good", "-v", cwd=tmp_path)[1]
    assert "passed" not in run("validate", "good", cwd=tmp_path)[1]


def test_compare_tells_what_got_worse_by_its_exit_code(tmp_path: Path) -> None:
    good = bag(tmp_path / "good")
    run("validate", "good", "--output", "old.json", cwd=tmp_path)
    assert run("compare", "old.json", "old.json", cwd=tmp_path)[0] == 0
    (good / "data/a.txt").write_text("b")
    run("validate", "good", "--output", "new.json", cwd=tmp_path)
    code, out, _ = run("compare", "old.json", "new.json", "--output", "c.json", cwd=tmp_path)
    assert code == 1
    assert out.startswith("newly invalid: good\n  altered: data/a.txt\n")
    assert json.loads((tmp_path / "c.json").read_text())["worse"] is True
    code, _, err = run("compare", "old.json", "good/bagit.txt", cwd=tmp_path)
    assert code == 2
    assert "bagit.txt: is not a JSON report of archiver: Invalid JSON: expected value at line 1" in err
    assert "found" not in err


@pytest.mark.parametrize(
    ("listed", "expected", "told"),
    [
        ("", 0, ""),
        ("good/data/a\n", 0, ""),
        ("good/data/a\nx\ny\n", 0, "lists what is not there, .*: 2 paths, .*/x$"),
        ("outside\n", 0, "none of 1 path is in a bag below the places that are named"),
        ("x\ny\n", 2, "lists what is not there, .*: 2 paths, .*/x; nothing else is listed"),
        ("x" * 5000, 2, "lists what is not there, .*: 1 path"),
    ],
)
def test_a_list_of_which_nothing_is_validated_is_never_silently_green(
    tmp_path: Path, listed: str, expected: int, told: str
) -> None:
    (tmp_path / "good").mkdir()
    (tmp_path / "good/a").write_text("a")
    bagit.make_bag(str(tmp_path / "good"), checksums=["sha512"])
    (tmp_path / "outside").write_text("")
    arguments = ("validate", "good", "--changed-only", "-", "--quiet")
    code, _, err = run(*arguments, cwd=tmp_path, stdin=listed.encode())
    assert code == expected
    assert re.search(told, err, re.MULTILINE) if told else not err


def test_render_writes_one_pdf(tmp_path: Path) -> None:
    code, out, _ = run("render", str(EXAMPLES / "seed-library.md"), "-o", "a.pdf", cwd=tmp_path)
    assert code == 0, out
    assert [p.name for p in tmp_path.iterdir()] == ["a.pdf"]


@pytest.mark.parametrize(
    ("flags", "told", "valid"), [([], "valid", True), (["--no-verapdf"], "nothing wrong found", None)]
)
def test_a_rendition_is_called_valid_only_where_its_conformance_was_checked(
    tmp_path: Path, flags: list[str], told: str, valid: bool | None
) -> None:
    command = ["render", str(EXAMPLES / "harbour-ferry.txt"), "-o", "a.pdf", "--replace", *flags]
    code, out, _ = run(*command, cwd=tmp_path)
    assert (code, out.splitlines()[0]) == (0, f"{told}: a.pdf")
    _, out, _ = run(*command, "--json", cwd=tmp_path)
    assert json.loads(out)["reports"][0]["valid"] is valid


@pytest.mark.parametrize("command", ["package", "render"])
def test_a_destination_that_takes_no_more_is_one_sentence_and_nothing_is_left(
    tmp_path: Path, command: str
) -> None:
    (tmp_path / "a.txt").write_text("Title\n\nText.\n")
    code, out, err = run(
        command, "a.txt", "-o", "out/x.pdf", "--no-verapdf", cwd=tmp_path, preexec_fn=_write_little
    )
    assert code == 3, err
    assert "out" in out + err
    assert "cannot be written: File too large" in out + err
    assert "or choose another place)" in out + err
    assert [path.name for path in tmp_path.rglob("*")] == ["a.txt"]


def test_a_report_that_its_disk_has_no_room_for_is_exit_code_74_and_told_on_the_terminal(
    tmp_path: Path,
) -> None:
    code, out, err = run("validate", ".", "--output", "x.html", cwd=tmp_path, preexec_fn=_write_little)
    assert code == 74, err
    assert "invalid" in out
    assert err == "archiver: --output x.html: cannot be written: File too large\n"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("form", ["text", "sarif"])
def test_names_are_utf_8_whatever_the_locale(form: str, tmp_path: Path) -> None:
    write_folder(tmp_path / "bag", bag_files({"\u00e9 \u0639.txt": b"x"}))
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    environment = {**os.environ, **ascii_only}
    code, out, err = run("validate", "bag", "--format", form, cwd=tmp_path, env=environment)
    assert (code, err) == (0, ""), out


def test_temporary_files_that_take_no_more_say_nothing_of_the_bag(tmp_path: Path) -> None:
    files = bag_files({"one": b"x" * 10_000})
    (tmp_path / "bag.tar.gz").write_bytes(tarred(files, mode="w:gz"))
    code, out, err = run("validate", "bag.tar.gz", "--json", cwd=tmp_path, preexec_fn=_write_little)
    assert code == 1, err
    (report,) = json.loads(out)["reports"]
    assert [finding["rule"] for finding in report["findings"]] == ["output-unwritable"]
    assert {check["verdict"] for check in report["checks"]} == {"not checked"}
    code, _, err = run("unpack", "bag.tar.gz", cwd=tmp_path, preexec_fn=_write_little)
    assert code == 3
    assert err.startswith("archiver: temporary files: cannot be written")


def test_a_rendition_that_cannot_be_laid_before_verapdf_says_nothing_of_the_bag(tmp_path: Path) -> None:
    run("package", str(EXAMPLES / "harbour-ferry.txt"), "--no-verapdf", cwd=tmp_path)
    asked = ("validate", "output", "--check-pdf", "--json")
    _, out, err = run(*asked, cwd=tmp_path, preexec_fn=_write_little)
    (report,) = json.loads(out)["reports"]
    assert [finding["rule"] for finding in report["findings"]] == ["output-unwritable"], err
    assert {check["verdict"] for check in report["checks"]} == {"not checked"}


@pytest.mark.parametrize(
    ("example", "where"),
    [("seed-library.md", "to/here"), ("harbour-ferry.txt", "temporary files in {}")],
    ids=["package", "temporary files"],
)
def test_what_is_too_large_for_its_place_is_told_with_that_and_leaves_nothing(
    example: str, where: str, tmp_path: Path
) -> None:
    source = ("package", str(EXAMPLES / example), "--no-verapdf")
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    place: dict[str, Any] = {"cwd": tmp_path, "env": environment, "preexec_fn": _write_little}
    code, out, err = run(*source, "-o", "to/here", "--json", **place)
    assert code == 3, err
    (told,) = json.loads(out)["documents"][0]["findings"]
    assert (told["rule"], told["where"]) == ("output-unwritable", where.format(tmp_path))
    assert told["message"] == "cannot be written: File too large"
    assert told["hint"].startswith("raise the limit on the size of a file")
    assert not list(tmp_path.iterdir())


def test_an_empty_folder_that_was_there_before_is_left(tmp_path: Path) -> None:
    (tmp_path / "to").mkdir()
    source = str(EXAMPLES / "seed-library.md")
    run("package", source, "--no-verapdf", "-o", "to/here", cwd=tmp_path, preexec_fn=_write_little)
    assert [path.name for path in tmp_path.rglob("*")] == ["to"]


def _open_few() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8))


def _write_little() -> None:
    """Fail writes as a full disk does, which takes no mount."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def test_inspect_doctor_and_schema_speak_json(tmp_path: Path) -> None:
    run("package", str(EXAMPLES / "lighthouse.json"), "--no-verapdf", cwd=tmp_path)
    bag = next((tmp_path / "output").iterdir())
    for arguments in (["inspect", str(bag), "--json"], ["doctor", "--json"], ["schema", "--json"]):
        code, out, err = run(*arguments, cwd=tmp_path)
        assert code == 0, err
        assert json.loads(out)


def test_json_may_be_asked_for_before_the_command_too(tmp_path: Path) -> None:
    run("package", str(EXAMPLES / "lighthouse.json"), "--no-verapdf", cwd=tmp_path)
    for arguments in (["validate", "output"], ["doctor"], ["package", "nothing.txt"]):
        after = run(*arguments, "--json", cwd=tmp_path)
        before = run("--json", *arguments, cwd=tmp_path)
        assert isinstance(json.loads(before[1]), dict)
        assert json.loads(before[1]).keys() == json.loads(after[1]).keys()
        assert (before[0], before[2]) == (after[0], after[2])


def test_init_writes_settings_that_load_as_they_are_and_without_their_comments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "archiver.toml"
    write_commented(path)
    assert load(path) == load(None)
    plain = "\n".join(line.removeprefix("# ") for line in path.read_text().splitlines() if " = " in line)
    tomllib.loads(plain)
    path.write_text(plain)
    assert load(path).date_order == "dmy"


@pytest.mark.parametrize(
    ("text", "told"),
    [("colour = 1", "colour is not a setting"), ("strict = 'maybe'", "strict"), ("x = [", "TOML")],
)
def test_settings_that_are_wrong_exit_2(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "archiver.toml").write_text(text)
    code, _, err = run("doctor", cwd=tmp_path)
    assert code == 2
    assert told in err


def test_a_settings_file_of_its_own_is_read_instead_of_archivers(tmp_path: Path) -> None:
    (tmp_path / "archiver.toml").write_text("broken = [")
    (tmp_path / "own.toml").write_text('algorithms = ["sha256"]')
    (tmp_path / "a.txt").write_text("Title\n\nText.\n")
    arguments = ["a.txt", "--settings", "own.toml", "--algorithm", "+md5", "--no-verapdf"]
    code, _, err = run("package", *arguments, cwd=tmp_path)
    assert code == 0, err
    names = {path.name for path in (tmp_path / "output").glob("*/manifest-*")}
    assert names == {"manifest-sha256.txt", "manifest-md5.txt"}


def test_doctor_says_when_verapdf_is_turned_off(tmp_path: Path) -> None:
    environment = {**os.environ, "ARCHIVER_VERAPDF": "false"}
    _, out, _ = run("doctor", cwd=tmp_path, env=environment)
    assert "veraPDF: turned off by the settings" in out


def test_doctor_tells_of_the_programs_that_pdfs_are_repaired_with(tmp_path: Path) -> None:
    nowhere = {**os.environ, "PATH": str(tmp_path), "ARCHIVER_VERAPDF": "false"}
    _, out, _ = run("doctor", cwd=tmp_path, env=nowhere)
    assert "Ghostscript: not found: apt install ghostscript" in out
    assert "PDFium: 5" in out


@pytest.mark.parametrize("name", sorted(ROOMS))
def test_the_help_of_every_command_has_an_example_and_says_what_each_flag_does(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert "Example" in (command.help or "")
    for parameter in command.params:
        assert isinstance(parameter, click.Argument) or getattr(parameter, "help", None), parameter.name


def test_results_begin_on_a_line_of_their_own_on_a_terminal(tmp_path: Path) -> None:
    told = bytearray()

    def read(terminal: int) -> bytes:
        told.extend(some := os.read(terminal, 1024))
        return some

    command = [sys.executable, "-m", "archiver", "package", str(EXAMPLES), "--no-verapdf"]
    pty.spawn([*command, "-o", str(tmp_path)], read)
    lines = re.sub(rb"\x1b\[2K", b"\n", bytes(told))
    results = re.findall(rb"([^\n]*)packaged\x1b\[0m: ", lines)
    assert len(results) == 9
    assert not any(b"packaging" in before for before in results)


def test_ci_runs_the_second_command_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    commands = readme.split("```sh\n", 1)[1].split("```", 1)[0].strip().splitlines()
    assert len(commands) == 2
    assert (ROOT / ".ci" / "run").read_text().strip().splitlines()[-1] == commands[1]


def test_the_three_lines_of_the_readme_run(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    code = readme.split("```python\n", 1)[1].split("```", 1)[0]
    (tmp_path / "examples").symlink_to(EXAMPLES)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "packaged" in done.stdout


HEAVY = {"pydantic", "rich", "lxml", "bagit"}


@pytest.mark.parametrize(
    ("argv", "unneeded"),
    [
        (["--version"], {"pydantic", "lxml", "reportlab", "pikepdf", "bagit", "jpype"}),
        (["validate", "nothing"], {"reportlab", "pikepdf", "uharfbuzz", "PIL", "jpype", *HEAVY}),
        (["validate", "nothing", "--json"], HEAVY),
    ],
)
def test_a_command_loads_what_it_needs_only(argv: list[str], unneeded: set[str]) -> None:
    code = (
        "import sys\nfrom archiver.cli import main\n"
        f"sys.argv = ['archiver', *{argv!r}]\n"
        "try: main()\nexcept SystemExit: pass\n"
        f"print(sorted({unneeded!r} & sys.modules.keys()))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"


def test_validating_a_package_loads_only_what_its_records_need(tmp_path: Path) -> None:
    run("package", str(EXAMPLES / "harbour-ferry.txt"), "--no-verapdf", cwd=tmp_path)
    unneeded = {"PIL", "pikepdf", "reportlab", "urllib.request", "archiver.dates.reading", "bagit", "jpype"}
    code = (
        "import sys\nfrom archiver.cli import main\n"
        "sys.argv = ['archiver', 'validate', 'output']\n"
        "try: main()\nexcept SystemExit: pass\n"
        f"print(sorted({unneeded!r} & sys.modules.keys()))"
    )
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert ran.stdout.startswith("valid: ")
    assert ran.stdout.splitlines()[-1] == "[]"


def test_a_bag_is_held_to_the_profile_that_is_given(tmp_path: Path) -> None:
    run("package", str(EXAMPLES / "harbour-ferry.txt"), "--no-verapdf", cwd=tmp_path)
    own = ROOT / "schemas" / "bagit-profile.json"
    code, out, _ = run("validate", "output", "-v", "--profile", str(own), cwd=tmp_path)
    assert (code, "profile: passed" in out) == (0, True)
    stricter = json.loads(own.read_text()) | {"Manifests-Required": ["md5"], "Manifests-Allowed": ["md5"]}
    (tmp_path / "stricter.json").write_text(json.dumps(stricter))
    code, out, _ = run("validate", "output", "--profile", "stricter.json", "--json", cwd=tmp_path)
    rules = {finding["rule"] for finding in json.loads(out)["reports"][0]["findings"]}
    assert (code, rules) == (1, {"profile-manifests-required", "profile-manifests-allowed"})


def test_a_profile_that_cannot_be_used_is_a_matter_of_usage(tmp_path: Path) -> None:
    (tmp_path / "bad\n.json").write_text('{"Data-Empty": "no"}')
    code, _, err = run("validate", ".", "--profile", "bad\n.json", cwd=tmp_path)
    assert code == 2
    assert err.startswith(
        r"archiver: bad\n.json: is no valid BagIt Profile: BagIt-Profile-Info is missing; "
    )
    assert "Data-Empty is 'no'; expected true or false" in err
    code, _, err = run("validate", ".", "--profile", "gone.json", cwd=tmp_path)
    assert (code, err.count("\n")) == (2, 1)


def test_inspect_tells_what_an_article_says_and_who_made_it(tmp_path: Path) -> None:
    run("package", str(EXAMPLES / "seed-library.md"), "--no-verapdf", cwd=tmp_path)
    bag = next((tmp_path / "output").iterdir())
    code, out, _ = run("inspect", str(bag), cwd=tmp_path)
    assert code == 0
    for told in (
        "A Library That Lends Beans",
        "Ines Valbuena",
        "photographer; a pseudonym",
        "The Hill Gazette",
    ):
        assert told in out
    found = json.loads(run("inspect", str(bag), "--json", cwd=tmp_path)[1])
    assert found["article"]["publisher"] == "The Hill Gazette"
    assert all(file["bytes"] > 0 for file in found["payload"])
    assert {"ingestion", "normalization"} <= {event["type"] for event in found["events"]}
    (bag / "data/metadata/article.json").write_text("{")
    assert "article.json cannot be read" in run("inspect", str(bag), cwd=tmp_path)[1]


@pytest.mark.parametrize(
    ("flags", "begins"),
    [
        (["-o", "made.zip"], b"PK"),
        (["-o", "made.tgz"], b"\x1f\x8b"),
        (["--format", "zip", "-o", "made"], b"PK"),
    ],
)
def test_the_form_is_that_of_the_name(tmp_path: Path, flags: list[str], begins: bytes) -> None:
    run("package", str(EXAMPLES / "seed-library.md"), "--no-verapdf", cwd=tmp_path)
    bag = str(next((tmp_path / "output").iterdir()))
    assert run("pack", bag, *flags, cwd=tmp_path)[0] == 0
    assert next(tmp_path.glob("made*")).read_bytes().startswith(begins)
    code, _, err = run("pack", bag, "--format", "tar", "-o", "other.zip", cwd=tmp_path)
    assert (code, "say different things" in err) == (2, True)


def test_a_report_is_not_written_into_the_bag_that_it_is_on(tmp_path: Path) -> None:
    run("package", str(EXAMPLES / "seed-library.md"), "--no-verapdf", cwd=tmp_path)
    bag = next((tmp_path / "output").iterdir())
    code, _, err = run("validate", "output", "--output", str(bag / "data" / "r.json"), cwd=tmp_path)
    assert (code, "which it would change" in err) == (2, True)
    assert run("validate", "output", cwd=tmp_path)[0] == 0


def test_a_bag_that_archiver_fails_of_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from archiver import survey
    from archiver.bag import Asked

    def failing(path: Path, asked: Asked, jobs: int) -> Report:
        raise ValueError("of the test") if path.name == "bad" else RuntimeError("of the others")

    monkeypatch.setattr(survey, "validate", failing)
    reports = list(survey.survey([tmp_path / "bad", tmp_path / "good"], Asked(), 1))
    assert [report.findings[0].rule for report in reports] == ["archiver-internal"] * 2
    assert not any(report.valid for report in reports)


@pytest.mark.parametrize(
    "command",
    [
        ["validate", ""],
        ["inspect", ""],
        ["pack", ""],
        ["unpack", ""],
        ["render", ""],
        ["compare", "", "a.json"],
        ["render", str(EXAMPLES / "harbour-ferry.txt"), "-o", ""],
        ["doctor", "--settings", ""],
    ],
)
def test_an_empty_name_is_not_taken_for_the_current_folder(command: list[str], tmp_path: Path) -> None:
    code, _, err = run(*command, cwd=tmp_path)
    assert code == 2
    assert "an empty name; expected a path" in err
