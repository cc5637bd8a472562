"""The queue before the papers: by the time of coming, once each, and out of the way without need."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.contest.queue import Queue

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def full(queue: Queue, stack: ExitStack, count: int) -> list[ExitStack]:
    """So many starts under way, each with what ends it."""
    found = []
    for n in range(count):
        assert queue.ask(f"before-{n}", NOW) is None
        one = stack.enter_context(ExitStack())
        one.enter_context(queue.inside(f"before-{n}", NOW))
        found.append(one)
    return found


def number(queue: Queue, key: str, at: datetime) -> int | None:
    place = queue.ask(key, at)
    return place.number if place else None


def test_nobody_waits_while_there_is_room() -> None:
    queue = Queue(most=3)
    for n in range(1_000):
        assert queue.ask(f"person-{n}", after(n / 100)) is None
        with queue.inside(f"person-{n}", after(n / 100)):
            assert queue.length == 0


def test_asking_again_keeps_the_place_and_makes_no_second_one() -> None:
    queue = Queue(most=1)
    with ExitStack() as stack:
        full(queue, stack, 1)
        # In the same instant, too, the first is the first.
        assert [number(queue, key, after(0.1)) for key in "cab"] == [1, 2, 3]
        assert [number(queue, key, after(0.2)) for key in "bacbac"] == [3, 2, 1] * 2
        assert queue.length == 3


def test_whoever_came_first_is_called_first_and_a_newcomer_overtakes_nobody() -> None:
    queue = Queue(most=1)
    with ExitStack() as stack:
        (first,) = full(queue, stack, 1)
        for key in "ab":
            queue.ask(key, after(0.1))
        first.close()
        # The place is held for who was called, until he comes.
        assert number(queue, "new", after(0.2)) == 2
        assert number(queue, "b", after(0.2)) == 1
        assert number(queue, "a", after(0.3)) is None
        with queue.inside("a", after(0.3)):
            assert number(queue, "b", after(0.4)) == 1
        assert number(queue, "b", after(0.5)) is None


def test_who_was_called_and_does_not_come_holds_nobody_up_and_goes_in_later() -> None:
    queue = Queue(most=1)
    with ExitStack() as stack:
        (first,) = full(queue, stack, 1)
        for key in "ab":
            queue.ask(key, after(0))
        first.close()
        assert number(queue, "b", after(1)) == 1
        assert number(queue, "b", after(6)) is None
        with queue.inside("b", after(6)):
            queue.ask("new", after(6.2))
            assert number(queue, "a", after(6.5)) == 1
        assert number(queue, "a", after(7)) is None


def test_a_place_is_lost_only_by_not_asking_for_so_long() -> None:
    queue = Queue(most=1, kept=timedelta(minutes=5))
    with ExitStack() as stack:
        full(queue, stack, 1)
        for key in "ab":
            queue.ask(key, NOW)
        for minute in range(1, 30):
            queue.ask("b", after(60 * minute))
        assert number(queue, "a", after(60 * 30)) == 2
        assert number(queue, "b", after(60 * 30)) == 1


def test_a_ticket_gives_the_same_place_to_another_program() -> None:
    with ExitStack() as stack:
        queues = [Queue(most=1), Queue(most=1)]
        for queue in queues:
            full(queue, stack, 1)
        tickets = {}
        for n, key in enumerate("abc"):
            place = queues[0].ask(key, after(n))
            assert place
            tickets[key] = place.since_ms
        queues[1].ask("new", after(10))
        for key in "cab":
            queues[1].look(key, after(11), tickets[key])
        assert [number(queues[1], key, after(12)) for key in ("a", "b", "c", "new")] == [1, 2, 3, 4]


def test_a_ticket_serves_once() -> None:
    queue = Queue(most=1)
    with ExitStack() as stack:
        (first,) = full(queue, stack, 1)
        place = queue.ask("a", after(1))
        assert place
        first.close()
        assert queue.ask("a", after(2)) is None
        with queue.inside("a", after(2)):
            queue.ask("b", after(3))
            again = queue.look("a", after(4), place.since_ms)
        assert again
        assert again.number == 2


def test_when_starts_become_slow_only_a_few_begin() -> None:
    queue = Queue(most=100)
    with ExitStack() as stack:
        full(queue, stack, 10)
        assert queue.ask("quick", after(0.1)) is None
        assert number(queue, "slow", after(5)) == 1


def test_when_the_program_comes_round_late_only_a_few_begin_until_it_is_quicker() -> None:
    queue = Queue(most=100)
    for _ in range(20):
        queue.gate.note_round(0.5)
    with ExitStack() as stack:
        full(queue, stack, 5)
        assert number(queue, "late", NOW) == 1
        for _ in range(20):
            queue.gate.note_round(0.001)
        assert number(queue, "late", NOW) is None


def test_a_long_queue_moves_as_fast_as_starts_are_done_though_people_ask_seldom() -> None:
    queue, now, served = Queue(most=10, ahead=4), 0.0, 0
    asks = {f"p{n}": n / 200 for n in range(1_000)}
    inside: list[tuple[float, ExitStack]] = []
    with ExitStack() as stack:
        # Each start takes a tenth of a second: ten at once make a hundred a second.
        while served < 1_000:
            for end, one in [item for item in inside if item[0] <= now]:
                one.close()
                inside.remove((end, one))
            for key in [key for key, when in asks.items() if when <= now]:
                place = queue.ask(key, after(now))
                if place:
                    asks[key] = now + place.again_s
                    continue
                del asks[key]
                served += 1
                one = stack.enter_context(ExitStack())
                one.enter_context(queue.inside(key, after(now)))
                inside.append((now + 0.1, one))
                assert len(inside) <= 10
            now += 0.02
    assert now < 25


@given(
    st.lists(st.tuples(st.integers(0, 11), st.sampled_from(["ask", "go", "leave"])), max_size=80),
    st.integers(1, 3),
)
def test_whatever_people_do_places_are_whole_and_calls_follow_their_order(
    deeds: list[tuple[int, str]], most: int
) -> None:
    queue = Queue(most=most)
    came: list[str] = []
    inside: dict[str, ExitStack] = {}
    for step, (person, deed) in enumerate(deeds):
        key, at = f"p{person:02}", after(step / 100)
        if deed == "leave":
            if key in inside:
                inside.pop(key).close()
            continue
        if key in inside:
            continue
        known = key in came
        place = queue.ask(key, at)
        if place is None:
            if known:
                came.remove(key)
            stack = inside[key] = ExitStack()
            stack.enter_context(queue.inside(key, at))
        elif not known:
            came.append(key)
        assert len(inside) <= most
        waiting = [one for one in came if one in queue._all and not queue._all[one].is_called]
        # Those who wait are the last who came: whoever was called came before all of them.
        assert waiting == came[len(came) - len(waiting) :]
        assert queue.length == len(waiting)
        if waiting:
            last = queue.look(waiting[-1], at)
            assert last is None or last.number in (0, queue.length)
    for stack in inside.values():
        stack.close()
