"""Lists of people that the organizer gives: who alone may play, and who may not or wins nothing.

Only keyed fingerprints are kept: the list itself never reaches the database. A person is known by
phone, identity number, address, or by name and birth date together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.contest.document import Published
from bot.contest.eligible import ROSTER
from bot.contest.refusal import Refused
from bot.contest.rules import Field
from bot.contest.typed import Trees, read_field
from bot.contest.words import FieldType, Id
from bot.language.fold import fold
from bot.sealing import Sealer
from bot.store import contest_audit, contest_entrants
from bot.store.contest_entrants import Entrant
from bot.store.database import Tx

COLUMNS: dict[str, FieldType] = {
    "ho_ten": "name",
    "ngay_sinh": "date",
    "cccd": "id_number",
    "dien_thoai": "phone",
    "email": "email",
}
"""The columns that a list may have; each row needs one of the last three, or the first two."""
_KINDS = {"dien_thoai": "phone", "cccd": "id", "email": "email"}
_PAGE = 1_000

Open = Callable[[Entrant], Mapping[str, str]]
"""The values that an entrant registered with, by the type of the field."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What taking a list in did: new marks, and people already registered whom it concerns."""

    new: int
    concerned: tuple[int, ...]


def marks_of(sealer: Sealer, by_type: Mapping[str, str], born: date | None) -> list[str]:
    """Every mark that a person with these values may stand under on a list, under every key."""
    return [mark for text in _texts(by_type, born) for mark in sealer.fingerprints(text)]


def read_rows(
    rows: Iterable[Mapping[str, str]], trees: Trees, at: datetime
) -> list[tuple[dict[str, str], date | None]]:
    """The rows of a list, checked like a registration.

    Raises `Refused` (field) naming the row that cannot be used; nothing of the list is then kept.
    """
    found = []
    for number, row in enumerate(rows, 2):
        by_type: dict[str, str] = {}
        for key, kind in COLUMNS.items():
            text = (row.get(key) or "").strip()
            if text:
                field = Field(Id(key), kind)
                by_type[kind] = _read(field, text, trees, at, number)
        born = date.fromisoformat(by_type["date"]) if "date" in by_type else None
        if not _texts(by_type, born):
            said = (
                f"Dòng {number}: cần số điện thoại, số căn cước, thư điện tử, hoặc họ tên và ngày "
                f"sinh. Tên cột: {', '.join(COLUMNS)}."
            )
            raise Refused("field", said, number)
        found.append((by_type, born))
    return found


async def take_list(
    tx: Tx,
    published: Published,
    sealer: Sealer,
    name: str,
    people: Iterable[tuple[Mapping[str, str], date | None]],
    open_values: Open,
    by: str,
    at: datetime,
) -> Listed:
    """Adds people to a list of the rules: `roster`, or the role of an exclusion.

    Whoever registered before and may only play without prizes now does; whoever is barred is told
    of in the answer, since taking somebody out is the board's decision. Raises `Refused`
    (not_allowed) for a list that the rules do not name.
    """
    effects = {str(e.role): e.effect for e in published.contest.eligibility.exclusions}
    known = {ROSTER, *effects}
    if name not in known:
        said = f"Thể lệ không có danh sách «{name}». Có: {', '.join(sorted(known))}."
        raise Refused("not_allowed", said)
    texts = {text for by_type, born in people for text in _texts(by_type, born)}
    new = await contest_entrants.write_list(
        tx, published.id, name, [sealer.fingerprint(text) for text in sorted(texts)]
    )
    concerned = []
    if name != ROSTER:
        async for entrant in contest_entrants.stream(tx, published.id, _PAGE):
            values = open_values(entrant)
            born = date.fromisoformat(values["date"]) if values.get("date") else None
            if texts & set(_texts(values, born)):
                concerned.append(entrant.id)
                if effects[name] == "play_no_prize" and entrant.standing == "active":
                    await contest_entrants.change(tx, entrant.id, {"standing": "no_prize"})
    told = {"list": name, "new": new, "concerned": concerned}
    await contest_audit.note(tx, published.id, by, "take_list", told, at)
    return Listed(new, tuple(concerned))


def _texts(by_type: Mapping[str, str], born: date | None) -> list[str]:
    found = [
        f"{_KINDS[key]}:{by_type[kind]}"
        for key, kind in COLUMNS.items()
        if key in _KINDS and by_type.get(kind)
    ]
    if by_type.get("name") and born:
        found.append(f"who:{fold(by_type['name'])}|{born}")
    return found


def _read(field: Field, text: str, trees: Trees, at: datetime, number: int) -> str:
    try:
        return read_field(field, text, trees, at).value
    except Refused as refused:
        raise Refused("field", f"Dòng {number}: {refused}", number) from refused
