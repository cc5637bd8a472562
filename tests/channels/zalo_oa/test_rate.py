"""The Official Account's limit of calls a minute."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.zalo_oa.rate import Rate
from bot.errors import RetryLater


class Minute:
    """Time that passes only when somebody sleeps, or is told to."""

    def __init__(self) -> None:
        self.now = 1_000_060.0  # twenty seconds are left of this minute
        self.slept = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds


def new_rate(minute: Minute, per_minute: int = 3) -> Rate:
    return Rate(per_minute, minute, minute.sleep)


async def taken(rate: Rate, minute: Minute) -> list[float]:
    """When calls began, each as early as it may, in five minutes."""
    begun = []
    end = minute.now + 300
    while minute.now < end:
        try:
            await rate.take()
        except RetryLater as later:
            minute.now += later.seconds or 0
        else:
            begun.append(minute.now)
    return begun


@given(st.integers(1, 50))
async def test_no_minute_has_more_calls_than_allowed(per_minute: int) -> None:
    minute = Minute()
    begun = await taken(new_rate(minute, per_minute), minute)
    for start in begun:
        assert sum(start <= one < start + 60 for one in begun) <= per_minute
    assert len(begun) >= per_minute * 4


@given(st.integers(1, 50), st.integers(1, 5))
async def test_several_programs_share_what_is_allowed(per_minute: int, programs: int) -> None:
    minute = Minute()
    rate = Rate(per_minute, minute, minute.sleep, lambda: programs)
    begun = await taken(rate, minute)
    share = max(1, per_minute // programs)
    for start in begun:
        assert sum(start <= one < start + 60 for one in begun) <= share
    assert len(begun) >= share * 4


async def test_a_program_that_comes_takes_its_part_and_gives_it_back_when_it_goes() -> None:
    minute, programs = Minute(), 1
    rate = Rate(12, minute, minute.sleep, lambda: programs)
    for _ in range(6):
        await rate.take()
    programs = 2
    with pytest.raises(RetryLater):
        await rate.take()
    programs = 1
    await rate.take()


async def test_a_short_wait_is_waited_a_long_one_is_for_the_outbox() -> None:
    minute = Minute()
    rate = new_rate(minute)
    for _ in range(3):
        await rate.take()
    with pytest.raises(RetryLater) as told:
        await rate.take()
    assert told.value.seconds == 60
    minute.now += 58.5
    await rate.take()
    assert minute.slept == 1.5


async def test_headers_lower_the_limit_and_never_raise_it() -> None:
    minute = Minute()
    rate = new_rate(minute, 90)
    rate.heed({"x-ratelimit-limit": "4000", "x-ratelimit-remain": "3999"})
    assert rate.per_minute == 90
    rate.heed({"x-ratelimit-limit": "50"})
    assert rate.per_minute == 50
    rate.heed({"x-ratelimit-limit": "nhiều", "x-ratelimit-remain": ""})
    rate.heed({"x-ratelimit-limit": "0"})
    assert rate.per_minute == 50
    await rate.take()


@pytest.mark.parametrize("headers", [{"x-ratelimit-remain": "0"}, {"x-ratelimit-remain": "-1"}])
async def test_nothing_left_means_the_next_minute_of_the_clock(headers: dict[str, str]) -> None:
    minute = Minute()
    rate = new_rate(minute)
    rate.heed(headers)
    with pytest.raises(RetryLater) as told:
        await rate.take()
    assert told.value.seconds == 20
    minute.now += 20
    await rate.take()


def test_a_refusal_lowers_the_limit_by_a_fifth_down_to_ten() -> None:
    rate = new_rate(Minute(), 100)
    later = rate.exceeded()
    assert (rate.per_minute, later.seconds, later.everyone) == (80, 20, True)
    for _ in range(30):
        rate.exceeded()
    assert rate.per_minute == 10


async def test_a_clock_set_back_holds_nobody_up() -> None:
    minute = Minute()
    rate = new_rate(minute)
    for _ in range(3):
        await rate.take()
    minute.now -= 3_600
    await rate.take()
