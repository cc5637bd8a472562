"""The second factor: a six-figure code of an app on the phone (TOTP, RFC 6238), each good once."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp
import segno
from markupsafe import Markup

from bot.errors import SealBroken
from bot.sealing import Sealer

STEP_SECONDS = 30
_SPREAD = 1
"""Steps before and after the present one: clocks of phones are not exact."""


def new_secret() -> str:
    """A secret for an app, in base 32."""
    return pyotp.random_base32()


def matching_step(secret: str, code: str, at: datetime) -> int | None:
    """The time step whose code this is; None where it is none of now."""
    typed = "".join(code.split())
    if not typed.isascii() or not typed.isdigit() or len(typed) != 6:
        return None
    app, now = pyotp.TOTP(secret), int(at.timestamp()) // STEP_SECONDS
    for step in range(now - _SPREAD, now + _SPREAD + 1):
        if hmac.compare_digest(app.at(step * STEP_SECONDS), typed):
            return step
    return None


def draw_square(secret: str, name: str, service: str) -> Markup:
    """The QR code that an app reads the secret from, as SVG."""
    address = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=service)
    svg = segno.make(address, error="m", micro=False).svg_inline(
        omitsize=True, border=3, light="#fff"
    )
    return Markup(svg)  # noqa: S704 drawn by us, no text of others in it


def seal_offer(sealer: Sealer, user_id: int, secret: str) -> str:
    """A secret that is offered to a user, fit to travel through his browser and back."""
    return sealer.seal(f"totp-offer:{user_id}:{secret}")


def open_offer(sealer: Sealer, user_id: int, offer: str) -> str:
    """The secret that was offered to this user; empty where it was not."""
    try:
        kind, owner, secret = sealer.open(offer).split(":")
    except (SealBroken, ValueError):
        return ""
    return secret if (kind, owner) == ("totp-offer", str(user_id)) else ""
