"""The shipped bank of questions as a whole: its spread, and that nothing but the law is a hint."""

from __future__ import annotations

from collections import Counter

import pytest
from rapidfuzz import fuzz, process

from bot.contest.bank import Bank, Question
from bot.contest.draw import draw, usable
from bot.contest.load import Contests
from bot.knowledge.model import Base, Status
from bot.language.fold import fold, tidy

NAME = "tim-hieu-bau-cu-2026"
LETTERS = ("a", "b", "c", "d")
TOPICS = (
    "nguyen-tac",
    "quyen-bau-cu",
    "do-tuoi",
    "danh-sach-cu-tri",
    "to-chuc-phu-trach",
    "hiep-thuong",
    "van-dong",
    "bo-phieu",
    "phieu-hop-le",
    "kiem-phieu-ket-qua",
    "bau-them-lai-bo-sung",
    "khieu-nai-vi-pham",
    "quoc-hoi-hdnd",
    "lich-su",
    "ky-2026",
    "ho-so-ung-cu",
)


@pytest.fixture(scope="module")
def bank(shipped: Contests) -> Bank:
    return shipped.definitions[NAME].banks[NAME]


def share(part: int, questions: int) -> float:
    return round(100 * part / questions, 1)


def text_of(question: Question, option: str) -> str:
    found = question.option(option)
    assert found is not None
    return found.text


def test_every_topic_is_asked_about_and_at_every_level(bank: Bank) -> None:
    assert len(bank.questions) >= 132
    asked = Counter((str(q.topic), q.level) for q in bank.questions)
    assert {topic for topic, _ in asked} == set(TOPICS)
    assert [(t, level) for t in TOPICS for level in (1, 2, 3) if not asked[t, level]] == []
    assert [t for t in TOPICS if sum(asked[t, level] for level in (1, 2, 3)) < 10] == []


def test_nearly_half_is_easy_a_third_medium_a_fifth_hard(bank: Bank) -> None:
    levels = Counter(q.level for q in bank.questions)
    assert [round(share(levels[n], len(bank.questions)) / 10) for n in (1, 2, 3)] == [5, 3, 2]


def test_every_question_has_four_different_options_and_one_key(bank: Bank) -> None:
    for question in bank.questions:
        assert tuple(o.id for o in question.options) == LETTERS, question.id
        assert len({fold(o.text) for o in question.options}) == len(LETTERS), question.id
        assert len(question.key) == 1, question.id
        assert question.id.startswith(question.topic), question.id


@pytest.mark.parametrize("level", [None, 1, 2, 3])
def test_no_letter_is_the_key_much_more_often_than_another(bank: Bank, level: int | None) -> None:
    questions = [q for q in bank.questions if level in (None, q.level)]
    keys = Counter(str(q.key[0]) for q in questions)
    assert all(22 <= share(keys[letter], len(questions)) <= 28 for letter in LETTERS), keys


def test_the_length_of_an_option_does_not_tell_the_key(bank: Bank) -> None:
    longest = shortest = 0
    for question in bank.questions:
        others = [len(o.text) for o in question.options if o.id not in question.key]
        key = len(text_of(question, question.key[0]))
        longest += key > max(others)
        shortest += key < min(others)
    # Blind guessing hits a quarter.
    assert share(longest, len(bank.questions)) < 30
    assert share(shortest, len(bank.questions)) < 30


def test_no_two_questions_are_nearly_the_same(bank: Bank) -> None:
    texts = [q.text for q in bank.questions]
    scores = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=85)
    pairs = [
        (texts[row], texts[column])
        for row in range(len(texts))
        for column in range(row)
        if scores[row][column]
    ]
    assert pairs == []


def test_every_citation_is_a_law_in_force_when_the_question_is(bank: Bank, base: Base) -> None:
    for question in bank.questions:
        assert question.citations, question.id
        start = question.valid.from_
        assert start is not None, question.id
        for citation in question.citations:
            law = base.laws[citation.law]
            assert law.in_force_from is None or law.in_force_from <= start, question.id
            assert law.in_force_to is None, question.id


def test_every_text_is_short_tidy_and_a_whole_sentence(bank: Bank) -> None:
    for question in bank.questions:
        assert question.status is Status.STARTER, question.id
        assert question.text.endswith("?"), question.id
        assert question.explain.endswith("."), question.id
        texts = (question.text, question.explain, *(o.text for o in question.options))
        assert all(text == tidy(text) for text in texts), question.id
        assert len(question.text) <= 200, question.id
        assert len(question.explain) <= 200, question.id
        # One line of a chat on a small phone, or two.
        assert max(len(o.text) for o in question.options) <= 80, question.id


def test_fourteen_papers_of_one_person_never_repeat_a_question(
    shipped: Contests, bank: Bank
) -> None:
    contest = shipped.definitions[NAME].contest
    paper = contest.papers["main"]
    seen: list[str] = []
    for round_ in contest.rounds:
        pool = usable(paper, bank.questions, round_.opens_at.date())
        for attempt in range(contest.attempts.max_per_round or 0):
            drawn = [d.question for d in draw(paper, pool, f"{round_.id}/{attempt}", "", seen)]
            assert sorted(q.level for q in drawn) == [1] * 5 + [2] * 3 + [3] * 2
            seen += [q.id for q in drawn]
    assert len(seen) == 140
    assert len(set(seen)) == 140


def test_a_paper_before_election_day_never_asks_for_the_result(bank: Bank) -> None:
    late = {q.id for q in bank.questions if any("232" in c.law for c in q.citations)}
    assert late
    opening = min(q.valid.from_ for q in bank.questions if q.id in late and q.valid.from_)
    assert opening.isoformat() == "2026-03-21"
