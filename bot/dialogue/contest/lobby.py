"""The way to a paper: which contests there are, what their rules say, the last word before the clock."""

from __future__ import annotations

from collections.abc import Iterator

from bot.contest import play, registration
from bot.contest.document import Published
from bot.contest.fields import label_of
from bot.contest.limits import attempts_left
from bot.contest.refusal import Refused
from bot.contest.registration import Form
from bot.contest.rules import Round
from bot.contest.telling import show_span, tell_play, tell_prizes, tell_rounds, tell_who
from bot.contest.winning import Won, won_by
from bot.dialogue.compose import MENU_BUTTON
from bot.dialogue.contest import codes, sayings
from bot.dialogue.contest.codes import Act
from bot.dialogue.contest.hall import Step, Visit
from bot.dialogue.contest.paper import Desk, show_next
from bot.dialogue.messages import Button, Reply
from bot.store import contest_attempts
from bot.store.contest_entrants import Entrant

_PAGE = 1_500
"""Letters of the rules a page: one message on every channel."""
_MOST_LISTED = 8


async def take_up(visit: Visit) -> Step | None:
    """The paper that the person left open, at its next question; None where there is none."""
    for published in await visit.contests():
        entrant = await visit.entrant(published)
        if entrant is None:
            continue
        seats = await play.resume(visit.tx, published, entrant.id, visit.at)
        if seats:
            return show_next(Desk(visit, published, seats[0]), 0)
    return None


async def list_contests(visit: Visit) -> Step:
    """The open paper if there is one; otherwise the contests of this channel, open ones first."""
    open_paper = await take_up(visit)
    if open_paper is not None:
        return open_paper
    order = ("open", "resting", "coming", "over")
    found = await visit.contests()
    found.sort(key=lambda p: (order.index(visit.standing(p)), p.contest.is_practice))
    if not found:
        return Step(Reply(sayings.NONE_OPEN, buttons=(MENU_BUTTON,)))
    shown = found[:_MOST_LISTED]
    lines = [f"{p.contest.title}\n{_rounds(visit, p)}" for p in shown]
    buttons = [Button(p.contest.title, codes.open_contest(p.id)) for p in shown]
    text = "\n\n".join([*lines, sayings.LIST_TEXT])
    return Step(Reply(text, title=sayings.CONTESTS, buttons=(*buttons, MENU_BUTTON)))


async def practise(visit: Visit) -> Step:
    """A practice paper, at once: the open one, or a new one where nothing need be told."""
    open_paper = await take_up(visit)
    if open_paper is not None:
        return open_paper
    for published in await visit.contests():
        if published.contest.is_practice and visit.standing(published) == "open":
            return await show_contest(visit, published)
    return Step(Reply(sayings.NO_PRACTICE, buttons=(MENU_BUTTON,)))


async def doors(visit: Visit) -> tuple[Button, ...]:
    """The button of the menu: contests where one is open, else practice, else none."""
    found = [p for p in await visit.contests() if visit.standing(p) in ("open", "resting")]
    real = [p for p in found if not p.contest.is_practice]
    if real:
        return (Button(sayings.CONTESTS, codes.LIST),)
    return tuple(Button(sayings.PRACTICE, codes.open_contest(p.id)) for p in found[:1])


async def show_contest(visit: Visit, published: Published, lead: str = "") -> Step:
    """A contest: its rounds, how one plays, where the person stands, what he can do next.

    With a `lead` only that is said, and the rounds.
    """
    entrant = await visit.entrant(published)
    asks = bool(published.contest.registration.fields)
    parts = [lead, _rounds(visit, published)]
    if not lead:
        parts.append("\n".join(_about(published)))
    if asks and not lead:
        parts.append(sayings.REGISTERED if entrant else sayings.NOT_REGISTERED)
    buttons = [*await _ways_in(visit, published, entrant)]
    if entrant is not None:
        won = await won_by(visit.tx, published, visit.hall.sealer, entrant)
        if told := tell_won(won):
            parts.append(told)
        if won.asked:
            buttons.insert(0, Button(sayings.CLAIM, codes.claim(published.id)))
    if published.document.rules_text:
        buttons.append(Button(sayings.RULES, codes.rules(published.id)))
    if entrant is not None and asks:
        buttons.append(Button(sayings.OWN, codes.own(published.id)))
    if entrant is not None:
        buttons.append(Button(sayings.MINE, codes.MINE))
    text = "\n\n".join(part for part in parts if part)
    reply = Reply(text, title=published.contest.title, buttons=(*buttons[:4], MENU_BUTTON))
    return Step(reply)


def tell_won(won: Won) -> str:
    """What the person has won, and what he still has to tell for it; empty where nothing."""
    lines = [sayings.WON.format(award.name) for award in won.awards]
    lines += [sayings.WON_CODE.format(award.code) for award in won.awards if award.code]
    if won.missing:
        names = ", ".join(label_of(one) for one in won.missing)
        lines.append(sayings.AWARD_MISSING.format(names, sayings.CLAIM))
    return "\n".join(lines)


async def show_rules(visit: Visit, published: Published, page: int) -> Step:
    """A page of the rules as they were signed."""
    pages = list(_pages(published.document.rules_text)) or [sayings.NO_RULES]
    page = min(max(page, 0), len(pages) - 1)
    buttons = [Button(sayings.BACK, codes.open_contest(published.id)), MENU_BUTTON]
    if page + 1 < len(pages):
        buttons.insert(0, Button(sayings.MORE_RULES, codes.rules(published.id, page + 1)))
    title = f"{sayings.RULES} (trang {page + 1}/{len(pages)})" if len(pages) > 1 else sayings.RULES
    return Step(Reply(pages[page], title=title, buttons=tuple(buttons)))


