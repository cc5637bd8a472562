"""Wrong questions and failures: one organizer proposes, sees the numbers, another one approves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.contests.room import Deed, Room
from bot.admin.visit import Visit
from bot.clock import VIETNAM, show_time
from bot.contest import measures
from bot.contest.bank import Question
from bot.contest.document import Published
from bot.contest.refusal import Refused
from bot.contest.words import FaultAction
from bot.language.fold import fold
from bot.reports.labels import MEASURE_STATES, MEASURES
from bot.store import contest_measures
from bot.store.contest_measures import StoredMeasure

KIND = "measure"
FAULTS: tuple[FaultAction, ...] = ("rekey", "accept_several", "full_marks", "drop")
_NUMBER = re.compile(r"\d{1,18}")
_FIGURES = {
    "persons": "Số người",
    "attempts": "Số lượt",
    "persons_all_correct": "Người đúng tất cả",
    "attempts_all_correct": "Lượt đúng tất cả",
    "actual": "Số thực tế của câu dự đoán",
}


@dataclass(frozen=True, slots=True)
class RoundFigures:
    """The numbers of a round before and after a measure, and who wins or loses a prize."""

    label: str
    rows: tuple[tuple[str, int | None, int | None], ...]
    win: tuple[int, ...]
    lose: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A measure as it is read: what it does, what it changes, whether this person may approve."""

    measure: StoredMeasure
    told: str
    changed: str
    rounds: tuple[RoundFigures, ...]
    may_approve: bool


@dataclass(frozen=True, slots=True)
class MeasurePages:
    """The pages under `/xu-ly`."""

    room: Room

    def routes(self) -> list[BaseRoute]:
        """The routes of these pages."""
        return [
            self.room.page("/xu-ly", self.show, take=self.act, largest_upload=1_000_000),
            self.room.page("/xu-ly/cau", self.choose_question),
            self.room.page("/xu-ly/cau/{question}", self.show_question, take=self.propose_fault),
        ]

    async def show(self, visit: Visit) -> Response:
        """Every measure, newest first, and the forms for a failure."""
        return await self._page(visit, await self.room.published(visit))

    async def act(self, visit: Visit) -> Response:
        """Proposes something about a failure; approves or rejects a proposal."""
        published = await self.room.published(visit)
        try:
            deed, detail, said = self._deed(visit, published)
            is_done = await self.room.run(visit, published, KIND, detail, deed)
        except Refused as refused:
            return await self._page(visit, published, fault=str(refused), status=422)
        return await self.room.go(visit, published, "/xu-ly", said if is_done else "")

    async def choose_question(self, visit: Visit) -> Response:
        """The questions of the contest, those that hold the words asked for."""
        published = await self.room.published(visit)
        wanted = visit.query("tim")[:200]
        found = [q for q in published.current if _holds(q, wanted)]
        paging = visit.paging(len(found))
        return await self.room.show(
            visit,
            published,
            "thi/chon-cau.html",
            questions=found[paging.offset : paging.offset + paging.rows],
            paging=paging,
            wanted=wanted,
        )

    async def show_question(self, visit: Visit) -> Response:
        """One question with what counts as right now, and what may be done about it."""
        return await self._question(visit, await self.room.published(visit))

    async def propose_fault(self, visit: Visit) -> Response:
        """Proposes what to do about a wrong question."""
        published = await self.room.published(visit)
        question = _find(published, visit)
        form, reason = visit.form, visit.form.text("reason")[:1_000]
        action = next((one for one in FAULTS if one == form.text("action")), None)
        if action is None:
            raise HTTPException(400)
        ticked = form.all("accept")[:20]
        accepted: Sequence[Sequence[str]] = ()
        if ticked:
            # Where one option is chosen, each ticked one is an answer of its own.
            alone = action == "accept_several" and not _is_multiple(published)
            accepted = [[option] for option in ticked] if alone else [ticked]
        try:
            is_done = await self.room.run(
                visit, published, KIND, f"câu {question.id}",
                lambda tx, p: measures.propose_fault(
                    tx, p, action, question.name, accepted, reason, visit.by, visit.at
                ),
            )  # fmt: skip
        except Refused as refused:
            return await self._question(visit, published, fault=str(refused), status=422)
        said = "Đã ghi đề xuất. Người khác duyệt thì mới có hiệu lực."
        return await self.room.go(visit, published, "/xu-ly", said if is_done else "")

    def _deed(self, visit: Visit, published: Published) -> tuple[Deed, str, str]:
        """What was asked for, its line for the log, and what is said once it is done."""
        form, by, at = visit.form, visit.by, visit.at
        step, number = form.text("step"), form.number("measure")
        if step == "approve":
            shelf = self.room.office.shelf
            return (
                lambda tx, p: measures.approve(tx, shelf, p, number, by, at),
                f"duyệt đề xuất {number}",
                "Đã duyệt. Mọi kết quả liên quan đã được tính lại.",
            )
        if step == "reject":
            reason = form.text("reason")[:1_000]
            return (
                lambda tx, p: measures.reject(tx, p, number, reason, by, at),
                f"bác đề xuất {number}",
                "Đã bác đề xuất.",
            )
        said = "Đã ghi đề xuất. Người khác duyệt thì mới có hiệu lực."
        return self._incident(visit, published), step, said

    def _incident(self, visit: Visit, published: Published) -> Deed:
        form, by, at = visit.form, visit.by, visit.at
        step, reason = form.text("step"), form.text("reason")[:1_000]
        if step == "void":
            attempts = _numbers(visit)
            return lambda tx, p: measures.propose_void(tx, p, attempts, reason, by, at)
        round_id = form.text("vong")
        if published.contest.round(round_id) is None:
            raise HTTPException(400)
        if step == "extend":
            until = _instant(form.text("until"))
            return lambda tx, p: measures.propose_extension(tx, p, round_id, until, reason, by, at)
        if step == "reopen":
            start, until = _instant(form.text("start")), _instant(form.text("until"))
            return lambda tx, p: measures.propose_reopening(
                tx, p, round_id, start, until, reason, by, at
            )
        if step == "grant":
            people, extra = _numbers(visit), form.number("extra", 1)
            return lambda tx, p: measures.propose_grant(
                tx, p, round_id, people, extra, reason, by, at
            )
        raise HTTPException(400)

    async def _page(
        self, visit: Visit, published: Published, *, fault: str = "", status: int = 200
    ) -> Response:
        found = await self.room.read(lambda tx: contest_measures.list_measures(tx, published.id))
        allowed = published.contest.incidents.actions
        return await self.room.show(
            visit,
            published,
            "thi/xu-ly.html",
            status=status,
            measures=[_shown(published, one, visit) for one in reversed(found)],
            names=MEASURES,
            states=MEASURE_STATES,
            allowed=allowed,
            rounds=[one for one in published.contest.rounds if one.closes_at],
            job=await self.room.last_job(published, KIND),
            fault=fault,
        )

    async def _question(
        self, visit: Visit, published: Published, *, fault: str = "", status: int = 200
    ) -> Response:
        question = _find(published, visit)
        marking = published.markings[published.numbers[question.name]]
        return await self.room.show(
            visit,
            published,
            "thi/cau-sai.html",
            status=status,
            question=question,
            treatment=marking.treatment,
            right={option for way in marking.accepted for option in way.split(",")},
            actions=[(one, MEASURES[one]) for one in FAULTS
                     if one in published.contest.question_faults.actions],
            is_multiple=_is_multiple(published),
            fault=fault,
        )  # fmt: skip


