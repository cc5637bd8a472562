"""Reminders in the dialogue: asked for, called off, and said when their time has come."""

from __future__ import annotations

import re
from datetime import datetime

from bot.calculators.reminders import Reminder, plan_reminders
from bot.clock import show_date, show_time, vietnam_date
from bot.dialogue import presses, sayings
from bot.dialogue.messages import Button, Reply
from bot.dialogue.snapshot import Snapshot
from bot.knowledge.citations import render_citations
from bot.knowledge.variables import NOT_CALLED
from bot.language.fold import fold, tidy

_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
_ME = r"(?: (?:toi|minh|em|chau|con|bac|chi|anh|tui|tao|mk|t|m))?"
_OF = (
    r"(?:(?: (?:ve|khi|luc|truoc|gan|sap|toi|den|ngay|lich|ky|cuoc|di|cac|moc))*"
    r" (?:bau cu|bau|bo phieu|lich))?"
)
_KINDLY = r"(?: (?:nhe|nha|nhe|voi|a|giup|di|nua|duoc khong|dc ko|truoc|nhe a|voi a))*"
_ASKED = re.compile(
    rf"/nhac|(?:(?:hay|nho|xin|vui long|bot|ban|may|cho|lam on) ?)*nhac(?: nho)?{_ME}{_OF}{_KINDLY}"
    rf"|(?:(?:cho|xin|toi|minh|em|muon) ?)*(?:dang ky|dat lich|bat|nhan|hen)(?: nhan)?"
    rf"(?: (?:lich|tin))? nhac(?: nho)?{_ME}{_OF}{_KINDLY}"
)
_CALLED_OFF = re.compile(
    rf"/thoinhac|(?:(?:toi|minh|em|xin|hay) ?)*(?:thoi|dung|khong|ko|k|huy|tat|bo|ngung|ngừng)"
    rf"(?: (?:can|muon|nhan|dang ky|lich|khong))* nhac(?: nho)?{_ME}{_OF}{_KINDLY}"
)


def wish_in(text: str) -> bool | None:
    """True where a text asks for reminders, False where it calls them off, None for any other."""
    line = fold(tidy(text)).strip(" .!?")
    if _CALLED_OFF.fullmatch(line):
        return False
    return True if _ASKED.fullmatch(line) else None


def show_promise(snapshot: Snapshot, now: datetime) -> Reply:
    """What a person who asked for reminders is promised; honest where no election is called."""
    planned = plan_reminders(snapshot.base, vietnam_date(now))
    coming = [one for one in planned if one.at > now]
    stop = Button(sayings.NO_MORE_REMINDERS, presses.remind(on=False))
    if not planned:
        return Reply(
            f"{sayings.REMINDER_KEPT}\n\n{NOT_CALLED} {sayings.REMINDER_LATER}", buttons=(stop,)
        )
    times = "\n".join(map(_show_time_of, coming))
    text = f"{sayings.REMINDER_TIMES}\n{times}" if coming else sayings.REMINDERS_OVER
    return Reply(f"{text}\n\n{sayings.REMINDER_WINDOW}", buttons=(stop,))


def _show_time_of(reminder: Reminder) -> str:
    one = reminder.milestone
    # What stands behind the colon is for the day itself.
    what = one.milestone.what.partition(":")[0]
    return f"- {show_time(reminder.at)}: {what} ({show_date(one.day)})."


def show_called_off(*, had_asked: bool) -> Reply:
    """That reminders are called off."""
    return Reply(sayings.REMINDER_OFF if had_asked else sayings.REMINDER_NEVER_ON)


def show_no_way() -> Reply:
    """That the person cannot be reminded where he writes now."""
    return Reply(sayings.REMINDER_NOT_HERE)


def show_reminder(snapshot: Snapshot, reminder: Reminder) -> Reply:
    """A reminder as it is said; it counts no days, for it may arrive later than it was sent."""
    one = reminder.milestone
    day = f"{_WEEKDAYS[one.day.weekday()]}, {show_date(one.day)}"
    entry = snapshot.entry(reminder.entry)
    more = (Button(entry.question, presses.answer(entry.id)),) if entry else ()
    return Reply(
        f"{day}: {one.milestone.what}.\n\n{sayings.REMINDER_WHY}",
        title=sayings.REMINDER_TITLE,
        citations=tuple(render_citations(one.milestone.citations, snapshot.base.laws)),
        buttons=(*more, Button(sayings.NO_MORE_REMINDERS, presses.remind(on=False))),
        note=sayings.ANSWER_NOTE,
    )
