"""How long a round's ranking takes, on SQLite and on PostgreSQL, and how many answers are saved.

    python -m benchmarks contest_ranking                  1,000,000 people (BENCH_PEOPLE changes it)

Invented people play the 2026 contest, two attempts each over its two rounds, ten answers an attempt.
Then each round is computed as `contest close` does it: the number that was guessed, one statement
that ranks, the digest of all rows, the prizes. Last, people answer as fast as the program can write.
Every database is filled and measured in a process of its own, and deleted afterwards.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import secrets
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.material import KNOWLEDGE, own_base
from benchmarks.processes import in_fresh_process
from bot.clock import utc_now
from bot.contest import play
from bot.contest.document import Published
from bot.contest.load import load_contests
from bot.contest.publish import Shelf
from bot.contest.rehearsal import Wanted, simulate
from bot.contest.results import compute, ranked_rounds
from bot.contest.saving import AnswerSaver, Save
from bot.contest.sitting import Sitting
from bot.sealing import Sealer
from bot.store import contest_attempts, contest_measures
from bot.store.database import Database, Tx
from bot.store.migrate import migrate

CONTEST = "tim-hieu-bau-cu-2026"
PEOPLE = int(os.environ.get("BENCH_PEOPLE", "1000000"))
TARGET_S = {"sqlite": 60.0, "postgresql": 30.0}
TARGET_SAVES = 1_000
SAVERS = 200
_SAVES_EACH = 50


def measure(report: Callable[[str], None]) -> dict[str, Any]:
    """Seconds for each round's ranking and answers saved a second, by database."""
    found = {}
    for kind in TARGET_S:
        found[kind] = in_fresh_process("benchmarks.contest_ranking", kind, str(PEOPLE))
        one = found[kind]
        report(
            f"{kind}: {one['attempts']:,} attempts filled in {one['filled_s']:.0f} s; rounds ranked "
            f"in {', '.join(f'{s:.1f}' for s in one['ranked_s'])} s; {one['saves']:.0f} answers/s"
        )
    slow = {kind for kind, one in found.items() if max(one["ranked_s"]) > TARGET_S[kind]}
    met = not slow and found["sqlite"]["saves"] >= TARGET_SAVES
    return {"by_database": found, "people": PEOPLE, "targets_met": met}


def table(results: dict[str, Any]) -> str:
    """The results as Markdown."""
    met = "met" if results["targets_met"] else "**missed**"
    rows = [
        f"| {kind} | {one['attempts']:,} | {one['answers']:,} | {one['filled_s']:.0f} | "
        f"{one['of_round']:,} | {max(one['ranked_s']):.1f} | {one['saves']:,.0f} | "
        f"{one['p99_ms']:.0f} | {one['mb']:.0f} |"
        for kind, one in results["by_database"].items()
    ]
    return "\n".join(
        [
            f"{results['people']:,} people. Targets (a round ranked in 60 s on SQLite, 30 s on "
            f"PostgreSQL; 1,000 answers saved a second on SQLite): {met}.",
            "",
            "| database | attempts | answers | filled in s | attempts of a round | ranked in s | "
            "answers saved a second | p99 ms | program MB |",
            "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
            *rows,
        ]
    )


async def measure_once(url: str, people: int) -> dict[str, Any]:
    """Fills a new database and measures it."""
    database = Database(url)
    await database.connect()
    await migrate(database)
    base = own_base()
    definition = load_contests(KNOWLEDGE, base, utc_now().date()).definitions[CONTEST]
    sealer = Sealer([secrets.token_urlsafe(32)])
    begun = time.perf_counter()
    filled = await simulate(
        database, Shelf(), definition, sealer, base.places, Wanted("bench", people), utc_now()
    )
    published = filled.published
    filled_s = time.perf_counter() - begun
    ranked_s, of_round = [], 0
    for one in ranked_rounds(published):
        begun = time.perf_counter()
        async with database.transaction() as tx:
            done = await compute(tx, published, one.id, "bench", utc_now())
        ranked_s.append(time.perf_counter() - begun)
        of_round = max(of_round, done.result.attempts)
    saves, p99_ms = await save_answers(database, published, people)
    await database.close()
    return {
        "attempts": filled.attempts,
        "answers": filled.answers,
        "filled_s": filled_s,
        "of_round": of_round,
        "ranked_s": ranked_s,
        "saves": saves,
        "p99_ms": p99_ms,
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
    }


async def save_answers(
    database: Database, published: Published, people: int
) -> tuple[float, float]:
    """Answers saved a second by people who all answer at once, and the 99th percentile in ms."""
    one = published.contest.rounds[0]
    at = one.opens_at + timedelta(minutes=1)
    seats: list[Sitting] = []
    for entrant_id in range(1, min(SAVERS, people) + 1):
        async with database.transaction() as tx:
            await _forget_attempts(tx, entrant_id)
            seats.append(await play.start(tx, published, entrant_id, one.id, at, channel="web"))
    saver, choose, waited = AnswerSaver(database), random.Random(1), []

    async def answer(seat: Sitting) -> None:
        for _ in range(_SAVES_EACH):
            place = choose.choice(seat.places)
            chosen = (choose.choice(place.choices).id,)
            ids = seat.attempt.entrant_id, seat.attempt.id
            begun = time.perf_counter()
            await saver.save(Save(published, *ids, place.position, chosen, at))
            waited.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    await asyncio.gather(*(answer(seat) for seat in seats))
    took = time.perf_counter() - begun
    return len(waited) / took, sorted(waited)[len(waited) * 99 // 100] * 1_000


async def _forget_attempts(tx: Tx, entrant_id: int) -> None:
    """Whoever has played as often as the rules let him shall play once more."""
    found = await contest_attempts.of_entrant(tx, entrant_id)
    await contest_measures.void(tx, [attempt.id for attempt in found])


def main(kind: str, people: int) -> None:
    """Measures one database and prints the figures as JSON."""
    with tempfile.TemporaryDirectory(prefix="bench-contest-") as folder:
        if kind == "sqlite":
            told = asyncio.run(measure_once(f"sqlite:///{folder}/bot.db", people))
        else:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                from pgserver.postgres_server import get_server

                server = get_server(Path(folder) / "data", cleanup_mode="delete")
            server.psql("CREATE DATABASE bench;")
            told = asyncio.run(measure_once(server.get_uri("bench"), people))
            server.cleanup()
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
