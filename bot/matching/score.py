"""How well an entry answers a question, as a handful of numbers between 0 and 1.

The index says which entries to look at; here each is looked at from several sides, because no
single measure holds for both three keywords and a whole family story.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from bot.matching.index import Hits, Index
from bot.matching.likelihood import Evidence
from bot.matching.postings import Floats, Ints, Packed

Array = npt.NDArray[np.float64]

FEATURES = (
    "row",  # the best phrasing's BM25, as a share of what the question could reach
    "rows",  # the same for the mean of the three best phrasings
    "back",  # how much of that phrasing the question says in turn
    "shared",  # what question and phrasing share, as a part of all that either says
    "cover",  # how much of the question the entry's phrasings know together
    "own",  # how much likelier the question is with this entry than with any, by emphasis
    "kin",  # the same for the entry's whole family
    "likely",  # how much likelier its words are with this entry, each counting the same
    "likely_marks",  # the same for words with their marks, where marks were typed
    "told",  # how much of it stands in the entry's answer
    "letters",  # likeness letter by letter with the nearest phrasing, marks off
    "words",  # likeness as sets of words, marks off
    "marks",  # likeness letter by letter with the marks that were typed
    "heard",  # the logarithm of the chance that the network gives the entry
)
ROWS_LOOKED_AT = 3
LIKELY_SCALE = 10.0
"""Brings logarithms of an ordinary question's likelihoods near the other features' range."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, ready for comparing."""

    folded: str
    marked: str
    has_marks: bool


@dataclass(frozen=True, slots=True)
class Wordings:
    """The phrasings that questions are compared with, letter by letter."""

    folded: Packed
    marked: Packed


def best_rows(hits: Hits, index: Index, entry: int) -> list[int]:
    """The numbers of an entry's phrasings that scored best, best first."""
    start, end = index.span(entry)
    lost = -hits.rows[start:end]
    if len(lost) <= ROWS_LOOKED_AT:
        order = lost.argsort(kind="stable")
    else:
        top = lost.argpartition(ROWS_LOOKED_AT)[:ROWS_LOOKED_AT]
        order = top[lost[top].argsort(kind="stable")]
    return [start + at for at in order.tolist()]


def features_of(
    asked: Asked,
    hits: Hits,
    evidence: Evidence,
    index: Index,
    wordings: Wordings,
    heard: Floats,
    best: Mapping[int, Sequence[int]],
) -> Floats:
    """The features of some entries for a question: a row each, in the order of `FEATURES`.

    `heard` is what the network says of every entry, `best` has the entries that are looked at, with
    the numbers of their best phrasings, best first.
    """
    entries = list(best)
    counts = np.array([len(numbers) for numbers in best.values()])
    # Entries with fewer phrasings name their best again, which changes no maximum.
    numbers = np.array([[*n, *[n[0]] * (ROWS_LOOKED_AT - len(n))] for n in best.values()])
    seen = np.arange(ROWS_LOOKED_AT) < counts[:, None]
    reach = hits.reach or 1.0
    rows = hits.rows[numbers].astype(np.float64)
    said = hits.said[numbers].astype(np.float64)
    weight = index.row_weights[numbers].astype(np.float64)
    letters, words, marks = _likenesses(asked, wordings, numbers)
    features = (
        rows[:, 0] / reach,
        (rows * seen).sum(axis=1) / counts / reach,
        _share(said, weight).max(axis=1),
        _share(said, weight + reach - said).max(axis=1),
        hits.cover[entries] / reach,
        evidence.own[entries] / LIKELY_SCALE,
        evidence.kin[entries] / LIKELY_SCALE,
        evidence.words[entries] / LIKELY_SCALE,
        evidence.marks[entries] / LIKELY_SCALE,
        hits.told[entries] / reach,
        letters / 100,
        words / 100,
        marks / 100,
        heard[entries] / LIKELY_SCALE,
    )
    return np.stack(features, axis=1).astype(np.float32)


def _share(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _likenesses(asked: Asked, wordings: Wordings, numbers: Ints) -> tuple[Array, Array, Array]:
    """Likeness by letters, by words and by marked letters with the nearest wording of each row."""
    wanted = numbers.ravel().tolist()
    folded = list(map(wordings.folded.__getitem__, wanted))

    def nearest(scorer: Callable[..., float], line: str, lines: list[str]) -> Array:
        likeness: Array = process.cdist([line], lines, scorer=scorer, dtype=np.float64)
        highest: Array = likeness.reshape(numbers.shape).max(axis=1)
        return highest

    letters = nearest(fuzz.ratio, asked.folded, folded)
    words = nearest(fuzz.token_set_ratio, asked.folded, folded)
    if not asked.has_marks:
        return letters, words, letters
    marked = list(map(wordings.marked.__getitem__, wanted))
    return letters, words, nearest(fuzz.ratio, asked.marked, marked)
