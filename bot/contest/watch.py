"""Looks for what honest play rarely shows: and only asks the board to look, never cancels.

Fast papers, many people on one device, contacts of several people, and groups who hand in the very
same mistakes within minutes. Right answers are no mistake: whoever learned them has them alike.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from bot.contest.document import Published
from bot.contest.refusal import Refused
from bot.contest.results import ranked_rounds
from bot.contest.words import SoftDuplicate
from bot.store import contest_audit, contest_flags, contest_raw
from bot.store.contest_flags import Suspicion
from bot.store.contest_ranking import COUNTED
from bot.store.contest_raw import RawPaper
from bot.store.database import Tx

DEVICE_PEOPLE = 3
"""So many people on one device are a family; more are flagged."""
BURST_PEOPLE = 5
BURST = timedelta(minutes=10)
_LEAST_WRONG = 2
_MARKS: dict[SoftDuplicate, str] = {
    "phone": "phone_mark",
    "id_number": "id_mark",
    "email": "email_mark",
    "name_birthdate_unit": "person_mark",
}


async def watch(
    tx: Tx, published: Published, at: datetime, progress: Callable[[int], None] = lambda _n: None
) -> int:
    """Flags what is new since the last look; gives how many flags were added."""
    found = await suspect(tx, published, progress)
    return await contest_flags.add(tx, published.id, found, at)


async def suspect(
    tx: Tx, published: Published, progress: Callable[[int], None] = lambda _n: None
) -> list[Suspicion]:
    """What deserves a second look. It reads every paper, so let it read beside the writers."""
    rules = published.contest.integrity
    rounds = [published.rounds[one.id] for one in ranked_rounds(published)]
    found: list[Suspicion] = []
    if "too_fast" in rules.flags:
        found += await contest_flags.faster_than(tx, rounds, rules.min_plausible_s * 1_000)
    if "same_device_many" in rules.flags:
        found += await contest_flags.sharing_a_device(tx, rounds, DEVICE_PEOPLE)
    if "shared_contact" in rules.flags:
        for kind in rules.soft_duplicates:
            found += await contest_flags.sharing_a_mark(tx, published.id, _MARKS[kind])
    if "same_answers_burst" in rules.flags:
        for number in rounds:
            found += await _bursts(tx, number, progress)
    return found


async def review_flag(
    tx: Tx, published: Published, flag_id: int, is_upheld: bool, note: str, by: str, at: datetime
) -> None:
    """The board has looked: the flag is upheld or dismissed, with a note.

    Upholding disqualifies nobody; that is a decision of its own. Raises `Refused` (not_allowed).
    """
    state = "upheld" if is_upheld else "dismissed"
    if not await contest_flags.review(tx, flag_id, published.id, state, note, by, at):
        raise Refused("not_allowed", "Không có cảnh báo này.")
    told = {"flag": flag_id, "state": state, "note": note}
    await contest_audit.note(tx, published.id, by, "review_flag", told, at)


async def _bursts(tx: Tx, number: int, progress: Callable[[int], None]) -> list[Suspicion]:
    """The same mistakes on the same questions, handed in by many people within minutes."""
    alike: dict[bytes, list[tuple[int, int, int]]] = defaultdict(list)
    async for paper in contest_raw.papers(tx, number):
        progress(1)
        attempt = paper.attempt
        wrong = attempt.total - (attempt.correct or 0)
        if attempt.status in COUNTED and attempt.submitted_ms and wrong >= _LEAST_WRONG:
            alike[_signature(paper)].append((attempt.submitted_ms, attempt.entrant_id, attempt.id))
    found = []
    for signature, papers in alike.items():
        for submitted, entrant_id, attempt_id in _crowded(sorted(papers)):
            detail = {"submitted_ms": submitted, "signature": signature.hex()[:8]}
            found.append(
                Suspicion("same_answers_burst", entrant_id, str(attempt_id), detail, attempt_id)
            )
    return found


def _signature(paper: RawPaper) -> bytes:
    """The answers whatever the order in which the questions were shown."""
    told = ";".join(f"{question}={chosen}" for question, chosen in sorted(paper.answers))
    return hashlib.blake2b(told.encode(), digest_size=8).digest()


def _crowded(papers: Sequence[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """The papers (by time) that stand in a span with those of enough different people."""
    span = BURST // timedelta(milliseconds=1)
    flagged: set[int] = set()
    start = 0
    for end, last in enumerate(papers):
        while last[0] - papers[start][0] > span:
            start += 1
        if len({entrant for _, entrant, _ in papers[start : end + 1]}) >= BURST_PEOPLE:
            flagged |= set(range(start, end + 1))
    yield from (papers[n] for n in sorted(flagged))
