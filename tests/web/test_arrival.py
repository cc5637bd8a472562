"""Who came by the link of a leaflet: known by his first question, and only by the first link."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from bot.channels.web.arrival import COOKIE
from bot.dialogue.snapshot import Snapshot
from bot.knowledge.live import Live
from bot.server import build_app
from bot.settings import Settings
from bot.store.database import Database
from bot.store.tables import people
from tests.conftest import SEALER
from tests.web.conftest import HOST, QUESTION, NewClient, a_limiter, ask


async def origins(database: Database) -> list[str | None]:
    """How those came of whom something is stored, the first one first."""
    async with database.reading() as tx:
        rows = await tx.rows(select(people.c.origin).order_by(people.c.id))
    return [row["origin"] for row in rows]


async def test_who_comes_by_a_leaflet_is_known_by_his_first_question(
    new_client: NewClient, database: Database
) -> None:
    browser = new_client()
    assert (await browser.get("/?u=06652-togap")).status_code == 200
    assert await origins(database) == []
    await ask(browser, QUESTION)
    assert await origins(database) == ["u-06652-togap"]


async def test_the_first_link_of_a_person_counts(new_client: NewClient, database: Database) -> None:
    browser = new_client()
    await browser.get("/?u=06652-togap")
    await ask(browser, QUESTION)
    await browser.get("/?u=06685")
    await ask(browser, QUESTION)
    assert await origins(database) == ["u-06652-togap"]


async def test_a_link_opened_after_a_question_tells_how_one_came(
    client: httpx.AsyncClient, database: Database
) -> None:
    await ask(client, QUESTION)
    await client.get("/thi?u=06652")
    await ask(client, QUESTION)
    assert await origins(database) == ["u-06652"]


@pytest.mark.parametrize(
    "query",
    ["", "u=", "u=a%20b", "u=" + "x" * 63, "u=%3Cscript%3E", "u=%FF", "x=1", "u=a;b", "&" * 3_000,
     "u=t%E1%BB%9D"],
)  # fmt: skip
async def test_other_words_leave_no_trace(
    new_client: NewClient, database: Database, query: str
) -> None:
    browser = new_client()
    response = await browser.get(f"/?{query}")
    assert response.status_code == 200
    assert COOKIE not in response.cookies
    await ask(browser, QUESTION)
    assert await origins(database) == [None]


async def test_a_forged_cookie_is_not_stored(client: httpx.AsyncClient, database: Database) -> None:
    client.cookies.set(COOKIE, "<b>", domain=HOST.partition("//")[2])
    await ask(client, QUESTION)
    assert await origins(database) == [None]


async def test_the_cookie_is_for_the_server_alone(
    new_client: NewClient, live: Live[Snapshot], database: Database
) -> None:
    settings = Settings(_env_file=None, BOT_PUBLIC_URL="https://may-chu.example")  # type: ignore[call-arg]
    app: Starlette = build_app(settings, database, live, SEALER, a_limiter())
    response = await new_client(app).get("/?u=06652")
    (given,) = [one for one in response.headers.get_list("set-cookie") if one.startswith(COOKIE)]
    for word in ("HttpOnly", "SameSite=lax", "Secure", "Max-Age=86400", "Path=/"):
        assert word in given


async def test_who_has_himself_forgotten_takes_the_link_with_him(
    new_client: NewClient, database: Database
) -> None:
    browser = new_client()
    await browser.get("/?u=06652")
    await ask(browser, QUESTION)
    await browser.post("/quen-toi")
    assert COOKIE not in browser.cookies
    await browser.get("/")
    await ask(browser, QUESTION)
    assert await origins(database) == [None]
