"""Loads a whole knowledge folder, or tells every fault that stands in its way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from bot.errors import Fault, KnowledgeFaulty
from bot.keep import Keep
from bot.knowledge.kept import ReadBefore, mark_of
from bot.knowledge.lint import check_entries, check_wordings
from bot.knowledge.model import Affair, Base, Elections, Entry, Law, Service, Words
from bot.knowledge.parse import (
    parse_affairs,
    parse_elections,
    parse_entries,
    parse_laws,
    parse_service,
)
from bot.knowledge.place_lists import load_places
from bot.knowledge.source import Faults, Value, open_source
from bot.knowledge.word_files import (
    parse_concepts,
    parse_fillers,
    parse_outside,
    parse_remarks,
    parse_short,
)
from bot.language.read import Fillers, WordLists

T = TypeVar("T")
_AFFAIRS = "affairs.yaml"
_NO_SERVICE = Service("", "", "", "", "", (), ())


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading gave; `base` may be served only where no fault is blocking."""

    base: Base
    faults: tuple[Fault, ...]

    @property
    def blocking(self) -> tuple[Fault, ...]:
        """The faults that keep the base from being served."""
        return tuple(fault for fault in self.faults if fault.blocking)


class _Folder:
    """Reads the files of one folder and gathers their faults and their fingerprint."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []
        self.print = hashlib.sha256()
        self.unread: set[str] = set()
        self.marks: list[str] = []

    def print_folder(self, folder: Path) -> None:
        """Let the fingerprint tell every file in a folder and in the folders of it."""
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.print.update(path.name.encode() + b"\0" + path.read_bytes())

    def entries(self, before: ReadBefore) -> list[Entry]:
        """The entries of every file of `entries/`, read anew only where a file changed."""
        entries: list[Entry] = []
        for path in sorted((self.folder / "entries").glob("*.y*ml")):
            mark = mark_of(path)
            self.marks.append(mark)
            known = before.take(mark)
            if known is None:
                known = self._file(path, mark, before)
            else:
                self.print_file(f"entries/{path.name}")
            entries += known
        before.keep_all(self.marks)
        return entries

    def _file(self, path: Path, mark: str, before: ReadBefore) -> tuple[Entry, ...]:
        told = len(self.faults)
        nothing: list[Entry] = []
        entries = tuple(self.parse(f"entries/{path.name}", parse_entries, nothing))
        # An editor may have saved meanwhile; then nobody knows which words were read.
        if len(self.faults) == told and mark == mark_of(path):
            before.remember(mark, entries)
        return entries

    def print_file(self, name: str) -> None:
        """Let the fingerprint tell a file."""
        # An editor may have taken the file away meanwhile; that change is told as well.
        with suppress(OSError):
            self.print.update(name.encode() + b"\0" + (self.folder / name).read_bytes())

    def parse(self, name: str, parser: Callable[[Value], T], missing: T) -> T:
        path = self.folder / name
        faults = Faults(name)
        self.unread.add(name)
        if not path.is_file():
            faults.add(1, "", "Thiếu tệp này trong thư mục kiến thức.")
            value = missing
        else:
            root = open_source(path, name, faults)
            value = missing if root is None else parser(root)
            if root is not None and root.is_mapping:
                self.unread.discard(name)
            self.print_file(name)
        self.faults += faults.found
        return value


def load(folder: Path, today: date, keep: Keep | None = None) -> Loaded:
    """The base of a folder with every fault found; never raises for what stands in the files.

    `today` decides which entries and documents have expired. What was read and compared before is
    taken from `keep`; all that depends on other files or on the day is checked all the same.
    """
    if not folder.is_dir():
        fault = Fault(str(folder), 1, "", "Không có thư mục kiến thức này.")
        return Loaded(Base(_NO_SERVICE, {}, {}, Elections(), Words(), ""), (fault,))
    files = _Folder(folder)
    service = files.parse("base.yaml", parse_service, _NO_SERVICE)
    no_laws: dict[str, Law] = {}
    laws = files.parse("laws.yaml", parse_laws, no_laws)
    elections = files.parse("elections.yaml", parse_elections, Elections())
    before = ReadBefore(keep)
    entries = files.entries(before)
    words = _load_words(files)
    affairs: tuple[Affair, ...] = ()
    # A base does well without: then only entries of one family answer the same.
    if (folder / _AFFAIRS).is_file():
        affairs = files.parse(_AFFAIRS, parse_affairs, affairs)
    places, place_faults = load_places(folder / "places")
    files.faults += place_faults
    files.print_folder(folder / "places")
    files.print_folder(folder / "contests")
    base = Base(
        service=service,
        entries={entry.id: entry for entry in entries},
        laws=laws,
        elections=elections,
        words=words,
        version=files.print.hexdigest()[:16],
        places=places,
        affairs=affairs,
    )
    checked = check_entries(base, entries, today, files.unread)
    doubled = _find_doubled(files.marks, entries, before)
    return Loaded(base, tuple(sorted([*files.faults, *doubled, *checked])))


def _find_doubled(
    marks: Sequence[str], entries: Sequence[Entry], before: ReadBefore
) -> Sequence[Fault]:
    """The faults of wordings; not looked for where the same files were found to have none."""
    if before.are_apart(marks):
        return ()
    doubled = [*check_wordings(entries)]
    if not doubled:
        before.tell_apart(marks)
    return doubled


def _load_words(files: _Folder) -> Words:
    no_words: dict[str, tuple[str, ...]] = {}
    short = files.parse("words/viet-tat.yaml", parse_short, no_words)
    none = Fillers([])
    openers, closers = files.parse("words/mo-dau-ket-thuc.yaml", parse_fillers, (none, none))
    return Words(
        lists=WordLists(short, openers, closers),
        concepts=files.parse("words/dong-nghia.yaml", parse_concepts, ()),
        smalltalk=files.parse("words/tro-chuyen.yaml", parse_remarks, ()),
        refusals=files.parse("words/tu-choi.yaml", parse_remarks, ()),
        outside=files.parse("words/ngoai-pham-vi.yaml", parse_outside, ()),
    )


def load_or_refuse(folder: Path, today: date) -> Base:
    """The base, fit to be served.

    Raises `KnowledgeFaulty` with every fault where one of them is blocking.
    """
    loaded = load(folder, today)
    if loaded.blocking:
        raise KnowledgeFaulty(loaded.faults)
    return loaded.base
