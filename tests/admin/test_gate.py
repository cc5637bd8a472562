from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from bot.admin import people
from bot.admin.gate import COOKIE, key_of
from bot.errors import InputRefused
from bot.store import admin_audit, admin_users
from bot.store.admin_audit import Wanted
from bot.store.database import Database
from tests.admin.conftest import PASSWORD, Enter, MovedClock, csrf_in, post, sign_in
from tests.conftest import NOW

NewBrowser = Callable[[], httpx.AsyncClient]


async def acts(database: Database, by: str = "") -> list[str]:
    async with database.reading() as tx:
        return [line.act for line in await admin_audit.lines(tx, Wanted(by=by), 0, 100)]


async def test_a_stranger_is_led_to_the_gate_and_back_to_the_page_he_wanted(
    new_browser: NewBrowser,
) -> None:
    browser = new_browser()
    kept_out = await browser.get("/admin/nhat-ky?viec=user")
    assert kept_out.status_code == 303
    assert kept_out.headers["location"] == "/admin/dang-nhap?toi=%2Fadmin%2Fnhat-ky%3Fviec%3Duser"
    response = await sign_in(browser, "owner", onward="/admin/nhat-ky?viec=user")
    assert response.headers["location"] == "/admin/nhat-ky?viec=user"
    assert (await browser.get("/admin/nhat-ky?viec=user")).status_code == 200


@pytest.mark.parametrize(
    "onward",
    ["https://ke-xau.example/", "//ke-xau.example/admin", "/admin//ke-xau.example", "/", "/adminx"],
)
async def test_nobody_is_led_out_of_the_web(new_browser: NewBrowser, onward: str) -> None:
    response = await sign_in(new_browser(), "owner", onward=onward)
    assert response.headers["location"] == "/admin"


async def test_the_cookie_is_hidden_from_scripts_and_other_sites(new_browser: NewBrowser) -> None:
    response = await sign_in(new_browser(), "editor")
    told = next(c for c in response.headers.get_list("set-cookie") if c.startswith(f"{COOKIE}="))
    assert {"HttpOnly", "SameSite=lax", "Path=/admin"} <= set(told.split("; "))


async def test_ten_wrong_passwords_lock_the_name_for_a_quarter_of_an_hour(
    new_browser: NewBrowser, clock: MovedClock
) -> None:
    browser = new_browser()
    for _ in range(10):
        wrong = await sign_in(browser, "editor", "sai-mat-khau-roi")
        assert wrong.status_code == 401
        assert "Tên đăng nhập hoặc mật khẩu không đúng." in wrong.text
    locked = await sign_in(browser, "editor")
    assert locked.status_code == 429
    assert "tạm khóa đến 10:15 ngày 23/11/2026" in locked.text
    assert COOKIE not in browser.cookies
    assert (await sign_in(new_browser(), "owner")).status_code == 303
    clock.move(minutes=15, seconds=1)
    assert (await sign_in(browser, "editor")).status_code == 303


async def test_a_right_password_forgives_the_wrong_ones(new_browser: NewBrowser) -> None:
    for _ in range(2):
        for _ in range(9):
            assert (await sign_in(new_browser(), "editor", "sai")).status_code == 401
        assert (await sign_in(new_browser(), "editor")).status_code == 303


async def test_an_address_that_tries_many_names_is_locked(new_browser: NewBrowser) -> None:
    for number in range(30):
        assert (await sign_in(new_browser(), f"ten-{number}", "sai")).status_code == 401
    assert (await sign_in(new_browser(), "owner")).status_code == 429


async def test_an_owner_unlocks_a_name(new_browser: NewBrowser, enter: Enter) -> None:
    owner = await enter("owner")
    for _ in range(10):
        await sign_in(new_browser(), "editor", "sai")
    assert (await sign_in(new_browser(), "editor")).status_code == 429
    await post(owner, "/admin/nguoi-dung/editor", step="unlock")
    assert (await sign_in(new_browser(), "editor")).status_code == 303


async def test_a_wrong_password_is_noted_but_never_what_was_typed_as_a_name(
    new_browser: NewBrowser, database: Database
) -> None:
    await sign_in(new_browser(), "mat-khau-go-nham-o", "sai")
    await sign_in(new_browser(), "editor", "sai")
    assert await acts(database) == ["session.wrong"]


async def test_signing_out_ends_this_session_alone(enter: Enter) -> None:
    here, there = await enter("editor"), await enter("editor")
    token = here.cookies[COOKIE]
    assert (await post(here, "/admin/dang-xuat")).status_code == 303
    here.cookies.set(COOKIE, token, path="/admin")
    assert (await here.get("/admin")).status_code == 303
    assert (await there.get("/admin")).status_code == 200


