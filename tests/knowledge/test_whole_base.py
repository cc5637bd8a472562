"""The base that ships: complete, within its limits, and honest about who stands behind it."""

from __future__ import annotations

import statistics
from pathlib import Path

import yaml

from bot.knowledge.lint import LONGEST_ANSWER
from bot.knowledge.load import Loaded
from bot.knowledge.model import Base, Status
from bot.knowledge.variables import fill, variables_of


def test_it_has_no_fault_at_all(loaded: Loaded) -> None:
    assert [str(fault) for fault in loaded.faults] == []


def test_every_question_of_the_2026_booklet_is_answered(base: Base) -> None:
    covered = yaml.safe_load((Path(__file__).parent / "booklet.yaml").read_text(encoding="utf-8"))
    said = {entry.id for entry in base.spoken}
    assert sorted(covered) == list(range(1, 196))
    assert {n: set(ids) - said for n, ids in covered.items() if not ids or set(ids) - said} == {}


def test_entries_know_many_wordings(base: Base) -> None:
    counts = [len(entry.phrasings) for entry in base.spoken]
    assert len(counts) >= 230
    assert min(counts) >= 15
    assert statistics.median(counts) >= 25


def test_answers_fit_and_name_their_law(base: Base) -> None:
    variables = variables_of(base.elections)
    for entry in base.spoken:
        assert entry.citations, entry.id
        assert len(fill(entry.answer, variables)) <= LONGEST_ANSWER, entry.id
        assert "{" not in fill(entry.answer + entry.detail, variables), entry.id


def test_nothing_that_was_not_reviewed_calls_itself_approved(base: Base) -> None:
    statuses = {entry.status for entry in base.spoken}
    assert statuses == {Status.STARTER}


def test_every_part_and_every_group_of_readers_has_entries(base: Base) -> None:
    parts = {entry.part for entry in base.spoken}
    groups = {group for entry in base.spoken for group in entry.audience}
    assert parts == {part.id for part in base.service.parts}
    assert groups == {group.id for group in base.service.audiences}


def test_buttons_can_carry_every_entry(base: Base) -> None:
    # "c:<number of the question>:<entry>" must fit Telegram's 64 bytes.
    assert max(len(entry_id) for entry_id in base.entries) <= 50
