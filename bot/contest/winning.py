"""What a winner still has to tell once his prize is decided: fields that nobody else is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.contest.document import Published
from bot.contest.forms import read_fields
from bot.contest.refusal import Refused
from bot.contest.registration import (
    fields_to_ask,
    marks_again,
    open_registration,
    seal_form,
)
from bot.contest.rules import Field
from bot.contest.typed import Trees
from bot.sealing import Sealer
from bot.store import contest_audit, contest_awards, contest_entrants
from bot.store.contest_awards import Award
from bot.store.contest_entrants import Entrant
from bot.store.database import Tx

_BY_HIMSELF = "người đạt giải"


@dataclass(frozen=True, slots=True)
class Won:
    """The decided prizes of a person, the fields asked for them, and those not yet given."""

    awards: tuple[Award, ...] = ()
    asked: tuple[Field, ...] = ()
    missing: tuple[Field, ...] = ()


async def won_by(tx: Tx, published: Published, sealer: Sealer, entrant: Entrant) -> Won:
    """What the person has won; nothing before the decision is issued."""
    awards = tuple(await contest_awards.decided_of(tx, entrant.id))
    if not awards:
        return Won()
    asked = fields_to_ask(published.contest, "at_award")
    given = open_registration(sealer, entrant).values if asked else {}
    return Won(awards, asked, tuple(one for one in asked if not given.get(one.key)))


async def complete(
    tx: Tx,
    published: Published,
    sealer: Sealer,
    trees: Trees,
    entrant_id: int,
    values: Mapping[str, str],
    at: datetime,
) -> None:
    """Writes down what a winner was asked for; other fields stay as they are.

    A field left empty keeps what was given before. Raises `Refused`: not_registered, not_allowed
    (nothing is asked of him), field.
    """
    entrant = await contest_entrants.get(tx, entrant_id, lock=True)
    if entrant is None or entrant.contest_id != published.id or entrant.person_id is None:
        raise Refused("not_registered", "Bạn chưa đăng ký cuộc thi này.")
    won = await won_by(tx, published, sealer, entrant)
    if not won.asked:
        raise Refused("not_allowed", "Ban tổ chức không cần thêm thông tin gì của bạn.")
    kept = open_registration(sealer, entrant)
    given = {str(one.key): values.get(one.key, "") for one in won.asked}
    typed = {key: text or kept.values.get(key, "") for key, text in given.items()}
    read, faults, offered = read_fields(won.asked, typed, trees, at)
    for one in won.asked:
        if one.key in faults or one.key in offered:
            said = faults.get(one.key, "Bạn chọn rõ một đơn vị.")
            raise Refused("field", said, one.key)
    found = {key: one.value for key, one in read.items() if one.value}
    sealed = seal_form(sealer, {**kept.values, **found}, kept.guardian)
    await contest_entrants.change(tx, entrant.id, {"sealed": sealed})
    changed = await contest_entrants.get(tx, entrant.id)
    assert changed is not None  # noqa: S101 it is locked
    marks = marks_again(published.contest, sealer, changed)
    await contest_entrants.change(tx, entrant.id, marks)
    told = {"entrant": entrant.id, "fields": sorted(found)}
    await contest_audit.note(tx, published.id, _BY_HIMSELF, "award_fields", told, at)
