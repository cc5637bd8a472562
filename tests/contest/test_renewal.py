"""After a change of the key nothing needs the old one, wherever the change was cut off."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import insert, select, update

from bot.channels.zalo_oa.pairs import Pairs
from bot.commands.key import _PLACES
from bot.contest import discipline, registration
from bot.contest.lists import marks_of
from bot.dialogue import renewal
from bot.dialogue.contest.task import Draft, Task
from bot.dialogue.messages import Reply
from bot.dialogue.packing import pack, unpack
from bot.dialogue.renewal import renew
from bot.dialogue.states import State
from bot.errors import SealBroken
from bot.sealing import Sealer
from bot.secret_key import forget_old_keys, open_sealer
from bot.settings import Settings
from bot.store import contest_entrants, facts, inbox, outbox, people, sealed, talk
from bot.store.database import Database
from bot.store.schema import metadata
from bot.store.tables import meta
from tests.conftest import ROOT
from tests.contest.conftest import CONSENTS, SEALER, VALUES, Arena, at

OLD, NEW = "k" * 43, "m" * 43
BOTH = Sealer([NEW, OLD])
SEALING_FILES = {
    "admin/codes.py",  # an offer that lies in a form, never in the store
    "admin/second_factor.py",
    "channels/sealed.py",
    "channels/zalo_oa/linking.py",
    "channels/zalo_oa/pairs.py",
    "contest/discipline.py",
    "contest/registration.py",
    "contest/retention.py",
    "dialogue/contest/task.py",
    "dialogue/packing.py",
}
"""Each has its place in `bot.store.sealed.PLACES`, and is filled by `fill` below."""


EDITOR = {
    "name": "an",
    "full_name": "Nguyễn Văn An",
    "password": "-",
    "roles": [],
    "totp": SEALER.seal("bí mật của điện thoại"),
    "created_by": "-",
    "created_at": at(),
}


async def fill(arena: Arena) -> None:
    """Puts something sealed with the old key into every place."""
    for name in ("an", "binh", "chi"):
        await arena.register(name, dien_thoai=f"09000000{len(name):02}")
    entrant = arena.people["an"]
    async with arena.tx() as tx:
        await discipline.complain(
            tx, arena.published, SEALER, entrant.id, "bot", "Điểm của tôi sai", at()
        )
        await discipline.disqualify(tx, arena.published, entrant.id, "thi_ho", "", "bgk", at(2))
        await discipline.appeal(tx, arena.published, SEALER, entrant.id, "Tôi không làm", at(3))
        await inbox.claim(tx, "telegram", "m1", at(), SEALER.seal('{"text": "xin chào"}'))
        person = await people.meet(tx, "telegram", "7", at())
        task = Task("form", "thu", sealed=Draft({"ho_ten": "Lê Thị Mẫu"}).seal(SEALER))
        await talk.save_state(tx, person.id, State(task=task.to_data()).to_data(), at())
        private = pack(Reply("Số của bạn: 0900000000", is_private=True), SEALER)
        await outbox.enqueue(tx, person.id, "telegram", None, [private, pack(Reply("a"))], at())
        await facts.write_fact(tx, "zalo_oa/9/consent", SEALER.seal('["a", "b"]'))
        await facts.write_fact(tx, "zalo_oa/9/khac", "không niêm phong")
        await tx.change(insert(metadata.tables["admin_users"]).values(**EDITOR))
    pairs = Pairs(arena.db, SEALER, "9")
    await pairs.plant("mã đầu")
    async with arena.tx() as tx:
        await sealed.put(
            tx,
            sealed.Place(metadata.tables["oauth_tokens"], "access"),
            sealed.Found("zalo_oa/9", "", ""),
            SEALER.seal("mã truy cập"),
        )


async def tokens(db: Database) -> list[tuple[str, str]]:
    """Every sealed text of the whole database, wherever it lies, with its table."""
    found: list[tuple[str, str]] = []
    async with db.reading() as tx:
        for table in metadata.sorted_tables:
            for row in await tx.rows(select(table)):
                texts = (text for value in row.values() for text in strings(value))
                found += [(table.name, text) for text in texts if text.startswith("gAAAAA")]
    return found


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)


async def test_after_it_the_new_key_alone_opens_everything(arena: Arena) -> None:
    await fill(arena)
    before = sorted(BOTH.open(text) for _, text in await tokens(arena.db))
    done = await renew(arena.db, BOTH)
    assert sorted(done.renewed) == sorted(place.name for place in sealed.PLACES)
    assert done.total == len(before) == 12
    assert not done.kept
    assert not done.unreadable
    only = Sealer([NEW])
    assert sorted(only.open(text) for _, text in await tokens(arena.db)) == before


async def test_a_second_time_there_is_nothing_to_do(arena: Arena) -> None:
    await fill(arena)
    first = await renew(arena.db, BOTH)
    again = await renew(arena.db, BOTH)
    assert again.total == 0
    assert again.kept == first.renewed


@pytest.mark.parametrize("stop_at", [1, 4, 9])
async def test_cut_off_anywhere_it_goes_on_from_there(
    arena: Arena, monkeypatch: pytest.MonkeyPatch, stop_at: int
) -> None:
    await fill(arena)
    monkeypatch.setattr(renewal, "TOGETHER", 1)
    told = 0

    def killed(_place: str, _rows: int) -> None:
        nonlocal told
        told += 1
        if told == stop_at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await renew(arena.db, BOTH, killed)
    rest = await renew(arena.db, BOTH)
    assert rest.total == 12 - stop_at
    assert all(Sealer([NEW]).is_newest(text) for _, text in await tokens(arena.db))


async def test_what_no_key_opens_is_counted_and_left(arena: Arena) -> None:
    await fill(arena)
    lost = Sealer(["x" * 43]).seal("mất")
    async with arena.tx() as tx:
        await tx.change(update(meta).where(meta.c.key == "zalo_oa/9/consent").values(value=lost))
    done = await renew(arena.db, BOTH)
    assert done.unreadable == {"meta.value": 1}
    async with arena.tx() as tx:
        assert await facts.read_fact(tx, "zalo_oa/9/consent") == lost


async def test_what_is_not_sealed_stays_as_it_is(arena: Arena) -> None:
    await fill(arena)
    await renew(arena.db, BOTH)
    async with arena.db.reading() as tx:
        assert await facts.read_fact(tx, "zalo_oa/9/khac") == "không niêm phong"
        rows = await tx.rows(select(metadata.tables["outbox"]).order_by("id"))
        state = await talk.load_state(tx, rows[0]["person_id"])
    private, plain = (unpack(row["reply"], Sealer([NEW])) for row in rows)
    assert private.text == "Số của bạn: 0900000000"
    assert plain == Reply("a")
    task = Task.from_data(State.from_data(state).task)
    draft = Draft.open(Sealer([NEW]), task.sealed)
    assert draft is not None
    assert draft.values == {"ho_ten": "Lê Thị Mẫu"}


async def test_doubles_are_noticed_across_the_change(arena: Arena) -> None:
    await arena.register("an", dien_thoai="0900000001")
    await renew(arena.db, BOTH)
    async with arena.tx() as tx:
        person = await people.meet(tx, "web", "em", at())
        form = registration.Form({**VALUES, "dien_thoai": "0900000001"}, CONSENTS)
        later = await registration.register(
            tx, arena.published, Sealer([NEW]), arena.trees, person.id, "web", form, at()
        )
        mine = await contest_entrants.marks_of(tx, arena.people["an"].id)
        assert mine == await contest_entrants.marks_of(tx, later.id)


async def test_marks_taken_away_for_their_age_do_not_come_back(arena: Arena) -> None:
    entrant = await arena.register("an", dien_thoai="0900000001")
    async with arena.tx() as tx:
        await contest_entrants.change(tx, entrant.id, {"phone_mark": None})
    await renew(arena.db, BOTH)
    async with arena.tx() as tx:
        marks = await contest_entrants.marks_of(tx, entrant.id)
    assert marks["phone_mark"] is None
    assert marks["person_mark"] is not None


async def test_whoever_stood_on_a_list_still_does_without_the_old_key(
    arena: Arena, tmp_path: Path
) -> None:
    listed = marks_of(SEALER, {"phone": "0900000001"}, None)
    both = await open_sealer(settings_of(tmp_path, NEW, OLD), arena.db)
    await forget_old_keys(arena.db, both)
    alone = await open_sealer(settings_of(tmp_path, NEW), arena.db)
    assert set(listed) <= set(marks_of(alone, {"phone": "0900000001"}, None))
    with pytest.raises(SealBroken):
        alone.open(SEALER.seal("mật"))
    # And through a second change as well.
    third = await open_sealer(settings_of(tmp_path, "n" * 43, NEW), arena.db)
    await forget_old_keys(arena.db, third)
    last = await open_sealer(settings_of(tmp_path, "n" * 43), arena.db)
    assert set(listed) <= set(marks_of(last, {"phone": "0900000001"}, None))


def settings_of(folder: Path, *keys: str) -> Settings:
    return Settings(
        database_url=f"sqlite+aiosqlite:///{folder / 'bot.db'}",
        secret_key=SecretStr(",".join(keys)),
    )  # type: ignore[call-arg]  # every other field has a default


def test_every_file_that_seals_is_known_to_the_renewal() -> None:
    sealing = set()
    for path in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "seal"
                and "sealer" in ast.unparse(node.func.value)
            ):
                sealing.add(str(path.relative_to(ROOT / "bot")))
    assert sealing == SEALING_FILES


def test_every_place_has_a_name_for_people() -> None:
    assert set(_PLACES) == {place.name for place in sealed.PLACES}
