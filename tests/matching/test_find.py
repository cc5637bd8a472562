"""What the matcher makes of a question: answer, choose or refuse."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.snapshot import Snapshot
from bot.matching.find import Outcome


def test_a_question_of_the_base_scores_one_and_is_answered(snapshot: Snapshot) -> None:
    for entry in snapshot.base.spoken[::17]:
        match = snapshot.matcher.find(entry.question)
        assert (match.outcome, match.entries, match.score) == (Outcome.ANSWER, (entry.id,), 1.0)


def test_marks_capitals_and_greetings_change_nothing(snapshot: Snapshot) -> None:
    plain = snapshot.matcher.find("chưa đủ 18 tuổi có được đi bầu không")
    for text in (
        "chua du 18 tuoi co duoc di bau khong",
        "CHƯA ĐỦ 18 TUỔI CÓ ĐƯỢC ĐI BẦU KHÔNG???",
        "dạ ad cho em hỏi chưa đủ 18 tuổi có được đi bầu không ạ, em cảm ơn",
        "chuwa ddur 18 tuooir cos dduwowcj ddi baauf khoong",
    ):
        assert snapshot.matcher.find(text).entries == plain.entries, text


def test_a_subject_outside_the_base_is_named_and_refused(snapshot: Snapshot) -> None:
    match = snapshot.matcher.find("thủ tục làm sổ đỏ mất bao nhiêu tiền")
    assert match.outcome is Outcome.REFUSE
    assert match.outside == "đất đai, nhà ở"


def test_choices_are_three_at_most_and_all_different(snapshot: Snapshot) -> None:
    match = snapshot.matcher.find("danh sách")
    assert len(match.entries) == len(set(match.entries)) <= 3


def test_the_same_question_finds_the_same_again(snapshot: Snapshot) -> None:
    first = snapshot.matcher.find("bị gạch nhầm phiếu thì sao")
    assert snapshot.matcher.find("bị gạch nhầm phiếu thì sao") == first


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=300))
def test_no_text_whatever_breaks_it(snapshot: Snapshot, text: str) -> None:
    match = snapshot.matcher.find(text)
    assert 0.0 <= match.score <= 1.0
    assert (match.outcome is Outcome.REFUSE) == (not match.entries)
