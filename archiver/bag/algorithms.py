"""Checksum algorithms: the names that manifests give them, and hashlib's (RFC 8493 2.4)."""

from __future__ import annotations

import hashlib
import re
from functools import cache, lru_cache, partial
from typing import Any

ALGORITHMS = {
    "md5": "md5",
    "sha1": "sha1",
    "sha224": "sha224",
    "sha256": "sha256",
    "sha384": "sha384",
    "sha512": "sha512",
    "sha3224": "sha3_224",
    "sha3256": "sha3_256",
    "sha3384": "sha3_384",
    "sha3512": "sha3_512",
    "blake2b": "blake2b",
    "blake2b512": "blake2b",
    "blake2b256": "blake2b_256",
    "blake2s": "blake2s",
    "blake2s256": "blake2s",
}
"""hashlib's name of each algorithm, by its normalized name in a manifest's."""

DIGEST_BYTES = {
    "md5": 16,
    "sha1": 20,
    "sha224": 28,
    "sha256": 32,
    "sha384": 48,
    "sha512": 64,
    "sha3_224": 28,
    "sha3_256": 32,
    "sha3_384": 48,
    "sha3_512": 64,
    "blake2b": 64,
    "blake2b_256": 32,
    "blake2s": 32,
}
"""How long a digest is, by hashlib's names."""

SHORTENED = {"blake2b_256": partial(hashlib.blake2b, digest_size=32)}
"""What hashlib has no name for."""

UNREGISTERED = {"sha224"}
"""Those that are not in the registry that RFC 8493 2.4 names."""

WEAK = {"md5", "sha1"}
"""Those for which two contents with one digest can be made."""

MANIFEST_NAME = re.compile(r"(?P<tag>tag)?manifest-(?P<algorithm>[^/]+)\.txt")


@lru_cache
def named_algorithm(name: str) -> str:
    """The algorithm that a manifest's name tells, as it stands there; empty where it is no manifest's."""
    found = MANIFEST_NAME.fullmatch(name)
    return found["algorithm"] if found else ""


@lru_cache
def algorithm_of(name: str) -> str:
    """Hashlib's name of the algorithm that a manifest's name tells; empty where none is known."""
    return ALGORITHMS.get(normalized(named_algorithm(name)), "")


@cache
def new_hash(algorithm: str) -> Any:
    """The constructor of a hash, by hashlib's name: found sooner than `hashlib.new` finds it."""
    return SHORTENED.get(algorithm) or getattr(hashlib, algorithm)


@lru_cache
def normalized(algorithm: str) -> str:
    """A name of an algorithm in lower case and without punctuation (RFC 8493 2.4)."""
    return re.sub("[^a-z0-9]", "", algorithm.lower())


@lru_cache
def is_manifest(name: str) -> bool:
    """Whether a path is that of a payload or tag manifest."""
    return MANIFEST_NAME.fullmatch(name) is not None


def is_tag_manifest(name: str) -> bool:
    """Whether a path is that of a tag manifest."""
    return name.startswith("tag") and is_manifest(name)
