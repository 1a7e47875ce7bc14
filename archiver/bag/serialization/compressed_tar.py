"""Compressed tar files: a bag read as the stream that it is, in one pass (tar.gz, tar.bz2, tar.xz, 7z).

Such a file can be read from its beginning only. So, in the one pass in which its members are listed,

- files outside data/ are kept in a temporary file, to be parsed and verified from there, and so are
  the first of the payload (the records of archiver's own packages are read twice);
- payload files are hashed as they come, by the algorithms of the payload manifests that came before
  them, else by the usual ones.

A second pass is made only where a manifest then asks for a digest that was not taken. `archiver pack`
puts tag files first, so that its archives are read once, with no digest too many.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from archiver.bag import fixity
from archiver.bag.algorithms import DIGEST_BYTES, algorithm_of, is_manifest, is_tag_manifest
from archiver.bag.contents import Changed, File, Readable, Result
from archiver.bag.ledger import NOTHING_HASHED, Column, Wanted
from archiver.bag.limits import DEFAULT, Limits
from archiver.bag.rules import Unusable, finding
from archiver.bag.serialization import seven_zip
from archiver.bag.serialization.members import Index, Member, failure, plain
from archiver.bag.serialization.streams import BUFFER, Decompressed, Kept, Part, Window
from archiver.bag.serialization.tar import members
from archiver.findings import Finding

USUAL = ("md5", "sha1", "sha256", "sha512")
"""The algorithms that payload is hashed by where no manifest came before it."""

KEPT_BYTES, KEPT_FILES = 64 * 1024 * 1024, 10_000
"""Up to how many bytes and files are kept, payload is kept too."""

FORMS = {
    b"\x1f\x8b": "application/gzip",
    b"BZh": "application/x-bzip2",
    b"\xfd7zXZ\0": "application/x-xz",
    seven_zip.MARK: "application/x-7z-compressed",
}
"""The MIME types of what is read as a compressed tar file, by how it begins."""

PASSES = 16
"""How often a file that was not kept is looked for: no bag may ask for a pass a file."""


class CompressedTar:
    """The contents of the bag in a compressed tar file, one that begins as `kind` says.

    `hashing` where its payload is to be verified.
    """

    hashed = NOTHING_HASHED

    def __init__(
        self,
        path: Path,
        descriptor: int,
        length: int,
        kind: bytes,
        limits: Limits = DEFAULT,
        *,
        hashing: bool = True,
    ) -> None:
        self._descriptor, self._length, self._kind = descriptor, length, kind
        self._limits, self._hashing = limits, hashing
        self.form = FORMS[kind]
        self._most = max(limits.expansion_floor, limits.expansion * length)
        self.index = Index(path, limits, self._most)
        self._columns: dict[str, Column] = {}
        """The digests that were taken of the payload, by hashlib's names of the algorithms."""
        self._algorithms: set[str] = set()
        self._kept = Kept()
        self._passes = 0

    def __enter__(self) -> CompressedTar:
        return self

    def __exit__(self, *exception: object) -> None:
        self._kept.close()

    def _stream(self) -> BinaryIO:
        raw: io.RawIOBase
        if self._kind == seven_zip.MARK:
            raw = seven_zip.AsTar(self._descriptor, self._length, self._most)
        else:
            raw = Decompressed(Window(self._descriptor, 0, self._length), self._kind, self._most)
        return cast(BinaryIO, io.BufferedReader(raw, BUFFER))

    def walk(self) -> Iterator[Finding | File]:
        """Every file, folder by folder, and a finding for what a bag's archive does not hold.

        This is the pass in which tag files are kept and payload is hashed.
        """
        stream = self._stream()

        def take(row: int, member: Member) -> None:
            self._take(row, member, Part(stream, member.size))

        return self.index.walk(members(stream, self._limits), take)

    def _take(self, row: int, member: Member, content: Readable) -> None:
        name = plain(member.name)
        below = name.partition("/")[2]
        payload = below.startswith("data/") or name.startswith("data/")
        if is_manifest(below) and not is_tag_manifest(below):
            self._algorithms |= {algorithm_of(below)} - {""}
        full = self._kept.files >= KEPT_FILES or self._kept.size + member.size > KEPT_BYTES
        if payload and full:
            kept = content
        elif self._kept.size + member.size > self._limits.tag_file_bytes:
            told = f"has tag files of more than {self._limits.tag_file_bytes:,} bytes together"
            raise Unusable(finding("bag-limit", told))
        else:
            kept = self._kept.copying(name, content)
        algorithms = (self._algorithms or USUAL) if payload and self._hashing else ()
        if kept is not content or algorithms:
            for algorithm, digest in fixity.digests(kept, algorithms, member.size).items():
                new = Column(algorithm, DIGEST_BYTES[algorithm])
                self._columns.setdefault(algorithm, new).put(row, digest)

    def has_payload_folder(self) -> bool:
        """Whether there is a folder data/, be it empty."""
        return self.index.has_payload_folder()

    def open(self, path: str) -> Readable:
        """A file, to be read from its beginning: one that was not kept takes a pass of its own.

        Raises OSError where there is none.
        """
        name, size = self.index.base + path, self.index.sizes[self.index.row(path)]
        if self._kept.holds(name, size) and (kept := self._kept.open(name)):
            return kept
        self._passes += 1
        if self._passes > PASSES:
            raise OSError(f"is one file too many to be looked for in a stream; {PASSES} were")
        for found, content in self.each():
            if found == path:
                return content
        raise Changed("was in the archive when it was listed, and no longer is")

    def each(self) -> Iterator[tuple[str, Readable]]:
        """Every file, to be read before the next one, as the archive has them."""
        index, stream, last = self.index, self._stream(), -1
        for member in members(stream, self._limits):
            if isinstance(member, Finding) or member.folder or member.refused:
                continue
            name = plain(member.name)
            path = name.removeprefix(index.base)
            row = index.rows.get(path, -1)
            if row > last and name.startswith(index.base) and index.sizes[row] == member.size:
                last = row
                yield path, Part(stream, member.size)

    def verify(self, wanted: Iterable[Wanted]) -> Iterator[Result]:
        """Compare every wanted file with what was kept, or hashed; what was neither is read again."""
        unread: dict[str, Wanted] = {}
        for file in wanted:
            row = self.index.row(file.path)
            columns = self._columns.items()
            taken = {name: column.digest(row) for name, column in columns if column.lists(row)}
            if taken.keys() >= dict(file.digests).keys():
                if wrong := fixity.differences(file.path, file.digests, taken):
                    yield Result(file.path, taken, wrong)
            elif self._kept.holds(self.index.base + file.path, file.size):
                yield from fixity.verify(self.open, [file])
            else:
                unread[file.path] = file
        if unread:
            yield from self._read_again(unread)

    def _read_again(self, unread: dict[str, Wanted]) -> Iterator[Result]:
        try:
            for path, content in self.each():
                if file := unread.pop(path, None):
                    yield from _verified(file, content)
        except OSError as error:
            for path in unread:
                yield Result(path, {}, [failure(error, path)])


def _verified(file: Wanted, content: Readable) -> Iterator[Result]:
    return fixity.verify(lambda _: content, [file])
