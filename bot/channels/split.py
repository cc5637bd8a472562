"""Long texts cut for channels that refuse them: where a reader would pause, never inside a letter."""

from __future__ import annotations

import unicodedata

_PAUSES = ("\n\n", "\n", " ")
_JOINERS = frozenset({"\u200d", "\ufe0f", "\u20e3"})


def count_units(text: str) -> int:
    """The length in UTF-16 units, as the messengers count; an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split_text(text: str, longest: int) -> list[str]:
    """The text in pieces of at most `longest` UTF-16 units, composed (NFC); none is blank.

    It is cut after a paragraph, else after a line, else after a word, and inside a word only where
    the word itself is too long.
    """
    rest = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode()).strip()
    pieces = []
    while count_units(rest) > longest:
        end = _find_cut(rest, longest)
        pieces.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*pieces, rest] if rest else pieces


def cut_text(text: str, longest: int) -> str:
    """The text, or its beginning and an ellipsis, in at most `longest` UTF-16 units."""
    text = unicodedata.normalize("NFC", text).strip()
    return text if count_units(text) <= longest else f"{split_text(text, longest - 1)[0]}…"


def _find_cut(text: str, longest: int) -> int:
    end = _fitting(text, longest)
    for pause in _PAUSES:
        # A pause right after the end counts: the piece then fills the message.
        found = text.rfind(pause, end // 2, end + len(pause))
        if found > 0:
            return found
    while end > 1 and _belongs_to_the_letter_before(text[end]):
        end -= 1
    # Marks without end hold together nothing that could be read.
    return end if end > 1 else _fitting(text, longest)


def _fitting(text: str, longest: int) -> int:
    """How many letters fit into that many units."""
    units = text.encode("utf-16-le", "surrogatepass")[: longest * 2]
    return max(1, len(units.decode("utf-16-le", "ignore")))


def _belongs_to_the_letter_before(letter: str) -> bool:
    return letter in _JOINERS or unicodedata.combining(letter) != 0
