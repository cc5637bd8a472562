"""People who play a contest on the web while everything fails, and what must be left of it."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from bot.store.contest_tables import answers, attempts, entrants
from bot.store.database import Database
from tests.web.contest.conftest import AGREED, GIVEN, local, open_contest

_OPTION = re.compile(r'name="cau-(\d+)" value="(\w+)"')
_AGAIN_SECONDS = 0.5
_PATIENCE_SECONDS = 10.0


async def open_now(database: Database, folder: Path) -> None:
    """Publishes a small contest that is open for the next hours."""
    now = datetime.now(UTC)
    times: dict[str, Any] = {"papers__main__time_limit_s": 7_200}
    for number, (opens, closes) in enumerate(((-1, 12), (12, 24))):
        times[f"rounds__{number}__opens_at"] = local(now + timedelta(hours=opens))
        times[f"rounds__{number}__closes_at"] = local(now + timedelta(hours=closes))
        times[f"rounds__{number}__closing_words"] = ""
    await open_contest(database, folder, **times)


@dataclass
class Players:
    """So many people with a browser each; every step is repeated until it is acknowledged."""

    ports: list[int]
    count: int
    saved: dict[tuple[int, int], str] = field(default_factory=dict)
    handed_in: set[int] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)

    async def play(self, seconds: float) -> None:
        """All of them, at random times."""
        chance = random.Random(5)
        begins = [chance.random() * seconds * 0.8 for _ in range(self.count)]
        await asyncio.gather(*(self._play(n, at, seconds / 10) for n, at in enumerate(begins)))

    async def _play(self, number: int, begins: float, lasts: float) -> None:
        chance = random.Random(number)
        await asyncio.sleep(begins)
        limits = httpx.Limits(max_keepalive_connections=0)
        async with httpx.AsyncClient(timeout=_PATIENCE_SECONDS, limits=limits) as browser:
            await self._until(browser, "GET", "/thi/thu", 200)
            phone = {"f-dien_thoai": f"09{number:08}"}
            form = {**GIVEN, **AGREED, **phone, "buoc": "xong"}
            await self._until(browser, "POST", "/thi/thu/dang-ky", 303, data=form)
            started = await self._until(
                browser, "POST", "/thi/thu/bat-dau", 303, data={"vong": "w1"}
            )
            paper = str(started.headers["location"])
            attempt = int(paper.rsplit("/", 1)[1])
            page = await self._until(browser, "GET", paper, 200)
            options: dict[int, list[str]] = {}
            for position, option in _OPTION.findall(page.text):
                options.setdefault(int(position), []).append(option)
            for position, choices in options.items():
                await asyncio.sleep(chance.random() * lasts / len(options))
                chosen = chance.choice(choices)
                message = {"position": str(position), "chosen": chosen}
                await self._until(browser, "POST", f"{paper}/luu", 200, json=message)
                self.saved[attempt, position] = chosen
            guess = {"du-doan": "5", "buoc": "xem-lai"}
            await self._until(browser, "POST", paper, 303, data=guess)
            await self._until(browser, "POST", f"{paper}/nop", 303)
            self.handed_in.add(attempt)

    async def _until(
        self, browser: httpx.AsyncClient, method: str, path: str, wanted: int, **body: Any
    ) -> httpx.Response:
        """Tries one program after the other until one says yes; notes a plain no."""
        while True:
            port = self.ports[random.randrange(len(self.ports))]
            try:
                told = await browser.request(method, f"http://127.0.0.1:{port}{path}", **body)
            except httpx.HTTPError:
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            if told.status_code == wanted:
                return told
            if told.status_code not in (429, 503):
                self.refused.append(f"{method} {path}: {told.status_code}, not {wanted}")
            await asyncio.sleep(_AGAIN_SECONDS)

    async def faults(self, database: Database, report: Callable[[str], None]) -> list[str]:
        """What is not as it was acknowledged; empty where all is well."""
        async with database.reading() as tx:
            kept = {
                (row["attempt_id"], row["position"]): row["chosen"]
                for row in await tx.rows(select(answers))
            }
            papers = {row["id"]: row for row in await tx.rows(select(attempts))}
            people = len(await tx.rows(select(entrants.c.id)))
        report(f"{len(papers)} papers, {len(self.saved)} answers acknowledged, {people} people")
        found = [
            f"answer {place} is {kept.get(place)}, not {chosen}"
            for place, chosen in self.saved.items()
            if kept.get(place) != chosen
        ]
        found += [
            f"paper {one} is {papers[one]['state'] if one in papers else 'gone'}, not handed in"
            for one in self.handed_in
            if one not in papers or papers[one]["status"] != "submitted"
        ]
        for what, number in (("papers", len(papers)), ("people", people)):
            if number != self.count:
                found.append(f"{number} {what} of {self.count} players")
        return found + self.refused[:5]