async def ask_ready(visit: Visit, published: Published, number: int, lead: str = "") -> Step:
    """The last word before the clock runs; an open paper goes on instead."""
    one = published.round(number)
    if one is None:
        return await show_contest(visit, published, sayings.OUTDATED)
    entrant = await visit.entrant(published)
    if entrant is None and published.contest.registration.fields:
        return await show_contest(visit, published, sayings.NOT_REGISTERED)
    before = await contest_attempts.of_entrant(visit.tx, entrant.id) if entrant else []
    if any(attempt.status == "open" for attempt in before):
        open_paper = await take_up(visit)
        if open_paper is not None:
            return open_paper
    paper = published.paper(one)
    size = f"{paper.question_count} câu hỏi"
    guess = " và 1 câu dự đoán" if published.contest.prediction.enabled else ""
    parts = [lead, f"{size}{guess}, làm trong {show_span(paper.time_limit_s)}."]
    if entrant is not None:
        extra = await contest_attempts.granted(visit.tx, entrant.id, number)
        left = attempts_left(published, one, before, extra, visit.at)
        if left is not None:
            parts.append(sayings.ATTEMPTS_LEFT.format(left))
    parts.append(sayings.READY.format(sayings.BEGIN))
    buttons = (
        Button(sayings.BEGIN, codes.start(published.id, number, len(before))),
        Button(sayings.BACK, codes.open_contest(published.id)),
    )
    title = f"{published.contest.title} · {one.label}"
    return Step(Reply("\n\n".join(part for part in parts if part), title=title, buttons=buttons))


async def begin(visit: Visit, published: Published, act: Act) -> Step:
    """Starts an attempt; an old button, or one pressed twice, starts no second one."""
    number = act.number(1)
    one = published.round(number)
    if one is None:
        return await show_contest(visit, published, sayings.OUTDATED)
    entrant = await visit.entrant(published)
    before = await contest_attempts.of_entrant(visit.tx, entrant.id) if entrant else []
    is_open = any(a.status == "open" and a.round == number for a in before)
    if not is_open and len(before) != act.number(2):
        return await ask_ready(visit, published, number, sayings.STALE_START)
    try:
        return await _start(visit, published, one, entrant, is_open=is_open)
    except Refused as refused:
        return await show_contest(visit, published, str(refused))


async def _start(
    visit: Visit, published: Published, one: Round, entrant: Entrant | None, *, is_open: bool
) -> Step:
    """The paper's first question; or the place in the queue. Raises `Refused`."""
    queue, key = visit.hall.queue, f"{published.id}:{visit.channel}:{visit.address}"
    if not is_open:
        play.check_open(published, one, visit.at)
        place = queue.ask(key, visit.at)
        if place is not None:
            said = sayings.WAITING.format(place.number)
            return await ask_ready(visit, published, published.rounds[one.id], said)
    with queue.inside(key, visit.at):
        entrant = entrant or await _enter(visit, published, one)
        seat = await play.start(
            visit.tx,
            published,
            entrant.id,
            one.id,
            visit.at,
            channel=visit.channel,
            device=visit.device,
        )
    return show_next(Desk(visit, published, seat), 0)


async def _enter(visit: Visit, published: Published, one: Round) -> Entrant:
    """Enters somebody in a contest that asks nothing of him."""
    if published.contest.registration.fields:
        raise Refused("not_registered", sayings.NOT_REGISTERED)
    play.check_open(published, one, visit.at)
    return await registration.register(
        visit.tx,
        published,
        visit.hall.sealer,
        visit.trees(published),
        visit.person_id,
        visit.channel,
        Form({}),
        visit.at,
    )


async def _ways_in(visit: Visit, published: Published, entrant: Entrant | None) -> list[Button]:
    if entrant is None and published.contest.registration.fields:
        is_over = visit.standing(published) == "over"
        return [] if is_over else [Button(sayings.ENROL, codes.enrol(published.id))]
    rounds = [r for r in published.contest.rounds if published.is_open(r, visit.at)]
    single = len(rounds) == 1
    return [
        Button(
            sayings.PLAY if single else f"{sayings.PLAY}: {one.label}",
            codes.ready(published.id, published.rounds[one.id]),
        )
        for one in rounds
    ]


def _rounds(visit: Visit, published: Published) -> str:
    told = tell_rounds(published, visit.at)
    if len(told) == 1:
        return told[0].words
    return "\n".join(f"- {one.round.label}: {one.words}" for one in told)


def _about(published: Published) -> Iterator[str]:
    contest = published.contest
    yield from (f"- {line}" for line in tell_who(contest))
    yield from (f"- {line}" for line in tell_play(contest))
    for prizes in tell_prizes(contest):
        yield f"- {prizes.title}: {'; '.join(prizes.lines)}."


def _pages(text: str) -> Iterator[str]:
    """The text in pages, cut between paragraphs."""
    page = ""
    for paragraph in filter(None, (part.strip() for part in text.split("\n\n"))):
        if page and len(page) + len(paragraph) > _PAGE:
            yield page
            page = ""
        page = f"{page}\n\n{paragraph}" if page else paragraph
    if page:
        yield page
