"""A complaint to the board, written in the chat where the rules take it there."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import show_date, vietnam_date
from bot.contest.discipline import check_complaints_open, complain
from bot.contest.document import Published
from bot.contest.refusal import Refused
from bot.dialogue.compose import MENU_BUTTON
from bot.dialogue.contest import codes, sayings
from bot.dialogue.contest.hall import Step, Visit
from bot.dialogue.contest.task import Task
from bot.dialogue.messages import Button, Reply
from bot.store import contest_discipline
from bot.store.contest_discipline import Complaint

_FEWEST_WORDS = 4
_SHOWN_AT_MOST = 3


def is_taken(visit: Visit, published: Published) -> bool:
    """Whether the rules take complaints here now."""
    if published.contest.is_practice or "bot" not in published.contest.complaints.channel:
        return False
    try:
        check_complaints_open(published, visit.at)
    except Refused:
        return False
    return True


def ask(visit: Visit, published: Published, lead: str = "") -> Step:
    """Asks for the complaint in the person's own words."""
    if not is_taken(visit, published):
        back = Button(sayings.BACK, codes.open_contest(published.id))
        return Step(Reply(sayings.COMPLAINT_NOT_HERE, buttons=(back, MENU_BUTTON)))
    days = published.contest.complaints.answer_within_days
    text = f"{lead}\n\n{sayings.COMPLAINT_ASK.format(days)}".strip()
    return Step(Reply(text, title=published.contest.title), Task("complaint", published.id))


async def tell_own(visit: Visit, published: Published, entrant_id: int) -> list[str]:
    """The person's latest complaints in a contest, each with its answer or when that is due."""
    found = await contest_discipline.list_complaints(visit.tx, published.id, entrant_id)
    return [_told(one) for one in found[-_SHOWN_AT_MOST:]]


def _told(one: Complaint) -> str:
    if one.answered_at is None or not one.answer:
        return sayings.COMPLAINT_OPEN.format(one.id, show_date(vietnam_date(one.due_at)))
    day = show_date(vietnam_date(one.answered_at))
    return sayings.COMPLAINT_ANSWERED.format(one.id, day, one.answer)


def is_about_law(visit: Visit, text: str) -> bool:
    """Whether a text is a question of the base word for word, and so no complaint."""
    return visit.snapshot.matcher.find(text[:300]).score >= 1


async def take_text(visit: Visit, task: Task, text: str) -> Step | None:
    """Hands the complaint to the board, sealed."""
    published = await visit.contest(task.contest)
    if published is None:
        return None
    if len(text.split()) < _FEWEST_WORDS:
        return ask(visit, published, sayings.COMPLAINT_SHORT)
    entrant = await visit.entrant(published)
    try:
        number = await complain(
            visit.tx,
            published,
            visit.hall.sealer,
            entrant.id if entrant else None,
            "bot",
            text,
            visit.at,
        )
    except Refused as refused:
        return Step(Reply(str(refused), buttons=(MENU_BUTTON,)), hides=True)
    days = published.contest.complaints.answer_within_days
    due = show_date(vietnam_date(visit.at + timedelta(days=days)))
    said = sayings.COMPLAINT_TAKEN.format(number, due)
    return Step(Reply(said, title=published.contest.title, buttons=(MENU_BUTTON,)), hides=True)
