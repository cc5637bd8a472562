"""People in a contest: what they registered with (sealed), what they agreed to, their standing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, exists, func, select, update

from bot.store.contest_tables import consents, contest_lists, entrants
from bot.store.database import Tx
from bot.store.tables import people

OPEN_FIELDS = (
    "unit",
    "commune",
    "province",
    "age_band",
    "gender",
    "group",
    "occupation",
    "segment",
)
"""What stands open of a registration, for statistics and rankings."""
MARKS = ("phone_mark", "id_mark", "email_mark", "person_mark")


@dataclass(frozen=True, slots=True)
class Entrant:
    """A person in a contest; `person_id` is None once the person was erased."""

    id: int
    contest_id: str
    person_id: int | None
    registered_ms: int
    channel: str
    track: str
    standing: str
    locked_at: datetime | None
    is_child: bool
    eligible_until: date | None
    sealed: str
    unit: str | None
    commune: str | None
    province: str | None
    age_band: str | None
    gender: str | None
    group: str | None
    occupation: str | None
    segment: str
    referred_by: int | None


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """A consent asked of an entrant and what was answered, with its proof."""

    purpose: str
    text_version: int
    given: bool
    by_guardian: bool
    at: datetime
    channel: str


_COLUMNS = tuple(entrants.c[name] for name in Entrant.__dataclass_fields__)
_FIND = select(*_COLUMNS).where(
    entrants.c.contest_id == bindparam("contest"), entrants.c.person_id == bindparam("person")
)
_GET_MANY = (
    select(*_COLUMNS)
    .where(entrants.c.id.in_(bindparam("ids", expanding=True)))
    # In the order of their ids, so that two who lock several cannot wait for each other.
    .order_by(entrants.c.id)
    .with_for_update()
)
_FIND_OF = (
    select(people.c.channel_id, entrants.c.id)
    .join(people, people.c.id == entrants.c.person_id)
    .where(
        people.c.channel == bindparam("channel"),
        people.c.channel_id.in_(bindparam("names", expanding=True)),
        entrants.c.contest_id == bindparam("contest"),
    )
)
_LOCK = (
    update(entrants)
    .where(entrants.c.id.in_(bindparam("ids", expanding=True)), entrants.c.locked_at.is_(None))
    .values(locked_at=bindparam("now"))
)


async def find(tx: Tx, contest_id: str, person_id: int) -> Entrant | None:
    """The person in the contest, or None where he has not registered."""
    row = await tx.first(_FIND, {"contest": contest_id, "person": person_id})
    return Entrant(**row) if row else None


async def get(tx: Tx, entrant_id: int, *, lock: bool = False) -> Entrant | None:
    """An entrant by number; with `lock` what he does elsewhere waits until the transaction ends."""
    statement = select(*_COLUMNS).where(entrants.c.id == entrant_id)
    row = await tx.first(statement.with_for_update() if lock else statement)
    return Entrant(**row) if row else None


async def marks_of(tx: Tx, entrant_id: int) -> dict[str, str | None]:
    """The fingerprints kept of an entrant who exists."""
    row = await tx.first(
        select(*(entrants.c[name] for name in MARKS)).where(entrants.c.id == entrant_id)
    )
    return dict(row or dict.fromkeys(MARKS))


async def get_many(tx: Tx, entrant_ids: Sequence[int]) -> dict[int, Entrant]:
    """Entrants by number; what they do elsewhere waits until the transaction ends."""
    rows = await tx.rows(_GET_MANY, {"ids": entrant_ids})
    return {row["id"]: Entrant(**row) for row in rows}


async def find_of(tx: Tx, contest_id: str, channel: str, names: Sequence[str]) -> dict[str, int]:
    """The numbers of those who have registered, by the name under which a channel knows them."""
    given = {"channel": channel, "names": names, "contest": contest_id}
    rows = await tx.rows(_FIND_OF, given)
    return {row["channel_id"]: row["id"] for row in rows}


async def add(tx: Tx, values: Mapping[str, Any]) -> Entrant | None:
    """Registers a person; None where he was registered already."""
    row = await tx.first(
        tx.insert(entrants)
        .values(**values)
        .on_conflict_do_nothing(index_elements=[entrants.c.contest_id, entrants.c.person_id])
        .returning(*_COLUMNS)
    )
    return Entrant(**row) if row else None


async def change(tx: Tx, entrant_id: int, values: Mapping[str, Any]) -> None:
    """Writes some columns of an entrant anew."""
    await tx.change(update(entrants).where(entrants.c.id == entrant_id).values(**values))


async def lock(tx: Tx, entrant_ids: Sequence[int], at: datetime) -> None:
    """From now on only the organizer corrects the registrations; the first time holds."""
    await tx.change(_LOCK, {"ids": entrant_ids, "now": at})


async def add_consents(tx: Tx, entrant_id: int, given: Iterable[ConsentGiven]) -> None:
    """Adds proofs of consents; what was answered before stays as it was."""
    rows = [
        {
            "entrant_id": entrant_id,
            **{n: getattr(one, n) for n in ConsentGiven.__dataclass_fields__},
        }
        for one in given
    ]
    if rows:
        await tx.connection.execute(tx.insert(consents), rows)


async def list_consents(tx: Tx, entrant_id: int) -> list[ConsentGiven]:
    """Every consent asked of an entrant, oldest first; the last one for a purpose holds."""
    columns = (consents.c[name] for name in ConsentGiven.__dataclass_fields__)
    rows = await tx.rows(
        select(*columns).where(consents.c.entrant_id == entrant_id).order_by(consents.c.id)
    )
    return [ConsentGiven(**row) for row in rows]


async def doubles(
    tx: Tx, contest_id: str, entrant_id: int, marks: Mapping[str, Sequence[str]]
) -> dict[str, list[int]]:
    """Other entrants with the same mark, by the kind of mark; none is refused for it."""
    found = {}
    for kind, values in marks.items():
        if values:
            rows = await tx.rows(
                select(entrants.c.id).where(
                    entrants.c.contest_id == contest_id,
                    entrants.c[kind].in_(values),
                    entrants.c.id != entrant_id,
                )
            )
            if rows:
                found[kind] = [row["id"] for row in rows]
    return found


async def write_list(tx: Tx, contest_id: str, name: str, marks: Iterable[str]) -> int:
    """Adds people's marks to a list (`roster` or a role); gives how many are new."""
    new = 0
    for mark in marks:
        new += await tx.change(
            tx.insert(contest_lists)
            .values(contest_id=contest_id, list=name, mark=mark)
            .on_conflict_do_nothing()
        )
    return new


