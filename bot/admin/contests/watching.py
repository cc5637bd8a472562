"""The front page of a contest: how each round stands, hour by hour, unit by unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.contests.figures import Counted
from bot.admin.contests.room import Room
from bot.admin.visit import Visit
from bot.clock import VIETNAM
from bot.contest.document import Published
from bot.contest.live import State, announcements, state_of
from bot.contest.rules import Round
from bot.reports.charts import GOLD, RED, Column, Series, draw_columns
from bot.reports.labels import STANDING
from bot.store import contest_results
from bot.store.contest_desk import HourCount
from bot.store.contest_results import Result

HOURS, DAYS = 48, 62
_UNITS = 30
_LAYERS = (Series("đã nộp", RED), Series("đang làm hoặc không được tính", GOLD))


@dataclass(frozen=True, slots=True)
class RoundLine:
    """A round with its numbers and its last result."""

    round: Round
    state: State
    persons: int
    started: int
    finished: int
    playing: int
    result: Result | None


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit: registered, played, attempts, and its share of the greatest number of players."""

    title: str
    registered: int
    played: int
    attempts: int
    share: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as SVG with its rows: label, attempts begun, and how many of them were handed in."""

    title: str
    svg: str
    rows: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Watching:
    """The page `/admin/cuoc-thi/<mã>`."""

    room: Room

    def routes(self) -> list[BaseRoute]:
        """The route of the page."""
        return [self.room.page("", self.show)]

    async def show(self, visit: Visit) -> Response:
        """The rounds, the last hours or all days, and the units with most players first."""
        published = await self.room.published(visit)
        counted = await self.room.figures.of(published)
        async with self.room.office.database.reading() as tx:
            results = await contest_results.list_results(tx, published.id)
        by_day = visit.query("theo") == "ngay"
        everything = visit.query("don-vi") == "het"
        units = _units(self.room, published, counted) if counted else []
        return await self.room.show(
            visit,
            published,
            "thi/theo-doi.html",
            counted=counted,
            standings=[(STANDING[k], n) for k, n in counted.standings.items()] if counted else [],
            rounds=_rounds(published, counted, results, visit.at),
            chart=_chart(counted, by_day=by_day) if counted else None,
            by_day=by_day,
            units=units if everything else units[:_UNITS],
            more_units=0 if everything else max(0, len(units) - _UNITS),
            told=announcements(published),
        )


def _rounds(
    published: Published, counted: Counted | None, results: Iterable[Result], at: datetime
) -> list[RoundLine]:
    last = {result.round: result for result in results}
    lines = []
    for one in published.contest.rounds:
        number = published.rounds[one.id]
        found = counted.rounds.get(number, {}) if counted else {}
        finished = found.get("submitted", 0) + found.get("timed_out", 0)
        lines.append(
            RoundLine(
                published.in_force(one),
                state_of(published, one, at),
                found.get("persons", 0),
                sum(n for status, n in found.items() if status != "persons"),
                finished,
                found.get("open", 0),
                last.get(number),
            )
        )
    return lines


def _units(room: Room, published: Published, counted: Counted) -> list[UnitLine]:
    trees = room.trees(published)
    most = max((played for _, played, _ in counted.units.values()), default=0) or 1
    lines = [
        UnitLine(
            trees.unit_title(code) if code else "(không ghi đơn vị)",
            registered,
            played,
            attempts,
            round(100 * played / most),
        )
        for code, (registered, played, attempts) in counted.units.items()
    ]
    return sorted(lines, key=lambda line: (-line.played, -line.registered, line.title))


def _chart(counted: Counted, *, by_day: bool) -> Chart | None:
    if not counted.hours:
        return None
    rows = _days(counted.hours)[-DAYS:] if by_day else _last_hours(counted.hours)
    title = "Số lượt thi bắt đầu mỗi ngày" if by_day else "Số lượt thi bắt đầu mỗi giờ, 48 giờ cuối"
    most = max(rows, key=lambda row: row[1])
    begun, done = sum(row[1] for row in rows), sum(row[2] for row in rows)
    told = f"Tổng {begun} lượt, đã nộp {done}; nhiều nhất {most[1]} ({most[0]})."
    columns = [Column(label, (done, started - done)) for label, started, done in rows]
    return Chart(title, draw_columns(title, told, columns, _LAYERS, height=210), tuple(rows))


def _last_hours(hours: Sequence[HourCount]) -> list[tuple[str, int, int]]:
    known = {one.hour: one for one in hours}
    first = max(hours[-1].hour - HOURS + 1, hours[0].hour)
    every = [known.get(n, HourCount(n, 0, 0)) for n in range(first, hours[-1].hour + 1)]
    return [(f"{_local(one.hour):%Hh %d/%m}", one.started, one.finished) for one in every]


def _days(hours: Iterable[HourCount]) -> list[tuple[str, int, int]]:
    started: Counter[datetime] = Counter()
    finished: Counter[datetime] = Counter()
    for one in hours:
        day = _local(one.hour).replace(hour=0)
        started[day] += one.started
        finished[day] += one.finished
    first, last = min(started), max(started)
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [(f"{day:%d/%m}", started[day], finished[day]) for day in every]


def _local(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * 3_600, UTC).astimezone(VIETNAM)
