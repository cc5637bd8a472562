"""Killed again and again in the middle of a busy hour: nothing lost, nothing counted twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.dialogue.snapshot import Snapshot
from tests.fakes.crowd import Crowd
from tests.fakes.ordeal import SECRET, survive
from tests.fakes.telegram import TOKEN


@pytest.mark.process
async def test_a_crowd_is_answered_once_each_though_the_program_is_killed(
    snapshot: Snapshot, tmp_path: Path
) -> None:
    questions = [entry.question for entry in snapshot.base.spoken][:40]
    crowd = Crowd(people=40, each=6, questions=questions)
    told, log = await survive(tmp_path, crowd, kills=2, seconds=5)
    assert told.faults == ()
    assert told.replies == told.messages + told.doubles
    assert TOKEN.partition(":")[2] not in log
    assert SECRET not in log
    assert questions[0] not in log
