"""Profile places: where a BagIt Profile comes from: this package, a file, or an address.

The network is used for an address that somebody gave, and for nothing else.
"""

from __future__ import annotations

import os
import stat
import time
from functools import cache
from http.client import HTTPException
from importlib import resources
from urllib import request
from urllib.error import HTTPError

from archiver import __version__
from archiver.bag.contents import shown
from archiver.bag.profiles.model import MAX_BYTES, Profile, parse
from archiver.errors import ProfileError

FOLDER = resources.files("archiver.bag.profiles")

ADDRESSES = ("http://", "https://")

TIMEOUT = 10.0
"""How long a server may be silent, in seconds."""
PATIENCE = 30.0
"""How long a profile may take to arrive, in seconds."""
BLOCK = 64 * 1024

HANDLERS = (
    request.ProxyHandler,
    request.UnknownHandler,
    request.HTTPHandler,
    request.HTTPSHandler,
    request.HTTPDefaultErrorHandler,
    request.HTTPRedirectHandler,
    request.HTTPErrorProcessor,
)
"""What urllib may do: HTTP and HTTPS, also where it is redirected; no files, no FTP."""


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
        return parse(_fetched(place, told), told)
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


def _fetched(address: str, told: str) -> bytes:
    opener = request.OpenerDirector()
    for handler in HANDLERS:
        opener.add_handler(handler())
    headers = {"Accept": "application/json", "User-Agent": f"archiver/{__version__}"}
    until = time.monotonic() + PATIENCE
    data = b""
    try:
        asked = request.Request(address, headers=headers)  # noqa: S310 - load() lets http and https pass
        with opener.open(asked, timeout=TIMEOUT) as response:
            while len(data) <= MAX_BYTES and (block := response.read1(BLOCK)):
                data += block
                if time.monotonic() > until:
                    raise TimeoutError(f"it took longer than {PATIENCE:.0f} seconds")
    except (OSError, HTTPException, ValueError) as error:
        if isinstance(error, HTTPError):
            error.close()
        reason = shown(str(getattr(error, "reason", "") or error))
        raise ProfileError(f"cannot be fetched: {reason}", where=told) from None
    return data
