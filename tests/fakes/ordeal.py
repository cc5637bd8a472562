"""The program as a process beside a Telegram on loopback, driven by a crowd, and killed on the way."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.fakes.crowd import Crowd, Told
from tests.fakes.posting import Posting
from tests.fakes.serving import free_port, serving
from tests.fakes.telegram import FakeTelegram

SECRET = "chuoi-bi-mat-cua-webhook"
_PATIENCE_SECONDS = 120.0


@dataclass(slots=True)
class Program:
    """Our program in a folder of its own; `log` is what it says, of all its lives together."""

    folder: Path
    port: int
    fake: FakeTelegram
    process: subprocess.Popen[bytes] | None = None
    more: dict[str, str] = field(default_factory=dict)
    command: Sequence[str] = ("-m", "bot", "serve")

    @property
    def database(self) -> Path:
        return self.folder / "bot.db"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    async def start(self) -> None:
        """Starts it and waits until it has registered its webhook."""
        before = self.fake.calls["setWebhook"]
        env = {n: v for n, v in os.environ.items() if not n.startswith(("BOT_", "TELEGRAM_"))}
        env |= {
            "PYTHONPATH": str(ROOT),
            "BOT_HOST": "127.0.0.1",
            "BOT_PORT": str(self.port),
            "BOT_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "BOT_DATABASE_URL": f"sqlite+aiosqlite:///{self.database}",
            "BOT_LOG_LEVEL": "DEBUG",
            "TELEGRAM_TOKEN": self.fake.token,
            "TELEGRAM_API_URL": self.fake.address,
            "TELEGRAM_MODE": "webhook",
            "TELEGRAM_WEBHOOK_SECRET": SECRET,
            **self.more,
        }
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: ASYNC220 only its start is waited for
                [sys.executable, *self.command],
                cwd=self.folder,
                env=env,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        await until(lambda: self.fake.calls["setWebhook"] > before, self)

    def kill(self) -> None:
        """Ends it at once, in the middle of whatever it does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    async def end(self) -> int:
        """Asks it to end; gives its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self.process.wait, 30)


async def until(
    is_so: Callable[[], object], program: Program, seconds: float = _PATIENCE_SECONDS
) -> None:
    """Waits until something is so; fails with the end of the program's log where it never is."""
    end = time.monotonic() + seconds
    while not is_so():
        dead = program.process is not None and program.process.poll() is not None
        if dead or time.monotonic() > end:
            raise AssertionError(f"it never came to be so\n{program.log[-3_000:]}")
        await asyncio.sleep(0.01)


@dataclass(slots=True)
class Ordeal:
    """A fake that is served, its posting, and the program beside it."""

    program: Program
    fake: FakeTelegram
    posting: Posting
    chance: random.Random = field(default_factory=lambda: random.Random(7))


@asynccontextmanager
async def ordeal(folder: Path, **about: Any) -> AsyncIterator[Ordeal]:
    """Everything ready, the program not started yet; at the end it is gone."""
    fake = FakeTelegram(**about)
    posting = Posting(fake)
    with serving(fake.app) as fake.address:
        program = Program(folder, free_port(), fake)
        posts = asyncio.create_task(posting.run())
        try:
            yield Ordeal(program, fake, posting)
        finally:
            if program.process is not None and program.process.poll() is None:
                program.kill()
            posts.cancel()
            await asyncio.gather(posts, return_exceptions=True)


async def survive(
    folder: Path, crowd: Crowd, *, kills: int, seconds: float, repeated: float = 0.1
) -> tuple[Told, str]:
    """What a crowd got while the program was killed so often; and all that the program logged.

    `repeated` is the share of messages that the service delivers a second time, some time later.
    """
    async with ordeal(folder) as all_:
        feeding = asyncio.create_task(feed(all_, crowd, seconds, repeated))
        for _ in range(kills):
            await all_.program.start()
            await asyncio.sleep(all_.chance.uniform(0.2, 1.5) * seconds / (kills + 1) / 2)
            all_.program.kill()
        await all_.program.start()
        await feeding
        wanted = crowd.people * crowd.each
        await until(
            lambda: len(all_.fake.sent) >= wanted and all_.posting.is_idle,
            all_.program,
            _PATIENCE_SECONDS + wanted / 50,
        )
        await asyncio.sleep(1)
        await all_.program.end()
        return crowd.look_at(all_.fake, all_.program.database), all_.program.log


async def feed(all_: Ordeal, crowd: Crowd, seconds: float, repeated: float) -> None:
    """Lets the crowd write at its times, and repeats some of what it wrote."""
    begun = time.monotonic()
    late: list[tuple[float, dict[str, Any]]] = []
    for share, person, text in crowd.plan():
        await asyncio.sleep(max(0.0, begun + share * seconds - time.monotonic()))
        update = all_.fake.write(person, text)
        if all_.chance.random() < repeated:
            late.append((time.monotonic() + all_.chance.uniform(0, seconds / 10), update))
        due = [item for item in late if item[0] <= time.monotonic()]
        all_.fake.waiting.extend(item[1] for item in due)
        late = [item for item in late if item not in due]
    all_.fake.waiting.extend(update for _, update in late)
