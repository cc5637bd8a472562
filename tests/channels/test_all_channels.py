"""All messengers at once: the same question gets the same answer, wherever it is asked."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.channels.zalo_oa.test_end_to_end import ANSWERED, QUESTION, wait_for
from tests.fakes.services import Services
from tests.fakes.serving import serving
from tests.web.conftest import Served

CHANNELS = ("telegram", "zalo_bot", "zalo_oa")
PERSON = 5001


@pytest.mark.process
def test_one_question_gets_one_answer_on_every_channel(tmp_path: Path) -> None:
    services, program = Services(), Served(tmp_path)
    with serving(services.app) as address:
        program.settings |= services.settings(address)
        program.start()
        services.zalo_oa.webhook_url = f"{program.address}/webhooks/zalo-oa"
        try:
            for channel in CHANNELS:
                said = {"channel": channel, "person": PERSON, "text": QUESTION}
                assert httpx.post(f"{address}/say", json=said).status_code == 200
            wait_for(lambda: all(services.heard(one, PERSON) for one in CHANNELS), program)
            told = httpx.get(f"{program.address}/healthz").json()["channels"]
            assert told == dict.fromkeys(("web", *CHANNELS), "ok")
        finally:
            assert program.stop() == 0
        heard = httpx.get(f"{address}/heard", params={"channel": "zalo_oa", "person": PERSON})
        assert heard.json() == services.heard("zalo_oa", PERSON)
    for channel in CHANNELS:
        (answer,) = services.heard(channel, PERSON)
        assert ANSWERED in answer
        assert "Căn cứ pháp lý:" in answer
