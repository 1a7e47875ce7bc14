"""The environment: settings as text, in variables whose names begin with `ARCHIVER_`."""

from __future__ import annotations

import json
import re
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_settings import EnvSettingsSource

PREFIX = "ARCHIVER_"


class Environment(EnvSettingsSource):
    """The environment, where every value is text: true, 1, a list with commas, an object as JSON."""

    def prepare_field_value(
        self, field_name: str, field: FieldInfo, value: Any, value_is_complex: bool
    ) -> Any:
        return None if value is None else _from_text(field.annotation, value)


BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def _from_text(kind: Any, text: str) -> Any:
    """A value of the kind that a field has; the text itself where it is none, to be told of."""
    if bool in (kind, *get_args(kind)):
        return BOOLEANS.get(text.lower(), text)
    if kind is int:
        return int(text) if re.fullmatch(r"-?\d{1,18}", text) else text
    if get_origin(kind) is tuple and not text.startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    if text[:1] in ("[", "{"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
