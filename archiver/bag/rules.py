"""The rules of a bag: the code of each, what it asks, the clause that asks it, and how much it weighs.

`docs/rules.md` is generated from this table.
"""

from __future__ import annotations

from typing import NamedTuple

from archiver.findings import Finding, Severity

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


class Rule(NamedTuple):
    """What a rule asks of a bag, the clause that it stands for, and the severity of breaking it."""

    asks: str
    clause: str
    severity: Severity = ERROR


RFC = "RFC 8493"
SERIALIZED = "BagIt 0.97 4"
"""RFC 8493 says nothing of serialized bags; the version before it does."""
APPNOTE = "APPNOTE.TXT"
"""PKWARE's specification of the zip format."""

PROFILES = "BagIt Profiles 1.4.0"

RULES = {
    # --- the bag declaration
    "bagit-2.1.1-missing": Rule("A bag has a bagit.txt.", f"{RFC} 2.1.1"),
    "bagit-2.1.1-form": Rule(
        "bagit.txt is exactly two lines, BagIt-Version and Tag-File-Character-Encoding, space for space.",
        f"{RFC} 2.1.1",
    ),
    "bagit-2.1.1-utf-8": Rule("bagit.txt is encoded in UTF-8.", f"{RFC} 2.1.1"),
    "bagit-2.1.1-bom": Rule("bagit.txt has no byte order mark.", f"{RFC} 2.1.1"),
    "bagit-2.1.1-version": Rule(
        "The version is one that there is: 0.93, 0.94, 0.95, 0.96, 0.97 or 1.0.", f"{RFC} 2.1.1"
    ),
    "bagit-2.1.1-encoding": Rule("The character encoding is one that is known.", f"{RFC} 2.1.1, 2.3"),
    # --- the payload and its manifests
    "bagit-2.1.2-payload-missing": Rule("A bag has a payload folder, data/.", f"{RFC} 2.1.2"),
    "bagit-2.1.3-manifest-missing": Rule("A bag has a payload manifest.", f"{RFC} 2.1.3"),
    "bagit-2.1.3-manifest-incomplete": Rule(
        "Every payload file is in every payload manifest (before BagIt 1.0: in one of them).",
        f"{RFC} 2.1.3, 3",
    ),
    "bagit-2.1.3-line": Rule(
        "Each line of a manifest is a checksum, spaces or tabs, and a path.", f"{RFC} 2.1.3"
    ),
    "bagit-2.1.3-checksum-form": Rule(
        "A checksum is hexadecimal, as long as its algorithm makes it.", f"{RFC} 2.1.3"
    ),
    "bagit-2.1.3-duplicate": Rule("A manifest lists no file twice.", f"{RFC} 2.1.3"),
    "bagit-2.1.3-not-payload": Rule("A payload manifest lists payload files only.", f"{RFC} 2.1.3"),
    "bagit-2.1.3-directory": Rule("A manifest lists no folders.", f"{RFC} 2.1.3"),
    "bagit-2.1.3-percent": Rule(
        "From BagIt 1.0 on, LF, CR and % in a path are percent-encoded, and nothing else is.",
        f"{RFC} 2.1.3",
    ),
    # --- tag manifests
    "bagit-2.2.1-manifest-unlisted": Rule(
        "Each tag manifest lists every payload manifest.", f"{RFC} 2.2.1"
    ),
    "bagit-2.2.1-payload-listed": Rule("A tag manifest lists no payload files.", f"{RFC} 2.2.1"),
    "bagit-2.2.1-tag-manifest-listed": Rule("A tag manifest lists no tag manifests.", f"{RFC} 2.2.1"),
    "bagit-2.2.1-different-sets": Rule("All tag manifests list the same files.", f"{RFC} 2.2.1", WARNING),
    "bagit-2.2.1-unlisted": Rule(
        "A tag manifest lists the other tag files too; a change to one that is in none shows nowhere.",
        f"{RFC} 2.2.1",
        WARNING,
    ),
    "bagit-2.2.1-algorithms": Rule(
        "Tag manifests are of the algorithms that the payload manifests are of.", f"{RFC} 2.2.1", WARNING
    ),
    # --- bag-info.txt
    "bagit-2.2.2-element": Rule(
        "Each line of bag-info.txt is a label, a colon and a value, or goes on with the value before.",
        f"{RFC} 2.2.2",
    ),
    "bagit-2.2.2-space": Rule(
        "From BagIt 1.0 on, nothing stands before the colon, and one space or tab after it.",
        f"{RFC} 2.2.2",
    ),
    "bagit-2.2.2-label": Rule("A label neither begins nor ends with white space.", f"{RFC} 2.2.2"),
    "bagit-2.2.2-line-length": Rule(
        "Lines of bag-info.txt are recommended to be no longer than 79 characters.", f"{RFC} 2.2.2", INFO
    ),
    "bagit-2.2.2-oxum-form": Rule("Payload-Oxum is two numbers with a point between.", f"{RFC} 2.2.2"),
    "bagit-2.2.2-oxum-repeated": Rule("Payload-Oxum is there no more than once.", f"{RFC} 2.2.2"),
    "bagit-2.2.2-oxum": Rule("Payload-Oxum is what the payload comes to.", f"{RFC} 2.2.2"),
    "bagit-2.2.2-repeated": Rule(
        "Bagging-Date, Bag-Size, Bag-Group-Identifier and Bag-Count are not repeated.",
        f"{RFC} 2.2.2",
        WARNING,
    ),
    "bagit-2.2.2-bagging-date": Rule("Bagging-Date is a date, YYYY-MM-DD.", f"{RFC} 2.2.2", WARNING),
    "bagit-2.2.2-bag-count": Rule("Bag-Count is «N of T», or «N of ?».", f"{RFC} 2.2.2", WARNING),
    "bagit-2.2.2-bag-group": Rule(
        "Where there is a Bag-Count there is a Bag-Group-Identifier.", f"{RFC} 2.2.2", WARNING
    ),
    # --- fetch.txt
    "bagit-2.2.3-line": Rule("Each line of fetch.txt is an address, a length and a path.", f"{RFC} 2.2.3"),
    "bagit-2.2.3-address": Rule("The address is an absolute URI.", f"{RFC} 2.2.3"),
    "bagit-2.2.3-not-payload": Rule("fetch.txt lists payload files only.", f"{RFC} 2.2.3"),
    "bagit-2.2.3-unlisted": Rule("Every file in fetch.txt is in every payload manifest.", f"{RFC} 2.2.3"),
    "bagit-2.2.3-duplicate": Rule("fetch.txt lists no file twice.", f"{RFC} 2.2.3", WARNING),
    "bagit-2.2.3-hole": Rule(
        "A file in fetch.txt is in the bag before the bag is complete; archiver fetches none.",
        f"{RFC} 2.2.3, 3",
    ),
    "bagit-2.2.3-length": Rule(
        "A file in fetch.txt, once fetched, is as long as is said there.", f"{RFC} 2.2.3, 5.3", WARNING
    ),
    # --- tag files
    "bagit-2.3-encoding": Rule("A tag file is in the encoding that bagit.txt declares.", f"{RFC} 2.3"),
    "bagit-2.3-bom": Rule(
        "A tag file has no byte order mark, unless it is in UTF-16 or UTF-32 of no byte order.",
        f"{RFC} 2.3",
    ),
    "bagit-2.3-line-end": Rule("Every line of a tag file is ended.", f"{RFC} 2.3", WARNING),
    "bagit-2.3-not-utf-8": Rule("UTF-8 is recommended for tag files.", f"{RFC} 2.3", WARNING),
    # --- algorithms
    "bagit-2.4-algorithm": Rule(
        "A manifest is of an algorithm that is known; one that is not cannot be verified.", f"{RFC} 2.4"
    ),
    "bagit-2.4-name": Rule("An algorithm's name is in lower case, without punctuation.", f"{RFC} 2.4"),
    "bagit-2.4-registered": Rule(
        "An algorithm is one of IANA's Named Information Hash Algorithm Registry, or MD5 or SHA-1.",
        f"{RFC} 2.4",
        WARNING,
    ),
    "bagit-2.4-weak": Rule(
        "A bag has a manifest that is stronger than MD5 and SHA-1, which show accidents, not intent.",
        f"{RFC} 2.4",
        INFO,
    ),
    # --- complete and valid
    "bagit-3-file-missing": Rule("Every file in a payload manifest is in the bag.", f"{RFC} 3"),
    "bagit-3-tag-file-missing": Rule("Every file in a tag manifest is in the bag.", f"{RFC} 3"),
    "bagit-3-checksum": Rule("Every file has the checksums that its manifests say.", f"{RFC} 3"),
    # --- safety
    "bagit-5.1-path": Rule(
        "No path leaves the bag: none is absolute, none has «..», «~», a drive or an empty part.",
        f"{RFC} 5.1",
    ),
    "bagit-5.1-special": Rule(
        "A bag holds files and folders: no links, pipes, sockets or devices.", f"{RFC} 5.1"
    ),
    "bagit-5.1-hard-link": Rule("No file of a bag has another name outside it.", f"{RFC} 5.1", WARNING),
    # --- interoperability
    "bagit-6.1.1.1-case": Rule("No two names differ in case only.", f"{RFC} 6.1.1.1", WARNING),
    "bagit-6.1.1.2-form": Rule("No two names differ in Unicode form only.", f"{RFC} 6.1.1.2", WARNING),
    "bagit-6.1.1.3-other-form": Rule(
        "A file is listed in the Unicode form that its name has.", f"{RFC} 6.1.1.3", WARNING
    ),
    "bagit-6.1.1.3-manifests": Rule(
        "No two manifests differ in the case or Unicode form of their names only.",
        f"{RFC} 6.1.1.3",
        WARNING,
    ),
    "bagit-6.1.2-name": Rule("Names are ones that Windows can store.", f"{RFC} 6.1.2", WARNING),
    "bagit-6.1.3-md5sum": Rule(
        "Paths are not marked as checksum tools mark them: no «*» or «./» before, no backslash before the "
        "checksum.",
        f"{RFC} 6.1.3",
        WARNING,
    ),
    "bagit-6.1.3-empty-line": Rule("No line is empty.", f"{RFC} 6.1.3", WARNING),
    # --- what BagIt before 1.0 lets pass
    "bagit-0.97-duplicate": Rule(
        "A manifest lists no file twice, even with the same checksum (an error from BagIt 1.0 on).",
        "BagIt 0.97 2.1.3",
        WARNING,
    ),
    "bagit-0.97-fetch": Rule(
        "A file in fetch.txt is payload, and in a payload manifest (an error from BagIt 1.0 on).",
        "BagIt 0.97 2.2.3",
        WARNING,
    ),
    "bagit-0.97-bom": Rule(
        "A tag file has no byte order mark that it does not need (an error from BagIt 1.0 on).",
        "BagIt 0.97 2.3",
        WARNING,
    ),
    "bagit-0.97-name": Rule(
        "An algorithm's name is in lower case, without punctuation (an error from BagIt 1.0 on).",
        "BagIt 0.97 2.4",
        WARNING,
    ),
    # --- BagIt Profiles
    "profile-identifier": Rule(
        "bag-info.txt names, by BagIt-Profile-Identifier, the profile that the bag is held to.",
        f"{PROFILES}, BagIt-Profile-Identifier",
    ),
    "profile-accept-bagit-version": Rule(
        "The bag is of a version of BagIt that the profile accepts.", f"{PROFILES}, Accept-BagIt-Version"
    ),
    "profile-serialization": Rule(
        "The bag is a folder or serialized, as the profile has it.", f"{PROFILES}, Serialization"
    ),
    "profile-accept-serialization": Rule(
        "A serialized bag is of a MIME type that the profile accepts.", f"{PROFILES}, Accept-Serialization"
    ),
    "profile-bag-info-required": Rule(
        "A tag file has every label that the profile requires of it.", f"{PROFILES}, Bag-Info"
    ),
    "profile-bag-info-recommended": Rule(
        "A tag file has every label that the profile recommends.", f"{PROFILES}, Bag-Info", WARNING
    ),
    "profile-bag-info-repeatable": Rule(
        "No label is repeated that the profile wants once.", f"{PROFILES}, Bag-Info"
    ),
    "profile-bag-info-values": Rule(
        "A label has a value that the profile accepts.", f"{PROFILES}, Bag-Info"
    ),
    "profile-manifests-required": Rule(
        "The bag has the payload manifests that the profile requires.", f"{PROFILES}, Manifests-Required"
    ),
    "profile-manifests-allowed": Rule(
        "The bag has no payload manifests but those that the profile allows.",
        f"{PROFILES}, Manifests-Allowed",
    ),
    "profile-tag-manifests-required": Rule(
        "The bag has the tag manifests that the profile requires.", f"{PROFILES}, Tag-Manifests-Required"
    ),
    "profile-tag-manifests-allowed": Rule(
        "The bag has no tag manifests but those that the profile allows.",
        f"{PROFILES}, Tag-Manifests-Allowed",
    ),
    "profile-tag-files-required": Rule(
        "The bag has the tag files that the profile requires.", f"{PROFILES}, Tag-Files-Required"
    ),
    "profile-tag-files-allowed": Rule(
        "The bag has no tag files but BagIt's own and those that the profile allows.",
        f"{PROFILES}, Tag-Files-Allowed",
    ),
    "profile-payload-files-required": Rule(
        "The bag has the payload files and folders that the profile requires.",
        f"{PROFILES}, Payload-Files-Required",
    ),
    "profile-payload-files-allowed": Rule(
        "The bag has no payload files but those that the profile allows.",
        f"{PROFILES}, Payload-Files-Allowed",
    ),
    "profile-fetch-allowed": Rule(
        "The bag has no fetch.txt where the profile does not allow one.", f"{PROFILES}, Allow-Fetch.txt"
    ),
    "profile-fetch-required": Rule(
        "The bag has a fetch.txt where the profile requires one.", f"{PROFILES}, Fetch.txt-Required"
    ),
    "profile-data-empty": Rule(
        "Where the profile wants it, the payload is empty, or one file without a byte.",
        f"{PROFILES}, Data-Empty",
    ),
    "profile-field": Rule(
        "A profile has the fields of the version of the specification that it goes by, and no others.",
        PROFILES,
        WARNING,
    ),
    # --- serialized bags
    "serialized-format": Rule(
        "A serialized bag is a tar file (plain, or compressed by gzip, bzip2 or xz), a zip file or, with "
        "the extra 7z, a 7z file, in one part.",
        SERIALIZED,
    ),
    "serialized-top-level": Rule(
        "At the top of a serialized bag is one folder, the bag's, and nothing else.", SERIALIZED
    ),
    "serialized-name": Rule(
        "A serialized bag has the name of the bag's folder, and what says its format.", SERIALIZED, WARNING
    ),
    "serialized-outside": Rule(
        "No member is unpacked outside the bag: none has an absolute name, «..», a drive or, in a "
        "zip file, a backslash.",
        f"{RFC} 5.1",
    ),
    "serialized-link": Rule("A serialized bag has no symbolic or hard links.", f"{RFC} 5.1"),
    "serialized-device": Rule(
        "A serialized bag has files and folders: no devices or pipes, nothing of a kind that is not known.",
        f"{RFC} 5.1",
    ),
    "serialized-sparse": Rule("A serialized bag has no sparse files.", "POSIX pax"),
    "serialized-duplicate": Rule(
        "No file is in a serialized bag twice, and none is a folder too.", SERIALIZED
    ),
    "serialized-truncated": Rule("A serialized bag is there to its end.", SERIALIZED),
    "serialized-damaged": Rule(
        "A serialized bag is as its format has it, and its checksums are right.", ""
    ),
    "serialized-trailing": Rule("Nothing comes after the end of a serialized bag.", ""),
    "serialized-bomb": Rule(
        "A serialized bag, unpacked, comes to no more than the limits of the settings allow.", ""
    ),
    "serialized-overlap": Rule("No two members of a zip file lie over one another.", APPNOTE),
    "serialized-disagreement": Rule(
        "What a zip file says of a member is the same in its central directory and beside the member.",
        f"{APPNOTE} 4.3",
    ),
    "serialized-gap": Rule("Every byte of a zip file belongs to something.", f"{APPNOTE} 4.3", WARNING),
    "serialized-encrypted": Rule("A serialized bag is not encrypted.", SERIALIZED),
    "serialized-method": Rule(
        "The members of a zip file are stored, deflated or compressed by bzip2; those of a 7z file by what "
        "py7zr reads.",
        f"{APPNOTE} 4.4.5",
    ),
    "serialized-encoding": Rule(
        "The names in a serialized bag are UTF-8, and, in a zip file, marked as such.",
        f"{APPNOTE} appendix D, POSIX pax",
        WARNING,
    ),
    # --- what is not in the standard
    "bag-litter": Rule("A bag has none of what systems leave behind (.DS_Store, Thumbs.db).", "", WARNING),
    "bag-folder-name": Rule("No folder has the name of a tag file.", "", WARNING),
    "bag-missing": Rule("What is to be validated is a bag.", f"{RFC} 2"),
    "bag-link": Rule(
        "What is behind a link below a folder of bags is validated when the link itself is named.", "", INFO
    ),
    "bag-unreadable": Rule("Everything in a bag can be read.", ""),
    "bag-changed": Rule("A bag is left alone while it is validated.", ""),
    "bag-limit": Rule("A bag stays within the limits of the settings.", ""),
    "bag-fast-no-oxum": Rule(
        "A bag that is validated with --fast has a Payload-Oxum: else nothing is compared.", ""
    ),
    "package-pdf": Rule("A package's rendition is a whole PDF.", "ISO 32000-1 7.5"),
    "package-no-rendition": Rule(
        "A package has a rendition; where none could be made, its records say why.", "", WARNING
    ),
}


LONGEST = 4_096
"""The most characters of a message or a place, so that a report of a hostile bag has an end."""


class Unusable(Exception):
    """Something that cannot be read any further, for the reason in `finding`."""

    def __init__(self, found: Finding) -> None:
        super().__init__(found.message)
        self.finding = found


def finding(rule: str, message: str, where: str = "", hint: str = "") -> Finding:
    """What breaks `rule`, in the words of `message`, at `where` in the bag; long ones are cut."""
    _, clause, severity = RULES[rule]
    return Finding(rule, severity, _cut(message), where=_cut(where), clause=clause, hint=hint)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
