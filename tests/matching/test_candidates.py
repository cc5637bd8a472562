"""The nearest entries, held against looking at every phrasing of the base."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.snapshot import Snapshot
from bot.matching import candidates
from bot.matching.index import Rows

ASKED = (
    "chua du 18t co dc di bau ko",
    "mất thẻ cử tri thì có đi bầu được nữa không",
    "bau cu",
    "nha toi o tro ma ho khau o que thi bau o dau, co phai ve que khong",
    "thủ tục làm sổ đỏ",
    "phuong",
    "zzz",
    "",
)


@pytest.mark.parametrize("text", ASKED)
def test_looking_at_few_entries_finds_what_looking_at_all_finds(
    snapshot: Snapshot, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    matcher = snapshot.matcher
    reading = matcher.read(text)
    monkeypatch.setattr(candidates, "_SPARE", float(matcher.index.entries))
    all_seen = matcher.weigh(reading)
    for spare in (0.0, 0.1, 1.0):
        monkeypatch.setattr(candidates, "_SPARE", spare)
        few_seen = matcher.weigh(reading)
        assert few_seen.entries == all_seen.entries
        assert few_seen.nearest == all_seen.nearest
        assert few_seen.features.tolist() == all_seen.features.tolist()


SCORES = st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0]), min_size=1, max_size=9)


@given(st.lists(SCORES, min_size=1, max_size=5))
def test_the_best_phrasings_come_first_and_of_the_same_score_the_earlier(
    texts: list[list[float]],
) -> None:
    width = max(map(len, texts))
    scores = np.array([[*some, *[-1.0] * (width - len(some))] for some in texts], np.float32)
    counts = np.array(list(map(len, texts)))
    best = Rows(np.zeros(len(texts), np.int64), counts, scores, scores).best(3)
    for found, some in zip(best.tolist(), texts, strict=True):
        wanted = sorted(range(len(some)), key=lambda at: (-some[at], at))[:3]
        assert found == wanted + wanted[:1] * (3 - len(wanted))
