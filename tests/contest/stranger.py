"""A stranger's program: rebuilds the ranking from the exported files and the contest's own rules.

It knows nothing of the bot. Run: python stranger.py FOLDER CONTEST_YAML; it prints what differs.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

Row = dict[str, Any]


def lines(folder: Path, name: str) -> list[Row]:
    text = (folder / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def instant(text: str) -> float:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def value(row: Row, key: str) -> float:
    found = row[key]
    if found is None:
        return float("inf")
    return instant(found) if isinstance(found, str) else found


def in_order(row: Row, keys: list[dict[str, str]]) -> tuple[float, ...]:
    return tuple(
        -value(row, k["key"]) if k["order"] == "desc" else value(row, k["key"]) for k in keys
    )


def marked(attempts: list[Row], answers: list[Row]) -> None:
    """Count the right answers of every attempt anew."""
    papers: dict[int, list[bool]] = defaultdict(list)
    for answer in answers:
        if answer["right"] is not None:
            papers[answer["attempt"]].append(answer["right"])
    for attempt in attempts:
        rights = papers[attempt["id"]]
        attempt["all"], attempt["correct"] = len(rights), sum(rights)


def rebuild(folder: Path, rules: Row, round_id: str) -> list[tuple[int, int, int]]:
    """The ranking of a round as (rank, person, attempt), best first."""
    people = {person["person"]: person for person in lines(folder, "people")}
    attempts = [a for a in lines(folder, "attempts") if a["round"] == round_id]
    marked(attempts, lines(folder, "answers"))
    counted = [
        attempt
        for attempt in attempts
        if attempt["status"] in ("submitted", "timed_out")
        and people[attempt["person"]]["standing"] != "disqualified"
    ]
    keys = rules["ranking"]["keys"]
    perfect = {a["person"] for a in counted if 0 < a["all"] == a["correct"]}
    for attempt in counted:
        guess = attempt["prediction"]
        attempt["prediction_distance"] = None if guess is None else abs(guess - len(perfect))
    best: dict[int, Row] = {}
    for attempt in sorted(counted, key=lambda a: (in_order(a, keys), a["id"])):
        best.setdefault(attempt["person"], attempt)
    ranked = sorted(best.values(), key=lambda a: in_order(a, keys))
    gate = (rules["ranking"].get("gate") or {}).get("min_correct")
    if gate == "all":
        ranked = [a for a in ranked if a["all"] == a["correct"] > 0]
    found: list[tuple[int, int, int]] = []
    for place, attempt in enumerate(ranked, 1):
        same = place > 1 and in_order(ranked[place - 2], keys) == in_order(attempt, keys)
        found.append((found[-1][0] if same else place, attempt["person"], attempt["id"]))
    return found


def differences(folder: Path, rules: Row) -> list[str]:
    """What the exported ranking says otherwise."""
    told = []
    exported = lines(folder, "ranking")
    for round_id in dict.fromkeys(row["round"] for row in exported):
        own = [(r["rank"], r["person"], r["attempt"]) for r in exported if r["round"] == round_id]
        rebuilt = rebuild(folder, rules, round_id)
        if sorted(own) != sorted(rebuilt):
            told.append(f"{round_id}: {sorted(set(own) ^ set(rebuilt))[:5]}")
    return told


if __name__ == "__main__":
    found = differences(Path(sys.argv[1]), yaml.safe_load(Path(sys.argv[2]).read_text("utf-8")))
    for line in found:
        sys.stdout.write(line + "\n")
    sys.exit(bool(found))
