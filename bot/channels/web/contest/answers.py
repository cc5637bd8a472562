"""Saving answers: one at a time by the page's script, the whole sheet without one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels.web.contest.desk import NOT_YOURS, TOO_FAST, Desk, Handle
from bot.channels.web.incoming import UNREADABLE, Declined, read_json, read_pairs
from bot.channels.web.visitor import token_of
from bot.contest import play
from bot.contest.document import Published, to_ms
from bot.contest.guess import read_guess
from bot.contest.handing import Guess
from bot.contest.refusal import Refused
from bot.contest.saving import Save

_FIELDS_AT_MOST = 1_000
_LONGEST_CHOICE = 200
_GUESS, _PLACE = "du-doan", "cau-"
_STATUS = {"not_yours": 404, "too_late": 409, "already_submitted": 409, "no_going_back": 409}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole sheet as a form posts it: options by position, the guess as it was typed.

    `step` is what comes next: the review, or the question to go on at.
    """

    chosen: dict[int, tuple[str, ...]]
    guess: str
    step: str


@dataclass(frozen=True, slots=True)
class Answers:
    """What the page's script calls."""

    desk: Desk

    def routes(self) -> list[BaseRoute]:
        """The routes of the script."""
        one = "/thi/{contest}/bai/{attempt}"
        return [
            Route(f"{one}/luu", self._told(self.save), methods=["POST"]),
            Route(f"{one}/trang-thai", self._told(self.tell), methods=["GET"]),
        ]

    async def save(self, request: Request) -> Response:
        """One answer, or the guess; on the disk when this returns."""
        desk = self.desk
        if not desk.limiter.allows(token_of(request) or ""):
            raise Declined(429, TOO_FAST)
        published = await desk.contest(request)
        entrant_id, attempt_id = await desk.seat(request, published)
        fields = await read_json(request)
        at = desk.clock()
        desk.door.outdate(attempt_id)
        if "guess" in fields:
            guess = read_guess(fields["guess"])
            await _keep_guess(desk, published, entrant_id, attempt_id, guess)
            return JSONResponse({"guess": guess, "now_ms": to_ms(at)})
        position, chosen = fields.get("position", ""), fields.get("chosen", "")
        if not position.isascii() or not position.isdigit() or len(position) > 4:
            raise Declined(400, UNREADABLE)
        picked = _split(chosen.split(","))
        save = Save(published, entrant_id, attempt_id, int(position), picked, at)
        saved = await desk.saver.save(save)
        return JSONResponse(
            {"position": saved.position, "chosen": ",".join(saved.chosen), "now_ms": to_ms(at)}
        )

    async def tell(self, request: Request) -> Response:
        """How the paper stands: another tab, or a phone that slept, catches up by it."""
        desk, published = self.desk, await self.desk.contest(request)
        entrant_id, attempt_id = await desk.seat(request, published)
        async with desk.database.reading(quick=True) as tx:
            seat = await play.sitting(tx, published, entrant_id, attempt_id)
        at = desk.clock()
        return JSONResponse(
            {
                "is_open": seat.is_open and not play.is_overdue(published, seat.attempt, at),
                "now_ms": to_ms(at),
                "deadline_ms": seat.attempt.deadline_ms,
                "answers": {str(p.position): ",".join(p.chosen) for p in seat.places if p.chosen},
                "guess": seat.attempt.prediction,
            }
        )

    def _told(self, handle: Handle) -> Handle:
        """The handler, its refusals told to the script by name and in a sentence."""

        async def told(request: Request) -> Response:
            try:
                return await handle(request)
            except Refused as refused:
                sentence = " ".join(NOT_YOURS) if refused.reason == "not_yours" else str(refused)
                status = _STATUS.get(refused.reason, 422)
                return JSONResponse(
                    {"error": sentence, "reason": refused.reason}, status_code=status
                )
            except Declined as declined:
                return JSONResponse({"error": str(declined)}, status_code=declined.status)

        return told


async def read_sheet(request: Request) -> Sheet:
    """The sheet that a form posts. Raises `Declined`."""
    chosen: dict[int, list[str]] = {}
    guess = step = ""
    for name, value in await read_pairs(request, _FIELDS_AT_MOST):
        number = name.removeprefix(_PLACE)
        if name == _GUESS:
            guess = value.strip()
        elif name == "buoc":
            step = value if value.replace("-", "").isalnum() and len(value) < 20 else ""
        elif number != name and number.isascii() and number.isdigit() and len(number) < 5:
            chosen.setdefault(int(number), []).append(value)
    return Sheet({n: _split(values) for n, values in chosen.items()}, guess, step)


async def save_sheet(
    desk: Desk, published: Published, entrant_id: int, attempt_id: int, sheet: Sheet
) -> None:
    """Saves everything that a sheet holds. Raises `Refused` for the first that was not taken."""
    at = desk.clock()
    desk.door.outdate(attempt_id)
    results = await asyncio.gather(
        *(
            desk.saver.save(Save(published, entrant_id, attempt_id, position, chosen, at))
            for position, chosen in sheet.chosen.items()
        ),
        return_exceptions=True,
    )
    for result in results:
        if isinstance(result, BaseException):
            raise result
    if sheet.guess:
        await _keep_guess(desk, published, entrant_id, attempt_id, read_guess(sheet.guess))


async def _keep_guess(
    desk: Desk, published: Published, entrant_id: int, attempt_id: int, guess: int
) -> None:
    await desk.papers.keep(Guess(published, entrant_id, attempt_id, guess, desk.clock()))


def _split(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value[:_LONGEST_CHOICE] for value in values if value))
