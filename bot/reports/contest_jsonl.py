"""A contest as four files of JSON lines, from which a stranger's program can rebuild the ranking.

The keys are English and fixed. Nobody is named: `person` is the number of the registration. Instants
are ISO 8601 with milliseconds, in Vietnamese time.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from bot.clock import VIETNAM
from bot.contest.document import Published, from_ms
from bot.contest.results import ranked_rounds
from bot.errors import InputRefused
from bot.store import contest_export, contest_results
from bot.store.contest_export import Rows
from bot.store.contest_results import WHOLE, Result
from bot.store.database import Tx

FILES = ("people", "attempts", "answers", "ranking")
Progress = Callable[[str, int], None]
"""Told the file and how many lines of it are written."""
_STEP = 5_000
_BREATH = 50
"""After so many lines whoever waits for a page has his turn."""


@dataclass(frozen=True, slots=True)
class Source:
    """A published contest with the last result of each of its rounds."""

    tx: Tx
    published: Published
    results: Sequence[Result]

    @property
    def round_names(self) -> Mapping[int, str]:
        """The id of each round by its number; the whole contest is "all"."""
        return {**self.published.round_ids, WHOLE: "all"}


async def open_source(tx: Tx, published: Published) -> Source:
    """The contest with the results that were computed so far."""
    numbers = [published.rounds[one.id] for one in ranked_rounds(published)]
    found = [await contest_results.last(tx, published.id, number) for number in [*numbers, WHOLE]]
    return Source(tx, published, [result for result in found if result is not None])


async def export_jsonl(
    source: Source, folder: Path, progress: Progress = lambda _file, _lines: None
) -> dict[str, int]:
    """Writes the four files into a folder; gives the number of lines of each.

    Raises `InputRefused` where they cannot be written; no half file is left then.
    """
    written: dict[str, int] = {}
    try:
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        for name, rows in (
            ("people", people_lines(source)),
            ("attempts", attempt_lines(source)),
            ("answers", answer_lines(source)),
            ("ranking", ranking_lines(source)),
        ):
            written[name] = await _write(folder / f"{name}.jsonl", name, rows, progress)
    except OSError as error:
        raise InputRefused(f"Không ghi được vào thư mục {folder}: {error.strerror}.") from error
    return written


async def people_lines(source: Source) -> Rows:
    """Who registered: number, instant, and what statistics count people by."""
    async for row in contest_export.entrant_rows(source.tx, source.published.id):
        yield {
            "person": row["id"],
            "registered_at": show_instant(row["registered_ms"]),
            "channel": row["channel"],
            "standing": row["standing"],
            "segment": row["segment"],
            "unit": row["unit"],
            "commune": row["commune"],
            "province": row["province"],
            "age_band": row["age_band"],
            "gender": row["gender"],
            "group": row["group"],
        }


async def attempt_lines(source: Source) -> Rows:
    """Every attempt; `counting` is the one that the ranking counts for its person."""
    rounds = list(source.published.round_ids)
    results = [result.id for result in source.results if result.round != WHOLE]
    async for row in contest_export.attempt_rows(source.tx, rounds, results):
        yield {
            "id": row["id"],
            "person": row["entrant_id"],
            "round": source.round_names[row["round"]],
            "started_at": show_instant(row["started_ms"]),
            "submitted_at": show_instant(row["submitted_ms"]),
            "duration_ms": row["duration_ms"],
            "status": row["status"],
            "total": row["total"],
            "correct": row["correct"],
            "score": row["score"],
            "prediction": row["prediction"],
            "counting": bool(row["counting"]),
        }


async def answer_lines(source: Source) -> Rows:
    """Every place of every paper; `right` is null for a question that was dropped."""
    markings = source.published.markings
    rounds = list(source.published.round_ids)
    async for row in contest_export.answer_rows(source.tx, rounds):
        marking = markings[row["question"]]
        dropped = marking.treatment == "dropped"
        yield {
            "attempt": row["attempt_id"],
            "position": row["position"],
            "question": row["question_id"],
            "question_version": row["version"],
            "shown": row["shown"],
            "chosen": row["chosen"],
            "right": None if dropped else marking.is_right(row["chosen"]),
            "level": marking.level,
            "at": show_instant(row["at_ms"]),
        }


async def ranking_lines(source: Source) -> Rows:
    """Every row of the last ranking of each round, and of the whole contest where there is one."""
    for result in source.results:
        async for row in contest_results.stream(source.tx, result.id):
            yield {
                "round": source.round_names[result.round],
                "rank": row["rank"],
                "person": row["entrant_id"],
                "attempt": row["attempt_id"],
                "correct": row["correct"],
                "score": row["score"],
                "prediction": row["prediction"],
                "prediction_distance": row["prediction_distance"],
                "duration_ms": row["duration_ms"],
                "submitted_at": show_instant(row["submitted_at"]),
                "started_at": show_instant(row["started_at"]),
                "registered_at": show_instant(row["registered_at"]),
                "attempts_used": row["attempts_used"],
                "perfect_attempts": row["perfect_attempts"],
                "cumulative_score": row["cumulative_score"],
                "segment": row["segment"],
                "lot": row["lot"],
                "actual": result.actual,
                "edition": result.edition,
            }


def show_instant(ms: int | None) -> str | None:
    """An instant with its milliseconds in Vietnamese time; None where there is none."""
    if ms is None:
        return None
    return from_ms(ms).astimezone(VIETNAM).isoformat(timespec="milliseconds")


async def _write(path: Path, name: str, rows: Rows, progress: Progress) -> int:
    draft = path.with_name(f".{path.name}.dang-ghi")
    count = 0
    try:
        with draft.open("w", encoding="utf-8", newline="\n") as file:
            async for row in rows:
                _write_line(file, row)
                count += 1
                if count % _BREATH == 0:
                    await asyncio.sleep(0)
                if count % _STEP == 0:
                    progress(name, count)
        draft.replace(path)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    progress(name, count)
    return count


def _write_line(file: TextIO, row: Mapping[str, Any]) -> None:
    file.write(json.dumps(row, ensure_ascii=False) + "\n")
