"""Proof: everything computed anew from the published version and the raw answers, and compared.

Marks and rankings are worked out in plain Python here, apart from the SQL that stored them. What
differs is named; an outsider with the export can do the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from bot.contest.document import Published
from bot.contest.marking import mark_paper
from bot.contest.prizes import expected_awards
from bot.contest.publish import Shelf
from bot.contest.ranking import (
    Played,
    Ranked,
    actual_of,
    count_figures,
    place_people,
    rank_people,
    rank_rules,
)
from bot.contest.results import ranked_rounds
from bot.contest.rules import Round
from bot.store import (
    contest_audit,
    contest_awards,
    contest_raw,
    contest_results,
    contest_versions,
)
from bot.store.contest_ranking import COUNTED
from bot.store.contest_raw import RawPaper
from bot.store.contest_results import WHOLE, Result
from bot.store.database import Tx

MOST_TOLD = 20
"""Differences named one by one; the others are counted."""
Progress = Callable[[str, int], None]
"""Told the round and how many attempts were gone through."""
_ByRound: TypeAlias = dict[str, list[tuple[Played, bool]]]
"""The counted attempts of rounds by their ids, each with whether its person is ranked."""


@dataclass(slots=True)
class Report:
    """What was gone through and what differs; `holds` when nothing does."""

    attempts: int = 0
    answers: int = 0
    results: int = 0
    differences: list[str] = field(default_factory=list)
    more: int = 0

    @property
    def holds(self) -> bool:
        """Whether everything stored is what comes out anew."""
        return not self.differences

    def add(self, sentence: str) -> None:
        """Notes a difference."""
        if len(self.differences) < MOST_TOLD:
            self.differences.append(sentence)
        else:
            self.more += 1


async def verify(
    tx: Tx, shelf: Shelf, contest_id: str, progress: Progress = lambda _round, _n: None
) -> Report:
    """Computes a whole contest anew and compares. Raises `Refused` where it was never opened."""
    report = Report()
    published = await shelf.need(tx, contest_id)
    await _check_versions(tx, shelf, contest_id, report)
    by_round: _ByRound = {}
    rankings: dict[int, list[Ranked]] = {}
    guessed_over_all = published.contest.prediction.scope == "contest"
    for one in ranked_rounds(published):
        by_round[one.id] = await _check_marks(tx, published, one, report, progress)
        if not guessed_over_all:
            await _check_round(tx, published, one, by_round, rankings, report)
            # A round of a million attempts takes much memory, and the next one does not need it.
            del by_round[one.id]
    if guessed_over_all:
        for one in ranked_rounds(published):
            await _check_round(tx, published, one, by_round, rankings, report)
    await _check_whole(tx, published, rankings, report)
    await _check_awards(tx, published, report)
    return report


async def _check_versions(tx: Tx, shelf: Shelf, contest_id: str, report: Report) -> None:
    """Every published text still has its fingerprint, and no row of the trail was touched."""
    for version in await contest_versions.list_versions(tx, contest_id):
        if hashlib.sha256(version.document.encode()).hexdigest() != version.sha256:
            report.add(f"Bản công bố {version.version} không còn khớp SHA-256 đã ghi.")
    broken = await contest_audit.first_broken_link(tx, contest_id)
    if broken is not None:
        report.add(f"Nhật ký bị sửa hoặc mất dòng, bắt đầu từ dòng số {broken}.")


async def _check_marks(
    tx: Tx, published: Published, one: Round, report: Report, progress: Progress
) -> list[tuple[Played, bool]]:
    """The counted attempts of a round, marked anew, each with whether its person is ranked."""
    points = published.paper(one).points
    found = []
    async for paper in contest_raw.papers(tx, published.rounds[one.id]):
        report.attempts += 1
        report.answers += len(paper.answers)
        progress(one.id, 1)
        attempt = paper.attempt
        if attempt.status == "open" or attempt.correct is None:
            continue
        marked = mark_paper(paper.answers, published.markings, points)
        for sentence in _differences(paper, (marked.total, marked.correct, marked.score)):
            report.add(f"Lượt thi {attempt.id}: {sentence}")
        if attempt.status in COUNTED and attempt.submitted_ms is not None:
            played = Played(
                id=attempt.id,
                entrant_id=attempt.entrant_id,
                segment=paper.segment,
                registered_at=paper.registered_ms,
                total=marked.total,
                correct=marked.correct,
                score=marked.score,
                prediction=attempt.prediction,
                started_at=attempt.started_ms,
                submitted_at=attempt.submitted_ms,
            )
            found.append((played, paper.standing != "disqualified"))
    return found


def _differences(paper: RawPaper, marked: tuple[int, int, int]) -> Iterator[str]:
    attempt = paper.attempt
    stored = (attempt.total, attempt.correct, attempt.score)
    if stored != marked:
        yield f"đã lưu (số câu, câu đúng, điểm) là {stored}, tính lại là {marked}."
    ended = attempt.submitted_ms or attempt.deadline_ms
    if attempt.status in COUNTED and attempt.duration_ms != ended - attempt.started_ms:
        yield f"thời gian đã lưu là {attempt.duration_ms} ms, tính lại là {ended - attempt.started_ms} ms."
    if not attempt.started_ms <= ended <= attempt.deadline_ms:
        yield "giờ nộp không nằm giữa giờ bắt đầu và hạn nộp."


async def _check_round(
    tx: Tx,
    published: Published,
    one: Round,
    by_round: _ByRound,
    rankings: dict[int, list[Ranked]],
    report: Report,
) -> None:
    number = published.rounds[one.id]
    result = await contest_results.last(tx, published.id, number)
    if result is None:
        return
    report.results += 1
    rules = rank_rules(published.contest)
    ranked = [played for played, is_ranked in by_round[one.id] if is_ranked]
    figures = count_figures(ranked, rules)
    _compare(report, one.label, result, "persons", figures.persons)
    _compare(report, one.label, result, "attempts", figures.attempts)
    _compare(report, one.label, result, "all_correct", figures.persons_all_correct)
    asked, actual = published.contest.prediction, None
    if asked.enabled:
        scope = [one.id] if asked.scope == "round" else list(by_round)
        guessed = [
            played
            for name in scope
            for played, is_ranked in by_round[name]
            if asked.freeze == "at_close" or is_ranked
        ]
        actual = actual_of(count_figures(guessed, rules), asked.target)
    _compare(report, one.label, result, "actual", actual)
    earlier: dict[int, int] = {}
    for other in ranked_rounds(published):
        if other.opens_at < one.opens_at:
            for person in rankings.get(published.rounds[other.id], ()):
                earlier[person.entrant_id] = earlier.get(person.entrant_id, 0) + person.score
    lots = await contest_results.read_lots(tx, published.id, number)
    rankings[number] = rank_people(ranked, rules, actual, lots, earlier)
    await _compare_rows(tx, report, one.label, result, rankings[number])


async def _check_whole(
    tx: Tx, published: Published, rankings: dict[int, list[Ranked]], report: Report
) -> None:
    result = await contest_results.last(tx, published.id, WHOLE)
    if result is None:
        return
    report.results += 1
    people: dict[int, list[Ranked]] = {}
    if published.contest.ranking.contest_total is not None:
        for ranking in rankings.values():
            for row in ranking:
                people.setdefault(row.entrant_id, []).append(row)
    lots = await contest_results.read_lots(tx, published.id, WHOLE)
    added = [_added_up(rows, lots.get(entrant)) for entrant, rows in people.items()]
    keys = rank_rules(published.contest).keys
    await _compare_rows(tx, report, "Cả cuộc thi", result, place_people(added, keys))


def _added_up(rows: list[Ranked], lot: int | None) -> Ranked:
    distances = [r.prediction_distance for r in rows if r.prediction_distance is not None]
    return Ranked(
        entrant_id=rows[0].entrant_id,
        segment=max(r.segment for r in rows),
        rank=0,
        attempt_id=max(r.attempt_id for r in rows),
        correct=sum(r.correct for r in rows),
        score=sum(r.score for r in rows),
        prediction=None,
        prediction_distance=sum(distances) if distances else None,
        duration_ms=sum(r.duration_ms for r in rows),
        submitted_at=max(r.submitted_at for r in rows),
        started_at=min(r.started_at for r in rows),
        registered_at=min(r.registered_at for r in rows),
        attempts_used=sum(r.attempts_used for r in rows),
        perfect_attempts=sum(r.perfect_attempts for r in rows),
        cumulative_score=sum(r.score for r in rows),
        lot=lot,
    )


async def _check_awards(tx: Tx, published: Published, report: Report) -> None:
    """The prizes without a decision yet are those that the rankings give."""
    for result_id, rows in (await expected_awards(tx, published)).items():
        wanted = {(row["entrant_id"], row["name"], row["value"]) for row in rows}
        stored = {
            (a.entrant_id, a.name, a.value)
            for a in await contest_awards.of_result(tx, result_id)
            if a.kind == "individual" and a.state in contest_awards.LIVING
        }
        for entrant, name, _ in sorted(wanted ^ stored, key=str):
            report.add(f"Giải {name} của thí sinh {entrant} không khớp với bảng xếp hạng.")


def _compare(report: Report, label: str, result: Result, name: str, found: int | None) -> None:
    stored = getattr(result, name)
    if stored != found:
        said = {
            "persons": "số người",
            "attempts": "số lượt",
            "all_correct": "số người đúng tất cả",
            "actual": "số thực tế của câu dự đoán",
        }[name]
        report.add(f"{label}: {said} đã lưu là {stored}, tính lại là {found}.")


async def _compare_rows(
    tx: Tx, report: Report, label: str, result: Result, found: list[Ranked]
) -> None:
    """Row by row, and the digest that was kept when the result was computed."""
    digest = hashlib.sha256()
    again = sorted(found, key=lambda r: (r.segment, r.rank, r.entrant_id))
    lines = iter(again)
    async for row in contest_results.stream(tx, result.id):
        one = next(lines, None)
        stored = contest_results.line_of(row)
        digest.update(stored.encode() + b"\n")
        if one is None or one.line != stored:
            report.add(f"{label}: hạng của thí sinh {row['entrant_id']} tính lại khác với đã lưu.")
    for one in lines:
        report.add(f"{label}: thiếu thí sinh {one.entrant_id} trong bảng xếp hạng đã lưu.")
    if digest.hexdigest() != result.digest:
        report.add(f"{label}: bảng xếp hạng đã bị sửa sau khi tính.")
