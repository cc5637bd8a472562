"""Loads `knowledge/contests/`: every contest with the banks and units that it uses.

Two sorts of faults: what cannot be read is blocking and keeps the whole knowledge from being
served; what would spoil a contest only once it opens (too few questions, closing words that say
another hour) is told as well, and `contest open` refuses until it is mended.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

from bot.contest.bank import Bank, Question, Units
from bot.contest.check import check_contest
from bot.contest.checks.bank import check_bank
from bot.contest.checks.subject import Subject
from bot.contest.reading import read
from bot.contest.rules import Contest
from bot.errors import Fault
from bot.knowledge.model import Base, Place
from bot.knowledge.source import Faults, Value, open_source

T = TypeVar("T")
FOLDER = "contests"
_LONGEST_RULES = 100_000


@dataclass(frozen=True, slots=True)
class Definition:
    """A contest as its files define it now; what is played is the version published last."""

    contest: Contest
    banks: Mapping[str, Bank]
    units: Units
    rules_text: str = ""
    faults: tuple[Fault, ...] = ()

    def questions(self) -> tuple[Question, ...]:
        """Every question of the banks that its papers draw from."""
        return tuple(q for bank in self.banks.values() for q in bank.questions)


@dataclass(frozen=True, slots=True)
class Contests:
    """All contests of a knowledge folder with every fault found; `version` tells their files."""

    definitions: Mapping[str, Definition] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    version: str = ""


def load_contests(knowledge: Path, base: Base, today: date) -> Contests:
    """The contests of a knowledge folder; never raises for what stands in the files.

    `base` gives the laws that questions cite and the communes; `today` tells expired questions.
    """
    folder = knowledge / FOLDER
    reader = _Reader(folder)
    places = sorted(p for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else []
    banks = {p.name: bank for p in places if (bank := reader.bank(p.name))}
    for bank in banks.values():
        reader.faults += check_bank(bank, base)
    definitions: dict[str, Definition] = {}
    for place in places:
        if (definition := reader.contest(place.name, banks, base, today)) is not None:
            definitions[definition.contest.id] = definition
    return Contests(definitions, tuple(sorted(reader.faults)), reader.print.hexdigest()[:16])


class _Reader:
    """Reads the files of the folder and gathers their faults and their fingerprint."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []
        self.print = hashlib.sha256()

    def bank(self, name: str) -> Bank | None:
        """The bank of a folder; None where it has none or cannot be read."""
        found, root = self._file(name, "questions.yaml", Bank)
        if found is None or root is None:
            return None
        if found.bank != name:
            self._fault(root, name, f"Khóa «bank» phải là tên thư mục: {name}.")
        listed = root.mapping().get("questions")
        places: dict[str, Place] = {}
        for item in listed.items() if listed else []:
            written = item.peek("id")
            if written in places:
                item.named(written).fault(f"Mã này đã dùng ở dòng {places[written].line}.")
                self.faults.append(item.faults.found[-1])
            places.setdefault(written, Place(item.faults.file, item.line))
        return Bank(found.bank, found.questions, places)

    def contest(
        self, name: str, banks: Mapping[str, Bank], base: Base, today: date
    ) -> Definition | None:
        """The contest of a folder; None where the folder has none or it cannot be read."""
        told = len(self.faults)
        contest, root = self._file(name, "contest.yaml", Contest)
        units, _ = self._file(name, "units.yaml", Units)
        if contest is None or root is None:
            return None
        if contest.id != name:
            self._fault(root, name, f"Khóa «id» phải là tên thư mục: {name}.")
        used: set[str] = {p.question_pool.bank for p in contest.papers.values()}
        own = {bank: banks[bank] for bank in sorted(used) if bank in banks}
        text = self._rules_text(name, contest, root)
        self.faults += check_contest(Subject(root, contest, own, units or Units(), base, today))
        banks_faults = [f for f in self.faults[:told] if _is_of(f, used)]
        faults = (*banks_faults, *self.faults[told:])
        return Definition(contest, own, units or Units(), text, tuple(sorted(faults)))

    def _file(self, name: str, file: str, kind: type[T]) -> tuple[T | None, Value | None]:
        path = self.folder / name / file
        if not path.is_file():
            return None, None
        faults = Faults(f"{FOLDER}/{name}/{file}")
        root = open_source(path, faults.file, faults)
        found = None if root is None else read(kind, root.named(root.peek("id")))
        with suppress(OSError):
            self.print.update(faults.file.encode() + b"\0" + path.read_bytes())
        self.faults += faults.found
        return found, root

    def _rules_text(self, name: str, contest: Contest, root: Value) -> str:
        file = contest.rules_text.file
        if not file:
            return ""
        try:
            if file != Path(file).name:
                raise OSError(file)
            text = (self.folder / name / file).read_text(encoding="utf-8")[:_LONGEST_RULES]
        except (OSError, ValueError):
            self._fault(root, name, f"Không đọc được tệp thể lệ «{file}» đặt cạnh contest.yaml.")
            return ""
        self.print.update(text.encode())
        return text

    def _fault(self, root: Value, entry: str, sentence: str) -> None:
        self.faults.append(Fault(root.faults.file, root.line, entry, sentence))


def _is_of(fault: Fault, banks: set[str]) -> bool:
    return fault.file.split("/")[1] in banks
