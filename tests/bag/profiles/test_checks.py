"""BagIt Profiles: each demand is told by its rule, and a profile that is not valid is told clearly."""

import fnmatch
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import bagit
import pytest
from hypothesis import given
from hypothesis import strategies as st

import archiver
from archiver.bag import PROFILE_IDENTIFIER, Asked, Depth, validate
from archiver.bag.folder import Folder
from archiver.bag.package import COLLECTION_PROFILE_IDENTIFIER
from archiver.bag.profiles.checks import check_profiles
from archiver.bag.profiles.model import MAX_BYTES, Profile, matcher, parse
from archiver.bag.profiles.places import FOLDER, bundled, load
from archiver.bag.reading import read
from archiver.bag.rules import RULES
from archiver.errors import ProfileError
from archiver.findings import Check, Report, Verdict
from archiver.survey import WORTH_BAGS, survey
from tests.conftest import EXAMPLES, packaged

SCHEMAS = EXAMPLES.parent / "schemas"

IDENTIFIER = "https://example.org/profile-1.0.json"

PROFILE: dict[str, Any] = {
    "BagIt-Profile-Info": {
        "BagIt-Profile-Identifier": IDENTIFIER,
        "BagIt-Profile-Version": "1.4.0",
        "Source-Organization": "A town archive",
        "External-Description": "What the town archive takes in",
        "Version": "1.0",
    },
    "Accept-BagIt-Version": ["0.97", "1.0"],
}

Change = Callable[[Path], object]


def made(change: dict[str, Any], **info: object) -> Profile:
    """A profile with these fields beside those that it must have."""
    about = {**PROFILE["BagIt-Profile-Info"], **info}
    return parse(json.dumps({**PROFILE, "BagIt-Profile-Info": about, **change}).encode(), "ours.json")


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    folder = tmp_path / "bag"
    (folder / "sub").mkdir(parents=True)
    (folder / "one.txt").write_text("one\n")
    (folder / "sub/two.txt").write_text("two\n")
    info = {"Title": "A bag", "Rights": ["free", "open"], "BagIt-Profile-Identifier": IDENTIFIER}
    bagit.make_bag(str(folder), info, checksums=["sha512"])
    (folder / "notes").mkdir()
    (folder / "notes/readme.md").write_text("Read me.\n")
    return folder


def told(path: Path, *profiles: Profile) -> list[str]:
    """The rules of profiles that a bag breaks."""
    report = validate(path, Asked(profiles=profiles))
    return [found.rule for found in report.findings if found.rule.startswith("profile-")]


def verdicts(report: Report) -> list[Check]:
    return [check for check in report.checks if check.name == "profile"]


def untouched(bag: Path) -> None:
    """A bag as it was made."""


def fetching(bag: Path) -> None:
    (bag / "fetch.txt").write_text("https://example.org/one 4 data/one.txt\n")


BROKEN: dict[str, tuple[dict[str, Any], Change]] = {
    "profile-accept-bagit-version": ({"Accept-BagIt-Version": ["1.0"]}, untouched),
    "profile-serialization": (
        {"Serialization": "required", "Accept-Serialization": ["application/zip"]},
        untouched,
    ),
    "profile-bag-info-required": ({"Bag-Info": {"Contact-Name": {"required": True}}}, untouched),
    "profile-bag-info-recommended": ({"Bag-Info": {"Contact-Name": {"recommended": True}}}, untouched),
    "profile-bag-info-repeatable": ({"Bag-Info": {"Rights": {"repeatable": False}}}, untouched),
    "profile-bag-info-values": ({"Bag-Info": {"Rights": {"values": ["free"]}}}, untouched),
    "profile-manifests-required": ({"Manifests-Required": ["md5"]}, untouched),
    "profile-manifests-allowed": ({"Manifests-Allowed": ["md5", "sha256"]}, untouched),
    "profile-tag-manifests-required": ({"Tag-Manifests-Required": ["md5"]}, untouched),
    "profile-tag-manifests-allowed": ({"Tag-Manifests-Allowed": []}, untouched),
    "profile-tag-files-required": ({"Tag-Files-Required": ["notes/plan.md"]}, untouched),
    "profile-tag-files-allowed": ({"Tag-Files-Allowed": ["*.txt", "notes/[!r]*"]}, untouched),
    "profile-payload-files-required": ({"Payload-Files-Required": ["data/sub/", "data/img/"]}, untouched),
    "profile-payload-files-allowed": ({"Payload-Files-Allowed": ["data/???.txt"]}, untouched),
    "profile-fetch-allowed": ({"Allow-Fetch.txt": False}, fetching),
    "profile-fetch-required": ({"Fetch.txt-Required": True}, untouched),
    "profile-data-empty": ({"Data-Empty": True}, lambda bag: (bag / "data/sub/two.txt").unlink()),
    "profile-field": ({"Manifest-Required": ["md5"]}, untouched),
    "profile-identifier": (
        {},
        lambda bag: (bag / "bag-info.txt").write_text("BagIt-Profile-Identifier: urn:other\n"),
    ),
}

