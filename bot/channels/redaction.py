"""Black ink: what must never stand in a log, taken out of every line just before it is written.

Tokens stand in addresses, addresses in the exceptions of libraries, exceptions in logs. So it is
not left to each place that writes: both kinds of logs pass through here as finished text.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from types import TracebackType
from urllib.parse import quote

from structlog.typing import EventDict, WrappedLogger

BLACKED_OUT = "[đã che]"

_SHORTEST = 6
"""Letters; shorter ones are found in ordinary words."""

_UNSEEN = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_secrets: list[str] = []


def learn_secrets(secrets: Iterable[str]) -> None:
    """From now on these are blacked out, also as they stand in an address or in JSON."""
    forms = {
        form
        for secret in secrets
        if len(secret) >= _SHORTEST
        for form in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1])
    }
    # The longest first: a token that holds another one must not be left half-read.
    _secrets[:] = sorted(forms | set(_secrets), key=len, reverse=True)


def redact(text: str) -> str:
    """The text without any secret that was learnt."""
    for secret in _secrets:
        if secret in text:
            text = text.replace(secret, BLACKED_OUT)
    return text


class JsonFormatter(logging.Formatter):
    """The standard library's logs in the form of our own: a line of JSON, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """The line as it is written; a stack trace stands inside it."""
        told = {
            "event": record.getMessage(),
            "logger": record.name,
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return _whole_line(json.dumps(told, ensure_ascii=False))


def redact_line(_logger: WrappedLogger, _method: str, line: str | EventDict) -> str:
    """The last structlog processor: takes the rendered line."""
    return _whole_line(str(line))


def _whole_line(line: str) -> str:
    """One line that a terminal shows and does not obey: no controls, no change of direction."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", redact(line))


def redact_crashes() -> None:
    """An exception that ends the program is printed without secrets as well."""

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.stderr.write(redact("".join(traceback.format_exception(kind, error, trace))))

    sys.excepthook = show


def frames_of(error: BaseException) -> list[str]:
    """Where an error came from, without its text: that may quote what a person typed."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
