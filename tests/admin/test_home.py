"""The front page: what waits for whom, most urgent first."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest

from bot.store.database import Database
from tests.conftest import NOW
from tests.reports.conftest import ask

from .conftest import Enter


@pytest.fixture
async def asked(database: Database) -> None:
    """Two people asked in vain this week, one long ago; one got an answer."""
    await ask(database, "lan", "refuse", text="xe buýt đi bầu cử", at=NOW - timedelta(days=3))
    await ask(database, "mai", "refuse", text="đò sang sông", at=NOW)
    await ask(database, "nam", "refuse", text="mưa to quá", at=NOW - timedelta(days=30))
    await ask(database, "hoa", text="mấy tuổi được bầu", at=NOW)


def figures(page: httpx.Response) -> list[tuple[str, str]]:
    """The figures and what waits, in the order of the page."""
    assert page.status_code == 200
    return [
        (number, " ".join(words.split()))
        for number, words in re.findall(r"<strong>([^<]+)</strong>([^<]*)", page.text)
    ]


@pytest.mark.usefixtures("asked")
async def test_an_editor_sees_first_what_people_asked_in_vain(enter: Enter) -> None:
    page = await (await enter("editor")).get("/admin")
    shown = figures(page)
    assert shown[0] == ("2", "câu hỏi trong 7 ngày qua chưa trả lời được")
    assert ("3", "người hỏi, 3 người mới") in shown
    assert ("3", "câu hỏi") in shown
    assert ("33%", "có câu trả lời hoặc câu để chọn") in shown
    assert 'href="/admin/cau-hoi"' in page.text
    assert "cuoc-thi/" not in page.text


async def test_where_nothing_waits_it_says_so(enter: Enter) -> None:
    page = await (await enter("organizer")).get("/admin")
    assert "Không có việc nào đang chờ." in page.text
    assert "/admin/duyet" not in page.text, "an organizer mends no answers"
