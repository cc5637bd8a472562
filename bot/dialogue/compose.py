"""Replies made of advice, entries and menus; nothing here remembers or decides anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from bot.clock import show_date
from bot.dialogue import presses, sayings
from bot.dialogue.advise import Advice
from bot.dialogue.messages import Button, Reply
from bot.dialogue.snapshot import Snapshot
from bot.knowledge.model import Entry, Topic

CALENDAR = "moc"
"""The calculator that pages through the whole calendar."""

MENU_BUTTON = Button(sayings.MENU, presses.menu())
PAGE = 5
"""Questions a page of a list: with "more" and "menu" below they still fit a phone."""


def show_answer(snapshot: Snapshot, entry: Entry, question: int | None = None) -> Reply:
    """An entry's answer with its legal basis, and what can be done next.

    `question` is the number of the question it answers, for the two feedback buttons.
    """
    buttons = []
    if entry.detail:
        buttons.append(Button(sayings.MORE, presses.detail(entry.id)))
    if related_entries(snapshot, entry):
        buttons.append(Button(sayings.RELATED, presses.related(entry.id)))
    if question is not None:
        buttons += [
            Button(sayings.USEFUL, presses.feedback(question, useful=True)),
            Button(sayings.NOT_USEFUL, presses.feedback(question, useful=False)),
        ]
    return Reply(
        text=snapshot.say(entry.answer),
        title=entry.question,
        citations=snapshot.citations(entry),
        buttons=tuple(buttons),
        note=sayings.ANSWER_NOTE,
    )


def show_detail(snapshot: Snapshot, entry: Entry) -> Reply:
    """The rest of an entry."""
    return Reply(
        text=snapshot.say(entry.detail or entry.answer),
        title=entry.question,
        citations=snapshot.citations(entry),
        buttons=_related_button(snapshot, entry),
        note=sayings.ANSWER_NOTE,
    )


def _related_button(snapshot: Snapshot, entry: Entry) -> tuple[Button, ...]:
    if not related_entries(snapshot, entry):
        return (MENU_BUTTON,)
    return (Button(sayings.RELATED, presses.related(entry.id)), MENU_BUTTON)


def related_entries(snapshot: Snapshot, entry: Entry) -> list[Entry]:
    """The related entries that may be said."""
    found = (snapshot.entry(other) for other in entry.related)
    return [other for other in found if other is not None]


def show_related(snapshot: Snapshot, entry: Entry) -> Reply:
    """The list of what is related to an entry."""
    buttons = [
        Button(other.question, presses.answer(other.id))
        for other in related_entries(snapshot, entry)
    ]
    return Reply(sayings.RELATED_TEXT, buttons=(*buttons, MENU_BUTTON))


def show_computed(snapshot: Snapshot, advice: Advice) -> Reply:
    """A computed answer, with the entries that explain it, or the places to choose, as buttons."""
    if advice.places:
        places = [Button(p.title, presses.place(p.unit, p.village)) for p in advice.places]
        return Reply(advice.text, advice.title, buttons=(*places, MENU_BUTTON))
    explained = (snapshot.entry(entry_id) for entry_id in advice.entries)
    buttons = [Button(e.question, presses.answer(e.id)) for e in explained if e is not None]
    if advice.page is not None:
        title = sayings.NEXT_PAGE if advice.page else sayings.ALL_MILESTONES
        buttons.insert(0, Button(title, presses.tool(CALENDAR, advice.page)))
    return Reply(
        advice.text, advice.title, advice.citations, (*buttons, MENU_BUTTON), sayings.ANSWER_NOTE
    )


def show_choices(snapshot: Snapshot, advice: Advice, question: int) -> Reply:
    """The entries among which the person is asked to choose."""
    buttons = [
        Button(snapshot.base.entries[entry_id].question, presses.choice(question, entry_id))
        for entry_id in advice.entries
    ]
    none = Button(sayings.NONE_OF_THESE, presses.none_of(question))
    return Reply(sayings.WHICH, buttons=(*buttons, none))


def show_refusal(snapshot: Snapshot, advice: Advice, question: int) -> Reply:
    """That the bot does not know, who does, and which parts of the base lie near.

    `question` is the number of the question, for the button that sends it to the office.
    """
    outside = advice.match.outside if advice.match else ""
    if outside:
        return show_contact(snapshot, sayings.OUTSIDE.format(outside))
    nearest = nearest_parts(snapshot, advice)
    text = [f"{sayings.REFUSED} {snapshot.base.service.contact}", sayings.KEPT]
    if nearest:
        text.append(sayings.NEAREST)
    buttons = [Button(part.title, presses.part(part.id)) for part in nearest]
    return Reply("\n\n".join(text), buttons=(_staff_button(question), *buttons, MENU_BUTTON))


def _staff_button(question: int) -> Button:
    return Button(sayings.TO_STAFF, presses.to_staff(question))


def nearest_parts(snapshot: Snapshot, advice: Advice) -> list[Topic]:
    """Up to two parts of the base that the best candidates belong to."""
    if advice.match is None:
        return []
    entries = (snapshot.base.entries[c.entry] for c in advice.match.candidates[:5])
    wanted = list(dict.fromkeys(entry.part for entry in entries))[:2]
    titles = {part.id: part for part in snapshot.base.service.parts}
    return [titles[part] for part in wanted]


def show_contact(snapshot: Snapshot, text: str, question: int | None = None) -> Reply:
    """A sentence with the place where a person can ask people.

    `question` is the number of a question that can be sent to the office from here.
    """
    buttons = () if question is None else (_staff_button(question),)
    return Reply(f"{text}\n\n{snapshot.base.service.contact}", buttons=(*buttons, MENU_BUTTON))


def show_staff_answer(snapshot: Snapshot, question: str, asked_on: date, answer: str) -> Reply:
    """What somebody of the office answered to a question that was sent on."""
    organisation = snapshot.base.service.organisation
    note = sayings.STAFF_NOTE.format(
        organisation=organisation, day=show_date(asked_on), question=question
    )
    return Reply(answer, sayings.STAFF_ANSWERS, buttons=(MENU_BUTTON,), note=note)


def show_welcome(snapshot: Snapshot, more: Sequence[Button] = ()) -> Reply:
    """First words: that this is a machine, what its answers are, how data is treated."""
    service = snapshot.base.service
    return Reply(
        f"{service.welcome}\n\n{service.notice}",
        title=service.name,
        buttons=(*_menu_buttons(), *more),
    )


def show_menu(more: Sequence[Button] = ()) -> Reply:
    """The ways into the lists, the calculators, and whatever else is open."""
    return Reply(sayings.MENU_TEXT, buttons=(*_menu_buttons(), *more))


def _menu_buttons() -> tuple[Button, ...]:
    return (
        Button(sayings.BY_PART, presses.menu("part")),
        Button(sayings.BY_AUDIENCE, presses.menu("group")),
        Button(sayings.TOOLS, presses.menu("tools")),
    )


def show_parts(snapshot: Snapshot) -> Reply:
    """The parts of the base."""
    parts = snapshot.base.service.parts
    return Reply(
        sayings.PART_TEXT,
        buttons=tuple(Button(p.title, presses.part(p.id)) for p in parts if snapshot.by_part(p.id)),
    )


def show_audiences(snapshot: Snapshot) -> Reply:
    """The groups of readers."""
    groups = snapshot.base.service.audiences
    return Reply(
        sayings.AUDIENCE_TEXT,
        buttons=tuple(Button(g.title, presses.group(g.id)) for g in groups),
    )


def show_list(topic: Topic, entries: Sequence[Entry], page: int, by_part: bool) -> Reply:
    """One page of the questions of a part or for a group."""
    shown = entries[page * PAGE : (page + 1) * PAGE]
    buttons = [Button(entry.question, presses.answer(entry.id)) for entry in shown]
    if (page + 1) * PAGE < len(entries):
        turn = presses.part if by_part else presses.group
        buttons.append(Button(sayings.NEXT_PAGE, turn(topic.id, page + 1)))
    buttons.append(MENU_BUTTON)
    pages = -(-len(entries) // PAGE)
    text = f"{sayings.LIST_TEXT} (trang {page + 1}/{pages})" if pages > 1 else sayings.LIST_TEXT
    return Reply(text, title=topic.title, buttons=tuple(buttons))


def find_topic(topics: Iterable[Topic], topic_id: str) -> Topic | None:
    """The topic with an id."""
    return next((topic for topic in topics if topic.id == topic_id), None)