KEPT: list[dict[str, Any]] = [
    {},
    {"Bag-Info": {"title": {"required": True, "repeatable": False, "values": ["A bag", "Another"]}}},
    {"Bag-Info": {"Rights": {"required": True, "values": ["open", "free"]}, "Title": {"values": []}}},
    {"Manifests-Required": ["SHA-512"], "Manifests-Allowed": ["sha512"]},
    {"Tag-Manifests-Required": ["sha512"], "Tag-Manifests-Allowed": ["sha512", "md5"]},
    {"Tag-Files-Required": ["notes/readme.md"], "Tag-Files-Allowed": ["notes/*"]},
    {"Tag-Files-Allowed": ["*"], "Payload-Files-Allowed": ["data/*"]},
    {"Payload-Files-Required": ["data/one.txt", "data/sub/"], "Payload-Files-Allowed": ["data/*"]},
    {"Payload-Files-Required": ["data/sub/"], "Payload-Files-Allowed": ["data/*.txt", "data/sub/two.*"]},
    {"Serialization": "optional", "Accept-Serialization": ["application/zip"]},
    {"Serialization": "forbidden"},
    {"Allow-Fetch.txt": False, "Fetch.txt-Required": False, "Data-Empty": False},
]


@pytest.mark.parametrize("rule", BROKEN)
def test_a_demand_that_a_bag_breaks_is_told_by_its_rule_alone(rule: str, bag: Path) -> None:
    change, damage = BROKEN[rule]
    damage(bag)
    assert told(bag, made(change)) == [rule]


def test_there_is_a_test_for_each_rule() -> None:
    rules = {rule for rule in RULES if rule.startswith("profile-")}
    assert {*BROKEN, "profile-accept-serialization"} == rules


@pytest.mark.parametrize("change", KEPT, ids=str)
def test_a_bag_that_is_as_a_profile_asks_passes(change: dict[str, Any], bag: Path) -> None:
    report = validate(bag, Asked(profiles=(made(change),)))
    assert verdicts(report) == [Check("profile", Verdict.PASSED, IDENTIFIER)]
    assert report.valid


def test_a_broken_profile_is_exit_code_and_verdict_but_not_the_validity_of_rfc_8493(bag: Path) -> None:
    report = validate(bag, Asked(profiles=(made({"Manifests-Required": ["md5"]}),)))
    checks = {check.name: check.verdict for check in report.checks}
    assert (checks["complete"], checks["valid"], checks["profile"]) == ("passed", "passed", "failed")
    assert not report.valid


def test_every_broken_demand_is_told(bag: Path) -> None:
    change = {
        "Manifests-Required": ["md5", "sha1"],
        "Bag-Info": {"Contact-Name": {"required": True, "description": "Whom to ask"}},
        "Payload-Files-Allowed": [],
        "Accept-BagIt-Version": ["1.0"],
    }
    rules = told(bag, made(change))
    assert len(rules) == 6
    finding = next(
        f for f in validate(bag, Asked(profiles=(made(change),))).findings if f.hint == "Whom to ask"
    )
    assert (finding.where, finding.rule) == ("bag-info.txt", "profile-bag-info-required")


