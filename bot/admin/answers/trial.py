"""Trying a question: what the bot would say, which entries came near, and why."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.answers.desk import Desk
from bot.admin.answers.editor import titles
from bot.admin.answers.listing import READERS
from bot.admin.visit import Visit
from bot.clock import vietnam_date
from bot.dialogue.advise import Advice, advise
from bot.dialogue.question import describe
from bot.dialogue.snapshot import Snapshot
from bot.knowledge.model import Entry
from bot.language.fold import fold
from bot.matching.find import Candidate, Match

TRIAL = "/admin/thu-hoi"
_LONGEST = 500
_OUTCOMES = {
    "answer": ("Trả lời ngay", "good"),
    "choose": ("Hỏi lại để chọn", "wait"),
    "refuse": ("Nhận là chưa biết", "bad"),
    "calc": ("Tính toán", "good"),
    "smalltalk": ("Chuyện ngoài lề", ""),
}


@dataclass(frozen=True, slots=True)
class Near:
    """An entry that came near, and the words that it shares with the question."""

    entry: Entry
    percent: int
    phrasing: str
    pieces: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a question."""

    advice: Advice
    said: str
    read_as: str
    outcome: tuple[str, str]
    near: tuple[Near, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Trial:
    """The page `/admin/thu-hoi`."""

    desk: Desk

    def routes(self) -> list[BaseRoute]:
        """The route of the trial."""
        return [self.desk.office.page(TRIAL, self.show, roles=READERS)]

    async def show(self, visit: Visit) -> Response:
        """The form, and what became of the question in the address."""
        asked = visit.query("q")[:_LONGEST]
        snapshot = self.desk.office.snapshot
        tried = None
        if asked:
            tried = await asyncio.to_thread(try_question, snapshot, asked, visit)
        return await self.desk.office.show(
            visit, "thu-hoi.html", asked=asked, tried=tried, **titles()
        )


def try_question(snapshot: Snapshot, asked: str, visit: Visit) -> Tried:
    """What the bot would say to a question, word for word, and what stood behind it."""
    advice = advise(snapshot, asked, vietnam_date(visit.at))
    match = advice.match or snapshot.matcher.find(asked)
    return Tried(
        advice=advice,
        said=describe(snapshot, advice),
        read_as=match.reading.line,
        outcome=_OUTCOMES.get(advice.outcome, (advice.outcome, "")),
        near=tuple(_near(snapshot, match, one) for one in match.candidates),
        why=_why(snapshot, advice, match),
    )


def _near(snapshot: Snapshot, match: Match, candidate: Candidate) -> Near:
    asked = set(match.reading.line.split())
    words = candidate.phrasing.split()
    shared = tuple((word, bool(set(fold(word).split()) & asked)) for word in words)
    entry = snapshot.base.entries[candidate.entry]
    return Near(entry, round(candidate.score * 100), candidate.phrasing, shared)


def _why(snapshot: Snapshot, advice: Advice, match: Match) -> str:
    """Why the bot does what it does, in a sentence."""
    if advice.outcome == "calc":
        return (
            "Câu này do phần tính toán (tuổi, ngày, phiếu, nơi bỏ phiếu) trả lời, không lấy từ kho."
        )
    if advice.outcome == "smalltalk":
        return "Câu này khớp với danh sách chào hỏi hoặc chuyện bot không bàn (thư mục words)."
    if match.score >= 1:
        return "Trong kho có đúng cách hỏi này, nên bot trả lời ngay."
    if match.outside:
        return f"Câu này nói về «{match.outside}», nằm ngoài phạm vi của kho, nên bot không đoán."
    if advice.outcome == "answer":
        return "Một câu đứng cao hơn hẳn các câu khác, nên bot trả lời ngay."
    if advice.outcome == "choose":
        return "Có câu gần nhưng chưa câu nào chắc hơn hẳn, nên bot hỏi lại người dân muốn hỏi câu nào."
    return "Không câu nào đủ gần. Trả lời sai hại hơn im lặng, nên bot nhận là chưa biết."