def _shown(published: Published, one: StoredMeasure, visit: Visit) -> Shown:
    changed: Mapping[str, int] = one.figures.get("changed") or {}
    said = {"attempts": "lượt đổi kết quả", "up": "lượt tăng điểm", "down": "lượt giảm điểm",
            "people": "người được nhắc tới", "open": "người đang làm bài"}  # fmt: skip
    told = ", ".join(f"{_figure(n)} {said.get(key, key)}" for key, n in changed.items())
    rounds = tuple(_rounds(published, one.figures.get("rounds") or {}))
    may_approve = one.state == "proposed" and one.proposed_by != visit.by
    return Shown(one, _told(published, one.data), told, rounds, may_approve)


def _rounds(published: Published, figures: Mapping[str, Any]) -> Iterator[RoundFigures]:
    for round_id, told in figures.items():
        one = published.contest.round(round_id)
        before, after = told["before"], told["after"]
        yield RoundFigures(
            one.label if one else round_id,
            tuple((words, before.get(key), after.get(key)) for key, words in _FIGURES.items()),
            tuple(told["win"]),
            tuple(told["lose"]),
        )


def _told(published: Published, data: Mapping[str, Any]) -> str:
    """What a measure is about, in a sentence."""
    if "question" in data:
        found = next((q for q in published.document.questions
                      if q.name == (data["question"], data["version"])), None)  # fmt: skip
        words = f"Câu «{found.text if found else data['question']}»."
        texts = {str(o.id): o.text for o in found.options} if found else {}
        ways = ["; ".join(texts.get(i, i) for i in way) for way in data["accepted"]]
        return f"{words} Đáp án: {' hoặc '.join(ways)}." if ways else words
    if "attempts" in data:
        return f"{_figure(len(data['attempts']))} lượt: {_some(data['attempts'])}."
    one = published.contest.round(data["round"])
    label = one.label if one else data["round"]
    if "entrants" in data:
        people = f"{_figure(len(data['entrants']))} thí sinh ({_some(data['entrants'])})"
        return f"{label}: thêm {data['extra']} lượt cho {people}."
    until = show_time(datetime.fromisoformat(data["closes_at"]))
    if "opens_at" in data:
        start = show_time(datetime.fromisoformat(data["opens_at"]))
        return f"{label}: mở lại từ {start} đến {until}."
    return f"{label}: đóng lúc {until}."


def _some(numbers: Sequence[int]) -> str:
    more = " …" if len(numbers) > 10 else ""
    return ", ".join(map(str, numbers[:10])) + more


def _figure(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _holds(question: Question, wanted: str) -> bool:
    text = fold(f"{question.id} {question.text}")
    return all(word in text for word in fold(wanted).split())


def _find(published: Published, visit: Visit) -> Question:
    """The question of the address, the newest version unless another is asked for."""
    wanted = visit.query("ban") or visit.form.text("ban")
    own = [q for q in published.document.questions if q.id == visit.part("question")]
    if wanted:
        own = [q for q in own if str(q.version) == wanted]
    if not own:
        raise HTTPException(404)
    return max(own, key=lambda q: q.version)


def _is_multiple(published: Published) -> bool:
    return any(p.answer_kind == "multiple" for p in published.contest.papers.values())


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)
    except ValueError:
        raise Refused("not_allowed", "Bạn ghi đủ ngày và giờ, ví dụ 2026-03-15T19:00.") from None


def _numbers(visit: Visit) -> list[int]:
    """The numbers that were typed, or that stand in a file, one a line."""
    text = visit.form.raw("ids")
    if (file := visit.form.files.get("file")) is not None:
        text += "\n" + file.content.decode("utf-8-sig", "replace")
    words = re.split(r"[\s,;]+", text.strip())
    wrong = next((w for w in words if w and not _NUMBER.fullmatch(w)), None)
    if wrong is not None:
        raise Refused("not_allowed", f"«{wrong[:40]}» không phải là một số.")
    return [int(word) for word in words if word]