def test_recommendations_and_doubts_make_no_bag_invalid(bag: Path) -> None:
    change = {"Bag-Info": {"Contact-Name": {"recommended": True}}, "Data-Empty": False, "Extra": 1}
    report = validate(bag, Asked(profiles=(made(change, **{"BagIt-Profile-Version": "1.3.0"}),)))
    assert report.valid
    doubts = [found.message for found in report.findings if found.rule == "profile-field"]
    assert "'Extra'" in doubts[0]
    assert "1.4.0" in doubts[1]


@pytest.mark.parametrize(
    ("form", "change", "rule"),
    [
        ("application/x-tar", {"Serialization": "forbidden"}, "profile-serialization"),
        (
            "application/x-tar",
            {"Serialization": "required", "Accept-Serialization": ["application/tar"]},
            None,
        ),
        ("application/gzip", {"Accept-Serialization": ["application/x-gzip"]}, None),
        ("application/zip", {}, None),
        ("application/zip", {"Accept-Serialization": ["application/tar"]}, "profile-accept-serialization"),
    ],
)
def test_the_form_of_a_serialized_bag_is_what_the_profile_accepts(
    form: str, change: dict[str, Any], rule: str | None, bag: Path
) -> None:
    with Folder(bag) as contents:
        contents.form = form
        found = read(contents)
        check_profiles(found, [made(change)])
    assert [f.rule for f in found.findings if f.rule.startswith("profile-")] == ([rule] if rule else [])


def test_labels_of_other_tag_files_are_looked_at_too(bag: Path) -> None:
    labels = {"Title": {"required": True}, "Access": {"required": True, "values": ["Open"]}}
    profile = made({"Other-Info": [{"Our-Info": labels}]})
    assert told(bag, profile) == ["profile-bag-info-required"] * 2
    (bag / "our-info.txt").write_text("Title: A bag\nAccess: Closed\nno label\n")
    assert told(bag, profile) == ["profile-bag-info-values"]
    (bag / "our-info.txt").write_bytes(b"Title: \xff\n")
    with Folder(bag) as contents:
        found = read(contents)
        check_profiles(found, [profile])
    assert "bagit-2.3-encoding" in {f.rule for f in found.findings}


# --- which profiles a bag is held to


def name(bag: Path, *identifiers: str) -> None:
    lines = [f"BagIt-Profile-Identifier: {identifier}\n" for identifier in identifiers]
    (bag / "bag-info.txt").write_text("".join(lines))


def test_a_bag_is_held_to_the_profiles_that_it_names_and_archiver_knows(bag: Path) -> None:
    known = [identifier for identifier in bundled() if "btr" in identifier or "urn:" in identifier]
    name(bag, *known, known[0], "urn:unknown")
    report = validate(bag)
    checks = verdicts(report)
    assert [check.verdict for check in checks] == ["failed", "failed", "failed", "not checked"]
    assert [check.note for check in checks[:3]] == known
    assert checks[3].note == "'urn:unknown' is not known; give it with --profile"
    assert any(f"(profile {known[0]})" in found.message for found in report.findings)


def test_a_bag_that_names_no_profile_is_held_to_none(bag: Path) -> None:
    (bag / "bag-info.txt").unlink()
    assert verdicts(validate(bag)) == []


def test_a_bag_that_names_very_many_profiles_is_told_of_some(bag: Path) -> None:
    name(bag, *(f"urn:{number}:{'x' * 1000}" for number in range(500)))
    checks = verdicts(validate(bag))
    assert len(checks) == 10
    assert all(len(check.note) < 300 for check in checks)


@pytest.mark.parametrize("depth", Depth)
def test_profiles_are_looked_at_however_closely_the_payload_is(depth: Depth, bag: Path) -> None:
    assert len(verdicts(validate(bag, Asked(depth, profiles=(made({}),))))) == 1


def test_a_bag_that_cannot_be_read_is_not_held_to_a_profile(bag: Path) -> None:
    (bag / "bagit.txt").unlink()
    (check,) = verdicts(validate(bag, Asked(profiles=(made({}),))))
    assert check.verdict is Verdict.NOT_CHECKED


