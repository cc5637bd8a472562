"""Lists of the organizer: only fingerprints are kept, a wrong row keeps the whole list out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import text

from bot.contest import lists
from bot.contest.refusal import Refused
from bot.contest.registration import open_registration, values_by_type
from bot.store import contest_entrants
from bot.store.contest_entrants import Entrant
from tests.contest.conftest import SEALER, Arena, NewArena, at

ROLES = [
    {"role": "ban_to_chuc", "effect": "barred"},
    {"role": "ky_thuat", "effect": "play_no_prize"},
]


async def take(arena: Arena, name: str, *rows: Mapping[str, str]) -> lists.Listed:
    def values(entrant: Entrant) -> Mapping[str, str]:
        form = open_registration(SEALER, entrant)
        return values_by_type(arena.published.contest, form.values)

    people = lists.read_rows(rows, arena.trees, at())
    async with arena.tx() as tx:
        return await lists.take_list(tx, arena.published, SEALER, name, people, values, "An", at())


@pytest.mark.parametrize(
    "row",
    [
        {"dien_thoai": "+84 912 345 678"},
        {"ho_ten": "nguyễn văn an", "ngay_sinh": "05/09/1990"},
        {"cccd": "", "dien_thoai": "0912345678", "email": "an@example.vn"},
    ],
)
async def test_a_person_on_the_roster_may_register(
    new_arena: NewArena, row: dict[str, str]
) -> None:
    arena = await new_arena(eligibility__roster_required=True)
    assert (await take(arena, "roster", row)).new >= 1
    assert (await take(arena, "roster", row)).new == 0
    await arena.register("an", dien_thoai="0912345678")
    with pytest.raises(Refused, match="có tên trong danh sách"):
        await arena.register("binh", ho_ten="Trần Bình", dien_thoai="0912345679")


async def test_nothing_of_a_list_can_be_read_back(new_arena: NewArena) -> None:
    arena = await new_arena(eligibility__exclusions=ROLES)
    await take(arena, "ban_to_chuc", {"ho_ten": "Trần Văn Mật", "ngay_sinh": "1/2/1980"})
    async with arena.db.reading() as tx:
        kept = [*await tx.rows(text("SELECT * FROM contest_lists")),
                *await tx.rows(text("SELECT data FROM contest_audit"))]  # fmt: skip
    assert "Mật" not in str(kept)
    assert "1980" not in str(kept)


async def test_a_list_that_comes_late_tells_whom_it_concerns(new_arena: NewArena) -> None:
    arena = await new_arena(eligibility__exclusions=ROLES)
    people = {
        name: await arena.register(name, ho_ten=f"Người {name}", dien_thoai=f"091234567{n}")
        for n, name in enumerate(("an", "binh", "chi"))
    }
    barred = await take(arena, "ban_to_chuc", {"dien_thoai": "0912345670"})
    helper = await take(arena, "ky_thuat", {"ho_ten": "Người binh", "ngay_sinh": "5/9/1990"})
    assert (barred.concerned, helper.concerned) == ((people["an"].id,), (people["binh"].id,))
    async with arena.db.reading() as tx:
        found = [await contest_entrants.get(tx, people[name].id) for name in people]
    assert [one.standing for one in found if one] == ["active", "no_prize", "active"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"dien_thoai": "0912345678"}, {"dien_thoai": "123"}], "Dòng 3: Số điện thoại"),
        ([{"ho_ten": "Nguyễn Văn An"}], "Dòng 2: cần số điện thoại"),
        ([{"tên": "An"}], "Tên cột: ho_ten, ngay_sinh"),
        ([{"ho_ten": "=1+1", "ngay_sinh": "1/2/1980"}], "Dòng 2: Họ và tên"),
    ],
)
async def test_a_wrong_row_is_named_and_nothing_is_kept(
    new_arena: NewArena, rows: list[dict[str, Any]], words: str
) -> None:
    arena = await new_arena(eligibility__roster_required=True)
    with pytest.raises(Refused, match=words):
        await take(arena, "roster", *rows)
    async with arena.db.reading() as tx:
        assert await tx.rows(text("SELECT * FROM contest_lists")) == []


async def test_a_list_that_the_rules_do_not_know(arena: Arena) -> None:
    with pytest.raises(Refused, match="không có danh sách «ban_to_chuc»"):
        await take(arena, "ban_to_chuc", {"dien_thoai": "0912345678"})
