"""What a person is in the middle of, as it is kept between two messages.

What he has typed of himself lies in it sealed; all else is numbers and names of steps.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

from bot.contest.words import Track
from bot.errors import SealBroken
from bot.sealing import Sealer

Kind: TypeAlias = Literal["", "form", "paper", "complaint"]


@dataclass(frozen=True, slots=True)
class Task:
    """A registration, a paper or a complaint under way; an empty kind is nothing.

    `active` is false once the person turned to something else: then only what names the contest
    leads back. `step` is the step of a form, bound to the buttons by `nonce`; `position` the
    question shown last, one more than the last one for the guess.
    """

    kind: Kind = ""
    contest: str = ""
    active: bool = True
    step: str = ""
    nonce: str = ""
    sealed: str = ""
    attempt: int = 0
    position: int = 0

    def to_data(self) -> dict[str, Any]:
        """The task as plain data for the store; empty where there is none."""
        return asdict(self) if self.kind else {}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Task:
        """The task out of the store; a damaged one is none."""
        try:
            task = cls(**data)
        except TypeError:
            return cls()
        return task if task.kind in ("form", "paper", "complaint") else cls()


NOTHING = Task()


@dataclass(frozen=True, slots=True)
class Draft:
    """A registration as far as it has come.

    `offered` are codes of units to choose from. `entrant` is who corrects his registration, 0 for
    a new one. With `looks_back` the next step after this one is the summary. With `award` a winner
    tells what only he is asked.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    consents: Mapping[str, bool] = field(default_factory=dict)
    guardian: str = ""
    guardian_agrees: bool = False
    offered: tuple[str, ...] = ()
    entrant: int = 0
    looks_back: bool = False
    track: Track = "individual"
    award: bool = False

    def seal(self, sealer: Sealer) -> str:
        """The draft as it may be kept."""
        return sealer.seal(json.dumps(asdict(self), ensure_ascii=False))

    @classmethod
    def open(cls, sealer: Sealer, sealed: str) -> Draft | None:
        """The draft that was kept; None where it cannot be read any more."""
        try:
            data = json.loads(sealer.open(sealed))
            return cls(**{**data, "offered": tuple(data["offered"])})
        except (SealBroken, KeyError, TypeError, ValueError):
            return None
