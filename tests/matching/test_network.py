"""The network: what it hears, how it is trained, and entries that it has not learned."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.snapshot import Snapshot
from bot.matching.find import Matcher, names_of
from bot.matching.network import SILENCE, Listener, Network, sounds_of
from bot.matching.training import train

NAMES = ["bau", "ung-cu", "the"]
WORDINGS = {
    "bau": ["bo phieu o dau", "di bo phieu cho nao", "bo phieu tai dau", "cho bo phieu dau"],
    "ung-cu": ["ung cu can gi", "ra ung cu the nao", "tu ung cu can gi", "muon ung cu can gi"],
    "the": ["mat the cu tri", "the cu tri bi mat", "lam mat the", "the mat roi lam sao"],
}


def _train() -> Network:
    said = [(n, text.split()) for n, name in enumerate(NAMES) for text in WORDINGS[name] * 8]
    network = train(NAMES, [owner for owner, _ in said], [sounds for _, sounds in said])
    assert network is not None
    return network


@pytest.fixture(scope="module")
def network() -> Network:
    return _train()


def _listener(network: Network, names: list[str] = NAMES) -> Listener:
    return Listener(network, names, lambda n: (text.split() for text in WORDINGS[names[n]]))


@pytest.mark.parametrize(
    ("asked", "meant"),
    [("bo phieu", "bau"), ("ba con ung cu", "ung-cu"), ("roi mat the ba a", "the")],
)
def test_a_question_is_heard_by_the_words_it_has_in_common(
    network: Network, asked: str, meant: str
) -> None:
    heard = _listener(network).listen(asked.split())
    assert NAMES[int(heard.argmax())] == meant
    assert np.exp(heard).sum() == pytest.approx(1.0, abs=1e-3)


def test_words_that_nobody_ever_said_favour_nobody(network: Network) -> None:
    heard = _listener(network).listen(["xyzzy", "~xyzzy"])
    assert float(np.ptp(heard)) == 0.0


def test_the_same_wordings_give_the_same_network(network: Network) -> None:
    again = _train()
    assert np.array_equal(again.vectors, network.vectors)
    assert all(np.array_equal(again.directions[n], network.directions[n]) for n in NAMES)


def test_wordings_too_few_to_learn_from_give_no_network() -> None:
    assert train(["a", "b"], [0, 1], [["mot"], ["hai"]]) is None
    assert train([], [], []) is None


def test_a_network_that_was_saved_hears_the_same(network: Network, tmp_path: Path) -> None:
    network.save(tmp_path / "mang.npz")
    loaded = Network.load(tmp_path / "mang.npz")
    for text in ("bo phieu o dau", "ra ung cu", "mat the", ""):
        ours, theirs = (_listener(one).listen(text.split()) for one in (network, loaded))
        assert np.array_equal(ours, theirs)


def test_a_file_whose_parts_do_not_fit_together_is_none(network: Network, tmp_path: Path) -> None:
    replace(network, scales=network.scales[1:]).save(tmp_path / "mang.npz")
    with pytest.raises(ValueError, match="fit together"):
        Network.load(tmp_path / "mang.npz")


def test_an_entry_written_after_the_training_is_heard_by_its_wordings(network: Network) -> None:
    known = {name: direction for name, direction in network.directions.items() if name != "the"}
    listener = _listener(replace(network, directions=known))
    assert NAMES[int(listener.listen("mat the cu tri".split()).argmax())] == "the"
    assert NAMES[int(listener.listen("di bo phieu o dau".split()).argmax())] == "bau"


def test_an_entry_that_is_gone_is_heard_no_more(network: Network) -> None:
    listener = _listener(network, NAMES[:2])
    assert len(listener.listen("mat the cu tri".split())) == 2


def test_marks_are_sounds_of_their_own_and_concepts_are_none() -> None:
    assert sounds_of(["bau", "cu", "bau", "#7"], ["bầu", "cử"]) == ["bau", "cu", "~bầu", "~cử"]


def test_the_shipped_network_knows_every_entry_and_subject(snapshot: Snapshot) -> None:
    matcher = snapshot.matcher
    network = matcher.fitted.network
    assert network is not None
    missing = set(names_of(matcher.entries, matcher.outside)) - set(network.directions)
    assert not missing, "run: python -m bot eval fit --keep-emphasis tests/queries/fit-*.jsonl"


def test_entries_that_the_network_has_not_learned_are_still_found(snapshot: Snapshot) -> None:
    matcher = snapshot.matcher
    network = matcher.fitted.network
    assert network is not None
    new = {entry.id for entry in matcher.entries[::40]}
    known = {name: d for name, d in network.directions.items() if name not in new}
    fitted = replace(matcher.fitted, network=replace(network, directions=known))
    later = Matcher(snapshot.base, fitted)
    asked = [entry for entry in matcher.entries if entry.id in new]
    # Words before and after it make another line of the question than the one in the base.
    found = [later.find(f"anh em cho biết {e.question} hả mọi người").entries for e in asked]
    assert sum(e.id in given for e, given in zip(asked, found, strict=True)) >= len(asked) - 1


@settings(max_examples=100, deadline=None)
@given(sounds=st.lists(st.sampled_from(["bo", "phieu", "ung", "cu", "mat", "the", "la", "~thẻ"])))
def test_chances_are_told_within_their_bounds(network: Network, sounds: list[str]) -> None:
    heard = _listener(network).listen(sounds)
    assert (heard <= 0).all()
    assert (heard >= SILENCE).all()
