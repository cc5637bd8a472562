"""The pages about answers at the size of a busy office: 1,000 entries, 100,000 questions.

    python -m benchmarks answer_pages

The application runs in this process on a SQLite file; a signed-in owner asks for each page several
times. CPU time is what the page costs, wall time what it took here, beside whatever else ran.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import insert

from benchmarks.material import KNOWLEDGE
from bot.admin.passwords import hash_password
from bot.dialogue.snapshot import build_snapshot
from bot.knowledge.live import Live
from bot.sealing import Sealer
from bot.server import build_app
from bot.settings import Settings
from bot.store import admin_users
from bot.store.database import Database
from bot.store.migrate import migrate
from bot.store.tables import questions

ENTRIES, QUESTIONS, TIMES = 1_000, 100_000, 7
TARGET_MS = 200.0
PASSWORD = "mot-mat-khau-du-dai"
ENTRY = "/admin/cau-tra-loi/tuoi-bau-cu"
PAGES = (
    "/admin",
    "/admin/cau-tra-loi",
    "/admin/cau-tra-loi?q=chua+du+18t+co+dc+di+bau",
    "/admin/cau-tra-loi?can=bi-che",
    ENTRY,
    f"{ENTRY}/duyet",
    f"{ENTRY}/lich-su",
    f"{ENTRY}/yaml",
    "/admin/cau-tra-loi/moi",
    "/admin/duyet",
    "/admin/duyet/cu-tri",
    "/admin/thu-hoi?q=mat+the+cu+tri+lam+sao",
    "/admin/nguoi-dung",
    "/admin/nhat-ky",
    "/admin/tai-khoan",
)


def measure(report: Callable[[str], None]) -> dict[str, Any]:
    """Milliseconds of each page: the middle and the worst of several times."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(Path(folder), report))


async def _measure(folder: Path, report: Callable[[str], None]) -> dict[str, Any]:
    knowledge = folder / "knowledge"
    shutil.copytree(KNOWLEDGE, knowledge)
    entries = _fill_knowledge(knowledge)
    live = Live(knowledge, lambda base: build_snapshot(base, knowledge))
    database = Database(f"sqlite+aiosqlite:///{folder}/bot.db")
    try:
        await database.connect()
        await migrate(database)
        await _fill(database, list(live.current.base.entries))
        settings = Settings(_env_file=None, BOT_KNOWLEDGE_DIR=knowledge)  # type: ignore[call-arg]
        app = build_app(settings, database, live, Sealer(["a-key-of-the-benchmark-long-enough"]))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://may-chu") as browser:
            await _sign_in(browser)
            rows = [await _time(browser, path, report) for path in PAGES]
    finally:
        await database.close()
    return {
        "entries": entries,
        "questions": QUESTIONS,
        "pages": rows,
        "targets_met": max(row["cpu_ms"] for row in rows) <= TARGET_MS,
    }


def _fill_knowledge(folder: Path) -> int:
    """Adds drafts-to-be-said until the base has a thousand entries; gives their number."""
    held = len(Live(folder, lambda base: base).current.entries)
    made = [
        {
            "id": f"cau-thu-{n}",
            "question": f"Câu thử số {n} của phép đo hỏi gì?",
            "phrasings": [f"phép đo thứ {n} {word}" for word in ("hỏi sao", "thế nào", "ở đâu")],
            "answer": f"Đây là câu trả lời số {n} của phép đo.\n" * 8,
            "citations": [{"law": "luat-bau-cu", "article": 2}],
            "status": "starter",
            "reviewed": {"by": "phép đo", "on": "2026-11-23"},
        }
        for n in range(ENTRIES - held)
    ]
    # JSON is YAML; dates must stand without quotes.
    text = json.dumps({"part": "cu-tri", "title": "Phép đo", "entries": made}, ensure_ascii=False)
    file = folder / "entries" / "97-phep-do.yaml"
    file.write_text(re.sub(r'"on": "([\d-]+)"', r'"on": \1', text), encoding="utf-8")
    return held + len(made)


async def _fill(database: Database, entries: list[str]) -> None:
    now = datetime.now(UTC)
    rows = [
        {
            "asked_at": now - timedelta(minutes=5 * n),
            "channel": ("web", "telegram", "zalo")[n % 3],
            "text": f"câu hỏi thứ {n}",
            "normalised": f"cau hoi thu {n}",
            "outcome": ("answer", "answer", "choose", "refuse")[n % 4],
            "entries": [entries[n % len(entries)]],
            "score": 0.5,
            "ms": 2.0,
            "base_version": "x",
            "feedback": -1 if n % 40 == 0 else None,
        }
        for n in range(QUESTIONS)
    ]
    async with database.transaction() as tx:
        for first in range(0, QUESTIONS, 5_000):
            await tx.connection.execute(insert(questions), rows[first : first + 5_000])
        await admin_users.add(
            tx, "chu", "Chủ", hash_password(PASSWORD), ["owner"], by="x", at=now, must_change=False
        )


async def _sign_in(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/admin/dang-nhap")).text
    token = re.search(r'name="csrf" value="([\w-]+)"', page)
    assert token
    fields = {"csrf": token.group(1), "name": "chu", "password": PASSWORD}
    assert (await browser.post("/admin/dang-nhap", data=fields)).status_code == 303


async def _time(
    browser: httpx.AsyncClient, path: str, report: Callable[[str], None]
) -> dict[str, Any]:
    await browser.get(path)  # Templates and caches are made once.
    cpu, wall = [], []
    for _ in range(TIMES):
        begun, used = time.perf_counter(), time.process_time()
        answer = await browser.get(path)
        wall.append((time.perf_counter() - begun) * 1_000)
        cpu.append((time.process_time() - used) * 1_000)
        assert answer.status_code == 200, (path, answer.status_code)
    row = {
        "path": path,
        "cpu_ms": round(statistics.median(cpu), 1),
        "wall_ms": round(statistics.median(wall), 1),
        "worst_wall_ms": round(max(wall), 1),
        "kilobytes": round(len(answer.content) / 1_000),
    }
    report(f"{path}: {row['cpu_ms']} ms CPU, {row['wall_ms']} ms wall")
    return row


def table(found: dict[str, Any]) -> str:
    """The figures for the page of the benchmarks."""
    told = "met" if found["targets_met"] else "missed"
    lines = [
        f"Target ({TARGET_MS:.0f} ms a page at {found['entries']:,} entries, "
        f"{found['questions']:,} questions): {told}.",
        "",
        "| page | CPU ms | wall ms | worst wall ms | kB |",
        "|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| `{row['path']}` | {row['cpu_ms']} | {row['wall_ms']} | {row['worst_wall_ms']} "
        f"| {row['kilobytes']} |"
        for row in found["pages"]
    ]
    return "\n".join(lines)
