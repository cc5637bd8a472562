"""A stranger with bare bytes against the running program: two requests in one, ways out of folders, other hosts."""

from __future__ import annotations

import contextlib
import re
import socket

import httpx
import pytest
from starlette.applications import Starlette

from tests.safety.test_headers import paths_of
from tests.web.conftest import Served

HEAD = b"POST /chat HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"
STRANGE = "ke-xau.example"


def asked(port: int, sent: bytes) -> bytes:
    """All that the program answers until it hangs up; once it has begun nothing more is sent."""
    told = b""
    with (
        contextlib.suppress(ConnectionError),
        socket.create_connection(("127.0.0.1", port), timeout=120) as wire,
    ):
        wire.sendall(sent)
        while block := wire.recv(65_536):
            told += block
            if len(told) == len(block):
                wire.shutdown(socket.SHUT_WR)
    return told


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 5\r\nContent-Length: %d\r\n",
        b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: %d\r\n",
        b"Transfer-Encoding: chunked, identity\r\nContent-Length: %d\r\n",
        b"Transfer-Encoding: identity, chunked\r\nContent-Length: %d\r\n",
        b"Transfer-Encoding:\x0bchunked\r\nContent-Length: %d\r\n",
        b"Transfer-Encoding : chunked\r\nContent-Length: %d\r\n",
        b"Content-Length: +%d\r\n",
        b"Content-Length: 0x%x\r\n",
        b"Content-Length: -%d\r\n",
        b"Content-Length: %d, 5\r\n",
        b"Content-Length: 99999999999999999999%d\r\n",
        b"X: y\x00\r\nContent-Length: %d\r\n",
        b"X: y\rContent-Length: 5\r\nContent-Length: %d\r\n",
    ],
)
def test_no_second_request_hides_in_the_first(served: Served, lengths: bytes) -> None:
    body = b"0\r\n\r\n" + HIDDEN
    told = asked(served.port, HEAD + lengths % len(body) + b"\r\n" + body)
    answers = re.findall(rb"HTTP/1\.1 (\d\d\d)", told)
    assert len(answers) <= 1, "what one program takes for a body must be no request for another"
    assert all(answer.startswith(b"4") for answer in answers)
    assert "request_failed" not in served.errors


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../bot.db",
        "/static/..%2f..%2fbot.db",
        "/static/%2e%2e/%2e%2e/bot.db",
        "/static/....//....//bot.db",
        "/static/..\\..\\bot.db",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/base.css%00.html",
        "/static/",
        "/admin/static/../auth.py",
        "/admin/static/..%2fsite.py",
        "/..%2f..%2fbot.db",
        "//etc/passwd",
        "/.env",
        "/.git/config",
        "/data/bot.db",
        "/thi/..%2f..%2fbot.db",
        "/chung-nhan/..%2f..%2fbot.db",
        f"http://{STRANGE}/bot.db",
    ],
)
def test_no_address_leads_out_of_the_pages(served: Served, path: str) -> None:
    told = asked(
        served.port, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    )
    status = int(told.split(b" ", 2)[1])
    assert 300 <= status < 500, told[:200]
    for secret in (b"SQLite format", b"root:", b"BOT_SECRET_KEY", b"import annotations"):
        assert secret not in told
    assert "request_failed" not in served.errors


@pytest.mark.parametrize(
    "method", ["TRACE", "CONNECT", "DEBUG", "PROPFIND", "GET\t", "get", "POST"]
)
def test_odd_methods_change_nothing_and_echo_nothing(served: Served, method: str) -> None:
    sent = f"{method} /thi HTTP/1.1\r\nHost: x\r\nX-Secret: {STRANGE}\r\nConnection: close\r\n\r\n"
    told = asked(served.port, sent.encode())
    assert told.startswith((b"HTTP/1.1 4", b"HTTP/1.1 501"))
    assert STRANGE.encode() not in told
    # A method that says what is to be done instead is no method.
    plain = "GET /thi HTTP/1.1\r\nHost: x\r\nX-HTTP-Method-Override: DELETE\r\nConnection: close\r\n\r\n"
    assert asked(served.port, plain.encode()).startswith(b"HTTP/1.1 200")


async def test_no_page_believes_what_host_it_is_asked_for(whole: Starlette) -> None:
    poison = {"Host": STRANGE, "X-Forwarded-Host": STRANGE, "Forwarded": f"host={STRANGE}"}
    poison |= {"X-Original-URL": f"//{STRANGE}/", "X-Rewrite-URL": f"//{STRANGE}/"}
    paths = {
        *paths_of(list(whole.routes)),
        "/khong-co",
        "/thi/",
        "/admin/",
        "/admin",
        "/chung-nhan",
    }
    transport = httpx.ASGITransport(whole, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://baucu.example.vn") as web:
        for path in sorted(paths):
            for method in ("GET", "POST"):
                told = await web.request(method, path, headers=poison)
                assert STRANGE not in told.text, (method, path)
                for name, value in told.headers.items():
                    assert STRANGE not in value, (method, path, name, value)
        # A slash too many still leads to the page, on whatever host it was asked for.
        assert (await web.get("/admin/", headers=poison)).headers["location"] == "/admin"


@pytest.mark.parametrize("end", ["%0d%0a", "%0a", "%0d", "%E5%98%8A%E5%98%8D", "\u560a\u560d"])
async def test_no_address_sets_a_header(whole: Starlette, end: str) -> None:
    attack = f"x{end}Set-Cookie:%20quan_tri=1{end}X-Bad:%20yes"
    transport = httpx.ASGITransport(whole, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://baucu.example.vn") as web:
        for path in (
            f"/?u={attack}",
            f"/thi/{attack}",
            f"/thi/{attack}/bat-dau?vong={attack}",
            f"/chung-nhan/{attack}",
            f"/admin/dang-nhap?toi=/admin/{attack}",
            f"/admin/{attack}",
            f"/{attack}/",
        ):
            told = await web.get(path)
            assert "x-bad" not in told.headers, path
            assert "quan_tri" not in told.cookies, path
            for _, value in told.headers.raw:
                assert b"\r" not in value
                assert b"\n" not in value


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "a" * 15,
        "a" * 65,
        "a" * 60_000,
        "../../etc/passwd",
        'a b;c="d"',
        "đ" * 20,
        "=;=;==",
        "'--",
    ],
)
def test_a_forged_cookie_is_nobody(served: Served, cookie: str) -> None:
    head = f"GET /admin HTTP/1.1\r\nHost: x\r\nCookie: hoi_dap={cookie}; quan_tri={cookie}\r\n"
    told = asked(served.port, head.encode() + b"Connection: close\r\n\r\n")
    assert told.startswith((b"HTTP/1.1 303", b"HTTP/1.1 400")) or not told
    head = f"GET /thi HTTP/1.1\r\nHost: x\r\nCookie: hoi_dap={cookie}\r\nConnection: close\r\n\r\n"
    told = asked(served.port, head.encode())
    assert told.startswith((b"HTTP/1.1 200", b"HTTP/1.1 400")) or not told
    assert "request_failed" not in served.errors
