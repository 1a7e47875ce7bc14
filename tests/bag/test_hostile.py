"""Hostile bags: nothing outside is opened, nothing hangs, memory is bounded, and the report says why."""

import errno
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archiver.bag import Asked, Depth, validate
from archiver.bag.folder import Folder
from archiver.bag.limits import DEFAULT, GIB, MIB
from archiver.bag.reading import composed
from archiver.bag.rules import LONGEST
from archiver.findings import Report
from tests.bag.bags import added, check, info, make, removed, sha512, together, told, write, written

MANIFEST = "manifest-sha512.txt"
X = sha512(b"x")

SMALL = Asked(
    limits=DEFAULT._replace(entries=500, missing=50, info_bytes=4096, line_chars=2000, tag_file_bytes=MIB)
)


def rules_of(report: Report) -> set[str]:
    return {found.rule for found in report.findings}


# --- paths


OUTSIDE = [
    "/etc/passwd",
    "../outside",
    "data/../../outside",
    "data/..",
    "..",
    ".",
    "~/outside",
    "~root/outside",
    "C:/outside",
    "c:outside",
    r"C:\outside",
    r"\\server\share\outside",
    r"\\?\C:\outside",
    r"\outside",
    r"data\..\..\outside",
    r"data/x\..\..\..\outside",
    "//server/share",
    "data//one.txt",
    "data/./one.txt",
    "data/one.txt\0",
    "%HOMEPATH%\\outside",
    "%2e%2e/outside",
    "data/%2e%2e/%2e%2e/outside",
]


