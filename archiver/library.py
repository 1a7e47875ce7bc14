"""The library's front: what the commands do, as functions."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from archiver import bag
from archiver.bag.profiles import places
from archiver.findings import Report
from archiver.pipeline import Job, Outcome, package_one
from archiver.settings import load
from archiver.sources import SourceRef


def package(source: str | Path, output: str | Path = "output", **settings: object) -> Outcome:
    """Package one source document; `settings` are those of archiver.toml.

    A document that fails is told in the outcome. Raises SettingsError.
    """
    chosen = load(None, output=Path(output), **settings)
    return package_one(Job(SourceRef(Path(source)), chosen.output, chosen))


def validate(path: str | Path, profiles: Iterable[str] = ()) -> Report:
    """The report on a bag: complete, valid, and, for archiver's own packages, its records.

    It is held to these BagIt Profiles (files, identifiers or addresses), or, where there are none,
    to those that it names. Raises ProfileError for a profile that cannot be used.
    """
    asked = bag.Asked(profiles=tuple(places.load(place) for place in profiles))
    return bag.validate(Path(path), asked)
