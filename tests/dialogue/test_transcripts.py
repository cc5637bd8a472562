"""Runs the talks of tests/dialogues/; how they are written stands in its README."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from bot.dialogue import sayings
from bot.dialogue.messages import Reply
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.turn import Handler
from bot.store.database import Database
from tests.conftest import NOW, ROOT
from tests.dialogue.conftest import MONDAY, Stage, Talk, asked, in_doubt

FILES = sorted((ROOT / "tests" / "dialogues").glob("*.yaml"))
TALKS = [
    pytest.param(talk, id=f"{file.stem}: {talk['title']}")
    for file in FILES
    for talk in yaml.safe_load_all(file.read_text(encoding="utf-8"))
]
Expected = Callable[[Snapshot, Reply, Any], bool]

_EXPECTED: dict[str, Expected] = {
    "entry": lambda snapshot, reply, want: reply.title == snapshot.base.entries[want].question,
    "title": lambda _, reply, want: reply.title == want,
    "says": lambda _, reply, want: want in reply.text,
    "silent_on": lambda _, reply, want: want not in f"{reply.title} {reply.text} {reply.note}",
    "said": lambda _, reply, want: reply.said == want,
    "note": lambda _, reply, want: want in reply.note,
    "citation": lambda _, reply, want: any(want in line for line in reply.citations),
    "buttons": lambda _, reply, want: set(want) <= {b.title for b in reply.buttons},
    "no_buttons": lambda _, reply, want: not set(want) & {b.title for b in reply.buttons},
    "count": lambda _, reply, want: len(reply.buttons) == want,
    "offers": lambda snapshot, reply, want: (
        reply.text == sayings.WHICH
        and {snapshot.base.entries[i].question for i in want} <= {b.title for b in reply.buttons}
    ),
    "refuses": lambda snapshot, reply, want: (
        (
            reply.text.startswith(sayings.REFUSED)
            and snapshot.base.service.contact.strip() in reply.text
        )
        is want
    ),
}


@pytest.mark.parametrize("script", TALKS)
async def test_a_talk_goes_as_written(
    script: dict[str, Any], db: Database, snapshot: Snapshot, stage: Stage
) -> None:
    if doubt := script.get("doubt"):
        snapshot = in_doubt(snapshot, doubt)
    opened = script.get("contests")
    hall = stage.set_up(db) if opened else None
    handler = Handler(db, lambda: snapshot, hall=hall)
    people: dict[str, Talk] = {}
    now = MONDAY if opened == "tuan-1" else NOW
    talk = people.setdefault("lan", Talk(handler, now=now))
    seen: dict[str, str] = {}
    for step in script["talk"]:
        for act, value in step.items():
            if act == "person":
                talk = people.setdefault(value, Talk(handler, value, now=talk.now))
            elif act == "bot":
                _check(snapshot, talk, value, step)
            elif act == "stored":
                assert (await asked(db))[-1]["text"] == value
            elif act == "questions":
                assert len(await asked(db)) == value
            else:
                await _act(talk, act, value, seen)


async def _act(talk: Talk, act: str, value: Any, seen: dict[str, str]) -> None:
    if act == "after":
        number, unit = value.split()
        talk.wait(float(number) * {"minutes": 1, "hours": 60, "days": 1_440}[unit])
        return
    if act == "citizen":
        await talk.say(value)
    elif act == "press":
        await talk.press_titled(value)
    elif act == "press_again":
        await talk.press(seen[value])
    elif act == "forged":
        await talk.press(value)
    else:
        pytest.fail(f"a talk has no «{act}»")
    seen.update({button.title: button.press for button in talk.reply.buttons})


def _check(snapshot: Snapshot, talk: Talk, wanted: dict[str, Any], step: object) -> None:
    assert wanted, "an empty expectation checks nothing"
    for what, want in wanted.items():
        assert _EXPECTED[what](snapshot, talk.reply, want), f"{step}: {what}\ngot {talk.reply}"


def test_there_are_talks_to_run() -> None:
    assert len(TALKS) >= 20
