"""A small neural network that hears which entry a question is meant for.

The index and the language models judge each entry by its own wordings. The network has learned from all
wordings together which words stand for the same ("ra tranh cử", "đứng tên ứng cử"), and so brings
a second opinion: the terms' vectors are summed, bent by a tanh, and compared with a direction for
each entry (the shape of fastText, Joulin et al. 2017, with the bend). `training` makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from bot.keep import letters_of, words_of
from bot.knowledge.writing import replacing
from bot.matching.postings import Floats

SILENCE = -12.0
"""The logarithm of a chance below which nothing more is told."""
_NEW_WORDINGS = 30
"""How many wordings of an entry that the network has not learned its direction is made of."""
_NEW_LENGTH = 0.8
"""How long that direction is beside the learned ones: as long, and it drowns out the others."""


def sounds_of(terms: Iterable[str], marked: Iterable[str]) -> list[str]:
    """What the network hears of a question: its terms without concepts, and its words with marks.

    Concepts are told by the place of their group in a file, which an editor may change.
    """
    plain = [term for term in dict.fromkeys(terms) if term[0] != "#"]
    return plain + [f"~{word}" for word in dict.fromkeys(marked)]


@dataclass(frozen=True, slots=True)
class Network:
    """What was learned: a vector for each sound, a direction for each entry or subject by its name.

    The vectors are rounded to whole numbers, `scales` brings each back to its size. `centre` is the
    mean of what all wordings leave in the network.
    """

    rows: Mapping[str, int]
    vectors: npt.NDArray[np.int8]
    scales: Floats
    directions: Mapping[str, Floats]
    centre: Floats

    def impression(self, sounds: Iterable[str]) -> Floats:
        """What a question leaves in the network: a number from -1 to 1 for each of its units."""
        found = [self.rows[sound] for sound in sounds if sound in self.rows]
        if not found:
            return np.zeros_like(self.centre)
        total: Floats = self.scales[found] @ self.vectors[found].astype(np.float32)
        bent: Floats = np.tanh(total / np.float32(len(found) ** 0.5))
        return bent

    def save(self, path: Path) -> int:
        """Write the network to a file, whole or not at all; the checksum of it.

        Raises `InputRefused` where it cannot be written.
        """
        names = list(self.directions)
        columns: dict[str, Any] = {
            "sounds": letters_of(sorted(self.rows, key=self.rows.__getitem__)),
            "vectors": self.vectors,
            "scales": self.scales,
            "names": letters_of(names),
            "directions": np.stack([self.directions[name] for name in names]).astype(np.float16),
            "centre": self.centre,
        }
        with replacing(path) as temporary:
            with temporary.open("wb") as file:
                np.savez(file, **columns)
            return checksum(temporary.read_bytes())

    @classmethod
    def load(cls, file: Path | IO[bytes]) -> Network:
        """The network of a file. Raises `OSError`, `ValueError` or `KeyError` where it is none."""
        with np.load(file, allow_pickle=False) as held:
            sounds, names = words_of(held["sounds"]), words_of(held["names"])
            vectors, directions = held["vectors"], held["directions"].astype(np.float32)
            scales, centre = held["scales"], held["centre"]
        shapes = len(sounds) == len(vectors) == len(scales) and len(names) == len(directions)
        if not shapes or vectors.dtype != np.int8 or vectors.shape[1:] != centre.shape:
            raise ValueError("the parts of the network do not fit together")
        rows = {sound: row for row, sound in enumerate(sounds)}
        return cls(rows, vectors, scales, dict(zip(names, directions, strict=True)), centre)


def checksum(content: bytes) -> int:
    """The checksum of a file, by which numbers know the network that they were fitted with."""
    return crc32(content)


class Listener:
    """A network that listens for the entries of one base."""

    def __init__(
        self,
        network: Network,
        names: Sequence[str],
        wordings_of: Callable[[int], Iterable[Sequence[str]]],
    ) -> None:
        """`names` are those of entries and subjects in the matcher's order.

        `wordings_of` gives the sounds of the wordings of one of them, wanted only where the network
        does not know it yet.
        """
        self._network = network
        known = network.directions
        self._directions: Floats = np.stack(
            [
                known[name] if name in known else _direction_of(network, wordings_of(number))
                for number, name in enumerate(names)
            ]
        )

    def listen(self, sounds: Iterable[str]) -> Floats:
        """The logarithm of the chance of each entry and subject, from `SILENCE` to 0."""
        loudness = self._directions @ self._network.impression(sounds)
        loudness -= loudness.max()
        heard: Floats = loudness - np.log(np.exp(loudness).sum())
        return heard.clip(SILENCE, 0.0)


def _direction_of(network: Network, wordings: Iterable[Sequence[str]]) -> Floats:
    """The direction of an entry that the network has not learned: where its wordings lie."""
    some = [network.impression(sounds) for sounds in islice(wordings, _NEW_WORDINGS)]
    away = np.mean(some, axis=0) - network.centre
    length = float(np.mean([np.linalg.norm(one) for one in network.directions.values()]))
    wanted = _NEW_LENGTH * length / (float(np.linalg.norm(away)) + 1e-9)
    direction: Floats = (away * wanted).astype(np.float32)
    return direction
