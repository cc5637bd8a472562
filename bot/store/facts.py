"""Small facts that outlive a run: the base version last served, the first secret."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from bot.store.database import Tx
from bot.store.tables import meta


async def read_fact(tx: Tx, key: str) -> Any:
    """The value kept under the key, or None."""
    return await tx.value(select(meta.c.value).where(meta.c.key == key))


async def write_fact(tx: Tx, key: str, value: Any) -> None:
    """Keeps the value under the key in place of the one before; None takes the fact away."""
    if value is None:
        await tx.change(delete(meta).where(meta.c.key == key))
        return
    await tx.change(
        tx.insert(meta)
        .values(key=key, value=value)
        .on_conflict_do_update(index_elements=[meta.c.key], set_={"value": value})
    )


async def settle_fact(tx: Tx, key: str, proposal: Any) -> Any:
    """The value kept under the key; where there is none, the proposal, from now on for everybody.

    Two programs that start at once thus agree on one secret.
    """
    await tx.change(
        tx.insert(meta)
        .values(key=key, value=proposal)
        .on_conflict_do_nothing(index_elements=[meta.c.key])
    )
    return await read_fact(tx, key)


async def add_to_fact(tx: Tx, key: str, amount: int) -> int:
    """The number kept under the key (0 at first) raised by `amount`; several programs may add."""
    await settle_fact(tx, key, 0)
    kept = await tx.value(select(meta.c.value).where(meta.c.key == key).with_for_update())
    await write_fact(tx, key, kept + amount)
    return int(kept) + amount
