from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.knowledge.load import load
from bot.knowledge.model import Base
from tests.conftest import KNOWLEDGE, TODAY
from tests.knowledge.folder import LAWS, entries, entry, look, swap, told, write_folder

IN_FORCE = "in_force: {from: 2015-09-01}"


def changed(on: str, articles: str = "[29]") -> str:
    """The laws with a change of the election law."""
    change = f"{{by: luat-sua, on: {on}, articles: {articles}}}"
    return swap(LAWS, IN_FORCE, f"{IN_FORCE}\n    changes:\n      - {change}")


ENTRIES = entries(
    entry("hai-chin", "Điều 29 nói gì?", article=29),
    entry("ba-muoi", "Điều 30 nói gì?", article=30),
    swap(entry("hien-phap", "Hiến pháp nói gì?", article=29), "luat-bau-cu", "hien-phap"),
    swap(entry("ca-luat", "Luật nào?", article=1), ", article: 1}", "}"),
    swap(entry("nhap", "Bản nháp về Điều 29?", article=29), "starter", "draft"),
    swap(entry("duyet", "Đã duyệt Điều 29?", article=29), "starter", "approved"),
)


def test_a_changed_article_names_exactly_the_entries_that_cite_it(tmp_path: Path) -> None:
    loaded = look(write_folder(tmp_path, ENTRIES, laws=changed("2026-02-01")))
    sentence = (
        "Điều 29 Luật Bầu cử thay đổi từ 1/2/2026, sau lần duyệt 1/1/2026. Hãy xem lại câu trả lời."
    )
    assert [(f.entry, f.line, f.sentence) for f in loaded.faults] == [
        ("hai-chin", 4, sentence),
        ("duyet", 34, sentence),
    ]
    assert loaded.blocking == ()


def test_the_same_change_before_the_review_names_nobody(tmp_path: Path) -> None:
    assert told(write_folder(tmp_path, ENTRIES, laws=changed("2026-01-01"))) == []
    assert told(write_folder(tmp_path, ENTRIES, laws=changed("2025-07-01"))) == []


def test_a_new_review_takes_the_fault_away(tmp_path: Path) -> None:
    stale = entry("the", "Mất thẻ?", article=29)
    laws = changed("2026-02-01")
    assert len(told(write_folder(tmp_path, entries(stale), laws=laws))) == 1
    read_again = swap(stale, "on: 2026-01-01", "on: 2026-02-01")
    assert told(write_folder(tmp_path, entries(read_again), laws=laws)) == []


def test_a_change_of_another_article_names_nobody(tmp_path: Path) -> None:
    assert told(write_folder(tmp_path, ENTRIES, laws=changed("2026-02-01", "[28, 31]"))) == []


def test_two_clauses_of_one_article_are_told_once(tmp_path: Path) -> None:
    two = "article: 29, clause: 1}, {law: luat-bau-cu, article: 29, clause: 2"
    text = entries(swap(entry("the", "Mất thẻ?", article=29), "article: 29", two))
    assert len(told(write_folder(tmp_path, text, laws=changed("2026-02-01")))) == 1


@pytest.mark.parametrize(
    ("today", "faults"),
    [
        (date(2026, 6, 30), []),
        (date(2026, 7, 1), ["entries/a.yaml:4: the: Đã hết hiệu lực từ 30/6/2026."]),
    ],
)
def test_an_entry_expires_the_day_after_its_last(
    tmp_path: Path, today: date, faults: list[str]
) -> None:
    folder = write_folder(
        tmp_path, entries(entry("the", "Mất thẻ?", more="valid: {to: 2026-06-30}"))
    )
    loaded = load(folder, today)
    assert [str(fault) for fault in loaded.faults] == faults
    assert loaded.blocking == ()


@pytest.mark.parametrize(
    ("today", "stale"),
    [(date(2026, 6, 30), []), (date(2026, 7, 1), ["hai-chin", "ba-muoi", "ca-luat", "duyet"])],
)
def test_an_expired_law_names_the_entries_that_are_said_by_it(
    tmp_path: Path, today: date, stale: list[str]
) -> None:
    laws = swap(LAWS, IN_FORCE, "in_force: {from: 2015-09-01, to: 2026-06-30}")
    loaded = load(write_folder(tmp_path, ENTRIES, laws=laws), today)
    assert [fault.entry for fault in loaded.faults] == stale
    sentences = {fault.sentence for fault in loaded.faults}
    assert sentences <= {"Luật Bầu cử đã hết hiệu lực từ 30/6/2026."}
    assert loaded.blocking == ()


def test_a_future_change_of_the_real_law_names_exactly_who_cites_it(
    tmp_path: Path, base: Base
) -> None:
    for path in KNOWLEDGE.rglob("*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(KNOWLEDGE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    laws = (tmp_path / "laws.yaml").read_text(encoding="utf-8")
    marker = "      # Điều 76: bỏ điểm c khoản 1"
    change = "      - {by: luat-sua-doi-bau-cu, on: 2026-12-01, articles: [29]}\n"
    (tmp_path / "laws.yaml").write_text(swap(laws, marker, change + marker), encoding="utf-8")
    cited_by = {
        e.id
        for e in base.spoken
        if any((c.law, c.article) == ("luat-bau-cu", 29) for c in e.citations)
    }
    loaded = load(tmp_path, TODAY)
    assert len(cited_by) > 3
    assert {fault.entry for fault in loaded.faults} == cited_by
    assert len(loaded.faults) == len(cited_by)
    assert loaded.blocking == ()