async def test_signing_out_everywhere_else_leaves_this_browser_in(enter: Enter) -> None:
    here, there = await enter("editor"), await enter("editor")
    done = await post(here, "/admin/tai-khoan/dang-xuat-het")
    assert "Đã đăng xuất 1 nơi khác." in (await here.get(done.headers["location"])).text
    assert (await there.get("/admin")).status_code == 303


async def test_a_message_is_said_once(enter: Enter) -> None:
    here = await enter("editor")
    done = await post(here, "/admin/tai-khoan/dang-xuat-het")
    assert "Đã đăng xuất 0 nơi khác." in (await here.get(done.headers["location"])).text
    assert "Đã đăng xuất 0 nơi khác." not in (await here.get(done.headers["location"])).text


async def test_a_session_ends_when_it_is_not_used(enter: Enter, clock: MovedClock) -> None:
    browser = await enter("editor")
    clock.move(hours=7)
    assert (await browser.get("/admin")).status_code == 200
    clock.move(hours=7)
    assert (await browser.get("/admin")).status_code == 200
    clock.move(hours=9)
    assert (await browser.get("/admin")).status_code == 303


async def test_a_form_without_its_token_changes_nothing(enter: Enter, database: Database) -> None:
    owner = await enter("owner")
    for csrf in ({}, {"csrf": ""}, {"csrf": "x" * 43}, {"csrf": "ă"}):
        refused = await owner.post("/admin/nguoi-dung/editor", data={"step": "disable", **csrf})
        assert refused.status_code == 403
        assert "Biểu mẫu này đã cũ" in refused.text
    async with database.reading() as tx:
        user = await admin_users.find(tx, "editor")
    assert user
    assert not user.is_disabled


async def test_a_form_of_another_session_is_refused_and_what_was_typed_comes_back(
    enter: Enter,
) -> None:
    owner, editor = await enter("owner"), await enter("editor")
    token = csrf_in((await editor.get("/admin/tai-khoan")).text)
    refused = await owner.post(
        "/admin/nguoi-dung", data={"csrf": token, "full_name": "Nguyễn <b>Lan</b>"}
    )
    assert refused.status_code == 403
    assert "Nguyễn &lt;b&gt;Lan&lt;/b&gt;" in refused.text


async def test_what_was_typed_is_not_lost_with_the_session(enter: Enter, clock: MovedClock) -> None:
    owner = await enter("owner")
    clock.move(hours=9)
    late = await owner.post("/admin/nguoi-dung", data={"full_name": "Trần Thị Bình"})
    assert late.status_code == 401
    assert "Trần Thị Bình" in late.text


async def test_a_tampered_cookie_is_nobody(new_browser: NewBrowser, enter: Enter) -> None:
    token = (await enter("owner")).cookies[COOKIE]
    for changed in (token[:-1] + ("a" if token[-1] != "a" else "b"), "", "x", "é" * 5, "a" * 5000):
        browser = new_browser()
        cookie = f"{COOKIE}={changed}".encode()
        assert (await browser.get("/admin", headers={b"Cookie": cookie})).status_code == 303


async def test_a_cookie_that_somebody_else_set_is_not_the_session_after_signing_in(
    new_browser: NewBrowser,
) -> None:
    victim, attacker = new_browser(), new_browser()
    for browser in (victim, attacker):
        browser.cookies.set(COOKIE, "a-cookie-that-the-attacker-knows", path="/admin")
    response = await sign_in(victim, "owner")
    given = response.cookies[COOKIE]
    assert given != "a-cookie-that-the-attacker-knows"
    assert (await attacker.get("/admin")).status_code == 303
    again = (await sign_in(new_browser(), "owner")).cookies[COOKIE]
    assert again != given, "each signing in has its own"


async def test_what_lies_in_the_database_is_no_cookie(
    new_browser: NewBrowser, enter: Enter
) -> None:
    token = (await enter("owner")).cookies[COOKIE]
    thief = new_browser()
    thief.cookies.set(COOKIE, key_of(token), path="/admin")
    assert (await thief.get("/admin")).status_code == 303


@pytest.mark.parametrize("path", ["/admin/nguoi-dung", "/admin/nguoi-dung/owner", "/admin/nhat-ky"])
async def test_pages_of_owners_are_closed_to_others(enter: Enter, path: str) -> None:
    for role in ("editor", "approver", "organizer"):
        refused = await (await enter(role)).get(path)
        assert refused.status_code == 403
        assert "Cần có quyền: Chủ hệ thống." in refused.text


