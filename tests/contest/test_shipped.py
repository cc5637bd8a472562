"""The two contests that are shipped: their rules as announced, and texts that say the same."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.clock import VIETNAM, vietnam_date
from bot.contest.load import Contests, Definition
from tests.conftest import NOW

MAIN, PRACTICE = "tim-hieu-bau-cu-2026", "luyen-tap"


@pytest.fixture(scope="module")
def main(shipped: Contests) -> Definition:
    return shipped.definitions[MAIN]


@pytest.fixture(scope="module")
def practice(shipped: Contests) -> Definition:
    return shipped.definitions[PRACTICE]


def test_both_are_shipped_without_a_fault(shipped: Contests) -> None:
    assert sorted(shipped.definitions) == [PRACTICE, MAIN]
    assert [str(fault) for fault in shipped.faults] == []


def test_the_contest_has_two_weeks_of_seven_attempts(main: Definition) -> None:
    contest = main.contest
    assert [(r.opens_at, r.closes_at) for r in contest.rounds] == [
        (datetime(2026, 2, 27, 8, tzinfo=VIETNAM), datetime(2026, 3, 9, tzinfo=VIETNAM)),
        (datetime(2026, 3, 9, tzinfo=VIETNAM), datetime(2026, 3, 16, tzinfo=VIETNAM)),
    ]
    attempts, paper = contest.attempts, contest.papers["main"]
    assert (attempts.max_per_round, attempts.counting) == (7, "best")
    assert (paper.question_count, paper.time_limit_s, paper.mode) == (10, 600, "random_blueprint")
    assert contest.prediction.enabled
    assert contest.prediction.target == "persons_all_correct"


def test_the_contest_ranks_by_correct_then_guess_then_time_then_earliest(main: Definition) -> None:
    keys = [(key.key, key.order) for key in main.contest.ranking.keys]
    assert keys == [
        ("correct", "desc"),
        ("prediction_distance", "asc"),
        ("duration_ms", "asc"),
        ("submitted_at", "asc"),
    ]


def test_the_contest_gives_sixteen_prizes_a_week(main: Definition) -> None:
    tiers = main.contest.prizes.sets["weekly"].individual
    assert [(t.count, t.value) for t in tiers] == [
        (1, 5_000_000),
        (2, 3_000_000),
        (3, 2_000_000),
        (10, 1_000_000),
    ]
    assert {r.prizes for r in main.contest.rounds} == {"weekly"}


def test_only_one_consent_is_needed_and_children_bring_a_guardian(main: Definition) -> None:
    consent = main.contest.registration.consent
    assert [p.key for p in consent.purposes if p.required] == ["to_chuc_thi"]
    assert len(consent.purposes) == 3
    assert consent.guardian_under_age == 16


def test_no_answer_is_shown_while_a_week_is_open(main: Definition) -> None:
    assert main.contest.papers["main"].show_result.what == "score_time"
    assert main.contest.results.answer_key == "after_contest"


def test_practice_is_open_to_all_and_explains_at_once(practice: Definition) -> None:
    contest = practice.contest
    assert contest.is_practice
    assert [(r.opens_at <= NOW, r.closes_at) for r in contest.rounds] == [(True, None)]
    assert contest.registration.fields == ()
    assert contest.attempts.max_per_round is None
    paper = contest.papers["main"]
    assert (paper.show_result.when, paper.show_result.what) == ("on_submit", "key")
    assert paper.question_pool.bank == MAIN


def test_practice_opens_only_after_the_contest_that_shares_its_bank(
    main: Definition, practice: Definition
) -> None:
    closes = [r.closes_at for r in main.contest.rounds if r.closes_at]
    assert max(closes) <= practice.contest.rounds[0].opens_at


def said_by(definition: Definition) -> list[str]:
    """What the rules text must say, in the words of the numbers that the contest runs by."""
    paper = definition.contest.papers["main"]
    kinds = ("câu dễ", "câu trung bình", "câu khó")
    levels = [
        sum(s.count for s in paper.blueprint if s.level == level + 1) for level in range(len(kinds))
    ]
    return [
        f"{paper.question_count} câu hỏi",
        f"{paper.time_limit_s // 60} phút",
        f"{paper.pass_mark} câu trở lên",
        *(f"{count} {kind}" for count, kind in zip(levels, kinds, strict=True)),
    ]


def said_by_the_contest(definition: Definition) -> list[str]:
    contest = definition.contest
    results, data, consent = contest.results, contest.data, contest.registration.consent
    days = results.publish_after_days
    tiers = contest.prizes.sets["weekly"].individual
    return [
        contest.title,
        *(
            f"{r.label}: từ {r.opens_at.astimezone(VIETNAM).hour} giờ ngày "
            f"{vietnam_date(r.opens_at):%d/%m/%Y}".replace("/03/", "/3/")
            + f" đến {r.closing_words}."
            for r in contest.rounds
        ),
        f"tối đa {contest.attempts.max_per_round} lượt",
        f"đủ {contest.eligibility.min_age} tuổi",
        f"dưới {consent.guardian_under_age} tuổi",
        *(f"{t.count} {t.name}:" for t in tiers),
        *(f"{t.value:,} đồng".replace(",", ".") for t in tiers),
        f"từ {days.min} đến {days.max} ngày",
        f"trả lời trong {contest.complaints.answer_within_days} ngày",
        f"sau khi trao giải {data.contact_retention_days_after_award} ngày",
        f"sau {data.answers_pseudonymise_after_days} ngày",
        f"{data.controller} chịu trách nhiệm",
    ]


def test_the_rules_text_gives_the_numbers_that_the_contest_runs_by(main: Definition) -> None:
    wanted = [*said_by(main), *said_by_the_contest(main)]
    assert [words for words in wanted if words not in main.rules_text] == []
    # The four keys of the ranking, in their order.
    said = ("Nhiều câu đúng hơn", "Dự đoán gần đúng hơn", "ngắn hơn", "Nộp bài sớm hơn")
    places = [main.rules_text.index(words) for words in said]
    assert places == sorted(places)


def test_the_practice_text_gives_the_numbers_that_practice_runs_by(practice: Definition) -> None:
    assert [words for words in said_by(practice) if words not in practice.rules_text] == []


def test_rules_texts_are_plain_enough_for_a_chat(main: Definition, practice: Definition) -> None:
    for definition in (main, practice):
        assert not set("#*_`|<>{}") & set(definition.rules_text)
        assert max(map(len, definition.rules_text.splitlines())) < 700
