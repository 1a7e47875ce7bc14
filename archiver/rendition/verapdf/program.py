"""veraPDF as the `verapdf` program of the user's own: one process for each file and profile."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from archiver.errors import RenditionError
from archiver.findings import Finding
from archiver.rendition.verapdf.failures import NAME, SECONDS, Failure
from archiver.rendition.verapdf.profiles import named


class Program:
    """The `verapdf` program; its JSON reports need veraPDF 1.22 or later."""

    name = NAME

    def __init__(self, program: Path) -> None:
        self.program, self.origin = program, str(program)

    @cached_property
    def version(self) -> str:
        """The version that `verapdf --version` prints."""
        words = self._run("--version").split()
        return next((word for word in words if word[:1].isdigit()), "unknown")

    def check(self, pdf: Path, profiles: Sequence[str]) -> tuple[Finding, ...]:
        """See Validator.check."""
        if not pdf.is_file():
            raise RenditionError("veraPDF cannot read it: no such file", where=pdf.name)
        with tempfile.TemporaryDirectory() as folder:
            # Java does not open every file name, and the program wants one that ends in `.pdf`.
            plain = Path(folder, "rendition.pdf")
            plain.symlink_to(pdf.absolute())
            reports = [self._report(plain, profile, pdf.name) for profile in profiles]
        return tuple(f.finding() for report in reports for f in _failures(report, pdf.name))

    def _report(self, pdf: Path, profile: str, where: str) -> Any:
        named(profile)
        answer = self._run(
            "--format", "json", "--maxfailuresdisplayed", "1", "--flavour", profile, str(pdf)
        )
        try:
            (job,) = json.loads(answer)["report"]["jobs"]
        except (ValueError, KeyError, TypeError):
            told = f": {answer.splitlines()[0]}" if answer.strip() else ""
            raise RenditionError(f"veraPDF gave no report{told}", where=where) from None
        return job

    def _run(self, *arguments: str) -> str:
        command = [str(self.program), *arguments]
        try:
            done = subprocess.run(  # noqa: S603
                command, capture_output=True, timeout=SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise RenditionError(f"veraPDF could not be run: {error}") from None
        return (done.stdout or done.stderr).decode(errors="replace")


def _failures(job: Any, where: str) -> Iterator[Failure]:
    """The failed rules of one job in the program's JSON report."""
    if told := job.get("taskException"):
        reason = str(told.get("exception", "it gave no reason")).rstrip(".")
        raise RenditionError(f"veraPDF cannot check it: {reason}", where=where)
    try:
        (result,) = _listed(job["validationResult"])
        rules = [r for r in result["details"]["ruleSummaries"] if r["status"] == "failed"]
        if result["jobEndStatus"] != "normal" or result["compliant"] == bool(rules):
            raise RenditionError("veraPDF gave no verdict", where=where)
        yield from map(_failure, rules)
    except (KeyError, TypeError, ValueError) as error:
        raise RenditionError(f"veraPDF gave a report that cannot be read: {error}", where=where) from None


def _listed(value: Any) -> list[Any]:
    """Versions before 1.26 give one result without a list around it."""
    return value if isinstance(value, list) else [value]


def _failure(rule: dict[str, Any]) -> Failure:
    first = rule["checks"][0] if rule.get("checks") else {}
    return Failure(
        str(rule["specification"]),
        str(rule["clause"]),
        int(rule["testNumber"]),
        str(rule["description"]),
        str(first.get("errorMessage") or ""),
        str(first.get("context") or ""),
        int(rule["failedChecks"]),
    )
