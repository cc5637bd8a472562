"""The fitted numbers: data that belongs to one version of the matcher."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.errors import KnowledgeFaulty
from bot.matching.model import DEFAULT, MATCHER_VERSION, load_fitted, save_fitted
from tests.conftest import KNOWLEDGE


def test_numbers_that_were_saved_are_loaded_again(tmp_path: Path) -> None:
    save_fitted(DEFAULT, tmp_path / "matching.json")
    assert load_fitted(tmp_path / "matching.json") == DEFAULT


def test_without_a_file_the_defaults_serve(tmp_path: Path) -> None:
    assert load_fitted(tmp_path / "matching.json") is DEFAULT


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"matcher_version": 1}', "null"])
def test_a_damaged_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "matching.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(KnowledgeFaulty, match=r"matching\.json:1: .*eval fit"):
        load_fitted(path)


def test_numbers_of_another_version_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "matching.json"
    save_fitted(DEFAULT, path)
    raw = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(raw | {"matcher_version": MATCHER_VERSION + 1}), encoding="utf-8")
    with pytest.raises(KnowledgeFaulty, match="phiên bản khác"):
        load_fitted(path)


def test_the_shipped_numbers_belong_to_this_matcher() -> None:
    assert load_fitted(KNOWLEDGE / "matching.json") is not DEFAULT
