"""Before the paper: the list of contests, and the page of one with its rules and one's attempts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.channels.web.contest.bulletin import Bulletin
from bot.channels.web.contest.desk import Desk, Presence
from bot.channels.web.pages import blocks_of
from bot.channels.web.visitor import new_token, set_cookie, token_of
from bot.clock import show_time
from bot.contest import telling
from bot.contest.document import Published, from_ms
from bot.contest.fields import label_of
from bot.contest.limits import attempts_left
from bot.contest.result import Earned, earned
from bot.contest.rules import Contest
from bot.contest.telling import RoundTold, State
from bot.contest.winning import Won, won_by
from bot.store.contest_attempts import Attempt

_HEADINGS: tuple[tuple[str, tuple[State, ...]], ...] = (
    ("Đang mở", ("open", "resting")),
    ("Sắp mở", ("coming",)),
    ("Đã kết thúc", ("over",)),
)
_ENDINGS = {
    "open": "đang làm",
    "submitted": "đã nộp",
    "timed_out": "hết giờ, máy đã nộp",
    "discarded": "hết giờ mà chưa nộp nên không tính",
    "void": "ban tổ chức đã hủy",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A contest in the list."""

    id: str
    contest: Contest
    rounds: list[RoundTold]


@dataclass(frozen=True, slots=True)
class Mine:
    """One of the person's own attempts: what happened to it, and what it earned."""

    id: int
    number: int
    began: str
    ending: str
    is_open: bool
    earned: Earned | None


@dataclass(frozen=True, slots=True)
class RoundCard:
    """A round on the page of its contest, with the person's attempts in it.

    `left` is how many he still has, None where nothing limits them; `open_id` is the attempt that
    he may go on with.
    """

    told: RoundTold
    left: int | None
    mine: tuple[Mine, ...]
    open_id: int | None

    @property
    def may_start(self) -> bool:
        """Whether a new attempt may start now, as far as the limits go."""
        return self.told.state == "open" and self.open_id is None and self.left != 0


@dataclass(frozen=True, slots=True)
class Lobby:
    """The pages before a paper."""

    desk: Desk
    bulletin: Bulletin

    def routes(self) -> list[BaseRoute]:
        """The routes of these pages."""
        guarded = self.desk.guarded
        return [
            Route("/thi", guarded(self.show_all)),
            Route("/thi/{contest}", guarded(self.show_one)),
        ]

    async def show_all(self, request: Request) -> Response:
        """The list: open, coming, closed."""
        at, shown = self.desk.clock(), await self.desk.showcase.all()
        groups = []
        for heading, states in _HEADINGS:
            found = [
                Shown(one.id, one.contest, telling.tell_rounds(one, at))
                for one in shown.values()
                if "web" in one.contest.channels and telling.state_of(one, at) in states
            ]
            if found:
                found.sort(key=lambda s: (s.contest.is_practice, s.rounds[0].round.opens_at))
                groups.append((heading, found))
        return self.desk.page(request, self.desk.pages.show("contests.html", groups=groups))

    async def show_one(self, request: Request) -> Response:
        """One contest; a browser that was never here gets its cookie, to be known by later."""
        published, at = await self.desk.contest(request), self.desk.clock()
        token = token_of(request)
        present = await self.desk.settled(token, published, at)
        contest, posted = published.contest, await self.bulletin.posted(published)
        won = await self._won(published, present)
        html = self.desk.pages.show(
            "contest.html",
            contest=contest,
            is_registered=present.entrant is not None,
            is_locked=bool(present.entrant and present.entrant.locked_at),
            standing=present.entrant.standing if present.entrant else "",
            asks=bool(contest.registration.fields),
            state=telling.state_of(published, at),
            rounds=list(_cards(published, present, at)),
            who=telling.tell_who(contest),
            play=telling.tell_play(contest),
            prizes=telling.tell_prizes(contest),
            data=telling.tell_data(contest),
            rules=list(blocks_of(published.document.rules_text)),
            counts=posted.counts,
            has_results=bool(posted.notices),
            won=won,
            missing=[label_of(one) for one in won.missing],
            has_just_registered="xong" in request.query_params,
        )
        response = self.desk.page(request, html)
        if token is None:
            set_cookie(request, response, new_token(), secure=self.desk.secure)
        return response

    async def _won(self, published: Published, present: Presence) -> Won:
        if present.entrant is None:
            return Won()
        async with self.desk.database.reading(quick=True) as tx:
            return await won_by(tx, published, self.desk.sealer, present.entrant)


def _cards(published: Published, present: Presence, at: datetime) -> Iterator[RoundCard]:
    for told in telling.tell_rounds(published, at):
        number = published.rounds[told.round.id]
        extra = present.extra.get(told.round.id, 0)
        own = [a for a in present.attempts if a.round == number]
        yield RoundCard(
            told,
            attempts_left(published, told.round, present.attempts, extra, at),
            tuple(_mine(published, n, a, at) for n, a in enumerate(own, 1))[::-1],
            next((a.id for a in own if a.status == "open"), None),
        )


def _mine(published: Published, number: int, attempt: Attempt, at: datetime) -> Mine:
    is_open = attempt.status == "open"
    return Mine(
        attempt.id,
        number,
        show_time(from_ms(attempt.started_ms)),
        _ENDINGS[attempt.status],
        is_open,
        None if is_open else earned(published, attempt, at),
    )
