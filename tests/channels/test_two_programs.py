"""Two real programs on one real PostgreSQL: one polls, and when it is killed the other does."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.channels.test_end_to_end import program_for, served_fake, wait_for
from tests.conftest import KNOWLEDGE
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
    knowledge = shutil.copytree(KNOWLEDGE, tmp_path / "kho")
    with served_fake() as fake:
        programs = []
        for name in ("một", "hai"):
            folder = tmp_path / name
            folder.mkdir()
            settings = {
                "BOT_DATABASE_URL": url,
                "BOT_KNOWLEDGE_DIR": str(knowledge),
                "BOT_SECRET_KEY": KEY,
                "BOT_LOG_LEVEL": "DEBUG",
            }
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


def known_to(program: Served) -> dict[str, Any]:
    """What the program says of its knowledge."""
    told: dict[str, Any] = httpx.get(f"{program.address}/healthz", timeout=60).json()["knowledge"]
    return told


def wait_for_all(programs: list[Served], is_so: Callable[[dict[str, Any]], object]) -> None:
    """Waits until each program says so of its knowledge."""
    for program in programs:
        wait_for(partial(lambda one: is_so(known_to(one)), program), program)


def test_a_release_of_knowledge_reaches_all_and_a_broken_one_nobody(
    pair: tuple[FakeTelegram, list[Served]], tmp_path: Path
) -> None:
    _, programs = pair
    file = tmp_path / "kho" / "base.yaml"
    before = file.read_text()
    old = {known_to(program)["version"] for program in programs}
    assert len(old) == 1
    file.write_text(before.replace("Hỏi đáp pháp luật về bầu cử", "Tên vừa đổi"))
    wait_for_all(programs, lambda known: known["version"] not in old)
    for program in programs:
        assert "Tên vừa đổi" in httpx.get(f"{program.address}/", timeout=60).text
    new = {known_to(program)["version"] for program in programs}
    assert len(new) == 1

    half = (tmp_path / "kho" / "entries" / "03a-cu-tri.yaml", tmp_path / "kho" / "laws.yaml")
    whole = [one.read_bytes() for one in half]
    half[0].write_bytes(whole[0][: len(whole[0]) // 2] + b"\n  - id: [")
    half[1].write_bytes(b"\xff\xfe\x00" * 100)
    wait_for_all(programs, lambda known: known["faults"])
    assert {known_to(program)["version"] for program in programs} == new
    for one, content in zip(half, whole, strict=True):
        one.write_bytes(content)
    wait_for_all(programs, lambda known: not known["faults"])
    assert {known_to(program)["version"] for program in programs} == new


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
