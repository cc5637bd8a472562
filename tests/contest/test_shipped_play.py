"""The shipped contests as people meet them: registered for, played to the end, refused after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import VIETNAM
from bot.contest import play, registration, saving
from bot.contest.document import Published
from bot.contest.load import Contests
from bot.contest.publish import Shelf, publish
from bot.contest.refusal import Refused
from bot.contest.registration import Form, Guardian
from bot.contest.sitting import Sitting
from bot.contest.typed import Trees
from bot.knowledge.model import Base
from bot.sealing import Sealer
from bot.store import people
from bot.store.database import Database
from tests.conftest import NOW

MAIN, PRACTICE = "tim-hieu-bau-cu-2026", "luyen-tap"
# The stores are proved alike elsewhere; here the rules are looked at.
pytestmark = pytest.mark.parametrize("db", ["sqlite-memory"], indirect=True)
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=VIETNAM).astimezone(UTC)
ASKED = {
    "ho_ten": "Nguyễn Thị Bình",
    "ngay_sinh": "12/8/1985",
    "dien_thoai": "0900000000",
    "don_vi": "hong gai",
}
AGREED = {"to_chuc_thi": True}


@dataclass
class Hall:
    """A store with both contests published, and one person who plays."""

    db: Database
    trees: Trees
    contests: dict[str, Published] = field(default_factory=dict)

    async def register(
        self,
        name: str,
        at: datetime,
        values: Mapping[str, str] = ASKED,
        guardian: Guardian | None = None,
    ) -> int:
        async with self.db.transaction() as tx:
            person = await people.meet(tx, "web", "binh", at)
            form = Form(values, AGREED if values else {}, guardian)
            entrant = await registration.register(
                tx, self.contests[name], Sealer(["k" * 43]), self.trees, person.id, "web", form, at
            )
            return entrant.id

    async def sit(self, name: str, entrant: int, round_id: str, at: datetime) -> Sitting:
        """One attempt with every answer right."""
        contest = self.contests[name]
        async with self.db.transaction() as tx:
            seat = await play.start(tx, contest, entrant, round_id, at, channel="web")
            ids = entrant, seat.attempt.id
            for place in seat.places:
                key = tuple(place.question.key)
                save = saving.Save(contest, *ids, place.position, key, at + timedelta(seconds=9))
                await saving.save_answer(tx, save)
            if contest.contest.prediction.enabled:
                await play.predict(tx, contest, *ids, 3_195, at + timedelta(seconds=20))
            return await play.submit(tx, contest, *ids, at + timedelta(seconds=61))


@pytest.fixture
async def hall(db: Database, base: Base, shipped: Contests) -> Hall:
    hall, shelf = Hall(db, Trees(base.places, shipped.definitions[MAIN].units)), Shelf()
    async with db.transaction() as tx:
        for name, definition in shipped.definitions.items():
            hall.contests[name] = await publish(
                tx, shelf, definition, "ban tổ chức", "Mở.", MONDAY - timedelta(days=9)
            )
    return hall


async def test_seven_attempts_a_week_never_meet_a_question_twice(hall: Hall) -> None:
    entrant = await hall.register(MAIN, MONDAY)
    met: list[str] = []
    for hour in range(7):
        seat = await hall.sit(MAIN, entrant, "tuan-1", MONDAY + timedelta(hours=hour))
        assert (seat.attempt.correct, seat.attempt.total) == (10, 10)
        assert seat.attempt.duration_ms == 61_000
        met += [place.question.id for place in seat.places]
    assert len(set(met)) == 70
    with pytest.raises(Refused, match="Bạn đã dùng hết 7 lượt thi của vòng này"):
        await hall.sit(MAIN, entrant, "tuan-1", MONDAY + timedelta(hours=8))


async def test_the_second_week_opens_when_the_first_has_closed(hall: Hall) -> None:
    entrant = await hall.register(MAIN, MONDAY)
    monday_after = datetime(2026, 3, 9, 0, 0, tzinfo=VIETNAM).astimezone(UTC)
    with pytest.raises(Refused, match="Tuần 2 chưa mở"):
        await hall.sit(MAIN, entrant, "tuan-2", monday_after - timedelta(milliseconds=1))
    with pytest.raises(Refused, match="Tuần 1 đã đóng"):
        await hall.sit(MAIN, entrant, "tuan-1", monday_after)
    seat = await hall.sit(MAIN, entrant, "tuan-2", monday_after)
    assert seat.attempt.correct == 10


@pytest.mark.parametrize(
    ("born", "guardian", "told"),
    [
        ("5/9/2010", None, "cần cha mẹ hoặc người giám hộ đồng ý"),
        ("5/9/2014", Guardian("Nguyễn Văn Cha", agrees=True), "từ đủ 14 tuổi"),
    ],
)
async def test_a_child_needs_a_guardian_and_fourteen_years(
    hall: Hall, born: str, guardian: Guardian | None, told: str
) -> None:
    with pytest.raises(Refused, match=told):
        await hall.register(MAIN, MONDAY, {**ASKED, "ngay_sinh": born}, guardian)
    father = Guardian("Nguyễn Văn Cha", agrees=True)
    grown = {**ASKED, "ngay_sinh": "5/9/2010"}
    assert await hall.register(MAIN, MONDAY, grown, father)


async def test_practice_asks_nobody_anything_and_may_be_played_on_and_on(hall: Hall) -> None:
    entrant = await hall.register(PRACTICE, NOW, {})
    for hour in range(9):
        seat = await hall.sit(PRACTICE, entrant, "luyen-tap", NOW + timedelta(hours=hour))
        assert seat.attempt.correct == 10
        assert all(place.question.explain for place in seat.places)
