"""What comes while nothing waits is stored, handled and sent off in one go, and nothing is lost by it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import pytest

from bot.channels import handling
from bot.dialogue.messages import Incoming, Message
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.turn import Handler
from bot.errors import DatabaseUnavailable
from bot.matching.find import Matcher
from bot.store import inbox
from bot.store.database import Tx
from bot.store.inbox import Arrived
from tests.channels.conftest import House, said, until
from tests.conftest import NOW

AGE = "mấy tuổi được đi bầu"


async def is_handling(house: House) -> None:
    """Waits until what comes goes straight."""
    await house.channels.intake.take([said("xin chào", "dau-tien")])
    await until(lambda: house.texts_to("dau-tien"))


async def test_the_reply_is_on_its_way_when_the_service_is_answered(house: House) -> None:
    async with house.channels.running():
        await is_handling(house)
        house.paper.slow = 0.2
        await house.channels.intake.take([said(AGE)])
        assert await house.unhandled() == 0
        assert [row["state"] for row in await house.rows()][1:] == ["sending"]
        await until(lambda: house.texts_to("lan"))


async def test_what_is_handled_at_once_never_lies_in_the_inbox(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house.channels.running():
        await is_handling(house)
        sealed: list[Incoming] = []
        monkeypatch.setattr(handling, "seal", lambda item, _: sealed.append(item))
        await house.channels.intake.take([said(AGE)])
        await until(lambda: house.texts_to("lan"))
    assert sealed == []


@pytest.mark.parametrize("brings_again", [True, False])
async def test_only_what_comes_again_is_handled_before_it_lies_in_the_inbox(
    house: House, monkeypatch: pytest.MonkeyPatch, brings_again: bool
) -> None:
    lying: list[bool] = []
    claim_all = inbox.claim_all

    async def claim(tx: Tx, arrived: Sequence[Arrived]) -> list[int | None]:
        lying.extend(one.payload is not None for one in arrived)
        return await claim_all(tx, arrived)

    monkeypatch.setattr(inbox, "claim_all", claim)
    house.paper.brings_again = brings_again
    async with house.rebuild().running():
        await is_handling(house)
        lying.clear()
        await house.channels.intake.take([said(AGE)])
        await until(lambda: house.texts_to("lan"))
    assert lying == [not brings_again]


class _Stumbling:
    """A matcher that fails over every few questions."""

    def __init__(self, matcher: Matcher) -> None:
        self.matcher, self.asked = matcher, 0

    def find(self, text: str) -> object:
        self.asked += 1
        if self.asked % 7 == 0:
            raise RuntimeError("broken on purpose")
        return self.matcher.find(text)


async def test_everybody_is_answered_once_and_in_order_although_the_program_stumbles(
    house: House, snapshot: Snapshot
) -> None:
    matcher = cast(Matcher, _Stumbling(snapshot.matcher))
    house.handler = Handler(house.database, lambda: replace(snapshot, matcher=matcher))
    house.rebuild()
    people, each = [f"nguoi-{n}" for n in range(25)], 6

    async def write(person: str) -> None:
        for number in range(each):
            text = "danh mục" if number % 2 else f"{AGE} {number}"
            message = Message("telegram", person, f"{person}.{number}", NOW, text=text)
            takes = (house.channels.intake.take([message]) for _ in range(1 + number % 3 // 2))
            await asyncio.gather(*takes)

    async with house.channels.running():
        await asyncio.gather(*(write(person) for person in people))
        await until(lambda: len(house.paper.sent) >= len(people) * each)
        await until(lambda: not house.channels.intake.backlog)
    for person in people:
        menus = [text.startswith("Bạn muốn xem") for text in house.texts_to(person)]
        assert menus == [False, True] * (each // 2)
    assert await house.unhandled() == 0


@pytest.mark.parametrize(("failures", "is_taken"), [(1, True), (2, False)])
async def test_what_cannot_be_stored_is_tried_once_more_before_the_service_must_deliver_again(
    house: House, monkeypatch: pytest.MonkeyPatch, failures: int, is_taken: bool
) -> None:
    left = [0]
    claim_all = inbox.claim_all

    async def claim(tx: Tx, arrived: Sequence[Arrived]) -> list[int | None]:
        if arrived and left[0]:
            left[0] -= 1
            raise DatabaseUnavailable("đĩa đầy")
        return await claim_all(tx, arrived)

    monkeypatch.setattr(inbox, "claim_all", claim)
    async with house.rebuild().running():
        await is_handling(house)
        left[0] = failures
        message = said(AGE)
        if is_taken:
            await house.channels.intake.take([message])
        else:
            with pytest.raises(DatabaseUnavailable):
                await house.channels.intake.take([message])
            await house.channels.intake.take([message])
        await until(lambda: house.texts_to("lan"))
    assert len(house.texts_to("lan")) == 1


async def test_what_comes_while_the_program_ends_is_handled_at_the_next_start(
    house: House,
) -> None:
    async with house.channels.running():
        await is_handling(house)
        taking = asyncio.create_task(house.channels.intake.take([said(AGE)]))
        await asyncio.sleep(0)
    await taking
    async with house.rebuild().running():
        await until(lambda: house.texts_to("lan"))
    assert len(house.texts_to("lan")) == 1
