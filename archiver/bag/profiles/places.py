"""Profile places: where a BagIt Profile comes from: this package, a file, or an address.

The network is used for an address that somebody gave, and for nothing else.
"""

from __future__ import annotations

import os
import stat
from functools import cache
from importlib import resources

from archiver.bag.contents import shown
from archiver.bag.profiles.model import MAX_BYTES, Profile, parse
from archiver.errors import ProfileError

FOLDER = resources.files("archiver.bag.profiles")

ADDRESSES = ("http://", "https://")


@cache
def bundled() -> dict[str, Profile]:
    """The profiles that come with archiver, by their identifiers."""
    files = sorted((file for file in FOLDER.iterdir() if file.name.endswith(".json")), key=str)
    profiles = [parse(file.read_bytes(), file.name) for file in files]
    return {profile.identifier: profile for profile in profiles}


def load(place: str) -> Profile:
    """The profile that is meant by an identifier, a file's name or an address.

    Raises ProfileError where there is none, or one that is not valid.
    """
    if known := bundled().get(place):
        return known
    told = shown(place)
    if place.lower().startswith(ADDRESSES):
        from archiver.bag.profiles.fetching import fetched  # here, because urllib takes a while

        return parse(fetched(place, told), told)
    try:
        with open(os.open(place, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ProfileError("is not a regular file", where=told)
            return parse(file.read(MAX_BYTES + 1), told)
    except OSError as error:
        raise ProfileError(
            f"cannot be read: {error.strerror}",
            where=told,
            hint=f"expected a file, an address, or one of {', '.join(bundled())}",
        ) from None
