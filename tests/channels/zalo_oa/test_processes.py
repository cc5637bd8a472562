"""The tokens between programs: two at once, one killed in the middle; Zalo is another program."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.fakes.misbehaviour import Answer
from tests.fakes.serving import serving
from tests.fakes.zalo_oa import FakeZaloOa

pytestmark = pytest.mark.process

# Asks for a new token in place of the one it has, many times at once, and prints what it got.
PROGRAM = """
import asyncio, json, sys
from bot.channels import wire
from bot.channels.zalo_oa.oauth import OAuth
from bot.channels.zalo_oa.pairs import Pairs
from bot.channels.zalo_oa.tokens import TokenKeeper
from bot.errors import NotDelivered
from bot.sealing import Sealer
from bot.store.database import Database
from bot.store.migrate import migrate

url, zalo, stale, times = sys.argv[1:5]

async def ask():
    database = Database(url)
    await database.connect()
    await migrate(database)
    async with wire.new_client() as http:
        oauth = OAuth(http, zalo, "360846524940903967", "khoa-bi-mat-cua-ung-dung")
        keeper = TokenKeeper(Pairs(database, Sealer(["k" * 32]), oauth.app_id), oauth, "lam-moi-0")
        await keeper.open()
        print("ready", flush=True)
        sys.stdin.readline()
        try:
            got = await asyncio.gather(*(keeper.renew(stale) for _ in range(int(times))))
            print(json.dumps(sorted(set(got))))
        except NotDelivered as error:
            print(json.dumps([type(error).__name__, str(error)]))
    await database.close()

asyncio.run(ask())
"""


@pytest.fixture
def zalo() -> FakeZaloOa:
    return FakeZaloOa()


@pytest.fixture
def address(zalo: FakeZaloOa) -> Iterator[str]:
    with serving(zalo.app) as address:
        yield address


class Program:
    """One program that is about to ask for a new token."""

    def __init__(self, folder: Path, zalo: str, stale: str = "", times: int = 10) -> None:
        url = f"sqlite:///{folder}/bot.db"
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, url, zalo, stale, str(times)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def go(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def result(self) -> Any:
        told, _ = self.process.communicate(timeout=180)
        # Logs come before, on the same stream.
        return json.loads(told.splitlines()[-1])

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def wait_for_refresh(zalo: FakeZaloOa, number: int) -> None:
    end = time.monotonic() + 120
    while len(zalo.refreshes) < number:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_three_programs_that_need_a_new_token_at_once_use_up_one(
    zalo: FakeZaloOa, address: str, tmp_path: Path
) -> None:
    programs = [Program(tmp_path, address) for _ in range(3)]
    for program in programs:
        program.go()
    got = [program.result() for program in programs]
    assert got == [[zalo.access]] * 3
    assert zalo.refreshes == ["lam-moi-0"]


def test_a_program_killed_before_zalo_took_its_token_loses_nothing(
    zalo: FakeZaloOa, address: str, tmp_path: Path
) -> None:
    # The request never gets as far as the rotation: its connection hangs, then it is gone.
    zalo.tokens.add(Answer("<html>", status=502, delay=1))
    first = Program(tmp_path, address)
    first.go()
    wait_for_refresh(zalo, 1)
    first.kill()
    second = Program(tmp_path, address)
    second.go()
    assert second.result() == [zalo.access]
    assert zalo.refreshes == ["lam-moi-0"] * 2


def test_a_program_killed_after_zalo_took_its_token_says_who_must_act(
    zalo: FakeZaloOa, address: str, tmp_path: Path
) -> None:
    zalo.tokens.add(Answer("<html>", status=502, delay=1, after=True))
    first = Program(tmp_path, address)
    first.go()
    wait_for_refresh(zalo, 1)
    first.kill()
    second = Program(tmp_path, address)
    second.go()
    kind, sentence = second.result()
    assert kind == "ChannelStopped"
    assert sentence.startswith("ZALO_OA_REFRESH_TOKEN: ")
    assert "zalo link" in sentence
