"""People in a contest and what they played, masked; who needs a name gives a reason, and it is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.contests.room import Room
from bot.admin.visit import Visit
from bot.contest import discipline, registration
from bot.contest.document import Published
from bot.contest.fields import label_of
from bot.contest.refusal import Refused
from bot.contest.registration import sealed_values
from bot.reports.labels import (
    CHANNELS,
    FLAG_STATES,
    FLAGS,
    PURPOSES,
    REASONS,
    STANDING,
    STATE,
    STATUS,
)
from bot.reports.masking import mask_field
from bot.store import (
    contest_audit,
    contest_awards,
    contest_desk,
    contest_discipline,
    contest_entrants,
    contest_flags,
)
from bot.store.contest_desk import PersonRow
from bot.store.contest_entrants import Entrant
from bot.store.database import Tx

_NUMBERS = re.compile(r"[\d\s.\-]+")
_LEAST_REASON = 10


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person in the list, with what may be seen of him."""

    row: PersonRow
    name: str
    contact: str
    unit: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A registered value as it is shown; `key` is the field's, to correct it by."""

    key: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class People:
    """The pages of people."""

    room: Room

    def routes(self) -> list[BaseRoute]:
        """The routes of these pages."""
        return [
            self.room.page("/nguoi-thi", self.list_all, take=self.find),
            self.room.page("/nguoi-thi/{entrant}", self.show, take=self.act),
        ]

    async def list_all(self, visit: Visit) -> Response:
        """People by number, masked; those of one standing where it is asked for."""
        published = await self.room.published(visit)
        standing = visit.choose("tinh-trang", STANDING) or None
        async with self.room.office.database.reading() as tx:
            paging = visit.paging(await contest_desk.count_people(tx, published.id, standing))
            rows = await contest_desk.people_page(
                tx, published.id, paging.offset, paging.rows, standing
            )
            lines = await self._lines(tx, published, rows)
        return await self._list(visit, published, lines, paging=paging, standing=standing or "")

    async def find(self, visit: Visit) -> Response:
        """Whoever has a number, a phone number or an identity number; it is in no address or log."""
        published = await self.room.published(visit)
        typed = visit.form.text("tim")
        if not typed or not _NUMBERS.fullmatch(typed) or len(typed) > 30:
            fault = "Bạn gõ số của thí sinh, số điện thoại hoặc số căn cước đã đăng ký."
            return await self._list(visit, published, [], field_fault=fault, status=422)
        figures = re.sub(r"\D", "", typed)
        sealer = self.room.office.sealer
        marks = [m for kind in ("phone", "id") for m in sealer.fingerprints(f"{kind}:{figures}")]
        async with self.room.office.database.reading() as tx:
            rows = await contest_desk.people_marked(tx, published.id, marks)
            if len(figures) < 10:
                rows = [
                    *await contest_desk.people_numbered(tx, published.id, [int(figures)]),
                    *rows,
                ]
            lines = await self._lines(tx, published, rows)
        return await self._list(visit, published, lines, looked_for=True)

    async def show(self, visit: Visit) -> Response:
        """One person, masked, with everything that concerns him."""
        published = await self.room.published(visit)
        return await self._one(visit, published, await self._entrant(visit, published))

    async def act(self, visit: Visit) -> Response:
        """Carries out the button that was pressed."""
        published = await self.room.published(visit)
        entrant = await self._entrant(visit, published)
        step = visit.form.text("step")
        if step == "unmask":
            return await self._unmask(visit, published, entrant)
        if step not in ("disqualify", "reinstate", "correct"):
            raise HTTPException(400)
        try:
            said = await self._carry_out(visit, published, entrant, step)
        except Refused as refused:
            return await self._one(visit, published, entrant, fault=str(refused), status=422)
        return await self.room.go(visit, published, f"/nguoi-thi/{entrant.id}", said)

    async def _carry_out(
        self, visit: Visit, published: Published, entrant: Entrant, step: str
    ) -> str:
        form, by, at = visit.form, visit.by, visit.at
        note = form.text("note")[:1_000]
        if step == "disqualify":
            await self.room.act(
                visit, published, "disqualify", f"thí sinh {entrant.id}",
                lambda tx, p: discipline.disqualify(
                    tx, p, entrant.id, form.text("reason"), note, by, at
                ),
            )  # fmt: skip
            return "Đã loại thí sinh. Giải chỉ chuyển khi bạn tính lại kết quả."
        if step == "reinstate":
            await self.room.act(
                visit, published, "reinstate", f"thí sinh {entrant.id}",
                lambda tx, p: discipline.lift(tx, p, entrant.id, note, by, at),
            )  # fmt: skip
            return "Đã khôi phục thí sinh. Hãy tính lại kết quả nếu vòng đã chốt."
        key, value = form.text("key"), form.text("value")
        if len(note) < _LEAST_REASON:
            raise Refused("not_allowed", "Bạn ghi rõ lý do sửa, ít nhất vài chữ.")
        if key not in {str(one.key) for one in published.contest.registration.fields}:
            raise Refused("not_allowed", "Cuộc thi không hỏi mục này.")
        await self.room.act(
            visit, published, "correct", f"thí sinh {entrant.id}, mục {key}: {note}",
            lambda tx, p: registration.correct(
                tx, p, self.room.office.sealer, self.room.trees(p), entrant.id, {key: value}, at, by
            ),
        )  # fmt: skip
        return "Đã sửa thông tin đăng ký."

    async def _unmask(self, visit: Visit, published: Published, entrant: Entrant) -> Response:
        reason = visit.form.text("reason")[:500]
        if len(reason) < _LEAST_REASON:
            fault = "Bạn ghi rõ vì sao cần xem, ít nhất vài chữ. Lý do được giữ trong nhật ký."
            return await self._one(visit, published, entrant, fault=fault, status=422)

        async def note(tx: Tx, current: Published) -> None:
            told = {"entrant": entrant.id, "reason": reason}
            await contest_audit.note(tx, current.id, visit.by, "unmask", told, visit.at)

        await self.room.act(visit, published, "unmask", f"thí sinh {entrant.id}: {reason}", note)
        return await self._one(visit, published, entrant, in_full=True)

    async def _entrant(self, visit: Visit, published: Published) -> Entrant:
        async with self.room.office.database.reading() as tx:
            found = await contest_entrants.get(tx, visit.number("entrant"))
        if found is None or found.contest_id != published.id:
            raise HTTPException(404)
        return found

    async def _lines(
        self, tx: Tx, published: Published, rows: Sequence[PersonRow]
    ) -> list[PersonLine]:
        played = await contest_desk.played_by(tx, [row.id for row in rows])
        trees = self.room.trees(published)
        lines = []
        for row in rows:
            values = sealed_values(self.room.office.sealer, row.sealed)
            by_type = registration.values_by_type(published.contest, values)
            lines.append(
                PersonLine(
                    row,
                    mask_field("name", by_type.get("name", "")),
                    mask_field("phone", by_type.get("phone", "")),
                    trees.unit_title(row.unit or row.commune),
                    played.get(row.id, 0),
                )
            )
        return lines

    async def _list(
        self,
        visit: Visit,
        published: Published,
        lines: Sequence[PersonLine],
        *,
        status: int = 200,
        **values: object,
    ) -> Response:
        shown = {"paging": None, "standing": "", "field_fault": "", "looked_for": False, **values}
        return await self.room.show(
            visit,
            published,
            "thi/nguoi-thi.html",
            status=status,
            lines=lines,
            standings=STANDING,
            channels=CHANNELS,
            **shown,
        )

    async def _one(
        self,
        visit: Visit,
        published: Published,
        entrant: Entrant,
        *,
        in_full: bool = False,
        fault: str = "",
        status: int = 200,
    ) -> Response:
        sealer = self.room.office.sealer
        values = sealed_values(sealer, entrant.sealed)
        async with self.room.office.database.reading() as tx:
            attempts = await contest_desk.attempts_of(tx, entrant.id)
            extra = await contest_desk.granted_to(tx, entrant.id)
            held = await contest_discipline.of_entrant(tx, entrant.id)
            flags = await contest_flags.of_entrant(tx, entrant.id)
            awards = await contest_awards.of_entrant(tx, entrant.id)
            consents = await contest_entrants.list_consents(tx, entrant.id)
        out = [(one, sealer.open(one.appeal) if one.appeal else "") for one in held]
        return await self.room.show(
            visit,
            published,
            "thi/mot-nguoi.html",
            status=status,
            entrant=entrant,
            values=list(self._values(published, values, in_full=in_full)),
            in_full=in_full,
            unit=self.room.trees(published).unit_title(entrant.unit or entrant.commune),
            attempts=attempts,
            rounds={n: r.label for n in published.round_ids if (r := published.round(n))},
            purposes=PURPOSES,
            extra=extra.items(),
            disqualifications=out,
            flags=flags,
            awards=awards,
            consents=consents,
            standing=STANDING[entrant.standing],
            channels=CHANNELS,
            statuses=STATUS,
            reasons=[(r, REASONS.get(r, r)) for r in _reasons(published)],
            reason_names=REASONS,
            flag_names=FLAGS,
            flag_states=FLAG_STATES,
            states=STATE,
            fault=fault,
        )

    def _values(
        self, published: Published, values: Mapping[str, str], *, in_full: bool
    ) -> list[Shown]:
        trees = self.room.trees(published)
        shown = []
        for one in published.contest.registration.fields:
            value = values.get(str(one.key), "")
            if one.type == "unit" and one.tree and value:
                told = trees.title(one.tree, value)
            else:
                told = value if in_full else mask_field(one.type, value)
            shown.append(Shown(str(one.key), label_of(one), told))
        return shown


def _reasons(published: Published) -> Sequence[str]:
    return published.contest.integrity.disqualify.reasons
