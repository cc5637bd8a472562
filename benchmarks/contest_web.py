"""The contest's web routes under a launch: starts and answers a second, and a kill in the middle.

The program runs as its own process on a SQLite file; this process sends what browsers send, at a
steady rate whatever the answers take, so a slow server meets a growing queue as in life. Each
person starts, opens the paper, and answers its ten questions over the next seconds. A time is
counted from the moment a request was due. Afterwards every acknowledged answer must be in the file,
also in a second run in whose middle the program is killed and started again.

python -m benchmarks contest_web            (BENCH_SECONDS, BENCH_STARTS change the size)
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from benchmarks.material import KNOWLEDGE, TODAY, own_base
from benchmarks.players import Players, Tally, told
from benchmarks.served import Server
from benchmarks.wire import run
from bot.channels.web.visitor import person_of
from bot.clock import VIETNAM
from bot.contest.document import Published
from bot.contest.load import load_contests
from bot.contest.publish import Shelf, publish
from bot.contest.registration import Form, register
from bot.contest.typed import Trees
from bot.sealing import Sealer
from bot.store import people
from bot.store.contest_tables import entrants
from bot.store.database import Database, Tx
from bot.store.migrate import migrate
from bot.store.tables import people as people_table

CONTEST, ROUND = "tim-hieu-bau-cu-2026", "tuan-1"
KEY = "a-key-of-the-benchmark-long-enough-for-it-all"
STARTS_A_SECOND = int(os.environ.get("BENCH_STARTS", "100"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "120"))
P99_MS = 300
ANSWER_SECONDS = 8.0
PAPER_S = 600
GIVEN = {"ho_ten": "Nguyễn Văn An", "ngay_sinh": "5/9/1990", "dien_thoai": "0912345678"}


def measure(report: Callable[[str], None]) -> dict[str, Any]:
    """Both runs: whole, and killed in the middle."""
    found: dict[str, Any] = {"starts_a_second": STARTS_A_SECOND, "seconds": SECONDS}
    for name, seconds in (("whole", SECONDS), ("killed", max(10, SECONDS // 4))):
        found[name] = run = _run(seconds, is_killed=name == "killed")
        report(f"{name}: {run}")
    found["targets_met"] = _is_met(found)
    return found


def table(results: dict[str, Any]) -> str:
    """The results as Markdown."""
    met = "met" if results["targets_met"] else "**missed**"
    whole, killed = results["whole"], results["killed"]
    rows = [
        f"| {title} | {whole[kind]['n']} | {whole[kind].get('a_second', 0)} | "
        f"{whole[kind].get('p50_ms', 0)} | {whole[kind].get('p99_ms', 0)} |"
        for kind, title in (
            ("starts", "attempts started at once"),
            ("queued", "attempts started after waiting in the queue"),
            ("papers", "papers shown"),
            ("saves", "answers saved"),
        )
        # Figures from before there was a queue stay until the next run.
        if kind in whole
    ]
    return "\n".join(
        [
            f"Targets (100 starts and 1,000 answers a second for 2 minutes, p99 {P99_MS} ms, no "
            f"error, nothing acknowledged lost): {met}.",
            "",
            f"Asked for: {results['starts_a_second']} starts a second, ten answers each, for "
            f"{results['seconds']} s. The program used {whole['cpu_s']} s of processor time; the "
            f"machine was {whole['idle_percent']} % idle.",
            "",
            "| | n | a second | p50, ms | p99, ms |",
            "|---|---:|---:|---:|---:|",
            *rows,
            "",
            f"Errors: {sum(whole['errors'].values())}. Acknowledged answers that were not in the "
            f"file: {whole['lost']} of {whole['acknowledged']}; killed in the middle: "
            f"{killed['lost']} of {killed['acknowledged']}.",
        ]
    )


def _run(seconds: int, *, is_killed: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="bench-thi-") as folder:
        file = Path(folder) / "bot.db"
        count = int(seconds * STARTS_A_SECOND)
        tokens = asyncio.run(prepare(f"sqlite+aiosqlite:///{file}", count))
        server = Server(Path(folder), {"BOT_SECRET_KEY": KEY})
        server.start()
        crowd = Players([server.port], CONTEST, ROUND, ANSWER_SECONDS, retries=is_killed)
        arrivals = [(n / STARTS_A_SECOND, token) for n, token in enumerate(tokens)]
        try:
            cpu, idle, clock = server.cpu_seconds(), _idle_seconds(), time.perf_counter()
            run(_send(crowd, arrivals, server, seconds, is_killed=is_killed))
            # Killed, it began to count anew.
            cpu = server.cpu_seconds() - (0 if is_killed else cpu)
            idle = (_idle_seconds() - idle) / (time.perf_counter() - clock) / (os.cpu_count() or 1)
        finally:
            server.stop()
        lost = _audit(file, crowd.tally.acknowledged)
    return {
        **_figures(crowd.tally, seconds),
        "cpu_s": round(cpu, 1),
        "idle_percent": round(idle * 100),
        "acknowledged": len(crowd.tally.acknowledged),
        "lost": lost,
    }


async def _send(
    crowd: Players,
    arrivals: Sequence[tuple[float, str]],
    server: Server,
    seconds: int,
    *,
    is_killed: bool,
) -> None:
    async def kill() -> None:
        await asyncio.sleep(seconds / 2)
        server.kill()
        await asyncio.to_thread(server.start)

    killing = asyncio.create_task(kill()) if is_killed else None
    await crowd.come(arrivals)
    if killing is not None:
        await killing


def _idle_seconds() -> float:
    """The time that the machine's processors had nothing to do, since it started."""
    fields = Path("/proc/stat").read_text().splitlines()[0].split()
    return (int(fields[4]) + int(fields[5])) / os.sysconf("SC_CLK_TCK")


