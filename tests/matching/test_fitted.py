"""The fitted numbers: data that belongs to one version of the matcher."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import KnowledgeFaulty
from bot.matching.model import DEFAULT, MATCHER_VERSION, load_fitted, save_fitted
from bot.matching.training import train
from tests.conftest import KNOWLEDGE


def test_numbers_that_were_saved_are_loaded_again(tmp_path: Path) -> None:
    save_fitted(DEFAULT, tmp_path / "matching.json")
    assert load_fitted(tmp_path / "matching.json") == DEFAULT


def _fitted_with_a_network(path: Path, words: str = "bau cu") -> None:
    network = train(["a", "b"], [0, 1] * 5, [words.split(), ["the"]] * 5)
    save_fitted(replace(DEFAULT, network=network), path)


def test_the_network_lies_beside_the_numbers_and_is_loaded_with_them(tmp_path: Path) -> None:
    path = tmp_path / "matching.json"
    _fitted_with_a_network(path)
    network = load_fitted(path).network
    assert network is not None
    assert list(network.directions) == ["a", "b"]


def test_numbers_and_a_network_that_were_not_written_together_are_refused(tmp_path: Path) -> None:
    one, other = tmp_path / "matching.json", tmp_path / "other.json"
    _fitted_with_a_network(one)
    _fitted_with_a_network(other, "ung cu")
    other.with_suffix(".npz").replace(tmp_path / "matching.npz")
    with pytest.raises(KnowledgeFaulty, match=r"matching\.npz:1: .*không khớp.*eval fit"):
        load_fitted(one)


@pytest.mark.parametrize("content", [b"", b"PK", b"not a network"])
def test_a_spoilt_network_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "matching.json"
    _fitted_with_a_network(path)
    path.with_suffix(".npz").write_bytes(content)
    with pytest.raises(KnowledgeFaulty, match="eval fit"):
        load_fitted(path)


def test_a_network_that_is_gone_is_missed(tmp_path: Path) -> None:
    path = tmp_path / "matching.json"
    _fitted_with_a_network(path)
    path.with_suffix(".npz").unlink()
    with pytest.raises(KnowledgeFaulty, match="eval fit"):
        load_fitted(path)


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
    fitted = load_fitted(KNOWLEDGE / "matching.json")
    assert fitted is not DEFAULT
    assert fitted.network is not None
