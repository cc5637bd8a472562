"""How well an entry answers a question, as a handful of numbers between 0 and 1.

The index says which entries to look at; here each is looked at from several sides, because no
single measure holds for both three keywords and a whole family story.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from bot.matching.candidates import Nearest
from bot.matching.index import Hits
from bot.matching.likelihood import Evidence
from bot.matching.lines import Lines
from bot.matching.postings import Floats, Ints

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

    folded: Lines
    marked: Lines


def features_of(
    asked: Asked,
    hits: Hits,
    evidence: Evidence,
    nearest: Nearest,
    row_weights: Floats,
    wordings: Wordings,
    heard: Floats,
) -> Floats:
    """The features of the nearest entries for a question: a row each, in the order of `FEATURES`.

    `row_weights` has what all terms of the nearest phrasings are worth, `heard` what the network
    says of every entry.
    """
    counts = nearest.counts
    own = np.arange(nearest.numbers.shape[1]) < counts[:, None]
    reach = hits.reach or 1.0
    rows, said = nearest.scores.astype(np.float64), nearest.said.astype(np.float64)
    weight = row_weights.astype(np.float64)
    letters, words, marks = _likenesses(asked, wordings, nearest.numbers)
    of_words = np.stack((hits.cover, hits.told))[:, nearest.entries] / reach
    told = (evidence.own, evidence.kin, evidence.words, evidence.marks, heard)
    of_chances = np.stack(told)[:, nearest.entries] / LIKELY_SCALE
    features = (
        rows[:, 0] / reach,
        (rows * own).sum(axis=1) / counts / reach,
        _share(said, weight).max(axis=1),
        _share(said, weight + reach - said).max(axis=1),
        of_words[0],
        *of_chances[:4],
        of_words[1],
        letters / 100,
        words / 100,
        marks / 100,
        of_chances[4],
    )
    return np.stack(features, axis=1, dtype=np.float32, casting="same_kind")


def _share(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _likenesses(asked: Asked, wordings: Wordings, numbers: Ints) -> tuple[Array, Array, Array]:
    """Likeness by letters, by words and by marked letters with the nearest wording of each row."""
    wanted = numbers.ravel()
    folded = wordings.folded.at(wanted)

    def nearest(scorer: Callable[..., float], line: str, lines: list[str]) -> Array:
        likeness: Array = process.cdist([line], lines, scorer=scorer, dtype=np.float64)
        highest: Array = likeness.reshape(numbers.shape).max(axis=1)
        return highest

    letters = nearest(fuzz.ratio, asked.folded, folded)
    words = nearest(fuzz.token_set_ratio, asked.folded, folded)
    if not asked.has_marks:
        return letters, words, letters
    return letters, words, nearest(fuzz.ratio, asked.marked, wordings.marked.at(wanted))
