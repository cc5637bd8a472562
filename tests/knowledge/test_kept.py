"""Entries kept from an earlier start: the same base, and never an old word."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.keep import Keep
from bot.knowledge.load import Loaded, load
from bot.knowledge.source import Value
from tests.conftest import KNOWLEDGE, TODAY
from tests.knowledge.folder import ENTRIES, swap, write_folder


def refuse_to_read(root: Value) -> None:
    """Stands for reading YAML where nothing may be read again."""
    raise AssertionError(f"read again: {root.faults.file}")


def test_a_second_start_reads_no_entry_again_and_gives_the_same(
    loaded: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = Keep(tmp_path)
    first = load(KNOWLEDGE, TODAY, keep)
    monkeypatch.setattr("bot.knowledge.load.parse_entries", refuse_to_read)
    second = load(KNOWLEDGE, TODAY, keep)
    for found in (first, second):
        assert found.base.version == loaded.base.version
        assert list(found.base.entries.items()) == list(loaded.base.entries.items())
        assert found.faults == loaded.faults


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


def test_broken_kept_entries_are_read_anew(tmp_path: Path) -> None:
    keep = Keep(tmp_path / "kept")
    folder = write_folder(tmp_path)
    good = load(folder, TODAY, keep)
    (tmp_path / "kept" / "entries.npz").write_bytes(b"rubbish")
    assert load(folder, TODAY, keep).base.entries == good.base.entries
    assert load(folder, TODAY, keep).base.entries == good.base.entries
