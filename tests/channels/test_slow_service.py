"""A service that does not answer keeps its own people waiting, and nobody else."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.channels.test_end_to_end import program_for, served_fake, wait_for
from tests.fakes.misbehaviour import Answer
from tests.fakes.serving import serving
from tests.fakes.zalo_oa import FakeZaloOa

pytestmark = pytest.mark.process
ASKED = "mất thẻ cử tri thì làm sao"
PEOPLE = 30


def test_while_telegram_is_silent_zalo_and_the_web_are_answered(tmp_path: Path) -> None:
    zalo = FakeZaloOa(refresh="ma-lam-moi-dau-tien", per_minute=1_000_000)
    with served_fake() as telegram, serving(zalo.app) as address:
        program = program_for(telegram, tmp_path, **zalo.settings(address))
        telegram.script("sendMessage").add(*[Answer(delay=30.0)] * 1_000)
        program.start()
        try:
            zalo.webhook_url = f"{program.address}/webhooks/zalo-oa"
            for person in range(PEOPLE):
                telegram.write(1_000 + person, ASKED)
            wait_for(lambda: telegram.calls["sendMessage"], program)
            for person in range(PEOPLE):
                assert zalo.post(zalo.text(f"nguoi-{person}", ASKED)) == 200
                asked = {"id": f"tin-nhan-{person:04}", "text": ASKED}
                told = httpx.post(f"{program.address}/chat", json=asked, timeout=60)
                assert (told.status_code, "thẻ cử tri" in told.text) == (200, True)
            wait_for(lambda: len({one["to"] for one in zalo.sent}) == PEOPLE, program)
            assert not telegram.sent
        finally:
            program.stop()
