"""Telegram's own payloads, word for word, and what each of them means to us."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.telegram.updates import Me, press_to_answer, read_update
from bot.dialogue.messages import Message, Notice, NoticeKind
from tests.conftest import ROOT

FOLDER = ROOT / "tests" / "payloads" / "telegram"
ME = Me(123456, "BauCuThuBot")
SENT = datetime.fromtimestamp(1_795_402_800, UTC)
NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
GROUP = "-1001234567890"


def text(said: str | None, person: str = "5001", **more: Any) -> Message:
    return Message("telegram", person, "870000001.77", SENT, text=said, **more)


def press(code: str) -> Message:
    return Message("telegram", "5001", "870000001.4382bfdwdsb323b2d9", NOW, press=code)


def notice(kind: NoticeKind, person: str, number: str, **data: str) -> Notice:
    return Notice(kind, "telegram", person, f"870000001.{number}", SENT, data)


TABLE: dict[str, Message | Notice | None] = {
    "text": text("mấy tuổi được đi bầu"),
    "start": text("/start"),
    "start-deep-link": text("/start", origin="u-06652-togap"),
    "start-forged-link": text("/start"),
    "command": text("/danhmuc"),
    "command-with-words": text("/huy đi nhé"),
    "sticker": text(None),
    "photo-with-caption": text("thẻ cử tri này có đúng không"),
    "voice": text(None),
    "contact": text(None),
    "forwarded": text("bầu cử ngày nào"),
    "pinned": None,
    "edited": None,
    "channel-post": None,
    "from-a-bot": None,
    "press": press("m:part"),
    "press-inline": press("m"),
    "press-too-long": None,
    "press-game": None,
    "press-old-message": press("m"),
    "blocked": notice(NoticeKind.UNFOLLOWED, "5001", "member"),
    "unblocked": None,
    "group-talk": None,
    "group-command": text("/danhmuc", GROUP),
    "group-command-to-us": text("/danhmuc", GROUP),
    "group-command-to-another": None,
    "group-foreign-command": None,
    "group-mention": text("mấy tuổi được đi bầu", GROUP),
    "group-reply-to-us": text("1", GROUP),
    "group-sticker": None,
    "group-topic": text("/danhmuc", f"{GROUP}/45"),
    "group-migrated": notice(NoticeKind.MOVED, "-5", "77", to="-1009876543210"),
    "new-in-2031": None,
    "no-update-id": None,
    "chat-without-id": None,
    "text-is-a-number": None,
    "chat-id-is-a-word": None,
    "date-of-the-year-9999": Message("telegram", "5001", "870000001.77", NOW, "bầu cử ngày nào"),
    "date-is-a-word": Message("telegram", "5001", "870000001.77", NOW, "bầu cử ngày nào"),
}


def load(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "wanted"), TABLE.items(), ids=TABLE.keys())
def test_an_update_means(name: str, wanted: Message | Notice | None) -> None:
    assert read_update(load(name), ME, lambda: NOW) == (() if wanted is None else (wanted,))


def test_every_payload_stands_in_the_table() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(TABLE)


@pytest.mark.parametrize("name", [name for name in TABLE if name.startswith("press")])
def test_every_press_is_to_be_answered_understood_or_not(name: str) -> None:
    assert press_to_answer(load(name)) == "4382bfdwdsb323b2d9"


def test_nothing_else_is_to_be_answered() -> None:
    others = [name for name in TABLE if not name.startswith("press")]
    assert {press_to_answer(load(name)) for name in others} == {None}


def test_before_the_bot_knows_its_name_a_group_is_left_alone() -> None:
    assert read_update(load("group-mention"), Me(), lambda: NOW) == ()
