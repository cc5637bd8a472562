"""Every wording that an entry ever had: what changed, who did it, and the way back."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.acts import name_act
from bot.admin.answers.desk import RESTORE, Desk
from bot.admin.answers.diff import FieldDiff, Piece, diff_entries, diff_lines
from bot.admin.answers.editor import PROPOSED, SAVED, actor_of, look, titles
from bot.admin.answers.listing import PATH, READERS
from bot.admin.visit import Visit
from bot.errors import InputRefused
from bot.knowledge import edit
from bot.knowledge.edit import is_said
from bot.knowledge.model import Entry
from bot.store import admin_users, entry_versions
from bot.store.entry_versions import Version


@dataclass(frozen=True, slots=True)
class History:
    """The pages under `/admin/cau-tra-loi/{entry}/lich-su`."""

    desk: Desk

    def routes(self) -> list[BaseRoute]:
        """The routes of the history."""
        page, path = self.desk.office.page, f"{PATH}/{{entry}}/lich-su"
        return [
            page(path, self.list_all, roles=READERS),
            page(f"{path}/{{number}}", self.show, take=self.restore, roles=READERS),
        ]

    async def list_all(self, visit: Visit) -> Response:
        """Every wording that was kept, newest first."""
        standing = await look(self.desk, visit)
        entry_id = standing.written.entry.id
        async with self.desk.office.database.reading() as tx:
            paging = visit.paging(await entry_versions.count(tx, entry_id))
            kept = await entry_versions.list_of(tx, entry_id, paging.offset, paging.rows)
            names = {user.name: user.full_name for user in await admin_users.list_all(tx)}
        return await self.desk.office.show(
            visit,
            "lich-su.html",
            entry=standing.written.entry,
            versions=[(one, name_act(f"entry.{one.act}"), _name(one, names)) for one in kept],
            current=standing.written.mark,
            paging=paging,
            **titles(),
        )

    async def show(self, visit: Visit) -> Response:
        """One wording: what it changed, and how it differs from the present one."""
        return await self._one(visit)

    async def restore(self, visit: Visit) -> Response:
        """Puts an old wording in the place of the present one, by the same rules as an edit."""
        standing = await look(self.desk, visit)
        version = await self._version(visit)
        now = standing.written
        if visit.form.text("mark") != now.mark:
            return await self._one(visit, str(edit.EntryChanged(now)), 409)
        text = version.text
        old = self._entry(version, now.entry)
        if old and old.status is not now.entry.status:
            # Its words come back; whether they are said is for an approver.
            text = edit.change_fields(text, {}, status=now.entry.status.value)
        try:
            at_once = await self.desk.save_text(actor_of(visit), now, text, RESTORE)
        except InputRefused as refused:
            return await self._one(visit, str(refused), 409)
        message = SAVED if at_once or not is_said(now.entry) else PROPOSED
        return await self.desk.office.go(visit, f"{PATH}/{now.entry.id}", message)

    async def _version(self, visit: Visit) -> Version:
        async with self.desk.office.database.reading() as tx:
            found = await entry_versions.find(tx, visit.part("entry"), visit.number("number"))
        if found is None:
            raise HTTPException(404)
        return found

    async def _one(self, visit: Visit, fault: str = "", status: int = 200) -> Response:
        standing, version = await look(self.desk, visit), await self._version(visit)
        now = standing.written
        async with self.desk.office.database.reading() as tx:
            before = await entry_versions.before(tx, version)
            names = {user.name: user.full_name for user in await admin_users.list_all(tx)}
        return await self.desk.office.show(
            visit,
            "mot-ban.html",
            status=status,
            fault=fault,
            entry=now.entry,
            version=version,
            act=name_act(f"entry.{version.act}"),
            who=_name(version, names),
            made=self._differ(before.text, version.text, now.entry) if before else None,
            back=self._differ(now.text, version.text, now.entry),
            is_current=version.mark == now.mark,
            mark=now.mark,
            **titles(),
        )

    def _differ(self, before: str, after: str, like: Entry) -> tuple[list[FieldDiff], list[Piece]]:
        """What differs by field; by line where no field does (a comment, an order)."""
        entries = [edit.read_lines(text, like.part, "", 1)[0] for text in (before, after)]
        fields: list[FieldDiff] = []
        if entries[0] and entries[1]:
            fields = diff_entries(entries[0], entries[1], self.desk.library.laws)
        return fields, [] if fields else diff_lines(before, after)

    def _entry(self, version: Version, like: Entry) -> Entry | None:
        return edit.read_lines(version.text, like.part, "", 1)[0]


def _name(version: Version, names: dict[str, str]) -> str:
    return names.get(version.by, version.by) or "người sửa tệp"
