"""How often the answers are right: the measure that every change of words or code is held against.

A query file has JSON lines `{"text", "expected": [ids]}`; an empty `expected` means that no entry
may be given.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from bot.errors import InputRefused

Given = tuple[str, tuple[str, ...]]
"""The outcome of a question (answer, choose, or anything else) and the entries it gave."""


@dataclass(frozen=True, slots=True)
class Query:
    """One line of a query file."""

    text: str
    expected: frozenset[str]


@dataclass(frozen=True, slots=True)
class Judged:
    """A query with what was given for it and how that counts."""

    query: Query
    outcome: str
    entries: tuple[str, ...]
    verdict: str
    ms: float


class InDomain(TypedDict):
    """Shares of the queries that some entry answers."""

    n: int
    answered_right: float
    offered_right: float
    answered_wrong: float
    offered_wrong: float
    refused: float


class OffTopic(TypedDict):
    """Shares of the queries that no entry may answer."""

    n: int
    answered: float
    offered: float
    refused: float


class Summary(TypedDict):
    """What `eval --json` prints."""

    n: int
    in_domain: InDomain
    off_topic: OffTopic
    median_ms: float
    p95_ms: float


def read_queries(path: Path) -> list[Query]:
    """The queries of a file.

    Raises `InputRefused` with file and line where a line is no query.
    """
    queries = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputRefused(f"{path}: không đọc được tệp câu hỏi này.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
            queries.append(Query(str(raw["text"]), frozenset(map(str, raw["expected"]))))
        except (ValueError, KeyError, TypeError) as error:
            sentence = 'dòng này phải có dạng {"text": "...", "expected": ["..."]}.'
            raise InputRefused(f"{path}:{number}: {sentence}") from error
    return queries


def judge(queries: Iterable[Query], ask: Callable[[str], Given]) -> list[Judged]:
    """Ask every query and judge what comes back."""
    judged = []
    for query in queries:
        begun = time.perf_counter()
        outcome, entries = ask(query.text)
        ms = (time.perf_counter() - begun) * 1_000
        judged.append(Judged(query, outcome, entries, _verdict(query, outcome, entries), ms))
    return judged


def _verdict(query: Query, outcome: str, entries: tuple[str, ...]) -> str:
    given = {"answer": "answered", "calc": "answered", "choose": "offered"}.get(outcome, "refused")
    if given == "refused" or not entries:
        return "refused"
    if not query.expected:
        return given
    return f"{given}_right" if query.expected.intersection(entries) else f"{given}_wrong"


def _share(judged: Sequence[Judged], verdict: str) -> float:
    return round(sum(j.verdict == verdict for j in judged) / len(judged), 4) if judged else 0.0


def summarise(judged: Sequence[Judged]) -> Summary:
    """The shares of each verdict within its group, and the times in milliseconds."""
    inside = [j for j in judged if j.query.expected]
    outside = [j for j in judged if not j.query.expected]
    times = sorted(j.ms for j in judged) or [0.0]
    return {
        "n": len(judged),
        "in_domain": {
            "n": len(inside),
            "answered_right": _share(inside, "answered_right"),
            "offered_right": _share(inside, "offered_right"),
            "answered_wrong": _share(inside, "answered_wrong"),
            "offered_wrong": _share(inside, "offered_wrong"),
            "refused": _share(inside, "refused"),
        },
        "off_topic": {
            "n": len(outside),
            "answered": _share(outside, "answered"),
            "offered": _share(outside, "offered"),
            "refused": _share(outside, "refused"),
        },
        "median_ms": round(times[len(times) // 2], 3),
        "p95_ms": round(times[min(len(times) - 1, int(len(times) * 0.95))], 3),
    }


def misses(judged: Iterable[Judged]) -> list[Judged]:
    """The queries that went wrong: not answered right, or off-topic and not refused."""
    return [j for j in judged if j.verdict != ("answered_right" if j.query.expected else "refused")]
