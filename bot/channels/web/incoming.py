"""Reading what a browser posts: small enough, of the right type, well-formed, or declined."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from bot.errors import InputRefused

LARGEST_BODY = 512 * 1024
"""Bytes; 50,000 Vietnamese letters in a form (nine bytes each at most) still come through."""

UNREADABLE = "Máy chủ không đọc được tin nhắn này. Bạn tải lại trang rồi gửi lại giúp tôi."
TOO_LARGE = "Tin nhắn dài quá nên máy chủ không nhận. Bạn hãy hỏi lại thật ngắn giúp tôi."

_FIELDS_AT_MOST = 10


class Declined(InputRefused):
    """A post that is not handled; `status` is the HTTP status that says why."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a posted form. Raises `Declined`."""
    return dict(await read_pairs(request, _FIELDS_AT_MOST))


async def read_pairs(request: Request, at_most: int) -> list[tuple[str, str]]:
    """The fields of a posted form, in order, a name as often as it was sent. Raises `Declined`."""
    body = await _read(request, "application/x-www-form-urlencoded")
    try:
        return parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=at_most
        )
    except ValueError as error:
        raise Declined(400, UNREADABLE) from error


async def read_json(request: Request) -> dict[str, str]:
    """The text fields of a posted JSON object; other values are left out. Raises `Declined`."""
    body = await _read(request, "application/json")
    try:
        raw: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Declined(400, UNREADABLE) from error
    if not isinstance(raw, dict):
        raise Declined(400, UNREADABLE)
    return {name: _whole(value) for name, value in raw.items() if isinstance(value, str)}


def _whole(text: str) -> str:
    # JSON can spell half of a letter ("\ud800"), which no page and no database can hold.
    return text.encode("utf-8", "replace").decode()


async def _read(request: Request, content_type: str) -> bytes:
    if content_type_of(request) != content_type:
        raise Declined(415, UNREADABLE)
    return await read_body(request, LARGEST_BODY)


def content_type_of(request: Request) -> str:
    """The type that a request says its body has, without parameters; empty where it says none."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_body(request: Request, largest: int) -> bytes:
    """The body, of at most so many bytes. Raises `Declined`."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and len(declared) < 19 and int(declared) > largest:
        raise Declined(413, TOO_LARGE)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise Declined(413, TOO_LARGE)
    return bytes(body)
