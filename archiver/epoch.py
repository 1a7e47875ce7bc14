"""The time that made things bear, so that they come out the same each time (SOURCE_DATE_EPOCH)."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime

from archiver.errors import SettingsError

NAME = "SOURCE_DATE_EPOCH"
LAST_SECOND = 253_402_300_799
"""Of the year 9999, the last that a date can have."""


def source_date() -> datetime | None:
    """The time of SOURCE_DATE_EPOCH (seconds since 1970); None where it is not set.

    Raises SettingsError where it is no such number.
    """
    epoch = os.environ.get(NAME)
    if epoch is None:
        return None
    if not re.fullmatch("[0-9]{1,12}", epoch) or int(epoch) > LAST_SECOND:
        told = f"is {epoch[:40]!r}; expected the seconds since 1970, in digits, up to the year 9999"
        raise SettingsError(told, where=NAME)
    return datetime.fromtimestamp(int(epoch), UTC)
