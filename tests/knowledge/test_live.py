from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import structlog
import watchfiles

from bot.errors import Fault, KnowledgeFaulty
from bot.knowledge.live import Live
from bot.knowledge.model import Base
from tests.conftest import NOW
from tests.knowledge.folder import ENTRIES, entries, entry, swap, write_folder

BROKEN = swap(ENTRIES, "- mất thẻ", "- no")
BETTER = swap(ENTRIES, "Hãy báo tổ bầu cử.", "Hãy báo ngay tổ bầu cử.")


def answer(base: Base) -> str:
    return base.entries["the"].answer


def live_of(folder: Path, build: Callable[[Base], str] = answer) -> Live[str]:
    return Live(folder, build, clock=lambda: NOW)


@asynccontextmanager
async def watched(live: Live[str]) -> AsyncIterator[None]:
    """Watch the files as the server does, and stop in the end."""
    stop = asyncio.Event()
    watching = asyncio.create_task(live.watch(stop))
    await asyncio.sleep(0.2)
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(watching, 20)


async def comes_true(question: Callable[[], bool]) -> bool:
    """Whether something becomes true; waits as long as a busy machine may need, and no longer."""
    for _ in range(400):
        if question():
            return True
        await asyncio.sleep(0.05)
    return False


def test_a_faulty_folder_does_not_start(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, BROKEN, laws=None)
    with pytest.raises(KnowledgeFaulty) as refused:
        live_of(folder)
    assert {fault.file for fault in refused.value.faults} == {"entries/a.yaml", "laws.yaml"}


def test_a_faulty_edit_keeps_the_old_words_and_says_so_once(tmp_path: Path) -> None:
    live = live_of(write_folder(tmp_path))
    version = live.version
    with structlog.testing.capture_logs() as logs:
        write_folder(tmp_path, BROKEN)
        assert [live.reload() for _ in range(3)] == [False] * 3
    assert live.current == "Hãy báo tổ bầu cử."
    assert live.version == version
    assert [(fault.file, fault.line) for fault in live.faults] == [("entries/a.yaml", 19)]
    assert [log["event"] for log in logs] == ["knowledge_refused"]
    assert logs[0]["faults"] == [str(fault) for fault in live.faults]


def test_another_fault_is_told_anew(tmp_path: Path) -> None:
    live = live_of(write_folder(tmp_path))
    with structlog.testing.capture_logs() as logs:
        for text in (BROKEN, "", BROKEN):
            live.reload() if write_folder(tmp_path, text) else None
    assert [log["event"] for log in logs] == ["knowledge_refused"] * 3


def test_a_good_edit_swaps_the_words_and_clears_the_faults(tmp_path: Path) -> None:
    live = live_of(write_folder(tmp_path))
    version = live.version
    held = live.current
    write_folder(tmp_path, BROKEN)
    assert not live.reload()
    write_folder(tmp_path, BETTER)
    assert live.reload()
    assert live.current == "Hãy báo ngay tổ bầu cử."
    assert live.faults == ()
    assert live.version != version
    assert held == "Hãy báo tổ bầu cử.", "a turn that began before ends with the old words"


def test_a_file_saved_with_windows_line_ends_swaps(tmp_path: Path) -> None:
    live = live_of(write_folder(tmp_path))
    write_folder(tmp_path, BETTER.replace("\n", "\r\n").encode("utf-8-sig"))
    assert live.reload()
    assert live.current == "Hãy báo ngay tổ bầu cử."


def test_a_stale_entry_is_served_and_told(tmp_path: Path) -> None:
    more = entries(entry("cu", "Mục cũ?", more="valid: {to: 2026-01-31}"))
    live = live_of(write_folder(tmp_path, more=more))
    assert live.current == "Hãy báo tổ bầu cử."
    assert [fault.entry for fault in live.faults] == ["cu"]


