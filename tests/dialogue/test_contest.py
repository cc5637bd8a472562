"""A contest in the chat against a real store: what is kept, what is not, and what never gets lost."""

from __future__ import annotations

import asyncio
import random
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.channels.zalo_oa.texts import LONGEST, render_reply
from bot.contest import discipline, play, results, saving
from bot.contest.publish import publish
from bot.dialogue.contest import codes, sayings
from bot.dialogue.contest.hall import Hall
from bot.dialogue.messages import LONGEST_PRESS, Message
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.turn import Handler
from bot.store.contest_tables import answers, attempts, consents, entrants
from bot.store.database import Database
from bot.store.tables import questions
from tests.conftest import SEALER
from tests.dialogue.conftest import MONDAY, Stage, Talk, rows_of
from tests.dialogue.test_every_state import INPUTS, _assert_not_quoted

MAIN, PRACTICE = "tim-hieu-bau-cu-2026", "luyen-tap"
AFTER = MONDAY + timedelta(days=30)
"""The practice is open, the contest over."""
NAME, PHONE = "Nguyễn Thị Bình Minh", "0912345678"
TYPED = ["đồng ý", "đồng ý", "không", NAME, "12/8/1985", "nữ", PHONE, "hồng gai", "bỏ qua", "đúng"]


@pytest.fixture
def handler(db: Database, snapshot: Snapshot, stage: Stage) -> Handler:
    return Handler(db, lambda: snapshot, hall=stage.set_up(db))


@pytest.fixture
def talk(handler: Handler) -> Talk:
    return Talk(handler, now=MONDAY)


async def fill_in(talk: Talk, upto: int = len(TYPED)) -> None:
    await talk.press(codes.enrol(MAIN))
    for text in TYPED[:upto]:
        await talk.say(text)


async def start(talk: Talk, title: str = sayings.PLAY) -> int:
    """Starts a paper; gives the number of the attempt."""
    await talk.press_titled(title)
    await talk.press_titled(sayings.BEGIN)
    return (await rows_of(talk.handler.database, attempts))[-1]["id"]  # type: ignore[return-value]


async def practise(talk: Talk) -> int:
    talk.now = AFTER
    await talk.say("luyện tập")
    return await start(talk)


async def chosen(db: Database, attempt_id: int) -> dict[int, str | None]:
    async with db.reading() as tx:
        found = await tx.rows(
            select(answers.c.position, answers.c.chosen).where(answers.c.attempt_id == attempt_id)
        )
    return {row["position"]: row["chosen"] for row in found}


async def dump(db: Database) -> str:
    """Everything in the database as text."""
    async with db.reading() as tx:
        names = await tx.connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        )
        found = []
        for (name,) in names.all():
            rows = await tx.connection.exec_driver_sql(f'SELECT * FROM "{name}"')
            found.append(str(rows.all()))
    return "\n".join(found)


async def test_a_consent_is_kept_with_its_words_time_and_channel(talk: Talk) -> None:
    await fill_in(talk)
    found = await rows_of(talk.handler.database, consents)
    assert [(c["purpose"], c["given"]) for c in found] == [
        ("to_chuc_thi", True), ("cong_bo_giai", True), ("lien_he_trao_giai", False),
    ]  # fmt: skip
    assert {(c["text_version"], c["channel"]) for c in found} == {(1, "web")}
    assert all(c["at"] == MONDAY for c in found)


async def test_numbers_that_were_typed_lie_nowhere_in_the_open(talk: Talk) -> None:
    for upto in range(1, len(TYPED) + 1):
        talk.person = f"binh-{upto}"
        await fill_in(talk, upto)
    kept = await dump(talk.handler.database)
    assert PHONE not in kept
    assert PHONE[1:] not in kept
    assert await rows_of(talk.handler.database, questions) == []


async def test_a_name_lies_nowhere_in_the_open(talk: Talk) -> None:
    for upto in range(1, len(TYPED) + 1):
        talk.person = f"binh-{upto}"
        await fill_in(talk, upto)
    assert "Bình Minh" not in await dump(talk.handler.database)


