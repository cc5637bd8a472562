"""Trains the network that hears which entry a question is meant for, on the base's own wordings.

No question of anybody is needed for it. Terms are left out at random while it learns, and often all
marks, so that it hears a question too that says half of it, or says it without marks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from bot.matching.find import Matcher, names_of
from bot.matching.network import Network
from bot.matching.postings import Floats, Ints

WIDTH = 128
"""The units of one member of the network."""
MEMBERS = 3
"""How many are trained from different beginnings and asked together: what one of them only imagines,
the others do not, and what all say is surer."""
SEEN_AT_LEAST = 5
"""A sound in fewer wordings than this is not heard."""

_ROUNDS = 10
_BATCH = 256
_STEP = 1e-2
_LEFT_OUT = 0.4
"""The part of the sounds that is left out. With 0.2 a network hears hidden wordings 1 to 2 points less
right, and is far surer of people's questions than it may be."""
_WITHOUT_MARKS = 0.5
_SEED = 20_261_128
_LOUDEST = 127


@dataclass(frozen=True, slots=True)
class Corpus:
    """Wordings as rows of the table of vectors, whose they are, and which rows are words with marks."""

    texts: Sequence[Ints]
    owners: Ints
    is_mark: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some wordings as rows of the table of vectors, one after the other, with where each begins."""

    rows: Ints
    starts: Ints
    weights: Floats
    owners: Ints

    @property
    def text_of(self) -> Ints:
        """The number of the wording that each row belongs to."""
        ends = np.append(self.starts[1:], len(self.rows))
        return np.repeat(np.arange(len(self.starts)), ends - self.starts)


@dataclass(slots=True)
class Learned:
    """Numbers that are learned, with the moments of their gradients (Adam, Kingma and Ba 2015)."""

    values: Floats
    first: Floats = field(init=False)
    second: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.first, self.second = np.zeros_like(self.values), np.zeros_like(self.values)

    def follow(self, gradient: Floats, step: float, time: int, rows: Ints | slice) -> None:
        """One step down the gradient of some rows; the others rest."""
        first = self.first[rows] = 0.9 * self.first[rows] + 0.1 * gradient
        second = self.second[rows] = 0.999 * self.second[rows] + 0.001 * gradient**2
        slope = first / (1 - 0.9**time) / (np.sqrt(second / (1 - 0.999**time)) + 1e-8)
        self.values[rows] -= np.float32(step) * slope


class Trainee:
    """A network while it learns."""

    def __init__(self, sounds: int, names: int, chance: np.random.Generator) -> None:
        first = chance.normal(size=(sounds, WIDTH)) * 0.1
        last = chance.normal(size=(names, WIDTH)) / WIDTH**0.5
        self.vectors = Learned(first.astype(np.float32))
        self.directions = Learned(last.astype(np.float32))

    def impressions(self, batch: Batch) -> Floats:
        """What each wording leaves in the network."""
        heard = self.vectors.values[batch.rows]
        total = np.add.reduceat(heard, batch.starts) * batch.weights[:, None]
        bent: Floats = np.tanh(total)
        return bent

    def learn(self, batch: Batch, step: float, time: int) -> None:
        """One step of softmax regression over all entries."""
        left = self.impressions(batch)
        loud = left @ self.directions.values.T
        loud -= loud.max(axis=1, keepdims=True)
        blame = np.exp(loud)
        blame /= blame.sum(axis=1, keepdims=True)
        blame[np.arange(len(blame)), batch.owners] -= 1.0
        blame /= np.float32(len(blame))
        back = (blame @ self.directions.values) * (1 - left**2) * batch.weights[:, None]
        self.directions.follow(blame.T @ left, step, time, slice(None))
        order = batch.rows.argsort(kind="stable")
        rows, firsts = np.unique(batch.rows[order], return_index=True)
        self.vectors.follow(np.add.reduceat(back[batch.text_of[order]], firsts), step, time, rows)


def train_on(matcher: Matcher) -> Network | None:
    """The network of a matcher's base; None where it has too few wordings to learn from.

    Takes about four minutes for 39,000 wordings; the same wordings give the same network.
    """
    names = names_of(matcher.entries, matcher.outside)
    said = [(n, sounds) for n in range(len(names)) for sounds in matcher.sounds_of_wordings(n)]
    return train(names, [owner for owner, _ in said], [sounds for _, sounds in said])


def train(
    names: Sequence[str], owners: Sequence[int], wordings: Sequence[Sequence[str]]
) -> Network | None:
    """The network of entries told by name, from whose each wording is and what sounds in it."""
    seen = Counter(sound for sounds in wordings for sound in sounds)
    heard = sorted(sound for sound, times in seen.items() if times >= SEEN_AT_LEAST)
    rows = {sound: row for row, sound in enumerate(heard)}
    texts = [[rows[sound] for sound in sounds if sound in rows] for sounds in wordings]
    told = [number for number, text in enumerate(texts) if text]
    if not told:
        return None
    corpus = Corpus(
        [np.array(texts[number]) for number in told],
        np.array([owners[number] for number in told]),
        np.array([sound.startswith("~") for sound in heard]),
    )
    members = [_train_member(corpus, len(names), seed) for seed in range(MEMBERS)]
    centre = np.concatenate([_centre_of(member, corpus) for member in members])
    # Side by side they are one network, whose loudness is the mean of theirs.
    vectors = np.hstack([member.vectors.values for member in members])
    directions = np.hstack([member.directions.values for member in members]) / MEMBERS
    return _finish(rows, vectors, dict(zip(names, directions, strict=True)), centre)


def _train_member(corpus: Corpus, names: int, seed: int) -> Trainee:
    chance = np.random.default_rng([_SEED, seed])
    trainee = Trainee(len(corpus.is_mark), names, chance)
    count = len(corpus.texts)
    steps, time = _ROUNDS * -(-count // _BATCH), 0
    for _ in range(_ROUNDS):
        for some in _parts_of(chance.permutation(count)):
            time += 1
            heard = [_leave_out(corpus.texts[n], corpus.is_mark, chance) for n in some]
            batch = _lay_out(heard, corpus.owners[some])
            trainee.learn(batch, _STEP * (1 - time / (steps + 1)), time)
    return trainee


def _centre_of(trainee: Trainee, corpus: Corpus) -> Floats:
    left = [
        trainee.impressions(_lay_out([corpus.texts[n] for n in some], corpus.owners[some]))
        for some in _parts_of(np.arange(len(corpus.texts)))
    ]
    centre: Floats = np.concatenate(left).mean(axis=0)
    return centre


def _parts_of(numbers: Ints) -> list[Ints]:
    return np.split(numbers, range(_BATCH, len(numbers), _BATCH))


def _leave_out(text: Ints, is_mark: npt.NDArray[np.bool_], chance: np.random.Generator) -> Ints:
    """A wording without a part of its sounds; never without all."""
    heard = chance.random(len(text)) >= _LEFT_OUT
    if chance.random() < _WITHOUT_MARKS:
        heard &= ~is_mark[text]
    return text[heard] if heard.any() else text


def _lay_out(texts: Sequence[Ints], owners: Ints) -> Batch:
    lengths = np.array([len(text) for text in texts])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    return Batch(np.concatenate(texts), starts, (lengths**-0.5).astype(np.float32), owners)


def _finish(
    rows: dict[str, int], vectors: Floats, directions: dict[str, Floats], centre: Floats
) -> Network:
    """The network as it is kept: vectors rounded to a byte a number, directions to two.

    So that what is used is what was fitted with.
    """
    scales = np.abs(vectors).max(axis=1) / _LOUDEST + 1e-12
    rounded = np.rint(vectors / scales[:, None]).astype(np.int8)
    halved = {name: d.astype(np.float16).astype(np.float32) for name, d in directions.items()}
    return Network(rows, rounded, scales, halved, centre)
