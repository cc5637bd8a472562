"""Where sealed texts lie: every column that a change of the key must renew.

Whatever seals something that is stored adds its place here, or the next change of the key loses it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, select, update

from bot.store.admin_tables import admin_users
from bot.store.contest_board_tables import complaints, disqualifications
from bot.store.contest_tables import entrants
from bot.store.database import Tx
from bot.store.tables import inbox, meta, oauth_tokens, outbox, states


@dataclass(frozen=True, slots=True)
class Place:
    """A column of sealed texts; with `path` the text is one value inside the column's JSON.

    `like` keeps to the rows whose key is like that.
    """

    table: Table
    column: str
    path: tuple[str, ...] = ()
    like: str = ""

    @property
    def name(self) -> str:
        """The place for people: table and column."""
        return ".".join((self.table.name, self.column, *self.path))

    @property
    def key(self) -> Column[Any]:
        """The column that names a row."""
        return next(iter(self.table.primary_key))


ENTRANTS = Place(entrants, "sealed")
PLACES = (
    ENTRANTS,
    Place(complaints, "sealed"),
    Place(disqualifications, "appeal"),
    Place(inbox, "payload"),
    Place(outbox, "reply", ("sealed",)),
    Place(states, "data", ("task", "sealed")),
    Place(oauth_tokens, "access"),
    Place(oauth_tokens, "refresh"),
    Place(admin_users, "totp"),
    Place(meta, "value", like="zalo_oa/%/consent"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A sealed text, the key of its row, and the whole value of the column it lies in."""

    key: Any
    text: str
    value: Any


async def page(tx: Tx, place: Place, after: Any, limit: int) -> list[Found]:
    """The next rows of a place in the order of their keys, locked; `after` is None at first."""
    key, column = place.key, place.table.c[place.column]
    statement = select(key, column).where(_holds(place, column)).order_by(key).limit(limit)
    if after is not None:
        statement = statement.where(key > after)
    if place.like:
        statement = statement.where(key.like(place.like))
    rows = await tx.rows(statement.with_for_update())
    return [Found(row[key], _inside(row[column], place.path), row[column]) for row in rows]


async def put(
    tx: Tx, place: Place, found: Found, text: str, more: Mapping[str, Any] | None = None
) -> None:
    """Keeps a text in the place of the one found, and `more` columns of its row with it."""
    value = _with(found.value, place.path, text)
    await tx.change(
        update(place.table)
        .where(place.key == found.key)
        .values({place.column: value, **(more or {})})
    )


def _holds(place: Place, column: Column[Any]) -> ColumnElement[bool]:
    if place.path:
        inside: ColumnElement[bool] = column[place.path].as_string() != ""
        return inside
    if place.column in ("payload", "value"):
        return column.is_not(None)
    return column != ""


def _inside(value: Any, path: Sequence[str]) -> str:
    for step in path:
        value = value[step]
    return str(value)


def _with(value: Any, path: Sequence[str], text: str) -> Any:
    if not path:
        return text
    return {**value, path[0]: _with(value[path[0]], path[1:], text)}
