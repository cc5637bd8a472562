"""Question banks and unit trees of a contest, as their files write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from bot.contest.words import Id
from bot.knowledge.model import Citation, Place, Status

OWN_TREE = Id("don_vi_du_thi")
"""The tree of units.yaml where it names none."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice; its id never changes, the letter shown follows the order shown."""

    id: Id
    text: str


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when (inclusive) the law makes the key right."""

    from_: date | None = None
    to: date | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question; its id is never used again, a changed text or key makes another `version`.

    With `keep_order` its options are never shuffled.
    """

    id: Id
    topic: Id
    level: int
    text: str
    options: tuple[Option, ...]
    key: tuple[Id, ...]
    explain: str = ""
    citations: tuple[Citation, ...] = ()
    status: Status = Status.DRAFT
    keep_order: bool = False
    valid: Validity = Validity()
    version: int = 1

    @property
    def name(self) -> tuple[str, int]:
        """What identifies these very words: the id and the version."""
        return self.id, self.version

    def is_in_force(self, on: date) -> bool:
        """Whether the law of that day makes the key right."""
        start, end = self.valid.from_, self.valid.to
        return (start is None or start <= on) and (end is None or on <= end)

    def option(self, option_id: str) -> Option | None:
        """The option with this id."""
        return next((o for o in self.options if o.id == option_id), None)


LETTERS = "ABCDEFGH"


@dataclass(frozen=True, slots=True)
class Choice:
    """One option as it is shown: its letter follows the order shown, its id never changes."""

    letter: str
    id: str
    text: str


@dataclass(frozen=True)
class Bank:
    """The questions of one questions.yaml, with where each one stands in the file."""

    bank: Id
    questions: tuple[Question, ...]
    places: Mapping[str, Place] = field(default_factory=dict, compare=False)

    @cached_property
    def by_id(self) -> dict[str, Question]:
        """The questions by their id."""
        return {question.id: question for question in self.questions}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of a contest's own tree; `headcount` is how many people belong to it."""

    id: Id
    name: str
    level: Id
    parent: Id | None = None
    headcount: int | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Units:
    """The tree of units.yaml; `headcounts` are those of communes, by their code."""

    tree: Id = OWN_TREE
    units: tuple[Unit, ...] = ()
    headcounts: dict[str, int] = field(default_factory=dict)
