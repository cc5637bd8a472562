from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.admin.answers.desk import NOTHING, SAME_PERSON, Actor, Desk
from bot.admin.gate import Gate
from bot.admin.office import Office
from bot.admin.pages import Pages
from bot.contest.publish import Shelf
from bot.dialogue.snapshot import Snapshot
from bot.errors import InputRefused, KnowledgeFaulty
from bot.knowledge.edit import EntryChanged, NoSuchEntry, mark_of
from bot.knowledge.live import Live
from bot.knowledge.model import Status
from bot.store import admin_audit, entry_versions
from bot.store.admin_audit import Wanted
from bot.store.database import Database
from tests.conftest import KNOWLEDGE, NOW, SEALER

ENTRY = "tuoi-bau-cu"
LAN, BINH = Actor("lan", "Nguyễn Thị Lan", NOW), Actor("binh", "Trần Văn Bình", NOW)


@pytest.fixture
async def desk(tmp_path: Path, shared_live: Live[Snapshot], database: Database) -> Desk:
    """The desk over a copy of the base; what is served stays as it was."""
    folder = Path(shutil.copytree(KNOWLEDGE, tmp_path / "knowledge"))
    gate, pages = Gate(database, SEALER), Pages(lambda: shared_live.current)
    return Desk(Office(database, shared_live, folder, SEALER, Shelf(), gate, pages))


def lines(desk: Desk, file: str) -> list[str]:
    return (desk.office.knowledge / file).read_text().splitlines()


async def test_what_helps_to_find_an_entry_is_written_at_once_and_nothing_else_changes(
    desk: Desk,
) -> None:
    before = await desk.read(ENTRY)
    old = lines(desk, before.file)
    await desk.add_phrasing(LAN, ENTRY, "bao lớn mới đi bỏ phiếu hả cô")
    new = lines(desk, before.file)
    assert [line for line in new if line not in old] == ["      - bao lớn mới đi bỏ phiếu hả cô"]
    assert len(new) == len(old) + 1


async def test_new_words_of_a_spoken_entry_wait_until_another_person_approves(desk: Desk) -> None:
    before = await desk.read(ENTRY)
    assert not await desk.save(LAN, before, {"answer": "Đủ 18 tuổi thì được bầu."})
    assert (await desk.read(ENTRY)).text == before.text
    standing = await desk.look(ENTRY)
    assert standing.proposal

    mark = mark_of(standing.proposal.text)
    with pytest.raises(InputRefused, match=SAME_PERSON):
        await desk.approve(LAN, ENTRY, mark)
    await desk.approve(BINH, ENTRY, mark)
    entry = (await desk.read(ENTRY)).entry
    assert entry.answer == "Đủ 18 tuổi thì được bầu."
    assert entry.status is Status.APPROVED
    assert entry.reviewed
    assert (entry.reviewed.by, entry.reviewed.on.isoformat()) == ("Trần Văn Bình", "2026-11-23")
    async with desk.office.database.reading() as tx:
        assert await entry_versions.proposal_of(tx, ENTRY) is None
        acts = [line.act for line in await admin_audit.lines(tx, Wanted(), 0, 10)]
        kept = await entry_versions.list_of(tx, ENTRY, 0, 10)
    assert acts == ["entry.approve", "entry.propose"]
    assert [(one.by, one.act) for one in kept] == [
        ("binh", "approve"),
        ("", "file"),
        ("lan", "propose"),
    ]


async def test_a_starter_is_approved_as_it_is(desk: Desk) -> None:
    before = await desk.read(ENTRY)
    await desk.approve(LAN, ENTRY, before.mark)
    after = await desk.read(ENTRY)
    assert after.entry.status is Status.APPROVED
    assert replace(after.entry, status=before.entry.status, reviewed=None) == replace(
        before.entry, reviewed=None
    )


async def test_words_that_changed_after_they_were_read_are_not_approved(desk: Desk) -> None:
    before = await desk.read(ENTRY)
    await desk.save(LAN, before, {"answer": "Đủ 18 tuổi thì được bầu."})
    with pytest.raises(EntryChanged):
        await desk.approve(BINH, ENTRY, before.mark)


