"""The published form of a JSON report (`schemas/report.schema.json`), and how one is read again.

`archiver schema report` prints the schema.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from archiver.findings import Severity, Verdict
from archiver.reports.as_json import REPORT_VERSION

Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0)]


class _Model(BaseModel):
    """A value of a report; what a later version adds is passed over."""

    model_config = ConfigDict(frozen=True)


class FindingModel(_Model):
    """One thing that is wrong, or worth knowing."""

    rule: str = Field(description="A stable code, such as bagit-3-checksum.")
    severity: Severity = Field(description="An error makes its subject invalid.")
    message: str = Field(description="What was found, and what was expected.")
    where: str = Field("", description="The file, line or field, below the bag.")
    clause: str = Field("", description="The clause of the standard.")
    hint: str = Field("", description="What to do about it.")


class CheckModel(_Model):
    """One question that was asked of a subject, and its answer."""

    name: str
    verdict: Verdict
    note: str = ""


class ReportModel(_Model):
    """What is known about one bag. True is proven, false disproven, null was not looked at."""

    subject: str = Field(description="The path of the bag, as it was given or found.")
    valid: bool | None = Field(
        description="As RFC 8493, section 3, and its profiles ask; null without verified checksums."
    )
    complete: bool | None = Field(description="As RFC 8493, section 3, asks.")
    checks: tuple[CheckModel, ...]
    findings: tuple[FindingModel, ...]
    facts: dict[str, str | int | float | list[str] | dict[str, str]] = Field(
        description="Among others: identifier, version, algorithms, payload files, payload bytes, seconds; "
        "manifests and inventory: the digest of each manifest or file, algorithm:hexadecimal, as found."
    )

    def digests(self, fact: str) -> dict[str, str]:
        """A fact that is digests by path; nothing where it is not there."""
        value = self.facts.get(fact)
        return value if isinstance(value, dict) else {}


class UncheckedModel(_Model):
    """A check that was not made, why, and in how many bags."""

    check: str
    note: str
    bags: Count


class SummaryModel(_Model):
    """The sums over all reports."""

    bags: Count
    valid: Count
    invalid: Count
    undecided: Count = Field(description="Nothing is wrong, but no checksum was verified.")
    files: Count = Field(description="Payload files.")
    bytes: Count = Field(description="Bytes of payload.")
    errors: Count
    warnings: Count
    notes: Count
    not_checked: tuple[UncheckedModel, ...]


class SurveyModel(_Model):
    """A validation of one or many bags."""

    report_version: str = Field(pattern=r"^1\.", examples=[REPORT_VERSION])
    archiver: str = Field(description="The version of archiver.")
    began: datetime
    seconds: Seconds
    summary: SummaryModel
    reports: tuple[ReportModel, ...]


class OutcomeModel(_Model):
    """What became of one document: a line of a run report."""

    source: str = Field(description="The document: a file, a line of one (file:line), or what was named.")
    status: Literal["packaged", "already packaged", "failed"]
    identifier: str = Field(description="Empty where it failed before it was known.")
    bag: str | None = Field(description="Where its package is; null where it failed.")
    seconds: Seconds
    bytes: Count = Field(description="Bytes of payload.")
    valid: bool | None = Field(description="Whether no check failed and no finding is an error.")
    complete: bool | None
    checks: tuple[CheckModel, ...]
    findings: tuple[FindingModel, ...]
    facts: dict[str, str | int | float | list[str] | dict[str, str]]


def run_schema() -> dict[str, Any]:
    """The JSON Schema of a line of a run report."""
    schema = OutcomeModel.model_json_schema(mode="validation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "A line of a run report of archiver package",
    }


def report_schema() -> dict[str, Any]:
    """The JSON Schema of a report."""
    schema = SurveyModel.model_json_schema(mode="validation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "A report of archiver validate",
    }
