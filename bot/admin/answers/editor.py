"""The form of one entry: edited, previewed, checked, saved or handed to an approver."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from bot.admin.answers.desk import Actor, Desk, Standing
from bot.admin.answers.diff import diff_entries
from bot.admin.answers.fields import (
    SPARE_ROWS,
    CitationRow,
    Filled,
    Read,
    changes_of,
    fill_again,
    fill_from,
    join_faults,
    place_faults,
    read_fields,
)
from bot.admin.answers.listing import PATH, READERS
from bot.admin.answers.preview import preview
from bot.admin.answers.status import STATUS_TAGS, STATUS_TITLES
from bot.admin.roles import Role
from bot.admin.visit import Visit
from bot.errors import InputRefused, KnowledgeFaulty
from bot.knowledge import edit
from bot.knowledge.edit import EntryChanged, NoSuchEntry, Written, is_said
from bot.knowledge.model import Entry, Place, Status

SAVED = "Đã lưu. Sau vài giây mọi kênh dùng bản mới."
PROPOSED = "Đã gửi bản sửa. Câu cũ vẫn được dùng cho đến khi có người duyệt."
_BLANK = Entry("", "", "", (), "", (), Status.DRAFT, None, Place("", 1))


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the form shows besides its fields."""

    filled: Filled
    mark: str = ""
    faults: dict[str, str] | None = None
    conflict: Entry | None = None
    status: int = 200


