"""Profile checks: whether a bag is as a BagIt Profile asks, a function for each of its demands.

All demands are looked at, also where one fails that the specification calls fatal: archiver reads
every version and form of a bag that it knows, whether a profile accepts it or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from archiver.bag.algorithms import MANIFEST_NAME, normalized
from archiver.bag.checks import folders
from archiver.bag.contents import cut, shown
from archiver.bag.package import PROFILE_LABEL
from archiver.bag.profiles.model import Label, Profile, matcher
from archiver.bag.profiles.places import bundled
from archiver.bag.reading import Bag
from archiver.bag.rules import Unusable, finding
from archiver.bag.tag_files import TagFiles, tags
from archiver.findings import Check, Finding, Severity, Verdict, counted

PROFILE = "profile"

Demand = Callable[[Bag, Profile], Iterator[Finding]]

MAX_TOLD = 10
"""How many of several things are told in one breath."""

SAME_TYPES = {
    "application/tar": "application/x-tar",
    "application/x-gtar": "application/x-tar",
    "application/x-gzip": "application/gzip",
    "application/tar+gzip": "application/gzip",
    "application/x-tar+gzip": "application/gzip",
    "application/x-compressed-tar": "application/gzip",
    "application/x-zip-compressed": "application/zip",
    "application/x-7z": "application/x-7z-compressed",
}
"""Other names, seen in profiles, of the MIME types that the forms of a serialized bag have."""


def check_profiles(bag: Bag, given: Sequence[Profile]) -> list[Check]:
    """A check for each profile: those given, else those that bag-info.txt names.

    What is wrong goes to the bag's findings. A profile that is named but not known is not checked.
    """
    if bag.declared is None:
        told = "the bag cannot be read"
        return [Check(PROFILE, Verdict.NOT_CHECKED, f"{shown(p.identifier)}: {told}") for p in given]
    named = dict.fromkeys(bag.tagged(PROFILE_LABEL))
    profiles = given or [bundled()[name] for name in named if name in bundled()]
    checks = [_check(bag, profile, alone=len(profiles) == 1) for profile in profiles]
    unknown = (name for name in named if not given and name not in bundled())
    for name in islice(unknown, MAX_TOLD):
        told = f"'{cut(name)}' is not known; give it with --profile"
        checks.append(Check(PROFILE, Verdict.NOT_CHECKED, told))
    return checks


def _check(bag: Bag, profile: Profile, *, alone: bool) -> Check:
    verdict = Verdict.PASSED
    for demand in DEMANDS:
        for found in demand(bag, profile):
            if found.severity is Severity.ERROR:
                verdict = Verdict.FAILED
            told = found.message if alone else f"{found.message} (profile {cut(profile.identifier)})"
            bag.tell(found._replace(message=told))
    return Check(PROFILE, verdict, cut(profile.identifier))


def _doubts(bag: Bag, profile: Profile) -> Iterator[Finding]:
    for doubt in profile.doubts:
        yield finding("profile-field", doubt, f"profile {cut(profile.identifier)}")


def _version(bag: Bag, profile: Profile) -> Iterator[Finding]:
    version = ".".join(map(str, bag.version))
    if version not in profile.accept_version:
        told = f"is of BagIt {version}; the profile accepts {_list(profile.accept_version)}"
        yield finding("profile-accept-bagit-version", told, "bagit.txt")


def _serialization(bag: Bag, profile: Profile) -> Iterator[Finding]:
    form, accepted = bag.contents.form, profile.accept_serialization
    if not form and profile.serialization == "required":
        yield finding("profile-serialization", "is a folder; the profile requires a serialized bag")
    elif form and profile.serialization == "forbidden":
        yield finding("profile-serialization", f"is serialized ({form}); the profile forbids that")
    elif form and accepted and _type(form) not in map(_type, accepted):
        told = f"is serialized as {form}; the profile accepts {_list(accepted)}"
        yield finding("profile-accept-serialization", told)


def _type(name: str) -> str:
    """A MIME type, the case of which does not count, by the one of its names that is usual."""
    return SAME_TYPES.get(name.lower(), name.lower())


def _identifier(bag: Bag, profile: Profile) -> Iterator[Finding]:
    named = bag.tagged(PROFILE_LABEL)
    if profile.identifier not in named:
        told = f"has the {PROFILE_LABEL} {_list(named)}; expected {cut(profile.identifier)}"
        yield finding("profile-identifier", told, _info_name(bag))


def _info_name(bag: Bag) -> str:
    return bag.declared.info_name if bag.declared else "bag-info.txt"


def _bag_info(bag: Bag, profile: Profile) -> Iterator[Finding]:
    yield from _labels(_info_name(bag), bag.tags, profile.bag_info)


def _other_info(bag: Bag, profile: Profile) -> Iterator[Finding]:
    for names in profile.other_info:
        for name, labels in names.items():
            file = f"{name.lower()}.txt"
            try:
                found = _tags(bag, file)
            except Unusable as unusable:
                yield unusable.finding
            else:
                yield from _labels(cut(file), found, labels)


def _tags(bag: Bag, name: str) -> list[tuple[str, str]]:
    """The labels of a tag file that only a profile knows: its form is nobody's rule."""
    if bag.declared is None or not bag.ledger.holds(name):
        return []
    files = TagFiles(bag.contents, bag.limits, _untold, frozenset(), {})
    lines = files.lines(name, bag.declared, bag.limits.info_bytes)
    return list(tags(lines, name, bag.declared, _untold))


