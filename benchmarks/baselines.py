"""What people reach for instead: four ready-made ways of finding the entry, given the same wordings.

All of them see text without marks, in lower case, as words. Each gives a score for every entry.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import bm25s
import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from bot.language.fold import fold, tidy
from bot.language.read import split_words
from bot.matching.terms import pairs_of

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Wordings:
    """All wordings of a base, folded, with the number of the entry that each belongs to.

    Ascending; numbers from `entries` on are the base's subjects that no entry answers.
    """

    lines: Sequence[str]
    owners: npt.NDArray[np.int64]
    owned: int
    entries: int

    def best_by_owner(self, scores: Scores) -> Scores:
        """The best wording's score of each entry and subject."""
        starts = np.searchsorted(self.owners, np.arange(self.owned))
        best: Scores = np.maximum.reduceat(scores, starts)
        return best


class Baseline(Protocol):
    """One way of finding the entry."""

    name: str

    def scores(self, line: str) -> Scores:
        """The score of every entry and subject for a folded question."""
        ...


def fold_line(text: str) -> str:
    """A text as the baselines see it."""
    return " ".join(split_words(fold(tidy(text))))


class Bm25Pairs:
    """bm25s over words and pairs of neighbours."""

    name = "bm25s, words and pairs"

    def __init__(self, wordings: Wordings) -> None:
        self._wordings = wordings
        self._index = bm25s.BM25()
        self._index.index([_terms(line) for line in wordings.lines], show_progress=False)

    def scores(self, line: str) -> Scores:
        """The best wording's score of each entry."""
        terms = [term for term in _terms(line) if term in self._index.vocab_dict]
        if not terms:
            return np.zeros(self._wordings.owned)
        found = np.asarray(self._index.get_scores(terms), dtype=np.float64)
        return self._wordings.best_by_owner(found)


class TokenSet:
    """rapidfuzz token_set_ratio against every wording."""

    name = "rapidfuzz token_set_ratio"

    def __init__(self, wordings: Wordings) -> None:
        self._wordings = wordings

    def scores(self, line: str) -> Scores:
        """The best wording's score of each entry."""
        found = process.cdist([line], self._wordings.lines, scorer=fuzz.token_set_ratio)
        return self._wordings.best_by_owner(found[0].astype(np.float64))


class CharacterClassifier:
    """TF-IDF of characters with a linear support vector machine, a class for each entry."""

    name = "TF-IDF characters, linear classifier"

    def __init__(self, wordings: Wordings) -> None:
        self._vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)
        self._classifier = LinearSVC(C=1.0, random_state=0)
        rows = self._vectors.fit_transform(wordings.lines)
        self._classifier.fit(rows, wordings.owners)

    def scores(self, line: str) -> Scores:
        """The classifier's margin of each entry."""
        found: Scores = self._classifier.decision_function(self._vectors.transform([line]))[0]
        return found


class FullText:
    """SQLite FTS5: any word may match, ranked by its own BM25."""

    name = "SQLite FTS5"

    def __init__(self, wordings: Wordings) -> None:
        self._wordings = wordings
        self._rows = sqlite3.connect(":memory:")
        self._rows.execute("CREATE VIRTUAL TABLE wording USING fts5(line)")
        self._rows.executemany(
            "INSERT INTO wording (rowid, line) VALUES (?, ?)", enumerate(wordings.lines)
        )

    def scores(self, line: str) -> Scores:
        """The best wording's score of each entry."""
        found = np.zeros(len(self._wordings.lines))
        words = dict.fromkeys(line.split())
        if words:
            wanted = " OR ".join(f'"{word}"' for word in words)
            rows = self._rows.execute(
                "SELECT rowid, -bm25(wording) FROM wording WHERE wording MATCH ?", (wanted,)
            )
            for number, score in rows:
                found[number] = score
        return self._wordings.best_by_owner(found)


BASELINES: tuple[type[Bm25Pairs | TokenSet | CharacterClassifier | FullText], ...] = (
    Bm25Pairs,
    TokenSet,
    CharacterClassifier,
    FullText,
)


def _terms(line: str) -> list[str]:
    words = line.split()
    return [*words, *pairs_of(words)]
