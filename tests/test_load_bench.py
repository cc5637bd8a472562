"""The bench of the program under load counts what was done, and keeps what it did not measure again."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks import load
from benchmarks.players import Players, told
from tests.fakes.serving import serving

BURST = {
    "on": "postgresql", "people": 10_000, "at_once": {"n": 10_000}, "queued": 0, "failed": 0,
    "longest_wait_s": 0.0, "all_in_after_s": 60.1, "saves": {"n": 100}, "errors": {},
}  # fmt: skip
SAVES = {"n": 9, "a_second": 4_195, "errors": {"luu 429": 7}, "inserts": 4_431, "cpu_ms": 0.31}


async def test_a_save_that_is_refused_is_an_error_and_no_save() -> None:
    asked = 0

    async def save(_request: Request) -> Response:
        nonlocal asked
        asked += 1
        return Response("", 200 if asked % 4 == 0 else 429)

    app = Starlette(routes=[Route("/thi/a/bai/1/luu", save, methods=["POST"])])
    with serving(app) as address:
        crowd = Players([int(address.rpartition(":")[2])], "a", "1")
        for position in range(20):
            await crowd.save(crowd.ports[0], "t" * 20, "/thi/a/bai/1", position, "A", 0.0)
        crowd.leave()
    assert asked == 20
    assert told(crowd.tally.saves)["n"] == 5
    assert sum(crowd.tally.errors.values()) == 15
    assert len(crowd.tally.acknowledged) == 5


def test_a_part_that_is_not_measured_again_keeps_its_figures_and_their_day() -> None:
    first = {"route": 9_000, "sqlite_inserts": 1, "burst": BURST, "on": "2026-11-27"}
    second = {"route": 9_500, "sqlite_inserts": 2, "saves": {**SAVES, "route": 9_500}}
    kept = load.keep(first, second, "2026-11-28")
    assert kept["days"] == {"burst": "2026-11-27", "saves": "2026-11-28"}
    assert kept["burst"] == {**BURST, "route": 9_000}
    third = {"route": 9_900, "sqlite_inserts": 3, "burst": {**BURST, "route": 9_900}}
    again = load.keep({**kept, "on": "2026-11-28"}, third, "2026-11-29")
    assert again["days"] == {"burst": "2026-11-29", "saves": "2026-11-28"}
    assert again["saves"]["route"] == 9_500
    page = load.table(again)
    assert page.index("| **saves** | 2026-11-28 |") < page.index("| **burst** | 2026-11-29 |")
    assert "| of what the bare route takes / of bare INSERTs | 44% / 95% |" in page


def test_the_first_run_keeps_nothing() -> None:
    found = {"route": 9_000, "sqlite_inserts": 1, "burst": {**BURST, "route": 9_000}}
    assert load.keep({}, found, "2026-11-28")["days"] == {"burst": "2026-11-28"}