async def test_what_was_registered_can_be_read_by_the_person(talk: Talk) -> None:
    await fill_in(talk)
    reply = await talk.press(codes.own(MAIN))
    assert NAME in reply.text
    assert "09•••678" in reply.text


async def test_erasing_leaves_no_word_of_the_person(talk: Talk) -> None:
    await talk.say("tôi muốn hỏi mấy tuổi được đi bầu cử đấy")
    await fill_in(talk)
    attempt = await start(talk)
    await talk.say("a")
    await talk.say("/dulieu")
    await talk.press_titled("Xóa dữ liệu của tôi")
    reply = await talk.press_titled("Xóa hết")
    assert "Đã xóa" in reply.text
    db = talk.handler.database
    kept = await dump(db)
    for word in ("Bình Minh", PHONE, "tôi muốn hỏi mấy tuổi"):
        assert word not in kept
    (entrant,) = await rows_of(db, entrants)
    assert (entrant["person_id"], entrant["sealed"], entrant["standing"]) == (None, "", "withdrawn")
    assert (await chosen(db, attempt))[1] is not None
    reply = await talk.say("b")
    assert "Đã ghi" not in reply.text


async def test_two_devices_of_one_account_share_one_paper(talk: Talk, handler: Handler) -> None:
    attempt = await practise(talk)
    other = Talk(handler, talk.person, now=talk.now)
    await talk.say("a")
    reply = await other.say("thi")
    assert "Câu 2/10" in reply.text
    await other.say("b")
    await talk.press(codes.answer(attempt, 2, 2))
    found = await chosen(handler.database, attempt)
    assert found[1]
    assert found[2]
    assert len([c for c in found.values() if c]) == 2


async def test_presses_at_once_each_get_one_reply_and_nothing_is_lost(
    talk: Talk, handler: Handler
) -> None:
    attempt = await practise(talk)
    messages = [
        Message("web", talk.person, f"at-once-{n}", talk.now, press=codes.answer(attempt, n, 1))
        for n in range(1, 11)
    ]
    replies = await asyncio.gather(*(handler.handle(m) for m in (*messages, *messages)))
    assert [len(one) for one in replies] == [1] * 20
    assert all((await chosen(handler.database, attempt)).values())


async def test_a_start_pressed_twice_starts_one_paper(talk: Talk) -> None:
    talk.now = AFTER
    await talk.say("luyện tập")
    await talk.press_titled(sayings.PLAY)
    press = talk.button(sayings.BEGIN).press
    first = await talk.press(press)
    second = await talk.press(press)
    assert first.text == second.text
    assert len(await rows_of(talk.handler.database, attempts)) == 1


async def test_an_answer_is_a_single_reply_with_thanks_and_the_next_question(talk: Talk) -> None:
    attempt = await practise(talk)
    reply = await talk.press(codes.answer(attempt, 1, 0))
    assert reply.text.startswith("Đã ghi câu 1: A.")
    assert "Câu 2/10" in reply.text
    assert len(reply.buttons) <= 5


async def test_the_key_of_a_contest_is_not_shown_before_its_time(talk: Talk) -> None:
    await fill_in(talk)
    attempt = await start(talk)
    await talk.press(codes.question(attempt, 11))
    await talk.say("3200")
    await talk.press(codes.hand_in(attempt, surely=True))
    assert sayings.SHOW_KEY not in [b.title for b in talk.reply.buttons]
    reply = await talk.press(codes.explain(attempt, 1))
    assert "Đáp án" not in reply.text
    assert sayings.NO_KEY in reply.text


