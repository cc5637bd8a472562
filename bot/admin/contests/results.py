"""Results round by round: computing, parting equals, deciding; every ranking key is a column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.contests.jobs import Outcome, Progress
from bot.admin.contests.room import WHOLE, Deed, Room, round_asked
from bot.admin.visit import Visit
from bot.contest import prizes, results
from bot.contest.awards import Tie
from bot.contest.computing import compute_aside
from bot.contest.document import Published
from bot.contest.refusal import Refused
from bot.contest.results import ranked_rounds
from bot.reports.labels import INSTANTS, RANK_HEADINGS, STANDING, STATE
from bot.store import contest_awards, contest_results
from bot.store.contest_awards import Award
from bot.store.contest_results import WHOLE as WHOLE_NUMBER
from bot.store.contest_results import Result
from bot.store.database import Tx

KIND = "compute"


@dataclass(frozen=True, slots=True)
class Cell:
    """One ranking key of a person; an instant is in milliseconds."""

    key: str
    value: int | None
    is_instant: bool
    decides: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A person in a ranking, with every key."""

    rank: int
    segment: str
    entrant_id: int
    attempt_id: int
    standing: str
    cells: tuple[Cell, ...]
    lot: int | None


@dataclass(frozen=True, slots=True)
class Prize:
    """A prize in the list, with whose it is."""

    award: Award
    winner: str
    may_pass: bool


@dataclass(frozen=True, slots=True)
class ResultPages:
    """The page `/ket-qua`."""

    room: Room

    def routes(self) -> list[BaseRoute]:
        """The route of the results."""
        return [self.room.page("/ket-qua", self.show, take=self.act)]

    async def show(self, visit: Visit) -> Response:
        """The last result of a round with a page of its ranking, its prizes and what is open."""
        return await self._page(visit, await self.room.published(visit))

    async def act(self, visit: Visit) -> Response:
        """Carries out the button that was pressed."""
        published = await self.room.published(visit)
        step = visit.form.text("step")
        asked = visit.form.text("vong")
        if asked != WHOLE and published.contest.round(asked) is None:
            raise HTTPException(400)
        round_id = None if asked == WHOLE else asked
        try:
            if step == "compute":
                said = await self._compute(visit, published, round_id)
            else:
                said = await self._carry_out(visit, published, round_id, step)
        except Refused as refused:
            return await self._page(visit, published, fault=str(refused), status=422)
        return await self.room.go(visit, published, f"/ket-qua?vong={asked}", said)

    async def _compute(self, visit: Visit, published: Published, round_id: str | None) -> str:
        by, at, room = visit.by, visit.at, self.room
        office, detail = room.office, round_id or "cả cuộc thi"
        # Said here already what can be known before the counting.
        async with office.database.transaction() as tx:
            await results.check_computable(tx, published, round_id, at)

        async def work(_progress: Progress) -> Outcome:
            await compute_aside(office.database, office.shelf, published.id, round_id, by, at)
            await room.note(visit, published, KIND, detail)
            return Outcome({})

        is_done = await room.run_work(visit, published, KIND, detail, work)
        return "Đã tính xong kết quả." if is_done else ""

    async def _carry_out(
        self, visit: Visit, published: Published, round_id: str | None, step: str
    ) -> str:
        form, by, at = visit.form, visit.by, visit.at
        award, reason = form.number("award"), form.text("reason")[:1_000]
        order = [
            int(word) for word in form.text("order").split() if word.isascii() and word.isdigit()
        ]
        number = form.text("number")[:100]
        deeds: dict[str, tuple[Deed, str]] = {
            "decide": (
                lambda tx, p: results.decide(tx, p, round_id, number, by, at),
                "Đã ghi quyết định. Kết quả này không đổi nữa.",
            ),
            "lots": (
                lambda tx, p: results.draw_lots(tx, p, round_id, by, at, form.text("seed") or None),
                "Đã bốc thăm và tính lại. Mã bốc thăm ở trong nhật ký.",
            ),
            "place": (
                lambda tx, p: results.place_equals(tx, p, round_id, order, reason, by, at),
                "Đã ghi thứ tự và tính lại.",
            ),
            "verify": (
                lambda tx, p: prizes.verify_award(tx, p, award, reason, by, at),
                "Đã ghi là đã đối chiếu. Giải có mã chứng nhận.",
            ),
            "pass": (
                lambda tx, p: prizes.pass_down(tx, p, award, reason, by, at),
                "Đã chuyển giải cho người kế tiếp.",
            ),
        }
        if step not in deeds:
            raise HTTPException(400)
        deed, said = deeds[step]
        detail = f"{round_id or 'cả cuộc thi'} {f'giải {award}' if award else number}".strip()
        await self.room.act(visit, published, step, detail, deed)
        return said

    async def _page(
        self, visit: Visit, published: Published, *, fault: str = "", status: int = 200
    ) -> Response:
        one = round_asked(visit, published, with_whole=True)
        asked = str(one.id) if one else WHOLE
        number = published.rounds[one.id] if one else WHOLE_NUMBER
        async with self.room.office.database.reading() as tx:
            result = await contest_results.last(tx, published.id, number)
            shown = await self._shown(tx, visit, published, result) if result else _NOTHING
        is_over = (
            published.is_over(one, visit.at)
            if one
            else all(published.is_over(r, visit.at) for r in ranked_rounds(published))
        )
        return await self.room.show(
            visit,
            published,
            "thi/ket-qua.html",
            status=status,
            asked=asked,
            round=one,
            whole=WHOLE,
            result=result,
            is_over=is_over,
            job=await self.room.last_job(published, KIND),
            last_resort=published.contest.ranking.last_resort,
            headings=RANK_HEADINGS,
            fault=fault,
            states=STATE,
            standings=STANDING,
            **shown,
        )

    async def _shown(
        self, tx: Tx, visit: Visit, published: Published, result: Result
    ) -> dict[str, Any]:
        segments = await contest_results.segments(tx, result.id)
        segment = visit.choose("bang", segments, segments[0] if segments else "")
        paging = visit.paging(await contest_results.count_rows(tx, result.id, segment))
        rows = await contest_results.page(tx, result.id, segment, paging.offset, paging.rows)
        decisive = [key.key for key in published.contest.ranking.keys]
        awards = await contest_awards.of_result(tx, result.id)
        ties: Sequence[Tie] = ()
        if not result.is_decided:
            ties = await prizes.prize_ties(tx, published, result)
        return {
            "rows": [_row(row, decisive) for row in rows],
            "paging": paging,
            "segments": segments,
            "segment": segment,
            "ties": ties,
            "prizes": list(self._prizes(published, result, awards)),
        }

    def _prizes(
        self, published: Published, result: Result, awards: Sequence[Award]
    ) -> Iterator[Prize]:
        trees = self.room.trees(published)
        for award in awards:
            winner = trees.unit_title(award.unit) if award.unit else ""
            may_pass = (
                award.kind == "individual"
                and not result.is_decided
                and award.state in contest_awards.LIVING
            )
            yield Prize(award, winner, may_pass)


_NOTHING: dict[str, Any] = {
    "rows": [],
    "paging": None,
    "segments": [],
    "segment": "",
    "ties": [],
    "prizes": [],
}


def _row(row: Mapping[str, Any], decisive: Sequence[str]) -> Row:
    return Row(
        row["rank"],
        row["segment"],
        row["entrant_id"],
        row["attempt_id"],
        row["standing"],
        tuple(Cell(key, row[key], key in INSTANTS, key in decisive) for key in RANK_HEADINGS),
        row["lot"],
    )
