"""Bags (RFC 8493): made with bagit beside their destination, put there whole, and validated."""

from archiver.bag.making import PROFILE_IDENTIFIER, make
from archiver.bag.naming import destination, folder_name
from archiver.bag.package import Existing, existing
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
