"""Bags (RFC 8493): made with bagit beside their destination, put there whole, and validated."""

from archiver.bag.making import destination, make, original_digests, place, staging
from archiver.bag.validation import validate

__all__ = ["destination", "make", "original_digests", "place", "staging", "validate"]
