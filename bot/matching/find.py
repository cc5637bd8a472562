"""A question -> answer, choose or refuse.

Two thresholds on one calibrated certainty decide: above the high one the bot answers, between them
it asks "which of these?", below it says that it does not know. A wrong answer costs more than ten
refusals, so in doubt it asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from bot.knowledge.model import Base, Entry
from bot.language.read import Reading, read, read_own
from bot.language.vocabulary import Vocabulary
from bot.matching.index import Hits, Index
from bot.matching.likelihood import Likelihood
from bot.matching.model import DEFAULT, Fitted, certainty_of
from bot.matching.postings import Floats
from bot.matching.score import FEATURES, Asked, Evidence, Row, best_rows, features_of
from bot.matching.terms import Concepts, pairs_of, terms_of

CANDIDATES = 20
CHOICES = 3


class Outcome(StrEnum):
    """What the bot does with a question."""

    ANSWER = "answer"
    CHOOSE = "choose"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that may answer, with the wording that came nearest."""

    entry: str
    score: float
    phrasing: str


@dataclass(frozen=True, slots=True)
class Match:
    """What was found for a question; `candidates` best first, `score` the certainty of the best."""

    outcome: Outcome
    candidates: tuple[Candidate, ...]
    score: float
    reading: Reading

    @property
    def entries(self) -> tuple[str, ...]:
        """The entries that are given: one answer, up to three choices, or none."""
        if self.outcome is Outcome.ANSWER:
            return (self.candidates[0].entry,)
        if self.outcome is Outcome.CHOOSE:
            return tuple(c.entry for c in self.candidates[:CHOICES])
        return ()


@dataclass(frozen=True, slots=True)
class Weighed:
    """Candidates of a question with their features, before any weighing (for fitting)."""

    reading: Reading
    entries: tuple[int, ...]
    features: Floats
    nearest: tuple[int, ...]


class Matcher:
    """Finds the entry of one base that answers a question; immutable, safe to share."""

    def __init__(self, base: Base, fitted: Fitted = DEFAULT) -> None:
        self.entries: tuple[Entry, ...] = base.spoken
        self._lists = base.words.lists
        self._concepts = Concepts(base.words.concepts)
        self.fitted = fitted
        texts = [
            (owner, text) for owner, entry in enumerate(self.entries) for text in entry.questions
        ]
        owners = [owner for owner, _ in texts]
        readings = [read_own(text, self._lists) for _, text in texts]
        self.vocabulary = Vocabulary(folded for _, folded in readings)
        terms = [tuple(terms_of(folded, self._concepts)) for _, folded in readings]
        answers = [
            terms_of(read_own(f"{entry.answer} {entry.detail}")[1], self._concepts)
            for entry in self.entries
        ]
        self.index = Index(terms, owners, answers)
        owner_of = np.asarray(owners, dtype=np.int64)
        entries = len(self.entries)
        self._words = Likelihood((folded for _, folded in readings), owner_of, entries)
        self._pairs = Likelihood((pairs_of(f) for _, f in readings), owner_of, entries)
        self._marks = Likelihood((words for words, _ in readings), owner_of, entries)
        weights = self.index.row_weights.tolist()
        self.rows = [
            Row(owner, text, " ".join(folded), " ".join(words), row_terms, weight)
            for (owner, text), (words, folded), row_terms, weight in zip(
                texts, readings, terms, weights, strict=True
            )
        ]
        self._exact = {row.folded: row for row in self.rows}

    def find(self, text: str) -> Match:
        """The match of a citizen's question."""
        reading = read(text, self._lists, self.vocabulary)
        same = self._exact.get(reading.line)
        if same is not None:
            only = Candidate(self.entries[same.owner].id, 1.0, same.text)
            return Match(Outcome.ANSWER, (only,), 1.0, reading)
        weighed = self.weigh(reading)
        if not weighed.entries:
            return Match(Outcome.REFUSE, (), 0.0, reading)
        return self._decide(weighed)

    def read(self, text: str) -> Reading:
        """A question as this base reads it."""
        return read(text, self._lists, self.vocabulary)

    def weigh(self, reading: Reading) -> Weighed:
        """The candidates of a question with their features."""
        terms = terms_of(reading.folded, self._concepts)
        hits = self.index.search(terms)
        evidence = self._evidence(reading)
        numbers = self._candidates(hits, evidence)
        weights = {term: self.index.weight(term) for term in terms}
        asked = Asked(
            folded=reading.line,
            marked=" ".join(reading.words),
            has_marks=has_marks(reading),
            terms=frozenset(terms),
        )
        rows = [best_rows(hits, self.index, entry) for entry in numbers]
        found = [
            features_of(asked, hits, evidence, entry, best, self.rows, weights)
            for entry, best in zip(numbers, rows, strict=True)
        ]
        features = np.stack(found) if found else np.zeros((0, 0), dtype=np.float32)
        return Weighed(reading, tuple(numbers), features, tuple(best[0] for best in rows))

    def _evidence(self, reading: Reading) -> Evidence:
        folded = dict.fromkeys(reading.folded)
        words = self._words.of(folded)
        marks = self._marks.of(dict.fromkeys(reading.words)) if has_marks(reading) else words
        return Evidence(words, self._pairs.of(dict.fromkeys(pairs_of(reading.folded))), marks)

    def _candidates(self, hits: Hits, evidence: Evidence) -> list[int]:
        if not self.index.entries:
            return []
        best = self.index.best_by_entry(hits.rows)
        merit = evidence.words + 0.5 * evidence.pairs + 0.5 * best
        count = min(CANDIDATES, len(merit))
        top = np.argpartition(-merit, count - 1)[:count]
        top = top[np.argsort(-merit[top], kind="stable")]
        return [int(entry) for entry in top if best[entry] > 0]

    def _decide(self, weighed: Weighed) -> Match:
        fitted = self.fitted
        scores = weighed.features @ np.asarray(fitted.weights, dtype=np.float32)
        order = np.argsort(-scores, kind="stable")
        certainty = certainty_of(fitted, certainty_inputs(weighed, scores, order))
        shares = np.exp(scores[order] - scores[order[0]])
        candidates = tuple(
            Candidate(
                self.entries[weighed.entries[at]].id,
                # Never 1: that is kept for a question that stands in the base word for word.
                min(0.999, certainty * float(share)),
                self.rows[weighed.nearest[at]].text,
            )
            for at, share in zip(order[:5], shares[:5], strict=False)
        )
        outcome = Outcome.REFUSE
        if certainty >= fitted.answer_above:
            outcome = Outcome.ANSWER
        elif certainty >= fitted.choose_above:
            outcome = Outcome.CHOOSE
        return Match(outcome, candidates, candidates[0].score, weighed.reading)


def has_marks(reading: Reading) -> bool:
    """Whether marks were typed at all; then a word without one means to have none."""
    return any(not word.isascii() for word in reading.words)


def certainty_inputs(weighed: Weighed, scores: Floats, order: Sequence[int]) -> list[float]:
    """The inputs of the calibration, in the order of `model.CERTAINTY`."""
    first = int(order[0])
    best = float(scores[first])
    second = float(scores[int(order[1])]) if len(order) > 1 else 0.0
    words = len(weighed.reading.folded) or 1
    return [
        1.0,
        best,
        best - second,
        float(weighed.features[first][FEATURES.index("cover")]),
        float(weighed.features[first][FEATURES.index("letters")]),
        len(weighed.reading.unknown) / words,
        1.0 / words,
    ]
