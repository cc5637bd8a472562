"""What was asked in vain, and what an editor does about it: the pages under `/admin/cau-hoi`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.answers.desk import Actor, Desk
from bot.admin.loop.groups import Group, Groups, hint
from bot.admin.loop.trial import ENTRY, OUTSIDE, Change, Trial, Trials, query_files
from bot.admin.roles import Role
from bot.admin.visit import Visit
from bot.clock import vietnam_date
from bot.errors import Fault, InputRefused, KnowledgeFaulty
from bot.knowledge.lint import LONGEST_QUESTION
from bot.knowledge.model import Entry
from bot.knowledge.outside import add_wordings
from bot.reports.charts import GREY, Column, Series, draw_columns
from bot.reports.participation import CHANNELS
from bot.store import admin_audit, misses

PATH = "/admin/cau-hoi"
ROLES = (Role.EDITOR, Role.APPROVER)
TIMES = {"7": "7 ngày", "30": "30 ngày", "90": "90 ngày", "365": "Một năm"}
_USUAL = "90"
_GROUPS_A_PAGE = 20
_MOST_LINES = 30
_UNWRITTEN = "Đang soạn."
GONE = (
    "Nhóm câu hỏi này không còn: có thể người khác vừa xử lý, hoặc thời gian xem đã khác. Bạn mở lại "
    "danh sách giúp."
)


class Loop:
    """The list of groups, one group, and the trial of a wording."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.office = desk, desk.office
        self.groups = Groups(desk.office.database)
        self.trials = Trials(desk.office.knowledge)

    def routes(self) -> list[BaseRoute]:
        """The routes of the loop."""
        page, act = self.office.page, self.office.act
        return [
            page(PATH, self.list_all, roles=ROLES),
            page(f"{PATH}/thu/{{trial}}", self.show_trial, take=self.save, roles=ROLES),
            act(f"{PATH}/thu/{{trial}}/dung", self.cancel, roles=ROLES),
            page(f"{PATH}/{{mark}}", self.show, take=self.change, roles=ROLES),
        ]

    async def list_all(self, visit: Visit) -> Response:
        """The groups, most asked first, each with the entry that may fit."""
        snapshot = self.office.snapshot
        groups = await self._look(visit)
        paging = visit.paging(len(groups), _GROUPS_A_PAGE)
        shown = groups[paging.offset : paging.offset + paging.rows]
        hints = await asyncio.to_thread(lambda: [hint(snapshot, one.text, 1) for one in shown])
        return await self.office.show(
            visit,
            "cau-hoi.html",
            rows=list(zip(shown, hints, strict=True)),
            entries=snapshot.base.entries,
            paging=paging,
            asked=sum(one.questions for one in groups),
            times=list(TIMES.items()),
            channels=[("", "Mọi kênh"), *CHANNELS.items()],
            days=_days_of(visit),
            channel=visit.choose("kenh", CHANNELS),
        )

    async def show(self, visit: Visit) -> Response:
        """One group: how it was asked, when, and what can be done."""
        return await self._show(visit, await self._group(visit))

    async def change(self, visit: Visit) -> Response:
        """Carries out the button that was pressed on a group."""
        group, form = await self._group(visit), visit.form
        step = form.text("viec")
        try:
            if step in (ENTRY, OUTSIDE):
                return await self._try(visit, group, step)
            if step == "draft":
                return await self._draft(visit, group)
        except KnowledgeFaulty as faulty:
            return await self._show(visit, group, faulty.faults, 422)
        except InputRefused as refused:
            return await self._show(visit, group, [Fault("", 1, "", str(refused))], 422)
        if step not in ("ignore", "off-topic"):
            raise HTTPException(400)
        told = {"ignore": "Đã bỏ qua nhóm này.", "off-topic": "Đã xếp vào ngoài phạm vi."}[step]
        await self._close(visit, group.normalised, step, group.mark)
        return await self.office.go(visit, _list(visit), told)

    async def show_trial(self, visit: Visit) -> Response:
        """How a trial goes, and what came out."""
        trial = self._trial(visit)
        base = self.office.snapshot.base
        subjects = {one.id: one.title for one in base.words.outside}
        target = (
            base.entries[trial.change.target].question
            if trial.change.kind == ENTRY and trial.change.target in base.entries
            else subjects.get(trial.change.target, trial.change.target)
        )
        return await self.office.show(
            visit,
            "thu-cach-hoi.html",
            trial=trial,
            target=target,
            entries=base.entries,
            has_queries=bool(query_files(self.office.knowledge)),
        )

    async def cancel(self, visit: Visit) -> Response:
        """Breaks a trial off."""
        trial = self._trial(visit)
        trial.stop.set()
        return await self.office.go(visit, f"{PATH}/thu/{trial.id}")

    async def save(self, visit: Visit) -> Response:
        """Writes the wordings that were tried, and closes the group."""
        trial = self._trial(visit)
        if trial.outcome is None:
            raise InputRefused("Chưa thử xong nên chưa lưu được.")
        change = trial.change
        if change.kind == ENTRY:
            before = await self.desk.read(change.target)
            phrasings = (*before.entry.phrasings, *change.phrasings)
            await self.desk.save(actor_of(visit), before, {"phrasings": phrasings})
        else:
            folder = self.office.knowledge
            await asyncio.to_thread(add_wordings, folder, change.target, change.phrasings)
        how = f"{change.kind}:{change.target}"
        closed = await self._close(visit, trial.group, how, change.target)
        many = f"Đã lưu {len(change.phrasings)} cách hỏi; {closed} câu hỏi rời khỏi danh sách."
        return await self.office.go(visit, PATH, many)

    async def _try(self, visit: Visit, group: Group, kind: str) -> Response:
        form = visit.form
        target = form.text("muc" if kind == ENTRY else "nhom")
        phrasings = _wordings(form.lines("cach-hoi" if kind == ENTRY else "cach-hoi-ngoai"))
        snapshot = self.office.snapshot
        if kind == ENTRY:
            entry = snapshot.base.entries.get(target)
            if entry is None:
                raise InputRefused("Bạn chưa chọn mục để thêm cách hỏi, hoặc mục đó không còn.")
            await self._check(visit, entry, phrasings)
        elif target not in {one.id for one in snapshot.base.words.outside}:
            raise InputRefused("Bạn chưa chọn nhóm ngoài phạm vi.")
        about = tuple(one.text for one in group.wordings[:_MOST_LINES])
        change = Change(kind, target, phrasings, about)
        today = vietnam_date(visit.at)
        trial = self.trials.begin(snapshot, change, group.normalised, visit.by, today)
        return await self.office.go(visit, f"{PATH}/thu/{trial.id}")

    async def _check(self, visit: Visit, entry: Entry, phrasings: tuple[str, ...]) -> None:
        tried = replace(entry, phrasings=(*entry.phrasings, *phrasings))
        faults = [one for one in await self.desk.check(tried, visit.at) if one.blocking]
        if faults:
            raise KnowledgeFaulty(faults)

    async def _draft(self, visit: Visit, group: Group) -> Response:
        form = visit.form
        question = form.text("cau-hoi")
        phrasings = tuple(p for p in form.lines("cach-hoi-nhap") if p != question)[:_MOST_LINES]
        fields = {
            "question": question,
            "phrasings": phrasings,
            "answer": form.raw("tra-loi").strip() or _UNWRITTEN,
        }
        draft = await self.desk.add_draft(actor_of(visit), form.text("phan"), fields)
        await self._close(visit, group.normalised, f"draft:{draft}", draft)
        return await self.office.go(
            visit, f"/admin/cau-tra-loi/{draft}", "Đã tạo bản nháp. Bạn soạn tiếp câu trả lời."
        )

    async def _close(
        self, visit: Visit, normalised: tuple[str, ...], how: str, subject: str
    ) -> int:
        async with self.office.database.transaction() as tx:
            closed = await misses.mark_alike(tx, normalised, how)
            act = f"miss.{how.partition(':')[0]}"
            detail = f"{closed} câu hỏi"
            await admin_audit.note(tx, visit.by, act, subject, visit.at, detail=detail)
        self.groups.forget()
        return closed

    async def _show(
        self,
        visit: Visit,
        group: Group,
        faults: list[Fault] | tuple[Fault, ...] = (),
        status: int = 200,
    ) -> Response:
        snapshot = self.office.snapshot
        sought = visit.query("tim")[:LONGEST_QUESTION]
        near = await asyncio.to_thread(hint, snapshot, sought or group.text, 8 if sought else 4)
        first, last = _span(visit)
        async with self.office.database.reading() as tx:
            days = await misses.count_by_day(tx, group.normalised, first, last)
        base = snapshot.base
        return await self.office.show(
            visit,
            "mot-nhom.html",
            status=status,
            group=group,
            near=[(one, base.entries[one.entry]) for one in near.candidates],
            outside=near.outside,
            sought=sought,
            faults=[fault.sentence for fault in faults],
            subjects=[(one.id, one.title) for one in base.words.outside],
            parts=[(part.id, part.title) for part in base.service.parts],
            chart=_draw(days, first, last),
            given={one.entry: base.entries.get(one.entry) for one in group.wordings if one.entry},
            back=_list(visit),
            query=visit.request.url.query,
        )

    async def _look(self, visit: Visit) -> list[Group]:
        first, last = _span(visit)
        return await self.groups.look(first, last, visit.choose("kenh", CHANNELS), visit.at)

    async def _group(self, visit: Visit) -> Group:
        mark = visit.part("mark")
        for group in await self._look(visit):
            if group.mark == mark:
                return group
        raise HTTPException(404)

    def _trial(self, visit: Visit) -> Trial:
        trial = self.trials.find(visit.part("trial"))
        if trial is None:
            raise HTTPException(404)
        return trial


