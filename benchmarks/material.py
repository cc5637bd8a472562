"""What the benchmarks work on: the project's own base, grown or cut to a size, and questions."""

from __future__ import annotations

import functools
import random
from dataclasses import replace
from datetime import date
from pathlib import Path

from bot.knowledge.load import load_or_refuse
from bot.knowledge.model import Base, Entry

ROOT = Path(__file__).resolve().parent.parent
KNOWLEDGE = ROOT / "knowledge"
TODAY = date(2026, 11, 23)
SEED = 20_261_123
PHRASINGS_AN_ENTRY = 50
"""How many wordings an entry of a grown base has; about what the project's own entries have."""


@functools.cache
def own_base() -> Base:
    """The project's own knowledge, read once."""
    return load_or_refuse(KNOWLEDGE, TODAY)


def shuffled(text: str, chance: random.Random) -> str:
    """The words of a text in another order."""
    words = text.split()
    chance.shuffle(words)
    return " ".join(words)


def base_of_size(base: Base, phrasings: int, an_entry: int = PHRASINGS_AN_ENTRY) -> Base:
    """A base of that many wordings: shuffled copies of the base's own, spread over entries.

    A small one keeps all entries with few wordings each. A large one has copies of entries, so
    that each has about `an_entry` wordings, as the real one does.
    """
    chance = random.Random(SEED)
    spoken = base.spoken
    entries: list[Entry] = []
    for number in range(max(min(len(spoken), phrasings), phrasings // an_entry)):
        origin = spoken[number % len(spoken)]
        copy = number // len(spoken)
        entries.append(
            replace(
                origin,
                id=f"{origin.id}-{copy}" if copy else origin.id,
                question=shuffled(origin.question, chance) if copy else origin.question,
                phrasings=(),
            )
        )
    wanted = phrasings - len(entries)
    told: list[list[str]] = [[] for _ in entries]
    for turn in range(wanted):
        number = turn % len(entries)
        own = spoken[number % len(spoken)].questions
        told[number].append(shuffled(own[(turn // len(entries)) % len(own)], chance))
    grown = [replace(e, phrasings=tuple(t)) for e, t in zip(entries, told, strict=True)]
    return replace(base, entries={entry.id: entry for entry in grown})


def noisy_questions(base: Base, count: int) -> list[str]:
    """Questions that stand in no base: wordings with a word left out and a letter mistyped."""
    chance = random.Random(SEED + 1)
    wordings = [text for entry in base.spoken for text in entry.questions if len(text.split()) > 4]
    taken = chance.sample if count <= len(wordings) else chance.choices
    return [_damaged(text, chance) for text in taken(wordings, k=count)]


def _damaged(text: str, chance: random.Random) -> str:
    words = text.split()
    del words[chance.randrange(len(words))]
    at = chance.randrange(len(words))
    word = words[at]
    letter = chance.randrange(len(word))
    words[at] = word[:letter] + chance.choice("abcdeghiklmnopqrstuvxy") + word[letter + 1 :]
    return " ".join(words)
