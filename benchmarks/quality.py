"""Right answers at an equal share of false ones: the bot and four baselines, side by side.

    python -m benchmarks quality [FILE...]

Everyone gets the same wordings and the same questions in one run. *False answers* are two shares:
of the questions that an entry answers, those answered with a wrong entry; of the questions off
topic, those answered at all. Each baseline answers above a threshold, on the best of three measures:
its score, its score by the number of words asked (a sum grows with them), or its lead over the next
entry. The threshold is the lowest at which neither share is above the bot's own. Measure and
threshold are thus chosen on these very questions, in the baselines' favour; the bot keeps what was
fitted on other questions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.baselines import BASELINES, Baseline, Wordings, fold_line
from benchmarks.material import KNOWLEDGE, ROOT, TODAY, own_base
from bot.dialogue.advise import advise
from bot.dialogue.snapshot import Snapshot, build_snapshot
from bot.matching.evaluate import Query, judge, read_queries, summarise

Order = tuple[Query, Sequence[str]]
_MEASURES = 3


@dataclass(frozen=True, slots=True)
class Quality:
    """How one way of answering did. All but the milliseconds are shares.

    `by_file` has the share answered right of the questions of each file that has any.
    """

    name: str
    answered_right: float
    answered_wrong: float
    off_topic_answered: float
    top1: float
    top3: float
    median_ms: float
    by_file: dict[str, float]


@dataclass(frozen=True, slots=True)
class Ranked:
    """What a baseline said to one question: the best entries in order, and how sure it is.

    `inside` is whether an entry came first, and not a subject that the base has no entry for.
    `sure` has the score, the score by words and the lead.
    """

    query: Query
    order: tuple[str, ...]
    sure: tuple[float, ...]
    inside: bool
    ms: float

    @property
    def is_right(self) -> bool:
        """Whether a right entry came first."""
        return self.inside and self.order[0] in self.query.expected


def default_files() -> list[Path]:
    """The query files of the project that nothing was fitted on."""
    return sorted((ROOT / "tests" / "queries").glob("dev-*.jsonl"))


def measure(report: Callable[[str], None], files: Sequence[Path] = ()) -> dict[str, Any]:
    """The figures of everyone for the questions of the files."""
    asked = {path.stem: read_queries(path) for path in files or default_files()}
    queries = [query for some in asked.values() for query in some]
    snapshot = build_snapshot(own_base(), KNOWLEDGE)
    ours = _measure_ours(snapshot, asked)
    rows = [ours]
    report(_told(ours))
    wordings = _wordings_of(snapshot)
    for kind in BASELINES:
        ranked = _ask_all(kind(wordings), wordings, snapshot, queries)
        row = _at_equal_rate(kind.name, ranked, ours, asked)
        rows.append(row)
        report(_told(row))
    best = max(row.answered_right for row in rows[1:])
    return {
        "questions": sum(bool(query.expected) for query in queries),
        "off_topic": sum(not query.expected for query in queries),
        "files": sorted(asked),
        "wordings": len(wordings.lines),
        "rows": [asdict(row) for row in rows],
        "ahead_of_best": round(ours.answered_right - best, 4),
    }


def _measure_ours(snapshot: Snapshot, asked: dict[str, list[Query]]) -> Quality:
    def ask(text: str) -> tuple[str, tuple[str, ...]]:
        advice = advise(snapshot, text, TODAY)
        return advice.outcome, advice.entries

    queries = [query for some in asked.values() for query in some]
    judged = judge(queries, ask)
    summary = summarise(judged)
    right = {j.query for j in judged if j.verdict == "answered_right"}
    orders: list[Order] = [
        (query, [c.entry for c in snapshot.matcher.find(query.text).candidates])
        for query in queries
    ]
    return Quality(
        name="this bot",
        answered_right=summary["in_domain"]["answered_right"],
        answered_wrong=summary["in_domain"]["answered_wrong"],
        off_topic_answered=summary["off_topic"]["answered"],
        top1=_found_among(orders, 1),
        top3=_found_among(orders, 3),
        median_ms=summary["median_ms"],
        by_file=_by_file(asked, right),
    )


def _wordings_of(snapshot: Snapshot) -> Wordings:
    matcher = snapshot.matcher
    said = [entry.questions for entry in matcher.entries]
    said += [subject.phrasings for subject in matcher.outside]
    owners = [number for number, texts in enumerate(said) for _ in texts]
    lines = [fold_line(text) for texts in said for text in texts]
    return Wordings(lines, np.array(owners), len(said), len(matcher.entries))


def _ask_all(
    baseline: Baseline, wordings: Wordings, snapshot: Snapshot, queries: Iterable[Query]
) -> list[Ranked]:
    ranked = []
    for query in queries:
        begun = time.perf_counter()
        line = fold_line(query.text)
        scores = baseline.scores(line)
        order = np.argsort(-scores, kind="stable")
        ms = (time.perf_counter() - begun) * 1_000
        entries = [int(number) for number in order if number < wordings.entries]
        ids = tuple(snapshot.matcher.entries[number].id for number in entries[:3])
        first, second = int(order[0]), int(order[1])
        score = float(scores[first])
        sure = (score, score / max(len(line.split()), 1), score - float(scores[second]))
        ranked.append(Ranked(query, ids, sure, first < wordings.entries, ms))
    return ranked


def _at_equal_rate(
    name: str, ranked: Sequence[Ranked], ours: Quality, asked: dict[str, list[Query]]
) -> Quality:
    """A baseline with the measure and threshold that give most right and no more false answers."""
    inside = [r for r in ranked if r.query.expected]
    outside = [r for r in ranked if not r.query.expected]
    wrong_at_most = round(ours.answered_wrong * len(inside))
    stray_at_most = round(ours.off_topic_answered * len(outside))
    answered: list[Ranked] = []
    for number in range(_MEASURES):
        wrong = [r.sure[number] for r in inside if r.inside and not r.is_right]
        stray = [r.sure[number] for r in outside if r.inside]
        above = max(_threshold(wrong, wrong_at_most), _threshold(stray, stray_at_most))
        given = [r for r in ranked if r.inside and r.sure[number] > above]
        answered = max(answered, given, key=lambda some: sum(r.is_right for r in some))
    orders: list[Order] = [(r.query, r.order) for r in ranked]
    off_topic = sum(not r.query.expected for r in answered)
    right = {r.query for r in answered if r.is_right}
    wrong_answers = len(answered) - off_topic - sum(r.is_right for r in answered)
    return Quality(
        name=name,
        answered_right=_share(sum(r.is_right for r in answered), len(inside)),
        answered_wrong=_share(wrong_answers, len(inside)),
        off_topic_answered=_share(off_topic, len(outside)),
        top1=_found_among(orders, 1),
        top3=_found_among(orders, 3),
        median_ms=round(float(np.median([r.ms for r in ranked])), 3),
        by_file=_by_file(asked, right),
    )


def _threshold(scores: Sequence[float], allowed: int) -> float:
    """The score above which at most `allowed` of the scores lie."""
    highest = sorted(scores, reverse=True)
    return highest[allowed] if allowed < len(highest) else float("-inf")


def _share(count: int, of: int) -> float:
    return round(count / max(of, 1), 4)


def _by_file(asked: dict[str, list[Query]], right: set[Query]) -> dict[str, float]:
    inside = {name: [q for q in some if q.expected] for name, some in asked.items()}
    return {n: _share(len(right.intersection(qs)), len(qs)) for n, qs in inside.items() if qs}


def _found_among(orders: Sequence[Order], count: int) -> float:
    """The share of questions that have an entry with a right one among the first."""
    asked = [(query, order) for query, order in orders if query.expected]
    found = sum(bool(query.expected.intersection(order[:count])) for query, order in asked)
    return _share(found, len(asked))


def _told(row: Quality) -> str:
    return (
        f"{row.name:36} right {row.answered_right:6.1%}   wrong {row.answered_wrong:5.1%}   "
        f"off topic {row.off_topic_answered:5.1%}   top-1 {row.top1:6.1%}   top-3 {row.top3:6.1%}   "
        f"{row.median_ms:6.2f} ms"
    )


def table(results: dict[str, Any]) -> str:
    """The results as Markdown."""
    files = list(results["rows"][0]["by_file"])
    heads = ["", "answered right", *(f"in {name}" for name in files)]
    heads += ["answered wrong", "off topic answered", "top-1", "top-3", "median ms"]
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)]]
    for row in results["rows"]:
        shares = [row["answered_right"], *(row["by_file"][name] for name in files)]
        shares += [row["answered_wrong"], row["off_topic_answered"], row["top1"], row["top3"]]
        lines.append(
            [row["name"], *(f"{share:.1%}" for share in shares), f"{row['median_ms']:.2f}"]
        )
    about = (
        f"{results['questions']} questions and {results['off_topic']} off topic, "
        f"{results['wordings']:,} wordings. The bot answers "
        f"{results['ahead_of_best'] * 100:+.1f} points more right than the best baseline."
    )
    return "\n".join([about, "", *("| " + " | ".join(line) + " |" for line in lines)])
