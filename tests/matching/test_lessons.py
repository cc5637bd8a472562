"""What the base's own wordings teach about words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bot.knowledge.model import Base
from bot.matching.emphasis import Emphasis, plain_emphasis
from bot.matching.lessons import (
    PARTS,
    SEEN_AT_LEAST,
    Lesson,
    hidden_queries,
    learn_emphasis,
    lessons_of,
    without,
)

# Rows are terms, columns rivals; the first rival is right.
HELPS, MISLEADS, SILENT = [2.0, 0.0], [0.0, 2.0], [0.0, 0.0]


def lessons(terms: dict[str, list[float]], count: int) -> list[Lesson]:
    table = np.array(list(terms.values()), dtype=np.float32)
    return [Lesson(tuple(terms), table, np.array([True, False]))] * count


def test_a_term_that_helps_counts_more_and_one_that_misleads_less() -> None:
    told = learn_emphasis(lessons({"treo": HELPS, "chau": MISLEADS, "la": SILENT}, 200))
    assert told["treo"] > plain_emphasis("treo")
    assert told["chau"] < plain_emphasis("chau")
    assert told["la"] == plain_emphasis("la")


def test_rare_terms_and_concepts_keep_their_plain_emphasis() -> None:
    assert learn_emphasis(lessons({"treo": HELPS, "chau": MISLEADS}, SEEN_AT_LEAST - 1)) == {}
    assert learn_emphasis(lessons({"#7": HELPS}, 2 * SEEN_AT_LEAST)) == {}


def test_what_was_not_learned_is_plain() -> None:
    told = Emphasis({"treo": 1.5}).of(["treo", "khac", "an_treo", "#7"])
    assert told.tolist() == [1.5, 1.0, 0.5, 0.5]


def test_every_lesson_has_its_right_entry_among_the_rivals(base: Base) -> None:
    few = dict(list(base.entries.items())[:12])
    small = replace(base, entries=few, words=replace(base.words, outside=()))
    learned = lessons_of(small)
    wordings = sum(len(entry.questions) for entry in small.spoken)
    assert 0.9 * wordings < len(learned) <= wordings
    for lesson in learned[::25]:
        assert lesson.right.sum() == 1
        assert lesson.table.shape == (len(lesson.terms), len(lesson.right))


def test_a_hidden_wording_asks_for_the_family_that_it_was_hidden_from(base: Base) -> None:
    first = base.spoken[0]
    kin = {entry.id for entry in base.spoken if entry.family == first.family}
    parts = [hidden_queries(base, part) for part in range(PARTS)]
    asked = {query.text: query.expected for part in parts for query in part}
    assert asked[first.question] == kin
    assert asked[base.words.outside[0].phrasings[0]] == frozenset()
    wordings = sum(len(entry.questions) for entry in base.spoken)
    assert sum(bool(query.expected) for part in parts for query in part) == wordings
    for part, queries in enumerate(parts):
        kept = {text for entry in without(base, part).spoken for text in entry.questions[1:]}
        assert not kept & {query.text for query in queries}
