"""The talk in the page: questions, buttons, what is remembered and for whom."""

from __future__ import annotations

import asyncio
import html
import re
from uuid import uuid4

import httpx
from sqlalchemy import func, select
from starlette.applications import Starlette

from bot.channels.web.chat import BUSY
from bot.channels.web.limit import Limiter
from bot.channels.web.pages import Block, blocks_of
from bot.channels.web.visitor import COOKIE
from bot.dialogue import presses, sayings
from bot.dialogue.snapshot import Snapshot
from bot.knowledge.live import Live
from bot.server import build_app
from bot.settings import Settings
from bot.store.database import Database
from bot.store.tables import outbox, people, questions
from tests.conftest import SEALER
from tests.web.conftest import ANSWERED, QUESTION, NewClient, ask, post


def the_press(page: str, title: str) -> str:
    """What the last button with this title carries."""
    found = re.findall(rf'value="([^"]+)">{re.escape(html.escape(title))}</button>', page)
    assert found, f"no button {title!r} in {page}"
    return html.unescape(found[-1])


async def count(database: Database, table: object = questions) -> int:
    async with database.reading() as tx:
        return int(await tx.value(select(func.count()).select_from(table)))  # type: ignore[arg-type]


async def test_a_question_is_answered_with_its_legal_basis(client: httpx.AsyncClient) -> None:
    told = await ask(client, QUESTION)
    assert ANSWERED in told
    assert "Căn cứ pháp lý" in told
    assert re.search(r"<li>Điều \d+ ", told)


async def test_the_first_page_says_what_one_talks_to(client: httpx.AsyncClient) -> None:
    page = (await client.get("/")).text
    assert "máy trả lời tự động" in page
    assert "thông tin pháp luật chung" in page
    assert "Chúng tôi chỉ lưu câu hỏi" in page


async def test_a_button_leads_on(client: httpx.AsyncClient) -> None:
    told = await ask(client, QUESTION)
    related = await post(client, press=the_press(told, sayings.RELATED))
    assert sayings.RELATED_TEXT in related.json()["html"]
    thanks = await post(client, press=the_press(told, sayings.USEFUL))
    assert html.escape(sayings.THANKS_USEFUL) in thanks.json()["html"]


async def test_the_talk_is_there_after_a_reload(client: httpx.AsyncClient) -> None:
    told = await ask(client, QUESTION)
    await post(client, press=the_press(told, sayings.RELATED))
    page = (await client.get("/")).text
    assert f"Bạn: </span>{QUESTION}" in page
    assert ANSWERED in page
    assert f"Bạn: </span>{sayings.RELATED}" in page
    assert page.index(QUESTION) < page.index(ANSWERED) < page.index(sayings.RELATED_TEXT)


async def test_another_browser_does_not_see_the_talk(
    client: httpx.AsyncClient, new_client: NewClient
) -> None:
    await ask(client, QUESTION)
    stranger = new_client()
    await stranger.get("/")
    assert QUESTION not in (await stranger.get("/")).text
    assert QUESTION in (await client.get("/")).text


async def test_numbers_of_persons_are_masked_in_the_page(client: httpx.AsyncClient) -> None:
    await ask(client, "số điện thoại của tôi là 0912345678, mất thẻ cử tri thì làm sao")
    page = (await client.get("/")).text
    assert "mất thẻ cử tri" in page
    assert "0912345678" not in page


async def test_without_a_script_the_form_posts_and_the_page_comes_back(
    client: httpx.AsyncClient,
) -> None:
    sent = await client.post("/", data={"id": uuid4().hex, "text": QUESTION})
    assert (sent.status_code, sent.headers["location"]) == (303, "/#cuoi")
    page = (await client.get("/")).text
    assert 'id="cuoi"' in page
    assert ANSWERED in page
    press = the_press(page, sayings.RELATED)
    await client.post("/", data={"id": uuid4().hex, "press": press})
    assert sayings.RELATED_TEXT in (await client.get("/")).text


async def test_a_first_post_without_a_cookie_is_answered_and_gets_one(
    new_client: NewClient,
) -> None:
    stranger = new_client()
    assert ANSWERED in await ask(stranger, QUESTION)
    assert ANSWERED in (await stranger.get("/")).text


async def test_a_message_sent_again_is_handled_once(
    client: httpx.AsyncClient, database: Database
) -> None:
    message_id = uuid4().hex
    first = await post(client, id=message_id, text=QUESTION)
    again = await post(client, id=message_id, text=QUESTION)
    one, two = (
        re.sub(r'value="\w{32}"', "", told.json()["html"]) for told in (first, again)
    )  # without the ids of the next message
    assert one == two
    assert await count(database) == 1


async def test_an_old_form_with_another_text_is_another_message(
    client: httpx.AsyncClient, database: Database
) -> None:
    message_id = uuid4().hex
    await post(client, id=message_id, text=QUESTION)
    other = await post(client, id=message_id, text="mất thẻ cử tri thì làm sao")
    assert "thẻ cử tri" in other.json()["html"]
    assert await count(database) == 2


async def test_nobody_takes_part_in_the_messages_of_another(
    client: httpx.AsyncClient, new_client: NewClient, database: Database
) -> None:
    message_id = uuid4().hex
    await post(client, id=message_id, text=QUESTION)
    stranger = new_client()
    told = await post(stranger, id=message_id, text=QUESTION)
    assert ANSWERED in told.json()["html"]
    assert await count(database) == 2


async def test_nobody_judges_the_answer_of_another(
    client: httpx.AsyncClient, new_client: NewClient
) -> None:
    told = await ask(client, QUESTION)
    stranger = new_client()
    answer = await post(stranger, press=the_press(told, sayings.USEFUL))
    assert sayings.FEEDBACK_GONE in answer.json()["html"]


