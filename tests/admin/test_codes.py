from __future__ import annotations

import re
from datetime import UTC, datetime

import httpx
import pyotp
import pytest

from bot.admin.codes import matching_step
from bot.dialogue.renewal import renew
from bot.sealing import Sealer
from bot.store import admin_users
from bot.store.database import Database
from tests.admin.conftest import PASSWORD, Enter, MovedClock, csrf_in, post
from tests.conftest import NOW, SEALER

PAGE, GIVE = "/admin/tai-khoan/ma", "/admin/dang-nhap/ma"


async def turn_on(browser: httpx.AsyncClient, clock: MovedClock) -> pyotp.TOTP:
    """Scans the secret of the page and gives a first code."""
    html = (await browser.get(PAGE)).text
    assert "<svg" in html
    found = re.search(r'<code class="small">([A-Z2-7 ]+)</code>', html)
    assert found
    app = pyotp.TOTP(found.group(1).replace(" ", ""))
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
    done = await browser.post(PAGE, data={**hidden, "code": app.at(clock.now)})
    assert done.status_code == 303, done.text
    return app


async def give(browser: httpx.AsyncClient, code: str) -> httpx.Response:
    token = csrf_in((await browser.get(GIVE)).text)
    return await browser.post(GIVE, data={"csrf": token, "code": code})


async def test_with_a_code_the_password_alone_opens_nothing(
    enter: Enter, clock: MovedClock, database: Database
) -> None:
    app = await turn_on(await enter("editor"), clock)
    browser = await enter("editor")
    for path in ("/admin", "/admin/cau-tra-loi", "/admin/tai-khoan"):
        assert (await browser.get(path)).headers["location"] == GIVE
    clock.move(minutes=1)
    assert (
        await give(browser, "000000" if app.at(clock.now) != "000000" else "000001")
    ).status_code == 401
    assert (await give(browser, app.at(clock.now))).headers["location"] == "/admin"
    assert (await browser.get("/admin")).status_code == 200
    async with database.reading() as tx:
        user = await admin_users.find(tx, "editor")
    assert user
    assert user.totp
    assert app.secret not in user.totp
    assert SEALER.open(user.totp) == app.secret


async def test_a_code_is_good_once(enter: Enter, clock: MovedClock) -> None:
    app = await turn_on(await enter("editor"), clock)
    clock.move(minutes=1)
    first, second = await enter("editor"), await enter("editor")
    code = app.at(clock.now)
    assert (await give(first, code)).status_code == 303
    assert (await give(second, code)).status_code == 401


async def test_wrong_codes_lock_and_time_unlocks(enter: Enter, clock: MovedClock) -> None:
    app = await turn_on(await enter("editor"), clock)
    browser = await enter("editor")
    for _ in range(6):
        assert (await give(browser, "12345")).status_code == 401
    assert (await give(browser, app.at(clock.now))).status_code == 429
    clock.move(minutes=16)
    assert (await browser.get(GIVE)).headers["location"] == "/admin/dang-nhap"
    again = await enter("editor")
    assert (await give(again, app.at(clock.now))).status_code == 303


async def test_a_code_is_turned_off_by_its_owner_with_his_password_or_by_an_owner_of_the_web(
    enter: Enter, clock: MovedClock
) -> None:
    editor, owner = await enter("editor"), await enter("owner")
    await turn_on(editor, clock)
    wrong = await post(editor, PAGE, password="sai")
    assert wrong.status_code == 422
    assert (await post(editor, PAGE, password=PASSWORD)).status_code == 303
    await turn_on(editor, clock)
    await post(owner, "/admin/nguoi-dung/editor", step="code")
    assert (await (await enter("editor")).get("/admin")).status_code == 200


async def test_a_secret_offered_to_another_or_made_up_turns_nothing_on(
    enter: Enter, clock: MovedClock
) -> None:
    editor, owner = await enter("editor"), await enter("owner")
    html = (await owner.get(PAGE)).text
    offer = re.search(r'name="offer" value="([^"]+)"', html)
    secret = re.search(r'<code class="small">([A-Z2-7 ]+)</code>', html)
    assert offer
    assert secret
    code = pyotp.TOTP(secret.group(1).replace(" ", "")).at(clock.now)
    for sent in (offer.group(1), "", "x", SEALER.seal("a:b:c:d"), SEALER.seal("JBSWY3DPEHPK3PXP")):
        assert (await post(editor, PAGE, offer=sent, code=code)).status_code == 422


@pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "abcdef", "9" * 5000])
def test_what_is_no_code_matches_nothing(code: str) -> None:
    assert matching_step("JBSWY3DPEHPK3PXP", code, NOW) is None


def test_codes_of_the_standard() -> None:
    # RFC 6238, appendix B, SHA-1, the last six figures.

    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for at, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        assert matching_step(secret, code, datetime.fromtimestamp(at, UTC)) == at // 30


async def test_a_code_outlives_a_change_of_the_secret_key(
    enter: Enter, clock: MovedClock, database: Database
) -> None:
    app = await turn_on(await enter("editor"), clock)
    newer = Sealer(
        [
            "another-key-of-the-tests-as-long-as-the-first-one",
            "a-key-of-the-tests-long-enough-for-all-of-them",
        ]
    )
    assert (await renew(database, newer)).renewed == {"admin_users.totp": 1}
    async with database.reading() as tx:
        user = await admin_users.find(tx, "editor")
    assert user
    assert newer.open(user.totp or "") == app.secret


async def test_a_code_sealed_with_a_lost_key_is_told_and_no_fault_of_ours(
    enter: Enter, clock: MovedClock, database: Database
) -> None:
    await turn_on(await enter("editor"), clock)
    async with database.transaction() as tx:
        user = await admin_users.find(tx, "editor")
        assert user
        lost = Sealer(["a-key-that-nobody-remembers-any-more-at-all"]).seal("JBSWY3DPEHPK3PXP")
        await admin_users.change(tx, user.id, totp=lost)
    told = await give(await enter("editor"), "123456")
    assert told.status_code == 503
    assert "BOT_SECRET_KEY" in told.text
