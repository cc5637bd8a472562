"""Whatever comes, wherever the person stands: one polite reply, and nothing raw in the log."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Awaitable, Callable

import pytest

from bot.dialogue import presses
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.turn import Handler
from bot.store.database import Database
from tests.dialogue.conftest import Talk, asked, in_doubt

EXACT = "mất thẻ cử tri thì làm sao"
UNSURE = "bị mất cái thẻ cử tri rồi tính sao đây"


async def _nothing(_talk: Talk) -> None:
    pass


async def _welcomed(talk: Talk) -> None:
    await talk.say("/start")


async def _in_menu(talk: Talk) -> None:
    await talk.say("danh mục")


async def _in_list(talk: Talk) -> None:
    await talk.press(presses.part("cu-tri", 2))


async def _answered(talk: Talk) -> None:
    await talk.say(EXACT)


async def _in_detail(talk: Talk) -> None:
    await talk.press(presses.detail("mat-the-cu-tri"))


async def _choosing(talk: Talk) -> None:
    await talk.say(UNSURE)
    assert len(talk.reply.buttons) == 4


async def _expired(talk: Talk) -> None:
    await talk.say(UNSURE)
    talk.wait(90)


async def _none_chosen(talk: Talk) -> None:
    await talk.say(UNSURE)
    await talk.press_titled("Không phải các câu trên")


async def _judged(talk: Talk) -> None:
    await talk.say(EXACT)
    await talk.press_titled("Chưa đúng ý tôi")


async def _in_form(talk: Talk) -> None:
    await talk.press(presses.tool("tuoi"))


async def _choosing_place(talk: Talk) -> None:
    await talk.say("thôn đồng giảng bầu ở đâu")
    assert len(talk.reply.buttons) == 3


STATES: list[Callable[[Talk], Awaitable[None]]] = [
    _nothing, _welcomed, _in_menu, _in_list, _answered, _in_detail, _choosing, _expired,
    _none_chosen, _judged, _in_form, _choosing_place,
]  # fmt: skip

INPUTS: dict[str, str | None] = {
    "empty": "",
    "blank": " \t\n\u3000 ",
    "sticker": None,
    "5,000 letters": "x" * 5_000,
    "5,000 words": "bầu cử " * 700,
    "50,000 letters": "ă" * 50_000,
    "50,000 digits": "7" * 50_000,
    "emoji": "😀👍🏽🇻🇳👨‍👩‍👧",
    "nfd": unicodedata.normalize("NFD", "mất thẻ cử tri thì làm sao"),
    "controls": "\x00\x01\x1b[31mbầu\x7f cử\x85",
    "only controls": "\x00\x08\x1b",
    "right to left": "\u202e\u2067bầu cử\u2069",
    "zero width": "\u200b\u200d\ufeff",
    "surrogate": "bầu \ud83d cử",
    "html": "<script>alert('trom')</script><b>bầu</b>",
    "sql": "'; DROP TABLE people; --",
    "template": "{ngay_bau_cu} {{7*7}} %s %(x)s ${HOME}",
    "chinese": "我想知道选举的时间",
    "cyrillic": "Когда будут выборы",
    "thai": "เลือกตั้งเมื่อไหร่",
    "khmer": "តើបោះឆ្នោតនៅពេលណា",
    "arabic": "متى الانتخابات",
    "cancel": "/huy",
    "start": "/start",
    "number": "99",
    "zero": "0",
    "long number": "9" * 30,
    "other digits": "٣",
    "slash": "/",
    "path": "/../../etc/passwd",
    "marks": "?!?",
}


@pytest.mark.parametrize("text", INPUTS.values(), ids=list(INPUTS))
async def test_every_state_gives_one_polite_reply(
    db: Database, snapshot: Snapshot, caplog: pytest.LogCaptureFixture, text: str | None
) -> None:
    unsure = in_doubt(snapshot, "choose")
    handler = Handler(db, lambda: unsure)
    with caplog.at_level(logging.DEBUG, "bot"):
        for state in STATES:
            talk = Talk(handler, person=state.__name__)
            await state(talk)
            reply = await talk.say(text)
            assert reply.text.strip()
            assert reply.text.rstrip()[-1] in ".?!:", reply.text
            assert all(button.title.strip() for button in reply.buttons)
            _assert_not_quoted(text, f"{reply.title}\n{reply.text}\n{reply.note}")
    assert not [record for record in caplog.records if record.name.startswith("bot")]


def _assert_not_quoted(text: str | None, said: str) -> None:
    for raw in ("<script>", "DROP TABLE", "Traceback", "\x00", "\u202e", "49", "passwd"):
        if text and (raw in text or raw == "49"):
            assert raw not in said


@pytest.mark.parametrize(
    "typed",
    [
        "gọi em số 0912 345 678 nhé mọi người",
        "gọi em số 09\u200b12\u200b34\u200b56\u200b78 nhé mọi người",
        "gọi em số 0912\u202e345678 nhé mọi người",
        "gọi em số 09\x0012345678 nhé mọi người",
        "căn cước của tôi là 022090001234 đây",
        "thư cho lan.nguyen@example.vn nhé mọi người",
    ],
)
async def test_numbers_of_a_person_reach_no_table(
    db: Database, handler: Handler, typed: str
) -> None:
    await Talk(handler).say(typed)
    async with db.reading() as tx:
        dump = []
        for table in ("questions", "outbox", "states", "inbox"):
            rows = await tx.connection.exec_driver_sql(f"SELECT * FROM {table}")
            dump.append(str(rows.all()))
    kept = "".join(char for char in " ".join(dump) if char.isprintable() and char != "\u200b")
    for secret in ("0912345678", "345 678", "022090001234", "lan.nguyen"):
        assert secret not in kept
    assert "đã che]" in str((await asked(db))[0]["text"])
