"""Replies of two programs on one PostgreSQL: `delivery` without the kills, which `chaos` has.

python -m benchmarks delivery_shared      (or delivery with BENCH_STORE=postgresql)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks import delivery

SETUP = delivery.Setup("postgresql", 2)
table = delivery.table


def measure(report: Callable[[str], None]) -> dict[str, Any]:
    """The figures as `table` shows them."""
    asked = delivery.ASKED
    return delivery.measure(report, asked if asked.store == SETUP.store else SETUP)
