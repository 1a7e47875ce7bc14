"""Dates: what a person wrote becomes EDTF (ISO 8601-2, level 1), never more exact than it was said."""