def test_what_is_built_may_refuse_the_base_too(tmp_path: Path) -> None:
    fault = Fault("matching.json", 1, "", "Tệp hỏng.")

    def build(base: Base) -> str:
        if "ngay" in answer(base):
            raise KnowledgeFaulty([fault])
        return answer(base)

    live = live_of(write_folder(tmp_path), build)
    write_folder(tmp_path, BETTER)
    assert not live.reload()
    assert live.current == "Hãy báo tổ bầu cử."
    assert live.faults == (fault,)


async def test_a_saved_file_is_noticed(tmp_path: Path) -> None:
    live = live_of(write_folder(tmp_path))
    async with watched(live):
        write_folder(tmp_path, BETTER)
        assert await comes_true(lambda: "ngay" in live.current)


async def test_an_editor_that_writes_in_two_steps_ends_with_the_new_words(tmp_path: Path) -> None:
    live = live_of(write_folder(tmp_path))
    file = tmp_path / "entries" / "a.yaml"
    async with watched(live):
        file.write_bytes(b"")
        assert await comes_true(lambda: live.faults != ())
        assert live.current == "Hãy báo tổ bầu cử."
        half = tmp_path / "entries" / "a.yaml.tmp"
        half.write_text(BETTER, encoding="utf-8")
        half.replace(file)
        assert await comes_true(lambda: "ngay" in live.current)
    assert live.faults == ()


async def test_another_folder_in_its_place_is_noticed(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "knowledge")
    live = live_of(folder)
    async with watched(live):
        folder.rename(tmp_path / "old")
        assert await comes_true(lambda: live.faults != ())
        assert live.current == "Hãy báo tổ bầu cử."
        write_folder(tmp_path / "new", BETTER).rename(folder)
        assert await comes_true(lambda: "ngay" in live.current)
        assert live.faults == ()
        write_folder(folder, BROKEN)
        assert await comes_true(lambda: live.faults != ())


async def test_a_folder_swapped_in_one_step_is_noticed(tmp_path: Path) -> None:
    first = write_folder(tmp_path / "first")
    second = write_folder(tmp_path / "second", BETTER)
    link = tmp_path / "knowledge"
    link.symlink_to(first)
    live = live_of(link)
    async with watched(live):
        other = tmp_path / "next"
        other.symlink_to(second)
        other.replace(link)
        assert await comes_true(lambda: "ngay" in live.current)


async def test_watching_goes_on_after_an_unforeseen_error(tmp_path: Path) -> None:
    failed = []

    def build(base: Base) -> str:
        if "hỏng" in answer(base):
            failed.append(True)
            raise RuntimeError("unforeseen")
        return answer(base)

    live = live_of(write_folder(tmp_path), build)
    with structlog.testing.capture_logs() as logs:
        async with watched(live):
            write_folder(tmp_path, swap(ENTRIES, "Hãy báo tổ bầu cử.", "Bị hỏng."))
            assert await comes_true(lambda: bool(failed))
            assert live.current == "Hãy báo tổ bầu cử."
            write_folder(tmp_path, BETTER)
            assert await comes_true(lambda: "ngay" in live.current)
    assert "knowledge_reload_failed" in [log["event"] for log in logs]


async def test_a_change_that_nobody_told_of_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a mounted folder, or right after a folder came in another's place."""

    async def tell_nothing(
        *_folders: Path, stop_event: asyncio.Event, **_rules: object
    ) -> AsyncIterator[set[object]]:
        while not stop_event.is_set():
            yield set()
            await asyncio.sleep(0.02)

    monkeypatch.setattr(watchfiles, "awatch", tell_nothing)
    live = live_of(write_folder(tmp_path))
    write_folder(tmp_path, BETTER)
    async with watched(live):
        assert await comes_true(lambda: "ngay" in live.current)
        write_folder(tmp_path, BROKEN)
        assert await comes_true(lambda: live.faults != ())
        assert "ngay" in live.current


async def test_files_that_stay_as_they_are_are_not_read_again(tmp_path: Path) -> None:
    built = []

    def build(base: Base) -> str:
        built.append(base.version)
        return answer(base)

    live = live_of(write_folder(tmp_path), build)
    async with watched(live):
        await asyncio.sleep(1.5)
    assert len(built) == 1
