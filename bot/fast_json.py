"""JSON as it is written several times with every message: by orjson, ten times faster than Python's own."""

from __future__ import annotations

import json
from collections.abc import Callable

import orjson

_AS_STRICT = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
"""What Python's own refuses to write is refused here, too: an instant, a dataclass."""


def write_json(value: object, otherwise: Callable[[object], str] = json.dumps) -> str:
    """The value as JSON, without blanks, its letters bare.

    `otherwise` writes what orjson does not: half a letter ("\\ud800"), a number beyond 64 bits, a key
    that is no text. Raises TypeError where that cannot either.
    """
    try:
        return orjson.dumps(value, option=_AS_STRICT).decode()
    except TypeError:
        return otherwise(value)
