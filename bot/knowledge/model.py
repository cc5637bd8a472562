"""What the knowledge base holds: frozen values that travel through the whole program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from bot.knowledge.places import Places
from bot.language.fold import fold_word
from bot.language.read import NO_WORDS, WordLists


class Status(StrEnum):
    """Who stands behind a text (DESIGN: a starter is said, a draft never)."""

    DRAFT = "draft"
    STARTER = "starter"
    APPROVED = "approved"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in a law; `law` is a key of laws.yaml."""

    law: str
    article: int | None = None
    clause: int | None = None
    point: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """The articles of a law that the document `by` changed, in force from `on`."""

    by: str
    on: date
    articles: frozenset[int]


@dataclass(frozen=True, slots=True)
class Law:
    """A document that entries cite."""

    id: str
    number: str
    short: str
    title: str
    in_force_from: date | None = None
    in_force_to: date | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """Who read the words of an entry last, and when."""

    by: str
    on: date


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the files something stands."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One question with the one approved answer.

    Entries of one `family` (named by the id of its main entry) answer sides of one subject: a person
    who gets a sister of the right one has the right one among its related questions.
    """

    id: str
    part: str
    question: str
    phrasings: tuple[str, ...]
    answer: str
    citations: tuple[Citation, ...]
    status: Status
    reviewed: Review | None
    place: Place
    detail: str = ""
    related: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    family: str = ""

    @property
    def questions(self) -> tuple[str, ...]:
        """The question and all other wordings of it."""
        return (self.question, *self.phrasings)


@dataclass(frozen=True, slots=True)
class Topic:
    """A part of the base or a group of readers, with its name in menus."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number known of one election."""

    id: str
    text: str
    what: str


@dataclass(frozen=True, slots=True)
class Election:
    """One election with its day and what is known of it."""

    id: str
    name: str
    day: date
    assembly_term: str
    council_term: str
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Milestone:
    """A day counted from election day: positive before it, negative after.

    `actual` holds the day on which it was really done, by election; `line` is where it stands.
    """

    id: str
    what: str
    days_before: int
    kind: str
    who: str
    scope: str
    citations: tuple[Citation, ...]
    actual: Mapping[str, date] = field(default_factory=dict)
    line: int = 1


@dataclass(frozen=True, slots=True)
class Elections:
    """Every known election; answers speak of `reference`, `next` is set once it is called."""

    reference: Election | None = None
    next: Election | None = None
    all: tuple[Election, ...] = ()
    milestones: tuple[Milestone, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """A sort of message that is no question to the base, and what is said to it.

    `exact` wordings must be the whole message, `parts` may stand anywhere in it.
    """

    id: str
    reply: str
    exact: frozenset[str]
    parts: tuple[tuple[str, ...], ...]
    begun_with: Mapping[str, tuple[tuple[str, ...], ...]] = field(
        init=False, compare=False, repr=False
    )
    """The parts by their first word, marks off."""

    def __post_init__(self) -> None:
        begun: dict[str, tuple[tuple[str, ...], ...]] = {}
        for part in filter(None, self.parts):
            first = fold_word(part[0])
            begun[first] = (*begun.get(first, ()), part)
        object.__setattr__(self, "begun_with", begun)


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject outside the base that people ask about all the same, with their wordings."""

    id: str
    title: str
    phrasings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Affair:
    """One thing that people ask about and every entry that answers it (affairs.yaml)."""

    id: str
    entries: tuple[str, ...]
    line: int = 1


@dataclass(frozen=True, slots=True)
class Words:
    """Everything of `knowledge/words/`."""

    lists: WordLists = NO_WORDS
    concepts: tuple[tuple[tuple[str, ...], ...], ...] = ()
    smalltalk: tuple[Remark, ...] = ()
    refusals: tuple[Remark, ...] = ()
    outside: tuple[Subject, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """Whose service this is and the sentences it says of itself (base.yaml).

    `leaflet` names the entries that are printed on leaflets, where nobody chooses others.
    """

    name: str
    organisation: str
    contact: str
    welcome: str
    notice: str
    parts: tuple[Topic, ...]
    audiences: tuple[Topic, ...]
    leaflet: tuple[str, ...] = ()


SPOKEN = frozenset({Status.STARTER, Status.APPROVED})
"""The entries that may be said."""


@dataclass(frozen=True)
class Base:
    """A whole, checked knowledge base; immutable, swapped as one piece."""

    service: Service
    entries: Mapping[str, Entry]
    laws: Mapping[str, Law]
    elections: Elections
    words: Words
    version: str
    places: Places = field(default_factory=Places)
    affairs: tuple[Affair, ...] = ()

    @cached_property
    def spoken(self) -> tuple[Entry, ...]:
        """The entries that may be said: starters and approved ones."""
        return tuple(e for e in self.entries.values() if e.status in SPOKEN)
