"""Archives for tests: bags in tar and zip files, and archives made by hand, as hostile ones are."""

from __future__ import annotations

import hashlib
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from archiver.bag.validation import validate
from archiver.findings import Report

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
Files = dict[str, bytes]


def bag_files(payload: Mapping[str, bytes], algorithm: str = "sha512", info: str = "") -> Files:
    """The files of a valid bag, by their paths: tag files first."""
    files = {"bagit.txt": DECLARATION, f"manifest-{algorithm}.txt": b""}
    if info:
        files["bag-info.txt"] = info.encode()
    for path, content in payload.items():
        digest = hashlib.new(algorithm, content).hexdigest()
        files[f"manifest-{algorithm}.txt"] += f"{digest}  data/{path}\n".encode()
    listed = "".join(f"{hashlib.new(algorithm, c).hexdigest()}  {p}\n" for p, c in files.items())
    files[f"tagmanifest-{algorithm}.txt"] = listed.encode()
    return files | {f"data/{path}": content for path, content in payload.items()}


BAG = bag_files({"one.txt": b"one\n", "sub/two.txt": b"two\n" * 100})


def write_folder(folder: Path, files: Files) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def tarred(files: Files, base: str = "bag", form: int = tarfile.GNU_FORMAT, mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=form) as archive:  # type: ignore[call-overload]
        for path, content in files.items():
            info = tarfile.TarInfo(f"{base}/{path}" if base else path)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def zipped(files: Files, base: str = "bag", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for path, content in files.items():
            archive.writestr(f"{base}/{path}" if base else path, content)
    return out.getvalue()


def tar_member(
    name: str = "bag/data/x",
    content: bytes = b"",
    kind: bytes = b"0",
    size: bytes | int | None = None,
    fields: Mapping[int, bytes] = MappingProxyType({}),
) -> bytes:
    """One member of a tar file, its header as wrong as it is wanted."""
    if not isinstance(size, bytes):
        size = b"%011o\0" % (len(content) if size is None else size)
    header = bytearray(512)
    header[:100] = name.encode()[:100].ljust(100, b"\0")
    header[100:108] = b"0000644\0"
    header[124:136] = size
    header[136:148] = b"%011o\0" % 0
    header[156:157] = kind
    header[257:265] = b"ustar\00000"
    for at, value in fields.items():
        header[at : at + len(value)] = value
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + content + bytes(-len(content) % 512)


TAR_END = bytes(1024)


def bag_members(files: Files = BAG) -> bytes:
    return b"".join(tar_member(f"bag/{path}", content) for path, content in files.items())


def pax(records: Mapping[str, bytes], kind: bytes = b"x") -> bytes:
    """An extended header."""
    content = b""
    for keyword, value in records.items():
        record = b" %s=%s\n" % (keyword.encode(), value)
        length = len(record) + 1
        while len(str(length)) + len(record) != length:
            length += 1
        content += b"%d%s" % (length, record)
    return tar_member("PaxHeader", content, kind)


@dataclass(frozen=True)
class ZipMember:
    """One member of a zip file; what stands in the central directory may be another thing."""

    name: bytes = b"bag/data/x"
    content: bytes = b""
    flags: int = 0
    method: int = 0
    crc: int | None = None
    size: int | None = None
    stored: int | None = None
    mode: int = 0o100644
    at: int | None = None
    extra: bytes = b""
    central: Mapping[str, object] = field(default_factory=dict)
    behind: bytes = b""

    def told(self) -> tuple[int, ...]:
        crc = zlib.crc32(self.content) if self.crc is None else self.crc
        size = len(self.content) if self.size is None else self.size
        stored = len(self.content) if self.stored is None else self.stored
        return 20, self.flags, self.method, 0, 33, crc, stored, size

    def local(self) -> bytes:
        lengths = len(self.name), len(self.extra)
        header = struct.pack("<4s5H3L2H", b"PK\3\4", *self.told(), *lengths)
        return header + self.name + self.extra + self.content + self.behind

    def directory(self, at: int) -> bytes:
        told = replace(self, **{"central": {}, **self.central})  # type: ignore[arg-type]
        at = at if told.at is None else told.at
        lengths = len(told.name), len(told.extra), 0, 0, 0
        fixed = (b"PK\1\2", 3 << 8 | 20, *told.told(), *lengths, told.mode << 16, at)
        return struct.pack("<4s6H3L5H2L", *fixed) + told.name + told.extra


def zip_of(*members: ZipMember, comment: bytes = b"", counted: int | None = None) -> bytes:
    out, directory = b"", b""
    for member in members:
        directory += member.directory(len(out))
        out += member.local()
    count = len(members) if counted is None else counted
    end = (b"PK\5\6", 0, 0, count, count, len(directory), len(out), len(comment))
    return out + directory + struct.pack("<4s4H2LH", *end) + comment


def zip_members(files: Files = BAG) -> Iterator[ZipMember]:
    return (ZipMember(f"bag/{path}".encode(), content) for path, content in files.items())


def report_on(folder: Path, name: str, content: bytes) -> Report:
    """What is told of an archive of this name and content."""
    (folder / name).write_bytes(content)
    return validate(folder / name)


def rules(report: Report) -> set[str]:
    return {finding.rule for finding in report.findings}
