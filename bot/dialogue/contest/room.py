"""The contest's part of the dialogue: what it takes of a message, and what it leaves to the rest.

button of a contest        -> done here, wherever the person stands
«thi», «điểm của tôi» …    -> done here, unless they are typed into a form
form or paper under way    -> what fits it is done here
anything else              -> the rest of the dialogue, with a reminder that the clock runs
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.contest.document import Published
from bot.dialogue import mydata
from bot.dialogue.commands import Command, command_in
from bot.dialogue.contest import codes, complaint, enrol, lobby, outcome, sayings, typed, working
from bot.dialogue.contest.codes import Act, read_act
from bot.dialogue.contest.form import ask
from bot.dialogue.contest.hall import Step, Visit
from bot.dialogue.contest.task import Task
from bot.dialogue.messages import Button, Message, Reply
from bot.dialogue.presses import read_press
from bot.dialogue.states import State, read_choice
from bot.language.fold import fold, tidy

_LONGEST_READ = 6_000
_PAPER_VERBS = frozenset({"q", "a", "guess", "look", "hand", "key", "result"})
_LOST = {"form": sayings.FORM_GONE, **dict.fromkeys(_PAPER_VERBS, sayings.NO_PAPER)}


@dataclass(frozen=True, slots=True)
class Room:
    """Contests for one message."""

    visit: Visit

    async def take(self, message: Message, state: State) -> Step | None:
        """What the message leads to here; None where it is for the rest of the dialogue."""
        task = Task.from_data(state.task)
        # In a paper a letter is an answer, in a form a value, whatever buttons were shown last.
        code = message.press or _pressed_by_text(message, state, letters=not task.kind)
        if code is not None:
            return await self._pressed(code, task)
        busy = task.active and _is_waiting(task, state, message.at)
        if message.text is None:
            return await self._show_again(task, sayings.NOT_TEXT) if busy else None
        text = message.text[:_LONGEST_READ]
        command = command_in(text)
        if command is not None:
            return await self._commanded(command, task) if busy else None
        return await self._typed(text, task, state, busy=busy)

    async def buttons(self) -> tuple[Button, ...]:
        """What the menu offers of contests."""
        return await lobby.doors(self.visit)

    async def remind(self, reply: Reply, message: Message, state: State) -> tuple[Reply, Task]:
        """A reply of the rest of the dialogue, with what is still waiting; and the task now."""
        task = Task.from_data(state.task)
        if not task.kind or not task.active:
            return reply, task
        if message.text is not None and command_in(message.text) is not None:
            task = replace(task, active=task.kind == "paper")
        if not task.active or not _is_waiting(task, state, message.at):
            return reply, replace(task, active=False)
        if task.kind == "paper":
            note, buttons, task = await working.remind(self.visit, task)
        elif task.kind == "complaint":
            note, buttons = sayings.COMPLAINT_WAITS, ()
        else:
            title, code = enrol.way_back(self.visit, task)
            note = sayings.FORM_WAITS.format(title)
            buttons = (Button(title, code),)
        note = f"{reply.note}\n{note}".strip()
        return replace(reply, note=note, buttons=(*reply.buttons, *buttons)), task

    async def _typed(self, text: str, task: Task, state: State, *, busy: bool) -> Step | None:
        meant_elsewhere = _is_choice_elsewhere(text, state)
        if busy and task.kind == "form" and not meant_elsewhere:
            if typed.wish_in(text) == "list":
                return await self._show_again(task)
            if enrol.is_about_law(self.visit, task, text):
                return None
            return await enrol.take_text(self.visit, task, text)
        if busy and task.kind == "complaint" and not meant_elsewhere:
            if complaint.is_about_law(self.visit, text):
                return None
            return await complaint.take_text(self.visit, task, text)
        if busy and task.kind == "paper" and not meant_elsewhere:
            step = await working.take_text(self.visit, task, text)
            if step is not None:
                return step
        return await self._wished(text, task)

    async def _wished(self, text: str, task: Task) -> Step | None:
        match typed.wish_in(text):
            case "list":
                return await self._list(task)
            case "practice":
                return await lobby.practise(self.visit)
            case "mine":
                return self._beside(await outcome.show_mine(self.visit), task)
            case "data":
                return self._beside(await mydata.show(self.visit), task)
            case "complain":
                return await self._complain(task)
        if typed.move_in(text) == "hand":
            found = await lobby.take_up(self.visit)
            if found is not None:
                return await working.hand_in_left(self.visit, found.task)
        return None

    async def _complain(self, task: Task) -> Step | None:
        """A complaint about the contest that the person takes part in; none in the middle of a form."""
        if task.kind == "form":
            return await self._show_again(task)
        for published in await self.visit.contests():
            taken = complaint.is_taken(self.visit, published)
            if taken and await self.visit.entrant(published) is not None:
                return complaint.ask(self.visit, published)
        return await lobby.list_contests(self.visit)

    async def _list(self, task: Task) -> Step:
        if task.kind == "form":
            again = await self._show_again(task)
            if again is not None:
                return again
        return await lobby.list_contests(self.visit)

    async def _commanded(self, command: Command, task: Task) -> Step | None:
        if command != "cancel":
            return None
        if task.kind == "paper":
            return await working.keep(self.visit, task)
        if task.kind == "complaint":
            return Step(Reply(sayings.COMPLAINT_CANCELLED))
        return enrol.cancelled(self.visit, task)

    async def _show_again(self, task: Task, lead: str = "") -> Step | None:
        """Where the person stands, once more."""
        if task.kind == "paper":
            return await working.show_again(self.visit, task, lead)
        published = await self.visit.contest(task.contest)
        if task.kind == "complaint":
            return complaint.ask(self.visit, published, lead) if published else None
        sheet = enrol.open_sheet(self.visit, published, task) if published else None
        return ask(sheet, lead) if sheet else None

    async def _pressed(self, code: str, task: Task) -> Step | None:
        act = read_act(code)
        if act is not None:
            return await self._act(act, task)
        step = await mydata.take_code(self.visit, code)
        return self._beside(step, task) if step else None

    async def _act(self, act: Act, task: Task) -> Step:
        step = await self._paper_act(act, task)
        if step is None and act.verb == "form":
            step = await enrol.take_act(self.visit, task, act)
        if step is None:
            step = await self._contest_act(act, task)
        if step is None:
            lost = _LOST.get(act.verb, sayings.NOT_FOUND)
            step = Step(Reply(lost, buttons=(Button(sayings.CONTESTS, codes.LIST),)), task)
        return step

    async def _paper_act(self, act: Act, task: Task) -> Step | None:
        if act.verb not in _PAPER_VERBS:
            return None
        step = await working.take_act(self.visit, act)
        return self._beside(step, task) if step and act.verb in ("key", "result") else step

    async def _contest_act(self, act: Act, task: Task) -> Step | None:
        if act.verb == "list":
            return await self._list(task)
        if act.verb == "mine":
            return self._beside(await outcome.show_mine(self.visit), task)
        published = await self.visit.contest(act.text(0))
        if published is None:
            return None
        step = await self._looked(act, published)
        return self._beside(step, task) if step else await self._entered(act, published, task)

    async def _looked(self, act: Act, published: Published) -> Step | None:
        """A look at a contest, which ends nothing that is under way."""
        match act.verb:
            case "open":
                return await lobby.show_contest(self.visit, published)
            case "rules":
                return await lobby.show_rules(self.visit, published, act.number(1))
            case "own":
                return await enrol.show_own(self.visit, published)
        return None

    async def _entered(self, act: Act, published: Published, task: Task) -> Step | None:
        match act.verb:
            case "enrol":
                return await enrol.enter(self.visit, published, task)
            case "amend":
                return await enrol.amend(self.visit, published)
            case "claim":
                return await enrol.claim(self.visit, published, task)
            case "ready":
                return await lobby.ask_ready(self.visit, published, act.number(1))
            case "start":
                return await lobby.begin(self.visit, published, act)
            case "complain":
                again = await self._show_again(task) if task.kind == "form" else None
                return again or complaint.ask(self.visit, published)
        return None

    def _beside(self, step: Step, task: Task) -> Step:
        """A look at something else: what was under way still waits."""
        if step.task.kind or not task.kind:
            return step
        reply = step.reply
        if task.kind == "form" and task.active:
            title, _ = enrol.way_back(self.visit, task)
            reply = replace(reply, note=sayings.FORM_WAITS.format(title))
        return replace(step, reply=reply, task=task)


def _is_waiting(task: Task, state: State, now: datetime) -> bool:
    """Whether a text may still be meant for what is under way: a paper waits as long as it runs."""
    return task.kind == "paper" or (bool(task.kind) and state.is_fresh(now))


def _pressed_by_text(message: Message, state: State, *, letters: bool) -> str | None:
    """The contest's button among those offered last that a text names by number, letter or title."""
    if message.text is None or not state.is_open(message.at):
        return None
    ours = [code for code, _ in state.offered if _is_ours(code)]
    if not ours:
        return None
    text = message.text[:_LONGEST_READ]
    line = fold(tidy(text)).rstrip(".!?")
    for code, title in state.offered:
        if code in ours and line and line == fold(tidy(title)):
            return code
    place = read_choice(text) if letters or tidy(text)[:1].isdigit() else None
    if place is None or place >= len(state.offered):
        return None
    code = state.offered[place][0]
    return code if code in ours else None


def _is_choice_elsewhere(text: str, state: State) -> bool:
    """Whether a number picks a button of an answer that came in between."""
    first = state.offered[0][0] if state.offered else ""
    is_number = tidy(text)[:1].isdigit() and read_choice(text) is not None
    return bool(first) and is_number and not _is_ours(first)


def _is_ours(code: str) -> bool:
    press = read_press(code)
    return press is not None and press.kind in "ty"
