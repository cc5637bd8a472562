"""Questions that mean nearly the same, put together: by the words the matcher reads in them.

Two readings are near where the words they share weigh most of what both hold; a rare word weighs
more than a common one. The most asked one leads its group.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

NEAR = 0.6
"""Shared weight over the weight of both together, from which on two readings are near."""


def group_near(readings: Sequence[str], near: float = NEAR) -> list[tuple[int, ...]]:
    """The places of the readings in groups, each with its leader first, in the order of the leaders.

    They are given by weight: the first leads, and later ones join the nearest leader before them.
    Those of the very same words stay together, whatever leaders came between.
    """
    words = [frozenset(reading.split()) for reading in readings]
    known = Counter(word for some in words for word in some)
    weight = {word: math.log(1 + len(words) / n) for word, n in known.items()}
    heavy = [sum(weight[w] for w in some) for some in words]
    leaders: dict[str, list[int]] = defaultdict(list)
    groups: dict[int, list[int]] = {}
    homes: dict[frozenset[str], int] = {}
    for place, some in enumerate(words):
        if some in homes:
            groups[homes[some]].append(place)
            continue
        shared: dict[int, float] = defaultdict(float)
        for word in some:
            for leader in leaders[word]:
                shared[leader] += weight[word]
        best, nearest = -1, 0.0
        for leader, together in shared.items():
            likeness = together / (heavy[place] + heavy[leader] - together)
            if likeness > nearest:
                best, nearest = leader, likeness
        if nearest >= near:
            groups[best].append(place)
            homes[some] = best
            continue
        groups[place] = [place]
        if some:
            homes[some] = place
        for word in some:
            leaders[word].append(place)
    return [tuple(members) for members in groups.values()]
