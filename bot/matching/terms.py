"""What a text is compared by: its words, pairs of neighbours, and the concepts that stand in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

PAIR_WEIGHT = 0.8
CONCEPT_WEIGHT = 1.0


class Concepts:
    """Groups of phrases that mean the same ("hòm phiếu", "thùng phiếu"); each group is a term."""

    def __init__(self, groups: Iterable[Iterable[tuple[str, ...]]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for number, group in enumerate(groups):
            for phrase in group:
                if phrase:
                    named = (phrase, f"#{number}")
                    self._by_first.setdefault(phrase[0], []).append(named)

    def __call__(self, words: Sequence[str]) -> list[str]:
        """The concept terms that stand in the words, each once."""
        found: dict[str, None] = {}
        for at, word in enumerate(words):
            for phrase, name in self._by_first.get(word, ()):
                if tuple(words[at : at + len(phrase)]) == phrase:
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
