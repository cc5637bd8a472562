"""Every page of a contest that is being run, met with rubbish between real numbers and real buttons."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random
from urllib.parse import quote

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from bot.dialogue.snapshot import Snapshot, build_snapshot
from bot.knowledge.live import Live
from tests.admin.conftest import csrf_in
from tests.admin.contests.conftest import Browser
from tests.admin.test_rubbish import RUBBISH, fields
from tests.conftest import NOW
from tests.contest.folder import CONTEST, changed, write_contest
from tests.knowledge.folder import write_folder

PARTS = {
    "contest": ("thu",),
    "entrant": ("1", "2"),
    "attempt": (str(1 << 16 | 1),),
    "question": ("cau-01", "cau-02"),
    "file": ("contest.yaml", "questions.yaml", "the-le.md"),
    "job": ("1",),
}
STEPS = (
    "compute", "decide", "lots", "place", "verify", "pass", "export", "certificates", "notice",
    "cancel", "look", "uphold", "approve", "reject", "extend", "reopen", "grant", "void", "answer",
    "add", "unmask", "correct", "disqualify", "reinstate",
)  # fmt: skip
QUERIES = ("vong", "trang", "tinh-trang", "loai", "tim", "bang", "ban", "theo", "don-vi")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_contest(
        write_folder(tmp_path / "kho"), changed(CONTEST, papers__main__mode="fixed")
    )


@pytest.fixture
def live(folder: Path) -> Live[Snapshot]:
    return Live(folder, lambda base: build_snapshot(base, folder), lambda: NOW)


def address(route: Route, random: Random) -> str:
    """An address of the route; mostly of something that is there."""

    def part(found: re.Match[str]) -> str:
        real = PARTS.get(found.group(1), ("1",))
        is_real = found.group(1) == "contest" or random.random() < 0.8
        return quote(random.choice(real if is_real else RUBBISH).replace("/", "") or "x", safe="")

    return re.sub(r"\{(\w+)\}", part, route.path)


def query(random: Random) -> dict[str, str]:
    real = ("w1", "w2", "tat-ca", "2", "open", "void")
    return {random.choice(QUERIES): random.choice((*real, *RUBBISH))}


def posted(page: str, token: str, random: Random) -> str:
    form = [("csrf", token), *fields(page, random)]
    if random.random() < 0.8:
        form = [(name, value) for name, value in form if name not in ("step", "vong")]
        form += [
            ("step", random.choice(STEPS)),
            ("vong", random.choice(("w1", "w2", "tat-ca", "x"))),
        ]
    return str(httpx.QueryParams([(n, v.encode("utf-8", "replace").decode()) for n, v in form]))


@pytest.mark.parametrize("seed", range(3))
async def test_no_rubbish_is_a_fault_of_ours(app: Starlette, organizer: Browser, seed: int) -> None:
    random, client = Random(seed), organizer.client
    token = csrf_in((await client.get("/admin/tai-khoan")).text)
    await organizer.send("/ket-qua", step="compute", vong="w1")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    every = app.state.wing.routes()
    routes = [r for r in every if isinstance(r, Route) and "/cuoc-thi" in r.path]
    assert routes
    broken = []
    for route in routes * 2:
        path = address(route, random)
        page = await client.get(path, params=query(random))
        answers = [("GET", page)]
        if "POST" in (route.methods or ()):
            body = posted(page.text, token, random)
            answers.append(("POST", await client.post(path, content=body, headers=headers)))
            files = {
                "file": (random.choice(("a.csv", "a.xlsx", "x")), random.choice(RUBBISH).encode())
            }
            data = {"csrf": token, "step": random.choice(STEPS), "list": "roster", "vong": "w1"}
            answers.append(("FILE", await client.post(path, data=data, files=files)))
        broken += [(how, path, a.status_code) for how, a in answers if a.status_code >= 500]
    assert broken == []
    assert (await client.get("/admin/cuoc-thi/thu")).status_code == 200
