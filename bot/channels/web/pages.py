"""The HTML of the web chat: the page, a reply in it, and pages that tell of trouble."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.responses import HTMLResponse, JSONResponse, Response

from bot.dialogue import compose
from bot.dialogue.messages import Reply
from bot.dialogue.snapshot import Snapshot

HERE = Path(__file__).parent
SCRIPT_PATHS = ("/chat", "/luu", "/trang-thai")
"""Ends of paths that only a page's script calls: it wants its errors as JSON."""

_OTHERWISE = "Máy chủ không nhận yêu cầu này."
_SENTENCES = {
    400: "Máy chủ không đọc được yêu cầu này.",
    403: "Yêu cầu này đến từ một trang khác nên máy chủ không nhận. Bạn hãy hỏi ngay trên trang này.",
    404: "Không có trang này. Có thể địa chỉ bị gõ sai hoặc trang đã được bỏ đi.",
    405: "Địa chỉ này không mở được theo cách đó.",
    429: "Từ đường mạng này đang có quá nhiều lượt gửi. Xin bạn chờ một phút rồi gửi lại.",
    500: "Máy chủ gặp lỗi. Xin bạn thử lại sau ít phút.",
    503: "Máy chủ đang gián đoạn. Xin bạn thử lại sau ít phút.",
}
_BULLET = "- "

_templates = Environment(
    loader=FileSystemLoader([HERE / "templates", HERE / "contest" / "templates"]),
    autoescape=select_autoescape(),
    # A file changed under a running program would meet code of another version.
    auto_reload=False,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals["message_id"] = lambda: uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a reply's text: the lines of a paragraph, or the items of a list."""

    lines: tuple[str, ...]
    is_list: bool


@dataclass(frozen=True, slots=True)
class Pages:
    """Whole pages, in the name of the service that is served now.

    `zalo_key` stands in the head of the front page, where Zalo looks for it (see `ownership`).
    """

    snapshot: Callable[[], Snapshot]
    zalo_key: str = ""

    def talk(self, talk: Sequence[Reply], trouble: str = "", typed: str = "") -> str:
        """The chat with the talk so far; `typed` waits in the field to be sent again."""
        snapshot = self.snapshot()
        return _templates.get_template("chat.html").render(
            service=snapshot.base.service,
            welcome=_html(compose.show_welcome(snapshot)),
            earlier=[_html(reply, with_said=True) for reply in talk[:-1]],
            last=[_html(reply, with_said=True) for reply in talk[-1:]],
            trouble=trouble,
            typed=typed,
            zalo_key=self.zalo_key,
        )

    def show(self, template: str, **values: Any) -> str:
        """Any other page of the service."""
        service = self.snapshot().base.service
        return _templates.get_template(template).render(service=service, **values)

    def failure(self, path: str, status: int) -> Response:
        """What is answered at a path instead of a page: the status and a sentence that says it."""
        sentence = _SENTENCES.get(status, _OTHERWISE)
        if path.endswith(SCRIPT_PATHS):
            return JSONResponse({"error": sentence}, status_code=status)
        page = self.show("failure.html", status=status, sentence=sentence)
        return HTMLResponse(page, status_code=status)


def render(reply: Reply, *, with_said: bool = False) -> str:
    """A reply as HTML; with what the person said before it, where the whole talk is shown."""
    return _templates.get_template("reply.html").render(
        reply=reply, with_said=with_said, blocks=list(blocks_of(reply.text))
    )


def blocks_of(text: str) -> Iterator[Block]:
    """The paragraphs and lists of a text: empty lines part them, items begin with a hyphen."""
    for paragraph in text.split("\n\n"):
        lines = [line for line in paragraph.split("\n") if line.strip()]
        for is_list, group in groupby(lines, lambda line: line.startswith(_BULLET)):
            yield Block(
                tuple(line.removeprefix(_BULLET) if is_list else line for line in group), is_list
            )


def _html(reply: Reply, *, with_said: bool = False) -> Markup:
    return Markup(render(reply, with_said=with_said))  # noqa: S704 escaped by the template
