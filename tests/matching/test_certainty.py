"""How sure the matcher is, seen from what the terms of a question say."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.snapshot import Snapshot
from bot.matching.certainty import Contests, Ranked, rank_inputs, topic_inputs
from bot.matching.find import Matcher
from bot.matching.model import RANK, TOPIC


def contest(*differences: float) -> Contests:
    return Contests(np.array([differences], dtype=np.float32))


def ranked(matcher: Matcher, text: str) -> Ranked:
    found = matcher.rank(matcher.weigh(matcher.read(text)), matcher.fitted.weights)
    assert found is not None
    return found


def test_many_terms_that_agree_are_steadier_than_one_loud_one() -> None:
    assert contest(1.0, 1.0, 1.0, 1.0).steadiness[0] > contest(4.0, 0.0, 0.0, 0.0).steadiness[0]


def test_what_speaks_for_the_rival_makes_a_lead_contested() -> None:
    assert contest(3.0, 2.0).against[0] == 0.0
    assert contest(3.0, 2.0, -4.0).against[0] == 4.0
    assert contest(3.0, 2.0, -4.0).contested > contest(6.0, 2.0, -1.0).contested


@given(st.lists(st.floats(-20, 20), max_size=30))
def test_measures_of_a_contest_stay_within_bounds(differences: list[float]) -> None:
    held = contest(*differences)
    assert -6.0 <= held.steadiness[0] <= 6.0
    assert held.against[0] >= 0.0
    assert held.contested >= 0.0


def test_the_inputs_stand_in_the_order_of_their_names(snapshot: Snapshot) -> None:
    found = ranked(snapshot.matcher, "tôi đánh mất tấm thẻ đi bầu thì giờ tính sao")
    assert len(topic_inputs(found)) == len(TOPIC)
    assert len(rank_inputs(found)) == len(RANK)
    assert rank_inputs(found)[RANK.index("lead")] == found.lead_over(found.rivals)
    assert topic_inputs(found)[TOPIC.index("outside")] == found.lead_over(found.strangers)


def test_sisters_are_no_rivals(snapshot: Snapshot) -> None:
    found = ranked(snapshot.matcher, "đánh mất thẻ đi bầu thì sao")
    ours = found.affairs[found.best]
    assert ours
    assert all(ours & (found.affairs[at] or set()) for at in found.kin)
    assert not any(ours & (found.affairs[at] or set()) for at in found.rivals)
    assert set(found.kin).isdisjoint(found.rivals)
    assert set(found.kin) | set(found.rivals) == set(found.order)


def test_entries_of_two_families_that_answer_one_thing_are_no_rivals(snapshot: Snapshot) -> None:
    matcher = snapshot.matcher
    weighed = matcher.weigh(matcher.read("đang cách ly vì dịch thì hòm phiếu có mang tới không"))
    found = matcher.rank(weighed, matcher.fitted.weights)
    assert found is not None
    kin = {matcher.entries[weighed.entries[at]].id for at in found.kin}
    rivals = {matcher.entries[weighed.entries[at]].id for at in found.rivals}
    assert {"cach-ly-dich-benh", "hom-phieu-phu"} <= kin
    # What is told of a detention camp is no answer to somebody in quarantine.
    assert "tam-giam-bo-phieu-o-dau" not in kin
    assert rivals.isdisjoint(kin)


def test_strangers_never_stand_among_the_entries(snapshot: Snapshot) -> None:
    found = ranked(snapshot.matcher, "bầu trưởng thôn mỗi nhà mấy phiếu")
    assert found.strangers
    assert set(found.strangers).isdisjoint(found.order)
