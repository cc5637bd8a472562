"""The Official Account's tokens: never used twice, never used before they are stored."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

import httpx
import pytest

from bot.channels.owners import is_gone, new_owner
from bot.channels.zalo_oa.oauth import OAuth
from bot.channels.zalo_oa.pairs import Pairs
from bot.channels.zalo_oa.tokens import LEASE, TokenKeeper
from bot.errors import ChannelStopped, RetryLater
from bot.sealing import Sealer
from bot.store import oauth as store
from bot.store.database import Database
from tests.channels.conftest import Unwell, until
from tests.channels.zalo_oa.conftest import URL, NewKeeper, Time
from tests.fakes.misbehaviour import Answer, Script
from tests.fakes.zalo_oa import FakeZaloOa


async def acts(database: Database, zalo: FakeZaloOa) -> list[str]:
    async with database.reading() as tx:
        notes = await store.last_notes(tx, f"zalo_oa/{zalo.app_id}", 20)
    return [note.act for note in reversed(notes)]


async def test_a_seed_grows_into_a_pair_that_every_later_start_finds(
    keeper: TokenKeeper, new_keeper: NewKeeper, zalo: FakeZaloOa, database: Database
) -> None:
    assert await keeper.access() == zalo.access
    again = new_keeper()
    await again.open()
    assert await again.access() == zalo.access
    assert zalo.refreshes == ["lam-moi-0"]
    assert await acts(database, zalo) == ["seeded", "begun", "refreshed"]


async def test_nothing_to_begin_with_names_the_setting(new_keeper: NewKeeper) -> None:
    with pytest.raises(ChannelStopped, match=r"^ZALO_OA_REFRESH_TOKEN: chưa liên kết"):
        await new_keeper("").open()
    with pytest.raises(ChannelStopped, match="chưa liên kết"):
        await new_keeper("").access()


async def test_the_stored_pair_wins_over_another_seed(
    keeper: TokenKeeper, new_keeper: NewKeeper, zalo: FakeZaloOa
) -> None:
    await keeper.access()
    other = new_keeper("hạt giống khác")
    await other.open()
    assert await other.access() == zalo.access
    assert zalo.refreshes == ["lam-moi-0"]


async def test_tokens_lie_sealed(keeper: TokenKeeper, database: Database, zalo: FakeZaloOa) -> None:
    token = await keeper.access()
    async with database.reading() as tx:
        pair = await store.read_pair(tx, f"zalo_oa/{zalo.app_id}")
        notes = await store.last_notes(tx, f"zalo_oa/{zalo.app_id}", 20)
    assert token not in repr((pair, notes))
    assert zalo.refresh not in repr((pair, notes))
    assert {token, zalo.refresh} <= set(keeper.secrets())


async def test_it_is_refreshed_after_twenty_hours_and_not_before(
    keeper: TokenKeeper, zalo: FakeZaloOa, time: Time
) -> None:
    first = await keeper.access()
    time.pass_by(hours=19, minutes=59)
    assert not await keeper.renew_if_due()
    time.pass_by(minutes=1)
    assert await keeper.renew_if_due()
    assert await keeper.access() == zalo.access != first
    assert not await keeper.renew_if_due()


async def test_one_that_ran_out_is_refreshed_before_it_is_given(
    keeper: TokenKeeper, zalo: FakeZaloOa, time: Time
) -> None:
    first = await keeper.access()
    time.pass_by(hours=25)
    assert await keeper.access() == zalo.access != first


async def test_an_answer_without_a_lifetime_means_twenty_five_hours(
    keeper: TokenKeeper, zalo: FakeZaloOa, time: Time
) -> None:
    zalo.expires_in = "lâu"
    first = await keeper.access()
    time.pass_by(hours=24, minutes=59)
    assert await keeper.access() == first


async def test_fifty_that_need_a_new_token_at_once_use_up_one(
    keeper: TokenKeeper, zalo: FakeZaloOa
) -> None:
    stale = await keeper.access()
    got = await asyncio.gather(*(keeper.renew(stale) for _ in range(50)))
    assert set(got) == {zalo.access}
    assert len(zalo.refreshes) == 2


async def test_two_programs_at_once_use_up_one(
    keeper: TokenKeeper, new_keeper: NewKeeper, zalo: FakeZaloOa
) -> None:
    stale = await keeper.access()
    other = new_keeper()
    await other.open()
    got = await asyncio.gather(*(one.renew(stale) for one in (keeper, other) * 5))
    assert set(got) == {zalo.access}
    assert len(zalo.refreshes) == 2


async def test_a_pair_that_another_program_got_is_taken_over(
    keeper: TokenKeeper, new_keeper: NewKeeper, zalo: FakeZaloOa
) -> None:
    stale = await keeper.access()
    other = new_keeper()
    await other.renew(stale)
    assert await keeper.renew(stale) == zalo.access
    assert len(zalo.refreshes) == 2


class Cut(httpx.AsyncBaseTransport):
    """A line to Zalo that reports what was stored at the moment a token is used."""

    def __init__(self, zalo: FakeZaloOa, database: Database) -> None:
        self.inner = httpx.ASGITransport(app=zalo.app)
        self.database = database
        self.stored: list[int] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self.inner.handle_async_request(request)
        async with self.database.reading() as tx:
            pair = await store.read_pair(tx, "zalo_oa/360846524940903967")
        assert pair is not None
        self.stored.append(pair.generation)
        return answer


async def test_no_transaction_is_open_while_zalo_is_asked(
    zalo: FakeZaloOa, database: Database, sealer: Sealer, time: Time
) -> None:
    # The store has one connection: were one open, reading there would be refused or hang.
    cut = Cut(zalo, database)
    async with httpx.AsyncClient(transport=cut) as client:
        oauth = OAuth(client, URL, zalo.app_id, zalo.app_secret)
        keeper = TokenKeeper(Pairs(database, sealer, zalo.app_id, time), oauth, "lam-moi-0", time)
        await keeper.open()
        await keeper.access()
    assert cut.stored == [0]


async def test_who_asked_may_go_the_new_pair_is_stored_all_the_same(
    keeper: TokenKeeper, zalo: FakeZaloOa, database: Database
) -> None:
    stale = await keeper.access()
    asking = asyncio.create_task(keeper.renew(stale))
    await until(lambda: len(zalo.refreshes) == 2)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await keeper.close()
    assert (await acts(database, zalo))[-1] == "refreshed"
    assert await keeper.access() == zalo.access


async def test_a_refresh_that_was_killed_before_zalo_heard_of_it_is_made_up_for(
    keeper: TokenKeeper, new_keeper: NewKeeper, zalo: FakeZaloOa, database: Database, time: Time
) -> None:
    stale = await keeper.access()
    # What a killed program leaves behind: the lease, and the note that it began.
    async with database.transaction() as tx:
        await store.take_lease(tx, f"zalo_oa/{zalo.app_id}", "killed", time(), time() + LEASE)
        await store.add_note(tx, f"zalo_oa/{zalo.app_id}", time(), store.BEGUN, "mark")
    after = new_keeper()
    await after.open()
    assert await after.access() == stale, "the old token still works meanwhile"
    asking = asyncio.create_task(after.renew(stale))
    await asyncio.sleep(0.25)
    assert not asking.done()
    time.pass_by(seconds=LEASE.total_seconds())
    assert await asking == zalo.access != stale


async def test_the_lease_of_a_program_that_is_dead_on_this_machine_is_not_waited_for(
    keeper: TokenKeeper, new_keeper: NewKeeper, zalo: FakeZaloOa, database: Database, time: Time
) -> None:
    stale = await keeper.access()
    dead = await asyncio.create_subprocess_exec("true")
    await dead.wait()
    owner = new_owner().replace(f"/{os.getpid()}/", f"/{dead.pid}/")
    async with database.transaction() as tx:
        await store.take_lease(tx, f"zalo_oa/{zalo.app_id}", owner, time(), time() + LEASE)
    assert await new_keeper().renew(stale) == zalo.access != stale


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        (lambda owner: owner, False),
        (lambda owner: "máy khác" + owner, False),
        (lambda owner: owner.replace(f"/{os.getpid()}/", f"/{os.getppid()}/"), False),
        (lambda owner: owner.replace(f"/{os.getpid()}/", "/1/"), False),
        (lambda owner: owner.replace(f"/{os.getpid()}/", f"/{os.getpid()}/lần chạy trước"), True),
        (lambda owner: "", False),
        (lambda owner: "killed", False),
    ],
)
def test_only_who_surely_is_dead_is_gone(change: Callable[[str], str], gone: bool) -> None:
    assert is_gone(change(new_owner())) is gone


async def test_a_refresh_whose_answer_was_lost_needs_a_person_and_says_so(
    keeper: TokenKeeper, new_keeper: NewKeeper, zalo: FakeZaloOa, database: Database
) -> None:
    stale = await keeper.access()
    zalo.tokens.add(Answer("<html>502", status=502, after=True))
    with pytest.raises(RetryLater):
        await keeper.renew(stale)
    after = new_keeper()
    with pytest.raises(ChannelStopped, match=r"-14020.*zalo link"):
        await after.renew(stale)
    assert "-14020" in after.trouble
    assert (await acts(database, zalo))[-4:] == ["begun", "failed", "begun", "refused"]
    sent = len(zalo.refreshes)
    for _ in range(3):
        with pytest.raises(ChannelStopped):
            await after.renew(stale)
    assert len(zalo.refreshes) == sent, "a dead token is not sent again and again"


async def test_a_new_seed_heals_a_dead_pair_and_the_old_seed_does_not(
    keeper: TokenKeeper, new_keeper: NewKeeper, zalo: FakeZaloOa
) -> None:
    stale = await keeper.access()
    zalo.refresh = "đã liên kết ở nơi khác"
    with pytest.raises(ChannelStopped):
        await keeper.renew(stale)
    zalo.expire()
    old = new_keeper("lam-moi-0")
    await old.open()
    with pytest.raises(ChannelStopped):
        await old.renew(stale)
    new = new_keeper("đã liên kết ở nơi khác")
    await new.open()
    assert await new.access() == zalo.access


async def test_a_pair_linked_by_the_command_is_taken_at_once(
    keeper: TokenKeeper, zalo: FakeZaloOa, database: Database, sealer: Sealer, time: Time
) -> None:
    stale = await keeper.access()
    zalo.refresh = "khác"
    with pytest.raises(ChannelStopped):
        await keeper.renew(stale)
    async with database.transaction() as tx:
        sealed = sealer.seal("mới"), sealer.seal("làm mới mới")
        await store.link_pair(
            tx, f"zalo_oa/{zalo.app_id}", *sealed, at=time(), expires_at=time() + LEASE
        )
    assert await keeper.renew(stale) == "mới"


@pytest.mark.parametrize(
    "wrong",
    [
        Answer({"error": -14002, "error_name": "app", "error_description": "inactive"}),
        Answer({"error": "-14004", "error_name": "secret"}, status=400),
        Answer("không phải JSON", status=503),
        Answer([], status=200),
        Answer({"access_token": "", "refresh_token": None}),
        Answer({"access_token": 5, "refresh_token": 6}),
    ],
)
async def test_a_failure_that_may_pass_is_told_and_tried_again_after_a_while(
    keeper: TokenKeeper, zalo: FakeZaloOa, time: Time, wrong: Answer
) -> None:
    zalo.tokens.add(wrong)
    for _ in range(3):
        with pytest.raises(RetryLater) as told:
            await keeper.access()
        assert told.value.everyone
        assert keeper.trouble
    assert len(zalo.refreshes) == 1, "the others waiting for a token do not ask again"
    time.pass_by(seconds=3)
    assert await keeper.access() == zalo.access
    assert keeper.trouble == ""


async def test_a_pair_that_cannot_be_stored_is_not_used_until_it_is(
    new_keeper: NewKeeper, zalo: FakeZaloOa, unwell: Unwell
) -> None:
    keeper = new_keeper("lam-moi-0", unwell)
    await keeper.open()

    class BreakDown(Script):
        """The database fails just when Zalo answers."""

        async def play(self) -> None:
            unwell.failures = 2

    zalo.tokens = BreakDown()
    assert await keeper.access() == zalo.access
    assert unwell.failures == 0
    assert (await acts(unwell, zalo))[-1] == "refreshed"


async def test_another_key_stops_the_channel_and_names_it(
    keeper: TokenKeeper, database: Database, http: httpx.AsyncClient, zalo: FakeZaloOa, time: Time
) -> None:
    await keeper.access()
    oauth = OAuth(http, URL, zalo.app_id, zalo.app_secret)
    other = TokenKeeper(Pairs(database, Sealer(["m" * 40]), zalo.app_id, time), oauth, "", time)
    with pytest.raises(ChannelStopped, match="BOT_SECRET_KEY"):
        await other.open()
