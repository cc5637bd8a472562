"""Lines kept as one string come back as they were."""

from __future__ import annotations

import numpy as np
import pytest

from bot.matching.lines import Lines


@pytest.mark.parametrize("lines", [[], [""], ["bầu cử", "", "thẻ cử tri 🗳"]])
def test_lines_come_back_as_they_were(lines: list[str]) -> None:
    held = Lines.of_texts(lines)
    for same in (held, Lines.of_arrays(*held.arrays)):
        assert list(same) == lines
        assert [same[at] for at in range(len(same))] == lines
        assert same.at(np.arange(len(lines))[::-1]) == lines[::-1]


def test_lines_are_sorted_by_their_letters_and_the_same_by_their_turn() -> None:
    assert Lines.of_texts(["tri", "bau", "tri", "cu"]).sorted().tolist() == [1, 3, 0, 2]
