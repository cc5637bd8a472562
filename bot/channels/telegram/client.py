"""Calls of the Bot API, their failures named for what to do about them."""

from __future__ import annotations

import os
import time
from collections import deque
from datetime import timedelta
from typing import Any

from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.channels.telegram.direct import NotReached
from bot.channels.telegram.transport import Transport
from bot.errors import (
    ChannelStopped,
    ChatMoved,
    NotDelivered,
    OutcomeUnknown,
    PersonGone,
    RetryLater,
    Unsendable,
)
from bot.fast_json import write_json

# The library will give waits as timedelta; it asks to be told that we are ready for it.
os.environ.setdefault("PTB_TIMEDELTA", "1")

TOKEN_SETTING = "TELEGRAM_TOKEN"  # noqa: S105 the setting's name

_GONE = (
    "chat not found",
    "user not found",
    "user is deactivated",
    "peer_id_invalid",
    "group chat was deactivated",
    "group is deactivated",
    "not enough rights",
    "have no rights to send",
    "chat_write_forbidden",
    "chat_restricted",
    "bot was kicked",
    "topic_closed",
    "message thread not found",
)
_FLOOD_CHATS = 5
"""So many refusals for haste within a few seconds mean the whole bot, not one chat."""
_FLOOD_SECONDS = 3.0


class Client:
    """One bot's calls. `api_url` is the bare root of the service."""

    def __init__(self, token: str, api_url: str) -> None:
        self._calls = _Calls(
            token,
            base_url=f"{api_url.rstrip('/')}/bot",
            base_file_url=f"{api_url.rstrip('/')}/file/bot",
            request=Transport(),
            get_updates_request=Transport(connections=1),
        )
        self._refused_for_haste: deque[float] = deque(maxlen=_FLOOD_CHATS)

    async def call(self, method: str, read_timeout: float | None = None, **fields: Any) -> Any:
        """The result of a call. Raises a `NotDelivered`."""
        try:
            return await self._calls.call(method, fields, read_timeout)
        except TelegramError as error:
            raise self._name(error) from error

    async def close(self) -> None:
        """Gives the connections back."""
        for request in self._calls.requests:
            await request.shutdown()

    def _name(self, error: TelegramError) -> NotDelivered:
        if isinstance(error.__cause__, NotDelivered):
            return error.__cause__
        if isinstance(error, RetryAfter):
            return self._name_haste(error)
        return name_failure(error)

    def _name_haste(self, error: RetryAfter) -> RetryLater:
        now = time.monotonic()
        self._refused_for_haste.append(now)
        refused = self._refused_for_haste
        everyone = len(refused) == _FLOOD_CHATS and now - refused[0] < _FLOOD_SECONDS
        asked = error.retry_after
        seconds = asked.total_seconds() if isinstance(asked, timedelta) else float(asked)
        return RetryLater(f"Telegram xin chờ {seconds:.0f} giây.", seconds, everyone=everyone)


class _Calls(Bot):
    """python-telegram-bot's calls with their answers as plain data.

    Its own types refuse a whole batch of updates for one that they do not know.
    """

    async def call(self, method: str, fields: dict[str, Any], read_timeout: float | None) -> Any:
        polls, calls = self._request
        request = polls if method == "getUpdates" else calls
        # As `_post`, without looking for files and defaults in every field: we send plain data.
        told = [
            RequestParameter(name, _as_text(value), None)
            for name, value in fields.items()
            if value is not None
        ]
        url = f"{self.base_url}/{method}"
        return await request.post(url, RequestData(told), read_timeout=read_timeout)

    @property
    def requests(self) -> tuple[Any, ...]:
        return self._request


def _as_text(value: Any) -> str:
    """What stands in the form, as the library would write it more slowly."""
    return value if isinstance(value, str) else write_json(value)


def name_failure(error: TelegramError) -> NotDelivered:
    """A failure of the library, named for what to do about it."""
    said = f"Telegram trả lời: {error.message}"
    match error:
        case ChatMigrated():
            return ChatMoved("Nhóm đã chuyển sang địa chỉ mới.", str(error.new_chat_id))
        case Forbidden():
            return PersonGone(said)
        case InvalidToken():
            return ChannelStopped(
                "Telegram không nhận mã truy cập này; hãy lấy lại mã ở @BotFather.", TOKEN_SETTING
            )
        case BadRequest():
            gone = any(words in error.message.lower() for words in _GONE)
            return PersonGone(said) if gone else Unsendable(said)
        case NotReached():
            return RetryLater("Không nối được tới Telegram.")
        case TimedOut():
            return OutcomeUnknown("Telegram không trả lời kịp.")
        case Conflict():
            return RetryLater(
                "Một chương trình khác đang nhận tin bằng cùng mã TELEGRAM_TOKEN; hãy dừng nó.", 1
            )
        case NetworkError():
            return RetryLater(said)
    # An answer that cannot be read may have been a yes.
    return OutcomeUnknown(said)
