"""What Telegram refuses: texts too long or ill-formed, buttons with too much in them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

LONGEST_TEXT = 4_096
_TAGS = frozenset("b strong i em u ins s strike del span a code pre blockquote tg-spoiler".split())
_ENTITY = re.compile(r"&(?!(?:lt|gt|amp|quot|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


class Refused(Exception):
    """A call is refused with this status and description."""

    def __init__(
        self, status: int, description: str, parameters: dict[str, Any] | None = None
    ) -> None:
        super().__init__(description)
        self.status = status
        self.parameters = parameters


class _Html(HTMLParser):
    """Takes the few tags that Telegram knows, properly nested."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in _TAGS:
            raise _unparsable(f'unsupported start tag "{tag}"')
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise _unparsable(f'unexpected end tag "{tag}"')

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def visible_text(text: str, parse_mode: Any) -> str:
    """The text as people see it. Raises `Refused`."""
    if parse_mode == "HTML":
        text = _parse_html(text)
    elif parse_mode:
        raise Refused(400, "Bad Request: unsupported parse_mode")
    if not text.strip():
        raise Refused(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT:
        raise Refused(400, "Bad Request: message is too long")
    return text


def _parse_html(text: str) -> str:
    if _ENTITY.search(text):
        raise _unparsable("bare ampersand")
    parser = _Html()
    parser.feed(text)
    parser.close()
    if parser.open:
        raise _unparsable(f'no end tag for "{parser.open[-1]}"')
    return "".join(parser.text)


def _unparsable(why: str) -> Refused:
    return Refused(400, f"Bad Request: can't parse entities: {why}")


def check_keyboard(markup: Any) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The rows of an inline keyboard. Raises `Refused`."""
    rows = markup.get("inline_keyboard", []) if isinstance(markup, dict) else []
    if sum(map(len, rows)) > 100 or any(len(row) > 8 for row in rows):
        raise Refused(400, "Bad Request: reply markup is too long")
    return tuple(tuple(_check_button(button) for button in row) for row in rows)


def _check_button(button: dict[str, str]) -> tuple[str, str]:
    if not button.get("text"):
        raise Refused(400, "Bad Request: text buttons must have a text")
    if "url" in button:
        if "." not in button["url"]:
            raise Refused(400, "Bad Request: BUTTON_URL_INVALID")
        return button["text"], button["url"]
    if not 1 <= len(button.get("callback_data", "").encode()) <= 64:
        raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    return button["text"], button["callback_data"]


def check_commands(commands: Any) -> list[dict[str, str]]:
    """The commands of the menu. Raises `Refused`."""
    if not isinstance(commands, list) or len(commands) > 100:
        raise Refused(400, "Bad Request: too many commands")
    for command in commands:
        if not _COMMAND.fullmatch(command["command"]):
            raise Refused(400, "Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise Refused(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    return list(commands)
