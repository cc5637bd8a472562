"""Text that any file format takes: what one of them refuses would lose the whole document."""

from __future__ import annotations

import re

# XML, and so Word and Excel, takes neither control characters nor these two that are none.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


def printable(text: str) -> str:
    """The text without control characters; a question mark for each half of a letter."""
    return _UNPRINTABLE.sub("", text).encode("utf-8", "replace").decode("utf-8")
