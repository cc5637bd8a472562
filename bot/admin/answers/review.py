"""Approving: the words as citizens will read them, what changed in them, and a name under them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.answers.desk import RESTORE, Desk, Standing
from bot.admin.answers.diff import diff_entries
from bot.admin.answers.editor import actor_of, look, proposed_entry, titles
from bot.admin.answers.listing import PATH, READERS
from bot.admin.answers.preview import preview
from bot.admin.roles import Role
from bot.admin.visit import Visit
from bot.errors import InputRefused
from bot.knowledge.edit import mark_of
from bot.knowledge.model import Entry, Status
from bot.store import entry_versions

REVIEW = "/admin/duyet"
APPROVED = "Đã duyệt. Sau vài giây mọi kênh dùng bản này."
_APPROVERS = (Role.APPROVER,)
_WAITS_FOR_READING = (Status.STARTER, Status.DRAFT)


@dataclass(frozen=True, slots=True)
class Reviewing:
    """The pages `/admin/duyet` and `/admin/cau-tra-loi/{entry}/duyet`."""

    desk: Desk

    def routes(self) -> list[BaseRoute]:
        """The routes of approving."""
        page = self.desk.office.page
        return [
            page(REVIEW, self.list_all, roles=READERS),
            page(f"{REVIEW}/{{part}}", self.go_through, take=self.take_next, roles=_APPROVERS),
            page(f"{PATH}/{{entry}}/duyet", self.show, take=self.take, roles=READERS),
        ]

    async def list_all(self, visit: Visit) -> Response:
        """Everything that waits for an approver."""
        base = self.desk.library
        async with self.desk.office.database.reading() as tx:
            waiting = await entry_versions.proposals(tx)
        starters = Counter(e.part for e in base.entries.values() if e.status is Status.STARTER)
        drafts = [e for e in base.entries.values() if e.status is Status.DRAFT]
        approved = Counter(e.part for e in base.entries.values() if e.status is Status.APPROVED)
        return await self.desk.office.show(
            visit,
            "duyet.html",
            waiting=[(one, base.entries.get(one.entry_id)) for one in waiting],
            parts=[(p, starters[p.id], approved[p.id]) for p in base.service.parts],
            drafts=drafts,
            may_approve=visit.may(Role.APPROVER),
        )

    async def show(self, visit: Visit) -> Response:
        """One entry to be approved, silenced or handed back."""
        return await self._one(visit, await look(self.desk, visit))

    async def take(self, visit: Visit) -> Response:
        """Carries out the button that was pressed."""
        entry_id = visit.part("entry")
        standing = await look(self.desk, visit)
        if not visit.may(Role.APPROVER):
            return await self._one(visit, standing, "Cần có quyền duyệt nội dung.", 403)
        try:
            message = await self._carry_out(visit, entry_id)
        except InputRefused as refused:
            standing = await look(self.desk, visit)
            return await self._one(visit, standing, str(refused), 409)
        return await self.desk.office.go(visit, f"{PATH}/{entry_id}/duyet", message)

    async def go_through(self, visit: Visit) -> Response:
        """The next starter of a part that nobody has approved; those after `sau` first."""
        part = visit.part("part")
        topic = next((p for p in self.desk.library.service.parts if p.id == part), None)
        if topic is None:
            raise HTTPException(404)
        entries = [e for e in self.desk.library.entries.values() if e.part == part]
        ids = [entry.id for entry in entries]
        last = visit.query("sau")
        after = ids.index(last) + 1 if last in ids else 0
        for entry in [*entries[after:], *entries[:after]]:
            if entry.status is not Status.STARTER:
                continue
            standing = await self.desk.look(entry.id)
            # What is served may be some seconds behind the files.
            if standing.written.entry.status is Status.STARTER and not standing.proposal:
                left = sum(e.status is Status.STARTER for e in entries)
                return await self._one(visit, standing, topic=topic.title, left=left)
        return await self.desk.office.go(visit, REVIEW, f"Phần «{topic.title}» đã duyệt xong.")

    async def take_next(self, visit: Visit) -> Response:
        """Approves the starter that was read, and goes on to the next one."""
        entry_id = visit.form.text("entry")
        onward = f"{REVIEW}/{visit.part('part')}?sau={entry_id}"
        if visit.form.text("step") != "approve":
            return await self.desk.office.go(visit, onward)
        await self.desk.approve(actor_of(visit), entry_id, visit.form.text("mark"))
        return await self.desk.office.go(visit, onward, "Đã duyệt câu vừa đọc.")

    async def _carry_out(self, visit: Visit, entry_id: str) -> str:
        actor, mark = actor_of(visit), visit.form.text("mark")
        step = visit.form.text("step")
        if step == "approve":
            await self.desk.approve(actor, entry_id, mark)
            return APPROVED
        if step == "retire":
            await self.desk.set_status(actor, entry_id, mark, Status.RETIRED)
            return "Đã ngừng dùng. Sau vài giây không kênh nào nói câu này nữa."
        if step == "draft":
            await self.desk.set_status(actor, entry_id, mark, Status.DRAFT, RESTORE)
            return "Câu này là bản nháp. Muốn dùng lại thì bấm duyệt."
        raise HTTPException(400)

    async def _one(
        self,
        visit: Visit,
        standing: Standing,
        fault: str = "",
        status: int = 200,
        *,
        topic: str = "",
        left: int = 0,
    ) -> Response:
        office, base = self.desk.office, self.desk.library
        now, proposed = standing.written.entry, proposed_entry(standing)
        words = standing.proposal.text if standing.proposal else standing.written.text
        read: Entry = proposed or now
        author = standing.proposal.by if standing.proposal else standing.author
        return await office.show(
            visit,
            "duyet-cau.html",
            status=status,
            entry=now,
            standing=standing,
            fault=fault,
            mark=mark_of(words),
            file_mark=standing.written.mark,
            changed=diff_entries(now, proposed, base.laws) if proposed else [],
            preview=preview(office.snapshot, read),
            read=read,
            author=author,
            is_own=author == visit.by and not self.desk.same_person,
            may_approve=visit.may(Role.APPROVER),
            topic=topic,
            left=left,
            **titles(),
        )
