"""Nothing that comes from outside is more than the program can take; the benchmark throws a million."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.wire import read_instant
from bot.dialogue.snapshot import Snapshot
from tests.conftest import NOW, TODAY
from tests.contract.cases import CASES
from tests.safety.fuzzing import Target, build_targets, new_folder

NAMES = (
    "words", "language", "questions", "calculators", "button codes", "states", "telegram payloads",
    "zalo_bot payloads", "zalo_oa payloads", "knowledge files", "contest files", "booklets",
)  # fmt: skip
SLOW = {"questions", "knowledge files", "contest files", "booklets"}
# Hand in hand with what a service might send: its own fields with anything in them.
FIELDS = st.sampled_from(
    "message chat from text date update_id callback_query data id event_name sender recipient "
    "timestamp msg_id attachments payload result message_id user_id_by_app app_id oa_id".split()
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=5),
    max_leaves=20,
)


@pytest.fixture(scope="module")
def targets(snapshot: Snapshot) -> Iterator[dict[str, Target]]:
    with new_folder() as folder:
        yield {one.name: one for one in build_targets(Path(folder), snapshot)}


def test_every_reader_has_its_share(targets: dict[str, Target]) -> None:
    assert tuple(targets) == NAMES
    assert sum(one.share for one in targets.values()) == pytest.approx(1)


@pytest.mark.parametrize("name", NAMES)
def test_broken_inputs_are_taken(targets: dict[str, Target], name: str) -> None:
    target = targets[name]
    for seed in range(15 if name in SLOW else 300):
        made = target.make(Random(seed))
        try:
            target.take(made)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {type(error).__name__} for {made!r}") from error


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(payload=ANYTHING)
def test_no_reader_of_payloads_fails(case: object, payload: object) -> None:
    channel = next(one for one in CASES if one is case).build()
    assert isinstance(channel.parse(payload), tuple)


@pytest.mark.parametrize("millis", [2**53 - 1, 1_540_376_448_484_000, 253_402_300_800_000])
def test_an_instant_beyond_all_calendars_is_now(millis: int) -> None:
    # Found by the benchmark: a year that Python's calendar does not have.
    assert read_instant(millis, NOW) == read_instant(str(millis), NOW) == NOW


def test_a_seed_gives_its_input_again(targets: dict[str, Target]) -> None:
    for target in targets.values():
        assert repr(target.make(Random(7))) == repr(target.make(Random(7)))
    assert TODAY.year == 2026
