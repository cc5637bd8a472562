"""What the checks of a contest look at, and how they tell a fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.contest.bank import Bank, Units
from bot.contest.reading import line_at
from bot.contest.rules import Contest
from bot.errors import Fault
from bot.knowledge.model import Base
from bot.knowledge.source import Value


@dataclass(frozen=True, slots=True)
class Subject:
    """The contest under check, with the files that its checks need."""

    root: Value
    contest: Contest
    banks: Mapping[str, Bank]
    units: Units
    base: Base
    today: date

    def fault(self, sentence: str, *path: str | int) -> Fault:
        """A fault at the line where the value at a path stands.

        It is not blocking: players meet published versions only, so a half-written contest must
        not keep a mended answer from the citizens. Opening the contest refuses it.
        """
        line = line_at(self.root, path)
        return Fault(self.root.faults.file, line, self.contest.id, sentence, blocking=False)
