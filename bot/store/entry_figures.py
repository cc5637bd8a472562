"""How entries fare: how often each was given, and how often it was of no use."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import select

from bot.store.database import Tx
from bot.store.tables import questions

_AT_MOST = 20_000


async def disliked(tx: Tx, since: datetime) -> Counter[str]:
    """For each entry how many people said since then that it was of no use to them."""
    rows = await tx.rows(
        select(questions.c.entries)
        .where(questions.c.feedback == -1, questions.c.asked_at >= since)
        .order_by(questions.c.asked_at.desc())
        .limit(_AT_MOST)
    )
    return Counter(str(row["entries"][0]) for row in rows if row["entries"])
