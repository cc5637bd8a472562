"""How well an entry answers a question, as a handful of numbers between 0 and 1.

The index says which entries to look at; here each is looked at from several sides, because no
single measure holds for both three keywords and a whole family story.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz

from bot.matching.index import Hits, Index
from bot.matching.postings import Floats

FEATURES = (
    "row",  # the best phrasing's BM25, as a share of what the question could reach
    "rows",  # the same for the mean of the three best phrasings
    "back",  # how much of that phrasing the question says in turn
    "shared",  # what question and phrasing share, as a part of all that either says
    "cover",  # how much of the question the entry's phrasings know together
    "likely",  # how much likelier the question's words are with this entry than with any
    "likely_pairs",  # the same for pairs of neighbours
    "likely_marks",  # the same for words with their marks, where marks were typed
    "told",  # how much of it stands in the entry's answer
    "letters",  # likeness letter by letter with the nearest phrasing, marks off
    "words",  # likeness as sets of words, marks off
    "marks",  # likeness letter by letter with the marks that were typed
)
ROWS_LOOKED_AT = 3
LIKELY_SCALE = 10.0
"""Brings the log-likelihood ratio of an ordinary question near the other features' range."""


@dataclass(frozen=True, slots=True)
class Row:
    """One wording of an entry, ready for comparing."""

    owner: int
    text: str
    folded: str
    marked: str
    terms: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, ready for comparing."""

    folded: str
    marked: str
    has_marks: bool
    terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Log-likelihood ratios of every entry for a question, by kind of term."""

    words: Floats
    pairs: Floats
    marks: Floats


def best_rows(hits: Hits, index: Index, entry: int) -> list[int]:
    """The numbers of an entry's phrasings that scored best, best first."""
    start = int(index.starts[entry])
    end = int(index.starts[entry + 1]) if entry + 1 < index.entries else index.size
    scores = hits.rows[start:end]
    if len(scores) <= ROWS_LOOKED_AT:
        order = np.argsort(-scores, kind="stable")
    else:
        top = np.argpartition(-scores, ROWS_LOOKED_AT)[:ROWS_LOOKED_AT]
        order = top[np.argsort(-scores[top], kind="stable")]
    return [start + int(at) for at in order]


def features_of(
    asked: Asked,
    hits: Hits,
    evidence: Evidence,
    entry: int,
    numbers: Sequence[int],
    rows: Sequence[Row],
    weights: Mapping[str, float],
) -> Floats:
    """The features of one entry for a question, in the order of `FEATURES`.

    `numbers` are its best phrasings; `weights` what each term of the question is worth.
    """
    reach = hits.reach or 1.0
    scores = [float(hits.rows[number]) for number in numbers]
    back = shared = letters = words = marks = 0.0
    for number in numbers:
        row = rows[number]
        if row.weight:
            said = sum(weights.get(term, 0.0) for term in row.terms if term in asked.terms)
            back = max(back, said / row.weight)
            shared = max(shared, said / (row.weight + reach - said))
        letters = max(letters, fuzz.ratio(asked.folded, row.folded))
        words = max(words, fuzz.token_set_ratio(asked.folded, row.folded))
        if asked.has_marks:
            marks = max(marks, fuzz.ratio(asked.marked, row.marked))
    return np.array(
        [
            scores[0] / reach,
            sum(scores) / len(scores) / reach,
            back,
            shared,
            float(hits.cover[entry]) / reach,
            float(evidence.words[entry]) / LIKELY_SCALE,
            float(evidence.pairs[entry]) / LIKELY_SCALE,
            float(evidence.marks[entry]) / LIKELY_SCALE,
            float(hits.told[entry]) / reach,
            letters / 100,
            words / 100,
            (marks if asked.has_marks else letters) / 100,
        ],
        dtype=np.float32,
    )
