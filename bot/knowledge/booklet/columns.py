"""The margins of printed lines: those of the page, or of its two columns."""

from __future__ import annotations

from collections.abc import Sequence

Edges = tuple[float, float, float, float]
"""Left, bottom, right and top of a printed line."""

Margins = tuple[float, float]
"""Where the lines of a column begin and end."""

_FEWEST = 5
"""So many lines make a column."""
_LOOSE = 0.2
"""Of all lines: so many may stand across both columns (a title, a page number)."""


def margins_of(lines: Sequence[Edges]) -> list[Margins]:
    """The margins that each line keeps to."""
    whole = _margins(lines)
    middle = sum(whole) / 2
    left = [line for line in lines if line[2] <= middle]
    right = [line for line in lines if line[0] >= middle]
    across = len(lines) - len(left) - len(right)
    columns = min(len(left), len(right)) >= _FEWEST and across <= _LOOSE * len(lines)
    if not columns or not _stand_side_by_side(left, right):
        return [whole] * len(lines)
    of_left, of_right = _margins(left), _margins(right)
    return [
        of_left if line[2] <= middle else of_right if line[0] >= middle else whole for line in lines
    ]


def _margins(lines: Sequence[Edges]) -> Margins:
    return min(line[0] for line in lines), max(line[2] for line in lines)


def _stand_side_by_side(left: Sequence[Edges], right: Sequence[Edges]) -> bool:
    """Whether the columns are of one height, and not one thing below the other."""
    lower, upper = min(line[1] for line in right), max(line[3] for line in right)
    return sum(lower < (line[1] + line[3]) / 2 < upper for line in left) >= _FEWEST
