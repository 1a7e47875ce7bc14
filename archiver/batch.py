"""Batches: package the documents that are meant, each in turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from archiver.discovery import discover
from archiver.errors import SourceError
from archiver.findings import Finding, Report, Severity
from archiver.gathering import package_collections
from archiver.pipeline import Job, Outcome, package_one
from archiver.settings import Settings
from archiver.stores import Place


def package_many(
    sources: Sequence[str],
    output: Place,
    settings: Settings,
    *,
    replace: bool = False,
    stdin: bytes | None = None,
) -> Iterator[Outcome]:
    """Package every document that `sources` (files, folders, globs, manifests, `-`) name, as each is done.

    One that fails does not stop the others. Where the settings ask for bags of many, it is a bag of them
    that has an outcome, beside each document that failed.
    """
    if settings.bag_per != "document":
        documents = partial(discover, sources, output, settings, stdin)
        yield from package_collections(documents, output, settings, replacing=replace)
        return
    made: dict[Place, str] = {}
    for found in discover(sources, output, settings, stdin):
        if isinstance(found, SourceError):
            finding = Finding(found.rule, Severity.ERROR, found.message, found.where, hint=found.hint)
            yield Outcome(found.where, "failed", Report(found.where, (), (finding,)))
        else:
            outcome = package_one(Job(found, output, settings, replace, made))
            if outcome.bag:
                made[outcome.bag] = outcome.source
            yield outcome
