"""Telex and VNI: words typed for an input method that was switched off.

"baauf cuwr" is "bầu cử" in Telex keys, "bau62 cu73" the same in VNI. A word is decoded only where
it is no Vietnamese syllable as it stands and becomes one by decoding.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from bot.language.fold import fold, place_tones
from bot.language.syllables import is_syllable

_TELEX_TONES = {"f": 0, "s": 1, "r": 2, "x": 3, "j": 4}
_VNI_TONES = {"2": 0, "1": 1, "3": 2, "4": 3, "5": 4}
_TONED = {
    "a": "àáảãạ", "ă": "ằắẳẵặ", "â": "ầấẩẫậ", "e": "èéẻẽẹ", "ê": "ềếểễệ", "i": "ìíỉĩị",
    "o": "òóỏõọ", "ô": "ồốổỗộ", "ơ": "ờớởỡợ", "u": "ùúủũụ", "ư": "ừứửữự", "y": "ỳýỷỹỵ",
}  # fmt: skip
_VOWELS = frozenset(_TONED)
_HATS = {"a": "â", "e": "ê", "o": "ô"}
_HORNS = {"o": "ơ", "u": "ư"}
_TONE_BEARERS = "ơâêôăư"

# No Vietnamese vowel looks so. A word typed in VNI is not left half done, so "dieu29" is no đièu
# but Điều 29, and "khoa16" is the term of a parliament.
_NO_VOWEL = re.compile(r"(?<!g)[iy]e\w|(?<!q)uo\w|o[âêô]")

# Foreign words that would decode into a syllable hardly anybody uses. "sex" is no such word: who
# types in Telex means "sẽ".
FOREIGN = frozenset(
    "visa test pass photo taxi bus virus data usa tax box mix sos xerox nasa offer express".split()
)
_STOPS = ("c", "ch", "p", "t")
_TONES_OF_STOPS = (None, 1, 4)

# What a key does to the letters before it: (letters, key, whether there is a vowel) -> did it act?
_Press = Callable[[list[str], str, bool], bool]


@lru_cache(maxsize=20_000)
def decode_keys(word: str) -> str | None:
    """The word that Telex or VNI keys stand for, or None where they stand for nothing.

    `word` is one lower-case word without spaces.
    """
    if len(word) < 2 or len(word) > 12 or not word.isascii() or is_syllable(word):
        return None
    if word in FOREIGN:
        return None
    if any(c.isdigit() for c in word):
        return _decode(word, _VNI_TONES, _press_vni) if word[0].isalpha() else None
    return _decode(word, _TELEX_TONES, _press_telex)


def _decode(word: str, tones: dict[str, int], press: _Press) -> str | None:
    letters: list[str] = []
    tone: int | None = None
    for key in word:
        has_vowel = any(c in _VOWELS for c in letters)
        if key in tones and has_vowel:
            if tone is not None and key.isdigit():
                return None
            tone = tones[key]
        elif not press(letters, key, has_vowel):
            letters.append(key)
    _finish_horns(letters)
    spelled = "".join(letters)
    if not spelled.isalpha() or not is_syllable(fold(spelled)):
        return None
    # A syllable that ends so has one of two tones: "next" and "text" are no words in keys.
    if spelled.endswith(_STOPS) and tone not in _TONES_OF_STOPS:
        return None
    if tones is _VNI_TONES and _NO_VOWEL.search(spelled):
        return None
    return place_tones(spelled if tone is None else _put_tone(letters, tone))


def _press_telex(letters: list[str], key: str, has_vowel: bool) -> bool:
    """Let a Telex key change an earlier letter; say whether it did."""
    if key == "w":
        return _put_horn(letters) or (not has_vowel and _append(letters, "ư"))
    if key == "d":
        return _put_bar(letters)
    if key in _HATS and letters[-2:] != ["o", "e"]:  # "ngoeof" is ngoèo: there is no ôe
        return _put_hat(letters, key)
    return False


def _press_vni(letters: list[str], key: str, has_vowel: bool) -> bool:
    """Let a VNI digit change an earlier letter; say whether it did."""
    if key == "6":
        return any(_put_hat(letters, vowel) for vowel in "aeo")
    if key == "7":
        return _put_horn(letters)
    if key == "8":
        return _replace_last(letters, "a", "ă")
    return key == "9" and _put_bar(letters)


def _append(letters: list[str], letter: str) -> bool:
    letters.append(letter)
    return True


def _replace_last(letters: list[str], old: str, new: str) -> bool:
    for at in range(len(letters) - 1, -1, -1):
        if letters[at] == old:
            letters[at] = new
            return True
    return False


def _put_bar(letters: list[str]) -> bool:
    if letters and letters[0] == "d":
        letters[0] = "đ"
        return True
    return False


def _put_hat(letters: list[str], vowel: str) -> bool:
    return _replace_last(letters, vowel, _HATS[vowel])


def _put_horn(letters: list[str]) -> bool:
    pair = "".join(letters).rfind("uo")
    if pair >= 0:
        letters[pair : pair + 2] = ["ư", "ơ"]
        return True
    for at in range(len(letters) - 1, -1, -1):
        letter = letters[at]
        if letter in _HORNS:
            letters[at] = _HORNS[letter]
            return True
        if letter == "a":
            letters[at] = "ă"
            return True
    return False


def _finish_horns(letters: list[str]) -> None:
    """One horn key does for both letters of ươ: "ưo" and "uơ" before a closing mean "ươ"."""
    for at, (left, right) in enumerate(zip(letters, letters[1:], strict=False)):
        closed = at + 2 < len(letters)
        if (left, right) == ("ư", "o") or ((left, right) == ("u", "ơ") and closed):
            letters[at : at + 2] = ["ư", "ơ"]
    if letters[-2:] == ["ư", "ơ"]:  # an open ươ does not exist: thuở, quở
        letters[-2:] = ["u", "ơ"]


def _put_tone(letters: list[str], tone: int) -> str:
    at = _tone_place(letters)
    return "".join([*letters[:at], _TONED[letters[at]][tone], *letters[at + 1 :]])


def _tone_place(letters: list[str]) -> int:
    """Where the tone goes: on a marked vowel, else by the number of vowels and the closing."""
    first = 0
    spelled = "".join(letters)
    if spelled.startswith(("qu", "gi")) and len(letters) > 2:
        first = 2
    vowels = [at for at, c in enumerate(letters) if c in _VOWELS and at >= first]
    if not vowels:
        vowels = [at for at, c in enumerate(letters) if c in _VOWELS]
    marked = [at for at in vowels if letters[at] in _TONE_BEARERS]
    if marked:
        return marked[-1]
    if len(vowels) == 1:
        return vowels[0]
    closed = vowels[-1] < len(letters) - 1
    return vowels[-1] if closed and len(vowels) == 2 else vowels[-2]
