"""A contest of a million people: made up, a round ranked, taken away as a workbook, answered.

    python -m benchmarks contest_ranking

BENCH_PEOPLE changes the million, BENCH_ON the databases ("sqlite postgresql"), BENCH_STEPS the steps
("fill rank export verify save"). With BENCH_KEEP, a folder, a filled database stays there and is not
filled again, so that the steps can be run one by one; what they told is kept beside it.

Invented people play the 2026 contest as `contest simulate` lets them, two attempts each over its two
rounds, ten answers an attempt. The bigger round is computed as `contest close` does it: the number
that was guessed, one statement that ranks, the rows written aside, the prizes; meanwhile somebody
saves now and then and tells how long he waited at most. The ranking and the attempts are exported as
the organizer does it, masked, as .xlsx. Everything is computed anew as `contest verify` does it, and
must hold. Last, people answer as fast as the program can write. Each step is a process of its own
that tells its seconds, the processor time it used (what an idle machine takes at least;
PostgreSQL's own is not in it) and the most memory it held. Targets are for the whole; a part of it
is held to its share of the time.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.material import KNOWLEDGE, own_base
from benchmarks.processes import in_fresh_process
from bot.clock import utc_now, vietnam_date
from bot.contest import play
from bot.contest.computing import compute_aside
from bot.contest.load import load_contests
from bot.contest.publish import Shelf
from bot.contest.rehearsal import Wanted, simulate
from bot.contest.saving import AnswerSaver, Save
from bot.contest.sitting import Sitting
from bot.contest.typed import Trees
from bot.contest.verify import verify
from bot.reports.contest_jsonl import open_source
from bot.reports.contest_tables import Desk, all_tables
from bot.reports.sheets import write_xlsx
from bot.sealing import Sealer
from bot.store import contest_attempts, contest_measures
from bot.store.database import Database, Tx
from bot.store.migrate import migrate
from tests.fakes import postgres

CONTEST, ROUND = "tim-hieu-bau-cu-2026", "tuan-1"
WHOLE = 1_000_000
PEOPLE = int(os.environ.get("BENCH_PEOPLE", str(WHOLE)))
KINDS = tuple(os.environ.get("BENCH_ON", "sqlite postgresql").split())
STEPS = tuple(os.environ.get("BENCH_STEPS", "fill rank export verify save").split())
KEEP = os.environ.get("BENCH_KEEP")
TARGETS = {"sqlite rank": 60.0, "postgresql rank": 30.0, "sqlite export": 300.0}
TARGET_MB = 500.0
TARGET_SAVES = 1_000
TARGET_WAIT_MS = 250
SAVERS = 200
_NOW_AND_THEN_S = 0.05
_SAVES_EACH = 50
_SHEETS = ("luot_thi", f"xep_hang_{ROUND}")
_SEALER = Sealer(["benchmark-only" * 4])


def measure(report: Callable[[str], None]) -> dict[str, Any]:
    """Seconds and megabytes of every step on each database."""
    steps: dict[str, Any] = {}
    for kind in KINDS:
        with _database(kind) as (url, folder):
            kept = _Kept(folder / "told.json")
            for verb in STEPS:
                if verb == "fill" and "fill" in kept.steps:
                    continue
                told = in_fresh_process(
                    "benchmarks.contest_ranking", verb, url, str(PEOPLE), str(folder)
                )
                kept.add(verb, told)
                report(
                    f"{kind} {verb}: {told['seconds']:.1f} s ({told['cpu_s']:.1f} s of processor "
                    f"time), {told['mb']:.0f} MB; {told['what']}"
                )
            steps |= {f"{kind} {verb}": kept.steps[verb] for verb in _VERBS if verb in kept.steps}
    share = PEOPLE / WHOLE
    in_time = all(
        steps[name]["seconds"] <= most * share for name, most in TARGETS.items() if name in steps
    )
    lean = all(told["mb"] <= TARGET_MB for name, told in steps.items() if name.endswith("export"))
    quick = all(
        told["a_second"] >= TARGET_SAVES for name, told in steps.items() if name == "sqlite save"
    )
    at_once = all(
        told["wait_ms"] <= TARGET_WAIT_MS for name, told in steps.items() if name.endswith("rank")
    )
    met = in_time and lean and quick and at_once
    return {"people": PEOPLE, "steps": steps, "targets_met": met}


def table(results: dict[str, Any]) -> str:
    """The results as Markdown."""
    met = "met" if results["targets_met"] else "**missed**"
    share = results["people"] / WHOLE
    rows = []
    for name, told in results["steps"].items():
        most = f"{TARGETS[name] * share:.0f} s" if name in TARGETS else ""
        rows.append(
            f"| {name} | {told['seconds']:.1f} | {told['cpu_s']:.1f} | {most} | {told['mb']:.0f} | "
            f"{told['what']} |"
        )
    return "\n".join(
        [
            "Targets for 1,000,000 people, 2,000,000 attempts and 20,000,000 answers: a round ranked "
            "in 60 s on SQLite and 30 s on PostgreSQL, ranking and attempts exported in 300 s and "
            f"{TARGET_MB:.0f} MB, 1,000 answers saved a second, a save never waiting more than "
            f"{TARGET_WAIT_MS} ms while a round is computed. Measured with "
            f"{results['people']:,} people: {met}.",
            "",
            "| step | took, s | processor time of the program, s | target | memory at most, MB | |",
            "|---|---:|---:|---:|---:|---|",
            *rows,
        ]
    )


async def _fill(database: Database, people: int, _folder: Path) -> dict[str, Any]:
    await migrate(database)
    base = own_base()
    definition = load_contests(KNOWLEDGE, base, vietnam_date(utc_now())).definitions[CONTEST]
    wanted = Wanted("bench", people, 2 * people)
    done = await simulate(database, Shelf(), definition, _SEALER, base.places, wanted, utc_now())
    return {"what": f"{done.people:,} people, {done.attempts:,} attempts, {done.answers:,} answers"}


async def _rank(database: Database, _people: int, _folder: Path) -> dict[str, Any]:
    waits: list[float] = []

    async def save_now_and_then() -> None:
        while True:
            begun = time.perf_counter()
            async with database.transaction() as tx:
                await contest_attempts.of_entrant(tx, 1)
            waits.append(time.perf_counter() - begun)
            await asyncio.sleep(_NOW_AND_THEN_S)

    saving = asyncio.create_task(save_now_and_then())
    at = utc_now() + timedelta(days=365)
    result = (await compute_aside(database, Shelf(), CONTEST, ROUND, "bench", at)).result
    saving.cancel()
    wait_ms = round(max(waits) * 1_000)
    said = f"{result.persons:,} people and {result.attempts:,} attempts in the round; "
    return {"what": f"{said}a save waited {wait_ms} ms at most", "wait_ms": wait_ms}


async def _export(database: Database, _people: int, folder: Path) -> dict[str, Any]:
    file = folder / "thi.xlsx"
    async with database.reading() as tx:
        published = await Shelf().need(tx, CONTEST)
        trees = Trees(own_base().places, published.document.units)
        tables = all_tables(Desk(await open_source(tx, published), _SEALER, trees, full=False))
        written = await write_xlsx([t for t in tables if t.name in _SHEETS], file)
    size = file.stat().st_size / 1e6
    return {"what": f"{sum(written.values()):,} rows, a file of {size:.0f} MB"}


async def _verify(database: Database, _people: int, _folder: Path) -> dict[str, Any]:
    async with database.reading() as tx:
        report = await verify(tx, Shelf(), CONTEST)
    if not report.holds:
        raise SystemExit(f"What is stored does not come out anew: {report.differences}")
    return {"what": f"{report.attempts:,} attempts, {report.answers:,} answers: all holds"}


async def _save(database: Database, people: int, _folder: Path) -> dict[str, Any]:
    """Answers saved a second by people who all answer at once."""
    async with database.transaction() as tx:
        published = await Shelf().need(tx, CONTEST)
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
    a_second = len(waited) / (time.perf_counter() - begun)
    p99_ms = sorted(waited)[len(waited) * 99 // 100] * 1_000
    said = f"{a_second:,.0f} answers saved a second, p99 {p99_ms:.0f} ms"
    return {"what": said, "a_second": round(a_second)}


async def _forget_attempts(tx: Tx, entrant_id: int) -> None:
    """Whoever has played as often as the rules let him shall play once more."""
    found = await contest_attempts.of_entrant(tx, entrant_id)
    await contest_measures.void(tx, [attempt.id for attempt in found])


@dataclass(slots=True)
class _Kept:
    """What the steps on a database told, in a file beside it."""

    file: Path
    steps: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.steps = json.loads(self.file.read_text("utf-8")) if self.file.is_file() else {}

    def add(self, verb: str, told: dict[str, Any]) -> None:
        self.steps[verb] = told
        self.file.write_text(json.dumps(self.steps, indent=2) + "\n", "utf-8")


@contextlib.contextmanager
def _folder(kind: str) -> Iterator[Path]:
    if not KEEP:
        with tempfile.TemporaryDirectory(prefix="bench-contest-") as name:
            yield Path(name)
        return
    folder = Path(KEEP) / f"{kind}-{PEOPLE}"
    folder.mkdir(parents=True, exist_ok=True)
    if not _Kept(folder / "told.json").steps:
        # Half a filling cannot be gone on with.
        for half in folder.glob("bot.db*"):
            half.unlink()
    yield folder


@contextlib.contextmanager
def _database(kind: str) -> Iterator[tuple[str, Path]]:
    """The address of a database, and a folder; gone afterwards unless they are kept."""
    with _folder(kind) as folder:
        if kind == "sqlite":
            yield f"sqlite:///{folder}/bot.db", folder
            return
        with postgres.started(folder / "data", is_kept=bool(KEEP)) as server:
            if not _Kept(folder / "told.json").steps:
                server.psql("DROP DATABASE IF EXISTS bench;")
                server.psql("CREATE DATABASE bench;")
            yield str(server.get_uri("bench")), folder


_VERBS: dict[str, Callable[[Database, int, Path], Awaitable[dict[str, Any]]]] = {
    "fill": _fill,
    "rank": _rank,
    "export": _export,
    "verify": _verify,
    "save": _save,
}


async def main(verb: str, url: str, people: int, folder: Path) -> dict[str, Any]:
    """Runs one step and tells what it took."""
    database = Database(url)
    await database.connect()
    own_base()  # read once and kept: not what is measured here
    begun, busy = time.perf_counter(), time.process_time()
    told = await _VERBS[verb](database, people, folder)
    seconds, busy = time.perf_counter() - begun, time.process_time() - busy
    await database.close()
    # Linux counts in units of 1,024 bytes.
    mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1_024 / 1e6
    return {"seconds": round(seconds, 1), "cpu_s": round(busy, 1), "mb": round(mb), **told}


if __name__ == "__main__":
    _, verb, url, people, folder = sys.argv
    print(json.dumps(asyncio.run(main(verb, url, int(people), Path(folder)))))
