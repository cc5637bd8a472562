"""Publishing a contest: what would change, every version so far, and the lists of people it names."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.contests.room import PATH, Room, root_of
from bot.admin.contests.writing import UPLOAD, Writing
from bot.admin.visit import Visit
from bot.contest import lists, sheets
from bot.contest.document import Published
from bot.contest.eligible import ROSTER
from bot.contest.publish import pending_changes, publish
from bot.contest.registration import open_registration, values_by_type
from bot.errors import InputRefused, KnowledgeFaulty
from bot.store import admin_audit, contest_versions
from bot.store.contest_entrants import Entrant
from bot.store.database import Tx

CHANGES = {
    "title": "tên cuộc thi",
    "rounds": "các vòng",
    "papers": "đề thi",
    "organizers": "đơn vị tổ chức",
    "legal_refs": "văn bản",
    "rules_text": "bản thể lệ",
    "channels": "nơi được thi",
    "expected_persons": "số người dự kiến",
    "eligibility": "điều kiện dự thi",
    "registration": "thông tin đăng ký",
    "attempts": "số lượt",
    "prediction": "câu dự đoán",
    "ranking": "xếp hạng",
    "prizes": "giải thưởng",
    "integrity": "dấu hiệu cần xem lại",
    "question_faults": "xử lý câu hỏi sai",
    "incidents": "xử lý sự cố",
    "results": "công bố kết quả",
    "complaints": "khiếu nại",
    "certificate": "giấy chứng nhận",
    "data": "dữ liệu cá nhân",
    "questions": "câu hỏi",
    "units": "đơn vị và sĩ số",
    "rules": "lời thể lệ",
}
LISTS = {
    ROSTER: "Người được thi",
    "ban_to_chuc": "Ban tổ chức",
    "to_thu_ky": "Tổ thư ký",
    "to_ra_de": "Tổ ra đề",
    "ky_thuat": "Người làm kỹ thuật",
}


@dataclass(frozen=True, slots=True)
class Publishing:
    """The pages `/cong-bo` and `/danh-sach`."""

    room: Room
    writing: Writing

    def routes(self) -> list[BaseRoute]:
        """The routes of these pages."""
        return [
            self.room.page("/cong-bo", self.show, take=self.publish),
            self.room.page(
                "/danh-sach", self.show_lists, take=self.take_list, largest_upload=UPLOAD
            ),
        ]

    async def show(self, visit: Visit) -> Response:
        """What publishing would change now, and every version so far."""
        return await self._page(visit)

    async def publish(self, visit: Visit) -> Response:
        """Publishes the contest as its files define it now."""
        office, contest_id = self.room.office, visit.part("contest")
        reason = visit.form.text("reason")[:1_000]
        checked = await self.writing.check(visit)
        try:
            if checked.faults or checked.definition is None:
                raise KnowledgeFaulty(checked.faults)
            async with office.database.transaction() as tx:
                done = await publish(
                    tx, office.shelf, checked.definition, visit.by, reason, visit.at
                )
                await admin_audit.note(
                    tx, visit.by, "contest.publish", contest_id, visit.at,
                    detail=reason, after=done.sha256[:16],
                )  # fmt: skip
        except KnowledgeFaulty:
            said = "Cuộc thi còn lỗi nên chưa công bố được. Bạn sửa hết các lỗi dưới đây."
            return await self._page(visit, fault=said, status=422)
        except InputRefused as refused:
            return await self._page(visit, fault=str(refused), status=422)
        said = f"Đã công bố bản {done.version}. Từ bây giờ người thi gặp bản này."
        return await office.go(visit, f"{PATH}/{contest_id}/cong-bo", said)

    async def show_lists(self, visit: Visit) -> Response:
        """The lists that the rules name, and the form for a sheet."""
        return await self._lists(visit, await self.room.published(visit))

    async def take_list(self, visit: Visit) -> Response:
        """Takes the fingerprints of the people of an uploaded sheet."""
        published = await self.room.published(visit)
        file, name = visit.form.files.get("file"), visit.form.text("list")
        if file is None:
            return await self._lists(visit, published, fault="Bạn chưa chọn tệp.", status=422)
        office, sealer = self.room.office, self.room.office.sealer

        async def deed(tx: Tx, current: Published) -> lists.Listed:
            def values(entrant: Entrant) -> Mapping[str, str]:
                return values_by_type(current.contest, open_registration(sealer, entrant).values)

            people = lists.read_rows(rows, self.room.trees(current), visit.at)
            return await lists.take_list(
                tx, current, sealer, name, people, values, visit.by, visit.at
            )

        try:
            rows = await asyncio.to_thread(sheets.read_rows, file.name, file.content)
            done = await self.room.act(visit, published, "list", name, deed)
        except InputRefused as refused:
            return await self._lists(visit, published, fault=str(refused), status=422)
        said = f"Đã nhận {len(rows)} dòng, {done.new} dấu vết mới."
        if done.concerned:
            numbers = ", ".join(map(str, done.concerned[:50]))
            said += f" Thí sinh đã đăng ký có trong danh sách: {numbers}."
        return await office.go(visit, f"{root_of(published)}/danh-sach", said)

    async def _page(self, visit: Visit, *, fault: str = "", status: int = 200) -> Response:
        office, contest_id = self.room.office, visit.part("contest")
        checked = await self.writing.check(visit)
        async with office.database.reading() as tx:
            last = await office.shelf.current(tx, contest_id)
            versions = await contest_versions.list_versions(tx, contest_id)
        pending, refused = list[str](), ""
        if last is not None and checked.definition is not None:
            try:
                found = pending_changes(last, checked.definition)
                pending = [CHANGES.get(key, key) for key in found]
            except InputRefused as error:
                refused = str(error)
        return await self.writing.show_page(
            visit,
            "thi/cong-bo.html",
            status=status,
            fault=fault,
            faults=checked.faults,
            versions=list(reversed(versions)),
            pending=pending,
            refused=refused,
            is_practice=bool(checked.definition and checked.definition.contest.is_practice),
        )

    async def _lists(
        self, visit: Visit, published: Published, *, fault: str = "", status: int = 200
    ) -> Response:
        exclusions = published.contest.eligibility.exclusions
        effects = {"barred": "không được thi", "play_no_prize": "được thi, không xét giải"}
        names = [(ROSTER, LISTS[ROSTER])] if published.contest.eligibility.roster_required else []
        names += [
            (str(one.role), f"{LISTS.get(one.role, one.role)} ({effects[one.effect]})")
            for one in exclusions
        ]
        return await self.room.show(
            visit,
            published,
            "thi/danh-sach-nguoi.html",
            status=status,
            names=names,
            columns=", ".join(lists.COLUMNS),
            field_fault=fault,
        )
