"""Every route of the editors' web, met with whatever a person or a program may send."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from random import Random
from urllib.parse import quote

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from tests.admin.conftest import Enter, csrf_in
from tests.conftest import KNOWLEDGE

RUBBISH = (
    "", " ", "0", "-1", "1", "9" * 40, "a" * 3_000, "<script>alert(1)</script>", "\x00", "\ud7ff\ufffd",
    "ă̂́" * 200, "🐟", "%00", "../../etc/passwd", "' OR 1=1 --", "{{7*7}}", "${x}", "2026-02-30", "31/12/2026",
    "NaN", "1e309", "true", "null", "[]", "{}", "\r\nSet-Cookie: a=b", "tuoi-bau-cu", "cu-tri", "owner", "save",
    "preview", "approve", "retire", "draft", "roles", "disable", "  - id: x\n    question: 'a", "\u2028", "٣",
)  # fmt: skip
_NAMED = re.compile(r'name="([\w-]+)"')
_METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the base that pages write to; what is served stays as it was."""
    return Path(shutil.copytree(KNOWLEDGE, tmp_path / "knowledge"))


def routes(app: Starlette) -> list[Route]:
    """Every route of the editors' web, save signing out."""
    found = [r for r in app.state.wing.routes() if isinstance(r, Route)]
    assert len(found) > 40
    return [route for route in found if "dang-xuat" not in route.path]


def paths(route: Route, random: Random, times: int) -> Iterator[str]:
    """Addresses of a route with rubbish, or something real, for each of its parts."""
    for _ in range(times):
        yield re.sub(r"\{(\w+)(:\w+)?\}", lambda _: quote(_part(random), safe=""), route.path)


def _part(random: Random) -> str:
    return random.choice(RUBBISH).replace("/", "") or "x"


def fields(html: str, random: Random) -> list[tuple[str, str]]:
    """The fields of a page's forms, each with rubbish, some twice, some with what stood there."""
    values = dict(re.findall(r'name="([\w-]+)" value="([^"]*)"', html))
    sent = []
    for name in dict.fromkeys(_NAMED.findall(html)):
        for _ in range(random.choice((0, 1, 1, 2))):
            kept = name in values and random.random() < 0.4
            sent.append((name, unescape(values[name]) if kept else random.choice(RUBBISH)))
    return [(name, value) for name, value in sent if name != "csrf"]


@pytest.mark.parametrize("role", ["owner", "organizer"])
async def test_no_rubbish_is_a_fault_of_ours(app: Starlette, enter: Enter, role: str) -> None:
    random, browser = Random(role), await enter(role)
    token = csrf_in((await browser.get("/admin/tai-khoan")).text)
    broken = []
    for route in routes(app):
        for path in paths(route, random, 2):
            query = {
                random.choice(
                    ("q", "trang", "toi", "phan", "can", "ai", "tu", "den")
                ): random.choice(RUBBISH)
            }
            page = await browser.get(path, params=query)
            answers = [("GET", page)]
            if "POST" in (route.methods or ()):
                form = [("csrf", token), *fields(page.text, random)]
                body = httpx.QueryParams(
                    [(n, v.encode("utf-8", "replace").decode()) for n, v in form]
                )
                headers = {"Content-Type": "application/x-www-form-urlencoded"}
                answers.append(
                    ("POST", await browser.post(path, content=str(body), headers=headers))
                )
            method = random.choice(_METHODS)
            answers.append((method, await browser.request(method, path, content=b"\xff\x00{")))
            broken += [(m, path, query, a.status_code) for m, a in answers if a.status_code >= 500]
            if str(page.headers.get("location", "")).startswith("/admin/dang-nhap"):
                browser = await enter(role)
                token = csrf_in((await browser.get("/admin/tai-khoan")).text)
    assert broken == []


async def test_every_page_is_closed_to_strangers(app: Starlette, new_browser: object) -> None:
    browser = new_browser()  # type: ignore[operator]
    for route in routes(app):
        if route.path.startswith("/admin/dang-nhap"):
            continue
        path = re.sub(r"\{(\w+)(:\w+)?\}", "x", route.path)
        for method in (route.methods or set()) - {"HEAD"}:
            answer = await browser.request(method, path)
            assert answer.status_code in ({303} if method == "GET" else {401}), (method, path)


async def test_a_post_without_its_token_is_refused_everywhere(app: Starlette, enter: Enter) -> None:
    browser = await enter("owner")
    for route in routes(app):
        if "POST" not in (route.methods or ()) or route.path.startswith("/admin/dang-nhap"):
            continue
        path = re.sub(r"\{(\w+)(:\w+)?\}", "x", route.path)
        assert (await browser.post(path, data={"step": "save"})).status_code == 403, path


async def test_a_form_posted_from_another_site_is_refused(enter: Enter) -> None:
    browser = await enter("owner")
    token = csrf_in((await browser.get("/admin/tai-khoan")).text)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://ke-xau.example"}):
        data = {"csrf": token, "step": "disable"}
        answer = await browser.post("/admin/nguoi-dung/editor", data=data, headers=headers)
        assert answer.status_code == 403


async def test_pages_forbid_foreign_scripts_and_frames(enter: Enter) -> None:
    answer = await (await enter("owner")).get("/admin")
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"
