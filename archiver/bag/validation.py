"""Validation: whether a bag is complete and valid (RFC 8493, section 3), and so are its records.

Nothing outside the bag is opened: no link is followed, no path leaves it. Every problem is told.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from archiver.bag.checks import COMPLETENESS, VALIDITY
from archiver.bag.contents import shown
from archiver.bag.package import check_package
from archiver.bag.reading import read
from archiver.findings import Check, Report, Severity, Verdict

if TYPE_CHECKING:
    from archiver.rendition.verapdf import Validator


def validate(path: Path, validator: Validator | None = None) -> Report:
    """The report on a bag: complete, valid, and, for archiver's own packages, its records.

    With a `validator`, the conformance of its renditions is checked anew.
    Never raises for what is wrong with a bag: that is what the report is for.
    """
    bag = read(path)
    for check in (*COMPLETENESS, *VALIDITY) if bag.declared else ():
        bag.findings.extend(check(bag))
    broken = any(found.severity is Severity.ERROR for found in bag.findings)
    checks = [Check("complete and valid", Verdict.FAILED if broken else Verdict.PASSED)]
    checks += check_package(bag, broken=broken, validator=validator)
    facts: dict[str, str | int] = {
        "payload files": len(bag.payload),
        "payload bytes": sum(bag.payload.values()),
    }
    if identifier := bag.tag("External-Identifier"):
        facts["identifier"] = identifier
    return Report(shown(str(path)), tuple(checks), tuple(bag.findings), facts)
