"""Which letters can be a Vietnamese syllable, marks left out.

Used to tell a word from keyboard keys, from a typing error and from two words grown together.
The inventory is the usual description of the syllable: an onset and a rime.
"""

from __future__ import annotations

from functools import lru_cache

_ONSETS = (
    "ngh", "ng", "nh", "gh", "gi", "kh", "ph", "qu", "th", "tr", "ch",
    "b", "c", "d", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "x", "",
)  # fmt: skip

_RIMES = frozenset(
    """
    a ac ach ai am an ang anh ao ap at au ay e ec ech em en eng enh eo ep et eu i ia ich iec iem ien
    ieng iep iet ieu im in inh ip it iu o oa oac oach oai oam oan oang oanh oao oap oat oay oc oe
    oen oeo oet oi om on ong ooc oong op ot u ua uan uang uat uay uc ue uech uenh ui uy uya uych
    uyen uyet uynh uyt uyu uu um un ung uo uoc uoi uom uon uong uop uot uou up ut uan uang uau uay
    y yem yen yet yeu ym
    """.split()
)
_AFTER_QU = frozenset(
    """
    a ac ach ai am an ang anh ao ap at au ay e ec en eng eo et o oc i in inh it y yen yet ynh yt ych e
    ua uan ang
    """.split()
)
_AFTER_GI = frozenset(
    """
    a ac ai am an ang anh ao ap at au ay e em eng eo ep et o oi on ong op ot u ua uc ui um un
    ung uoc uong up ut
    """.split()
) | {""}


@lru_cache(maxsize=20_000)
def is_syllable(folded: str) -> bool:
    """Whether the letters, lower case and without marks, can be one Vietnamese syllable."""
    if not 1 <= len(folded) <= 7:
        return False
    return any(
        folded.startswith(onset) and folded[len(onset) :] in _rimes_after(onset)
        for onset in _ONSETS
    )


def _rimes_after(onset: str) -> frozenset[str]:
    if onset == "qu":
        return _AFTER_QU
    if onset == "gi":
        return _AFTER_GI
    return _RIMES
