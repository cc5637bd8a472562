"""How the work grows with its input: a ratio that means the same on every machine, however busy."""

from __future__ import annotations

import time
from collections.abc import Callable

_TRIES = 3
_FLOOR_S = 1e-3
"""Shorter work than this is all start and no growth."""


def growth(work: Callable[[int], object], size: int, times: int) -> float:
    """The processor time of `times` as much input over that of `size`, the best of three each.

    About `times` where the work is in proportion to its input, the square of it where quadratic.
    """
    return _least(work, size * times) / max(_least(work, size), _FLOOR_S)


def _least(work: Callable[[int], object], size: int) -> float:
    spans = []
    for _ in range(_TRIES):
        begun = time.process_time()
        work(size)
        spans.append(time.process_time() - begun)
    return min(spans)
