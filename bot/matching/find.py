"""A question -> answer, choose or refuse.

Two thresholds on one calibrated certainty decide: above the high one the bot answers, between them
it asks "which of these?", below it says that it does not know. A wrong answer costs more than ten
refusals, so in doubt it asks.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from bot.keep import Keep
from bot.knowledge.model import Base, Entry, Subject
from bot.language.read import Reading, read
from bot.matching.candidates import find_nearest
from bot.matching.certainty import Ranked, rank_inputs, topic_inputs
from bot.matching.counted import join
from bot.matching.emphasis import Emphasis
from bot.matching.index import Index
from bot.matching.likelihood import Speakers
from bot.matching.model import DEFAULT, Fitted, chance
from bot.matching.network import Listener, sounds_of
from bot.matching.postings import Floats, Places
from bot.matching.said import read_said
from bot.matching.score import Asked, features_of
from bot.matching.terms import Concepts, terms_of
from bot.memory import give_back_memory

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
    """What was found for a question; `candidates` best first, `score` the certainty of the best.

    `outside` names the subject that the question is about, where that is none of the base's.
    """

    outcome: Outcome
    candidates: tuple[Candidate, ...]
    score: float
    reading: Reading
    outside: str = ""

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
    """Candidates of a question with their features, before any weighing (for fitting).

    `by_term` has a row for each term of the question: what it says for each candidate.
    """

    reading: Reading
    entries: tuple[int, ...]
    features: Floats
    nearest: tuple[int, ...]
    by_term: Floats


class Matcher:
    """Finds the entry of one base that answers a question; immutable, safe to share."""

    def __init__(self, base: Base, fitted: Fitted = DEFAULT, keep: Keep | None = None) -> None:
        """`keep` has what the wordings say from an earlier start, and is given it otherwise."""
        self.entries: tuple[Entry, ...] = base.spoken
        self._affairs = _affairs_of(base, self.entries)
        self._lists = base.words.lists
        self._concepts = Concepts(base.words.concepts)
        self.fitted = fitted
        # Subjects outside the base compete like entries, so that they can win and be refused.
        self.outside: tuple[Subject, ...] = base.words.outside
        said = [entry.questions for entry in self.entries]
        said += [subject.phrasings for subject in self.outside]
        texts = [(number, text) for number, texts in enumerate(said) for text in texts]
        self._texts = [text for _, text in texts]
        self._owner_of = np.array([owner for owner, _ in texts], dtype=np.int32)
        answers = [f"{entry.answer} {entry.detail}" for entry in self.entries]
        read = read_said(base, self._texts, answers, self._concepts, keep)
        self._lexicon, self._wordings, self._by_line = read.lexicon, read.wordings, read.by_line
        self.vocabulary = read.vocabulary()
        rows = join([read.words, read.pairs])
        owned = rows.by_owner(self._owner_of)
        self._speakers = Speakers(
            owned,
            read.marked.by_owner(self._owner_of),
            self._number_families(),
            read.marked_lexicon,
            Emphasis(fitted.emphasis),
        )
        self.index = Index(self._lexicon, rows, owned, self._owner_of, read.answers)
        del rows, owned, read
        self._listener = self._listen_for(fitted)
        give_back_memory()

    def _number_families(self) -> Places:
        """For each entry the number of its family; every subject outside is one of its own."""
        names = [entry.family for entry in self.entries]
        names += [f"#{number}" for number in range(len(self.outside))]
        numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
        return np.array([numbers[name] for name in names], dtype=np.int32)

    def _listen_for(self, fitted: Fitted) -> Listener | None:
        """The ear for this base's entries; None where no network was trained."""
        if fitted.network is None or not self.entries:
            return None
        names = names_of(self.entries, self.outside)
        return Listener(fitted.network, names, self.sounds_of_wordings)

    def sounds_of_wordings(self, owner: int) -> Iterator[list[str]]:
        """What the network hears of each wording of an entry or subject, told by its number."""
        start, end = self.index.span(owner)
        for reading in map(self.read, self._texts[start:end]):
            marked = reading.words if has_marks(reading) else ()
            yield sounds_of(terms_of(reading.folded, self._concepts), marked)

    def _same(self, line: str) -> int | None:
        """The number of the last phrasing that is this very line once folded."""
        lines = self._wordings.folded
        after = bisect_right(self._by_line, line, key=lines.__getitem__)
        number = int(self._by_line[after - 1]) if after else -1
        return number if after and lines[number] == line else None

    def find(self, text: str) -> Match:
        """The match of a citizen's question."""
        reading = read(text, self._lists, self.vocabulary)
        same = self._same(reading.line)
        if same is not None:
            return self._known(reading, same)
        weighed = self.weigh(reading)
        ranked = self.rank(weighed, self.fitted.weights)
        if ranked is None:
            return Match(Outcome.REFUSE, (), 0.0, reading)
        return self._decide(weighed, ranked)

    def _known(self, reading: Reading, number: int) -> Match:
        """The match of a question that stands in the base word for word."""
        owner = int(self._owner_of[number])
        if owner >= len(self.entries):
            subject = self.outside[owner - len(self.entries)]
            return Match(Outcome.REFUSE, (), 0.0, reading, subject.title)
        only = Candidate(self.entries[owner].id, 1.0, self._texts[number])
        return Match(Outcome.ANSWER, (only,), 1.0, reading)

    def read(self, text: str) -> Reading:
        """A question as this base reads it."""
        return read(text, self._lists, self.vocabulary)

    def weigh(self, reading: Reading) -> Weighed:
        """The candidates of a question with their features."""
        terms = terms_of(reading.folded, self._concepts)
        keys = self._lexicon.keys(terms)
        found = self.index.owned.look_up(keys)
        hits = self.index.search(terms, keys, found)
        marked = reading.words if has_marks(reading) else ()
        evidence = self._speakers.evidence(terms, keys, found, marked)
        nearest = find_nearest(self.index, hits, evidence, len(self.entries))
        if not len(nearest.entries):
            nothing = np.zeros((0, 0), dtype=np.float32)
            return Weighed(reading, (), nothing, (), nothing)
        asked = Asked(reading.line, " ".join(reading.words), has_marks(reading))
        heard = self._hear(terms, marked)
        row_weights = self.index.row_weights[nearest.numbers]
        features = features_of(asked, hits, evidence, nearest, row_weights, self._wordings, heard)
        by_term = evidence.emphasis[:, None] * evidence.by_term(nearest.entries)
        best = tuple(nearest.numbers[:, 0].tolist())
        return Weighed(reading, tuple(nearest.entries.tolist()), features, best, by_term)

    def _hear(self, terms: Sequence[str], marked: Sequence[str]) -> Floats:
        """What the network says of every entry and subject; without one it says the same of all."""
        if self._listener is None:
            return np.zeros(len(self.entries) + len(self.outside), dtype=np.float32)
        return self._listener.listen(sounds_of(terms, marked))

    def terms_and_evidence(self, text: str) -> tuple[list[str], Floats]:
        """The terms of a question, and for each what it says for every entry (for learning)."""
        terms = terms_of(self.read(text).folded, self._concepts)
        keys = self._lexicon.keys(terms)
        evidence = self._speakers.evidence(terms, keys, self.index.owned.look_up(keys), ())
        return terms, evidence.by_term(slice(None))

    def rank(self, weighed: Weighed, weights: Sequence[float]) -> Ranked | None:
        """The candidates in order under some weights; None where no entry is among them."""
        known = len(self.entries)
        places = [at for at, number in enumerate(weighed.entries) if number < known]
        if not places:
            return None
        scores = weighed.features @ np.asarray(weights, dtype=np.float32)
        order = sorted(places, key=lambda at: (-float(scores[at]), at))
        affairs = tuple(self._affairs[n] if n < known else None for n in weighed.entries)
        return Ranked(
            weighed.reading, weighed.features, weighed.by_term, scores, tuple(order), affairs
        )

    def _decide(self, weighed: Weighed, ranked: Ranked) -> Match:
        fitted = self.fitted
        on_topic = chance(fitted.topic, topic_inputs(ranked))
        right = chance(fitted.rank, rank_inputs(ranked))
        best = float(ranked.scores[ranked.order[0]])
        candidates = tuple(
            Candidate(
                self.entries[weighed.entries[at]].id,
                # Never 1: that is kept for a question that stands in the base word for word.
                min(0.999, on_topic * right * math.exp(float(ranked.scores[at]) - best)),
                self._texts[weighed.nearest[at]],
            )
            for at in ranked.order[:5]
        )
        outcome = Outcome.REFUSE
        if on_topic >= fitted.answer_topic and right >= fitted.answer_rank:
            outcome = Outcome.ANSWER
        elif on_topic >= fitted.choose_topic:
            outcome = Outcome.CHOOSE
        outside = self._subject(weighed, ranked) if outcome is Outcome.REFUSE else ""
        return Match(outcome, candidates, candidates[0].score, weighed.reading, outside)

    def _subject(self, weighed: Weighed, ranked: Ranked) -> str:
        """The subject outside the base that comes first of all; empty where an entry does."""
        first = weighed.entries[int(np.argmax(ranked.scores))]
        known = len(self.entries)
        return self.outside[first - known].title if first >= known else ""


def _affairs_of(base: Base, entries: Sequence[Entry]) -> tuple[frozenset[str], ...]:
    """For each entry the things that it answers, with its family as one of them."""
    found = {entry.id: {f"#{entry.family}"} for entry in entries}
    for affair in base.affairs:
        for id_ in affair.entries:
            if id_ in found:
                found[id_].add(affair.id)
    return tuple(frozenset(some) for some in found.values())


def names_of(entries: Sequence[Entry], outside: Sequence[Subject]) -> list[str]:
    """The names under which the network knows entries and subjects outside the base."""
    return [entry.id for entry in entries] + [f"#{subject.id}" for subject in outside]


def has_marks(reading: Reading) -> bool:
    """Whether marks were typed at all; then a word without one means to have none."""
    return any(not word.isascii() for word in reading.words)
