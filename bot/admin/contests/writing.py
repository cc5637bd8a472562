"""Writing a contest: from a template, by a form or in the text of its files, with lint beside it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.answers.diff import Piece, diff_lines
from bot.admin.contests.room import PATH, ROLES, Room
from bot.admin.visit import Visit
from bot.clock import vietnam_date
from bot.contest import drafting, sheets
from bot.contest.drafting import CONTEST, FILES, LONGEST, RULES, UNITS, Checked, Draft, FileChanged
from bot.contest.form_fields import FormField, change_fields, read_fields
from bot.contest.typed import Trees
from bot.errors import Fault, InputRefused, KnowledgeFaulty
from bot.knowledge.edit import mark_of
from bot.store import admin_audit

T = TypeVar("T")
NEW = "/admin/cuoc-thi-moi"
UPLOAD = 5_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """A fault with the words of its line."""

    fault: Fault
    text: str


@dataclass(frozen=True, slots=True)
class Writing:
    """The pages `/soan` and the one that creates a contest."""

    room: Room
    _kept: dict[str, tuple[object, Checked]] = field(default_factory=dict)

    def routes(self) -> list[BaseRoute]:
        """The routes of these pages."""
        page = self.room.page
        return [
            self.room.office.page(NEW, self.show_new, take=self.create, roles=ROLES),
            page("/soan", self.show_form, take=self.save_form),
            page(
                "/soan/si-so",
                self.show_headcounts,
                take=self.take_headcounts,
                largest_upload=UPLOAD,
            ),
            page("/soan/{file}", self.show_file, take=self.save_file, largest_upload=4 * LONGEST),
        ]

    async def show_new(self, visit: Visit) -> Response:
        """The form for a new contest."""
        return await self._new(visit)

    async def create(self, visit: Visit) -> Response:
        """Makes the files of a new contest out of a template's."""
        form, office = visit.form, self.room.office
        contest_id, title = form.text("id"), form.text("title")[:300]
        template = form.text("template")
        if template not in office.snapshot.contests.definitions:
            raise HTTPException(400)
        try:
            await asyncio.to_thread(
                drafting.create,
                office.knowledge,
                template,
                contest_id,
                title,
                copies=form.has("copies"),
            )
        except InputRefused as refused:
            return await self._new(visit, fault=str(refused), status=422)
        await self._note(visit, "create", contest_id, f"từ {template}")
        said = "Đã tạo cuộc thi. Bạn sửa từng mục, hết lỗi thì công bố."
        return await office.go(visit, f"{PATH}/{contest_id}/soan", said)

    async def show_form(self, visit: Visit) -> Response:
        """The rules that change most, as a form, each with its fault."""
        draft = await self.draft(visit, CONTEST)
        checked = await self.check(visit)
        return await self._form(visit, draft, checked, draft.text)

    async def save_form(self, visit: Visit) -> Response:
        """Writes what was changed in the form."""
        draft = await self.draft(visit, CONTEST)
        if visit.form.text("mark") != draft.mark:
            said = str(FileChanged(draft))
            return await self._form(
                visit, draft, await self.check(visit), draft.text, fault=said, status=409
            )
        try:
            text = change_fields(draft.text, self._typed(visit, draft.text))
        except InputRefused as refused:
            checked = await self.check(visit)
            return await self._form(
                visit, draft, checked, draft.text, fault=str(refused), status=422
            )
        return await self._save(visit, draft, text, "")

    async def show_file(self, visit: Visit) -> Response:
        """The text of a file, with its faults at their lines."""
        draft = await self.draft(visit, self._file(visit))
        return await self._raw(visit, draft, draft.text, (await self.check(visit)).faults)

    async def save_file(self, visit: Visit) -> Response:
        """Writes the text of a file."""
        name, text = self._file(visit), visit.form.raw("text")
        now = await self.draft(visit, name)
        mark = visit.form.text("mark")
        if mark != now.mark:
            changed = diff_lines(now.text, text)
            return await self._raw(
                visit, now, text, (), fault=str(FileChanged(now)), changed=changed, status=409
            )
        return await self._save(visit, now, text, f"/{name}")

    async def show_headcounts(self, visit: Visit) -> Response:
        """The head-counts that stand in units.yaml, and the form for a sheet."""
        return await self._headcounts(visit)

    async def take_headcounts(self, visit: Visit) -> Response:
        """Writes the head-counts of an uploaded sheet into units.yaml."""
        file = visit.form.files.get("file")
        if file is None:
            return await self._headcounts(visit, fault="Bạn chưa chọn tệp.", status=422)
        draft = await self.draft(visit, UNITS)
        trees = await self._trees(visit)
        try:
            rows = await asyncio.to_thread(sheets.read_rows, file.name, file.content)
            counts = await asyncio.to_thread(sheets.read_headcounts, rows, trees)
            text = await asyncio.to_thread(sheets.write_headcounts, draft.text, counts)
            await self.write(visit, draft, text)
        except InputRefused as refused:
            return await self._headcounts(visit, fault=str(refused), status=422)
        contest_id = visit.part("contest")
        said = (
            f"Đã ghi sĩ số của {len(counts)} đơn vị. Công bố bản mới thì sĩ số này mới được dùng."
        )
        return await self.room.office.go(visit, f"{PATH}/{contest_id}/soan/si-so", said)

    async def _save(self, visit: Visit, draft: Draft, text: str, suffix: str) -> Response:
        """Writes a file and says what is still wrong; what cannot be written is shown again."""
        try:
            checked = await self.write(visit, draft, text)
        except FileChanged as changed:
            return await self._raw(
                visit, changed.now, text, (), fault=str(changed),
                changed=diff_lines(changed.now.text, text), status=409,
            )  # fmt: skip
        except KnowledgeFaulty as faulty:
            if draft.file == CONTEST and not suffix:
                checked = Checked(None, faulty.faults)
                return await self._form(visit, draft, checked, text, status=422)
            return await self._raw(visit, draft, text, faulty.faults, status=422)
        said = "Đã lưu."
        if checked.faults:
            said = f"Đã lưu. Còn {len(checked.faults)} lỗi phải sửa trước khi công bố."
        return await self.room.office.go(
            visit, f"{PATH}/{visit.part('contest')}/soan{suffix}", said
        )

    async def write(self, visit: Visit, draft: Draft, text: str) -> Checked:
        """Writes a file; gives the faults left. Raises as `drafting.save`."""
        office, contest_id = self.room.office, visit.part("contest")
        checked = await asyncio.to_thread(
            drafting.save, office.knowledge, office.snapshot.base, vietnam_date(visit.at),
            contest_id, draft, text,
        )  # fmt: skip
        await self._note(visit, "write", contest_id, draft.file, draft.mark, mark_of(text))
        return checked

    async def _note(
        self,
        visit: Visit,
        act: str,
        contest_id: str,
        detail: str,
        before: str = "",
        after: str = "",
    ) -> None:
        async with self.room.office.database.transaction() as tx:
            await admin_audit.note(
                tx, visit.by, f"contest.{act}", contest_id, visit.at,
                detail=detail, before=before, after=after,
            )  # fmt: skip

    async def draft(self, visit: Visit, file: str) -> Draft:
        """A file of the contest as it stands."""
        return await self.aside(visit, lambda folder, name: drafting.read_draft(folder, name, file))

    async def check(self, visit: Visit) -> Checked:
        """The contest as its files define it now."""
        base, today = self.room.office.snapshot.base, vietnam_date(visit.at)

        def work(folder: Path, name: str) -> Checked:
            # Reading all contests takes half a second; most pages show what the last one showed.
            key = (base.version, today, drafting.print_of(folder))
            kept = self._kept.get(name)
            if kept is None or kept[0] != key:
                kept = self._kept[name] = (key, drafting.check(folder, base, today, name, {}))
            return kept[1]

        return await self.aside(visit, work)

    async def _trees(self, visit: Visit) -> Trees:
        checked = await self.check(visit)
        if checked.definition is None:
            raise InputRefused("Thể lệ của cuộc thi này chưa đọc được. Bạn sửa thể lệ trước.")
        return Trees(self.room.office.snapshot.base.places, checked.definition.units)

    async def aside(self, visit: Visit, work: Callable[[Path, str], T]) -> T:
        """What is done with the contest's files, in a thread. Raises the HTTP fault 404."""
        folder, contest_id = self.room.office.knowledge, visit.part("contest")
        known = folder / "contests" / contest_id
        if not contest_id.replace("-", "").isalnum() or not await asyncio.to_thread(known.is_dir):
            raise HTTPException(404)
        return await asyncio.to_thread(work, folder, contest_id)

    def _file(self, visit: Visit) -> str:
        if visit.part("file") not in FILES:
            raise HTTPException(404)
        return visit.part("file")

    def _typed(self, visit: Visit, text: str) -> dict[str, str]:
        """What stands in the form; a box that is not ticked is sent as nothing."""
        fields = read_fields(text)
        return {
            one.name: visit.form.raw(one.name)
            for one in fields
            if one.kind == "yes" or visit.form.has(one.name)
        }

    async def _new(self, visit: Visit, *, fault: str = "", status: int = 200) -> Response:
        definitions = self.room.office.snapshot.contests.definitions
        templates = [(name, one.contest.title) for name, one in sorted(definitions.items())]
        return await self.room.office.show(
            visit, "thi/cuoc-thi-moi.html", status=status, templates=templates, fault=fault, new=NEW
        )

    async def _form(
        self, visit: Visit, draft: Draft, checked: Checked, text: str, *,
        fault: str = "", status: int = 200,
    ) -> Response:  # fmt: skip
        own = f"contests/{visit.part('contest')}/{CONTEST}"
        lines = [one for one in checked.faults if one.file == own]
        try:
            fields: list[FormField] = read_fields(text, lines)
        except InputRefused:
            return await self._raw(visit, draft, text, checked.faults, status=max(status, 200))
        if status != 200:
            fields = [
                replace(one, value=visit.form.raw(one.name)) if visit.form.has(one.name) else one
                for one in fields
            ]
        groups: dict[str, list[FormField]] = defaultdict(list)
        for one in fields:
            groups[one.group].append(one)
        return await self.show_page(
            visit, "thi/soan.html", status=status, groups=groups, mark=draft.mark, fault=fault,
            faults=[Line(one, "") for one in checked.faults],
        )  # fmt: skip

    async def _raw(
        self, visit: Visit, draft: Draft, text: str, faults: Sequence[Fault], *,
        fault: str = "", changed: Sequence[Piece] = (), status: int = 200,
    ) -> Response:  # fmt: skip
        lines = text.split("\n")
        own = [one for one in faults if one.file.endswith(f"/{draft.file}")]
        return await self.show_page(
            visit, "thi/soan-tep.html", status=status, file=draft.file, title=FILES[draft.file],
            text=text, mark=draft.mark, fault=fault, changed=changed,
            is_text=draft.file == RULES,
            faults=[Line(one, lines[one.line - 1] if 0 < one.line <= len(lines) else "") for one in own],
        )  # fmt: skip

    async def _headcounts(self, visit: Visit, *, fault: str = "", status: int = 200) -> Response:
        trees = await self._trees(visit)
        own = [(u.name, u.headcount) for u in trees.own.units if u.headcount is not None]
        places = [(trees.unit_title(code), people) for code, people in trees.own.headcounts.items()]
        return await self.show_page(
            visit, "thi/si-so.html", status=status, counts=sorted([*own, *places]), fault=fault,
        )  # fmt: skip

    async def show_page(
        self, visit: Visit, template: str, *, status: int = 200, **values: Any
    ) -> Response:
        """A page of the contest, published or not."""
        office, contest_id = self.room.office, visit.part("contest")
        async with office.database.reading() as tx:
            published = await office.shelf.current(tx, contest_id)
        definition = office.snapshot.contests.definitions.get(contest_id)
        title = definition.contest.title if definition else contest_id
        return await office.show(
            visit, template, status=status, contest_title=title, contest_id=contest_id,
            root=f"{PATH}/{contest_id}", published=published, files=FILES, **values,
        )  # fmt: skip
