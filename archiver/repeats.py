"""Repeats: a source comes again, and its package is looked at before it is called packaged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from archiver import bag
from archiver.errors import AlreadyExists
from archiver.findings import Check, Finding, Report, Severity, Verdict
from archiver.rendition import Flavour
from archiver.rendition.xmp import claims
from archiver.settings import Settings
from archiver.sources import Original, Source

ORIGINAL = "data/original/"

OWN = "give it an identifier of its own"
OWN_OR_REPLACE = f"{OWN}, or --replace what is there"


def already_packaged(source: Source, settings: Settings, target: Path, maker: str = "") -> Report:
    """The report on a source whose valid package is at `target`, whatever name it came by.

    Settings that would make another package are a warning. `maker` names the source of what is
    there, if this run made it. Raises AlreadyExists where that is something else, or damaged.
    """
    known = bag.existing(target)
    name = _name_there(source, known) if known else ""
    if known is None or not name:
        held = "a package of a different source" if known else "something that is no package"
        held = f"the package that this run made of {maker}" if maker else held
        raise _refused(source, f"{target} holds {held}", OWN if maker else OWN_OR_REPLACE)
    looked_at = bag.validate(target)
    if not looked_at.valid or not known.rendition:
        told = "; ".join(finding.sentence for finding in looked_at.findings) or "it has no rendition"
        held = f"{target} holds a package of this source that is damaged: {told}"
        raise _refused(source, held, "--replace puts a new one there")
    findings = [*source.findings, *_differences(source, settings, known, target)]
    if name != source.document.name:
        told = f"has the bytes of {name}, whose package is there already"
        findings.append(Finding("package-same-bytes", Severity.INFO, told, source.ref.label))
    checks = (Check("same source", Verdict.PASSED), Check("complete and valid", Verdict.PASSED))
    return Report(source.ref.label, checks, tuple(findings))


def _refused(source: Source, held: str, hint: str) -> AlreadyExists:
    told = f"has the identifier {source.article.identifier}, and {held}"
    return AlreadyExists(told, where=source.ref.label, hint=hint)


def _name_there(source: Source, known: bag.Existing) -> str:
    """The name that a package has this source under; empty where it has another or other pictures."""
    pictures = {
        ORIGINAL + attachment.stored: _digests(attachment, known.algorithms)
        for attachment in source.attachments
    }
    own = _digests(source.document, known.algorithms)
    others = [path for path in known.originals if path not in pictures]
    if len(others) == 1 and known.originals == pictures | {others[0]: own}:
        return others[0].removeprefix(ORIGINAL)
    return ""


def _digests(original: Original, algorithms: Sequence[str]) -> dict[str, str]:
    return {name: original.digest(name) for name in algorithms}


def _differences(source: Source, settings: Settings, known: bag.Existing, target: Path) -> list[Finding]:
    """What the settings ask for that the package is not."""
    there = f"{Flavour(claims(target / known.rendition)[0]).label} with {', '.join(known.algorithms)}"
    asked = f"{Flavour(settings.flavour).label} with {', '.join(sorted(set(settings.algorithms)))}"
    if there == asked:
        return []
    told = f"is packaged as {there}; the settings ask for {asked}"
    hint = "--replace makes it anew"
    return [Finding("package-settings-differ", Severity.WARNING, told, source.ref.label, hint=hint)]