@contextmanager
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, int | None]]]:
    """Every file and folder that is opened, with the descriptor of the folder that it is opened in."""
    paths: list[tuple[str, int | None]] = []
    real = os.open

    def spying(path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        paths.append((os.fspath(path), dir_fd))
        return real(path, flags, mode, dir_fd=dir_fd)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", spying)
        yield paths


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize("version", ["0.97", "1.0"])
def test_a_path_that_leaves_the_bag_is_refused_and_never_opened(
    path: str, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "outside", "x")
    bag = make(tmp_path / "bag", added(MANIFEST, f"{X}  {path}\n"), version=version)
    write(bag, "fetch.txt", f"https://example.org/ - {path}\n")
    with opened(monkeypatch) as paths:
        report = validate(bag)
    assert not report.valid
    assert all("/" not in path for path, _ in paths if path != str(bag))
    assert all(path not in ("..", ".", "outside") for path, _ in paths)


SPY = """
import os, sys
bag, outside = sys.argv[1:3]
seen = []
def hook(event, arguments):
    if event in ("open", "os.listdir", "os.scandir"):
        seen.append(arguments[0])
from archiver.bag import validate
validate(__import__("pathlib").Path(bag))
sys.addaudithook(hook)
validate(__import__("pathlib").Path(bag))
for one in seen:
    if isinstance(one, str) and (os.path.isabs(one) or "/" in one or one == ".."):
        if one != bag:
            print(one)
"""


def test_nothing_outside_is_opened_whatever_lies_in_the_bag(tmp_path: Path) -> None:
    """As the interpreter tells it: names without a slash, each in a folder that is open already."""
    outside = tmp_path / "outside"
    write(outside, "secret", "x")
    bag = make(tmp_path / "bag", added(MANIFEST, "".join(f"{X}  {path}\n" for path in OUTSIDE)))
    (bag / "data/link").symlink_to(outside / "secret")
    (bag / "data/folder").symlink_to(outside)
    (bag / "bag-info.txt").symlink_to(outside / "secret")
    (bag / "manifest-md5.txt").symlink_to("/etc/passwd")
    write(bag, "fetch.txt", "".join(f"file:///etc/passwd - {path}\n" for path in OUTSIDE))
    done = subprocess.run(
        [sys.executable, "-c", SPY, str(bag), str(outside)], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# --- what is neither file nor folder


def with_socket(bag: Path) -> None:
    """A socket in the payload; its path would be too long to be bound to as a whole."""
    here = Path.cwd()
    os.chdir(bag / "data")
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind("odd")
    finally:
        os.chdir(here)


SPECIAL: dict[str, Callable[[Path], object]] = {
    "a link to a file outside": lambda bag: (bag / "data/odd").symlink_to("/etc/passwd"),
    "a link to a folder outside": lambda bag: (bag / "data/odd").symlink_to("/etc"),
    "a link to nothing": lambda bag: (bag / "data/odd").symlink_to("nothing"),
    "a link to itself": lambda bag: (bag / "data/odd").symlink_to("odd"),
    "a link within the bag": lambda bag: (bag / "data/odd").symlink_to("one.txt"),
    "a pipe": lambda bag: os.mkfifo(bag / "data/odd"),
    "a socket": with_socket,
    "a device": lambda bag: os.mknod(bag / "data/odd", 0o020666, os.makedev(1, 5)),
}


def in_the_bag(bag: Path, kind: str) -> None:
    try:
        SPECIAL[kind](bag)
    except PermissionError:
        pytest.skip("only root makes devices")


@pytest.mark.parametrize("kind", SPECIAL)
def test_what_is_neither_file_nor_folder_is_told_and_not_opened(kind: str, tmp_path: Path) -> None:
    bag = make(tmp_path / "bag")
    in_the_bag(bag, kind)
    assert check(bag) == (False, {"bagit-5.1-special"})


@pytest.mark.parametrize("kind", SPECIAL)
@pytest.mark.parametrize("name", ["bagit.txt", MANIFEST, "bag-info.txt", "fetch.txt"])
def test_a_tag_file_that_is_no_file_is_not_opened(kind: str, name: str, tmp_path: Path) -> None:
    bag = make(tmp_path / "bag")
    in_the_bag(bag, kind)
    os.replace(bag / "data/odd", bag / name)
    valid, told = check(bag)
    assert not valid
    assert "bagit-5.1-special" in told


def test_a_payload_folder_that_is_a_link_is_no_payload_folder(tmp_path: Path) -> None:
    bag = make(tmp_path / "bag")
    (bag / "data").rename(tmp_path / "elsewhere")
    (bag / "data").symlink_to(tmp_path / "elsewhere")
    assert {"bagit-2.1.2-payload-missing", "bagit-5.1-special"} <= check(bag)[1]


# --- what changes meanwhile


def replaced_by_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def replaced_by_link(file: Path) -> None:
    file.unlink()
    file.symlink_to("/etc/passwd")


def replaced_by_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def folder_replaced_by_link(file: Path) -> None:
    file.parent.rename(file.parents[2] / "elsewhere")
    file.parent.symlink_to(file.parents[2] / "elsewhere")


CHANGES: dict[str, Callable[[Path], object]] = {
    "grows": lambda file: file.write_text("two\nand more\n"),
    "shrinks": lambda file: file.write_text("t"),
    "vanishes": Path.unlink,
    "is replaced by a link": replaced_by_link,
    "is replaced by a pipe": replaced_by_pipe,
    "is replaced by a folder": replaced_by_folder,
    "is in a folder that is replaced by a link": folder_replaced_by_link,
}


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_is_not_what_it_was_when_it_was_listed_is_told(
    change: str, jobs: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bag = make(tmp_path / "bag")
    verify = Folder.verify

    def late(self: Folder, wanted: object) -> object:
        monkeypatch.setattr(Folder, "verify", verify)
        CHANGES[change](bag / "data/sub/two.txt")
        return verify(self, wanted)  # type: ignore[arg-type]

    monkeypatch.setattr(Folder, "verify", late)
    report = validate(bag, jobs=jobs)
    assert not report.valid
    assert [(found.rule, found.where) for found in report.findings] == [("bag-changed", "data/sub/two.txt")]


def test_a_file_that_is_written_while_it_is_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bag = make(tmp_path / "bag")
    read = os.read

    def writing(descriptor: int, count: int) -> bytes:
        data = read(descriptor, count)
        if data.startswith(b"two"):
            (bag / "data/sub/two.txt").write_text("owt\n")
            os.utime(bag / "data/sub/two.txt", (1, 1))
        return data

    monkeypatch.setattr(os, "read", writing)
    assert told(validate(bag)) == {"bag-changed"}


def test_a_file_that_is_written_while_it_is_read_is_told_though_its_time_is_set_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bag = make(tmp_path / "bag")
    file = bag / "data/sub/two.txt"
    times = file.stat().st_atime_ns, file.stat().st_mtime_ns
    read = os.read

    def writing(descriptor: int, count: int) -> bytes:
        data = read(descriptor, count)
        if data.startswith(b"two"):
            file.write_text("owt\n")
            os.utime(file, ns=times)
        return data

    monkeypatch.setattr(os, "read", writing)
    assert told(validate(bag)) == {"bag-changed"}


@pytest.mark.parametrize("name", ["bagit.txt", MANIFEST, "bag-info.txt"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_tag_file_that_changes_meanwhile_ends_in_a_report(
    change: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bag = make(tmp_path / "bag", info("Contact-Name: Somebody"))
    walk = Folder.walk

    def then_changed(self: Folder) -> Iterator[object]:
        yield from walk(self)
        if "folder" not in change:
            CHANGES[change](bag / name)

    monkeypatch.setattr(Folder, "walk", then_changed)
    report = validate(bag)
    assert report.valid is ("folder" in change)


# --- faults


def open_descriptors() -> set[str]:
    return set(os.listdir("/proc/self/fd" if sys.platform == "linux" else "/dev/fd"))


def test_a_fault_of_the_disk_at_any_read_ends_in_a_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bag = make(tmp_path / "bag", info("Payload-Oxum: 8.2"))
    real = {name: getattr(os, name) for name in ("open", "read", "readv", "fstat", "scandir", "stat")}
    calls, failing = 0, 0

    def faulty(name: str) -> Callable[..., object]:
        def call(*arguments: object, **keywords: object) -> object:
            nonlocal calls
            calls += 1
            if calls == failing:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return real[name](*arguments, **keywords)

        return call

    with monkeypatch.context() as patched:
        for name in real:
            patched.setattr(os, name, faulty(name))
        assert validate(bag).valid
        every, descriptors = calls, open_descriptors()
        reports = []
        for failing in range(1, every + 1):  # noqa: B007 (each call reads it)
            calls = 0
            reports.append(validate(bag))
    assert every > 20
    assert not any(report.valid for report in reports)
    assert all(rules_of(report) for report in reports)
    assert open_descriptors() == descriptors


def test_a_fault_in_the_midst_of_a_large_file_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bag = make(tmp_path / "bag", files={"data/large": bytes(3 * MIB)})
    readv, total = os.readv, 0

    def faulty(descriptor: int, buffers: list[memoryview]) -> int:
        nonlocal total
        total += (count := readv(descriptor, buffers))
        if total > 2 * MIB:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return count

    monkeypatch.setattr(os, "readv", faulty)
    (found,) = validate(bag).findings
    assert (found.rule, found.where) == ("bag-unreadable", "data/large")
    assert "Input/output error" in found.message


AS_NOBODY = """
import os
from pathlib import Path
from archiver.bag import validate
validate(Path("."))
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
for found in validate(Path(".")).findings:
    print(found.rule, found.where)
"""


@pytest.mark.parametrize(
    ("name", "mode", "expected"),
    [
        ("data/one.txt", 0, "bag-unreadable data/one.txt"),
        ("data/sub", 0, "bag-unreadable data/sub"),
        ("data/sub", 0o444, "bag-unreadable data/sub"),
        ("bagit.txt", 0, "bag-unreadable bagit.txt"),
        (MANIFEST, 0, f"bag-unreadable {MANIFEST}"),
        (".", 0o111, "bag-missing "),
    ],
)
def test_what_may_not_be_read_is_told(name: str, mode: int, expected: str, tmp_path: Path) -> None:
    bag = make(tmp_path / "bag")
    (bag / name).chmod(mode)
    command = [sys.executable, "-c", AS_NOBODY]
    done = subprocess.run(command, cwd=bag, capture_output=True, text=True, timeout=60)
    (bag / name).chmod(0o755)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines().count(expected) == 1


def test_what_is_in_a_folder_that_may_not_be_read_is_not_called_missing(tmp_path: Path) -> None:
    bag = make(tmp_path / "bag", together(info("Payload-Oxum: 8.2"), added(MANIFEST, f"{X}  data/gone\n")))
    (bag / "data/sub").chmod(0)
    command = [sys.executable, "-c", AS_NOBODY]
    done = subprocess.run(command, cwd=bag, capture_output=True, text=True, timeout=60)
    (bag / "data/sub").chmod(0o755)
    assert done.stdout.splitlines() == ["bag-unreadable data/sub", "bagit-3-file-missing data/gone"]


# --- too much


def test_a_sparse_terabyte_is_told_and_not_read(tmp_path: Path) -> None:
    bag = make(tmp_path / "bag")
    os.truncate(bag / "data/one.txt", 1024 * GIB)
    (found,) = validate(bag).findings
    assert (found.rule, found.where) == ("bag-limit", "data/one.txt")
    assert "not read" in found.message


@pytest.mark.parametrize("name", ["bagit.txt", MANIFEST, "bag-info.txt", "fetch.txt"])
def test_a_tag_file_of_one_line_of_a_terabyte_is_told(name: str, tmp_path: Path) -> None:
    bag = make(tmp_path / "bag")
    write(bag, name, "")
    os.truncate(bag / name, 1024 * GIB)
    assert "bag-limit" in rules_of(validate(bag))


TOO_MUCH: dict[str, Callable[[Path], object]] = {
    "lines of a manifest": added(MANIFEST, f"{X}  data/one.txt\n" * 501),
    "listed files that are not there": added(MANIFEST, "".join(f"{X}  data/{n}\n" for n in range(2000))),
    "a line of a manifest": added(MANIFEST, f"{X}  data/{'x' * 3000}\n"),
    "bytes of a manifest": added(MANIFEST, f"{'x' * 1000}\n" * 1100),
    "lines of fetch.txt": written("fetch.txt", "https://example.org/ - data/one.txt\n" * 51),
    "bytes of bag-info.txt": info(*["Contact-Name: Somebody"] * 200),
    "a value of bag-info.txt": info("a: b", *[" c"] * 3000),
    "bytes of bagit.txt": added("bagit.txt", "x\n" * 3000),
    "manifests": together(*(written(f"manifest-md5{'-' * n}.txt", "") for n in range(40))),
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_more_than_the_limits_allow_is_told(what: str, tmp_path: Path) -> None:
    bag = make(tmp_path / "bag", TOO_MUCH[what])
    report = validate(bag, SMALL)
    assert "bag-limit" in rules_of(report)
    assert not report.valid


MARKS = "\N{COMBINING ACUTE ACCENT}\N{COMBINING GRAVE ACCENT BELOW}"
"""Which Unicode's composed form has in the other order."""


@pytest.mark.parametrize("depth", Depth)
def test_many_marks_over_one_letter_take_no_time(depth: Depth, tmp_path: Path) -> None:
    lines = "".join(f"{X}  data/{number}{MARKS * 32_000}\n" for number in range(3))
    bag = make(tmp_path / "bag", added(MANIFEST, lines))
    start = time.process_time()
    assert not validate(bag, Asked(depth)).valid
    assert time.process_time() - start < 4  # it was 8


def test_a_name_is_composed_unless_it_is_longer_than_file_systems_take() -> None:
    long = "e" * 254 + "e\N{COMBINING ACUTE ACCENT}"
    assert composed(f"data/{long[1:]}/{long}") == f"data/{long[1:-2]}é/{long}"


def test_more_files_than_the_limits_allow_are_told(tmp_path: Path) -> None:
    bag = make(tmp_path / "bag", files={f"data/{n}/x": b"" for n in range(300)})
    assert rules_of(validate(bag, SMALL)) == {"bag-limit"}
    assert validate(bag).valid


def test_long_paths_come_to_more_than_the_limits_allow(tmp_path: Path) -> None:
    deep = "/".join(["data", *["d" * 200] * 10])
    bag = make(tmp_path / "bag", files={f"{deep}/{n}": b"" for n in range(50)})
    asked = Asked(limits=DEFAULT._replace(path_bytes=50_000))
    assert rules_of(validate(bag, asked)) == {"bag-limit"}
    assert validate(bag).valid


def test_findings_of_one_rule_are_counted_where_there_are_too_many(tmp_path: Path) -> None:
    bag = make(tmp_path / "bag", added(MANIFEST, "x\n" * 400))
    report = validate(bag, Asked(limits=DEFAULT._replace(findings=10)))
    assert len(report.findings) == 11
    assert "and 390 more" in report.findings[-1].message


def test_a_message_does_not_repeat_what_is_endless(tmp_path: Path) -> None:
    bag = make(tmp_path / "bag", info(f"{'x' * 60_000} : y"))
    assert max(len(found.message) for found in validate(bag).findings) <= LONGEST + 1


def test_ten_thousand_folders_one_in_the_other_are_walked(tmp_path: Path) -> None:
    bag = make(tmp_path / "bag")
    depth = 10_000
    at = os.open(bag / "data", os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=at)
        below = os.open("d", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    file = os.open("deep.txt", os.O_CREAT | os.O_WRONLY, dir_fd=at)
    os.write(file, b"x")
    os.close(file)
    os.close(at)
    path = f"data/{'d/' * depth}deep.txt"
    removed("tagmanifest-sha512.txt")(bag)
    assert told(validate(bag)) == {"bagit-2.1.3-manifest-incomplete", "bagit-6.1.2-name"}
    added(MANIFEST, f"{X}  {path}\n")(bag)
    assert told(validate(bag)) == {"bagit-6.1.2-name"}
    subprocess.run(["rm", "-rf", bag], check=True)


IN_LITTLE_MEMORY = """
import resource, sys
from pathlib import Path
from archiver.bag import validate
validate(Path(sys.argv[1]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
report = validate(Path(sys.argv[2]))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, report.valid)
print(*sorted({found.rule for found in report.findings}))
"""


def memory(friendly: Path, hostile: Path) -> tuple[int, str, str]:
    """How many MiB more a hostile bag takes than a friendly one, if it is valid, and its rules."""
    command = [sys.executable, "-c", IN_LITTLE_MEMORY, str(friendly), str(hostile)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    first, second = done.stdout.splitlines()
    return int(first.split()[0]), first.split()[1], second


HEAVY: dict[str, Callable[[Path], object]] = {
    "a large line": lambda bag: os.truncate(bag / MANIFEST, 256 * MIB),
    "a large file": lambda bag: os.truncate(bag / "data/one.txt", 256 * MIB),
    "a value that goes on and on": info("a: b", *[f" {'c' * 76}"] * 100_000),
    "labels without end": info(*["a: b"] * 1_000_000),
    "lines that are nonsense": lambda bag: write(bag, MANIFEST, b"x\n" * 500_000),
    "one file listed again and again": added(MANIFEST, f"{X}  data/one.txt\n" * 200_000),
}


@pytest.mark.parametrize("what", HEAVY)
def test_memory_is_bounded(what: str, tmp_path: Path) -> None:
    friendly = make(tmp_path / "friendly")
    hostile = make(tmp_path / "hostile")
    HEAVY[what](hostile)
    more, valid, _ = memory(friendly, hostile)
    assert valid == "False"
    assert more < 100


# --- characters


CONTROL = "\x1b[31m", "\x07", "\x7f", "\u202e", "\u2028", "\x85", "\x00"


@pytest.mark.parametrize("odd", CONTROL)
def test_control_characters_in_tag_files_are_told_escaped(odd: str, tmp_path: Path) -> None:
    bag = make(
        tmp_path / "bag",
        together(
            added(MANIFEST, f"{X}  data/a{odd}b\n{odd}\n"),
            info(f"Bagging-Date: {odd}", f"{odd} x : y", odd),
            written("fetch.txt", f"{odd}: - data/{odd}\nhttp:{odd} - {odd}\n"),
        ),
    )
    for version in ("1.0", odd):
        write(bag, "bagit.txt", f"BagIt-Version: {version}\nTag-File-Character-Encoding: UTF-8\n")
        report = validate(bag)
        assert not report.valid
        assert all((found.message + found.where).isprintable() for found in report.findings)


def test_names_that_are_not_utf_8_or_not_printable_are_told_escaped(tmp_path: Path) -> None:
    bag = make(tmp_path / "bag")
    for name in (b"\xff", b"\x1b[31m", b"new\nline", b"\xe2\x80\xae"):
        with open(os.fsencode(bag / "data") + b"/" + name, "wb") as file:
            file.write(b"x")
    report = validate(bag)
    assert not report.valid
    assert all((found.message + found.where).isprintable() for found in report.findings)


def test_a_name_that_is_quoted_in_a_message_is_escaped_once(tmp_path: Path) -> None:
    name = "data/a\\b%0Ac"
    bag = make(tmp_path / "bag", added(MANIFEST, f"{X}  {name}\n{X}  {name}\n"))
    messages = [found.message for found in validate(bag).findings]
    assert "lists 'data/a\\\\b\\nc' again" in messages


def test_a_name_that_is_not_printable_is_told_escaped_when_its_checksum_is_wrong(tmp_path: Path) -> None:
    bag = make(tmp_path / "bag", files={"data/\x1b[31m": b"x"})
    write(bag, "data/\x1b[31m", "y")
    write(bag, "data/\x1b[31m", "y")
    assert all(found.where.isprintable() for found in validate(bag).findings)


LIES = (
    "utf-16",
    "utf-32",
    "ascii",
    "shift_jis",
    "utf-8-sig",
    "base64",
    "rot13",
    "zip",
    "idna",
    "unicode_escape",
)


@pytest.mark.parametrize("encoding", LIES)
def test_an_encoding_that_lies_is_told(encoding: str, tmp_path: Path) -> None:
    bag = make(tmp_path / "bag", files={"data/é.txt": b"x"})
    declared = f"BagIt-Version: 1.0\nTag-File-Character-Encoding: {encoding}\n"
    write(bag, "bagit.txt", declared)
    assert not validate(bag).valid


# --- no hang


def test_a_pipe_that_nobody_writes_to_holds_nothing_up(tmp_path: Path) -> None:
    bag = make(tmp_path / "bag")
    for name in ("data/pipe", "bag-info.txt", "fetch.txt", "manifest-md5.txt", "tagmanifest-md5.txt"):
        os.mkfifo(bag / name)
    done = threading.Event()

    def run() -> None:
        validate(bag)
        done.set()

    threading.Thread(target=run, daemon=True).start()
    assert done.wait(20)


@pytest.mark.parametrize("depth", Depth)
def test_a_bag_that_is_nothing_or_no_folder_is_told_at_any_depth(depth: Depth, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    for name in ("nothing", "pipe", "loop"):
        report = validate(tmp_path / name, Asked(depth))
        assert rules_of(report) == {"bag-missing"}
        assert not report.valid
