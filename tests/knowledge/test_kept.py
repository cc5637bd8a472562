"""Entries kept from an earlier start: the same base, and never an old word."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from bot.errors import Fault
from bot.keep import Keep
from bot.knowledge.load import Loaded, load
from bot.knowledge.model import Entry
from bot.knowledge.parse import parse_entries
from bot.knowledge.source import Value
from tests.conftest import KNOWLEDGE, TODAY
from tests.knowledge.folder import ENTRIES, swap, write_folder


def refuse_to_read(root: Value) -> None:
    """Stands for reading YAML where nothing may be read again."""
    raise AssertionError(f"read again: {root.faults.file}")


@pytest.fixture
def start_anew(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Forgets what lies in memory, as a new start of the program does."""

    def start() -> None:
        nothing: dict[str, tuple[Entry, ...]] = {}
        monkeypatch.setattr("bot.knowledge.kept._remembered", nothing)

    start()
    return start


def test_a_second_start_reads_no_entry_again_and_gives_the_same(
    loaded: Loaded,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    start_anew: Callable[[], None],
) -> None:
    keep = Keep(tmp_path)
    first = load(KNOWLEDGE, TODAY, keep)
    start_anew()
    monkeypatch.setattr("bot.knowledge.load.parse_entries", refuse_to_read)
    monkeypatch.setattr("bot.knowledge.load.check_wordings", refuse_to_compare)
    second = load(KNOWLEDGE, TODAY, keep)
    for found in (first, second):
        assert found.base.version == loaded.base.version
        assert list(found.base.entries.items()) == list(loaded.base.entries.items())
        assert found.faults == loaded.faults


def refuse_to_compare(entries: Sequence[Entry]) -> Iterator[Fault]:
    """Stands for comparing wordings where that was done before."""
    raise AssertionError(f"compared again: {len(entries)} entries")


def test_after_an_edit_the_next_start_reads_only_the_edited_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start_anew: Callable[[], None]
) -> None:
    keep = Keep(tmp_path / "kept")
    folder = Path(shutil.copytree(KNOWLEDGE, tmp_path / "knowledge"))
    load(folder, TODAY, keep)
    file = folder / "entries" / "03a-cu-tri.yaml"
    file.write_text(file.read_text().replace("thì được bầu.", "thì được đi bầu.", 1))
    start_anew()
    read: list[str] = []

    def parse(root: Value) -> list[Entry]:
        read.append(root.faults.file)
        return parse_entries(root)

    monkeypatch.setattr("bot.knowledge.load.parse_entries", parse)
    edited = load(folder, TODAY, keep)
    assert read == ["entries/03a-cu-tri.yaml"]
    assert "thì được đi bầu." in edited.base.entries["tuoi-bau-cu"].answer
    start_anew()
    assert load(folder, TODAY, keep).base.entries == edited.base.entries
    assert read == ["entries/03a-cu-tri.yaml"]


def test_a_wording_that_stands_twice_is_told_at_every_start(
    tmp_path: Path, start_anew: Callable[[], None]
) -> None:
    keep = Keep(tmp_path / "kept")
    folder = write_folder(tmp_path)
    assert not load(folder, TODAY, keep).faults
    write_folder(tmp_path, swap(ENTRIES, "- mất thẻ", "- mất thẻ\n      - Mất thẻ!"))
    first = load(folder, TODAY, keep)
    start_anew()
    second = load(folder, TODAY, keep)
    assert [fault.blocking for fault in first.faults] == [True]
    assert second.faults == first.faults


def test_after_an_edit_the_new_words_are_said(tmp_path: Path) -> None:
    keep = Keep(tmp_path / "kept")
    folder = write_folder(tmp_path)
    load(folder, TODAY, keep)
    edited = swap(ENTRIES, "Hãy báo tổ bầu cử.", "Hãy báo ngay tổ bầu cử.")
    write_folder(tmp_path, edited)
    found = load(folder, TODAY, keep)
    assert found.base.entries["the"].answer == "Hãy báo ngay tổ bầu cử."
    assert found.base.version == load(folder, TODAY).base.version


def test_a_fault_is_told_at_every_start(tmp_path: Path) -> None:
    keep = Keep(tmp_path / "kept")
    folder = write_folder(tmp_path, swap(ENTRIES, "- mất thẻ", "- no"))
    first, second = load(folder, TODAY, keep), load(folder, TODAY, keep)
    assert first.blocking
    assert second.faults == first.faults == load(folder, TODAY).faults


def test_what_went_stale_meanwhile_is_told_of_kept_entries(tmp_path: Path) -> None:
    keep = Keep(tmp_path / "kept")
    folder = write_folder(tmp_path)
    assert not load(folder, TODAY, keep).faults
    laws = (folder / "laws.yaml").read_text(encoding="utf-8")
    (folder / "laws.yaml").write_text(
        laws.replace("{from: 2015-09-01}", "{from: 2015-09-01, to: 2026-02-01}"), encoding="utf-8"
    )
    assert load(folder, TODAY, keep).faults == load(folder, TODAY).faults != ()


def test_broken_kept_entries_are_read_anew(tmp_path: Path, start_anew: Callable[[], None]) -> None:
    keep = Keep(tmp_path / "kept")
    folder = write_folder(tmp_path)
    good = load(folder, TODAY, keep)
    (tmp_path / "kept" / "entries.npz").write_bytes(b"rubbish")
    start_anew()
    assert load(folder, TODAY, keep).base.entries == good.base.entries
    assert load(folder, TODAY, keep).base.entries == good.base.entries
