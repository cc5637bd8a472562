"""What is written fast is read like everything else."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fast_json import write_json

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inside: st.lists(inside) | st.dictionaries(st.text() | st.integers(), inside),
    max_leaves=20,
)


@given(plain)
def test_what_is_written_reads_as_what_pythons_own_writes(value: object) -> None:
    assert json.loads(write_json(value)) == json.loads(json.dumps(value))


def test_letters_are_written_bare_and_half_a_letter_is_written_out() -> None:
    assert write_json({"a": ("Bầu cử", 1)}) == '{"a":["Bầu cử",1]}'
    assert json.loads(write_json({"a": "\ud800"})) == {"a": "\ud800"}
    assert write_json("\ud800", lambda _: "khác") == "khác"


@pytest.mark.parametrize("value", [datetime(2026, 3, 15, tzinfo=UTC), object(), {1, 2}])
def test_what_is_no_json_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        write_json(value)
