"""The attempts of a round, and one paper as it was shown and answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.contests.room import Room, round_asked
from bot.admin.visit import Visit
from bot.contest.document import Published
from bot.contest.marking import split_options
from bot.contest.results import need_round
from bot.reports.labels import STATUS
from bot.store import contest_attempts, contest_desk


@dataclass(frozen=True, slots=True)
class Choice:
    """An option as it was shown."""

    letter: str
    text: str
    is_chosen: bool
    is_right: bool


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a paper: the question, the options as shown, what was chosen and when."""

    position: int
    question_id: str
    version: int
    text: str
    choices: tuple[Choice, ...]
    verdict: str
    at_ms: int | None
    changes: int


@dataclass(frozen=True, slots=True)
class Attempts:
    """The pages of attempts."""

    room: Room

    def routes(self) -> list[BaseRoute]:
        """The routes of these pages."""
        return [
            self.room.page("/luot-thi", self.list_all),
            self.room.page("/luot-thi/{attempt}", self.show),
        ]

    async def list_all(self, visit: Visit) -> Response:
        """The attempts of a round, person by person; those in one status where it is asked for."""
        published = await self.room.published(visit)
        one = round_asked(visit, published)
        assert one is not None  # noqa: S101 only where the whole may be asked for
        number = published.rounds[need_round(published, one.id).id]
        status = visit.choose("tinh-trang", STATUS) or None
        async with self.room.office.database.reading() as tx:
            paging = visit.paging(await contest_desk.count_attempts(tx, number, status))
            rows = await contest_desk.attempts_page(tx, number, paging.offset, paging.rows, status)
        return await self.room.show(
            visit,
            published,
            "thi/luot-thi.html",
            rows=rows,
            paging=paging,
            round=one,
            asked=status or "",
            statuses=STATUS,
        )

    async def show(self, visit: Visit) -> Response:
        """One paper, question by question."""
        published = await self.room.published(visit)
        async with self.room.office.database.reading() as tx:
            attempt = await contest_attempts.find(tx, visit.number("attempt"))
            if attempt is None or attempt.round not in published.round_ids:
                raise HTTPException(404)
            places = await contest_desk.paper_of(tx, attempt.id)
        return await self.room.show(
            visit,
            published,
            "thi/mot-luot.html",
            attempt=attempt,
            round=published.round(attempt.round),
            statuses=STATUS,
            places=list(_places(published, places)),
        )


def _places(published: Published, rows: Sequence[Mapping[str, Any]]) -> Iterator[Place]:
    for row in rows:
        question = published.by_number[row["question"]]
        marking = published.markings[row["question"]]
        chosen = set(split_options(row["chosen"]))
        right = {option for way in marking.accepted for option in split_options(way)}
        shown = [question.option(option) for option in split_options(row["shown"])]
        verdict = "đúng" if marking.is_right(row["chosen"]) else "sai"
        if row["chosen"] is None:
            verdict = "bỏ trống"
        if marking.treatment != "normal":
            verdict = "câu không tính" if marking.treatment == "dropped" else "được tính điểm"
        yield Place(
            row["position"],
            row["question_id"],
            row["version"],
            question.text,
            tuple(
                Choice(chr(ord("A") + n), option.text, option.id in chosen, option.id in right)
                for n, option in enumerate(shown)
                if option is not None
            ),
            verdict,
            row["at_ms"],
            row["changes"],
        )
