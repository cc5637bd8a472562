"""Registering: what is asked, what is refused with which words, what is kept and how."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.contest import registration
from bot.contest.bank import Unit, Units
from bot.contest.eligible import age_on, last_day_of_age
from bot.contest.refusal import Refused
from bot.contest.registration import Form, Guardian
from bot.contest.rules import Contest, Field
from bot.contest.typed import Trees, read_field
from bot.contest.words import FieldType, Id
from bot.knowledge.model import Base
from bot.knowledge.places import Places
from bot.store import contest_audit, contest_entrants, people
from bot.store.contest_tables import entrants
from tests.contest.conftest import CONSENTS, SEALER, VALUES, Arena, NewArena, at

NONE = Trees(Places(), Units())
CHILD = {**VALUES, "ngay_sinh": "1/6/2011"}


def field(kind: FieldType, key: str = "x", **more: Any) -> Field:
    return Field(Id(key), kind, **more)


async def refusal(arena: Arena, form: Form) -> Refused:
    with pytest.raises(Refused) as refused:
        await arena.register(form=form)
    return refused.value


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("name", "  Nguyễn   Văn An ", "Nguyễn Văn An"),
        ("name", "Nguyễn\u200b Văn\u202e An", "Nguyễn Văn An"),
        ("name", "Phạm Thị Hoà", "Phạm Thị Hoà"),
        ("name", "H'Hen Niê", "H'Hen Niê"),
        ("date", "5/9/1990", "1990-09-05"),
        ("date", "05-09-1990", "1990-09-05"),
        ("date", "ngày 5 tháng 9 năm 1990", "1990-09-05"),
        ("date", "1990-09-05", "1990-09-05"),
        ("phone", "0912 345 678", "0912345678"),
        ("phone", "+84 (912) 345.678", "0912345678"),
        ("phone", "84912345678", "0912345678"),
        ("phone", "+840912345678", "0912345678"),
        ("id_number", "022 090 001234", "022090001234"),
        ("email", "An.Nguyen@Example.vn", "an.nguyen@example.vn"),
        ("text", "Tổ 5", "Tổ 5"),
    ],
)
def test_a_good_value_is_taken(kind: FieldType, text: str, value: str) -> None:
    assert read_field(field(kind), text, NONE, at()).value == value


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("name", "", "chưa ghi gì"),
        ("name", "\u200b\u200b", "chưa ghi gì"),
        ("name", "A" * 5_000, "dài quá"),
        ("name", "Nguyễn " * 20, "dài quá 80 chữ"),
        ("name", "=HYPERLINK(1)", "chỉ ghi chữ cái"),
        ("name", "-An Bình", "bắt đầu bằng chữ cái"),
        ("name", "12345", "chỉ ghi chữ cái"),
        ("name", "A", "chỉ ghi chữ cái"),
        ("name", "An😀Bình", "chỉ ghi chữ cái"),
        ("date", "31/2/1990", "tháng 2/1990 không có ngày 31. Bạn xem lại giúp"),
        ("date", "29/2/2001", "tháng 2/2001 không có ngày 29"),
        ("date", "ngày 31 tháng 4 năm 1990", "tháng 4/1990 không có ngày 31"),
        ("date", "9/25/1990", "không có tháng 25. Bạn ghi ngày trước, tháng sau"),
        ("date", "45/9/1990", "không có ngày 45"),
        ("date", "0/9/1990", "không có ngày 0"),
        ("date", "5/0/1990", "ngày/tháng/năm"),
        ("date", "5/9/0000", "ngày/tháng/năm"),
        ("date", "1/1/2030", "chưa đến"),
        ("date", "1/1/1890", "hơn 120 năm trước"),
        ("date", "hôm qua", "ngày/tháng/năm"),
        ("date", "5/9/90", "ngày/tháng/năm"),
        ("phone", "12345", "không đúng dạng"),
        ("phone", "+1 202 555 0100", "không đúng dạng"),
        ("phone", "0912 345 67٨", "không đúng dạng"),
        ("id_number", "123456789", "12 chữ số"),
        ("id_number", "999090001234", "12 chữ số"),
        ("email", "an@", "không đúng dạng"),
        ("email", "an@x.vn\nBcc: b@x.vn", "không đúng dạng"),
        ("text", "@SUM(A1)", "bắt đầu bằng chữ hoặc số"),
    ],
)
def test_a_bad_value_is_told_in_clear_words(kind: FieldType, text: str, words: str) -> None:
    with pytest.raises(Refused, match=words) as refused:
        read_field(field(kind), text, NONE, at())
    assert refused.value.reason == "field"
    assert refused.value.detail == "x"


def test_a_choice_is_read_by_its_words_or_its_number() -> None:
    asked = field("enum", options=("Học sinh", "Cán bộ"))
    for typed in ("học sinh", "hoc sinh", "1"):
        assert read_field(asked, typed, NONE, at()).value == "Học sinh"
    for typed in ("3", "sinh viên"):
        with pytest.raises(Refused, match="Học sinh, Cán bộ"):
            read_field(asked, typed, NONE, at())


def test_what_is_not_required_may_stay_empty() -> None:
    assert read_field(field("phone", required=False), " ", NONE, at()).value == ""


def test_a_commune_is_found_as_it_is_typed(base: Base) -> None:
    trees = Trees(base.places, Units())
    asked = field("unit", tree=Id("hanh_chinh"))
    for typed in ("phường Hồng Gai", "hong gai", "Hồng Gai", "06652"):
        found = read_field(asked, typed, trees, at())
        assert found.value, typed
    assert read_field(asked, "phường Hồng Gai", trees, at()).shown == "phường Hồng Gai"
    several = read_field(asked, "Móng Cái", trees, at())
    assert not several.value
    assert {"phường Móng Cái 1", "phường Móng Cái 2"} <= {u.title for u in several.offered}
    code = several.offered[0].code
    assert read_field(asked, code, trees, at()).value == code
    with pytest.raises(Refused, match="chưa tìm thấy"):
        read_field(asked, "Xyzw Qqq", trees, at())


def test_a_unit_of_the_contests_own_tree_is_found() -> None:
    tree = Units(
        units=tuple(
            Unit(Id(i), name, Id("so"))
            for i, name in (
                ("thpt-a", "Trường THPT Hòn Gai"),
                ("thpt-b", "Trường THPT Hòn Gai 2"),
                ("stp", "Sở Tư pháp"),
            )
        )
    )
    asked, trees = field("unit", tree=Id("don_vi_du_thi")), Trees(Places(), tree)
    assert read_field(asked, "so tu phap", trees, at()).value == "stp"
    assert read_field(asked, "trường thpt hòn gai", trees, at()).value == "thpt-a"
    offered = read_field(asked, "hòn gai", trees, at()).offered
    assert {u.code for u in offered} == {"thpt-a", "thpt-b"}


async def test_what_is_registered_lies_sealed(arena: Arena) -> None:
    await arena.register(dien_thoai="0912345678", don_vi="so", doi_tuong="Cán bộ")
    async with arena.db.reading() as tx:
        (row,) = await tx.rows(select(entrants))
    stored = json.dumps({k: str(v) for k, v in row.items()}, ensure_ascii=False)
    for secret in ("Nguyễn", "1990", "0912345678"):
        assert secret not in stored
    assert (row["unit"], row["group"], row["age_band"]) == ("so", "Cán bộ", "31–45")
    form = registration.open_registration(SEALER, arena.people["an"])
    assert form.values == {
        "ho_ten": "Nguyễn Văn An",
        "ngay_sinh": "1990-09-05",
        "dien_thoai": "0912345678",
        "don_vi": "so",
        "doi_tuong": "Cán bộ",
    }


async def test_each_consent_keeps_its_proof(arena: Arena) -> None:
    entrant = await arena.register()
    async with arena.db.reading() as tx:
        given = await contest_entrants.list_consents(tx, entrant.id)
    assert [(c.purpose, c.given, c.text_version, c.channel) for c in given] == [
        ("to_chuc_thi", True, 1, "web"),
        ("cong_bo_giai", False, 1, "web"),
    ]
    assert all(c.at == at(0) for c in given)


@pytest.mark.parametrize("consents", [{}, {"to_chuc_thi": False}, {"cong_bo_giai": True}])
async def test_nobody_registers_without_the_consent_that_is_needed(
    arena: Arena, consents: dict[str, bool]
) -> None:
    refused = await refusal(arena, Form(VALUES, consents))
    assert (refused.reason, refused.detail) == ("consent_missing", "to_chuc_thi")
    async with arena.db.reading() as tx:
        assert await contest_entrants.count(tx, "thu") == 0


@pytest.mark.parametrize(
    ("guardian", "is_taken"),
    [
        (None, False),
        (Guardian("Trần Thị Bình", agrees=False), False),
        (Guardian(" ", agrees=True), False),
        (Guardian("Trần Thị Bình", agrees=True), True),
    ],
)
async def test_a_child_needs_a_guardian(
    arena: Arena, guardian: Guardian | None, is_taken: bool
) -> None:
    form = Form(CHILD, CONSENTS, guardian)
    if not is_taken:
        assert (await refusal(arena, form)).reason == "guardian_missing"
        return
    entrant = await arena.register(form=form)
    assert entrant.is_child
    async with arena.db.reading() as tx:
        given = await contest_entrants.list_consents(tx, entrant.id)
    assert {c.by_guardian for c in given if c.given} == {True, False}
    kept = registration.open_registration(SEALER, entrant).guardian
    assert kept == Guardian("Trần Thị Bình", agrees=True)


@pytest.mark.parametrize(
    ("changes", "values", "words"),
    [
        ({}, {"ngay_sinh": "1/6/2015"}, "từ đủ 14 tuổi"),
        ({"eligibility": {"max_age": 35}}, {"ngay_sinh": "1/1/1990"}, "không quá 35 tuổi"),
        (
            {"eligibility": {"groups_allowed": ["Học sinh"]}},
            {"doi_tuong": "Cán bộ"},
            "chỉ dành cho: Học sinh",
        ),
        ({"eligibility__roster_required": True}, {}, "có tên trong danh sách"),
        (
            {
                "eligibility__nationality": "vn",
                "registration__fields__4__key": "quoc_tich",
                "registration__fields__4__options": ["Việt Nam", "Nước khác"],
            },
            {"quoc_tich": "Nước khác"},
            "có quốc tịch: Việt Nam",
        ),
    ],
)
async def test_who_may_not_play_is_told_why(
    new_arena: NewArena, changes: dict[str, Any], values: dict[str, str], words: str
) -> None:
    arena = await new_arena(**changes)
    refused = await refusal(
        arena, Form({**VALUES, **values}, CONSENTS, Guardian("Bố", agrees=True))
    )
    assert refused.reason == "not_eligible"
    assert words in str(refused)


async def test_lists_of_the_organizer_decide(new_arena: NewArena) -> None:
    arena = await new_arena(
        eligibility__roster_required=True,
        eligibility__exclusions=[
            {"role": "ban_to_chuc", "effect": "barred"},
            {"role": "ky_thuat", "effect": "play_no_prize"},
        ],
    )
    roster = {
        name: SEALER.fingerprint(f"phone:091234567{n}")
        for n, name in enumerate(("an", "binh", "chi"))
    }
    async with arena.tx() as tx:
        for name, people_on_it in (
            ("roster", roster.values()),
            ("ban_to_chuc", [roster["binh"]]),
            ("ky_thuat", [roster["chi"]]),
        ):
            await contest_entrants.write_list(tx, "thu", name, people_on_it)
    assert (await arena.register("an", dien_thoai="0912345670")).standing == "active"
    assert (await arena.register("chi", dien_thoai="0912345672")).standing == "no_prize"
    with pytest.raises(Refused, match="người tham gia tổ chức"):
        await arena.register("binh", dien_thoai="0912345671")
    with pytest.raises(Refused, match="có tên trong danh sách"):
        await arena.register("dung", dien_thoai="0912345679")


async def test_a_unit_has_one_representative(new_arena: NewArena) -> None:
    arena = await new_arena(eligibility__tracks=["individual", "unit_representative"])
    values = {**VALUES, "don_vi": "so"}
    await arena.register("an", form=Form(values, CONSENTS, track="unit_representative"))
    await arena.register("binh", form=Form(values, CONSENTS))
    with pytest.raises(Refused, match="đã có người đại diện"):
        await arena.register("chi", form=Form(values, CONSENTS, track="unit_representative"))


async def test_nobody_registers_twice(arena: Arena) -> None:
    await arena.register()
    with pytest.raises(Refused) as refused:
        await arena.register()
    assert refused.value.reason == "already_registered"


async def test_a_registration_is_corrected_until_the_first_attempt(arena: Arena) -> None:
    entrant = await arena.register(don_vi="so")

    async def correct(values: dict[str, str], by: str | None = None) -> None:
        async with arena.tx() as tx:
            arena.people["an"] = await registration.correct(
                tx, arena.published, SEALER, arena.trees, entrant.id, values, at(), by
            )

    await correct({"ho_ten": "Nguyễn Văn Ân", "don_vi": "truong"})
    assert arena.people["an"].unit == "truong"
    await arena.start()
    with pytest.raises(Refused) as refused:
        await correct({"don_vi": "so"})
    assert refused.value.reason == "locked"
    await correct({"don_vi": "so"}, by="ban tổ chức")
    assert arena.people["an"].unit == "so"
    kept = registration.open_registration(SEALER, arena.people["an"]).values
    assert kept["ho_ten"] == "Nguyễn Văn Ân"
    async with arena.db.reading() as tx:
        told = [n for n in await contest_audit.trail(tx, "thu") if n.by == "ban tổ chức"]
    assert told[-1].action == "correct_registration"
    assert told[-1].data == {"entrant": entrant.id, "fields": ["don_vi"]}


async def test_doubles_are_noticed_and_let_in(arena: Arena) -> None:
    first = await arena.register("an", dien_thoai="0912345678")
    second = await arena.register("binh", dien_thoai="+84912345678", ho_ten="Trần Bình")
    mark = SEALER.fingerprints("phone:0912345678")
    async with arena.db.reading() as tx:
        found = await contest_entrants.doubles(tx, "thu", second.id, {"phone_mark": mark})
    assert found == {"phone_mark": [first.id]}


async def test_an_erased_person_leaves_only_numbers(arena: Arena) -> None:
    entrant = await arena.register(dien_thoai="0912345678")
    await arena.sit_through("an", right=3)
    async with arena.tx() as tx:
        person_id = entrant.person_id
        assert person_id is not None
        (shown,) = (await people.export(tx, person_id))["contests"]
        assert (shown["contest_id"], len(shown["consents"])) == ("thu", 2)
        assert [len(a["answers"]) for a in shown["attempts"]] == [4]
        assert await people.erase(tx, person_id)
        left = await contest_entrants.get(tx, entrant.id)
        row = await tx.first(select(entrants).where(entrants.c.id == entrant.id))
    assert left is not None
    assert (left.person_id, left.sealed, left.standing) == (None, "", "withdrawn")
    assert row is not None
    assert [row[mark] for mark in contest_entrants.MARKS] == [None] * 4
    async with arena.db.reading() as tx:
        assert await tx.value(text("SELECT count(*) FROM attempts WHERE correct = 3")) == 1


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2010, 3, 15), date(2026, 3, 14), 15),
        (date(2010, 3, 15), date(2026, 3, 15), 16),
        (date(2012, 2, 29), date(2028, 2, 28), 15),
        (date(2012, 2, 29), date(2028, 2, 29), 16),
        (date(2012, 2, 29), date(2030, 2, 28), 17),
        (date(2012, 2, 29), date(2030, 3, 1), 18),
    ],
)
def test_years_are_full_on_the_birthday(born: date, day: date, age: int) -> None:
    assert age_on(born, day) == age


@pytest.mark.parametrize("born", [date(1990, 9, 5), date(1992, 2, 29), date(1991, 12, 31)])
def test_the_last_day_of_an_age(born: date, loaded_contest: Contest) -> None:
    last = last_day_of_age(loaded_contest, born)
    assert last is not None
    assert age_on(born, last) == 35
    assert age_on(born, last + timedelta(days=1)) == 36


@pytest.fixture
def loaded_contest(tmp_path: Any) -> Contest:
    from tests.contest.folder import define

    return define(tmp_path, eligibility__max_age=35).contest
