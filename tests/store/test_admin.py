from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.store import admin_audit, admin_sessions, admin_users, entry_versions
from bot.store.admin_audit import Wanted, mark_of
from bot.store.admin_sessions import OPEN
from bot.store.database import Database
from bot.store.entry_versions import PROPOSED, Proposal
from tests.conftest import NOW

DAY, QUARTER = timedelta(days=1), timedelta(minutes=15)


async def add(db: Database, name: str = "lan") -> int:
    async with db.transaction() as tx:
        assert await admin_users.add(tx, name, "Lan", "x", ["editor"], by="test", at=NOW)
        user = await admin_users.find(tx, name)
    assert user
    return user.id


async def test_a_name_is_given_once(db: Database) -> None:
    await add(db)
    async with db.transaction() as tx:
        assert not await admin_users.add(tx, "lan", "Khác", "y", ["owner"], by="test", at=NOW)
        assert [(u.name, u.full_name, u.roles) for u in await admin_users.list_all(tx)] == [
            ("lan", "Lan", ("editor",))
        ]
        assert await admin_users.count(tx) == 1


async def test_a_step_of_a_code_is_used_once(db: Database) -> None:
    user = await add(db)
    async with db.transaction() as tx:
        assert await admin_users.use_step(tx, user, 10)
        assert not await admin_users.use_step(tx, user, 10)
        assert not await admin_users.use_step(tx, user, 9)
        assert await admin_users.use_step(tx, user, 11)


async def test_a_session_lives_while_it_is_used_and_its_user_may_enter(db: Database) -> None:
    user = await add(db)
    async with db.transaction() as tx:
        for key in ("a", "b", "c"):
            await admin_sessions.begin(tx, key, user, OPEN, "Firefox", NOW, NOW + DAY)
    async with db.reading() as tx:
        found = await admin_sessions.find(tx, "a", NOW + timedelta(hours=1), DAY)
        assert found
        assert (found[0].browser, found[1].name) == ("Firefox", "lan")
        assert not await admin_sessions.find(tx, "a", NOW + timedelta(hours=2), timedelta(hours=1))
        assert not await admin_sessions.find(tx, "a", NOW + DAY, 2 * DAY)
        assert len(await admin_sessions.list_of(tx, user, NOW)) == 3
    async with db.transaction() as tx:
        await admin_sessions.leave_message(tx, "a", "Đã lưu.")
        assert await admin_sessions.end_all(tx, user, but="a") == 2
        await admin_users.change(tx, user, is_disabled=True)
    async with db.reading() as tx:
        assert not await admin_sessions.find(tx, "a", NOW, DAY)


async def test_of_many_tries_at_once_no_more_pass_than_may(db: Database) -> None:
    async def try_once() -> bool:
        async with db.transaction() as tx:
            return await admin_sessions.try_once(tx, "k", NOW, 10, QUARTER) is None

    passed = await asyncio.gather(*(try_once() for _ in range(30)))
    assert sum(passed) == 10
    async with db.transaction() as tx:
        assert await admin_sessions.try_once(tx, "k", NOW, 10, QUARTER) == NOW + QUARTER
        assert await admin_sessions.try_once(tx, "k", NOW + QUARTER, 10, QUARTER) is None
        assert await admin_sessions.try_once(tx, "k", NOW + QUARTER, 2, QUARTER) is None
        assert await admin_sessions.try_once(tx, "k", NOW + QUARTER, 2, QUARTER)
        await admin_sessions.forgive(tx, "k")
        assert await admin_sessions.try_once(tx, "k", NOW + QUARTER, 2, QUARTER) is None
        await admin_sessions.take_back(tx, "k")
        assert await admin_sessions.try_once(tx, "k", NOW + QUARTER, 2, QUARTER) is None


async def test_the_audit_is_read_newest_first_and_by_what_is_wanted(db: Database) -> None:
    async with db.transaction() as tx:
        for act, subject in (("user.add", "lan"), ("entry.edit", "x"), ("entry.raw", "y")):
            await admin_audit.note(tx, "chu", act, subject, NOW, after=mark_of(subject))
    async with db.reading() as tx:
        assert await admin_audit.count(tx, Wanted(act="entry")) == 2
        lines = await admin_audit.lines(tx, Wanted(by="chu"), 1, 5)
        assert [line.subject for line in lines] == ["x", "lan"]
        assert not await admin_audit.lines(tx, Wanted(act="ent"), 0, 5)


async def test_versions_keep_what_stood_in_the_file_apart_from_what_waits(db: Database) -> None:
    async with db.transaction() as tx:
        for act, text in (("edit", "một"), (PROPOSED, "hai"), ("edit", "ba")):
            await entry_versions.add(tx, "x", NOW, "lan", act, text, mark_of(text))
        await entry_versions.propose(tx, Proposal("x", NOW, "lan", "hai", mark_of("một")))
        await entry_versions.propose(tx, Proposal("x", NOW, "binh", "bốn", mark_of("ba")))
    async with db.transaction() as tx:
        assert [one.text for one in await entry_versions.in_file(tx, "x", 5)] == ["ba", "một"]
        kept = await entry_versions.list_of(tx, "x", 0, 5)
        assert [one.text for one in kept] == ["ba", "hai", "một"]
        before = await entry_versions.before(tx, kept[0])
        assert before
        assert before.text == "hai"
        assert await entry_versions.find(tx, "y", kept[0].id) is None
        assert [one.by for one in await entry_versions.proposals(tx)] == ["binh"]
        assert await entry_versions.drop_proposal(tx, "x")
        assert not await entry_versions.drop_proposal(tx, "x")