def test_many_bags_are_held_to_a_profile_side_by_side(bag: Path, tmp_path: Path) -> None:
    bags = [shutil.copytree(bag, tmp_path / f"copy-{number}") for number in range(WORTH_BAGS)]
    asked = Asked(profiles=(made({"Manifests-Required": ["md5"], "Unknown": 1}),))
    for report in survey(bags, asked, 2):
        assert [check.verdict for check in verdicts(report)] == ["failed"]


# --- profiles that are not valid

INVALID: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("BagIt-Profile-Info is [1]; expected an object", {"BagIt-Profile-Info": [1]}, {}),
    ("BagIt-Profile-Info.Version is 1; expected a text", {}, {"Version": 1}),
    ("Source-Organization is ''; expected a text that is not empty", {}, {"Source-Organization": ""}),
    ("BagIt-Profile-Version is '2.0.0'; expected one of", {}, {"BagIt-Profile-Version": "2.0.0"}),
    ("Accept-BagIt-Version.0 is 1.0; expected a text", {"Accept-BagIt-Version": [1.0]}, {}),
    ("Accept-BagIt-Version is too short; expected at least one item", {"Accept-BagIt-Version": []}, {}),
    ("Manifests-Required is 'md5'; expected a list", {"Manifests-Required": "md5"}, {}),
    (
        "Manifests-Allowed is too long; expected 1,000 items at most",
        {"Manifests-Allowed": ["md5"] * 1001},
        {},
    ),
    ("Allow-Fetch.txt is 'yes'; expected true or false", {"Allow-Fetch.txt": "yes"}, {}),
    ("Bag-Info.Title.required is 1; expected true", {"Bag-Info": {"Title": {"required": 1}}}, {}),
    ("Bag-Info.Title.description is 1; expected a text", {"Bag-Info": {"Title": {"description": 1}}}, {}),
    ("Bag-Info.Title is 'yes'; expected an object", {"Bag-Info": {"Title": "yes"}}, {}),
    ("Bag-Info has 'title' more than once", {"Bag-Info": {"Title": {}, "title": {}}}, {}),
    ("Serialization is 'maybe'; expected 'forbidden'", {"Serialization": "maybe"}, {}),
    ("Accept-Serialization has no items; expected", {"Serialization": "required"}, {}),
    ("Fetch.txt-Required is true", {"Fetch.txt-Required": True, "Allow-Fetch.txt": False}, {}),
    ("which Manifests-Allowed has not", {"Manifests-Required": ["md5"], "Manifests-Allowed": ["sha1"]}, {}),
    ("which Tag-Manifests-Allowed", {"Tag-Manifests-Required": ["md5"], "Tag-Manifests-Allowed": []}, {}),
    ("Tag-Files-Required has 'a/b'", {"Tag-Files-Required": ["a/b"], "Tag-Files-Allowed": ["a/*/*"]}, {}),
    (
        "Payload-Files-Required has 'data/a/'",
        {"Payload-Files-Required": ["data/a/"], "Payload-Files-Allowed": ["data/b/*"]},
        {},
    ),
    ("expected a path that begins with data/", {"Payload-Files-Required": ["notes.md"]}, {}),
    (r"Bag-Info.a\n\x1b.required is", {"Bag-Info": {"a\n\x1b": {"required": 0}}}, {}),
]


@pytest.mark.parametrize(("expected", "change", "info"), INVALID)
def test_a_profile_that_is_not_valid_is_told_by_field(
    expected: str, change: dict[str, Any], info: dict[str, Any]
) -> None:
    with pytest.raises(ProfileError) as raised:
        made(change, **info)
    assert str(raised.value).startswith("ours.json: is no valid BagIt Profile: ")
    assert expected in str(raised.value)


@pytest.mark.parametrize("field", PROFILE["BagIt-Profile-Info"])
def test_a_field_of_the_profile_itself_that_is_missing_is_told(field: str) -> None:
    info = {name: value for name, value in PROFILE["BagIt-Profile-Info"].items() if name != field}
    document = json.dumps({**PROFILE, "BagIt-Profile-Info": info}).encode()
    if field == "BagIt-Profile-Version":
        assert parse(document, "p").info.specification == "1.1.0"
    else:
        with pytest.raises(ProfileError, match=f"BagIt-Profile-Info.{field} is missing"):
            parse(document, "p")


