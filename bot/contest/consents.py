"""Consents as they stand now: every answer is kept, the last one for a purpose holds."""

from __future__ import annotations

from collections.abc import Iterable

from bot.store.contest_entrants import ConsentGiven


def standing_consents(given: Iterable[ConsentGiven]) -> dict[str, ConsentGiven]:
    """The person's own last answer for each purpose; `given` oldest first."""
    return {one.purpose: one for one in given if not one.by_guardian}
