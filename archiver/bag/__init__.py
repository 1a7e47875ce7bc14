"""Bags (RFC 8493): made with bagit beside their destination, put there whole, and validated."""

from archiver.bag.contents import digests
from archiver.bag.making import PROFILE_IDENTIFIER, make
from archiver.bag.naming import destination, folder_name
from archiver.bag.package import Existing, existing
from archiver.bag.placing import place, staging
from archiver.bag.validation import validate

__all__ = [
    "PROFILE_IDENTIFIER",
    "Existing",
    "destination",
    "digests",
    "existing",
    "folder_name",
    "make",
    "place",
    "staging",
    "validate",
]
