"""Small talk and refused subjects over the real word lists."""

from __future__ import annotations

import pytest

from bot.dialogue.advise import advise
from bot.dialogue.smalltalk import find_remark_in, is_whole_remark
from bot.dialogue.snapshot import Snapshot
from bot.knowledge.model import Remark
from bot.language.fold import fold
from tests.conftest import TODAY

# Part of these legal questions reads like asking for advice whom to elect; they stand in the base
# word for word, so they are answered. A list that grows shows a part that is too wide.
NEARLY_REFUSED = {
    "bo-to-chuc-bau-cu-cap-huyen",  # "doc tai lieu"
    "can-bo-bau-cu-khong-van-dong",
    "nguoi-viet-ho-phai-lam-gi",
}


def test_every_wording_of_the_base_is_answered_and_never_chatted_away(snapshot: Snapshot) -> None:
    chatted = [
        (entry.id, wording)
        for entry in snapshot.base.spoken
        for wording in entry.questions
        if advise(snapshot, wording, TODAY).outcome in ("smalltalk", "refuse")
    ]
    assert chatted == []


def test_no_wording_of_the_base_is_a_whole_remark(snapshot: Snapshot) -> None:
    words = snapshot.base.words
    taken = [
        (entry.id, wording)
        for entry in snapshot.base.spoken
        for wording in entry.questions
        if is_whole_remark(wording, (*words.smalltalk, *words.refusals))
    ]
    assert taken == []


def test_no_wording_of_the_base_holds_small_talk_with_marks_or_without(snapshot: Snapshot) -> None:
    held = [
        (entry.id, way)
        for entry in snapshot.base.spoken
        for wording in entry.questions
        for way in (wording, fold(wording))
        if find_remark_in(way, snapshot.base.words.smalltalk)
    ]
    assert held == []


def test_politics_is_seen_in_few_wordings_of_the_base(snapshot: Snapshot) -> None:
    seen = {
        entry.id
        for entry in snapshot.base.spoken
        for wording in entry.questions
        for way in (wording, fold(wording))
        if find_remark_in(way, snapshot.base.words.refusals)
    }
    assert seen <= NEARLY_REFUSED


def test_every_exact_remark_gets_its_own_reply_however_it_is_typed(snapshot: Snapshot) -> None:
    words = snapshot.base.words
    wrong = []
    for remark in (*words.refusals, *words.smalltalk):
        for wording in sorted(remark.exact):
            for way in (wording, wording.upper(), f"{wording}!!!"):
                found = advise(snapshot, way, TODAY)
                if found.score == 1:
                    continue  # the base has these very words
                if found.outcome != "smalltalk" or found.text != remark.reply:
                    wrong.append((remark.id, way, found.outcome, found.entries))
    assert wrong == []


def test_every_refused_part_is_refused_in_the_middle_of_a_message(snapshot: Snapshot) -> None:
    refusals = snapshot.base.words.refusals
    for remark in refusals:
        for part in remark.parts:
            assert find_remark_in(f"này bot {' '.join(part)} vậy", refusals) is not None


def test_replies_are_polite_whole_sentences(snapshot: Snapshot) -> None:
    words = snapshot.base.words
    for remark in (*words.smalltalk, *words.refusals):
        assert remark.reply.strip()[-1] in ".?!"
        assert remark.reply[0].isupper()


INSULT = (Remark("loi-nang", "Tôi xin lỗi.", frozenset(), (("con", "chó"), ("đồ", "ngu", "quá"))),)


@pytest.mark.parametrize(
    "text", ["con chó", "Con Chó kia", "do ngu qua", "ĐỒ NGU QUÁ", "đồ ngu qua"]
)
def test_a_part_is_found_in_a_message(text: str) -> None:
    assert find_remark_in(text, INSULT) is INSULT[0]


@pytest.mark.parametrize(
    "text", ["còn cho bầu không", "con cho bau khong", "đỡ ngủ quá", "con", ""]
)
def test_other_words_are_not_taken_for_a_part(text: str) -> None:
    assert find_remark_in(text, INSULT) is None


def test_a_part_must_take_up_the_share_that_is_asked_for() -> None:
    assert find_remark_in("con chó cắn", INSULT, 0.5) is INSULT[0]
    assert find_remark_in("con chó cắn thẻ cử tri", INSULT, 0.5) is None
