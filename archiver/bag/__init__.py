"""Bags (RFC 8493): made with bagit beside their destination, put there whole, and validated."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archiver.bag.making import make
    from archiver.bag.naming import destination, folder_name
    from archiver.bag.package import PROFILE_IDENTIFIER, Existing, existing
    from archiver.bag.placing import place, staging
    from archiver.bag.validation import Asked, Depth, validate

__all__ = [
    "PROFILE_IDENTIFIER",
    "Asked",
    "Depth",
    "Existing",
    "destination",
    "existing",
    "folder_name",
    "make",
    "place",
    "staging",
    "validate",
]

ROOMS = {
    "PROFILE_IDENTIFIER": "package",
    "Asked": "validation",
    "Depth": "validation",
    "Existing": "package",
    "destination": "naming",
    "existing": "package",
    "folder_name": "naming",
    "make": "making",
    "place": "placing",
    "staging": "placing",
    "validate": "validation",
}
"""Where each public name is: whoever validates need not wait for what makes bags."""


def __getattr__(name: str) -> Any:
    """A public name, imported when it is first asked for."""
    if name not in ROOMS:
        raise AttributeError(name)
    return getattr(import_module(f"archiver.bag.{ROOMS[name]}"), name)
