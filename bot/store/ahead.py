"""A batch of messages in one transaction: what it reads ahead, and what it writes at its end.

Whoever handles a message meets its person, loads and saves where he stands, and lays replies out.
In a batch these go here: a statement serves all messages then, instead of one each.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.store.people import Person


@dataclass(slots=True)
class Ahead:
    """What is known and still to be written; empty at the beginning and after the end."""

    messages: int = 1
    """How many messages the batch has."""
    people: dict[tuple[str, str], Person] = field(default_factory=dict)
    states: dict[int, dict[str, Any]] = field(default_factory=dict)
    seen: dict[int, tuple[datetime, str | None]] = field(default_factory=dict)
    saved: dict[int, datetime] = field(default_factory=dict)
    laid_out: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    """Questions under numbers of their own; written before any other statement, see `Tx`."""
    numbers: deque[int] = field(default_factory=deque)
    """Numbers of questions that are taken and not given yet."""

    def meet(self, key: tuple[str, str], at: datetime, origin: str | None) -> Person | None:
        """The person, if he is known; that he was there is written later."""
        person = self.people.get(key)
        if person is not None:
            before, came_by = self.seen.get(person.id, (at, None))
            self.seen[person.id] = (max(before, at), came_by or origin)
            if origin and person.origin is None:
                person = self.people[key] = replace(person, origin=origin)
        return person

    def add(self, person: Person) -> None:
        """A person found or made in this transaction; a new one stands nowhere yet."""
        key = person.channel, person.channel_id
        self.people[key] = replace(person, is_new=False) if person.is_new else person
        if person.is_new:
            self.states[person.id] = {}

    def greet(self, person_id: int, at: datetime) -> None:
        """The person was greeted: his next message in the batch must know it."""
        for key, person in self.people.items():
            if person.id == person_id:
                self.people[key] = replace(person, greeted_at=at)

    def save(self, person_id: int, data: dict[str, Any], at: datetime) -> None:
        """Where the person stands now."""
        self.states[person_id] = data
        self.saved[person_id] = at

    def forget(self, person_id: int) -> None:
        """The person is erased: nothing more is written of him."""
        self.people = {key: p for key, p in self.people.items() if p.id != person_id}
        self.states.pop(person_id, None)
        self.seen.pop(person_id, None)
        self.saved.pop(person_id, None)
        self.laid_out = [row for row in self.laid_out if row["person_id"] != person_id]
