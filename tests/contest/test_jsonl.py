"""What is handed to outsiders: they rebuild the ranking from it, and notice any change."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import InputRefused
from bot.reports.contest_jsonl import FILES, export_jsonl, open_source
from tests.contest.conftest import AFTER, Arena, NewArena, at
from tests.contest.folder import CONTEST, changed
from tests.contest.stranger import differences, lines

ROUNDS = {"w1": at(1), "w2": at(24 * 11)}


async def play_a_little(arena: Arena) -> None:
    """Two rounds with better and worse papers, several tries, equals, one left open, one guess."""
    for round_id, began in ROUNDS.items():
        for number in range(6):
            name = f"người {number}"
            for attempt in range(1 + number % 2):
                started = began + timedelta(minutes=10 * number + attempt)
                right = (number // 2 + attempt) % 5
                await arena.sit_through(name, right, 2, started, 60 + number, round_id)
        await arena.start("bỏ dở", began, round_id)


async def export(arena: Arena, folder: Path) -> dict[str, int]:
    async with arena.db.reading() as tx:
        return await export_jsonl(await open_source(tx, arena.published), folder)


def rules(**changes: Any) -> dict[str, Any]:
    return changed(CONTEST, **changes)


@pytest.fixture
async def played(new_arena: NewArena) -> Arena:
    arena = await new_arena()
    await play_a_little(arena)
    for round_id in ROUNDS:
        await arena.compute(round_id, AFTER + timedelta(days=30))
    return arena


async def test_a_stranger_rebuilds_the_ranking_from_the_files(
    played: Arena, tmp_path: Path
) -> None:
    written = await export(played, tmp_path)
    assert set(written) == set(FILES)
    assert written["people"] == 7
    assert written["attempts"] == 2 * (9 + 1)
    assert written["answers"] == written["attempts"] * 4
    assert differences(tmp_path, rules()) == []


@pytest.mark.parametrize(
    ("file", "key"), [("attempts", "duration_ms"), ("answers", "right"), ("ranking", "rank")]
)
async def test_a_stranger_notices_what_was_changed(
    played: Arena, tmp_path: Path, file: str, key: str
) -> None:
    await export(played, tmp_path)
    rows = lines(tmp_path, file)
    for row in rows:
        if file == "attempts":
            row["status"] = "submitted" if row["counting"] else "void"
            row["duration_ms"] = 600_000 - row["duration_ms"]
        elif file == "answers":
            row["right"] = not row["right"]
        elif file == "ranking":
            row["rank"] += 1
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / f"{file}.jsonl").write_text(text, encoding="utf-8")
    assert differences(tmp_path, rules()) != []


async def test_one_attempt_a_person_and_round_counts_and_nobody_is_named(
    played: Arena, tmp_path: Path
) -> None:
    await export(played, tmp_path)
    counting = [(a["person"], a["round"]) for a in lines(tmp_path, "attempts") if a["counting"]]
    assert len(counting) == len(set(counting)) == 2 * 7
    everything = "".join((tmp_path / f"{name}.jsonl").read_text("utf-8") for name in FILES)
    assert "Nguyễn Văn An" not in everything
    assert "1990" not in everything


async def test_the_keys_are_those_that_outsiders_were_promised(
    played: Arena, tmp_path: Path
) -> None:
    await export(played, tmp_path)
    promised = {
        "ranking": "round rank person attempt correct score prediction prediction_distance "
        "duration_ms submitted_at",
        "attempts": "id person round started_at submitted_at duration_ms status correct "
        "prediction counting",
        "answers": "attempt question question_version chosen right at",
        "people": "person",
    }
    for file, keys in promised.items():
        for row in lines(tmp_path, file):
            assert set(keys.split()) <= set(row)


async def test_a_folder_that_cannot_be_written_is_told(played: Arena, tmp_path: Path) -> None:
    (tmp_path / "tệp").write_text("")
    with pytest.raises(InputRefused, match="Không ghi được"):
        await export(played, tmp_path / "tệp")
