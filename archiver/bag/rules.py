"""The rules of a bag: the code of each, the clause that it stands for, and how much it weighs."""

from __future__ import annotations

from typing import NamedTuple

from archiver.findings import Finding, Severity


class Rule(NamedTuple):
    """The clause that a rule stands for, and the severity of breaking it."""

    clause: str
    severity: Severity = Severity.ERROR


RULES = {
    "bagit-2.1.1-declaration": Rule("RFC 8493 2.1.1"),
    "bagit-2.1.2-payload": Rule("RFC 8493 2.1.2"),
    "bagit-2.1.3-manifest": Rule("RFC 8493 2.1.3"),
    "bagit-2.1.3-path": Rule("RFC 8493 2.1.3, 5.1"),
    "bagit-2.1.3-incomplete": Rule("RFC 8493 2.1.3, 3"),
    "bagit-2.2.1-tag-manifest": Rule("RFC 8493 2.2.1"),
    "bagit-2.2.1-unlisted": Rule("RFC 8493 2.2.1", Severity.WARNING),
    "bagit-2.2.2-metadata": Rule("RFC 8493 2.2.2"),
    "bagit-2.2.2-oxum": Rule("RFC 8493 2.2.2"),
    "bagit-2.2.3-fetch": Rule("RFC 8493 2.2.3"),
    "bagit-2.3-encoding": Rule("RFC 8493 2.3"),
    "bagit-2.4-algorithm": Rule("RFC 8493 2.4"),
    "bagit-3-checksum": Rule("RFC 8493 3"),
    "bagit-5.1-unsafe": Rule("RFC 8493 5.1"),
    "bagit-6.1-form": Rule("RFC 8493 6.1", Severity.WARNING),
    "bagit-6.1-names": Rule("RFC 8493 6.1", Severity.WARNING),
    "bag-unreadable": Rule(""),
    "package-pdf": Rule(""),
}


def finding(rule: str, message: str, where: str = "") -> Finding:
    """What breaks `rule`, in the words of `message`, at `where` in the bag."""
    clause, severity = RULES[rule]
    return Finding(rule, severity, message, where=where, clause=clause)
