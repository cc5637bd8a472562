"""Guesses kept and papers handed in, of many people at once; each has its own outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.contest.document import Published, to_ms
from bot.contest.ending import check_in_time, finish, is_overdue, own, paper_of, read_papers, settle
from bot.contest.publish import Shelf
from bot.contest.refusal import Refused
from bot.store import contest_attempts
from bot.store.batching import Batcher
from bot.store.contest_attempts import Answer, Attempt
from bot.store.database import Database, Tx


@dataclass(frozen=True, slots=True)
class Guess:
    """A guess to be kept, at the server's time."""

    published: Published
    entrant_id: int
    attempt_id: int
    guess: int
    at: datetime


@dataclass(frozen=True, slots=True)
class HandIn:
    """A paper to be handed in, at the server's time."""

    published: Published
    entrant_id: int
    attempt_id: int
    at: datetime


async def keep_guesses(tx: Tx, guesses: Sequence[Guess]) -> list[Refused | None]:
    """Keeps the guesses; for each, in their order, why it was refused or None."""
    found = await contest_attempts.lock_many(tx, (g.attempt_id for g in guesses))
    outcomes: list[Refused | None] = []
    kept = []
    for guess in guesses:
        try:
            _check_guess(guess, found.get(guess.attempt_id))
        except Refused as refused:
            outcomes.append(refused)
            continue
        kept.append((guess.attempt_id, guess.guess))
        outcomes.append(None)
    await contest_attempts.predict(tx, kept)
    return outcomes


async def hand_in(tx: Tx, papers: Sequence[HandIn]) -> list[Refused | None]:
    """Hands the papers in; for each, in their order, why it was refused or None."""
    found = await contest_attempts.lock_many(tx, (p.attempt_id for p in papers))
    places = await read_papers(tx, [a.id for a in found.values() if a.status == "open"])
    outcomes: list[Refused | None] = []
    ended: dict[str, list[tuple[Published, tuple[Attempt, str, int]]]] = {}
    for paper in papers:
        try:
            attempt = own(paper.published, found.get(paper.attempt_id), paper.entrant_id)
            if attempt.status == "open" and not is_overdue(paper.published, attempt, paper.at):
                _check_whole(paper.published, attempt, places[attempt.id])
        except Refused as refused:
            outcomes.append(refused)
            continue
        outcomes.append(None)
        if is_overdue(paper.published, attempt, paper.at):
            await settle(tx, paper.published, [attempt], paper.at)
        elif attempt.status == "open":
            moment = min(to_ms(paper.at), attempt.deadline_ms)
            ended.setdefault(paper.published.sha256, []).append(
                (paper.published, (attempt, "submitted", moment))
            )
    for group in ended.values():
        await finish(tx, group[0][0], [one for _, one in group], places)
    return outcomes


class PaperTaker:
    """Takes guesses and papers of many people together, as `AnswerSaver` takes answers.

    What it has taken is on the disk when it returns; it raises what `play` would raise.
    """

    def __init__(self, database: Database, shelf: Shelf) -> None:
        self._shelf = shelf
        self._guesses = Batcher(database, keep_guesses, quick=True)
        self._papers = Batcher(database, self._hand_in, most=50, quick=True)

    async def keep(self, guess: Guess) -> None:
        """Keeps a guess."""
        refused = await self._guesses.add(guess)
        if refused is not None:
            raise refused

    async def take(self, paper: HandIn) -> None:
        """Hands a paper in."""
        refused = await self._papers.add(paper)
        if refused is not None:
            raise refused

    async def _hand_in(self, tx: Tx, papers: Sequence[HandIn]) -> list[Refused | None]:
        # Marked by the version of this very moment: a key may just have been put right.
        now = {p.published.id: p.published for p in papers}
        now = {contest_id: await self._shelf.need(tx, contest_id) for contest_id in now}
        return await hand_in(tx, [replace(p, published=now[p.published.id]) for p in papers])


def _check_guess(guess: Guess, attempt: Attempt | None) -> None:
    asked = guess.published.contest.prediction
    if not asked.enabled:
        raise Refused("not_allowed", "Cuộc thi này không có câu dự đoán.")
    if not asked.min <= guess.guess <= asked.max:
        said = f"Số dự đoán phải từ {asked.min} đến {asked.max}."
        raise Refused("prediction_out_of_range", said)
    attempt = own(guess.published, attempt, guess.entrant_id)
    check_in_time(guess.published, attempt, guess.at, is_answer=True)


def _check_whole(published: Published, attempt: Attempt, places: Sequence[Answer]) -> None:
    missing = [place.position for place in places if not place.chosen]
    if missing and paper_of(published, attempt).must_answer_all:
        said = f"Bạn chưa trả lời câu {', '.join(map(str, missing[:10]))}."
        raise Refused("unanswered", said, missing[0])
    asked = published.contest.prediction
    if asked.enabled and asked.required and attempt.prediction is None:
        raise Refused("prediction_missing", "Bạn chưa trả lời câu dự đoán.")
