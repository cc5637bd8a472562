"""Verbatim payloads of the services, one file each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def read_payload(channel: str, name: str) -> Any:
    """A payload as the service wrote it."""
    return json.loads((FOLDER / channel / f"{name}.json").read_text(encoding="utf-8"))


def names(channel: str) -> set[str]:
    """The names of all payloads of a channel."""
    return {file.stem for file in (FOLDER / channel).glob("*.json")}
