"""Whom the service reached and how well it answered: one report for pages, files and the terminal.

A question counts as answered where an answer or a computed result was given, as offered where the
person was shown questions to choose from and did not reject them, as missed otherwise. Small talk is
no question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot.knowledge.model import Base
from bot.knowledge.places import Unit
from bot.reports.campaign import read_origin, units_on, write_origin
from bot.store import participation as counts
from bot.store.database import Tx
from bot.store.participation import Came, Ended, Reached, Slice

CHANNELS = {
    "web": "Trang web",
    "telegram": "Telegram",
    "zalo_bot": "Zalo Bot",
    "zalo_oa": "Zalo OA",
    "console": "Dòng lệnh",
}
"""The names of channels for readers."""
TOPICS = 20
_KINDS = {"answer": "answered", "calc": "answered", "choose": "offered"}
_TALK = "smalltalk"


@dataclass(slots=True)
class Tally:
    """How many questions there were and how they ended."""

    answered: int = 0
    offered: int = 0
    missed: int = 0
    disliked: int = 0

    @property
    def questions(self) -> int:
        """All questions."""
        return self.answered + self.offered + self.missed

    @property
    def share(self) -> float | None:
        """The share that got an answer or a fitting choice, 0 to 1; None where nobody asked."""
        return (self.answered + self.offered) / self.questions if self.questions else None

    def add(self, outcome: str, questions: int, disliked: int = 0) -> None:
        """Counts questions that ended in an outcome."""
        if outcome == _TALK:
            return
        kind = _KINDS.get(outcome, "missed")
        setattr(self, kind, getattr(self, kind) + questions)
        self.disliked += disliked


@dataclass(slots=True)
class Row:
    """One channel, unit or campaign: its people, who asked in that time and who ever came."""

    key: str
    title: str
    tally: Tally = field(default_factory=Tally)
    askers: int = 0
    known: int = 0
    entrants: int = 0

    @property
    def is_reached(self) -> bool:
        """Whether anybody came from there, ever, or registered for a contest."""
        return bool(self.known or self.entrants or self.tally.questions)


@dataclass(frozen=True, slots=True)
class TopicCount:
    """How often an entry was the answer."""

    entry: str
    question: str
    questions: int
    disliked: int


@dataclass(frozen=True, slots=True)
class Participation:
    """The report; `days` has every day of the time, `elsewhere` those who came without a unit."""

    cut: Slice
    total: Tally
    askers: int
    newcomers: int
    days: tuple[tuple[date, Tally], ...]
    channels: tuple[Row, ...]
    units: tuple[Row, ...]
    elsewhere: Row
    campaigns: tuple[Row, ...]
    topics: tuple[TopicCount, ...]

    @property
    def unreached(self) -> tuple[Row, ...]:
        """The units from which nobody has come yet."""
        return tuple(row for row in self.units if not row.is_reached)


def slice_of(first: date, last: date, channel: str = "", unit: str = "") -> Slice:
    """The slice of a channel and a unit (its code); empty for all."""
    return Slice(first, last, channel, write_origin(unit) if unit else "")


async def look(tx: Tx, base: Base, cut: Slice) -> Participation:
    """The report on a slice, from the store as it is now."""
    ended = await counts.count_days(tx, cut)
    came = await counts.count_ways(tx, cut)
    askers = await counts.count_askers(tx, cut)
    total = Tally()
    for day in ended:
        total.add(day.outcome, day.questions, day.disliked)
    known = await counts.count_all(tx)
    units = {unit.code: Row(unit.code, unit.title) for unit in units_of(base, cut)}
    elsewhere = Row("", "Không qua mã của đơn vị nào")
    _fill(came, askers, known, lambda one: units.get(read_origin(one.origin)[0], elsewhere))
    for code, number in (await counts.count_entrants(tx, cut)).items():
        if code in units:
            units[code].entrants += number
    channels: dict[str, Row] = {}
    campaigns: dict[str, Row] = {}
    _fill(came, askers, known, lambda one: _row(channels, one.channel, CHANNELS))
    _fill(came, askers, known, lambda one: _row(campaigns, read_origin(one.origin)[1], {}))
    campaigns.pop("", None)
    return Participation(
        cut=cut,
        total=total,
        askers=sum(one.people for one in askers),
        newcomers=sum(one.people for one in await counts.count_new(tx, cut)),
        days=_by_day(cut, ended),
        channels=_most_first(channels.values()),
        units=tuple(units.values()),
        elsewhere=elsewhere,
        campaigns=_most_first(campaigns.values()),
        topics=tuple(
            TopicCount(one.entry, _question(base, one.entry), one.questions, one.disliked)
            for one in await counts.top_entries(tx, cut, TOPICS)
        ),
    )


def units_of(base: Base, cut: Slice) -> list[Unit]:
    """The units that existed at the end of the time; one alone where the slice is of one."""
    wanted = read_origin(cut.unit)[0]
    return [unit for unit in units_on(base, cut.last) if not wanted or unit.code == wanted]


def previous(cut: Slice) -> Slice:
    """The time of equal length just before; for a whole month the month before."""
    before = cut.first - timedelta(days=1)
    if (cut.first, cut.last) == month_around(cut.first):
        return Slice(before.replace(day=1), before, cut.channel, cut.unit)
    return Slice(before - (cut.last - cut.first), before, cut.channel, cut.unit)


def month_around(day: date) -> tuple[date, date]:
    """The first and the last day of the month."""
    first = day.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return first, following - timedelta(days=1)


def _by_day(cut: Slice, ended: Iterable[Ended]) -> tuple[tuple[date, Tally], ...]:
    found: dict[date, Tally] = defaultdict(Tally)
    for one in ended:
        found[one.day].add(one.outcome, one.questions, one.disliked)
    days = (cut.first + timedelta(days=n) for n in range((cut.last - cut.first).days + 1))
    return tuple((day, found.get(day, Tally())) for day in days)


def _fill(
    came: Iterable[Came],
    askers: Iterable[Reached],
    known: Iterable[Reached],
    row_of: Callable[[Came | Reached], Row],
) -> None:
    for ways in came:
        row_of(ways).tally.add(ways.outcome, ways.questions)
    for reached in askers:
        row_of(reached).askers += reached.people
    for reached in known:
        row_of(reached).known += reached.people


def _row(rows: dict[str, Row], key: str, titles: Mapping[str, str]) -> Row:
    return rows.setdefault(key, Row(key, titles.get(key, key)))


def _most_first(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: (-row.tally.questions, -row.known, row.title)))


def _question(base: Base, entry_id: str) -> str:
    entry = base.entries.get(entry_id)
    return entry.question if entry else entry_id
