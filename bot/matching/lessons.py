"""What the base's own wordings teach: which words tell entries apart, and which only mislead.

A part of the wordings is hidden, the rest is searched for each of them, and every word that spoke
for the entry where the wording belongs counts more from then on, every word that spoke for another
one less. No question of anybody is needed for it.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bot.knowledge.model import Base
from bot.matching.emphasis import plain_emphasis
from bot.matching.evaluate import Query
from bot.matching.find import Matcher
from bot.matching.postings import Floats, Ints

PARTS = 5
RIVALS = 20
"""How many entries a hidden wording is tried on."""
SEEN_AT_LEAST = 20
"""A term in fewer hidden wordings than this keeps its plain emphasis."""

_ROUNDS = 6
_BATCH = 64
_STEP = 0.03
_PULL = 1e-3
_SHARPNESS = 0.7
_SEED = 20_261_123


@dataclass(frozen=True, slots=True)
class Lesson:
    """A hidden wording: what each of its terms says for each rival, and which rival is right."""

    terms: tuple[str, ...]
    table: Floats
    right: npt.NDArray[np.bool_]


def lessons_of(base: Base) -> list[Lesson]:
    """A lesson for every wording that is found at all among the rivals."""
    lessons = []
    for part in range(PARTS):
        matcher = Matcher(without(base, part))
        for owner, text in _wordings(base):
            if _part_of(text) == part:
                terms, table = matcher.terms_and_evidence(text)
                lesson = _lesson(terms, table, owner)
                if lesson is not None:
                    lessons.append(lesson)
    return lessons


def _wordings(base: Base) -> Iterator[tuple[int, str]]:
    """Every wording with the number of its entry, or of its subject, which come after."""
    entries, outside = base.spoken, base.words.outside
    for number, entry in enumerate(entries):
        yield from ((number, text) for text in entry.questions)
    for number, subject in enumerate(outside, len(entries)):
        yield from ((number, text) for text in subject.phrasings)


def _part_of(text: str) -> int:
    return zlib.crc32(text.encode()) % PARTS


def hidden_queries(base: Base, part: int) -> list[Query]:
    """A part of the wordings as queries; any entry of the family that one belongs to answers it."""
    kin: dict[str, list[str]] = {}
    for entry in base.spoken:
        kin.setdefault(entry.family, []).append(entry.id)
    answers = [frozenset(kin[entry.family]) for entry in base.spoken]
    answers += [frozenset()] * len(base.words.outside)
    return [Query(text, answers[n]) for n, text in _wordings(base) if _part_of(text) == part]


def without(base: Base, part: int) -> Base:
    """The base without a part of its wordings; nobody loses the last one."""

    def kept(texts: Sequence[str]) -> tuple[str, ...]:
        return tuple(text for text in texts if _part_of(text) != part) or tuple(texts[:1])

    entries = {}
    for id_, entry in base.entries.items():
        question, *phrasings = kept(entry.questions)
        entries[id_] = replace(entry, question=question, phrasings=tuple(phrasings))
    outside = tuple(replace(s, phrasings=kept(s.phrasings)) for s in base.words.outside)
    return replace(base, entries=entries, words=replace(base.words, outside=outside))


def _lesson(terms: Sequence[str], table: Floats, owner: int) -> Lesson | None:
    if not len(terms):
        return None
    plain = np.array([plain_emphasis(term) for term in terms], dtype=np.float32)
    rivals = np.argsort(-(plain @ table), kind="stable")[:RIVALS]
    right = rivals == owner
    return Lesson(tuple(terms), table[:, rivals], right) if right.any() else None


def learn_emphasis(lessons: Sequence[Lesson]) -> dict[str, float]:
    """The emphasis of every term that stands in enough lessons.

    Softmax over the rivals of each lesson, by gradient steps scaled for each term (AdaGrad), pulled
    towards the plain emphasis.
    """
    seen = Counter(term for lesson in lessons for term in lesson.terms if term[0] != "#")
    learned = sorted(term for term, count in seen.items() if count >= SEEN_AT_LEAST)
    numbers = {term: number for number, term in enumerate(learned)}
    plain = np.array([plain_emphasis(term) for term in learned])
    emphasis, travelled = plain.copy(), np.full(len(plain), 1e-8)
    chance = np.random.default_rng(_SEED)
    for _ in range(_ROUNDS):
        order = chance.permutation(len(lessons))
        for start in range(0, len(order), _BATCH):
            batch = [lessons[at] for at in order[start : start + _BATCH]]
            gradient = _gradient(batch, numbers, emphasis) + _PULL * (emphasis - plain)
            travelled += gradient**2
            emphasis -= _STEP * gradient / np.sqrt(travelled)
    return {term: round(float(emphasis[numbers[term]]), 3) for term in learned}


def _gradient(
    batch: Sequence[Lesson], numbers: dict[str, int], emphasis: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """How the surprise at the right answers grows with each term's emphasis, in the mean."""
    total = np.zeros(len(emphasis))
    for lesson in batch:
        known: Ints = np.array([numbers.get(term, -1) for term in lesson.terms], dtype=np.int64)
        weights = np.array([plain_emphasis(term) for term in lesson.terms])
        weights[known >= 0] = emphasis[known[known >= 0]]
        chances = _softmax(_SHARPNESS * (weights @ lesson.table))
        slopes = lesson.table @ (chances - lesson.right)
        np.add.at(total, known[known >= 0], slopes[known >= 0])
    return total / len(batch)


def _softmax(scores: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    raised = np.exp(scores - scores.max())
    result: npt.NDArray[np.floating] = raised / raised.sum()
    return result
