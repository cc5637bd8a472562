"""The calculators by the menu: their list, what each asks for, and what becomes of the answer."""

from __future__ import annotations

from datetime import date

from bot.calculators.forms import FORMS, READY, question_of
from bot.calculators.where import find_chosen
from bot.dialogue import compose, presses, sayings
from bot.dialogue.advise import Advice, compute, show_calendar, tell_place
from bot.dialogue.messages import Button, Reply
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.states import State
from bot.language.fold import fold
from bot.language.read import split_words

_FEW_WORDS = 4
"""A short line that no calculator can read was meant for the form all the same."""


def show_tools() -> Reply:
    """The list of the calculators."""
    titles = [*((form.id, form.title) for form in FORMS.values()), *READY]
    buttons = [Button(title, presses.tool(tool_id)) for tool_id, title in titles]
    return Reply(sayings.TOOLS_TEXT, buttons=(*buttons, compose.MENU_BUTTON))


def open_tool(snapshot: Snapshot, tool_id: str, page: int, today: date) -> Reply | None:
    """What a calculator asks for, or its answer where it needs nothing; None for an unknown one."""
    if tool_id == compose.CALENDAR:
        calendar = show_calendar(snapshot, page, today)
        return compose.show_computed(snapshot, calendar) if calendar else None
    form = FORMS.get(tool_id)
    if form is not None:
        return Reply(form.prompt, title=form.title, asks=form.id)
    advice = compute(snapshot, dict(READY).get(tool_id, ""), today)
    return compose.show_computed(snapshot, advice) if advice else None


def answer_form(snapshot: Snapshot, form_id: str, text: str, today: date) -> Advice | None:
    """The advice on what was typed into a form; None where it holds nothing to reckon with."""
    form = FORMS.get(form_id)
    if form is None:
        return None
    question = question_of(form, text)
    return compute(snapshot, text, today) or (
        compute(snapshot, question, today) if question else None
    )


def ask_again(form_id: str, text: str) -> Reply | None:
    """The form once more, where what was typed was meant for it and could not be read."""
    form = FORMS.get(form_id)
    meant = len(split_words(text)) <= _FEW_WORDS or any(map(str.isdigit, text))
    if form is None or not meant:
        return None
    unread = sayings.FORM_NOT_FOUND if form.id == "noi-bau" else sayings.FORM_UNREAD
    return Reply(f"{unread} {form.prompt}\n\n{sayings.FORM_LEAVE}", asks=form.id)


def show_place(snapshot: Snapshot, unit: str, village: str) -> Reply | None:
    """Where a chosen commune or village votes; None where the lists no longer have it."""
    base = snapshot.base
    where = find_chosen(unit, village, base, base.places)
    return compose.show_computed(snapshot, tell_place(snapshot, where)) if where else None


def place_among(state: State, text: str) -> str:
    """The code of the one offered place that a text names ("lương minh"); empty for none."""
    said = set(split_words(fold(text)))
    named = [
        code
        for code, title in state.offered
        if code.startswith(presses.place("")[:2]) and said <= set(split_words(fold(title)))
    ]
    return named[0] if said and len(named) == 1 else ""
