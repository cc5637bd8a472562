"""Whatever people and organizers do, in whatever order: a contest keeps to its rules.

No sequence of actions counts anybody twice, gives more attempts than the rules, changes a paper
that was handed in, or lets the stored ranking and a plain re-sort of its keys disagree.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Coroutine
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.contest import discipline, measures, play
from bot.contest.ranking import Ranked, place_people, rank_rules
from bot.contest.refusal import Refused
from bot.contest.sitting import Sitting
from bot.store import contest_attempts, contest_measures, contest_results
from bot.store.contest_attempts import Attempt
from bot.store.database import Database, Tx
from tests.contest.conftest import CLOSES, Arena, at, open_arena

T = TypeVar("T")
NAMES = ("an", "binh")
names = st.sampled_from(NAMES)
PER_ROUND = 2
# A sequence is told as it was found: making it shorter takes longer than reading it.
SETTINGS = settings(
    max_examples=12,
    stateful_step_count=22,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)


class ContestMachine(RuleBasedStateMachine):
    """Two people, two devices each, a board of two, and a clock that only goes forward."""

    folder: ClassVar[Path]
    template: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.seats: dict[str, list[Sitting]] = {name: [] for name in NAMES}
        self.handed_in: dict[int, tuple[Attempt, tuple[Any, ...]]] = {}
        self.granted: dict[str, int] = dict.fromkeys(NAMES, 0)
        self.remarked = False
        self.now = at(0.1)

    def run(self, deed: Coroutine[Any, Any, T]) -> T | None:
        """What a deed gives; None where the rules refuse it."""
        try:
            return self.runner.run(deed)
        except Refused:
            return None

    @initialize()
    def open(self) -> None:
        self.arena: Arena = self.runner.run(self._open())

    async def _open(self) -> Arena:
        database = Database.memory()
        assert database._keeper is not None
        with closing(sqlite3.connect(self.template)) as template:
            template.backup(database._keeper)
        arena = await open_arena(
            database,
            self.folder,
            {
                "attempts__max_per_round": PER_ROUND,
                "papers__main__mode": "fixed",
                "papers__main__questions": ["cau-01", "cau-02", "cau-03", "cau-04"],
            },
        )
        for name in NAMES:
            await arena.register(name)
        return arena

    @rule(minutes=st.sampled_from([0.1, 3, 9.99, 10.05]))
    def wait(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: sum(map(len, self.seats.values())) > 2)
    @rule(before=st.sampled_from([timedelta(minutes=2), timedelta(milliseconds=1), timedelta(0)]))
    def wait_for_the_closing(self, before: timedelta) -> None:
        self.now = max(self.now, CLOSES - before)

    @rule(name=names, device=st.sampled_from(["điện thoại", "máy tính"]))
    def start(self, name: str, device: str) -> None:
        seat = self.run(self.arena.start(name, self.now, device=device))
        if seat is not None:
            assert self.now < CLOSES or not seat.is_new
            if seat.is_new:
                self.seats[name].append(seat)
            else:
                assert seat.attempt.id == self.seats[name][-1].attempt.id

    @rule(name=names, other=names, right=st.integers(0, 4))
    def play_a_whole_paper(self, name: str, other: str, right: int) -> None:
        self.start(name, "điện thoại")
        for position in range(1, 5):
            self.answer(name, name, position, ["b" if position <= right else "a"], 0)
        self.answer(other, name, 1, ["c"], 0)
        self.hand_in(name, right)
        self.answer(name, name, 2, ["d"], 0)

    @rule(
        name=names,
        whose=names,
        position=st.integers(1, 4) | st.integers(0, 5),
        chosen=st.sampled_from("abcd").map(lambda c: [c])
        | st.lists(st.sampled_from("abcdz"), max_size=2),
        back=st.integers(0, 1),
    )
    def answer(self, name: str, whose: str, position: int, chosen: list[str], back: int) -> None:
        own = self.seats[whose][-1 - back :][:1]
        for seat in own:
            forged = Sitting(
                _with_entrant(seat.attempt, self.arena.people[name].id),
                seat.round,
                seat.paper,
                seat.places,
                seat.deadline,
            )
            saved = self.run(self.arena.answer(forged, position, *chosen, now=self.now))
            if saved is not None:
                assert name == whose
                assert 1 <= position <= 4
                assert len(set(chosen)) <= 1
                assert self.now < seat.deadline + timedelta(seconds=2)
                assert seat.attempt.id not in self.handed_in

    @rule(name=names, guess=st.integers(-1, 4))
    def predict(self, name: str, guess: int) -> None:
        for seat in self.seats[name][-1:]:
            self.run(self.arena.predict(seat, guess, self.now))

    @rule(name=names, guess=st.integers(0, 4))
    def hand_in(self, name: str, guess: int) -> None:
        self.predict(name, guess)
        for seat in self.seats[name][-1:]:
            done = self.run(self.arena.submit(seat, self.now))
            if done is not None:
                self._keep(done)

    @rule()
    def sweep(self) -> None:
        async def sweep(tx: Tx) -> int:
            return await play.expire(tx, self.arena.published, self.now)

        self.run(self.arena.run(sweep))

    @rule(name=names)
    def disqualify_or_lift(self, name: str) -> None:
        async def deed(tx: Tx) -> None:
            try:
                await discipline.disqualify(
                    tx, self.arena.published, self.arena.people[name].id, "thi_ho", "", "An",
                    self.now,
                )  # fmt: skip
            except Refused:
                await discipline.lift(
                    tx, self.arena.published, self.arena.people[name].id, "Nhầm.", "An", self.now
                )

        self.run(self.arena.run(deed))

    @rule(name=names)
    def grant(self, name: str) -> None:
        entrant = self.arena.people[name].id
        if self._carry_out(
            lambda tx: measures.propose_grant(
                tx, self.arena.published, "w1", [entrant], 1, "Lỗi mạng.", "An", self.now
            )
        ):
            self.granted[name] += 1

    @rule(name=names)
    def void(self, name: str) -> None:
        for seat in self.seats[name][:1]:
            self._carry_out(
                lambda tx, s=seat: measures.propose_void(
                    tx, self.arena.published, [s.attempt.id], "Thi hộ.", "An", self.now
                )
            )

    @rule(
        kind=st.sampled_from(["rekey", "accept_several", "full_marks", "drop"]),
        question=st.sampled_from(["cau-01", "cau-02"]),
        option=st.sampled_from("abc"),
    )
    def mend(self, kind: Any, question: str, option: str) -> None:
        accepted = [(option,)] if kind in ("rekey", "accept_several") else []
        self.remarked |= self._carry_out(
            lambda tx: measures.propose_fault(
                tx, self.arena.published, kind, (question, 1), accepted, "Sai.", "An", self.now
            )
        )

    def close_the_round(self) -> None:
        self.now = max(self.now, CLOSES + timedelta(minutes=11))
        result = self.run(self.arena.compute("w1", self.now))
        assert result is not None
        report = self.runner.run(self.arena.verify())
        assert report.holds, report.differences
        rows = self.runner.run(self._rows(result.id))
        assert len({row.entrant_id for row in rows}) == len(rows) <= len(NAMES)
        shuffled = [_unranked(row) for row in rows]
        random.Random(result.digest).shuffle(shuffled)
        assert place_people(shuffled, rank_rules(self.arena.published.contest).keys) == rows

    @invariant()
    def nobody_has_more_than_the_rules_give(self) -> None:
        if not hasattr(self, "arena"):
            return
        for name in NAMES:
            found = self.runner.run(self._attempts(name))
            used = [a for a in found if a.status != "void"]
            assert len(used) <= PER_ROUND + self.granted[name]
            assert sum(a.status == "open" for a in found) <= 1

    @invariant()
    def what_was_handed_in_stays_as_it_was(self) -> None:
        for attempt_id, (before, chosen) in self.handed_in.items():
            attempt, answers = self.runner.run(self._look(attempt_id))
            assert answers == chosen
            assert (attempt.submitted_ms, attempt.prediction, attempt.duration_ms) == (
                before.submitted_ms,
                before.prediction,
                before.duration_ms,
            )
            if not self.remarked:
                assert attempt.correct == before.correct

    def teardown(self) -> None:
        try:
            if hasattr(self, "arena"):
                self.close_the_round()
                self.mend("rekey", "cau-01", "a")
                self.close_the_round()
        finally:
            if hasattr(self, "arena"):
                self.runner.run(self.arena.db.close())
            self.runner.close()

    def _keep(self, done: Sitting) -> None:
        if done.attempt.id not in self.handed_in:
            _, answers = self.runner.run(self._look(done.attempt.id))
            self.handed_in[done.attempt.id] = (done.attempt, answers)

    def _carry_out(self, propose: Any) -> bool:
        """One proposes, another approves; whether it took effect."""

        async def deed(tx: Tx) -> None:
            stored = await propose(tx)
            await measures.approve(
                tx, self.arena.shelf, self.arena.published, stored.id, "Bình", self.now
            )

        async def look() -> bool:
            async with self.arena.db.reading() as tx:
                self.arena.published = await self.arena.shelf.need(tx, "thu")
                found = await contest_measures.list_measures(tx, "thu")
            return len(found) > before

        before = len(self.arena.published.document.measures)
        self.run(self.arena.run(deed))
        return bool(self.runner.run(look()))

    async def _attempts(self, name: str) -> list[Attempt]:
        async with self.arena.db.reading() as tx:
            return await contest_attempts.of_entrant(tx, self.arena.people[name].id)

    async def _look(self, attempt_id: int) -> tuple[Attempt, tuple[Any, ...]]:
        async with self.arena.db.reading() as tx:
            attempt = await contest_attempts.find(tx, attempt_id)
            paper = await contest_attempts.paper_of(tx, attempt_id)
        assert attempt is not None
        return attempt, tuple((a.question, a.shown, a.chosen, a.at_ms) for a in paper)

    async def _rows(self, result_id: int) -> list[Ranked]:
        async with self.arena.db.reading() as tx:
            return [Ranked(**row) async for row in contest_results.stream(tx, result_id)]


def _with_entrant(attempt: Attempt, entrant_id: int) -> Attempt:
    values = {name: getattr(attempt, name) for name in Attempt.__dataclass_fields__}
    return Attempt(**{**values, "entrant_id": entrant_id})


def _unranked(row: Ranked) -> Ranked:
    values = {name: getattr(row, name) for name in Ranked.__dataclass_fields__}
    return Ranked(**{**values, "rank": 0})


def test_no_sequence_of_actions_breaks_the_rules(tmp_path: Path, migrated: Path) -> None:
    ContestMachine.folder, ContestMachine.template = tmp_path, migrated
    run_state_machine_as_test(ContestMachine, settings=SETTINGS)