def _figures(tally: Tally, seconds: int) -> dict[str, Any]:
    # The rate is that of the time in which people start and answer at once.
    span = (ANSWER_SECONDS, float(seconds))
    return {
        "starts": told(tally.starts, *span),
        "queued": told(tally.queued, *span),
        "papers": told(tally.papers, *span),
        "saves": told(tally.saves, *span),
        "errors": dict(tally.errors),
    }


def _audit(file: Path, acknowledged: dict[tuple[int, int], str]) -> int:
    """How many acknowledged answers are not in the file."""
    database = sqlite3.connect(file)
    try:
        rows = database.execute("SELECT attempt_id, position, chosen FROM answers")
        kept = {(attempt, position): chosen for attempt, position, chosen in rows}
    finally:
        database.close()
    return sum(kept.get(place) != chosen for place, chosen in acknowledged.items())


def _is_met(found: dict[str, Any]) -> bool:
    whole = found["whole"]
    if found["starts_a_second"] < 100 or found["seconds"] < 120:
        return False
    slowest = max(whole[kind].get("p99_ms", 1e9) for kind in ("starts", "papers", "saves"))
    lost = whole["lost"] + found["killed"]["lost"]
    # Whoever had to wait in the queue was not started when he asked.
    is_whole = not whole["errors"] and whole["queued"]["n"] == 0
    return slowest <= P99_MS and is_whole and lost == 0


async def prepare(url: str, count: int, paper_s: int = PAPER_S) -> list[str]:
    """A database with the shipped contest open now, and so many people registered; their cookies.

    A paper takes `paper_s` seconds.
    """
    database = Database(url)
    await database.connect()
    await migrate(database)
    sealer, now = Sealer([KEY]), datetime.now(UTC)
    async with database.transaction() as tx:
        published = await _publish(tx, paper_s)
    trees = Trees(own_base().places, published.document.units)
    form = Form({**GIVEN, "don_vi": "hồng gai"}, {"to_chuc_thi": True})
    tokens = [f"bench-{n:08}-{random.Random(n).getrandbits(64):016x}" for n in range(count)]
    async with database.transaction() as tx:
        first = await people.meet(tx, "web", person_of(tokens[0]), now)
        await register(tx, published, sealer, trees, first.id, "web", form, now)
    async with database.transaction() as tx:
        await _copy_registration(tx, first.id, tokens[1:], now)
    await database.close()
    return tokens


async def _copy_registration(tx: Tx, of: int, tokens: Sequence[str], now: datetime) -> None:
    """Registers everybody else as the first one, many at once."""
    row = dict(await tx.first(select(entrants).where(entrants.c.person_id == of)) or {})
    del row["id"]
    for start in range(0, len(tokens), 1_000):
        names = [person_of(token) for token in tokens[start : start + 1_000]]
        met = [
            {"channel": "web", "channel_id": name, "first_seen": now, "last_seen": now}
            for name in names
        ]
        await tx.connection.execute(tx.insert(people_table), met)
        known = await tx.rows(select(people_table.c.id).where(people_table.c.channel_id.in_(names)))
        rows = [{**row, "person_id": one["id"]} for one in known]
        await tx.connection.execute(tx.insert(entrants), rows)


async def _publish(tx: Any, paper_s: int) -> Published:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "contests" / CONTEST
        place.mkdir(parents=True)
        for source in (KNOWLEDGE / "contests" / CONTEST).iterdir():
            text = source.read_text(encoding="utf-8")
            if source.name == "contest.yaml":
                text = re.sub(r"time_limit_s: \d+", f"time_limit_s: {paper_s}", _open_now(text))
            (place / source.name).write_text(text, encoding="utf-8")
        definition = load_contests(Path(folder), own_base(), TODAY).definitions[CONTEST]
        return await publish(tx, Shelf(), definition, "bench", "Đo.", datetime.now(UTC))


def _open_now(text: str) -> str:
    """The contest's file with its first round open for the next hours, the second after it."""
    now = datetime.now(UTC).astimezone(VIETNAM)
    hours = iter((-1, 12, 12, 24))
    text = re.sub(
        r"((?:opens|closes)_at): \S+",
        lambda found: f"{found[1]}: {now + timedelta(hours=next(hours)):%Y-%m-%dT%H:%M:%S}",
        text,
    )
    return re.sub(r"\n +closing_words: .*", "", text)
