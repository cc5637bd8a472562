"""What comes in: stored first, handled once, in order, and never lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import cast

import pytest

from bot.channels.intake import Intake
from bot.dialogue import sayings
from bot.dialogue.messages import Message, Notice, NoticeKind
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.turn import Handler
from bot.errors import DatabaseUnavailable
from bot.matching.find import Matcher
from bot.sealing import Sealer
from bot.store import people
from bot.store.database import Database
from tests.channels.conftest import House, said, until
from tests.conftest import NOW, SEALER
from tests.databases import no_thread_is_left

AGE = "mấy tuổi được đi bầu"


async def test_a_message_is_answered_through_the_channel(house: House) -> None:
    async with house.channels.running():
        await house.channels.intake.take([said(AGE)])
        await until(lambda: house.paper.sent)
    ((address, text),) = house.paper.sent
    assert address == "lan"
    assert "18 tuổi" in text
    assert await house.unhandled() == 0
    assert [row["state"] for row in await house.rows()] == ["sent"]


async def test_a_message_delivered_again_is_answered_once(house: House) -> None:
    message = said(AGE)
    async with house.channels.running():
        await asyncio.gather(*(house.channels.intake.take([message]) for _ in range(20)))
        await until(lambda: house.paper.sent)
        await house.channels.intake.take([message, message])
        await house.channels.intake.take([said("xin chào", "minh")])
        await until(lambda: house.texts_to("minh"))
    assert len(house.texts_to("lan")) == 1


async def test_a_persons_messages_are_answered_in_their_order(house: House) -> None:
    async with house.channels.running():
        for text in ("danh mục", "1", "hủy", AGE):
            await house.channels.intake.take([said(text), said(text, "minh")])
        await until(lambda: len(house.paper.sent) == 8)
    for person in ("lan", "minh"):
        menu, parts, cancelled, answer = house.texts_to(person)
        assert menu.startswith(sayings.MENU_TEXT)
        assert parts.startswith(sayings.PART_TEXT)
        assert cancelled.startswith(sayings.CANCELLED)
        assert "18 tuổi" in answer


async def test_what_an_earlier_run_stored_is_handled_at_the_start(house: House) -> None:
    await house.channels.intake.take([said("danh mục"), said("1"), said(AGE, "minh")])
    assert await house.unhandled() == 3
    async with house.rebuild().running():
        await until(lambda: len(house.paper.sent) == 3)
    assert [text.split("\n")[0] for text in house.texts_to("lan")] == [
        sayings.MENU_TEXT,
        sayings.PART_TEXT,
    ]


async def test_a_message_sealed_with_a_lost_key_waits_for_it(house: House) -> None:
    lost = Intake(house.handler, Sealer(["another-key-" * 4]), lambda _: None)
    await lost.take([said(AGE)])
    async with house.rebuild().running():
        await house.channels.intake.take([said("xin chào", "minh")])
        await until(lambda: house.texts_to("minh"))
    assert house.texts_to("lan") == []
    assert await house.unhandled() == 1


class _Stumbling:
    """A matcher that fails over one question, so many times."""

    def __init__(self, matcher: Matcher, over: str, times: int) -> None:
        self.matcher, self.over, self.times = matcher, over, times

    def find(self, text: str) -> object:
        if self.over in text and self.times:
            self.times -= 1
            raise RuntimeError("broken on purpose")
        return self.matcher.find(text)


def stumbling(house: House, snapshot: Snapshot, times: int) -> None:
    matcher = cast(Matcher, _Stumbling(snapshot.matcher, "thẻ cử tri", times))
    broken = replace(snapshot, matcher=matcher)
    house.handler = Handler(house.database, lambda: broken)
    house.rebuild()


async def test_a_message_that_breaks_the_program_takes_no_other_with_it(
    house: House, snapshot: Snapshot
) -> None:
    stumbling(house, snapshot, times=1_000)
    names = ["an", "binh", "chi", "dung"]
    items = [said("mất thẻ cử tri" if name == "chi" else AGE, name) for name in names]
    async with house.channels.running():
        await house.channels.intake.take([*items, said(AGE, "chi")])
        await until(lambda: len(house.paper.sent) == 5)
    apology, answer = house.texts_to("chi")
    assert apology == sayings.FAILED
    assert "18 tuổi" in answer
    assert all("18 tuổi" in house.texts_to(name)[0] for name in ("an", "binh", "dung"))
    assert await house.unhandled() == 0


async def test_a_passing_fault_is_not_noticed_by_the_person(
    house: House, snapshot: Snapshot
) -> None:
    stumbling(house, snapshot, times=2)
    async with house.channels.running():
        await house.channels.intake.take([said("mất thẻ cử tri thì làm sao")])
        await until(lambda: house.paper.sent)
    assert sayings.FAILED not in house.texts_to("lan")


async def test_without_a_database_the_service_must_deliver_again(
    snapshot: Snapshot, tmp_path: object
) -> None:
    database = Database(f"sqlite:///{tmp_path}/khong-co/bot.db")
    intake = Intake(Handler(database, lambda: snapshot), SEALER, lambda _: None)
    with pytest.raises(DatabaseUnavailable):
        await intake.take([said(AGE), said(AGE)])
    await database.close()
    # The thread of the connection that could not be opened must not outlive the loop.
    assert await no_thread_is_left()


async def test_a_request_that_is_cut_off_is_handled_all_the_same(house: House) -> None:
    async with house.channels.running():
        taking = asyncio.create_task(house.channels.intake.take([said(AGE)]))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        taking.cancel()
        await until(lambda: house.paper.sent)
    assert len(house.paper.sent) == 1


async def test_of_ten_thousand_messages_of_one_sender_few_are_kept_and_he_is_told_once(
    house: House,
) -> None:
    flood = [said(AGE) for _ in range(10_000)]
    await house.channels.intake.take([*flood, said(AGE, "minh")])
    kept = await house.unhandled()
    assert 10 < kept < 100
    async with house.channels.running():
        await until(lambda: len(house.paper.sent) == kept)
    told = [text for text in house.texts_to("lan") if text == sayings.TOO_FAST]
    assert len(told) == 1
    assert len(house.texts_to("minh")) == 1


def notice(kind: NoticeKind, number: str = "n1", **data: str) -> Notice:
    return Notice(kind, "telegram", "lan", number, NOW, data)


async def test_who_follows_is_greeted_once(house: House) -> None:
    async with house.channels.running():
        await house.channels.intake.take([notice(NoticeKind.FOLLOWED, origin="u-06652")])
        await until(lambda: house.paper.sent)
        await house.channels.intake.take([notice(NoticeKind.FOLLOWED, "n2"), said("1")])
        await until(lambda: len(house.paper.sent) == 2)
    welcome, chosen = house.texts_to("lan")
    assert "Hỏi đáp pháp luật về bầu cử" in welcome
    assert chosen.startswith(sayings.PART_TEXT)


async def test_who_leaves_is_left_alone_and_welcome_when_he_writes_again(house: House) -> None:
    await house.lay_out("lan", "một")
    async with house.channels.running():
        house.paper.slow = 0.0
        await until(lambda: house.paper.sent)
        await house.channels.intake.take([notice(NoticeKind.UNFOLLOWED)])
        await house.channels.intake.take([said(AGE)])
        await until(lambda: len(house.paper.sent) == 2)
    assert "18 tuổi" in house.texts_to("lan")[1]


async def test_who_withdraws_is_erased(house: House) -> None:
    async with house.channels.running():
        await house.channels.intake.take([said(AGE)])
        await until(lambda: house.paper.sent)
        await house.channels.intake.take([notice(NoticeKind.WITHDREW), said("xin chào", "minh")])
        await until(lambda: house.texts_to("minh"))
    async with house.database.reading() as tx:
        assert await people.find(tx, "telegram", "lan") is None


async def test_who_moves_gets_his_answers_at_the_new_address(house: House) -> None:
    await house.lay_out("lan", "chờ sẵn")
    await house.channels.intake.take([notice(NoticeKind.MOVED, to="lan-moi")])
    house.paper.slow = 0.05
    async with house.database.transaction() as tx:
        await people.move(tx, "telegram", "lan", "lan-moi")
    async with house.channels.running():
        await until(lambda: house.paper.sent)
    assert house.paper.sent == [("lan-moi", "chờ sẵn")]


async def test_what_the_service_may_not_tell_us_is_answered_politely(house: House) -> None:
    async with house.channels.running():
        await house.channels.intake.take([notice(NoticeKind.UNSUPPORTED)])
        await until(lambda: house.paper.sent)
    assert house.texts_to("lan")[0].startswith(sayings.UNSUPPORTED)


def test_a_message_is_what_it_was_when_it_is_unsealed() -> None:
    from bot.channels.sealed import seal, unseal

    odd = Message(
        "zalo_oa", "lan\ud800", "m 1", NOW, text="\0chữ\ud83d", press=None, origin="tờ-gấp"
    )
    whole = unseal("zalo_oa", "m 1", seal(odd, SEALER), SEALER)
    assert whole == odd
    told = notice(NoticeKind.MOVED, to="-100")
    assert unseal("telegram", "n1", seal(told, SEALER), SEALER) == told