async def test_the_last_attempt_is_the_last(talk: Talk) -> None:
    await fill_in(talk)
    for left in range(6, -1, -1):
        attempt = await start(talk, sayings.PLAY if left == 6 else sayings.ONCE_MORE)
        await talk.press(codes.question(attempt, 11))
        await talk.say("12")
        await talk.press(codes.hand_in(attempt, surely=True))
        assert str(left) in talk.reply.text or sayings.NO_ATTEMPTS_LEFT in talk.reply.text
    assert sayings.ONCE_MORE not in [b.title for b in talk.reply.buttons]
    number = (await rows_of(talk.handler.database, attempts))[0]["round"]
    assert isinstance(number, int)
    reply = await talk.press(codes.start(MAIN, number, 7))
    assert "hết 7 lượt thi" in reply.text


def test_every_code_fits_a_button_of_any_channel() -> None:
    longest, attempt = "x" * 200, 10**18
    for code in (
        codes.open_contest(longest), codes.rules(longest, 99), codes.start(longest, 10**9, 65_535),
        codes.ready(longest, 10**9), codes.answer(attempt, 999, 9), codes.guess(attempt, 10**12),
        codes.form("f" * 8, "f99", "u9999"),
    ):  # fmt: skip
        assert len(code.encode()) <= LONGEST_PRESS
        assert codes.read_act(code) is not None


PLACES = {
    "consent": 0, "name": 3, "birth": 4, "gender": 5, "phone": 6, "unit": 7, "summary": 9,
}  # fmt: skip


@pytest.mark.parametrize("text", INPUTS.values(), ids=list(INPUTS))
async def test_every_step_gives_one_polite_reply_to_anything(talk: Talk, text: str | None) -> None:
    for name, upto in PLACES.items():
        talk.person = name
        await fill_in(talk, upto)
        reply = await talk.say(text)
        assert reply.text.strip()
        _assert_not_quoted(text, f"{reply.title}\n{reply.text}\n{reply.note}")
    # Whatever it was, the registration that was left goes on where it was.
    assert "Bạn xem lại thông tin" in (await talk.press(codes.enrol(MAIN))).text or text == "/huy"


@pytest.mark.parametrize("text", INPUTS.values(), ids=list(INPUTS))
async def test_a_paper_survives_anything_that_is_typed(talk: Talk, text: str | None) -> None:
    attempt = await practise(talk)
    await talk.say("a")
    await talk.say("b")
    before = await chosen(talk.handler.database, attempt)
    reply = await talk.say(text)
    assert reply.text.strip()
    _assert_not_quoted(text, reply.text)
    after = await chosen(talk.handler.database, attempt)
    assert {p: c for p, c in after.items() if before[p]} == {p: c for p, c in before.items() if c}
    assert "Câu 3/10" in (await talk.say("thi")).text


ACTS = st.lists(
    st.one_of(
        st.sampled_from(
            "a b c d A. 3 5 câu2 hủy thi nộp xem /start danhmục luyệntập điểm /dulieu tiếp".split()
        ),
        st.sampled_from(["câu 4", "câu 9 b", "nộp bài", "mấy tuổi được đi bầu", "đáp án d ạ", ""]),
        st.tuples(st.integers(0, 12), st.integers(-1, 5)),
        st.sampled_from(["look", "surely", "old", "wait", "button"]),
        st.none(),
    ),
    max_size=14,
)


async def _do(talk: Talk, act: object, attempt: int) -> None:
    if isinstance(act, tuple):
        position, option = act
        code = f"t:a:{attempt}:{position}:{option}"
        await talk.press(code)
    elif act == "wait":
        talk.wait(7)
    elif act == "look":
        await talk.press(codes.look_over(attempt))
    elif act == "surely":
        await talk.press(codes.hand_in(attempt, surely=True))
    elif act == "old":
        await talk.press(codes.start(PRACTICE, 1, 0))
    elif act == "button" and talk.reply.buttons:
        await talk.press(random.Random(attempt).choice(talk.reply.buttons).press)
    else:
        await talk.say(act if isinstance(act, str) else None)