async def lists_with(tx: Tx, contest_id: str, marks: Sequence[str]) -> set[str]:
    """The lists of the contest on which one of the marks stands."""
    rows = await tx.rows(
        select(contest_lists.c.list)
        .where(contest_lists.c.contest_id == contest_id, contest_lists.c.mark.in_(marks))
        .distinct()
    )
    return {row["list"] for row in rows}


async def unit_is_taken(tx: Tx, contest_id: str, unit: str, but: int | None = None) -> bool:
    """Whether another entrant already represents the unit."""
    return bool(
        await tx.value(
            select(
                exists().where(
                    entrants.c.contest_id == contest_id,
                    entrants.c.unit == unit,
                    entrants.c.track == "unit_representative",
                    entrants.c.standing != "disqualified",
                    *([entrants.c.id != but] if but is not None else []),
                )
            )
        )
    )


async def stream(tx: Tx, contest_id: str, together: int) -> AsyncIterator[Entrant]:
    """Everybody in a contest who was not erased, by number, read so many at a time."""
    after = 0
    while True:
        rows = await tx.rows(
            select(*_COLUMNS)
            .where(
                entrants.c.contest_id == contest_id,
                entrants.c.sealed != "",
                entrants.c.id > after,
            )
            .order_by(entrants.c.id)
            .limit(together)
        )
        for row in rows:
            yield Entrant(**row)
        if not rows:
            return
        after = rows[-1]["id"]


async def last_id(tx: Tx) -> int:
    """The greatest number given to an entrant; 0 where there is none."""
    return int(await tx.value(select(func.coalesce(func.max(entrants.c.id), 0))))


async def count(tx: Tx, contest_id: str) -> int:
    """How many people have registered."""
    return int(
        await tx.value(
            select(func.count()).select_from(entrants).where(entrants.c.contest_id == contest_id)
        )
    )