def _untold(found: Finding) -> None:
    """Take no note of a finding."""


def _labels(file: str, there: Sequence[tuple[str, str]], labels: dict[str, Label]) -> Iterator[Finding]:
    found: dict[str, list[str]] = {}
    for label, value in there:
        found.setdefault(label.lower(), []).append(value)
    for label, asked in labels.items():
        values, name, hint = found.get(label.lower(), []), cut(label), cut(asked.description)
        if not values and asked.required:
            told = f"has no {name}, which the profile requires"
            yield finding("profile-bag-info-required", told, file, hint)
        elif not values and asked.recommended:
            told = f"has no {name}, which the profile recommends"
            yield finding("profile-bag-info-recommended", told, file, hint)
        if len(values) > 1 and not asked.repeatable:
            told = f"has {len(values):,} of {name}; the profile allows one"
            yield finding("profile-bag-info-repeatable", told, file, hint)
        for value in values:
            if asked.values and value not in asked.values:
                told = f"has the {name} '{cut(value)}'; the profile accepts {_list(asked.values)}"
                yield finding("profile-bag-info-values", told, file, hint)


def _manifests(bag: Bag, profile: Profile) -> Iterator[Finding]:
    here = [found for path, _ in bag.ledger.files() if (found := MANIFEST_NAME.fullmatch(path))]
    for tag, required, allowed in (
        ("", profile.manifests_required, profile.manifests_allowed),
        ("tag", profile.tag_manifests_required, profile.tag_manifests_allowed),
    ):
        names = {found[0]: normalized(found["algorithm"]) for found in here if (found["tag"] or "") == tag}
        rule = "profile-tag-manifests" if tag else "profile-manifests"
        for algorithm in required:
            if normalized(algorithm) not in names.values():
                told = f"has no {tag}manifest-{cut(algorithm)}.txt, which the profile requires"
                yield finding(f"{rule}-required", told)
        if allowed is not None:
            accepted = {normalized(algorithm) for algorithm in allowed}
            for name, algorithm in names.items():
                if algorithm not in accepted:
                    told = f"is a manifest that the profile does not allow; it allows {_list(allowed)}"
                    yield finding(f"{rule}-allowed", told, shown(name))


def _files_required(bag: Bag, profile: Profile) -> Iterator[Finding]:
    asked = (
        ("profile-tag-files-required", profile.tag_files_required),
        ("profile-payload-files-required", profile.payload_files_required),
    )
    there = folders(bag) if any(path.endswith("/") for _, paths in asked for path in paths) else set()
    for rule, paths in asked:
        for path in paths:
            if path.endswith("/") and path.rstrip("/") not in there:
                yield finding(rule, "has no file in it, and the profile requires one", cut(path))
            elif not path.endswith("/") and not bag.ledger.holds(path):
                yield finding(rule, "is not in the bag, and the profile requires it", cut(path))


def _files_allowed(bag: Bag, profile: Profile) -> Iterator[Finding]:
    if profile.tag_files_allowed is None and profile.payload_files_allowed is None:
        return
    tag_file = matcher(("*",) if profile.tag_files_allowed is None else profile.tag_files_allowed)
    payload = matcher(("*",) if profile.payload_files_allowed is None else profile.payload_files_allowed)
    own = {"bagit.txt", _info_name(bag), "fetch.txt"}
    for path, _ in bag.ledger.files():
        if path.startswith("data/"):
            if not payload(path):
                told = "is a payload file that the profile does not allow"
                yield finding("profile-payload-files-allowed", told, shown(path))
        elif path not in own and not MANIFEST_NAME.fullmatch(path) and not tag_file(path):
            told = "is a tag file that the profile does not allow"
            yield finding("profile-tag-files-allowed", told, shown(path))


def _fetch(bag: Bag, profile: Profile) -> Iterator[Finding]:
    there = bag.ledger.holds("fetch.txt")
    if there and not profile.allow_fetch:
        yield finding("profile-fetch-allowed", "is there, and the profile does not allow it", "fetch.txt")
    elif not there and profile.fetch_required:
        yield finding("profile-fetch-required", "is not there, and the profile requires it", "fetch.txt")


def _data_empty(bag: Bag, profile: Profile) -> Iterator[Finding]:
    if profile.data_empty and (bag.payload_files > 1 or bag.payload_bytes):
        told = (
            f"holds {counted(bag.payload_bytes, 'byte')} in {counted(bag.payload_files, 'file')}; "
            "the profile wants no file, or one that is empty"
        )
        yield finding("profile-data-empty", told, "data/")


def _list(texts: Sequence[str]) -> str:
    """The first of several texts, for people."""
    told = ", ".join(cut(text) for text in texts[:MAX_TOLD]) or "none"
    return f"{told} and {len(texts) - MAX_TOLD:,} more" if len(texts) > MAX_TOLD else told


DEMANDS: tuple[Demand, ...] = (
    _doubts,
    _version,
    _serialization,
    _identifier,
    _bag_info,
    _other_info,
    _manifests,
    _files_required,
    _files_allowed,
    _fetch,
    _data_empty,
)
"""What is asked of a bag; what the specification calls fatal first."""
