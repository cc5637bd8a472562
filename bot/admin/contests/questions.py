"""The questions of a contest one by one: found by their words, changed in a form, lint beside it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.contests.room import PATH, Room
from bot.admin.contests.writing import Writing
from bot.admin.visit import Visit
from bot.contest.drafting import QUESTIONS, Draft, FileChanged
from bot.contest.question_form import STATUSES, QuestionForm, change_question, list_questions
from bot.errors import InputRefused, KnowledgeFaulty

LEVELS = (("1", "Dễ"), ("2", "Trung bình"), ("3", "Khó"))


@dataclass(frozen=True, slots=True)
class Questions:
    """The pages `/soan/cau-hoi`."""

    room: Room
    writing: Writing
    _kept: dict[str, tuple[str, list[QuestionForm]]] = field(default_factory=dict)

    def routes(self) -> list[BaseRoute]:
        """The routes of these pages."""
        return [
            self.room.page("/soan/cau-hoi", self.list_all),
            self.room.page("/soan/cau-hoi/{question}", self.show, take=self.save),
        ]

    async def list_all(self, visit: Visit) -> Response:
        """The questions that hold the words asked for."""
        _, found = await self._read(visit)
        wanted = visit.query("tim")[:200]
        shown = [one for one in found if one.holds(wanted)]
        paging = visit.paging(len(shown))
        checked = await self.writing.check(visit)
        faulty = {one.entry for one in checked.faults if one.file.endswith(f"/{QUESTIONS}")}
        return await self.writing.show_page(
            visit,
            "thi/cac-cau.html",
            rows=shown[paging.offset : paging.offset + paging.rows],
            paging=paging,
            wanted=wanted,
            statuses=STATUSES,
            faulty=faulty,
            has_file=bool(found),
            fault="",
        )

    async def show(self, visit: Visit) -> Response:
        """One question as a form."""
        draft, one = await self._one(visit)
        return await self._form(visit, draft, one)

    async def save(self, visit: Visit) -> Response:
        """Writes what was changed in the form."""
        draft, one = await self._one(visit)
        form = visit.form
        values = {
            "text": form.text("text"),
            "explain": form.text("explain"),
            "options": {name: form.text(f"option-{name}") for name, _ in one.options},
            "key": [name for name, _ in one.options if name in form.all("key")],
            "level": form.text("level") if form.text("level") in dict(LEVELS) else one.level,
            "status": form.text("status") if form.text("status") in STATUSES else one.status,
        }
        try:
            if form.text("mark") != draft.mark:
                raise FileChanged(draft)
            text = await asyncio.to_thread(change_question, draft.text, one.id, values)
            await self.writing.write(visit, draft, text)
        except FileChanged as changed:
            return await self._form(visit, draft, one, fault=str(changed), status=409)
        except KnowledgeFaulty as faulty:
            told = "\n".join(fault.sentence for fault in faulty.faults)
            return await self._form(visit, draft, one, fault=told, status=422)
        except InputRefused as refused:
            return await self._form(visit, draft, one, fault=str(refused), status=422)
        at = f"{PATH}/{visit.part('contest')}/soan/cau-hoi/{one.id}"
        return await self.room.office.go(visit, at, "Đã lưu câu hỏi. Công bố thì mới có hiệu lực.")

    async def _read(self, visit: Visit) -> tuple[Draft, list[QuestionForm]]:
        draft, name = await self.writing.draft(visit, QUESTIONS), visit.part("contest")
        kept = self._kept.get(name)
        if kept is None or kept[0] != draft.mark:
            found = await asyncio.to_thread(list_questions, draft.text)
            kept = self._kept[name] = (draft.mark, found)
        return draft, kept[1]

    async def _one(self, visit: Visit) -> tuple[Draft, QuestionForm]:
        draft, found = await self._read(visit)
        one = next((q for q in found if q.id == visit.part("question")), None)
        if one is None:
            raise HTTPException(404)
        return draft, one

    async def _form(
        self, visit: Visit, draft: Draft, one: QuestionForm, *, fault: str = "", status: int = 200
    ) -> Response:
        checked = await self.writing.check(visit)
        own = [
            f.sentence
            for f in checked.faults
            if f.entry == one.id and f.file.endswith(f"/{QUESTIONS}")
        ]
        typed = visit.form if status != 200 else None
        return await self.writing.show_page(
            visit,
            "thi/mot-cau.html",
            status=status,
            question=one,
            mark=draft.mark,
            text=typed.text("text") if typed else one.text,
            explain=typed.text("explain") if typed else one.explain,
            options=[
                (name, typed.text(f"option-{name}") if typed else words)
                for name, words in one.options
            ],
            key=typed.all("key") if typed else one.key,
            level=typed.text("level") if typed else one.level,
            state=typed.text("status") if typed else one.status,
            levels=LEVELS,
            statuses=STATUSES,
            lint=own,
            fault=fault,
        )
