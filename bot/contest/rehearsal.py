"""A rehearsal: an empty store filled with made-up people who play a whole contest.

The organizer tries closing, proving and exporting on it, and the benchmarks measure on it. The same
seed gives the same people, papers and answers (only sealed texts differ: no two seals are alike).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from bot.clock import vietnam_date
from bot.contest.document import Published, from_ms, to_ms
from bot.contest.eligible import ROSTER, last_day_of_age
from bot.contest.invented_people import Inventor
from bot.contest.invented_play import Play, Sat, Timetable, with_guesses
from bot.contest.load import Definition
from bot.contest.publish import Shelf, publish
from bot.contest.ranking import Played, actual_of, count_figures, rank_rules
from bot.contest.refusal import Refused
from bot.contest.registration import Form, born_in, columns_of, proofs_of, seal_form
from bot.contest.results import ranked_rounds
from bot.contest.rules import Round
from bot.contest.typed import Trees
from bot.errors import InputRefused
from bot.knowledge.places import Places
from bot.sealing import Sealer
from bot.store import contest_audit, contest_entrants, contest_rehearsal
from bot.store.contest_attempts import Answer, Attempt
from bot.store.contest_entrants import ConsentGiven
from bot.store.contest_rehearsal import CHANNEL
from bot.store.database import Database, Tx

BY = "mô phỏng"
"""Who did it, in the trail."""
_BATCH = 2_000
_SAMPLE = 2_000
_MOST = 20
"""Attempts a round for one person where the rules set no limit."""
_STAYS_AWAY = 0.03
_TRIES = 200
_SHARES_DEVICE = 0.02

Progress = Callable[[int], None]
"""Told how many more people are written."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to make up: from which seed, how many people, how many attempts in all.

    Without `attempts` it is two for each person, or as many as the rules allow.
    """

    seed: str
    people: int
    attempts: int | None = None


@dataclass(slots=True)
class Rehearsed:
    """What was made up; `left_out` are rounds that only the first of another round may enter."""

    published: Published
    people: int = 0
    attempts: int = 0
    answers: int = 0
    left_out: tuple[Round, ...] = ()


@dataclass(slots=True)
class _Batch:
    """The rows of some people."""

    met: list[dict[str, Any]] = field(default_factory=list)
    registered: list[dict[str, Any]] = field(default_factory=list)
    agreed: list[dict[str, Any]] = field(default_factory=list)
    played: list[Attempt] = field(default_factory=list)
    papers: list[Answer] = field(default_factory=list)


async def simulate(
    database: Database,
    shelf: Shelf,
    definition: Definition,
    sealer: Sealer,
    places: Places,
    wanted: Wanted,
    at: datetime,
    progress: Progress = lambda _people: None,
) -> Rehearsed:
    """Publishes the contest where it is not yet, and fills the store; gives what it holds.

    Raises `InputRefused` where anybody real is in the store, where it is filled already, or where
    so many attempts cannot be made; `KnowledgeFaulty` where the contest's files have faults.
    """
    async with database.transaction() as tx:
        published = await _prepare(tx, shelf, definition, wanted, at)
        first_person, first_entrant = await contest_rehearsal.last_numbers(tx)
    trees = Trees(places, published.document.units)
    cast = _Cast(published, sealer, trees, wanted, first_person + 1, first_entrant + 1)
    done = Rehearsed(published, left_out=cast.left_out)
    crowd = cast.people()
    while batch := cast.batch(islice(crowd, _BATCH)):
        async with database.transaction() as tx:
            await contest_rehearsal.add(
                tx, batch.met, batch.registered, batch.agreed, batch.played, batch.papers
            )
        done.people += len(batch.met)
        done.attempts += len(batch.played)
        done.answers += len(batch.papers)
        progress(len(batch.met))
    async with database.transaction() as tx:
        await contest_rehearsal.finish(tx)
    return done


async def _prepare(
    tx: Tx, shelf: Shelf, definition: Definition, wanted: Wanted, at: datetime
) -> Published:
    """The contest as it is published; the refusals come before anything is written."""
    contest_id = str(definition.contest.id)
    if definition.contest.is_practice:
        raise InputRefused("Cuộc thi này chỉ để luyện tập, không xếp hạng nên không cần mô phỏng.")
    if "individual" not in definition.contest.eligibility.tracks:
        raise InputRefused("Cuộc thi này chỉ dành cho đại diện đơn vị, chưa mô phỏng được.")
    if await contest_rehearsal.is_anybody_real(tx):
        raise InputRefused(
            "Cơ sở dữ liệu này đã có người thật nên không mô phỏng vào đây. Hãy đặt "
            "BOT_DATABASE_URL sang một cơ sở dữ liệu trống, ví dụ sqlite+aiosqlite:///mo-phong.db."
        )
    if await contest_entrants.count(tx, contest_id):
        raise InputRefused(
            "Cơ sở dữ liệu này đã có người mô phỏng của cuộc thi. Hãy dùng một cơ sở dữ liệu trống."
        )
    published = await shelf.current(tx, contest_id)
    if published is None:
        secret = hashlib.sha256(f"{wanted.seed}/document".encode()).hexdigest()[:32]
        published = await publish(tx, shelf, definition, BY, "Tập dượt.", at, seed=secret)
    count = _amount(published, wanted)
    told = {"seed": wanted.seed, "people": wanted.people, "attempts": count}
    await contest_audit.note(tx, contest_id, BY, "simulate", told, at)
    return published


def _amount(published: Published, wanted: Wanted) -> int:
    """How many attempts to make. Raises `InputRefused` where the rules leave no room for them."""
    rounds = _open_rounds(published)
    if not rounds:
        raise InputRefused("Cuộc thi này không có vòng nào mô phỏng được.")
    most = _most_attempts(published, rounds)
    if wanted.attempts is None:
        return wanted.people * min(most, 2)
    if wanted.attempts > wanted.people * most:
        raise InputRefused(
            f"Thể lệ cho mỗi người nhiều nhất {most} lượt thi, nên {wanted.people} người không thể "
            f"có {wanted.attempts} lượt. Hãy tăng --people hoặc giảm --attempts."
        )
    return wanted.attempts


def _open_rounds(published: Published) -> list[Round]:
    """The rounds that anybody may enter."""
    rounds = ranked_rounds(published)
    fed = {one.feeds.round for one in rounds if one.feeds}
    return [one for one in rounds if one.id not in fed]


def _most_attempts(published: Published, rounds: list[Round]) -> int:
    limits = published.contest.attempts
    most = len(rounds) * (limits.max_per_round or _MOST)
    return min(most, limits.max_total or most)


class _Cast:
    """Everybody of a rehearsal, made up one after the other."""

    def __init__(
        self,
        published: Published,
        sealer: Sealer,
        trees: Trees,
        wanted: Wanted,
        first_person: int,
        first_entrant: int,
    ) -> None:
        self._published = published
        self._contest = published.contest
        self._sealer = sealer
        self._trees = trees
        self._wanted = wanted
        self._first = (first_person, first_entrant)
        rounds = _open_rounds(published)
        self._most = _most_attempts(published, rounds)
        self._attempts = _amount(published, wanted)
        self.left_out = tuple(r for r in ranked_rounds(published) if r not in rounds)
        self._inventor = Inventor(self._contest, trees)
        self._play = Play(published, rounds, wanted.seed)
        self._arrivals = Timetable(published, rounds[0])
        who = self._contest.eligibility
        self._lists = {ROSTER} if who.roster_required else set[str]()
        self._guesses = self._expect()

    def people(self) -> Iterator[tuple[int, list[Sat]]]:
        """Each person's place in the crowd, from 0, with his attempts, as the plan shares them out.

        What some cannot use (the round closed on them) goes to those who come after.
        """
        left = self._attempts
        for number in range(self._wanted.people):
            rng = self._rng("play", number)
            count = _share(rng, left, self._wanted.people - number, self._most)
            sat = self._play.play(rng, number, self._first[1] + number, count)
            left -= len(sat)
            yield number, sat

    def batch(self, crowd: Iterator[tuple[int, list[Sat]]]) -> _Batch | None:
        """The rows of these people; None where there are none."""
        batch = _Batch()
        for number, sat in crowd:
            self._add(batch, number, sat)
        return batch if batch.met else None

    def _rng(self, purpose: str, number: int) -> Random:
        return Random(f"{self._wanted.seed}/{purpose}/{number}")  # noqa: S311 nothing secret

    def _add(self, batch: _Batch, number: int, sat: list[Sat]) -> None:
        rng = self._rng("person", number)
        person_id, entrant_id = self._first[0] + number, self._first[1] + number
        first_ms = sat[0].attempt.started_ms if sat else self._arrivals.pick(rng)
        at = from_ms(first_ms) - timedelta(seconds=rng.randrange(60, 1_500))
        last = from_ms(sat[-1].attempt.submitted_ms or first_ms) if sat else at
        form, columns = self._admitted(rng, number, at, last)
        locked = {"registration": at, "first_attempt": from_ms(first_ms) if sat else None}
        device = self._mark(self._device_of(rng, number))
        guesses = [self._guess(rng, one) for one in sat]
        played = with_guesses(sat, guesses, device)
        batch.met.append(
            {
                "id": person_id,
                "channel": CHANNEL,
                "channel_id": f"{self._published.id}/{number}",
                "first_seen": at,
                "last_seen": last,
            }
        )
        batch.registered.append(
            {
                "id": entrant_id,
                "contest_id": self._published.id,
                "person_id": person_id,
                "registered_ms": to_ms(at),
                "channel": CHANNEL,
                "track": form.track,
                "locked_at": locked.get(self._contest.registration.lock_after),
                "referred_by": self._referrer(rng, number),
                "sealed": seal_form(self._sealer, form.values, form.guardian),
                **columns,
            }
        )
        batch.agreed += [
            {"entrant_id": entrant_id, **{n: getattr(p, n) for n in ConsentGiven.__dataclass_fields__}}
            for p in proofs_of(self._contest, form, at, CHANNEL)
        ]  # fmt: skip
        batch.played += [one.attempt for one in played]
        for one in played:
            batch.papers += one.answers

    def _admitted(
        self, rng: Random, number: int, at: datetime, last: datetime
    ) -> tuple[Form, dict[str, Any]]:
        """Somebody whom the rules let register, and play until his last attempt."""
        below = self._contest.registration.consent.guardian_under_age
        why = ""
        for _ in range(_TRIES):
            form = self._inventor.form(rng, number, is_guarded_below=below)
            born = born_in(self._contest, form.values)
            until = last_day_of_age(self._contest, born)
            if until is not None and vietnam_date(last) > until:
                continue
            try:
                return form, columns_of(
                    self._contest, self._sealer, self._trees, form.values, self._lists, at
                )
            except Refused as refused:
                why = str(refused)
        raise InputRefused(f"Không tạo được người mô phỏng đúng thể lệ. {why}")

    def _mark(self, device: int) -> str:
        text = f"{self._wanted.seed}/device/{device}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _device_of(self, rng: Random, number: int) -> int:
        return number - 1 if number and rng.random() < _SHARES_DEVICE else number

    def _referrer(self, rng: Random, number: int) -> int | None:
        if self._contest.prizes.spread is None or not number or rng.random() > 0.1:
            return None
        # The first few brought most people.
        return self._first[1] + int(number * rng.random() ** 3)

    def _expect(self) -> dict[int, int]:
        """About the number that predictions will be measured against, by the number of the round.

        The first people are played through once without being written.
        """
        asked = self._contest.prediction
        if not asked.enabled:
            return {}
        count = min(_SAMPLE, self._wanted.people)
        by_round: dict[int, list[Played]] = {}
        for _, sat in islice(self.people(), count):
            for one in sat:
                place = 0 if asked.scope == "contest" else one.attempt.round
                by_round.setdefault(place, []).append(_as_played(one))
        rules = rank_rules(self._contest)
        numbers = {number: 0 if asked.scope == "contest" else number
                   for number in self._published.round_ids}  # fmt: skip
        return {
            number: actual_of(count_figures(by_round.get(place, []), rules), asked.target)
            * self._wanted.people // count
            for number, place in numbers.items()
        }  # fmt: skip

    def _guess(self, rng: Random, one: Sat) -> int | None:
        """What is guessed in an attempt: around the truth, in round numbers, or a favourite one."""
        asked = self._contest.prediction
        is_late = one.attempt.status != "submitted"
        if not asked.enabled or (is_late and rng.random() < 0.5):
            return None
        truth = max(self._guesses[one.attempt.round], 1)
        kind = rng.random()
        if kind < 0.55:
            guess = truth * rng.lognormvariate(0, 0.45)
        elif kind < 0.65:
            guess = truth + rng.randrange(-3, 4)
        elif kind < 0.9:
            step = 10 ** max(len(str(truth)) - 2, 0)
            guess = round(truth * rng.lognormvariate(0, 0.35) / step) * step
        else:
            guess = rng.choice((100, 500, 999, 1_000, 2_026))
        return min(max(int(guess), asked.min), asked.max)


def _as_played(one: Sat) -> Played:
    attempt = one.attempt
    return Played(
        id=attempt.id,
        entrant_id=attempt.entrant_id,
        segment="",
        registered_at=0,
        total=attempt.total,
        correct=attempt.correct or 0,
        score=attempt.score or 0,
        prediction=None,
        started_at=attempt.started_ms,
        submitted_at=attempt.submitted_ms or 0,
    )


def _share(rng: Random, left: int, people: int, most: int) -> int:
    """How many of the attempts left one of so many people makes: many one or two, few a lot."""
    if people == 1:
        return min(left, most)
    mean = left / people / (1 - _STAYS_AWAY)
    if rng.random() < _STAYS_AWAY:
        return 0
    if mean <= 1:
        return int(rng.random() < mean)
    more = math.log(1 - rng.random()) / math.log(1 - 1 / mean)
    return min(1 + int(more), left, most)
