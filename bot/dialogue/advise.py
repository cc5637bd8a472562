"""One question, no conversation: what the base, the calculators or small talk say to it.

The same question gets the same words from the same base, whoever asks. `ask`, `eval` and every
channel come through here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from bot.calculators.calculate import Computed, calculate, judge_case
from bot.calculators.calendar import calendar_page
from bot.calculators.where import Choice, Where, find_named, find_place
from bot.dialogue.remembered import Remembered
from bot.dialogue.smalltalk import find_remark_in, is_whole_remark
from bot.dialogue.snapshot import Snapshot
from bot.knowledge.citations import render_citations
from bot.knowledge.model import Entry
from bot.language.fold import fold, tidy
from bot.language.mask import mask_numbers
from bot.language.read import Reading
from bot.matching.find import Match

WHERE_TITLE = "Nơi bỏ phiếu"

_LONGEST_KEPT = 200
"""Letters of a question whose advice is kept for the next who asks it; longer ones are stories."""

_MOSTLY = 0.5
"""Of a message's words: small talk that takes up so much of it is what the message is about."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What is said to a question.

    `outcome` is answer, choose, refuse, calc or smalltalk; `entries` the ids that were given.
    `match` holds what the matcher found, where it was asked; `places` are polling places of which
    the person should choose one; `page` the page of the whole calendar that goes on from here.
    """

    outcome: str
    text: str
    entries: tuple[str, ...] = ()
    score: float = 0.0
    citations: tuple[str, ...] = ()
    title: str = ""
    normalised: str = ""
    match: Match | None = None
    places: tuple[Choice, ...] = ()
    page: int | None = None


def advise(snapshot: Snapshot, text: str, today: date) -> Advice:
    """The advice on a question; `today` is the day in Việt Nam, for what counts days."""
    masked = mask_numbers(text)
    # Whoever tells his own number asks nothing that comes again, and it is not to lie about.
    if masked != text or len(text) > _LONGEST_KEPT:
        return _work_out(snapshot, text, masked, today)
    known: Remembered[tuple[str, date], Advice] = snapshot.remembered
    advice = known.get((text, today))
    if advice is None:
        advice = _work_out(snapshot, text, masked, today)
        known.put((text, today), advice)
    return advice


def _work_out(snapshot: Snapshot, text: str, masked: str, today: date) -> Advice:
    words = snapshot.base.words
    match = snapshot.matcher.find(masked)
    normalised = match.reading.line
    if match.score < 1:
        computed = compute(snapshot, text, today)
        if computed is not None:
            return computed
        said = (
            is_whole_remark(text, words.refusals)
            or is_whole_remark(text, words.smalltalk)
            or find_remark_in(text, words.refusals)
        )
        if said is None:
            # A few words of small talk are weaker evidence than an entry that surely answers.
            share = _MOSTLY if match.outcome == "answer" else 0
            said = find_remark_in(text, words.smalltalk, share)
        if said is not None:
            return Advice("smalltalk", said.reply, normalised=normalised)
    elif (judged := judge_case(text, snapshot.base, today)) is not None:
        # The base has such a question too, and its answer is the general rule.
        return _computed(snapshot, text, judged)
    if match.outcome == "answer":
        entry = snapshot.base.entries[match.entries[0]]
        return _answer(snapshot, entry, match)
    if match.outcome == "refuse":
        named = find_named(text, snapshot.base, snapshot.base.places)
        if named is not None:
            return tell_place(snapshot, replace(named, entries=()), normalised)
    return Advice(
        outcome=str(match.outcome),
        text="",
        entries=match.entries,
        score=match.score,
        normalised=normalised,
        match=match,
    )


def compute(snapshot: Snapshot, text: str, today: date) -> Advice | None:
    """What a calculator says to a question, or the list of polling places."""
    base = snapshot.base
    computed = calculate(text, base, today)
    if computed is not None:
        return _computed(snapshot, text, computed)
    where = find_place(text, base, base.places)
    return tell_place(snapshot, where, _normalised(text)) if where else None


def tell_place(snapshot: Snapshot, where: Where, normalised: str = "") -> Advice:
    """The advice on polling places."""
    computed = Computed(WHERE_TITLE, where.text, where.citations, where.entries)
    return replace(_computed(snapshot, "", computed), normalised=normalised, places=where.choices)


def show_calendar(snapshot: Snapshot, page: int, today: date) -> Advice | None:
    """A page of the whole calendar."""
    computed = calendar_page(snapshot.base, today, page)
    return _computed(snapshot, "", computed) if computed else None


def _computed(snapshot: Snapshot, text: str, computed: Computed) -> Advice:
    return Advice(
        outcome="calc",
        text=computed.text,
        entries=tuple(entry for entry in computed.entries if snapshot.entry(entry)),
        score=1.0,
        citations=tuple(render_citations(computed.citations, snapshot.base.laws)),
        title=computed.title,
        normalised=_normalised(text),
        page=computed.page,
    )


def _normalised(text: str) -> str:
    return mask_numbers(fold(tidy(text)))


def _answer(snapshot: Snapshot, entry: Entry, match: Match) -> Advice:
    return Advice(
        outcome="answer",
        text=snapshot.say(entry.answer),
        entries=(entry.id,),
        score=match.score,
        citations=snapshot.citations(entry),
        title=entry.question,
        normalised=match.reading.line,
        match=match,
    )


def is_vietnamese(reading: Reading) -> bool:
    """Whether a message has at least one word in Latin letters or a number."""
    return any(word.isascii() for word in reading.folded)
