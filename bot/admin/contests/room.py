"""What the pages of contests share: which contest, which tabs, and how an act is carried out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from bot.admin.contests.figures import Figures
from bot.admin.contests.jobs import Jobs, Outcome, Progress, Wanted, Work
from bot.admin.office import Handle, Office
from bot.admin.roles import Role
from bot.admin.visit import Visit
from bot.contest.document import Published
from bot.contest.refusal import Refused
from bot.contest.results import ranked_rounds
from bot.contest.rules import Round
from bot.contest.typed import Trees
from bot.store import admin_audit, contest_desk, contest_jobs
from bot.store.contest_jobs import Job
from bot.store.database import Tx

T = TypeVar("T")
PATH = "/admin/cuoc-thi"
ROLES = (Role.ORGANIZER,)
Deed = Callable[[Tx, Published], Awaitable[Any]]
WHOLE = "tat-ca"
"""What stands in an address for the result over all rounds."""
_WAIT_S = 1.5
TABS = (
    ("", "Theo dõi"),
    ("/nguoi-thi", "Người thi"),
    ("/luot-thi", "Lượt thi"),
    ("/canh-bao", "Cảnh báo"),
    ("/xu-ly", "Sự cố, câu sai"),
    ("/ket-qua", "Kết quả"),
    ("/khieu-nai", "Khiếu nại"),
    ("/xuat", "Xuất dữ liệu"),
    ("/soan", "Thể lệ, câu hỏi"),
    ("/nhat-ky", "Nhật ký"),
)
_FIELDS = {
    "reason": "Lý do",
    "note": "Ghi chú",
    "value": "Giá trị đúng",
    "number": "Số quyết định",
    "seed": "Mã bốc thăm",
    "order": "Thứ tự",
    "place": "Nơi ký",
    "answer": "Nội dung trả lời",
    "ids": "Danh sách số",
    "accept": "Đáp án",
    "text": "Nội dung",
}
"""What people type into the forms of these pages, by its name there; given back with a refusal."""


@dataclass(frozen=True, slots=True)
class Room:
    """The services behind the pages of contests."""

    office: Office
    jobs: Jobs
    figures: Figures

    def page(
        self, suffix: str, show: Handle, *, take: Handle | None = None, largest_upload: int = 0
    ) -> Route:
        """A page of one contest, for organizers."""
        return self.office.page(
            f"{PATH}/{{contest}}{suffix}",
            show,
            take=take,
            roles=ROLES,
            largest_upload=largest_upload,
        )

    async def published(self, visit: Visit) -> Published:
        """The contest of the address as it is played. Raises the HTTP fault 404."""
        async with self.office.database.reading() as tx:
            found = await self.office.shelf.current(tx, visit.part("contest"))
        if found is None:
            raise HTTPException(404)
        return found

    def trees(self, published: Published) -> Trees:
        """The units that the contest's fields choose from."""
        return Trees(self.office.snapshot.base.places, published.document.units)

    async def read(self, look: Callable[[Tx], Awaitable[T]]) -> T:
        """What a look gives, in one unchanging view."""
        async with self.office.database.reading() as tx:
            return await look(tx)

    async def act(
        self, visit: Visit, published: Published, act: str, detail: str,
        deed: Callable[[Tx, Published], Awaitable[T]],
    ) -> T:  # fmt: skip
        """Carries out a deed on the version played now, with its line in the log of the web."""
        async with self.office.database.transaction() as tx:
            current = await self.office.shelf.need(tx, published.id)
            done = await deed(tx, current)
            await self._note(tx, visit, published, act, detail)
        return done

    async def note(self, visit: Visit, published: Published, act: str, detail: str) -> None:
        """Adds the line in the log of the web for a deed with transactions of its own."""
        async with self.office.database.transaction() as tx:
            await self._note(tx, visit, published, act, detail)

    async def _note(
        self, tx: Tx, visit: Visit, published: Published, act: str, detail: str
    ) -> None:
        await admin_audit.note(
            tx, visit.by, f"contest.{act}", published.id, visit.at, detail=detail[:500]
        )

    async def run(
        self, visit: Visit, published: Published, kind: str, detail: str, deed: Deed
    ) -> bool:
        """Carries out a deed that may take long; False where it is still going on.

        Raises `Refused` where it is refused within the time that a person waits for a page.
        """

        async def work(_progress: Progress) -> Outcome:
            await self.act(visit, published, kind, detail, deed)
            return Outcome({})

        return await self.run_work(visit, published, kind, detail, work)

    async def run_work(
        self, visit: Visit, published: Published, kind: str, detail: str, work: Work
    ) -> bool:
        """The same for work that opens its transactions itself."""
        wanted = Wanted(published.id, kind, visit.by, {"detail": detail})
        job_id = await self.jobs.start(wanted, work)
        await self.jobs.wait(job_id, _WAIT_S)
        job = await self.read(lambda tx: contest_jobs.find(tx, job_id))
        if job is not None and job.state == "failed":
            raise Refused("not_allowed", str(job.result.get("sentence", "")))
        return job is not None and job.state == "done"

    async def last_job(self, published: Published, *kinds: str) -> tuple[Job, str] | None:
        """The last job of these kinds, and how it stands."""
        found = await self.read(lambda tx: contest_jobs.list_jobs(tx, published.id, kinds, 1))
        return (found[0], self.jobs.state_of(found[0])) if found else None

    async def show(
        self, visit: Visit, published: Published, template: str, *, status: int = 200, **values: Any
    ) -> Response:
        """A page of the contest, with its tabs and what waits for the board."""
        async with self.office.database.reading() as tx:
            waiting = await contest_desk.waiting(tx, published.id)
        return await self.office.show(
            visit,
            template,
            status=status,
            contest=published.contest,
            published=published,
            root=root_of(published),
            tabs=TABS,
            waiting={
                "/canh-bao": waiting.flags,
                "/xu-ly": waiting.measures,
                "/khieu-nai": waiting.complaints,
            },
            typed=[(_FIELDS[key], text) for key, text in visit.form.typed() if key in _FIELDS],
            **values,
        )

    async def go(self, visit: Visit, published: Published, suffix: str, message: str) -> Response:
        """After a post: on to a page of the contest; without a message nothing is written for it."""
        return await self.office.go(visit, f"{root_of(published)}{suffix}", message)

    async def close(self) -> None:
        """Ends what still runs, when the program stops."""
        await self.jobs.close()
        await self.figures.close()

    @property
    def files(self) -> Path:
        """Where the files of jobs lie."""
        return self.jobs.folder


def root_of(published: Published) -> str:
    """The address under which the contest's pages lie."""
    return f"{PATH}/{published.id}"


def round_asked(visit: Visit, published: Published, *, with_whole: bool = False) -> Round | None:
    """The round that the address asks for, otherwise the one of most interest now.

    None is the whole contest, where a page has one; raises `Refused` where there is no round.
    """
    asked = visit.query("vong") or visit.form.text("vong")
    if with_whole and asked == WHOLE:
        return None
    found = published.contest.round(asked)
    if found is not None:
        return published.in_force(found)
    rounds = ranked_rounds(published) or list(published.contest.rounds)
    begun = [one for one in rounds if one.opens_at <= visit.at]
    if not rounds:
        raise Refused("not_allowed", "Cuộc thi này chưa có vòng nào.")
    return published.in_force((begun or rounds)[-1 if begun else 0])
