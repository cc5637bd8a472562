"""Whether a webhook request comes from Zalo: a plain SHA-256 over secret and body.

    X-ZEvent-Signature: mac=<hex of sha256(app id + body + timestamp + secret)>

Sources disagree about which id comes first and which of the two secrets comes last, so a few
variants are tried until the operator pins the one that the log names (ZALO_OA_SIGNATURE).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any

import structlog

from bot.channels import wire
from bot.channels.base import Verdict

VARIANTS = ("app_id+oa_secret", "oa_id+oa_secret", "app_id+app_secret", "oa_id+app_secret")
_SIGNATURE = "x-zevent-signature"
_TIMESTAMP = "x-zevent-timestamp"
_log = structlog.get_logger(__name__)


class Verifier:
    """Checks requests for one app; `matched` is the variant of the last genuine one."""

    def __init__(self, app_id: str, app_secret: str, oa_secret: str, pinned: str = "") -> None:
        self.matched = ""
        self._app_id = app_id
        self._secrets = {"oa_secret": oa_secret, "app_secret": app_secret}
        self._variants = (pinned,) if pinned else VARIANTS

    def check(self, headers: Mapping[str, str], body: bytes) -> Verdict:
        """What the request is.

        The console tries an address out with requests that carry neither a signature nor an event:
        they are probes. An event without a signature could be anybody's: it is forged, like one
        whose signature matches no variant.
        """
        given = headers.get(_SIGNATURE, "").strip().lower().removeprefix("mac=")
        event = read_event(body)
        if not given:
            is_probe = not body.strip() or (event is not None and "event_name" not in event)
            return Verdict.PROBE if is_probe else Verdict.FORGED
        for variant, mac in self._macs(headers, body, event or {}):
            if hmac.compare_digest(mac.encode(), given.encode("utf-8", "replace")):
                self._note(variant)
                return Verdict.GENUINE
        return Verdict.FORGED

    def _macs(
        self, headers: Mapping[str, str], body: bytes, event: Mapping[str, Any]
    ) -> Iterator[tuple[str, str]]:
        stamps = {str(event.get("timestamp", "")), headers.get(_TIMESTAMP, "")} - {""}
        for variant in self._variants:
            first, _, last = variant.partition("+")
            ids = [self._app_id] if first == "app_id" else _oa_ids(event)
            secret = self._secrets[last]
            for one in ids if secret else []:
                for stamp in stamps:
                    signed = one.encode() + body + stamp.encode("utf-8", "replace")
                    yield variant, hashlib.sha256(signed + secret.encode()).hexdigest()

    def _note(self, variant: str) -> None:
        if variant != self.matched:
            self.matched = variant
            _log.info("zalo_oa_signature_matched", variant=variant)


def read_event(body: bytes) -> dict[str, Any] | None:
    """The JSON object of a request; None where it holds none."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def _oa_ids(event: Mapping[str, Any]) -> list[str]:
    """Every id in the event that may be the account's own; the secret makes sure of it."""
    places = (event.get("recipient"), event.get("sender"), {"id": event.get("oa_id")})
    found = (wire.read_id(place.get("id")) for place in places if isinstance(place, dict))
    return list(dict.fromkeys(one for one in found if one))