def actor_of(visit: Visit) -> Actor:
    """The user as the one who acts on entries."""
    return Actor(visit.by, visit.signature, visit.at)


def _wordings(lines: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(lines))
    if not found:
        raise InputRefused("Bạn chưa ghi cách hỏi nào.")
    if len(found) > _MOST_LINES:
        raise InputRefused(f"Mỗi lần thêm được nhiều nhất {_MOST_LINES} cách hỏi.")
    if any(len(line) > LONGEST_QUESTION for line in found):
        raise InputRefused(f"Mỗi cách hỏi dài nhất {LONGEST_QUESTION} chữ cái.")
    return found


def _days_of(visit: Visit) -> str:
    return visit.choose("ngay", TIMES, _USUAL)


def _span(visit: Visit) -> tuple[date, date]:
    today = vietnam_date(visit.at)
    return today - timedelta(days=int(_days_of(visit)) - 1), today


def _list(visit: Visit) -> str:
    query = visit.request.url.query
    return f"{PATH}?{query}" if query else PATH


def _draw(days: dict[date, int], first: date, last: date) -> str:
    """How often such questions came: by day, over a long time by week."""
    step = 1 if (last - first).days < 31 else 7
    columns, at = [], first
    while at <= last:
        inside = sum(days.get(at + timedelta(days=n), 0) for n in range(step))
        columns.append(Column(f"{at.day}/{at.month}", (inside,)))
        at += timedelta(days=step)
    by = "ngày" if step == 1 else "tuần"
    told = f"{sum(days.values())} lần từ {first.day}/{first.month} đến {last.day}/{last.month}."
    series = (Series("Số lần hỏi", GREY),)
    return draw_columns(f"Số lần hỏi theo {by}", told, columns, series, height=180)
