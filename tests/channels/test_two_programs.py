"""Two real programs on one real PostgreSQL: one polls, and when it is killed the other does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.channels.test_end_to_end import program_for, served_fake, wait_for
from tests.fakes.telegram import FakeTelegram
from tests.web.conftest import Served

pytestmark = pytest.mark.process
KEY = "k" * 43
ASKED = ("mất thẻ cử tri thì làm sao", "danh mục")


@pytest.fixture
def pair(
    new_postgresql: Callable[..., str], tmp_path: Path
) -> Iterator[tuple[FakeTelegram, list[Served]]]:
    """A fake Telegram and two programs on one database, both set to poll."""
    url = new_postgresql("test_1")
    with served_fake() as fake:
        programs = []
        for name in ("một", "hai"):
            folder = tmp_path / name
            folder.mkdir()
            settings = {"BOT_DATABASE_URL": url, "BOT_SECRET_KEY": KEY, "BOT_LOG_LEVEL": "DEBUG"}
            programs.append(program_for(fake, folder, **settings))
        for program in programs:
            program.start()
        yield fake, programs
        for program in programs:
            if program.process:
                program.stop()


def duties_of(program: Served) -> set[str]:
    """What the program took over, by its log."""
    return set(re.findall(r'"duty": "([\w/]+)", "event": "duty_taken"', program.errors))


def test_one_polls_and_looks_after_things_and_the_other_takes_over(
    pair: tuple[FakeTelegram, list[Served]],
) -> None:
    fake, programs = pair
    wait_for(lambda: sum("listen/telegram" in duties_of(p) for p in programs), programs[0])
    holder, other = sorted(programs, key=lambda p: "listen/telegram" not in duties_of(p))
    fake.write(1, ASKED[0])
    wait_for(lambda: fake.to(1), holder)
    assert "listen/telegram" not in duties_of(other)
    assert len([p for p in programs if "upkeep" in duties_of(p)]) == 1

    holder.kill()
    for person in range(2, 12):
        for text in ASKED:
            fake.write(person, text)
    wait_for(lambda: all(len(fake.to(person)) == 2 for person in range(2, 12)), other)
    assert {"listen/telegram", "upkeep"} <= duties_of(other)
    for person in range(2, 12):
        first, second = (sent.text for sent in fake.to(person))
        assert "thẻ cử tri" in first
        assert "Bạn muốn xem theo cách nào?" in second
    assert len(fake.to(1)) == 1
