"""The operators' guide names every error code of Zalo that stops the channel."""

from __future__ import annotations

import re

from bot.channels.zalo_oa import faults, oauth
from bot.errors import ChannelStopped
from tests.conftest import NOW, ROOT

GUIDE = (ROOT / "docs" / "huong-dan-van-hanh.md").read_text(encoding="utf-8")


def test_every_code_that_stops_the_channel_stands_in_the_guide() -> None:
    told = {int(code) for code in re.findall(r"(?<!\d)-\d+", GUIDE)}
    faults_of = {code: faults.fault_of(code, NOW) for code in range(-400, 0)}
    stopping = {code for code, fault in faults_of.items() if isinstance(fault, ChannelStopped)}
    assert len(stopping) >= 10
    assert stopping | {oauth.TOKEN_USED} <= told