def test_everything_that_is_wrong_with_a_profile_is_told_up_to_a_limit() -> None:
    with pytest.raises(ProfileError, match=r"Data-Empty is 1.*Serialization is 1"):
        made({"Data-Empty": 1, "Serialization": 1})
    with pytest.raises(ProfileError, match="and 480 more"):
        made({"Manifests-Required": [1] * 500})


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"{", "is not JSON"),
        (b"\xff", "is not JSON"),
        (b"[" * 500_000, "nested too deeply"),
        (b" " * (MAX_BYTES + 1), "is longer than 1,048,576 bytes"),
        (b'{"Data-Empty": true, "Data-Empty": false}', "has 'Data-Empty' more than once"),
        (b"[]", "the whole is []; expected an object"),
        (b'{"BagIt-Profile-Info": ' + b"9" * 5000 + b"}", "is not JSON"),
    ],
)
def test_a_file_that_is_no_profile_is_told_for_what_it_is(data: bytes, expected: str) -> None:
    with pytest.raises(ProfileError) as raised:
        parse(data, "p")
    assert expected in str(raised.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
NAMES = st.sampled_from(
    [*PROFILE, "Bag-Info", "Other-Info", "Manifests-Allowed", "Data-Empty", "doubts of archiver"]
)


@given(st.dictionaries(NAMES, JSON))
def test_whatever_a_profile_says_it_is_read_or_refused(change: dict[str, Any]) -> None:
    try:
        parse(json.dumps({**PROFILE, **change}).encode(), "p")
    except ProfileError as error:
        assert str(error).isprintable()


GLOBS = st.text("ab/*?[]!-^", max_size=8)


@given(GLOBS, GLOBS, st.text("ab/-]", max_size=8))
def test_patterns_mean_what_they_mean_to_fnmatch(one: str, other: str, path: str) -> None:
    expected = fnmatch.fnmatchcase(path, one) or fnmatch.fnmatchcase(path, other)
    assert matcher((one, other))(path) == expected


def test_no_pattern_takes_long() -> None:
    begun = time.monotonic()
    assert not matcher(("*a" * 2000 + "b", "[ab]*" * 800 + "c"))("a" * 4000)
    assert time.monotonic() - begun < 2


# --- where profiles come from


class Server(BaseHTTPRequestHandler):
    """Serves a profile, and what it should not be taken for one."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        moved = {"/moved": "/profile", "/file": "file:///etc/hostname", "/ftp": "ftp://127.0.0.1/profile"}
        if self.path in moved:
            self.send_response(302)
            self.send_header("Location", moved[self.path])
            self.end_headers()
        elif self.path == "/profile":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(PROFILE).encode())
        elif self.path == "/endless":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b" " * (MAX_BYTES + 2))
        elif self.path == "/silent":
            time.sleep(0.5)
        elif self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            for _ in range(10):
                self.wfile.write(b" ")
                time.sleep(0.05)
        else:
            self.send_error(404)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("archiver.bag.profiles.fetching.TIMEOUT", 0.2)
    monkeypatch.setattr("archiver.bag.profiles.fetching.PATIENCE", 0.2)
    Server.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("path", ["/profile", "/moved"])
def test_a_profile_is_fetched_from_an_address_that_was_given(path: str, address: str) -> None:
    assert load(address + path).identifier == IDENTIFIER


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/gone", "cannot be fetched: Not Found"),
        ("/file", "cannot be fetched: .*file:///etc/hostname.*not allowed"),
        ("/ftp", "cannot be fetched: unknown url type: ftp"),
        ("/endless", "is longer than 1,048,576 bytes"),
        ("/silent", "cannot be fetched: timed out"),
        ("/slow", "cannot be fetched: it took longer than"),
    ],
)
def test_what_cannot_be_fetched_is_one_sentence(path: str, expected: str, address: str) -> None:
    with pytest.raises(ProfileError, match=expected) as raised:
        load(address + path)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "place", ["http://", "https://[", "http://a b/", "http://host:port/", "http://\x00/"]
)
def test_an_address_that_is_none_is_one_sentence(place: str) -> None:
    with pytest.raises(ProfileError, match="cannot be fetched") as raised:
        load(place)
    assert str(raised.value).isprintable()


def test_nothing_is_fetched_that_only_a_bag_names(address: str, bag: Path) -> None:
    name(bag, f"{address}/profile")
    (check,) = verdicts(validate(bag))
    assert check.verdict is Verdict.NOT_CHECKED
    assert Server.asked == []


def test_a_profile_is_a_file_or_an_identifier_that_is_known(tmp_path: Path, bag: Path) -> None:
    (tmp_path / "ours.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(PROFILE).encode())
    assert load(str(tmp_path / "ours.json")).identifier == IDENTIFIER
    for identifier in bundled():
        assert load(identifier).identifier == identifier
    assert verdicts(archiver.validate(bag, profiles=[str(tmp_path / "ours.json")]))[0].note == IDENTIFIER
    for place in (tmp_path / "gone.json", tmp_path):
        with pytest.raises(ProfileError, match=f"cannot be read.*{PROFILE_IDENTIFIER}"):
            load(str(place))


# --- the profiles that come with archiver


@pytest.mark.parametrize(
    ("name", "published", "identifier"),
    [
        ("archiver.json", "bagit-profile.json", PROFILE_IDENTIFIER),
        ("archiver-collection.json", "bagit-profile-collection.json", COLLECTION_PROFILE_IDENTIFIER),
    ],
)
def test_archivers_own_profiles_are_those_that_are_published(
    name: str, published: str, identifier: str
) -> None:
    own = (FOLDER / name).read_bytes()
    assert own == (SCHEMAS / published).read_bytes()
    assert parse(own, name).identifier == identifier


def test_no_profile_that_comes_along_leaves_a_doubt() -> None:
    assert len(bundled()) == 5
    assert not any(profile.doubts for profile in bundled().values())


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"algorithms": ("md5", "sha1", "sha256", "sha512"), "flavour": "3a"},
        {"algorithms": ("md5",), "flavour": "4", "source_organization": "A town archive"},
        {"bag_info": {"Contact-Email": "a@example.org", "bag-count": "1 of ?", "Title": "x" * 200}},
    ],
    ids=str,
)
def test_every_package_of_archiver_conforms_to_its_profile(chosen: dict[str, Any], tmp_path: Path) -> None:
    outcome = packaged(EXAMPLES / "seed-library.md", tmp_path, **chosen)
    assert isinstance(outcome.bag, Path), outcome.report
    report = validate(outcome.bag)
    assert report.valid, report.findings
    assert verdicts(report) == [Check("profile", Verdict.PASSED, PROFILE_IDENTIFIER)]


@pytest.mark.parametrize("path", ["data/metadata/more.xml", "data/more", "notes.txt", "fetch.txt"])
def test_a_package_with_more_in_it_breaks_archivers_profile(path: str, tmp_path: Path) -> None:
    outcome = packaged(EXAMPLES / "harbour-ferry.txt", tmp_path)
    assert isinstance(outcome.bag, Path)
    (outcome.bag / path).touch()
    (check,) = verdicts(validate(outcome.bag))
    assert check.verdict is Verdict.FAILED


@pytest.mark.parametrize("version", ["2.2", "2.3"])
def test_aptrusts_tags_are_looked_at(version: str, bag: Path) -> None:
    profile = next(p for p in bundled().values() if p.identifier.endswith(f"aptrust-v{version}.json"))
    name(bag, profile.identifier)
    with (bag / "bag-info.txt").open("a") as file:
        file.write("Source-Organization: A town\n")
    (bag / "manifest-sha512.txt").rename(bag / "manifest-md5.txt")
    (bag / "tagmanifest-sha512.txt").unlink()
    (bag / "aptrust-info.txt").write_text("Title: A bag\nAccess: Consortia\nStorage-Option: Wasabi-TX\n")
    expected = ["profile-serialization"] + ["profile-bag-info-values"] * (version == "2.2")
    assert told(bag) == expected
