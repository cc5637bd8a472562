"""The operators' guide names every Zalo setting and every error code that has its own sentence."""

from __future__ import annotations

import re

import pytest

from bot.channels.zalo_oa import faults, oauth
from bot.settings import Settings
from tests.conftest import NOW, ROOT

GUIDE = (ROOT / "docs" / "huong-dan-van-hanh.md").read_text(encoding="utf-8")
SETTINGS = sorted(
    field.alias
    for field in Settings.model_fields.values()
    if field.alias and field.alias.startswith("ZALO_")
)


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_stands_in_the_guide(setting: str) -> None:
    assert f"`{setting}`" in GUIDE


def test_every_code_that_stops_the_channel_stands_in_the_guide() -> None:
    told = {int(code) for code in re.findall(r"(?<![\d])-\d+", GUIDE)}
    stopping = {code for code in range(-400, 0) if "ChannelStopped" in kind_of(code)}
    assert stopping | {oauth.TOKEN_USED} <= told


def kind_of(code: int) -> str:
    return type(faults.fault_of(code, NOW)).__name__
