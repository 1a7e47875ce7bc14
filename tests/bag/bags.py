"""Bags by hand: whole and right, but for what a test writes into them before they are sealed."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from archiver.bag import validate
from archiver.bag.algorithms import algorithm_of, new_hash
from archiver.findings import Report, Severity

Edit = Callable[[Path], object]
"""A change to a bag."""

PAYLOAD = {"data/one.txt": b"one\n", "data/sub/two.txt": b"two\n"}


def make(
    folder: Path,
    edit: Edit = lambda _: None,
    *,
    version: str = "1.0",
    encoding: str = "UTF-8",
    files: Mapping[str, bytes] = PAYLOAD,
    manifests: Iterable[str] = ("manifest-sha512.txt",),
    tag_manifests: Iterable[str] = ("tagmanifest-sha512.txt",),
) -> Path:
    """A bag of these files; `edit` changes it before its tag manifests are written."""
    write(folder, "bagit.txt", f"BagIt-Version: {version}\nTag-File-Character-Encoding: {encoding}\n")
    (folder / "data").mkdir()
    for name, data in files.items():
        write(folder, name, data)
    for name in manifests:
        write(folder, name, listing(folder, name, files), encoding)
    edit(folder)
    kept = [name for name in _files(folder) if not name.startswith(("data/", "tagmanifest-"))]
    for name in tag_manifests:
        write(folder, name, listing(folder, name, kept), encoding)
    return folder


def listing(folder: Path, manifest: str, paths: Iterable[str]) -> str:
    """What a manifest of this name says of files that are in the bag."""
    return "".join(f"{digest(folder / path, manifest)}  {path}\n" for path in paths)


def digest(file: Path, manifest: str) -> str:
    return str(new_hash(algorithm_of(manifest))(file.read_bytes()).hexdigest())


def write(folder: Path, name: str, content: str | bytes, encoding: str = "UTF-8") -> None:
    """A file of the bag, folders and all."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)


def _files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def written(name: str, content: str | bytes) -> Edit:
    """A file is written, or written anew."""
    return lambda folder: write(folder, name, content)


def added(name: str, text: str | bytes) -> Edit:
    """Something is added at the end of a file, which is new if need be."""

    def edit(folder: Path) -> None:
        before = (folder / name).read_bytes() if (folder / name).exists() else b""
        write(folder, name, before + (text.encode() if isinstance(text, str) else text))

    return edit


def replaced(name: str, old: str, new: str) -> Edit:
    """Something in a file is replaced."""

    def edit(folder: Path) -> None:
        before = (folder / name).read_bytes()
        assert old.encode() in before
        write(folder, name, before.replace(old.encode(), new.encode()))

    return edit


def removed(name: str) -> Edit:
    """A file is taken away."""
    return lambda folder: (folder / name).unlink()


def together(*edits: Edit) -> Edit:
    """One change after the other."""

    def edit(folder: Path) -> None:
        for one in edits:
            one(folder)

    return edit


def info(*lines: str) -> Edit:
    """A bag-info.txt of these lines."""
    return written("bag-info.txt", "".join(f"{line}\n" for line in lines))


def told(report: Report) -> set[str]:
    """The rules that are broken, but for those that only inform."""
    return {found.rule for found in report.findings if found.severity is not Severity.INFO}


def sha512(data: bytes) -> str:
    return hashlib.sha512(data).hexdigest()


def check(folder: Path) -> tuple[bool, set[str]]:
    """Whether a bag is valid, and the rules that it breaks."""
    report = validate(folder)
    return report.valid, told(report)