async def test_forgetting_erases_the_talk_and_the_person(
    client: httpx.AsyncClient, database: Database
) -> None:
    await ask(client, QUESTION)
    done = await client.post("/quen-toi")
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert COOKIE not in client.cookies
    assert QUESTION not in (await client.get("/")).text
    assert await count(database, people) == await count(database, outbox) == 0
    async with database.reading() as tx:
        assert await tx.value(select(questions.c.person_id)) is None


async def test_forgetting_where_nothing_is_known_is_fine(new_client: NewClient) -> None:
    assert (await new_client().post("/quen-toi")).status_code == 303


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    new_client: NewClient,
) -> None:
    cookie = (await new_client().get("/")).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie


async def test_the_cookie_is_secure_where_the_public_address_is_https(
    new_client: NewClient, live: Live[Snapshot], database: Database
) -> None:
    settings = Settings(BOT_PUBLIC_URL="https://bau-cu.example.vn", _env_file=None)  # type: ignore[call-arg]
    behind_proxy = new_client(build_app(settings, database, live, SEALER))
    assert "; secure" in (await behind_proxy.get("/")).headers["set-cookie"].lower()
    assert "; secure" in (await post(behind_proxy, text="xin chào")).headers["set-cookie"].lower()


async def test_the_cookie_is_secure_where_the_request_came_over_https(
    new_client: NewClient,
) -> None:
    over_https = new_client(address="https://may-chu.example")
    assert "; secure" in (await over_https.get("/")).headers["set-cookie"].lower()


async def test_the_cookie_does_not_stand_in_the_database(
    client: httpx.AsyncClient, database: Database
) -> None:
    await ask(client, QUESTION)
    async with database.reading() as tx:
        stored = await tx.value(select(people.c.channel_id))
    assert stored
    assert stored not in client.cookies[COOKIE]
    assert client.cookies[COOKIE] not in stored


async def test_ten_quick_messages_are_all_answered(client: httpx.AsyncClient) -> None:
    told = await asyncio.gather(*(post(client, text=f"{QUESTION} {n}") for n in range(10)))
    assert [response.status_code for response in told] == [200] * 10
    assert all('class="reply"' in response.json()["html"] for response in told)


async def test_fifty_quick_messages_are_slowed_down_with_one_sentence(
    client: httpx.AsyncClient, new_client: NewClient
) -> None:
    told = [await post(client, text="xin chào") for _ in range(50)]
    assert [response.status_code for response in told] == [200] * 20 + [429] * 30
    assert {response.json()["error"] for response in told[20:]} == {BUSY}
    form = await client.post("/", data={"id": uuid4().hex, "text": "còn câu này"})
    assert form.status_code == 429
    assert BUSY in form.text
    assert 'value="còn câu này"' in form.text
    assert (await post(new_client(), text="xin chào")).status_code == 200


def test_whoever_waited_may_write_again() -> None:
    time = 0.0
    limiter = Limiter(burst=2, per_second=0.5, now=lambda: time)
    assert [limiter.allows("an") for _ in range(3)] == [True, True, False]
    assert limiter.allows("binh")
    time = 2.0
    assert [limiter.allows("an") for _ in range(2)] == [True, False]


def test_nobody_is_remembered_who_has_been_quiet_for_long_enough() -> None:
    time = 0.0
    limiter = Limiter(burst=20, per_second=1.0, now=lambda: time)
    most = 0
    for n in range(2_000):
        assert limiter.allows(f"nguoi-{n}")
        most = max(most, limiter.remembered)
        time += 0.1
    assert most <= 201, "as many as come while a bucket fills, however many have been there"
    assert limiter.allows("nguoi-1999")
    time += 1_000
    assert [limiter.allows("an") for _ in range(21)] == [True] * 20 + [False]
    assert limiter.remembered == 1


def test_a_limiter_that_gives_nothing_back_forgets_nobody() -> None:
    limiter = Limiter(burst=1, per_second=0.0)
    assert [limiter.allows(name) for name in ("an", "an", "binh", "an")] == [
        True,
        False,
        True,
        False,
    ]


async def test_the_same_question_gets_the_same_words(
    client: httpx.AsyncClient, new_client: NewClient
) -> None:
    async def answer(asker: httpx.AsyncClient) -> str:
        await ask(asker, "xin chào")
        return re.sub(r'value="[^"]*"', "", await ask(asker, QUESTION))

    assert await answer(client) == await answer(new_client())


def test_lists_in_a_text_become_lists() -> None:
    text = "Bạn mang theo:\n- thẻ cử tri;\n- giấy tờ.\nRồi đi bầu.\n\nXong."
    assert list(blocks_of(text)) == [
        Block(("Bạn mang theo:",), False),
        Block(("thẻ cử tri;", "giấy tờ."), True),
        Block(("Rồi đi bầu.",), False),
        Block(("Xong.",), False),
    ]


async def test_every_button_of_the_menu_answers(client: httpx.AsyncClient) -> None:
    menu = await post(client, press=presses.menu("part"))
    found = re.findall(r'name="press" value="([^"]+)"', menu.json()["html"])
    assert len(found) >= 7
    for press in found:
        told = await post(client, press=html.unescape(press))
        assert sayings.LIST_TEXT in told.json()["html"]


async def test_the_page_is_never_cached_and_the_files_are_asked_for_anew(
    client: httpx.AsyncClient, app: Starlette
) -> None:
    assert (await client.get("/")).headers["cache-control"] == "no-store"
    script = await client.get("/static/chat.js")
    assert script.headers["cache-control"] == "no-cache"
    seen = {"If-None-Match": script.headers["etag"]}
    assert (await client.get("/static/chat.js", headers=seen)).status_code == 304
