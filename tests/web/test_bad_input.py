"""Whatever is sent: a polite answer, nothing run in the page, never a fault of ours."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from bot.channels.web.guard import CONTENT_POLICY, Guard
from bot.channels.web.incoming import LARGEST_BODY, TOO_LARGE, UNREADABLE
from bot.channels.web.pages import Pages
from bot.dialogue import sayings
from bot.dialogue.snapshot import Snapshot
from tests.web.conftest import HOST, QUESTION, ask, post

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ID = "0123456789abcdef"

STRANGE = {
    "emoji only": "🗳️🇻🇳👍🏽",
    "control characters": "\x00\x07\x1b[31mbầu\x7f",
    "right-to-left marks": "\u202eửc uầb\u202c \u200f",
    "SQL": "'; DROP TABLE people; --",
    "another alphabet": "Где можно проголосовать?",
    "half a letter": "bầu \ud83d cử",
    "spaces": " \t\u3000\u200b ",
    "nothing": "",
    "templates": "{{ 7*7 }} ${7*7} {% raw %} %s {0}",
    "stacked marks": "b" + "\u0301" * 3_000,
    "50,000 letters": "ậ" * 50_000,
    "50,000 letters in words": "bầu cử " * 7_143,
}
ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' autofocus onfocus='alert(1)",
    "</article></div><h1>bị sửa</h1>",
    "javascript:alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
]


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE.keys())
async def test_strange_text_gets_exactly_one_polite_reply(
    client: httpx.AsyncClient, text: str
) -> None:
    with capture_logs() as logged:
        told = await ask(client, text)
    assert told.count('<article class="reply">') == 1
    assert len(re.sub(r"<[^>]+>|\s", "", told)) > 20
    assert not [line for line in logged if line["log_level"] in {"error", "critical"}]
    assert (await client.get("/")).status_code == 200


async def test_a_very_long_text_is_told_to_be_shorter_with_and_without_a_script(
    client: httpx.AsyncClient,
) -> None:
    text = STRANGE["50,000 letters"]
    assert sayings.TOO_LONG in await ask(client, text)
    form = await client.post("/", data={"id": ID, "text": text})
    assert form.status_code == 303
    page = (await client.get("/")).text
    assert page.count(sayings.TOO_LONG) == 2
    assert len(page) < 50_000


@pytest.mark.parametrize("attack", ATTACKS)
async def test_markup_in_a_question_stays_text(client: httpx.AsyncClient, attack: str) -> None:
    told = await ask(client, f"bầu cử {attack}")
    page = (await client.get("/")).text
    for html in (told, page):
        assert not re.search(r"<(script>|img src=x|svg|h1>bị)|<[^>]+ on\w+=", html)
    assert "bầu cử" in page


@pytest.mark.parametrize(
    "press",
    [
        *ATTACKS,
        "a:",
        "c:1",
        "u:999999:1",
        "p:cu-tri:-1",
        "x",
        ":::",
        "a:../../etc",
        "u:²:1",
        "\ud800",
    ],
)
async def test_a_forged_button_is_answered(client: httpx.AsyncClient, press: str) -> None:
    told = await post(client, press=press)
    assert told.status_code == 200
    html = told.json()["html"]
    assert sayings.GONE in html or sayings.FEEDBACK_GONE in html
    assert not re.search(r"<(script>|img src=x|svg|h1>bị)|<[^>]+ on\w+=", html)


BROKEN = {
    "no JSON": b"{",
    "nothing": b"",
    "no object": b'["text"]',
    "a number": b'{"id": "0123456789abcdef", "text": 5}',
    "no id": b'{"text": "xin chao"}',
    "a short id": b'{"id": "1", "text": "xin chao"}',
    "an id with a path": b'{"id": "../../0123456789", "text": "xin chao"}',
    "no text": b'{"id": "0123456789abcdef"}',
    "an empty press": b'{"id": "0123456789abcdef", "press": ""}',
    "a long press": b'{"id": "0123456789abcdef", "press": "' + b"a" * 65 + b'"}',
    "deep nesting": b"[" * 100_000,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "a huge number": b'{"id": 1' + b"0" * 5_000 + b"}",
    "no UTF-8": b'{"id": "0123456789abcdef", "text": "\xff\xfe\xba"}',
    "not a number": b"NaN",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_message_is_declined_in_one_sentence(
    client: httpx.AsyncClient, body: bytes
) -> None:
    told = await client.post("/chat", content=body, headers=JSON)
    assert (told.status_code, told.json()) == (400, {"error": UNREADABLE})


BROKEN_FORMS = {
    "no UTF-8": b"id=0123456789abcdef&text=%ff%fe",
    "raw bytes": b"id=0123456789abcdef&text=\xff\xfe",
    "many fields": b"&".join(b"a%d=1" % n for n in range(100)),
    "nothing": b"",
}


@pytest.mark.parametrize("body", BROKEN_FORMS.values(), ids=BROKEN_FORMS.keys())
async def test_a_broken_form_is_declined_on_the_page_itself(
    client: httpx.AsyncClient, body: bytes
) -> None:
    told = await client.post("/", content=body, headers=FORM)
    assert told.status_code == 400
    assert UNREADABLE in told.text
    assert 'id="cau-hoi"' in told.text


@pytest.mark.parametrize(("path", "kind"), [("/chat", JSON), ("/", FORM)])
async def test_a_body_over_the_limit_is_declined(
    client: httpx.AsyncClient, path: str, kind: dict[str, str]
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(LARGEST_BODY // 1024 + 1):
            yield b"a" * 1024

    declared = await client.post(path, content=b"a" * (LARGEST_BODY + 1), headers=kind)
    undeclared = await client.post(path, content=endless(), headers=kind)
    for told in (declared, undeclared):
        assert told.status_code == 413
        assert TOO_LARGE in told.text


@pytest.mark.parametrize("path", ["/", "/chat"])
@pytest.mark.parametrize(
    "kind", ["text/plain", "multipart/form-data; boundary=x", "application/xml", ""]
)
async def test_another_content_type_is_declined(
    client: httpx.AsyncClient, path: str, kind: str
) -> None:
    body = json.dumps({"id": ID, "text": QUESTION})
    told = await client.post(path, content=body, headers={"Content-Type": kind})
    assert told.status_code == 415
    assert UNREADABLE in told.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/chat"),
        ("PUT", "/chat"),
        ("GET", "/quen-toi"),
        ("DELETE", "/quen-toi"),
        ("PUT", "/"),
        ("PATCH", "/"),
        ("BREW", "/"),
        ("POST", "/healthz"),
        ("POST", "/static/chat.js"),
    ],
)
async def test_a_wrong_method_is_told_so(client: httpx.AsyncClient, method: str, path: str) -> None:
    told = await client.request(method, path)
    assert told.status_code == 405
    assert told.headers["allow"]
    assert "không mở được theo cách đó" in told.text


@pytest.mark.parametrize(
    "path",
    [
        "/khong-co",
        "/static/",
        "/static/khong-co.js",
        "/static/../chat.py",
        "/static/%2e%2e/chat.py",
        "/static/%00",
        "/static/" + "a" * 5_000,
        "/%ff",
        "/" + "a/" * 2_000,
        "/<script>alert(1)</script>",
    ],
)
async def test_an_unknown_page_is_told_in_the_style_of_the_chat(
    client: httpx.AsyncClient, path: str
) -> None:
    told = await client.get(path, follow_redirects=True)
    assert told.status_code == 404
    assert "Không có trang này" in told.text
    assert "/static/chat.css" in told.text
    assert 'href="/"' in told.text
    assert "<script" not in told.text
    assert told.headers["content-security-policy"] == CONTENT_POLICY


FOREIGN = [
    {"Origin": "https://ke-xau.example"},
    {"Origin": "https://may-chu.example.ke-xau.example"},
    {"Origin": "http://may-chu.example:8080"},
    {"Origin": "null"},
    {"Origin": "http://["},
    {"Sec-Fetch-Site": "cross-site", "Origin": HOST},
    {"Sec-Fetch-Site": "same-site", "Origin": HOST},
]


@pytest.mark.parametrize("headers", FOREIGN)
async def test_a_post_from_another_site_is_refused_and_changes_nothing(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    await ask(client, QUESTION)
    form = {"id": ID, "text": "câu của kẻ khác"}
    posted = [
        await client.post("/", data=form, headers=headers),
        await client.post("/chat", json=form, headers=headers),
        await client.post("/quen-toi", headers=headers),
    ]
    assert [told.status_code for told in posted] == [403] * 3
    assert "trang khác" in posted[1].json()["error"]
    page = (await client.get("/", headers=headers)).text
    assert QUESTION in page
    assert "câu của kẻ khác" not in page


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": HOST},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        # A proxy that passes another Host on: the browser's own word counts.
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://bau-cu.example.vn"},
        {},
    ],
)
async def test_a_post_from_the_page_itself_is_taken(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    body = {"id": ID, "text": QUESTION}
    assert (await client.post("/chat", json=body, headers=headers)).status_code == 200


async def test_an_old_browser_behind_a_proxy_is_known_by_the_public_address(
    pages: Pages,
) -> None:
    guarded = Guard(_empty, pages, "https://bau-cu.example.vn")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(guarded), base_url=HOST) as client:
        own = await client.post("/chat", headers={"Origin": "https://bau-cu.example.vn"})
        other = await client.post("/chat", headers={"Origin": "https://example.vn"})
    assert (own.status_code, other.status_code) == (204, 403)


@pytest.fixture
def pages(snapshot: Snapshot) -> Pages:
    return Pages(lambda: snapshot)


@pytest.mark.parametrize(("path", "kind"), [("/", "text/html"), ("/chat", "application/json")])
async def test_a_fault_of_ours_shows_a_page_and_logs_no_word_of_the_person(
    pages: Pages, path: str, kind: str
) -> None:
    transport = httpx.ASGITransport(Guard(_faulty, pages))
    async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
        with capture_logs() as logged:
            told = await client.get(path)
    assert told.status_code == 500
    assert told.headers["content-type"].startswith(kind)
    assert told.headers["content-security-policy"] == CONTENT_POLICY
    assert "Máy chủ gặp lỗi. Xin bạn thử lại sau ít phút." in told.text
    assert "0912345678" not in told.text + str(logged)
    assert "Traceback" not in told.text
    assert [line["kind"] for line in logged] == ["RuntimeError"]
    assert "test_bad_input.py" in logged[0]["frames"][-1]


async def test_the_policy_of_the_page_lets_nothing_run_inline(client: httpx.AsyncClient) -> None:
    page = await client.get("/")
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(
        r"<style|\sstyle=|\son\w+=|javascript:|<script(?! src=\"/static/)", page.text
    )


async def _empty(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


async def _faulty(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise RuntimeError("không đọc được câu của 0912345678")