async def test_a_user_made_by_another_must_choose_his_own_password(
    enter: Enter, new_browser: NewBrowser, database: Database
) -> None:
    owner = await enter("owner")
    made = await post(
        owner,
        "/admin/nguoi-dung",
        name="lan.nguyen",
        full_name="Nguyễn Lan",
        role=["editor", "approver"],
    )
    assert made.status_code == 200
    first = made.text.split("<code>")[1].split("</code>")[0]
    browser = await enter("lan.nguyen", first)
    for path in ("/admin", "/admin/nhat-ky"):
        assert (await browser.get(path)).headers["location"] == "/admin/tai-khoan/mat-khau"
    page = "/admin/tai-khoan/mat-khau"
    assert (await post(browser, "/admin/dang-xuat", page=page)).headers[
        "location"
    ] == "/admin/dang-nhap"
    browser = await enter("lan.nguyen", first)
    short = await post(browser, page, page=page, old=first, new="ngan", again="ngan")
    assert short.status_code == 422
    assert "ít nhất 10 ký tự" in short.text
    wrong = await post(browser, page, page=page, old="sai", new=PASSWORD, again=PASSWORD)
    assert "Mật khẩu hiện nay không đúng" in wrong.text
    done = await post(browser, page, page=page, old=first, new=PASSWORD, again=PASSWORD)
    assert done.headers["location"] == "/admin"
    assert (await browser.get("/admin")).status_code == 200
    assert await acts(database, "lan.nguyen") == [
        "user.password",
        "session.in",
        "session.out",
        "session.in",
    ]
    assert (await sign_in(new_browser(), "lan.nguyen", first)).status_code == 401


async def test_a_disabled_user_is_out_at_once(enter: Enter, new_browser: NewBrowser) -> None:
    owner, editor = await enter("owner"), await enter("editor")
    await post(owner, "/admin/nguoi-dung/editor", step="disable")
    assert (await editor.get("/admin")).status_code == 303
    assert (await sign_in(new_browser(), "editor")).status_code == 401
    await post(owner, "/admin/nguoi-dung/editor", step="enable")
    assert (await sign_in(new_browser(), "editor")).status_code == 303


@pytest.mark.parametrize("fields", [{"step": "disable"}, {"step": "roles", "role": "editor"}])
async def test_the_last_owner_cannot_be_taken_away(enter: Enter, fields: dict[str, str]) -> None:
    owner = await enter("owner")
    refused = await post(owner, "/admin/nguoi-dung/owner", **fields)
    assert refused.status_code == 422
    assert people.LAST_OWNER in refused.text
    assert (await owner.get("/admin/nguoi-dung")).status_code == 200


@pytest.mark.parametrize(
    ("name", "full_name", "roles"),
    [
        ("Lan Nguyễn", "Lan", ["editor"]),
        ("lan", "", ["editor"]),
        ("lan", "Lan", []),
        ("lan", "Lan", ["vua"]),
        ("editor", "Lan", ["editor"]),
    ],
)
async def test_a_user_without_name_or_role_is_not_made(
    database: Database, name: str, full_name: str, roles: list[str]
) -> None:
    with pytest.raises(InputRefused):
        await people.add_user(database, name, full_name, roles, "test", NOW)


async def test_the_first_owner_is_made_once() -> None:
    database = Database.memory()
    from bot.store.migrate import migrate

    await migrate(database)
    assert await people.add_first_owner(database, NOW)
    assert not await people.add_first_owner(database, NOW)
    await database.close()


async def test_the_log_shows_who_did_what(enter: Enter) -> None:
    owner = await enter("owner")
    await post(owner, "/admin/nguoi-dung/editor", step="roles", role=["editor", "approver"])
    page = await owner.get("/admin/nhat-ky?ai=owner&viec=user")
    assert "đổi quyền" in page.text
    assert "editor → editor, approver" in page.text
    assert "đăng nhập</td>" not in page.text


async def test_passwords_are_never_stored_as_they_are(database: Database, enter: Enter) -> None:
    await enter("editor")
    async with database.reading() as tx:
        connection = await tx.connection.get_raw_connection()
        driver = connection.driver_connection
        assert driver is not None
        dump = [line async for line in driver.iterdump()]
    assert not [line for line in dump if PASSWORD in line]
    assert any("$argon2id$" in line for line in dump)
