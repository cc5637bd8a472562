"""Zalo's OAuth for Official Accounts: a code or a refresh token in, a new pair of tokens out.

A refresh token works once, and with it the old access token dies. Refusals may come in a 200.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from bot.channels import wire
from bot.errors import BotError, OutcomeUnknown

TOKEN_PATH = "/v4/oa/access_token"  # noqa: S105 an address
ACCESS_SECONDS = 90_000
"""How long an access token lives where the answer does not say: 25 hours."""

TOKEN_USED = -14020
_HINTS = {
    TOKEN_USED: "mã làm mới đã dùng rồi hoặc đã hết hạn; hãy liên kết lại bằng «zalo link».",
    -14002: "ứng dụng chưa được kích hoạt; hãy bật ứng dụng ở trang developers.zalo.me.",
    -14003: "địa chỉ Callback hoặc Code Challenge khác với mục Official Account đã khai báo.",
}
_CHECK_APP = "hãy kiểm tra ZALO_OA_APP_ID và ZALO_OA_APP_SECRET."
_CHECK_CODE = (
    "mã cho phép đã dùng rồi, đã quá 10 phút hoặc Code Challenge đã đổi; hãy làm lại từ bước 2. Nếu "
    f"vẫn lỗi, {_CHECK_APP}"
)
_ASK_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Grant:
    """A new pair of tokens; `expires_in` is in seconds and concerns the access token."""

    access: str
    refresh: str
    expires_in: int


class GrantRefused(BotError):
    """Zalo gives no tokens; `is_final` where only a person's consent helps."""

    def __init__(self, code: int, hint: str = _CHECK_APP) -> None:
        hint = _HINTS.get(code, hint)
        super().__init__(f"Zalo không cấp mã truy cập (lỗi {code}): {hint}")
        self.code = code
        self.is_final = code == TOKEN_USED


@dataclass(frozen=True, slots=True)
class OAuth:
    """The token endpoint, for one app."""

    http: httpx.AsyncClient
    base_url: str
    app_id: str
    app_secret: str

    async def exchange(self, code: str, verifier: str) -> Grant:
        """The first pair, for the code of a consent (it lives ten minutes and works once).

        Raises `GrantRefused`, or what `wire.request` raises.
        """
        form = {"code": code, "code_verifier": verifier, "grant_type": "authorization_code"}
        return await self._ask(form)

    async def refresh(self, refresh_token: str) -> Grant:
        """The next pair; raises as `exchange` does."""
        return await self._ask({"refresh_token": refresh_token, "grant_type": "refresh_token"})

    async def _ask(self, form: dict[str, str]) -> Grant:
        response = await wire.request(
            self.http,
            "POST",
            self.base_url.rstrip("/") + TOKEN_PATH,
            _ASK_SECONDS,
            data={**form, "app_id": self.app_id},
            headers={"secret_key": self.app_secret},
        )
        answer = wire.read_object(response)
        if answer is None:
            raise OutcomeUnknown(f"Zalo trả lời mã {response.status_code} mà không có nội dung.")
        grant = _read_grant(answer)
        if grant is None:
            hint = _CHECK_CODE if "code" in form else _CHECK_APP
            raise GrantRefused(wire.read_code(answer.get("error")) or -response.status_code, hint)
        return grant


def _read_grant(answer: dict[str, Any]) -> Grant | None:
    access, refresh = answer.get("access_token"), answer.get("refresh_token")
    if not (isinstance(access, str) and access and isinstance(refresh, str) and refresh):
        return None
    lives = wire.read_code(answer.get("expires_in"))
    return Grant(access, refresh, lives if lives and lives > 0 else ACCESS_SECONDS)
