"""How soon the editors' web shows a page, with a year of talk behind it.

    python -m benchmarks admin_pages

The program runs as one process on a SQLite file with 100,000 questions of 20,000 invented people over a
year, from most communes, one in seven of them asked in vain. A signed-in owner opens each page a few
times over loopback. Told are the median of the wall time, and the processor time of the server for one
page, which does not depend on what else the machine does. Pages should take 200 ms, those of a year 500.
"""

from __future__ import annotations

import asyncio
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import insert

from benchmarks.material import SEED, own_base
from benchmarks.served import Server
from bot.admin.passwords import hash_password
from bot.clock import day_number, utc_now
from bot.knowledge.model import Base
from bot.store import admin_users
from bot.store.database import Database
from bot.store.migrate import migrate
from bot.store.tables import people, questions

PEOPLE, QUESTIONS = 20_000, 100_000
_TIMES = 7
_BATCH = 2_000
_PASSWORD = "mot-mat-khau-du-dai"
_OUTCOMES = {"answer": 62, "choose": 13, "refuse": 11, "calc": 8, "smalltalk": 4, "choose-none": 2}
_CHANNELS = ("web", "telegram", "zalo_bot", "zalo_oa")


def measure(report: Callable[[str], None]) -> dict[str, Any]:
    """The times of each page."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        asyncio.run(_fill(f"sqlite:///{folder}/bot.db", own_base()))
        report(f"{QUESTIONS} questions of {PEOPLE} people are in the database")
        server.start()
        try:
            return {"entries": len(own_base().entries), "pages": _visit(server, report)}
        finally:
            server.stop()


def table(found: dict[str, Any]) -> str:
    """The times as a table."""
    lines = [
        f"{QUESTIONS:,} questions of {PEOPLE:,} people, {found['entries']} entries; the median of "
        f"{_TIMES} visits.\n",
        "| page | wall, ms | processor, ms | size, kB |",
        "| --- | ---: | ---: | ---: |",
    ]
    for page, figures in found["pages"].items():
        cells = " | ".join(f"{figures[name]:.0f}" for name in ("wall_ms", "cpu_ms", "kb"))
        lines.append(f"| {page} | {cells} |")
    return "\n".join(lines)


def _visit(server: Server, report: Callable[[str], None]) -> dict[str, dict[str, float]]:
    found = {}
    with httpx.Client(base_url=server.address, timeout=60) as browser:
        form = browser.get("/admin/dang-nhap").text
        token = re.search(r'name="csrf" value="([\w-]+)"', form)
        assert token is not None
        fields = {"csrf": token[1], "name": "owner", "password": _PASSWORD}
        browser.post("/admin/dang-nhap", data=fields).raise_for_status()
        for name, path in _pages(browser):
            browser.get(path).raise_for_status()
            walls, before = [], server.cpu_seconds()
            for _ in range(_TIMES):
                begun = time.perf_counter()
                size = len(browser.get(path).raise_for_status().content)
                walls.append((time.perf_counter() - begun) * 1_000)
            cpu = (server.cpu_seconds() - before) / _TIMES * 1_000
            wall = statistics.median(walls)
            found[name] = {"wall_ms": wall, "cpu_ms": cpu, "kb": size / 1_000}
            report(f"{name}: {wall:.0f} ms, processor {cpu:.0f} ms")
    return found


def _pages(browser: httpx.Client) -> Iterator[tuple[str, str]]:
    today = utc_now().date()
    year = f"tu={today - timedelta(days=364)}&den={today}"
    group = re.search(r'"(/admin/cau-hoi/[0-9a-f]{16}[^"]*)"', browser.get("/admin/cau-hoi").text)
    assert group is not None
    yield "front page", "/admin"
    yield "answers", "/admin/cau-tra-loi"
    yield "answers found by a question", "/admin/cau-tra-loi?q=mat+the+cu+tri"
    yield "one answer", "/admin/cau-tra-loi/mat-the-cu-tri"
    yield "asked in vain, 90 days", "/admin/cau-hoi"
    yield "one group asked in vain", group[1].replace("&amp;", "&")
    yield "sent to the office", "/admin/gui-can-bo"
    yield "participation, 30 days", "/admin/tham-gia"
    yield "participation, one commune", "/admin/tham-gia?don-vi=06985"
    yield "participation, a year", f"/admin/tham-gia?{year}"
    yield "leaflets and codes", "/admin/chien-dich"
    yield "audit log", "/admin/nhat-ky"


async def _fill(url: str, base: Base) -> None:
    chance = random.Random(SEED)
    database = Database(url)
    await database.connect()
    await migrate(database)
    async with database.transaction() as tx:
        hashed = hash_password(_PASSWORD)
        at = utc_now()
        await admin_users.add(
            tx, "owner", "Owner", hashed, ["owner"], by="bench", at=at, must_change=False
        )
        known = list(_people(chance, base, at))
        for some in _in_batches(known):
            await tx.connection.execute(insert(people), some)
        for some in _in_batches(list(_questions(chance, base, known, at))):
            await tx.connection.execute(insert(questions), some)
    await database.close()


def _people(chance: random.Random, base: Base, now: datetime) -> Iterator[dict[str, Any]]:
    codes = [unit.code for unit in base.places.units][:45]
    for number in range(1, PEOPLE + 1):
        at = now - timedelta(days=chance.uniform(0, 364))
        campaign = chance.choice(["", "-to-roi", "-hoi-nghi"])
        origin = f"u-{chance.choice(codes)}{campaign}" if chance.random() < 0.6 else None
        yield {
            "id": number,
            "channel": chance.choice(_CHANNELS),
            "channel_id": f"x{number}",
            "first_seen": at,
            "last_seen": at,
            "origin": origin,
        }


def _questions(
    chance: random.Random, base: Base, known: list[dict[str, Any]], now: datetime
) -> Iterator[dict[str, Any]]:
    spoken = [(entry.id, entry.questions) for entry in base.spoken]
    outcomes, weights = list(_OUTCOMES), list(_OUTCOMES.values())
    for _ in range(QUESTIONS):
        person = chance.choice(known)
        at = now.astimezone(UTC) - timedelta(days=chance.uniform(0, 364))
        entry, wordings = spoken[min(int(chance.expovariate(0.02)), len(spoken) - 1)]
        text = chance.choice(wordings)
        outcome = chance.choices(outcomes, weights)[0]
        yield {
            "person_id": person["id"],
            "asked_at": at,
            "channel": person["channel"],
            "text": text,
            "normalised": text.lower(),
            "outcome": outcome,
            "entries": [entry] if outcome in ("answer", "choose", "choose-none") else [],
            "score": 0.5,
            "ms": 2.0,
            "base_version": "bench",
            "day": day_number(at),
            "entry": entry if outcome == "answer" else None,
            "origin": person["origin"],
            "feedback": chance.choices([None, 1, -1], [90, 7, 3])[0],
        }


def _in_batches(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), _BATCH):
        yield rows[start : start + _BATCH]