@dataclass(frozen=True, slots=True)
class Editor:
    """The pages under `/admin/cau-tra-loi/{entry}` that change an entry."""

    desk: Desk

    def routes(self) -> list[BaseRoute]:
        """The routes of the form."""
        page, act = self.desk.office.page, self.desk.office.act
        one = f"{PATH}/{{entry}}"
        return [
            page(f"{PATH}/moi", self.ask_new, take=self.take_new, roles=READERS),
            act(f"{PATH}/moi/xem-truoc", self.preview_new, roles=READERS),
            act(f"{one}/xem-truoc", self.preview, roles=READERS),
            act(f"{one}/bo-ban-sua", self.withdraw, roles=READERS),
            page(one, self.show, take=self.take, roles=READERS),
        ]

    async def show(self, visit: Visit) -> Response:
        """The form of an entry, with the words that wait where some do."""
        standing = await look(self.desk, visit)
        entry = proposed_entry(standing) or standing.written.entry
        return await self._form(visit, standing, Sheet(fill_from(entry), standing.written.mark))

    async def take(self, visit: Visit) -> Response:
        """Carries out the button that was pressed; whatever is wrong, the form comes back."""
        standing = await look(self.desk, visit)
        form, filled = visit.form, fill_again(visit.form)
        read = read_fields(filled, self.desk.library)
        step, mark = form.text("step"), form.text("mark")
        sheet = Sheet(filled, mark, join_faults(read.faults))
        if step == "preview" or read.faults:
            checked = await self._faults_of(visit, standing.written.entry, read)
            status = 200 if step == "preview" else 422
            return await self._form(visit, standing, replace(sheet, faults=checked, status=status))
        if mark != standing.written.mark:
            return await self._conflict(visit, standing, sheet)
        try:
            message = await self._save(visit, standing, read, step)
        except EntryChanged:
            standing = await look(self.desk, visit)
            return await self._conflict(visit, standing, sheet)
        except KnowledgeFaulty as error:
            faults = join_faults(place_faults(error.faults))
            return await self._form(visit, standing, replace(sheet, faults=faults, status=422))
        except InputRefused as error:
            sheet = replace(sheet, faults={"": str(error)}, status=409)
            return await self._form(visit, standing, sheet)
        return await self.desk.office.go(visit, _path(standing.written.entry.id), message)

    async def preview(self, visit: Visit) -> Response:
        """The preview alone, for the page's script."""
        standing = await look(self.desk, visit)
        return await self._fragment(visit, standing.written.entry)

    async def withdraw(self, visit: Visit) -> Response:
        """Drops the words that wait; they stay in the history."""
        await self.desk.withdraw(actor_of(visit), visit.part("entry"))
        return await self.desk.office.go(
            visit, _path(visit.part("entry")), "Đã bỏ bản sửa đang chờ. Bản đó còn trong lịch sử."
        )

    async def ask_new(self, visit: Visit) -> Response:
        """The form of a new draft."""
        return await self._form(visit, None, Sheet(Filled(question=visit.query("q"))))

    async def take_new(self, visit: Visit) -> Response:
        """Adds the draft."""
        filled, part = fill_again(visit.form), visit.form.text("part")
        read = read_fields(filled, self.desk.library)
        sheet = Sheet(filled, faults=join_faults(read.faults), status=422)
        if part not in {one.id for one in self.desk.library.service.parts}:
            read.fault("part", "Bạn chọn phần cho câu này.")
        if visit.form.text("step") == "preview" or read.faults:
            checked = await self._faults_of(visit, replace(_BLANK, part=part), read)
            status = 422 if visit.form.text("step") != "preview" else 200
            return await self._form(visit, None, replace(sheet, faults=checked, status=status))
        try:
            made = await self.desk.add_draft(actor_of(visit), part, read.values)
        except KnowledgeFaulty as error:
            faults = join_faults(place_faults(error.faults))
            return await self._form(visit, None, replace(sheet, faults=faults))
        message = "Đã thêm bản nháp. Câu này được dùng sau khi có người duyệt."
        return await self.desk.office.go(visit, _path(made), message)

    async def preview_new(self, visit: Visit) -> Response:
        """The preview of a new draft alone, for the page's script."""
        return await self._fragment(visit, replace(_BLANK, part=visit.form.text("part")))

    async def _save(self, visit: Visit, standing: Standing, read: Read, step: str) -> str:
        written = standing.written
        changes = changes_of(written.entry, read.values)
        if step == "approve" and visit.may(Role.APPROVER):
            await self.desk.save_approved(actor_of(visit), written, changes)
            return "Đã lưu và duyệt. Sau vài giây mọi kênh dùng bản mới."
        at_once = await self.desk.save(actor_of(visit), written, changes)
        return SAVED if at_once else PROPOSED

    async def _conflict(self, visit: Visit, standing: Standing, sheet: Sheet) -> Response:
        """Both wordings: what is typed stays in the form, what stands in the file beside it."""
        now = standing.written
        faults = {"": str(EntryChanged(now))}
        sheet = replace(sheet, mark=now.mark, faults=faults, conflict=now.entry, status=409)
        return await self._form(visit, standing, sheet)

    async def _faults_of(self, visit: Visit, entry: Entry, read: Read) -> dict[str, str]:
        typed = replace(entry, **read.values)
        checked = await self.desk.check(typed, visit.at)
        return join_faults(read.faults, place_faults(checked))

    async def _fragment(self, visit: Visit, entry: Entry) -> Response:
        office = self.desk.office
        read = read_fields(fill_again(visit.form), self.desk.library)
        faults = await self._faults_of(visit, entry, read)
        typed = replace(entry, **read.values)
        html = office.pages.show(
            "xem-truoc.html",
            preview=preview(office.snapshot, typed),
            sentences=[text for text in faults.values() if text],
        )
        return HTMLResponse(html)

    async def _form(self, visit: Visit, standing: Standing | None, sheet: Sheet) -> Response:
        office, base = self.desk.office, self.desk.library
        entry = standing.written.entry if standing else _BLANK
        read = read_fields(sheet.filled, base)
        typed = replace(entry, **read.values)
        related = [base.entries[name] for name in sheet.filled.related if name in base.entries]
        near = [e for e in base.entries.values() if e.part == entry.part and e.id != entry.id]
        spare = (CitationRow(),) * SPARE_ROWS
        return await office.show(
            visit,
            "sua-cau.html",
            status=sheet.status,
            entry=entry if standing else None,
            is_said=is_said(entry),
            standing=standing,
            sheet=sheet,
            filled=sheet.filled,
            faults=sheet.faults or {},
            rows=(*sheet.filled.citations, *spare),
            laws=[(law.id, law.short) for law in base.laws.values()],
            related=related,
            near=near,
            audiences=base.service.audiences,
            parts=[(one.id, one.title) for one in base.service.parts],
            part=visit.form.text("part") or visit.query("phan") or entry.part,
            conflict=diff_entries(sheet.conflict, typed, base.laws) if sheet.conflict else [],
            preview=preview(office.snapshot, typed),
            may_approve_now=self.desk.same_person and visit.may(Role.APPROVER),
            **titles(),
        )


def proposed_entry(standing: Standing) -> Entry | None:
    """The entry with the words that wait; None where none do."""
    if standing.proposal is None:
        return None
    written: Written = standing.written
    part, file = written.entry.part, written.file
    return edit.read_lines(standing.proposal.text, part, file, written.line)[0]


async def look(desk: Desk, visit: Visit) -> Standing:
    """The entry of the address. Raises the HTTP fault 404 where there is none."""
    name = visit.part("entry")
    try:
        return await desk.look(name[:200])
    except NoSuchEntry as error:
        raise HTTPException(404) from error


def actor_of(visit: Visit) -> Actor:
    """The user as one who acts on entries."""
    return Actor(visit.by, visit.signature, visit.at)


def titles() -> dict[str, Any]:
    """Words that every template about an entry needs."""
    return {"status_titles": STATUS_TITLES, "status_tags": STATUS_TAGS}


def _path(entry_id: str) -> str:
    return f"{PATH}/{entry_id}"
