"""What a text is compared by: its words, pairs of neighbours, and the concepts that stand in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

PAIR_WEIGHT = 0.8
CONCEPT_WEIGHT = 1.0


class Concepts:
    """Groups of phrases that mean the same ("hòm phiếu", "thùng phiếu"); each group is a term."""

    def __init__(self, groups: Iterable[Iterable[tuple[str, ...]]]) -> None:
        self._names: dict[tuple[str, ...], list[str]] = {}
        lengths: dict[str, set[int]] = {}
        for number, group in enumerate(groups):
            for phrase in group:
                if phrase:
                    self._names.setdefault(phrase, []).append(f"#{number}")
                    lengths.setdefault(phrase[0], set()).add(len(phrase))
        self._lengths = {first: sorted(some) for first, some in lengths.items()}

    def __call__(self, words: Sequence[str]) -> list[str]:
        """The concept terms that stand in the words, each once."""
        found: dict[str, None] = {}
        for at, word in enumerate(words):
            for length in self._lengths.get(word, ()):
                for name in self._names.get(tuple(words[at : at + length]), ()):
                    found[name] = None
        return list(found)


def pairs_of(words: Sequence[str]) -> list[str]:
    """The pairs of neighbours."""
    return [f"{a}_{b}" for a, b in zip(words, words[1:], strict=False)]


def terms_of(words: Sequence[str], concepts: Concepts) -> list[str]:
    """The terms of folded words: each word, each pair of neighbours and each concept, once."""
    return list(dict.fromkeys([*words, *pairs_of(words), *concepts(words)]))


def kind_weight(term: str) -> float:
    """How much a term of this kind counts beside its rarity."""
    if term[0] == "#":
        return CONCEPT_WEIGHT
    return PAIR_WEIGHT if "_" in term else 1.0
