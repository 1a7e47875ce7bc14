"""Repeats: a source comes again, and its package is looked at before it is called packaged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

from archiver import bag
from archiver.article import Article, FieldName
from archiver.errors import AlreadyExists
from archiver.findings import VALID, Check, Finding, Report, Severity, Verdict
from archiver.rendition import Flavour
from archiver.rendition.flavours import told as in_words
from archiver.settings import Settings
from archiver.sources import Original, Pdf, Scan, Source, is_sidecar, refuse_warnings
from archiver.stores import Place

ORIGINAL = "data/original/"

OWN = "give it an identifier of its own"
OR_REPLACE = f"{OWN}, or --replace what is there"
OR_MOVE = f"{OWN}, or move away what is there"


def already_packaged(source: Source, settings: Settings, target: Place, maker: str = "") -> Report:
    """The report on a source whose valid package is at `target`, whatever name it came by.

    Settings and metadata that would make another package are a warning, or, where the settings are strict,
    an error. Of a package that lies in a
    folder of a store the payload is not read again: its manifests are, and that every file is there.
    `maker` names the source of what is there, if this run made it. Raises AlreadyExists where that is
    something else, or damaged, or made by this run with other metadata; InvalidArticle for warnings
    that are errors; OSError where a store does not answer.
    """
    known, looked_at = bag.held(target)
    held = f"the package that this run made of {maker}"
    name = _name_there(source, known) if known else ""
    if maker and not name:
        raise _refused(source, f"{target} holds {held}", OWN)
    if not known:
        raise _refused(
            source, f"{target} holds something that is no package: {looked_at.sentence}", OR_MOVE
        )
    if not name:
        raise _refused(source, f"{target} holds {_other(looked_at)}", OR_REPLACE)
    unrendered = [found for found in looked_at.findings if found.rule == "package-no-rendition"]
    rendered = bool(known.rendition or unrendered)
    lacking = "its article cannot be read" if rendered else "it has no rendition"
    if not looked_at.valid or not rendered or not known.article:
        wrong = looked_at.sentence or lacking
        damaged = f"{target} holds a package of this source that is damaged: {wrong}"
        raise _refused(source, damaged, "--replace puts a new one there")
    others = _other_metadata(source, known.article, known)
    if others and maker:
        raise _refused(source, f"{target} holds {held} with other {others}", OWN)
    findings = [*source.findings, *unrendered, *_differences(source, settings, known, others)]
    if name != source.document.name:
        told = f"has the bytes of {name}, whose package is there already"
        findings.append(Finding("package-same-bytes", Severity.INFO, told, source.ref.label))
    refuse_warnings(findings, settings)
    same = Check("same source", Verdict.PASSED)
    return Report(source.ref.label, (same, whole(looked_at)), tuple(findings))


def whole(looked_at: Report) -> Check:
    """Whether a package was found complete and valid, or complete alone."""
    if looked_at.answer(VALID) is Verdict.PASSED:
        return Check("complete and valid", Verdict.PASSED)
    told = "complete; its payload, which was verified when it was uploaded, was not read again"
    return Check("complete and valid", Verdict.NOT_CHECKED, told)


def _other(looked_at: Report) -> str:
    if looked_at.valid:
        return "a package of a different source"
    return (
        f"a package that is damaged, and of a different source as far as can be told: {looked_at.sentence}"
    )


def _refused(source: Source, held: str, hint: str) -> AlreadyExists:
    told = f"has the identifier {source.article.identifier}, and {held}"
    return AlreadyExists(told, where=source.ref.label, hint=hint)


def _name_there(source: Source, known: bag.Existing) -> str:
    """The name that a package has this source under; empty where it has another or other pictures."""
    pictures = _stored(source, known, sidecars=False)
    kept = _sidecars_there(known)
    originals = {path: digests for path, digests in known.originals.items() if path not in kept}
    own = _digests(source.document, known.algorithms)
    others = [path for path in originals if path not in pictures]
    if len(others) == 1 and originals == pictures | {others[0]: own}:
        return others[0].removeprefix(ORIGINAL)
    return ""


def _stored(source: Source, known: bag.Existing, *, sidecars: bool) -> dict[str, dict[str, str]]:
    """The sidecars of a source, or its other attachments, by their paths in a package, with digests."""
    return {
        ORIGINAL + attachment.stored: _digests(attachment, known.algorithms)
        for attachment in source.attachments
        if is_sidecar(attachment.name) is sidecars
    }


def _digests(original: Original, algorithms: Sequence[str]) -> dict[str, str]:
    return {name: original.digest(name) for name in algorithms}


def _other_metadata(source: Source, there: Article, known: bag.Existing) -> str:
    """What a package says of its source that is not what is said now; empty where it is all the same.

    A sidecar may have another name, as its document may.
    """
    now, before = _said(source.article), _said(there)
    if fields := [field for field in now if now[field] != before[field]]:
        return f"metadata ({', '.join(fields)})"
    kept = [known.originals[path] for path in _sidecars_there(known)]
    return "" if kept == [*_stored(source, known, sidecars=True).values()] else "sidecars"


def _sidecars_there(known: bag.Existing) -> list[str]:
    return [path for path in known.originals if is_sidecar(path.removeprefix(ORIGINAL))]


def _said(article: Article) -> dict[str, tuple[object, ...]]:
    """What is said in each field of an article's metadata, how it was obtained, and what it overrides."""
    return {
        field: (
            getattr(article, field),
            article.provenance.get(field),
            [each for each in article.overridden if each.field == field],
        )
        for field in get_args(FieldName)
    }


def _differences(source: Source, settings: Settings, known: bag.Existing, others: str) -> Iterator[Finding]:
    """What the settings ask for that the package is not, and the `others` that it was made with."""
    there = f"{known.flavour or 'a PDF'} with {', '.join(known.algorithms)}"
    algorithms = ", ".join(sorted(set(settings.algorithms)))
    asked = [f"{flavour} with {algorithms}" for flavour in _flavours(source, settings, known)]
    differs = there not in asked
    different = {
        "package-settings-differ": f"as {there}; the settings ask for {asked[0]}" if differs else "",
        "package-metadata-differ": f"with other {others}" if others else "",
    }
    for rule, told in different.items():
        if told:
            message, hint = f"is packaged {told}", "--replace makes it anew"
            yield Finding(rule, Severity.WARNING, message, source.ref.label, hint=hint)


def _flavours(source: Source, settings: Settings, known: bag.Existing) -> list[str]:
    """The flavours that a rendition may have: that of the settings; for scans, what it is without text.

    That of a PDF is the one that veraPDF confirmed.
    """
    if isinstance(source.content, Pdf):
        return [known.flavour or "a PDF"]
    flavour = Flavour(settings.flavour)
    unread = [in_words(flavour.unread)] if isinstance(source.content, Scan) else []
    return [flavour.label, *unread]