async def test_of_two_editors_the_second_is_told_and_loses_nothing(desk: Desk) -> None:
    before = await desk.read(ENTRY)
    await desk.save(LAN, before, {"phrasings": (*before.entry.phrasings, "câu của chị Lan")})
    with pytest.raises(EntryChanged) as told:
        await desk.save(BINH, before, {"phrasings": (*before.entry.phrasings, "câu của anh Bình")})
    assert "câu của chị Lan" in told.value.now.entry.phrasings


async def test_words_that_wait_outlive_a_new_phrasing(desk: Desk) -> None:
    before = await desk.read(ENTRY)
    await desk.save(LAN, before, {"answer": "Đủ 18 tuổi thì được bầu."})
    await desk.add_phrasing(LAN, ENTRY, "bao lớn mới đi bỏ phiếu hả cô")
    standing = await desk.look(ENTRY)
    assert standing.proposal
    assert standing.proposal.based_on == standing.written.mark
    assert "bao lớn mới đi bỏ phiếu hả cô" in standing.proposal.text
    assert standing.author == ""


async def test_who_only_added_a_phrasing_may_approve(desk: Desk) -> None:
    draft = await desk.add_draft(
        LAN, "cu-tri", {"question": "Thử một câu mới tinh?", "answer": "Đây."}
    )
    await desk.add_phrasing(BINH, draft, "thử câu mới tinh xem sao")
    standing = await desk.look(draft)
    assert standing.author == "lan"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"answer": "x" * 601}, "Câu trả lời dài 601 chữ cái, tối đa 600."),
        ({"answer": "Ngày {ngay_khong_co}."}, "Không có biến nào tên «{ngay_khong_co}»"),
        ({"related": ("khong-co",)}, "Mục liên quan «khong-co» không có."),
        ({"phrasings": ("mất thẻ cử tri thì làm sao", "mat the cu tri thi lam sao")}, "viết 2 lần"),
        ({"citations": ()}, "Chưa có căn cứ pháp lý"),
    ],
)
async def test_a_fault_keeps_a_change_out(
    desk: Desk, changes: dict[str, object], told: str
) -> None:
    before = await desk.read(ENTRY)
    with pytest.raises(KnowledgeFaulty) as faults:
        await desk.save(LAN, before, changes)
    assert told in str(faults.value)
    assert (await desk.read(ENTRY)).text == before.text


async def test_an_entry_that_others_lead_to_is_not_retired(desk: Desk) -> None:
    other = next(e for e in desk.library.entries.values() if e.related)
    target = await desk.read(other.related[0])
    with pytest.raises(KnowledgeFaulty, match="còn dẫn đến mục này"):
        await desk.set_status(LAN, target.entry.id, target.mark, Status.RETIRED)


@pytest.mark.parametrize(
    "text",
    [
        "  - id: khac\n    question: a\n    answer: b\n    status: draft",
        "- id: tuoi-bau-cu\n  question: a?\n  answer: b\n  status: starter",
        "  - id: tuoi-bau-cu\n    question: a\n  - id: hai\n    question: b",
        "entries: [",
        "",
        "  - id: tuoi-bau-cu\n    question: &a b\n    answer: *a",
    ],
)
async def test_lines_that_would_harm_the_file_are_not_written(desk: Desk, text: str) -> None:
    before = await desk.read(ENTRY)
    whole = (desk.office.knowledge / before.file).read_bytes()
    with pytest.raises((KnowledgeFaulty, InputRefused)):
        await desk.save_text(LAN, before, text, "raw")
    assert (desk.office.knowledge / before.file).read_bytes() == whole


async def test_nothing_changed_is_nothing_saved(desk: Desk) -> None:
    before = await desk.read(ENTRY)
    with pytest.raises(InputRefused, match=NOTHING):
        await desk.save(LAN, before, {})


async def test_a_draft_of_the_web_has_a_place_in_its_parts_file(desk: Desk) -> None:
    fields = {
        "question": "Ai giữ hòm phiếu phụ?",
        "answer": "Tổ bầu cử.",
        "phrasings": ("ai cầm hòm phiếu phụ",),
    }
    made = await desk.add_draft(LAN, "cu-tri", fields)
    written = await desk.read(made)
    assert made == "ai-giu-hom-phieu-phu"
    assert written.entry.status is Status.DRAFT
    assert written.entry.part == "cu-tri"
    with pytest.raises(NoSuchEntry):
        await desk.read("khong-co-cau-nay")
