"""Who wins what: prizes handed out down a ranking, by the limits and the last resort of the rules.

Pure rules. A person who may win nothing is passed over; with `pass_down` the next in line moves
up, otherwise the prize stays with nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.contest.outcome import PrizeSet, Tier
from bot.contest.words import LastResort


@dataclass(frozen=True, slots=True)
class InLine:
    """One person of a ranking as the prizes see him; `may_win` is false for who is passed over."""

    entrant_id: int
    rank: int
    may_win: bool = True


@dataclass(frozen=True, slots=True)
class Prize:
    """A prize won: `place` counts the prizes of the list from 1; `value` in đồng."""

    entrant_id: int
    rank: int
    name: str
    place: int
    value: int


@dataclass(frozen=True, slots=True)
class Tie:
    """Equals among whom the rules leave open who wins what: lots, or the board, must decide."""

    rank: int
    entrants: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Handed:
    """The prizes of one list, and the ties that keep the rest of it open."""

    prizes: tuple[Prize, ...]
    ties: tuple[Tie, ...] = ()


def hand_out(line: Iterable[InLine], prizes: PrizeSet, last_resort: LastResort | None) -> Handed:
    """The prizes down one list of a ranking; `line` is read only as far as there are prizes.

    Equals who would win the same need no decision. With `share` equals share the prizes of the
    places that they take: all get the best one's name and an equal part of the money.
    """
    slots = [tier for tier in prizes.individual for _ in range(tier.count)]
    won: list[Prize] = []
    ties: list[Tie] = []
    place = 0
    for rank, group in groupby(line, key=lambda one: one.rank):
        if place >= len(slots):
            break
        equals = list(group)
        # Without passing down, a place is used up even by who may not win.
        able = [one for one in equals if one.may_win]
        taking = able if prizes.pass_down else equals
        taken = slots[place : place + len(taking)]
        if not taking:
            continue
        if len(taking) > 1 and not _all_alike(taken, len(taking)):
            if last_resort != "share":
                ties.append(Tie(rank, tuple(one.entrant_id for one in taking)))
                place += len(taking)
                continue
            won += _shared(able, taken, place, len(taking))
        else:
            won += [
                Prize(one.entrant_id, rank, tier.name, place + n, tier.value)
                for n, (one, tier) in enumerate(zip(taking, taken, strict=False), 1)
                if one.may_win
            ]
        place += len(taking)
    return Handed(tuple(won), tuple(ties))


def _all_alike(taken: Sequence[Tier], people: int) -> bool:
    return len(taken) == people and len({tier.name for tier in taken}) == 1


def _shared(
    able: Sequence[InLine], taken: Sequence[Tier], place: int, people: int
) -> Iterator[Prize]:
    money = sum(tier.value for tier in taken) // people
    for one in able:
        yield Prize(one.entrant_id, one.rank, taken[0].name, place + 1, money)


def over_limit(
    won: Mapping[int, Sequence[tuple[int, Prize]]], limit: int, fixed: Mapping[int, int]
) -> list[tuple[int, int]]:
    """Who must leave which round's prizes to others: (entrant, round), highest prizes kept.

    `won` lists each person's prizes as (round, prize), `fixed` how many he holds by decisions
    already issued.
    """
    dropped = []
    for entrant_id, prizes in won.items():
        room = max(0, limit - fixed.get(entrant_id, 0))
        best_first = sorted(prizes, key=lambda item: (-item[1].value, item[0]))
        dropped += [(entrant_id, number) for number, _ in best_first[room:]]
    return dropped
