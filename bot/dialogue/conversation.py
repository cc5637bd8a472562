"""The conversation: one message of a person in, one reply out, whatever the channel.

Knows no channel, no HTTP and no SQL: what must be stored comes back in the `Turn`, and the number
of a question is asked for through a function, since the store gives it.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import date

from bot.clock import vietnam_date
from bot.dialogue import compose, presses, reminders, sayings, tools
from bot.dialogue.advise import Advice, advise, is_vietnamese
from bot.dialogue.commands import command_in
from bot.dialogue.contest import sayings as contest_sayings
from bot.dialogue.contest.hall import Step
from bot.dialogue.contest.room import Room
from bot.dialogue.messages import Button, Message, Reply
from bot.dialogue.presses import Press, read_press
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.states import State, read_choice, remember
from bot.language.fold import tidy
from bot.language.mask import mask_numbers
from bot.language.read import LONGEST_QUESTION, split_words

_UNREAD = frozenset({sayings.EMPTY, sayings.NOT_TEXT})

_LONGEST_READ = LONGEST_QUESTION * 4
"""Letters; the rest of a longer message is not even looked at."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is to be recorded."""

    text: str
    advice: Advice
    ms: float


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a person thought of an answer: useful (1), not useful (-1), or none of the choices.

    With `for_staff` he wants somebody of the office to answer.
    """

    question: int
    value: int
    none_fits: bool = False
    for_staff: bool = False


Recorder = Callable[[Question], Awaitable[int]]
"""Records a question and gives its number."""

Reminder = Callable[[bool], Awaitable[bool | None]]
"""Asks for reminders or calls them off; whether that is new, None where nobody can be reminded."""

Judge = Callable[[Feedback], Awaitable[bool]]
"""Records feedback; False where the question is not this person's or is gone."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a message led to: the reply, and what is remembered for the next one.

    With `erases` the person asked for everything about him to be erased.
    """

    reply: Reply
    state: State = field(default_factory=State)
    erases: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """Answers the messages of one person against one snapshot of the base.

    `room` takes what belongs to contests, `remind` who wants to be reminded; without one there are
    none here.
    """

    snapshot: Snapshot
    record: Recorder
    judge: Judge
    room: Room | None = None
    remind: Reminder | None = None

    async def reply(self, message: Message, state: State, *, is_new: bool = False) -> Turn:
        """The turn that a message leads to; exactly one reply, whatever came in."""
        step = await self.room.take(message, state) if self.room else None
        if step is not None:
            return self._stepped(step, message, state, is_new=is_new)
        reply, task = await self._reply(message, state), state.task
        if is_new and reply.text != compose.show_welcome(self.snapshot).text:
            reply = replace(reply, note=sayings.FIRST_NOTE)
        if self.room is not None:
            reply, left = await self.room.remind(reply, message, state)
            task = left.to_data()
        # A sticker in between does not take away what can be chosen.
        asked = remember(reply.buttons, message.at, reply.asks, task)
        kept = state if reply.text in _UNREAD else asked
        return Turn(replace(reply, said=_said(message, state)), kept)

    def _stepped(self, step: Step, message: Message, state: State, *, is_new: bool) -> Turn:
        said = contest_sayings.HIDDEN if step.hides else _said(message, state)
        reply = replace(step.reply, said=said)
        if is_new:
            reply = replace(reply, note=f"{sayings.FIRST_NOTE} {reply.note}".strip())
        kept = remember(reply.buttons, message.at, task=step.task.to_data())
        return Turn(reply, kept, step.erases)

    async def _reply(self, message: Message, state: State) -> Reply:
        if message.press is not None:
            return await self._pressed(message.press, message)
        if message.text is None:
            return Reply(sayings.NOT_TEXT)
        text = tidy(message.text[:_LONGEST_READ])
        if not split_words(text):
            return Reply(sayings.EMPTY)
        commanded = await self._commanded(text, message, state)
        return commanded or await self._typed(text, message, state)

    async def _commanded(self, text: str, message: Message, state: State) -> Reply | None:
        match command_in(text):
            case "start":
                return compose.show_welcome(self.snapshot, await self._doors())
            case "cancel":
                open_ = state.is_open(message.at)
                return Reply(sayings.CANCELLED if open_ else sayings.NOTHING_TO_CANCEL)
            case "help":
                return Reply(sayings.HELP, buttons=(Button(sayings.MENU, presses.menu()),))
            case "menu":
                return compose.show_menu(await self._doors())
        wish = reminders.wish_in(text)
        return None if wish is None else await self._reminded(wish, message)

    async def _reminded(self, wish: bool, message: Message) -> Reply:
        changed = await self.remind(wish) if self.remind else None
        if changed is None:
            return reminders.show_no_way()
        if wish:
            return reminders.show_promise(self.snapshot, message.at)
        return reminders.show_called_off(had_asked=changed)

    async def _doors(self) -> tuple[Button, ...]:
        return await self.room.buttons() if self.room else ()

    async def _typed(self, text: str, message: Message, state: State) -> Reply:
        form = state.open_form(message.at)
        chosen = None if form else read_choice(text)
        if chosen is not None:
            return await self._chose(chosen, message, state)
        if len(text) > LONGEST_QUESTION:
            return Reply(sayings.TOO_LONG)
        named = tools.place_among(state, text) if state.is_open(message.at) else ""
        if named:
            return await self._pressed(named, message)
        return await self._asked(text, message, form)

    async def _chose(self, place: int, message: Message, state: State) -> Reply:
        if state.is_open(message.at):
            if place < len(state.offered):
                return await self._pressed(state.offered[place][0], message)
            again = tuple(Button(title, code) for code, title in state.offered)
            return Reply(sayings.NO_SUCH_CHOICE, buttons=again)
        return Reply(sayings.EXPIRED_CHOICE, buttons=(Button(sayings.MENU, presses.menu()),))

    async def _asked(self, text: str, message: Message, form: str) -> Reply:
        begun = time.perf_counter()
        today = vietnam_date(message.at)
        filled = tools.answer_form(self.snapshot, form, text, today) if form else None
        advice = filled or advise(self.snapshot, text, today)
        if form and advice.outcome in ("refuse", "choose"):
            again = tools.ask_again(form, text)
            if again is not None:
                return again
        ms = (time.perf_counter() - begun) * 1_000
        number = await self.record(Question(text, advice, ms))
        reply = self._show(advice, number)
        # Numbers that cannot be right are mended at once, so the form stays open for them.
        corrected = filled is not None and not filled.entries and not filled.places
        return replace(reply, asks=form) if corrected else reply

    def _show(self, advice: Advice, number: int) -> Reply:
        if advice.outcome == "answer":
            entry = self.snapshot.base.entries[advice.entries[0]]
            return compose.show_answer(self.snapshot, entry, number)
        if advice.outcome == "choose":
            return compose.show_choices(self.snapshot, advice, number)
        if advice.outcome == "calc":
            return compose.show_computed(self.snapshot, advice)
        if advice.outcome == "smalltalk":
            return Reply(advice.text)
        if advice.match and not is_vietnamese(advice.match.reading):
            return Reply(sayings.OTHER_LANGUAGE)
        return compose.show_refusal(self.snapshot, advice, number)

    async def _pressed(self, code: str, message: Message) -> Reply:
        press = read_press(code)
        reply = None
        if press is not None:
            if press.kind in "adrc":
                reply = self._entry_pressed(press)
            elif press.kind in "mpg":
                reply = self._menu_pressed(press, await self._doors())
            elif press.kind in "kw":
                reply = self._tool_pressed(press, vietnam_date(message.at))
            elif press.kind in "nus":
                reply = await self._judged(press)
            elif press.kind == "l":
                reply = await self._reminded(press.arguments == ("1",), message)
        return reply or Reply(sayings.GONE, buttons=(Button(sayings.MENU, presses.menu()),))

    def _entry_pressed(self, press: Press) -> Reply | None:
        entry = self.snapshot.entry(press.arguments[-1]) if press.arguments else None
        if entry is None:
            return None
        if press.kind == "d":
            return compose.show_detail(self.snapshot, entry)
        if press.kind == "r":
            return compose.show_related(self.snapshot, entry)
        question = _number(press.arguments[0]) if press.kind == "c" else None
        return compose.show_answer(self.snapshot, entry, question)

    def _menu_pressed(self, press: Press, doors: tuple[Button, ...]) -> Reply | None:
        if press.kind == "m":
            if press.arguments == ("part",):
                return compose.show_parts(self.snapshot)
            if press.arguments == ("group",):
                return compose.show_audiences(self.snapshot)
            if press.arguments == ("tools",):
                return tools.show_tools()
            return compose.show_menu(doors)
        return self._list_pressed(press)

    def _list_pressed(self, press: Press) -> Reply | None:
        if len(press.arguments) != 2:
            return None
        topic_id, page = press.arguments[0], _number(press.arguments[1])
        service, by_part = self.snapshot.base.service, press.kind == "p"
        topic = compose.find_topic(service.parts if by_part else service.audiences, topic_id)
        entries = (self.snapshot.by_part if by_part else self.snapshot.by_audience)(topic_id)
        if topic is None or page is None or page * compose.PAGE >= len(entries):
            return None
        return compose.show_list(topic, entries, page, by_part)

    def _tool_pressed(self, press: Press, today: date) -> Reply | None:
        if press.kind == "k":
            tool_id, page = [*press.arguments, "0"][:2] if press.arguments else ("", "0")
            return tools.open_tool(self.snapshot, tool_id, _number(page) or 0, today)
        if len(press.arguments) != 2:
            return None
        return tools.show_place(self.snapshot, *press.arguments)

    async def _judged(self, press: Press) -> Reply | None:
        question = _number(press.arguments[0]) if press.arguments else None
        if question is None:
            return None
        useful = press.kind == "u" and press.arguments[1:] == ("1",)
        kind = press.kind
        feedback = Feedback(question, 1 if useful else -1, kind == "n", kind == "s")
        if not await self.judge(feedback):
            return Reply(sayings.FEEDBACK_GONE)
        if useful:
            return Reply(sayings.THANKS_USEFUL)
        if kind == "s":
            return compose.show_contact(self.snapshot, sayings.SENT_TO_STAFF)
        said = sayings.THANKS_NOT_USEFUL if kind == "u" else sayings.NONE_CHOSEN
        return compose.show_contact(self.snapshot, said, question)


def _said(message: Message, state: State) -> str:
    """What the person said, for the page that shows the talk: a button's title or typed text."""
    if message.press is not None:
        return state.title_of(message.press)
    # Tidied first: invisible characters between its digits would hide a number from the mask.
    return mask_numbers(tidy((message.text or "")[:_LONGEST_READ]))[:LONGEST_QUESTION]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
