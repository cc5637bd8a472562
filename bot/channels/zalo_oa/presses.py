"""Buttons of the Official Account: a press comes back as text that anybody can type.

So the text carries a mark that only we can make and that is good for one person: what was offered
to somebody else, or to nobody, is not a press but something typed.
"""

from __future__ import annotations

import hmac

from bot.sealing import Sealer

_SIGN = "#"
_MARK_LETTERS = 10
"""40 bits: guessing one is no use to anybody, it would only press an own button."""


class Presses:
    """Turns a button's code into the text that it sends, and back."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def write(self, person: str, code: str) -> str:
        """The text that a button with this code sends when this person presses it."""
        mark = self._sealer.fingerprint(_signed(person, code))[:_MARK_LETTERS]
        return f"{_SIGN}{code}.{mark}"

    def read(self, person: str, text: str) -> str | None:
        """The code of the button that the text comes from; None for text that was typed."""
        code, _, mark = text.removeprefix(_SIGN).rpartition(".")
        if not text.startswith(_SIGN) or not code:
            return None
        given = mark.encode("utf-8", "replace")
        marks = self._sealer.fingerprints(_signed(person, code))
        ours = [hmac.compare_digest(one[:_MARK_LETTERS].encode(), given) for one in marks]
        return code if any(ours) else None


def _signed(person: str, code: str) -> str:
    return f"zalo_oa/{person}/{code}"
