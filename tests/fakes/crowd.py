"""Many people who write to the bot at random times, and what they must have got in the end.

Each asks questions of the base word for word, so that the title of every reply says which message
it answers; a person never asks the same twice in a row, so that a reply that came twice shows.
"""

from __future__ import annotations

import itertools
import random
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fakes.telegram import FakeTelegram

FIRST_PERSON = 100_001


@dataclass(frozen=True, slots=True)
class Told:
    """What was found when all was over; `faults` are sentences, none where all is well."""

    messages: int
    replies: int
    doubles: int
    doubts: int
    faults: tuple[str, ...]


@dataclass(slots=True)
class Crowd:
    """So many people, each with a list of questions that are asked in this order."""

    people: int
    each: int
    questions: Sequence[str]
    seed: int = 1
    asked: dict[int, list[str]] = field(default_factory=dict)

    def plan(self) -> list[tuple[float, int, str]]:
        """When (0..1 of the whole time) who asks what, in order of time."""
        chance = random.Random(self.seed)
        plan = []
        for person in range(FIRST_PERSON, FIRST_PERSON + self.people):
            first = chance.randrange(len(self.questions))
            turn = list(itertools.islice(itertools.cycle(self.questions), first, first + self.each))
            self.asked[person] = turn
            times = sorted(chance.random() for _ in range(self.each))
            plan += [(time, person, text) for time, text in zip(times, turn, strict=True)]
        return sorted(plan)

    def look_at(self, fake: FakeTelegram, database: Path) -> Told:
        """What the people got, and what the database knows of it."""
        faults: list[str] = []
        doubles = 0
        for person, asked in self.asked.items():
            got = [sent.text.split("\n", 1)[0] for sent in fake.to(person)]
            once = [title for title, _ in itertools.groupby(got)]
            doubles += len(got) - len(once)
            if once != asked:
                faults.append(
                    f"{person} asked {len(asked)} and got {len(once)}: {_first(asked, once)}"
                )
        expected = self.people * self.each
        stored = _read(database)
        for what in ("inbox", "inbox_done", "questions", "outbox", "outbox_sent"):
            if stored[what] != expected:
                faults.append(f"{what} is {stored[what]}, not {expected}")
        if doubles > stored["doubt"]:
            faults.append(f"{doubles} replies came twice, {stored['doubt']} were counted")
        return Told(expected, len(fake.sent), doubles, stored["doubt"], tuple(faults))


def _first(asked: list[str], got: list[str]) -> str:
    for place, (wanted, found) in enumerate(itertools.zip_longest(asked, got)):
        if wanted != found:
            return f"number {place} is {found!r}, not {wanted!r}"
    return "nothing differs"


def _read(database: Path) -> dict[str, Any]:
    counts = {
        "inbox": "SELECT count(*) FROM inbox",
        "inbox_done": "SELECT count(*) FROM inbox WHERE status = 'done'",
        "questions": "SELECT count(*) FROM questions",
        "outbox": "SELECT count(*) FROM outbox",
        "outbox_sent": "SELECT count(*) FROM outbox WHERE state = 'sent'",
        "doubt": "SELECT coalesce(sum(doubt), 0) FROM outbox",
    }
    connection = sqlite3.connect(database)
    try:
        return {name: connection.execute(sql).fetchone()[0] for name, sql in counts.items()}
    finally:
        connection.close()
