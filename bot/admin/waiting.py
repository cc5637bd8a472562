"""What waits for whom: the errands on the front page, each with the page where it is done."""

from __future__ import annotations

from dataclasses import dataclass

from bot.admin.answers import listing
from bot.admin.contests.room import ROLES as ORGANIZERS
from bot.admin.contests.room import root_of
from bot.admin.loop import pages as misses
from bot.admin.loop import staff as requests
from bot.admin.office import Office
from bot.admin.visit import Visit
from bot.knowledge.model import Status
from bot.store import contest_desk, contest_versions, entry_versions, staff
from bot.store.database import Tx


@dataclass(frozen=True, slots=True)
class Errand:
    """Something that waits: how many of it, in words that follow the number, and where."""

    number: int
    words: str
    path: str


async def list_errands(tx: Tx, office: Office, visit: Visit, missed: int) -> list[Errand]:
    """What waits for this user, what people wait for first; `missed` is the week's misses."""
    errands: list[Errand] = []
    if visit.may(*listing.READERS):
        errands += [
            Errand(
                await staff.count(tx, answered=False),
                "câu người dân gửi cán bộ, chưa được trả lời",
                requests.PATH,
            ),
            Errand(missed, "câu hỏi trong 7 ngày qua chưa trả lời được", misses.PATH),
        ]
    if visit.may(*ORGANIZERS):
        for contest in await contest_versions.list_contests(tx):
            errands += await _of_contest(tx, office, contest)
    if visit.may(*listing.READERS):
        errands += await _of_base(tx, office)
    return [errand for errand in errands if errand.number]


async def _of_contest(tx: Tx, office: Office, contest: str) -> tuple[Errand, ...]:
    published = await office.shelf.need(tx, contest)
    title, path = published.contest.title, root_of(published)
    waiting = await contest_desk.waiting(tx, contest)
    return (
        Errand(waiting.complaints, f"khiếu nại chưa trả lời: {title}", f"{path}/khieu-nai"),
        Errand(waiting.measures, f"đề xuất chờ người thứ hai duyệt: {title}", f"{path}/xu-ly"),
        Errand(waiting.awards, f"giải chờ xác minh: {title}", f"{path}/ket-qua"),
        Errand(waiting.flags, f"cảnh báo chờ xem xét: {title}", f"{path}/canh-bao"),
    )


async def _of_base(tx: Tx, office: Office) -> tuple[Errand, ...]:
    entries = office.snapshot.written.entries.values()
    stale = {fault.entry for fault in office.live.faults if not fault.blocking and fault.entry}
    waiting = len(await entry_versions.proposals(tx))
    starters = sum(entry.status is Status.STARTER for entry in entries)
    drafts = sum(entry.status is Status.DRAFT for entry in entries)
    return (
        Errand(len(stale), "câu cần xem lại", f"{listing.PATH}?can=xem-lai"),
        Errand(waiting, "bản sửa chờ duyệt", f"{listing.PATH}?can=cho-duyet"),
        Errand(starters, "câu khởi tạo chờ duyệt", "/admin/duyet"),
        Errand(drafts, "bản nháp", f"{listing.PATH}?trang-thai=draft"),
    )
