"""Settings: archiver.toml < environment (`ARCHIVER_...`) < flags, checked before anything runs."""

from archiver.settings.commented import write_commented
from archiver.settings.loading import FILE_NAME, load
from archiver.settings.model import Column, Settings

__all__ = ["FILE_NAME", "Column", "Settings", "load", "write_commented"]
