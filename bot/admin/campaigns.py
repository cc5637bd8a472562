"""Campaigns: every unit's own links and QR codes, and leaflets for all of them in one file."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.office import Office
from bot.admin.reach import give_file
from bot.admin.roles import Role
from bot.admin.visit import Visit
from bot.clock import vietnam_date
from bot.errors import InputRefused
from bot.knowledge.model import Base, Entry
from bot.reports.campaign import NO_DOORS, links_of, units_on, write_origin
from bot.reports.leaflet import choose_answers, choose_copies, make_leaflets
from bot.reports.press import qr_file

PATH = "/admin/chien-dich"
_ROLES = (Role.EDITOR, Role.APPROVER, Role.ORGANIZER)
_USUAL = "to-roi"
_KINDS = {"svg": "image/svg+xml", "png": "image/png"}
_MOST_ENTRIES = 40


@dataclass(frozen=True, slots=True)
class Campaigns:
    """The pages under `/admin/chien-dich`."""

    office: Office

    def routes(self) -> list[BaseRoute]:
        """The page, the leaflets and the QR codes."""
        page = self.office.page
        return [
            page(PATH, self.show, roles=_ROLES),
            page(f"{PATH}/to-roi.pdf", self.give_leaflets, roles=_ROLES),
            page(f"{PATH}/ma/{{file}}", self.give_code, roles=_ROLES),
        ]

    async def show(self, visit: Visit) -> Response:
        """The links of every unit for the campaign that is named, and the form of the leaflets."""
        base, today = self.office.snapshot.base, vietnam_date(visit.at)
        campaign, fault = _campaign(visit), ""
        try:
            write_origin("", campaign)
        except InputRefused as refused:
            campaign, fault = _USUAL, str(refused)
        rows = [
            (unit, links_of(self.office.doors, unit.code, campaign))
            for unit in units_on(base, today)
        ]
        return await self.office.show(
            visit,
            "chien-dich.html",
            status=422 if fault else 200,
            fault=fault,
            missing="" if self.office.doors.are_open else NO_DOORS,
            campaign=campaign,
            typed=visit.query("dot") or campaign,
            rows=rows,
            chosen=_chosen(visit, base),
            parts=_parts(base),
        )

    async def give_leaflets(self, visit: Visit) -> Response:
        """The leaflets of all units, or of those that are named, in one PDF."""
        base, today = self.office.snapshot.base, vietnam_date(visit.at)
        codes = visit.request.query_params.getlist("don-vi")
        answers = choose_answers(base, _chosen(visit, base))
        copies = choose_copies(base, self.office.doors, codes, _campaign(visit), today)
        content = await asyncio.to_thread(make_leaflets, base.service, answers, copies, today)
        name = f"to-roi-{codes[0]}.pdf" if len(codes) == 1 else "to-roi.pdf"
        return give_file(content, "application/pdf", name)

    async def give_code(self, visit: Visit) -> Response:
        """The QR of one unit on one channel: `06985-telegram.png`."""
        name, _, kind = visit.part("file").partition(".")
        code, _, channel = name.partition("-")
        unit = self.office.snapshot.base.places.by_code.get(code)
        if unit is None or kind not in _KINDS:
            raise HTTPException(404)
        for link in links_of(self.office.doors, code, _campaign(visit)):
            if link.channel == channel:
                return give_file(qr_file(link.address, kind), _KINDS[kind], f"{name}.{kind}")
        raise HTTPException(404)


def _campaign(visit: Visit) -> str:
    return visit.query("dot") or _USUAL


def _chosen(visit: Visit, base: Base) -> list[str]:
    asked = visit.request.query_params.getlist("cau")[:_MOST_ENTRIES]
    return asked or [one for one in base.service.leaflet if one in base.entries]


def _parts(base: Base) -> list[tuple[str, list[Entry]]]:
    """The parts of the base with the entries that may be printed."""
    return [
        (part.title, [entry for entry in base.spoken if entry.part == part.id])
        for part in base.service.parts
    ]
