"""Who won what, and what of it may be said in public.

A name is published only with the winner's consent, a child's only by its initials (Law on personal
data protection, 91/2025/QH15: consent, and the care for children); everybody else stands in the list
without a name. The winner's own certificate always bears the name.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.contest.document import Published
from bot.contest.registration import open_registration
from bot.contest.results import need_result
from bot.contest.typed import Trees
from bot.reports.masking import initials
from bot.sealing import Sealer
from bot.store import contest_awards, contest_entrants, contest_results
from bot.store.contest_awards import LIVING, Award
from bot.store.contest_entrants import Entrant
from bot.store.contest_results import Result
from bot.store.database import Tx

PUBLISHING = "cong_bo_giai"
"""The purpose of the consent to having one's name published."""
UNNAMED = "(không công bố tên)"


@dataclass(frozen=True, slots=True)
class Winner:
    """A prize with its winner: a person or a unit.

    `name` is the full name, for the winner's own certificate; `public_name` is what everybody may
    read. Both are the unit's name for a collective prize.
    """

    award: Award
    name: str
    public_name: str
    unit: str
    round: str
    achieved: str


async def winners_of(
    tx: Tx, published: Published, sealer: Sealer, trees: Trees, round_id: str | None
) -> tuple[Result, list[Winner]]:
    """The last result of a round (None: of the whole contest) with its winners, best first.

    Raises `Refused` where it was not computed yet.
    """
    result = await need_result(tx, published, round_id)
    return result, await winners_in(tx, published, sealer, trees, result)


async def winners_in(
    tx: Tx, published: Published, sealer: Sealer, trees: Trees, result: Result
) -> list[Winner]:
    """The winners of one result, best first."""
    return [
        await _winner(tx, published, sealer, trees, award)
        for award in await contest_awards.of_result(tx, result.id)
        if award.state in LIVING
    ]


async def winner_with(
    tx: Tx, published: Published, sealer: Sealer, trees: Trees, award: Award
) -> Winner:
    """The winner of one prize."""
    return await _winner(tx, published, sealer, trees, award)


async def _winner(
    tx: Tx, published: Published, sealer: Sealer, trees: Trees, award: Award
) -> Winner:
    one = published.round(award.round)
    label = one.label if one else ""
    if award.entrant_id is None:
        unit = trees.unit_title(award.unit)
        return Winner(award, unit, unit, "", label, "")
    entrant = await contest_entrants.get(tx, award.entrant_id)
    if entrant is None:
        return Winner(award, "", UNNAMED, "", label, "")
    name = _name_of(published, sealer, entrant)
    public = UNNAMED
    if name and await _agreed(tx, entrant):
        hidden = published.contest.results.children_public == "hidden"
        child = UNNAMED if hidden else initials(name)
        public = child if entrant.is_child else name
    return Winner(
        award,
        name,
        public,
        trees.unit_title(entrant.unit or entrant.commune),
        label,
        await _achieved(tx, award),
    )


def _name_of(published: Published, sealer: Sealer, entrant: Entrant) -> str:
    values = open_registration(sealer, entrant).values
    fields = published.contest.registration.fields
    return next((values[f.key] for f in fields if f.type == "name" and values.get(f.key)), "")


async def _agreed(tx: Tx, entrant: Entrant) -> bool:
    """Whether the winner, and for a child the guardian too, agreed to be named."""
    given: dict[bool, bool] = {}
    for consent in await contest_entrants.list_consents(tx, entrant.id):
        if consent.purpose == PUBLISHING:
            given[consent.by_guardian] = consent.given
    return given.get(False, False) and (not entrant.is_child or given.get(True, False))


async def _achieved(tx: Tx, award: Award) -> str:
    row = await contest_results.row_of(tx, award.result_id, award.entrant_id or 0)
    if row is None:
        return ""
    minutes, seconds = divmod(round(row["duration_ms"] / 1000), 60)
    return f"Đúng {row['correct']} câu trong {minutes} phút {seconds} giây"
