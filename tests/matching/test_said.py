"""Wordings kept from an earlier start find what freshly read ones find."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.dialogue.snapshot import Snapshot
from bot.keep import Keep
from bot.matching import said
from bot.matching.find import Matcher

ASKED = (
    "chua du 18t co dc di bau ko",
    "mat the cu tri thi sao",
    "bau mấy đại bieu quốc hội",
    "thu tuc lam so do",
    "nha em o tro",
    "zzz",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


def test_kept_wordings_find_the_same_without_reading_again(
    snapshot: Snapshot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted = snapshot.matcher.fitted
    first = Matcher(snapshot.base, fitted, Keep(folder))
    monkeypatch.setattr(said, "_read", None)
    second = Matcher(snapshot.base, fitted, Keep(folder))
    for text in (*ASKED, *(entry.question for entry in snapshot.base.spoken[::29])):
        assert first.find(text) == second.find(text) == snapshot.matcher.find(text)


def test_wordings_kept_by_something_else_are_read_anew(snapshot: Snapshot, folder: Path) -> None:
    Matcher(snapshot.base, snapshot.matcher.fitted, Keep(folder))
    path = folder / "wordings.npz"
    with np.load(path) as held:
        columns = {name: held[name] for name in held.files if name != "folded_0"}
    with path.open("wb") as file:
        np.savez(file, **columns)
    again = Matcher(snapshot.base, snapshot.matcher.fitted, Keep(folder))
    assert [again.find(text) for text in ASKED] == [snapshot.matcher.find(t) for t in ASKED]
