"""archiver: a source document in, a verified archival package (BagIt, PDF/A) out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archiver.library import package, validate

__version__ = "0.1.0"
__all__ = ["package", "validate"]


def __getattr__(name: str) -> Any:
    """The public functions, imported when they are first asked for."""
    if name in __all__:
        from archiver import library

        return getattr(library, name)
    raise AttributeError(name)
