"""How a fake service misbehaves when it is told to: each item is used up by one call."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer a call with this instead of doing it; with `after` it is done all the same.

    `cut` breaks the connection off in the middle of the answer.
    """

    body: Any = None
    status: int = 200
    after: bool = False
    delay: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


@dataclass(slots=True)
class Script:
    """What to do wrong with the coming calls, in turn; empty is to behave."""

    answers: deque[Answer] = field(default_factory=deque)

    def add(self, *answers: Answer) -> None:
        self.answers.extend(answers)

    def take(self) -> Answer | None:
        """The next item, whose delay the caller waits out; None to behave."""
        return self.answers.popleft() if self.answers else None

    async def play(self) -> Answer | None:
        """The next item, its delay waited out; None to behave."""
        answer = self.take()
        if answer is not None:
            await asyncio.sleep(answer.delay)
        return answer


def as_response(answer: Answer) -> Response:
    """JSON for objects, a proxy's page for text."""
    if answer.cut:
        return _Cut()
    if isinstance(answer.body, dict):
        return JSONResponse(answer.body, answer.status, answer.headers)
    return PlainTextResponse(str(answer.body or ""), answer.status, answer.headers)


class _Cut(Response):
    """An answer that promises more than it gives."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
        raise ConnectionAbortedError("cut on purpose")
