"""The measure itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.errors import InputRefused
from bot.matching.evaluate import Query, judge, misses, read_queries, summarise

GIVEN = {
    "right": ("answer", ("a",)),
    "wrong": ("answer", ("b",)),
    "offered": ("choose", ("b", "a")),
    "misled": ("choose", ("b", "c")),
    "refused": ("refuse", ()),
    "chat": ("smalltalk", ()),
    "sum": ("calc", ("a",)),
}


def test_every_outcome_counts_as_what_it_is() -> None:
    inside = [Query(text, frozenset({"a"})) for text in GIVEN]
    outside = [Query("wrong", frozenset()), Query("chat", frozenset())]
    summary = summarise(judge([*inside, *outside], GIVEN.__getitem__))
    assert summary["in_domain"] == {
        "n": 7,
        "answered_right": round(2 / 7, 4),
        "offered_right": round(1 / 7, 4),
        "answered_wrong": round(1 / 7, 4),
        "offered_wrong": round(1 / 7, 4),
        "refused": round(2 / 7, 4),
    }
    assert summary["off_topic"] == {"n": 2, "answered": 0.5, "offered": 0.0, "refused": 0.5}


def test_misses_are_all_that_went_wrong() -> None:
    judged = judge(
        [Query("right", frozenset({"a"})), Query("wrong", frozenset())], GIVEN.__getitem__
    )
    assert [miss.query.text for miss in misses(judged)] == ["wrong"]


@pytest.mark.parametrize("line", ["{", "[]", '{"text": "x"}', '{"expected": []}', "3"])
def test_a_line_that_is_no_query_is_named_with_file_and_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_text(json.dumps({"text": "x", "expected": []}) + "\n" + line, encoding="utf-8")
    with pytest.raises(InputRefused, match=r"queries\.jsonl:2:"):
        read_queries(path)