_PEOPLE = iter(range(10**6))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
async def test_no_row_of_acts_loses_an_answer_or_changes_a_paper_handed_in(
    acts: list[object], handler: Handler
) -> None:
    # Talk itself sees to it that each act has exactly one reply.
    talk = Talk(handler, f"someone-{next(_PEOPLE)}", now=AFTER)
    attempt = await practise(talk)
    db, closed = handler.database, None
    answered: set[int] = set()
    for act in acts:
        await _do(talk, act, attempt)
        now = await chosen(db, attempt)
        assert answered <= {p for p, c in now.items() if c}
        answered = {p for p, c in now.items() if c}
        async with db.reading() as tx:
            status = await tx.value(select(attempts.c.status).where(attempts.c.id == attempt))
        if closed is not None:
            assert now == closed
        closed = now if status != "open" else None


def test_a_paper_goes_on_after_the_program_was_killed(tmp_path: Path) -> None:
    """See tests/test_console.py for how a chat is run; this one dies in the middle."""
    from tests.dialogue.killed import play_and_kill

    before, after = play_and_kill(tmp_path)
    assert "Câu 4/10" in before
    assert "Câu 4/10" in after


async def test_every_reply_of_a_contest_is_one_message_of_the_official_account(talk: Talk) -> None:
    await talk.say("thi")
    replies = [talk.reply, await talk.press_titled("Tìm hiểu pháp luật về bầu cử năm 2026")]
    replies.append(await talk.press(codes.enrol(MAIN)))
    replies += [await talk.say(text) for text in TYPED]
    attempt = await start(talk)
    replies += [await talk.press(codes.answer(attempt, n, 0)) for n in range(1, 11)]
    replies.append(await talk.say("khoảng 3 nghìn rưỡi"))
    replies.append(await talk.press_titled("Đúng, 3.500"))
    replies.append(await talk.say("nộp bài"))
    for reply in replies:
        assert len(render_reply(reply)) == 1, reply


def test_the_longest_question_is_one_message_with_its_buttons(snapshot: Snapshot) -> None:
    questions = snapshot.contests.definitions[MAIN].questions()
    longest = max(len(q.text) + sum(len(o.text) for o in q.options) for q in questions)
    head = len(
        sayings.CHANGED.format(10, "A", "B") + "Câu 10/10 · còn 9 phút 59 giây" + sayings.HOW
    )
    assert longest + head + 100 < LONGEST


async def test_past_capacity_a_start_waits_and_its_clock_does_not_run(
    talk: Talk, stage: Stage
) -> None:
    await fill_in(talk)
    await talk.press_titled(sayings.PLAY)
    queue = stage.hall.queue
    with ExitStack() as stack:
        while queue.ask("somebody", talk.now) is None:
            stack.enter_context(queue.inside("somebody", talk.now))
        for _ in range(2):
            await talk.press_titled(sayings.BEGIN)
            assert sayings.WAITING.format(2) in talk.reply.text
        assert await rows_of(talk.handler.database, attempts) == []
        queue.drop("somebody")
        await talk.press_titled(sayings.BEGIN)
        assert sayings.WAITING.format(1) in talk.reply.text
    await talk.press_titled(sayings.BEGIN)
    assert len(await rows_of(talk.handler.database, attempts)) == 1


async def practice_with(db: Database, snapshot: Snapshot, **rules: Any) -> Talk:
    """Somebody before a practice whose paper has other rules."""
    hall = Hall(SEALER)
    found = snapshot.contests.definitions[PRACTICE]
    paper = replace(found.contest.papers["main"], **rules)
    definition = replace(found, contest=replace(found.contest, papers={"main": paper}))
    async with db.transaction() as tx:
        await publish(tx, hall.shelf, definition, "An", "Mở.", AFTER)
    return Talk(Handler(db, lambda: snapshot, hall=hall), now=AFTER)


async def test_several_right_options_are_chosen_one_by_one_or_together(
    db: Database, snapshot: Snapshot
) -> None:
    talk = await practice_with(db, snapshot, answer_kind="multiple")
    attempt = await practise(talk)
    await talk.press(codes.answer(attempt, 1, 0))
    assert "Đã ghi câu 1: A." in talk.reply.text
    await talk.press_titled("C")
    assert "Đã đổi câu 1: A thành A, C." in talk.reply.text
    await talk.press_titled("A")
    assert "thành C." in talk.reply.text
    await talk.press_titled(sayings.NEXT)
    await talk.say("b d")
    assert "Đã ghi câu 2: B, D." in talk.reply.text


