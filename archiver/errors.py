"""The one tree of errors: each knows its exit code, its rule and what the user can do about it."""

from __future__ import annotations

import errno
from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from archiver.findings import Finding


class ExitCode(IntEnum):
    """What a process tells its caller; the table in README is these members."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    SOME_FAILED = 3
    INTERNAL = 70
    REPORT_LOST = 74
    INTERRUPTED = 130


class ArchiverError(Exception):
    """Something archiver refuses or cannot do, said in one sentence.

    `message` says what was found and what was expected; `where` names the file, line or
    field; `hint` says what to do about it. `rule` is the stable code a report carries.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.INTERNAL
    rule: ClassVar[str] = "archiver-internal"

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint
        self.in_json = False
        """Whether it is told already in the JSON that was printed."""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.message}{hint}"

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.message, self.where, self.hint, self.__dict__))


def _rebuild(
    kind: type[ArchiverError], message: str, where: str, hint: str, state: dict[str, object]
) -> ArchiverError:
    error = kind.__new__(kind)
    Exception.__init__(error, message)
    error.message, error.where, error.hint = message, where, hint
    error.__dict__.update(state)
    return error


class WrongUsage(ArchiverError):
    """A command line that is not understood."""

    exit_code = ExitCode.USAGE
    rule = "usage-wrong"


class Interrupted(ArchiverError):
    """Ctrl-C or SIGTERM: what is done stays, what was begun is taken away."""

    exit_code = ExitCode.INTERRUPTED
    rule = "interrupted"


class ReportLost(ArchiverError):
    """A report that cannot be written: standard output is closed or full, or the disk of its file is."""

    exit_code = ExitCode.REPORT_LOST
    rule = "report-lost"


class SettingsError(ArchiverError):
    """A flag, an environment variable or archiver.toml that cannot be used."""

    exit_code = ExitCode.USAGE
    rule = "settings-invalid"


class ProfileError(ArchiverError):
    """A BagIt Profile that is not there, cannot be fetched, or is not valid."""

    exit_code = ExitCode.USAGE
    rule = "profile-invalid"


class MissingExtra(ArchiverError):
    """Something was asked for that an extra installs (`pip install archiver[...]`)."""

    exit_code = ExitCode.USAGE
    rule = "extra-missing"


class DocumentError(ArchiverError):
    """One document cannot be packaged; the others of the batch go on."""

    exit_code = ExitCode.SOME_FAILED
    rule = "document-failed"


class WorkerDied(DocumentError):
    """The process that packaged a document died of it, and died again when it had nothing else in hand."""

    rule = "worker-died"


class WorkersLost(ArchiverError):
    """Workers that die, or are lost, as often as they are started."""

    exit_code = ExitCode.SOME_FAILED
    rule = "workers-lost"


class OutOfSpace(ArchiverError):
    """A disk with less free space than is to be kept free."""

    exit_code = ExitCode.SOME_FAILED
    rule = "output-full"


WRITING_HINTS = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EFBIG: "raise the limit on the size of a file, as `ulimit -f` shows it, or choose another place",
    errno.EEXIST: "it is no folder; choose another place",
    errno.ENOTDIR: "a part of it is no folder; choose another place",
    errno.ECONNABORTED: "run it again later: what is done is skipped",
}


REFUSED_WRITES = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}
"""What a system says of nothing but writing."""


TEMPORARY = "temporary files"
"""Where it was that could not be written to, of what nobody named."""


class CannotWrite(DocumentError):
    """A place that cannot be written to, for the reason that the system gives."""

    rule = "output-unwritable"

    def __init__(self, error: OSError, where: str | Path) -> None:
        self.full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        hint = WRITING_HINTS.get(error.errno or 0, "choose another place")
        super().__init__(f"cannot be written: {error.strerror or error}", where=str(where), hint=hint)


class AlreadyExists(DocumentError):
    """Something is at the destination already; nothing is overwritten unasked."""

    rule = "output-exists"


class SourceError(DocumentError):
    """A source document that cannot be read as an article."""

    rule = "source-unreadable"


class InvalidArticle(DocumentError):
    """Metadata or body that breaks the schema, with a finding for each problem."""

    rule = "metadata-invalid"

    def __init__(self, findings: Sequence[Finding], *, where: str = "", hint: str = "") -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(f.sentence for f in self.findings), where=where, hint=hint)


class RenditionError(DocumentError):
    """An article that cannot be rendered (a figure, a layout, a limit)."""

    rule = "rendition-failed"


class MissingGlyph(RenditionError):
    """A character that no available font has; it may never become a blank box.

    `text` is the character, or the passage that it is in, and `part` the part of the article that
    this is in: a field of its metadata, a caption.
    """

    rule = "rendition-glyph-missing"

    def __init__(self, message: str, text: str, *, where: str = "", hint: str = "") -> None:
        self.text, self.part = text, ""
        super().__init__(message, where=where, hint=hint)


class NotConformant(RenditionError):
    """veraPDF found that the rendition breaks the conformance level it claims."""

    rule = "rendition-not-conformant"

    def __init__(self, findings: Sequence[Finding], *, where: str = "", hint: str = "") -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(f.sentence for f in self.findings), where=where, hint=hint)


class BagError(DocumentError):
    """A bag that cannot be made, placed or read."""

    rule = "bag-failed"


class NotABag(BagError):
    """A folder that was to be looked at as a bag and is none."""

    exit_code = ExitCode.FINDINGS
    rule = "bag-missing"
