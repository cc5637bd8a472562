"""Linking an Official Account to the app: a person consents in a browser, we get the first tokens.

Zalo's console keeps a code challenge; whoever exchanges the code must know the verifier behind it.
Both are made once and kept, so that the console need not be touched again at the next consent.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import string
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from bot.channels.zalo_oa.client import Refused, read_account
from bot.channels.zalo_oa.faults import fault_of
from bot.channels.zalo_oa.oauth import OAuth
from bot.channels.zalo_oa.pairs import Pairs
from bot.clock import Clock, utc_now
from bot.errors import InputRefused
from bot.sealing import Sealer
from bot.store import facts
from bot.store.database import Database

_PERMISSION_PATH = "/v4/oa/permission"
_VERIFIER_LETTERS = 43
_ALPHABET = string.ascii_letters + string.digits

NO_CODE = (
    "Không thấy mã trong địa chỉ này. Bạn hãy chép toàn bộ địa chỉ trên thanh trình duyệt, có đoạn "
    "«code=…», sau khi bấm Cho phép."
)
OTHER_STATE = (
    "Địa chỉ này thuộc một lần liên kết khác. Bạn hãy mở lại đúng liên kết vừa in rồi làm lại."
)


@dataclass(frozen=True, slots=True)
class Consent:
    """What one linking hangs on: the verifier is secret, its challenge is for the console."""

    verifier: str
    state: str

    @property
    def challenge(self) -> str:
        """What the console asks for as "Code Challenge"."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def link(self, base_url: str, app_id: str, callback: str) -> str:
        """The address at which the account's administrator consents."""
        query = {
            "app_id": app_id,
            "redirect_uri": callback,
            "code_challenge": self.challenge,
            "state": self.state,
        }
        return f"{base_url.rstrip('/')}{_PERMISSION_PATH}?{urlencode(query)}"

    def read_code(self, answer: str) -> str:
        """The code in the address that the browser ended at, or the code alone.

        Raises `InputRefused`. The console's own link brings no state back.
        """
        answer = answer.strip().strip("<>«»\"'")
        if "code=" not in answer:
            if answer and not any(sign in answer for sign in " /?&="):
                return answer
            raise InputRefused(NO_CODE)
        query = parse_qs(urlsplit(answer).query or answer.partition("?")[2] or answer)
        state = query.get("state", [""])[0]
        if state and not hmac.compare_digest(state.encode(), self.state.encode()):
            raise InputRefused(OTHER_STATE)
        code = query.get("code", [""])[0]
        if not code:
            raise InputRefused(NO_CODE)
        return code


class Linker:
    """Leads through a linking; the tokens it gets are stored for the service that runs."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        pairs: Pairs,
        http: httpx.AsyncClient,
        oauth: OAuth,
        api_url: str,
        clock: Clock = utc_now,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._http = http
        self._oauth = oauth
        self._api_url = api_url
        self._clock = clock
        self._pairs = pairs

    async def prepare(self, *, anew: bool = False) -> Consent:
        """The pair to be used, the one of last time unless it is to be made `anew`."""
        key = f"{self._pairs.service}/consent"
        fresh = self._sealer.seal(json.dumps([_new_secret(), _new_secret()]))
        async with self._database.transaction() as tx:
            if anew:
                await facts.write_fact(tx, key, fresh)
            kept = await facts.settle_fact(tx, key, fresh)
        verifier, state = json.loads(self._sealer.open(kept))
        return Consent(verifier, state)

    async def finish(self, consent: Consent, code: str) -> dict[str, Any]:
        """Exchanges the code and stores the pair; gives what Zalo says of the account.

        Raises `GrantRefused` or a `NotDelivered`. The pair is stored before the
        account is asked for: it works once, and must not be lost to a failure after it.
        """
        grant = await self._oauth.exchange(code, consent.verifier)
        await self._pairs.link(grant)
        try:
            return await read_account(self._http, self._api_url, grant.access)
        except Refused as refusal:
            raise fault_of(refusal.code, self._clock()) from None


def _new_secret() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_VERIFIER_LETTERS))
