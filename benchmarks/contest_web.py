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
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.material import KNOWLEDGE, TODAY, own_base
from benchmarks.served import Server
from benchmarks.wire import Connection
from bot.channels.web.visitor import person_of
from bot.clock import VIETNAM
from bot.contest.document import Published
from bot.contest.load import load_contests
from bot.contest.publish import Shelf, publish
from bot.contest.registration import Form, register
from bot.contest.typed import Trees
from bot.sealing import Sealer
from bot.store import people
from bot.store.database import Database
from bot.store.migrate import migrate

CONTEST, ROUND = "tim-hieu-bau-cu-2026", "tuan-1"
KEY = "a-key-of-the-benchmark-long-enough-for-it-all"
STARTS_A_SECOND = int(os.environ.get("BENCH_STARTS", "100"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "120"))
P99_MS = 300
ANSWER_SECONDS = 8.0
_OPTION = re.compile(rb'name="cau-(\d+)" value="(\w+)"')
GIVEN = {"ho_ten": "Nguyễn Văn An", "ngay_sinh": "5/9/1990", "dien_thoai": "0912345678"}


Times = list[tuple[float, float]]
"""When each request was answered, and how long after it was due; seconds."""


@dataclass
class Tally:
    """What the sender saw."""

    starts: Times = field(default_factory=list)
    papers: Times = field(default_factory=list)
    saves: Times = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    acknowledged: dict[tuple[int, int], str] = field(default_factory=dict)


class Load:
    """People who start at a steady rate, each answering what he got."""

    def __init__(self, port: int, tokens: list[str], *, retries: bool) -> None:
        self.tally = Tally()
        self._port = port
        self._tokens = tokens
        self._retries = retries
        self._begun = 0.0
        self._free: list[Connection] = []
        self._chance = random.Random(20_260_316)

    async def run(self, seconds: float) -> None:
        """Sends for so long, and waits for what is under way."""
        self._begun = begun = time.perf_counter()
        going = set()
        for n, token in enumerate(self._tokens):
            due = begun + n / STARTS_A_SECOND
            if due - begun >= seconds:
                break
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            going.add(asyncio.create_task(self._play(token, due)))
        await asyncio.gather(*going)
        for connection in self._free:
            connection.close()

    async def _play(self, token: str, due: float) -> None:
        path = f"/thi/{CONTEST}"
        started = await self._ask(
            "POST", f"{path}/bat-dau", token, due, self.tally.starts, body=f"vong={ROUND}".encode()
        )
        paper = started.headers.get("location", "") if started else ""
        if not paper:
            return
        page = await self._ask("GET", paper, token, time.perf_counter(), self.tally.papers)
        if page is None:
            return
        options: dict[int, list[str]] = {}
        for position, option in _OPTION.findall(page.body):
            options.setdefault(int(position), []).append(option.decode())
        now = time.perf_counter()
        moments = sorted(now + self._chance.random() * ANSWER_SECONDS for _ in options)
        attempt = int(paper.rsplit("/", 1)[1])
        for moment, (position, choices) in zip(moments, options.items(), strict=True):
            await asyncio.sleep(max(0.0, moment - time.perf_counter()))
            await self._save(paper, token, attempt, position, self._chance.choice(choices), moment)

    async def _save(
        self, paper: str, token: str, attempt: int, position: int, chosen: str, due: float
    ) -> None:
        body = f'{{"position":"{position}","chosen":"{chosen}"}}'.encode()
        told = await self._ask("POST", f"{paper}/luu", token, due, self.tally.saves, body=body)
        if told is not None:
            self.tally.acknowledged[attempt, position] = chosen

    async def _ask(
        self,
        method: str,
        path: str,
        token: str,
        due: float,
        times: Times,
        body: bytes = b"",
    ) -> Any:
        for attempt in range(60 if self._retries else 1):
            connection = self._free.pop() if self._free else Connection(self._port)
            try:
                answer = await connection.ask(method, path, token, body)
            except (OSError, EOFError, asyncio.IncompleteReadError) as error:
                connection.close()
                if not self._retries or attempt == 59:
                    self.tally.errors.append(type(error).__name__)
                    return None
                await asyncio.sleep(0.5)
                continue
            self._free.append(connection)
            now = time.perf_counter()
            times.append((now - self._begun, now - due))
            if answer.status in (200, 303):
                return answer
            self.tally.errors.append(f"{path.rsplit('/', 1)[1][:8]} {answer.status}")
            return None
        return None


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
            ("starts", "attempts started"),
            ("papers", "papers shown"),
            ("saves", "answers saved"),
        )
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
        tokens = asyncio.run(_prepare(file, int(seconds * STARTS_A_SECOND * 1.02) + 10))
        server = Server(Path(folder), {"BOT_SECRET_KEY": KEY})
        server.start()
        load = Load(server.port, tokens, retries=is_killed)
        try:
            cpu, idle, clock = server.cpu_seconds(), _idle_seconds(), time.perf_counter()
            asyncio.run(_send(load, server, seconds, is_killed=is_killed))
            # Killed, it began to count anew.
            cpu = server.cpu_seconds() - (0 if is_killed else cpu)
            idle = (_idle_seconds() - idle) / (time.perf_counter() - clock) / (os.cpu_count() or 1)
        finally:
            server.stop()
        lost = _audit(file, load.tally.acknowledged)
    return {
        **_figures(load.tally, seconds),
        "cpu_s": round(cpu, 1),
        "idle_percent": round(idle * 100),
        "acknowledged": len(load.tally.acknowledged),
        "lost": lost,
    }


