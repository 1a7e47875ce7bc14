"""Dates: what a person wrote becomes EDTF (ISO 8601-2, level 1), never more exact than it was said."""

from archiver.dates.edtf import is_edtf
from archiver.dates.reading import AmbiguousDate, DateOrder, to_edtf

__all__ = ["AmbiguousDate", "DateOrder", "is_edtf", "to_edtf"]
