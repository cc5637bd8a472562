"""Telegram from the settings."""

from __future__ import annotations

from bot.channels.telegram.channel import Telegram, TelegramConfig
from bot.sealing import Sealer
from bot.settings import Settings


def build(settings: Settings, sealer: Sealer) -> Telegram:
    """The channel of the settings, not opened yet."""
    given = settings.telegram_webhook_secret.get_secret_value()
    return Telegram(
        TelegramConfig(
            token=settings.telegram_token.get_secret_value(),
            api_url=settings.telegram_api_url,
            mode=settings.telegram_mode,
            webhook_secret=given or sealer.fingerprint("telegram/webhook"),
            public_url=settings.public_url,
        )
    )