async def test_a_paper_without_going_back_says_so(db: Database, snapshot: Snapshot) -> None:
    talk = await practice_with(db, snapshot, navigation="sequential")
    attempt = await practise(talk)
    await talk.say("a")
    await talk.say("b")
    before = await chosen(db, attempt)
    reply = await talk.say("câu 1 d")
    assert "không quay lại câu trước" in reply.text
    assert await chosen(db, attempt) == before


async def test_the_boards_answer_to_a_complaint_is_read_among_ones_own(talk: Talk) -> None:
    await fill_in(talk)
    await talk.press(codes.complain(MAIN))
    await talk.say("Trang thi bị treo lúc tôi đang làm câu 4.")
    assert "số 1: đang chờ ban tổ chức" in (await talk.say("điểm của tôi")).text
    hall = talk.handler.hall
    assert hall is not None
    async with talk.handler.database.transaction() as tx:
        published = await hall.shelf.need(tx, MAIN)
        await discipline.answer(tx, published, 1, "Bạn được thi thêm một lượt.", "Lan", MONDAY)
    told = (await talk.say("điểm của tôi")).text
    assert "Khiếu nại số 1, ban tổ chức trả lời ngày" in told
    assert "Bạn được thi thêm một lượt." in told


async def win(talk: Talk) -> None:
    """Plays with everything right, alone; the result is decided."""
    await fill_in(talk)
    await start(talk)
    hall, db = talk.handler.hall, talk.handler.database
    assert hall is not None
    async with db.transaction() as tx:
        published = await hall.shelf.need(tx, MAIN)
        (entrant,) = await tx.rows(select(entrants.c.id))
        (seat,) = await play.resume(tx, published, entrant["id"], talk.now)
        ids = entrant["id"], seat.attempt.id
        for place in seat.places:
            save = saving.Save(published, *ids, place.position, place.question.key, talk.now)
            await saving.save_answer(tx, save)
        await play.predict(tx, published, *ids, 1, talk.now)
        await play.submit(tx, published, *ids, talk.now + timedelta(minutes=1))
        one = published.contest.rounds[0].id
        await results.compute(tx, published, one, "Lan", AFTER)
        await results.decide(tx, published, one, "12/QĐ", "Lan", AFTER)
    talk.now = AFTER


async def test_a_winner_gives_in_the_chat_what_only_he_is_asked(talk: Talk) -> None:
    await win(talk)
    told = await talk.press(codes.open_contest(MAIN))
    assert "Bạn đạt Giải Nhất." in told.text
    assert "ban tổ chức cần bạn ghi thêm: Số căn cước" in told.text
    asked = await talk.press_titled(sayings.CLAIM)
    assert "Chỉ người đạt giải mới được hỏi mục này" in asked.text
    assert "Gồm 12 chữ số" in asked.text
    assert "12 chữ số trên thẻ căn cước" in (await talk.say("12345")).text
    # Something else in between; then on.
    waiting = await talk.press(codes.open_contest(MAIN))
    assert f"«{sayings.CLAIM}»" in waiting.note
    await talk.press_titled(sayings.CLAIM)
    done = await talk.say("022090001234")
    assert sayings.AWARD_TAKEN in done.text
    assert "02•••234" in done.text
    assert "022090001234" not in await dump(talk.handler.database)
    mine = await talk.say("điểm của tôi")
    assert "Bạn đạt Giải Nhất." in mine.text
    assert "ghi thêm" not in mine.text
    assert "02•••234" in (await talk.say("/dulieu")).text


async def test_who_won_nothing_is_asked_nothing(talk: Talk) -> None:
    await fill_in(talk)
    reply = await talk.press(codes.claim(MAIN))
    assert "căn cước" not in reply.text
    assert sayings.CLAIM not in [button.title for button in reply.buttons]
