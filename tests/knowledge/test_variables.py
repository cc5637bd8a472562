from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import show_date
from bot.knowledge.load import load
from bot.knowledge.model import Base, Election, Elections, Milestone
from bot.knowledge.variables import NOT_CALLED, fill, milestone_day, names_in, variables_of
from tests.conftest import KNOWLEDGE
from tests.knowledge.folder import ELECTIONS, look, swap, write_folder

LAST = Election("2026", "Bầu cử năm 2026", date(2026, 3, 15), "XVI", "2026-2031")
NEXT = Election("2031", "Bầu cử năm 2031", date(2031, 3, 16), "XVII", "2031-2036")


def milestone(days_before: int, scope: str = "tong-tuyen-cu") -> Milestone:
    return Milestone("nop-ho-so", "Hạn nộp hồ sơ", days_before, "deadline", "", scope, ())


def test_an_election_that_is_not_called_is_told_as_such() -> None:
    values = variables_of(Elections(reference=LAST))
    assert values["ky_bau_cu_toi"] == NOT_CALLED
    assert values["ngay_bau_cu"] == "15/3/2026"


def test_the_next_election_is_one_edit(tmp_path: Path) -> None:
    later = "  ky-2031: {name: Bầu cử năm 2031, date: 2031-03-16, assembly_term: XVII, council_term: 2031-2036}\n"
    called = swap(ELECTIONS, "next: null", "next: ky-2031").replace(
        "milestones:", later + "milestones:"
    )
    before = variables_of(look(write_folder(tmp_path)).base.elections)
    loaded = look(write_folder(tmp_path, elections=called))
    assert loaded.faults == ()
    after = variables_of(loaded.base.elections)
    assert {name for name in after if after[name] != before.get(name)} == {"ky_bau_cu_toi"}
    assert after["ky_bau_cu_toi"] == "Kỳ bầu cử tiếp theo: 16/3/2031."


def test_without_any_election_only_the_next_one_is_spoken_of() -> None:
    assert variables_of(Elections()) == {"ky_bau_cu_toi": NOT_CALLED}
    assert variables_of(Elections(next=NEXT)) == {
        "ky_bau_cu_toi": "Kỳ bầu cử tiếp theo: 16/3/2031."
    }


@pytest.mark.parametrize(
    ("days_before", "day"),
    [
        (42, date(2026, 2, 1)),
        (115, date(2025, 11, 20)),
        (0, date(2026, 3, 15)),
        (-1, date(2026, 3, 16)),
        (-60, date(2026, 5, 14)),
    ],
)
def test_a_milestone_is_counted_from_election_day(days_before: int, day: date) -> None:
    assert milestone_day(milestone(days_before), LAST) == day


def test_a_milestone_counts_over_a_leap_day() -> None:
    leap = replace(LAST, day=date(2032, 3, 14))
    assert milestone_day(milestone(14), leap) == date(2032, 2, 29)


@given(st.dates(date(1946, 1, 6), date(2200, 1, 1)), st.integers(-400, 400))
def test_a_milestone_lies_as_many_days_away_as_it_says(day: date, days_before: int) -> None:
    found = milestone_day(milestone(days_before), replace(LAST, day=day))
    assert day - found == timedelta(days=days_before)


def test_a_milestone_gives_a_variable_and_one_of_a_by_election_none() -> None:
    assert variables_of(Elections(LAST, milestones=(milestone(42),)))["moc_nop_ho_so"] == "1/2/2026"
    by_election = Elections(LAST, milestones=(milestone(42, "bau-bo-sung"),))
    assert [name for name in variables_of(by_election) if name.startswith("moc_")] == []


def test_the_bases_own_milestones_follow_that_rule(base: Base) -> None:
    values = variables_of(base.elections)
    scopes = {m.id.replace("-", "_"): m.scope for m in base.elections.milestones}
    told = {name.removeprefix("moc_") for name in values if name.startswith("moc_")}
    assert told == {name for name, scope in scopes.items() if scope != "bau-bo-sung"}
    assert "bau-bo-sung" in scopes.values()
    assert values["moc_nop_ho_so"] == "1/2/2026"
    assert values["moc_niem_yet_cu_tri"] == "3/2/2026"


@pytest.mark.parametrize("today", [date(2026, 11, 23), date(2026, 3, 15), date(2040, 1, 1)])
def test_the_words_are_the_same_whatever_the_day(base: Base, today: date) -> None:
    other = load(KNOWLEDGE, today).base
    assert variables_of(other.elections) == variables_of(base.elections)
    assert other.spoken == base.spoken


def test_variables_are_filled_and_unknown_ones_stay() -> None:
    text = "Ngày {ngay_bau_cu}, {la}, {ngay_bau_cu}."
    assert names_in(text) == ["ngay_bau_cu", "la", "ngay_bau_cu"]
    assert fill(text, {"ngay_bau_cu": show_date(LAST.day)}) == "Ngày 15/3/2026, {la}, 15/3/2026."


@given(st.text(st.characters(exclude_characters="{}")), st.text())
def test_a_value_is_put_in_as_it_is(around: str, value: str) -> None:
    assert fill(f"{around}{{x}}{around}", {"x": value}) == around + value + around
    assert fill(around, {"x": value}) == around
