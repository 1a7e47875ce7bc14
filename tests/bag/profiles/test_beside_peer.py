"""Bags conform to a profile where the validator of those who made the specification says so."""

import json
import tempfile
from pathlib import Path
from typing import Any

import bagit
from bagit_profile import Profile as Peer
from bagit_profile import ProfileValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.bag.folder import Folder
from archiver.bag.profiles.checks import check_profiles
from archiver.bag.profiles.model import parse
from archiver.bag.reading import read
from archiver.errors import ProfileError
from archiver.findings import Verdict
from tests.bag.profiles.test_checks import IDENTIFIER, PROFILE

ALGORITHMS = ["md5", "sha256", "sha512"]
FILES = ["readme.md", "notes/a.txt", "notes/b/c.txt", "DPN/registry"]
PATTERNS = [*FILES, "*", "notes/*", "*.md", "DPN/r?gistry", "[nr]*"]
LABELS = ["Title", "Contact-Name", "Rights"]


def some(values: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=len(values))


BAGS = st.fixed_dictionaries(
    {
        "version": st.sampled_from(["0.97", "1.0"]),
        "identifier": st.sampled_from([IDENTIFIER] * 9 + ["urn:other"]),
        "manifests": some(ALGORITHMS),
        "tagmanifests": some(ALGORITHMS),
        "files": some(FILES),
        "labels": st.lists(st.sampled_from(LABELS), max_size=4),
        "fetch": st.booleans(),
    }
)
DEMANDS: list[dict[str, st.SearchStrategy[Any]]] = [
    {
        "Bag-Info": st.dictionaries(
            st.sampled_from(LABELS),
            st.fixed_dictionaries(
                {},
                optional={
                    "required": st.booleans(),
                    "repeatable": st.booleans(),
                    "recommended": st.booleans(),
                    "description": st.just("A label"),
                },
            ),
        )
    },
    {"Bag-Info": st.just({"Title": {"repeatable": False, "values": ["a value"]}})},
    {"Bag-Info": st.just({"Title": {"repeatable": False, "values": ["another"]}})},
    {"Accept-BagIt-Version": st.sampled_from([["0.97", "1.0"], ["1.0"]])},
    {"Manifests-Required": some(ALGORITHMS)},
    {"Manifests-Allowed": some(ALGORITHMS)},
    {"Manifests-Required": some(ALGORITHMS[:2]), "Manifests-Allowed": some(ALGORITHMS)},
    {"Tag-Manifests-Required": some(ALGORITHMS)},
    {"Tag-Manifests-Allowed": some(ALGORITHMS)},
    {"Tag-Files-Required": some(FILES)},
    {"Tag-Files-Allowed": some(PATTERNS)},
    {"Tag-Files-Required": some(FILES[:2]), "Tag-Files-Allowed": some(PATTERNS)},
    {"Allow-Fetch.txt": st.booleans()},
]
"""One demand at a time, so that the two validators answer to it and to nothing else."""


def write(folder: Path, bag: dict[str, Any]) -> None:
    """The tag files of a bag; their checksums are nothing that a profile asks for."""
    (folder / "data").mkdir()
    (folder / "bagit.txt").write_text(
        f"BagIt-Version: {bag['version']}\nTag-File-Character-Encoding: UTF-8\n"
    )
    labels = [f"{label}: a value\n" for label in bag["labels"]]
    (folder / "bag-info.txt").write_text(
        f"BagIt-Profile-Identifier: {bag['identifier']}\n" + "".join(labels)
    )
    names = [f"{kind[:-1]}-{name}.txt" for kind in ("manifests", "tagmanifests") for name in bag[kind]]
    for path in [*bag["files"], *names, *["fetch.txt"] * bag["fetch"]]:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()


def peer(folder: Path, document: dict[str, Any]) -> bool:
    try:
        return bool(Peer(IDENTIFIER, profile=json.dumps(document)).validate(bagit.Bag(str(folder))))
    except ProfileValidationError:
        return False


@given(BAGS, st.sampled_from(DEMANDS).flatmap(st.fixed_dictionaries))
@settings(max_examples=300, deadline=None)
def test_a_bag_conforms_where_the_validator_of_the_specification_says_so(
    bag: dict[str, Any], change: dict[str, Any]
) -> None:
    document = {"Bag-Info": {}, "Manifests-Required": [], **PROFILE, **change}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write(folder, bag)
        try:
            profile = parse(json.dumps(document).encode(), "p")
        except ProfileError:
            conforms = False
        else:
            with Folder(folder) as contents:
                (check,) = check_profiles(read(contents), [profile])
            conforms = check.verdict is Verdict.PASSED
        assert conforms == peer(folder, document)