async def _send(load: Load, server: Server, seconds: int, *, is_killed: bool) -> None:
    async def kill() -> None:
        await asyncio.sleep(seconds / 2)
        server.kill()
        await asyncio.to_thread(server.start)

    killing = asyncio.create_task(kill()) if is_killed else None
    await load.run(seconds)
    if killing is not None:
        await killing


def _idle_seconds() -> float:
    """The time that the machine's processors had nothing to do, since it started."""
    fields = Path("/proc/stat").read_text().splitlines()[0].split()
    return (int(fields[4]) + int(fields[5])) / os.sysconf("SC_CLK_TCK")


def _figures(tally: Tally, seconds: int) -> dict[str, Any]:
    kinds: dict[str, int] = {}
    for error in tally.errors:
        kinds[error] = kinds.get(error, 0) + 1
    return {
        "starts": _times(tally.starts, seconds),
        "papers": _times(tally.papers, seconds),
        "saves": _times(tally.saves, seconds),
        "errors": kinds,
    }


def _times(times: Times, seconds: int) -> dict[str, float]:
    """Figures of all; the rate is that of the time in which people start and answer at once."""
    if len(times) < 2:
        return {"n": len(times)}
    cuts = statistics.quantiles((late for _, late in times), n=100)
    inside = sum(ANSWER_SECONDS <= when < seconds for when, _ in times)
    return {
        "n": len(times),
        "a_second": round(inside / (seconds - ANSWER_SECONDS), 1),
        "p50_ms": round(cuts[49] * 1000, 1),
        "p99_ms": round(cuts[98] * 1000, 1),
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
    return slowest <= P99_MS and not whole["errors"] and lost == 0


async def _prepare(file: Path, count: int) -> list[str]:
    """A database with the shipped contest open now, and so many people registered; their cookies."""
    database = Database(f"sqlite+aiosqlite:///{file}")
    await database.connect()
    await migrate(database)
    sealer, now = Sealer([KEY]), datetime.now(UTC)
    async with database.transaction() as tx:
        published = await _publish(tx)
    trees = Trees(own_base().places, published.document.units)
    form = Form({**GIVEN, "don_vi": "hồng gai"}, {"to_chuc_thi": True})
    tokens = [f"bench-{n:08}-{random.Random(n).getrandbits(64):016x}" for n in range(count)]
    for start in range(0, count, 500):
        async with database.transaction() as tx:
            for token in tokens[start : start + 500]:
                person = await people.meet(tx, "web", person_of(token), now)
                await register(tx, published, sealer, trees, person.id, "web", form, now)
    await database.close()
    return tokens


async def _publish(tx: Any) -> Published:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "contests" / CONTEST
        place.mkdir(parents=True)
        for source in (KNOWLEDGE / "contests" / CONTEST).iterdir():
            text = source.read_text(encoding="utf-8")
            if source.name == "contest.yaml":
                text = _open_now(text)
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
