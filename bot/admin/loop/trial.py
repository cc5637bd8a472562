"""Before a wording is saved: the project's queries with and without it, what gets better or worse.

A trial runs in a thread, one at a time, can be watched and broken off; what came out is kept as long
as the base is the same. Nothing is written by it.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import structlog

from bot.dialogue.advise import advise
from bot.dialogue.snapshot import Snapshot
from bot.errors import BotError
from bot.knowledge.model import Base
from bot.matching.evaluate import Given, Judged, Query, Summary, judge, read_queries, summarise
from bot.matching.find import Matcher

OWN_QUERIES = "cau-hoi-kiem-tra.jsonl"
"""In the knowledge folder: the queries of this installation, in the place of the shipped ones."""
ENTRY, OUTSIDE = "entry", "outside"
_SHIPPED = Path(__file__).resolve().parents[3] / "tests" / "queries"
_KEPT = 20
_GOOD = {"answered_right": 3, "offered_right": 2, "refused": 1}
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """New wordings of an entry, or of a subject outside; `about` are the questions it is for."""

    kind: str
    target: str
    phrasings: tuple[str, ...]
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """A query whose end changed: what was given for it before, and what now."""

    text: str
    expected: tuple[str, ...]
    before: Judged
    after: Judged


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change does to the queries, and to the very questions that it is for."""

    before: Summary
    after: Summary
    better: tuple[Moved, ...]
    worse: tuple[Moved, ...]
    about: tuple[Judged, ...]

    @property
    def is_harmless(self) -> bool:
        """Whether no query gets worse."""
        return not self.worse


@dataclass(slots=True)
class Trial:
    """A trial under way or over; `group` are the readings of the questions that it is for."""

    id: str
    change: Change
    group: tuple[str, ...]
    by: str
    done: int = 0
    total: int = 0
    outcome: Outcome | None = None
    failure: str = ""
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def state(self) -> str:
        """One of running, done, cancelled, failed."""
        if self.outcome is not None:
            return "done"
        if self.failure:
            return "failed"
        return "cancelled" if self.stop.is_set() else "running"


class _Stopped(Exception):
    """Somebody broke the trial off."""


class Trials:
    """The trials of this program, the last few of them."""

    def __init__(self, knowledge: Path) -> None:
        self._knowledge = knowledge
        self._trials: dict[str, Trial] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._one_at_a_time = threading.Lock()
        self._before: tuple[str, list[Judged]] | None = None
        self._outcomes: dict[tuple[str, Change], Outcome] = {}

    def find(self, trial_id: str) -> Trial | None:
        """A trial of this run."""
        return self._trials.get(trial_id)

    def begin(
        self, snapshot: Snapshot, change: Change, group: tuple[str, ...], by: str, today: date
    ) -> Trial:
        """Starts a trial; it goes on by itself."""
        trial = Trial(secrets.token_urlsafe(9), change, group, by)
        self._trials[trial.id] = trial
        for old in list(self._trials)[:-_KEPT]:
            self._trials.pop(old).stop.set()
        known = self._outcomes.get((snapshot.base.version, change))
        if known is not None:
            trial.outcome = known
            return trial
        task = asyncio.create_task(asyncio.to_thread(self._run, trial, snapshot, today))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return trial

    def _run(self, trial: Trial, snapshot: Snapshot, today: date) -> None:
        try:
            with self._one_at_a_time:
                trial.outcome = self._measure(trial, snapshot, today)
                self._outcomes[snapshot.base.version, trial.change] = trial.outcome
        except _Stopped:
            pass
        except BotError as error:
            trial.failure = str(error)
        except Exception:
            _log.exception("trial_broken")
            trial.failure = "Không thử được vì máy chủ gặp lỗi. Lỗi đã ghi vào nhật ký máy chủ."

    def _measure(self, trial: Trial, snapshot: Snapshot, today: date) -> Outcome:
        queries = [query for path in query_files(self._knowledge) for query in read_queries(path)]
        about = [Query(text, frozenset()) for text in trial.change.about]
        version = snapshot.base.version
        known = self._before[1] if self._before and self._before[0] == version else None
        trial.total = len(queries) * (1 if known else 2) + len(about)
        if known is None:
            known = _judge(trial, snapshot, queries, today)
            self._before = (version, known)
        changed = with_change(snapshot, trial.change)
        after = _judge(trial, changed, queries, today)
        answered = _judge(trial, changed, about, today)
        moved = [
            Moved(old.query.text, tuple(sorted(old.query.expected)), old, new)
            for old, new in zip(known, after, strict=True)
            if _worth(old) != _worth(new)
        ]
        return Outcome(
            summarise(known),
            summarise(after),
            tuple(one for one in moved if _worth(one.after) > _worth(one.before)),
            tuple(one for one in moved if _worth(one.after) < _worth(one.before)),
            tuple(answered),
        )


def query_files(knowledge: Path) -> list[Path]:
    """The project's query files: the installation's own, else those that came along."""
    own = knowledge / OWN_QUERIES
    return [own] if own.is_file() else sorted(_SHIPPED.glob("held-*.jsonl"))


def with_change(snapshot: Snapshot, change: Change) -> Snapshot:
    """The snapshot as it would be with the change."""
    base = changed_base(snapshot.base, change)
    return replace(snapshot, base=base, matcher=Matcher(base, snapshot.matcher.fitted))


def changed_base(base: Base, change: Change) -> Base:
    """The base with new wordings in it."""
    if change.kind == ENTRY:
        entry = base.entries[change.target]
        new = replace(entry, phrasings=(*entry.phrasings, *change.phrasings))
        return replace(base, entries={**base.entries, entry.id: new})
    outside = tuple(
        replace(one, phrasings=(*one.phrasings, *change.phrasings))
        if one.id == change.target
        else one
        for one in base.words.outside
    )
    return replace(base, words=replace(base.words, outside=outside))


def _judge(trial: Trial, snapshot: Snapshot, queries: Sequence[Query], today: date) -> list[Judged]:
    def ask(text: str) -> Given:
        if trial.stop.is_set():
            raise _Stopped
        advice = advise(snapshot, text, today)
        trial.done += 1
        return advice.outcome, advice.entries

    return judge(queries, ask)


def _worth(judged: Judged) -> int:
    """How good an end is: a wrong answer is worse than none."""
    if judged.query.expected:
        return _GOOD.get(judged.verdict, -1 if judged.verdict == "answered_wrong" else 0)
    return {"refused": 1, "offered": 0}.get(judged.verdict, -1)
