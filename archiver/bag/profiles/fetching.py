"""Profile fetching: a BagIt Profile at an address that somebody gave, over HTTP or HTTPS."""

from __future__ import annotations

import time
from http.client import HTTPException
from urllib import request
from urllib.error import HTTPError

from archiver import __version__
from archiver.bag.contents import shown
from archiver.bag.profiles.model import MAX_BYTES
from archiver.errors import ProfileError

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


def fetched(address: str, told: str) -> bytes:
    """What is at an address, and a byte more than MAX_BYTES of it at most; `told` names it in errors.

    Raises ProfileError where it cannot be fetched.
    """
    opener = request.OpenerDirector()
    for handler in HANDLERS:
        opener.add_handler(handler())
    headers = {"Accept": "application/json", "User-Agent": f"archiver/{__version__}"}
    until = time.monotonic() + PATIENCE
    data = b""
    try:
        asked = request.Request(address, headers=headers)  # noqa: S310 - places.load lets http and https pass
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
