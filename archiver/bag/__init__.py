"""Bags (RFC 8493): made with bagit beside their destination, put there whole, and validated."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archiver.bag.destinations import (
        Held,
        destination,
        finished,
        held,
        is_there,
        put,
        staging,
    )
    from archiver.bag.making import make
    from archiver.bag.naming import folder_name
    from archiver.bag.package import PROFILE_IDENTIFIER, Existing
    from archiver.bag.placing import writing
    from archiver.bag.validation import Asked, Depth, validate

__all__ = [
    "PROFILE_IDENTIFIER",
    "Asked",
    "Depth",
    "Existing",
    "Held",
    "destination",
    "finished",
    "folder_name",
    "held",
    "is_there",
    "make",
    "put",
    "staging",
    "validate",
    "writing",
]

ROOMS = {
    "PROFILE_IDENTIFIER": "package",
    "Asked": "validation",
    "Depth": "validation",
    "Existing": "package",
    "Held": "destinations",
    "destination": "destinations",
    "finished": "destinations",
    "folder_name": "naming",
    "held": "destinations",
    "is_there": "destinations",
    "make": "making",
    "put": "destinations",
    "staging": "destinations",
    "validate": "validation",
    "writing": "placing",
}
"""Where each public name is: whoever validates need not wait for what makes bags."""


def __getattr__(name: str) -> Any:
    """A public name, imported when it is first asked for."""
    if name not in ROOMS:
        raise AttributeError(name)
    return getattr(import_module(f"archiver.bag.{ROOMS[name]}"), name)
