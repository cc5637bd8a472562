"""What is kept of advice while the same question comes again, and what never is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.dialogue.advise import advise
from bot.dialogue.remembered import Remembered
from bot.dialogue.snapshot import Snapshot

TODAY = date(2026, 11, 23)
TOMORROW = date(2026, 11, 24)


def test_the_same_question_on_the_same_day_is_worked_out_once(snapshot: Snapshot) -> None:
    first = advise(snapshot, "con tôi sinh 20/3/2008 đi bầu được chưa", TODAY)
    assert advise(snapshot, "con tôi sinh 20/3/2008 đi bầu được chưa", TODAY) is first
    assert advise(snapshot, "con tôi sinh 20/3/2008 đi bầu được chưa", TOMORROW) is not first


def test_another_version_of_the_base_remembers_nothing_of_the_one_before(
    snapshot: Snapshot,
) -> None:
    first = advise(snapshot, "mấy tuổi được đi bầu", TODAY)
    edited = replace(snapshot, variables=dict(snapshot.variables))
    again = advise(edited, "mấy tuổi được đi bầu", TODAY)
    assert again == first
    assert again is not first


def test_a_question_that_tells_a_phone_number_is_not_kept(snapshot: Snapshot) -> None:
    text = "số của tôi 0912345678 mấy tuổi được đi bầu"
    assert advise(snapshot, text, TODAY) is not advise(snapshot, text, TODAY)


def test_what_is_used_stays_and_what_is_not_makes_room() -> None:
    kept: Remembered[int, str] = Remembered(kept=3)
    for number in range(100):
        kept.put(number, str(number))
        assert kept.get(number) == str(number)
        assert kept.get(0) == "0"
    assert kept.get(99) == "99"
    assert kept.get(50) is None
    assert sum(kept.get(number) is not None for number in range(100)) <= 6
