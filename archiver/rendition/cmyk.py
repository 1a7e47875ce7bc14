"""CMYK: what its colours look like where nothing says so (ISO 19005-2 6.2.4.3)."""

from __future__ import annotations

from archiver.errors import SettingsError
from archiver.rendition import ghostscript
from archiver.rendition.scan_pictures import CMYK, usable
from archiver.settings import Settings


def profile(settings: Settings) -> bytes:
    """The ICC profile of CMYK that has none: that of the settings, else Ghostscript's; nothing without
    both.

    Raises SettingsError for one that PDF/A does not take for CMYK.
    """
    if settings.cmyk_profile is None:
        return ghostscript.cmyk_profile()
    try:
        content = settings.cmyk_profile.read_bytes()
    except OSError as error:
        raise SettingsError(f"cannot be read: {error.strerror}", where="cmyk_profile") from None
    if not usable(content, CMYK):
        told = f"{settings.cmyk_profile} is no ICC profile of CMYK that PDF/A takes (ISO 19005-2 6.2.4.2)"
        raise SettingsError(told, where="cmyk_profile")
    return content
